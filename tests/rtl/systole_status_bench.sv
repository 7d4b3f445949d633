// The status record behind the write half of the AXI4 master; ST's client asks
// for nothing.
module systole_status_bench #(
    parameter BusBytes = 16
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    input  logic                  start_i,
    input  logic [63:0]           base_i,
    output logic                  done_o,
    output logic                  error_o,
    output logic [31:0]           error_addr_o,
    output logic                  re_o,
    output logic [6:0]            word_o,
    input  logic [31:0]           word_i,
    output logic                  m_axi_awvalid_o,
    input  logic                  m_axi_awready_i,
    output logic [0:0]            m_axi_awid_o,
    output logic [63:0]           m_axi_awaddr_o,
    output logic [7:0]            m_axi_awlen_o,
    output logic [2:0]            m_axi_awsize_o,
    output logic [1:0]            m_axi_awburst_o,
    output logic                  m_axi_awlock_o,
    output logic [3:0]            m_axi_awcache_o,
    output logic [2:0]            m_axi_awprot_o,
    output logic [3:0]            m_axi_awqos_o,
    output logic                  m_axi_wvalid_o,
    input  logic                  m_axi_wready_i,
    output logic [8*BusBytes-1:0] m_axi_wdata_o,
    output logic [BusBytes-1:0]   m_axi_wstrb_o,
    output logic                  m_axi_wlast_o,
    input  logic                  m_axi_bvalid_i,
    output logic                  m_axi_bready_o,
    input  logic [0:0]            m_axi_bid_i,
    input  logic [1:0]            m_axi_bresp_i
);
  logic [1:0]            req_ready, rsp_valid;
  logic                  req_valid, dat_valid, rsp_error, idle;
  logic [63:0]           req_addr;
  logic [6:0]            req_beats;
  logic [8*BusBytes-1:0] dat_data;
  logic [BusBytes-1:0]   dat_strb;
  logic [31:0]           rsp_addr;

  systole_status #(.BusBytes(BusBytes)) i_status (
      .clk_i, .rst_ni, .start_i, .base_i, .done_o, .error_o, .error_addr_o, .re_o, .word_o, .word_i,
      .req_o(req_valid), .gnt_i(req_ready[1]), .addr_o(req_addr), .beats_o(req_beats),
      .dat_valid_o(dat_valid), .dat_o(dat_data), .strb_o(dat_strb),
      .rsp_valid_i(rsp_valid[1]), .rsp_error_i(rsp_error), .rsp_addr_i(rsp_addr)
  );

  systole_axi_wr #(.BusBytes(BusBytes)) i_axi_wr (
      .clk_i, .rst_ni,
      .req_valid_i({req_valid, 1'b0}), .req_ready_o(req_ready),
      .req_addr_i({req_addr, 64'd0}), .req_beats_i({req_beats, 7'd1}),
      .dat_valid_i({dat_valid, 1'b0}), .dat_data_i({dat_data, {8 * BusBytes{1'b0}}}),
      .dat_strb_i({dat_strb, {BusBytes{1'b0}}}), .rsp_valid_o(rsp_valid),
      .rsp_error_o(rsp_error), .rsp_addr_o(rsp_addr), .idle_o(idle),
      .m_axi_awvalid_o, .m_axi_awready_i, .m_axi_awid_o, .m_axi_awaddr_o, .m_axi_awlen_o,
      .m_axi_awsize_o, .m_axi_awburst_o, .m_axi_awlock_o, .m_axi_awcache_o, .m_axi_awprot_o,
      .m_axi_awqos_o, .m_axi_wvalid_o, .m_axi_wready_i, .m_axi_wdata_o, .m_axi_wstrb_o,
      .m_axi_wlast_o, .m_axi_bvalid_i, .m_axi_bready_o, .m_axi_bid_i, .m_axi_bresp_i
  );
endmodule
