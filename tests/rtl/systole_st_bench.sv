// ST behind the write half of the AXI4 master, with its three SRAMs; the other
// client's pins are a test's, so that it can play the status record. The SRAMs are
// filled through the back door `fill_*` (space: 2 QNT, 5 VM, 6 RS).
module systole_st_bench #(
    parameter Dim      = 16,
    parameter BusBytes = 16
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    output logic                  ready_o,
    input  logic                  start_i,
    input  logic [511:0]          desc_i,
    input  logic [63:0]           addr_i,
    output logic                  done_o,
    output logic [3:0]            cause_o,
    output logic [31:0]           detail_o,
    output logic                  active_o,
    output logic                  stall_o,
    input  logic                  status_valid_i,
    output logic                  status_ready_o,
    input  logic [63:0]           status_addr_i,
    input  logic [6:0]            status_beats_i,
    input  logic                  status_dat_valid_i,
    input  logic [8*BusBytes-1:0] status_data_i,
    output logic                  status_rsp_o,
    output logic                  idle_o,
    input  logic                  fill_we_i,
    input  logic [2:0]            fill_space_i,
    input  logic [7:0]            fill_addr_i,
    input  logic [32*Dim-1:0]     fill_data_i,
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
  logic                  req_valid, dat_valid, rsp_error;
  logic [63:0]           req_addr;
  logic [6:0]            req_beats;
  logic [8*BusBytes-1:0] dat_data;
  logic [BusBytes-1:0]   dat_strb;
  logic [31:0]           rsp_addr;

  assign status_ready_o = req_ready[1];
  assign status_rsp_o   = rsp_valid[1];

  systole_axi_wr #(.BusBytes(BusBytes)) i_axi_wr (
      .clk_i, .rst_ni,
      .req_valid_i({status_valid_i, req_valid}), .req_ready_o(req_ready),
      .req_addr_i({status_addr_i, req_addr}), .req_beats_i({status_beats_i, req_beats}),
      .dat_valid_i({status_dat_valid_i, dat_valid}), .dat_data_i({status_data_i, dat_data}),
      .dat_strb_i({{BusBytes{1'b1}}, dat_strb}), .rsp_valid_o(rsp_valid),
      .rsp_error_o(rsp_error), .rsp_addr_o(rsp_addr), .idle_o,
      .m_axi_awvalid_o, .m_axi_awready_i, .m_axi_awid_o, .m_axi_awaddr_o, .m_axi_awlen_o,
      .m_axi_awsize_o, .m_axi_awburst_o, .m_axi_awlock_o, .m_axi_awcache_o, .m_axi_awprot_o,
      .m_axi_awqos_o, .m_axi_wvalid_o, .m_axi_wready_i, .m_axi_wdata_o, .m_axi_wstrb_o,
      .m_axi_wlast_o, .m_axi_bvalid_i, .m_axi_bready_o, .m_axi_bid_i, .m_axi_bresp_i
  );

  logic               qnt_re, vm_re, rs_re;
  logic [7:0]         qnt_raddr, vm_raddr, rs_raddr;
  logic [8*Dim-1:0]   qnt_rdata;
  logic [32*Dim-1:0]  vm_rdata, rs_rdata;

  systole_ram #(.Width(8 * Dim), .Depth(256)) i_qnt (
      .clk_i, .we_i(fill_we_i && fill_space_i == 3'd2), .waddr_i(fill_addr_i),
      .wdata_i(fill_data_i[8*Dim-1:0]), .re_i(qnt_re), .raddr_i(qnt_raddr), .rdata_o(qnt_rdata)
  );
  systole_ram #(.Width(32 * Dim), .Depth(256)) i_vm (
      .clk_i, .we_i(fill_we_i && fill_space_i == 3'd5), .waddr_i(fill_addr_i),
      .wdata_i(fill_data_i), .re_i(vm_re), .raddr_i(vm_raddr), .rdata_o(vm_rdata)
  );
  systole_ram #(.Width(32 * Dim), .Depth(256)) i_rs (
      .clk_i, .we_i(fill_we_i && fill_space_i == 3'd6), .waddr_i(fill_addr_i),
      .wdata_i(fill_data_i), .re_i(rs_re), .raddr_i(rs_raddr), .rdata_o(rs_rdata)
  );

  systole_st #(
      .Dim(Dim), .BusBytes(BusBytes), .QntAddrW(8), .VmAddrW(8), .RsAddrW(8)
  ) i_st (
      .clk_i, .rst_ni, .ready_o, .start_i, .desc_i, .addr_i, .done_o, .cause_o, .detail_o,
      .active_o, .stall_o,
      .req_valid_o(req_valid), .req_ready_i(req_ready[0]), .req_addr_o(req_addr),
      .req_beats_o(req_beats), .dat_valid_o(dat_valid), .dat_data_o(dat_data),
      .dat_strb_o(dat_strb), .rsp_valid_i(rsp_valid[0]), .rsp_error_i(rsp_error),
      .rsp_addr_i(rsp_addr),
      .qnt_re_o(qnt_re), .qnt_raddr_o(qnt_raddr), .qnt_rdata_i(qnt_rdata),
      .vm_re_o(vm_re), .vm_raddr_o(vm_raddr), .vm_rdata_i(vm_rdata),
      .rs_re_o(rs_re), .rs_raddr_o(rs_raddr), .rs_rdata_i(rs_rdata)
  );
endmodule
