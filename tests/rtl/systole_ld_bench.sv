// LD behind the read half of the AXI4 master; the other client's requests and
// answers are pins, so that a test can play the fetch stage.
module systole_ld_bench #(
    parameter Dim      = 16,
    parameter BusBytes = 16
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    output logic                  ready_o,
    input  logic                  start_i,
    input  logic [511:0]          desc_i,
    input  logic [63:0]           addr_i,
    input  logic [63:0]           index_addr_i,
    output logic                  done_o,
    output logic [3:0]            cause_o,
    output logic [31:0]           detail_o,
    output logic                  active_o,
    output logic                  stall_o,
    input  logic                  fetch_valid_i,
    output logic                  fetch_ready_o,
    input  logic [63:0]           fetch_addr_i,
    input  logic [6:0]            fetch_beats_i,
    output logic                  fetch_rsp_valid_o,
    output logic                  idle_o,
    output logic                  rsp_last_o,
    output logic                  rsp_error_o,
    output logic                  wgt_we_o,
    output logic [15:0]           wgt_waddr_o,
    output logic [8*Dim-1:0]      wgt_wdata_o,
    output logic                  act_we_o,
    output logic [15:0]           act_waddr_o,
    output logic [8*Dim-1:0]      act_wdata_o,
    output logic                  par_we_o,
    output logic [15:0]           par_waddr_o,
    output logic [32*Dim-1:0]     par_wdata_o,
    output logic                  m_axi_arvalid_o,
    input  logic                  m_axi_arready_i,
    output logic [0:0]            m_axi_arid_o,
    output logic [63:0]           m_axi_araddr_o,
    output logic [7:0]            m_axi_arlen_o,
    output logic [2:0]            m_axi_arsize_o,
    output logic [1:0]            m_axi_arburst_o,
    output logic                  m_axi_arlock_o,
    output logic [3:0]            m_axi_arcache_o,
    output logic [2:0]            m_axi_arprot_o,
    output logic [3:0]            m_axi_arqos_o,
    input  logic                  m_axi_rvalid_i,
    output logic                  m_axi_rready_o,
    input  logic [0:0]            m_axi_rid_i,
    input  logic [8*BusBytes-1:0] m_axi_rdata_i,
    input  logic [1:0]            m_axi_rresp_i,
    input  logic                  m_axi_rlast_i
);
  logic [1:0]            req_valid, req_ready, rsp_valid;
  logic [127:0]          req_addr;
  logic [13:0]           req_beats;
  logic [8*BusBytes-1:0] rsp_data;
  logic [31:0]           rsp_addr;

  assign req_valid[0]      = fetch_valid_i;
  assign req_addr[63:0]    = fetch_addr_i;
  assign req_beats[6:0]    = fetch_beats_i;
  assign fetch_ready_o     = req_ready[0];
  assign fetch_rsp_valid_o = rsp_valid[0];

  systole_axi_rd #(.BusBytes(BusBytes)) i_axi_rd (
      .clk_i, .rst_ni,
      .req_valid_i(req_valid), .req_ready_o(req_ready), .req_addr_i(req_addr),
      .req_beats_i(req_beats), .rsp_valid_o(rsp_valid), .rsp_data_o(rsp_data),
      .rsp_last_o, .rsp_error_o, .rsp_addr_o(rsp_addr), .idle_o,
      .m_axi_arvalid_o, .m_axi_arready_i, .m_axi_arid_o, .m_axi_araddr_o, .m_axi_arlen_o,
      .m_axi_arsize_o, .m_axi_arburst_o, .m_axi_arlock_o, .m_axi_arcache_o, .m_axi_arprot_o,
      .m_axi_arqos_o, .m_axi_rvalid_i, .m_axi_rready_o, .m_axi_rid_i, .m_axi_rdata_i,
      .m_axi_rresp_i, .m_axi_rlast_i
  );

  systole_ld #(
      .Dim(Dim), .BusBytes(BusBytes), .WgtAddrW(16), .ActAddrW(16), .ParAddrW(16)
  ) i_ld (
      .clk_i, .rst_ni, .ready_o, .start_i, .desc_i, .addr_i, .index_addr_i, .done_o, .cause_o,
      .detail_o, .active_o, .stall_o,
      .req_valid_o(req_valid[1]), .req_ready_i(req_ready[1]), .req_addr_o(req_addr[127:64]),
      .req_beats_o(req_beats[13:7]), .rsp_valid_i(rsp_valid[1]), .rsp_data_i(rsp_data),
      .rsp_error_i(rsp_error_o), .rsp_addr_i(rsp_addr),
      .wgt_we_o, .wgt_waddr_o, .wgt_wdata_o, .act_we_o, .act_waddr_o, .act_wdata_o, .par_we_o,
      .par_waddr_o, .par_wdata_o
  );
endmodule
