// The machine as an RTL kernel that the Xilinx runtime manages: ap_clk,
// ap_rst_n, one AXI4-Lite slave with the ap_ctrl_hs registers, one AXI4 master
// with 64-bit addresses, an interrupt. Nothing is computed here. What the runtime
// starts is the machine; a chip's controller would have nothing to do.
//
// It has no parameters, for a packaged kernel is one configuration:
// systole_parameters.svh, which hw/fpga/xrt/generate.c makes from an .ini file,
// gives them. The master's data width in kernel.xml is made from the same file.
//
// The reset is registered twice, as the platform's is far away and reaches
// every corner; until it is over inside, no access to a register is taken. Bursts have one ID, which stays inside: the interconnect's
// answers come in order of the bursts of a channel.
//
// Plain Verilog, unlike the machine: the vendor's packager takes no SystemVerilog
// as the top level.
`include "systole_parameters.svh"
module systole (
    input  wire                               ap_clk,
    input  wire                               ap_rst_n,
    output wire                               interrupt,
    input  wire                               s_axi_control_awvalid,
    output wire                               s_axi_control_awready,
    input  wire  [11:0]                       s_axi_control_awaddr,
    input  wire                               s_axi_control_wvalid,
    output wire                               s_axi_control_wready,
    input  wire  [31:0]                       s_axi_control_wdata,
    input  wire  [3:0]                        s_axi_control_wstrb,
    output wire                               s_axi_control_bvalid,
    input  wire                               s_axi_control_bready,
    output wire  [1:0]                        s_axi_control_bresp,
    input  wire                               s_axi_control_arvalid,
    output wire                               s_axi_control_arready,
    input  wire  [11:0]                       s_axi_control_araddr,
    output wire                               s_axi_control_rvalid,
    input  wire                               s_axi_control_rready,
    output wire  [31:0]                       s_axi_control_rdata,
    output wire  [1:0]                        s_axi_control_rresp,
    output wire                               m_axi_gmem_arvalid,
    input  wire                               m_axi_gmem_arready,
    output wire  [63:0]                       m_axi_gmem_araddr,
    output wire  [7:0]                        m_axi_gmem_arlen,
    output wire  [2:0]                        m_axi_gmem_arsize,
    output wire  [1:0]                        m_axi_gmem_arburst,
    output wire                               m_axi_gmem_arlock,
    output wire  [3:0]                        m_axi_gmem_arcache,
    output wire  [2:0]                        m_axi_gmem_arprot,
    output wire  [3:0]                        m_axi_gmem_arqos,
    input  wire                               m_axi_gmem_rvalid,
    output wire                               m_axi_gmem_rready,
    input  wire  [8*`SYSTOLE_BUS_BYTES-1:0]   m_axi_gmem_rdata,
    input  wire  [1:0]                        m_axi_gmem_rresp,
    input  wire                               m_axi_gmem_rlast,
    output wire                               m_axi_gmem_awvalid,
    input  wire                               m_axi_gmem_awready,
    output wire  [63:0]                       m_axi_gmem_awaddr,
    output wire  [7:0]                        m_axi_gmem_awlen,
    output wire  [2:0]                        m_axi_gmem_awsize,
    output wire  [1:0]                        m_axi_gmem_awburst,
    output wire                               m_axi_gmem_awlock,
    output wire  [3:0]                        m_axi_gmem_awcache,
    output wire  [2:0]                        m_axi_gmem_awprot,
    output wire  [3:0]                        m_axi_gmem_awqos,
    output wire                               m_axi_gmem_wvalid,
    input  wire                               m_axi_gmem_wready,
    output wire  [8*`SYSTOLE_BUS_BYTES-1:0]   m_axi_gmem_wdata,
    output wire  [`SYSTOLE_BUS_BYTES-1:0]     m_axi_gmem_wstrb,
    output wire                               m_axi_gmem_wlast,
    input  wire                               m_axi_gmem_bvalid,
    output wire                               m_axi_gmem_bready,
    input  wire  [1:0]                        m_axi_gmem_bresp
);
  reg reset_n, reset_far_n;
  always @(posedge ap_clk) begin
    reset_far_n <= ap_rst_n;
    reset_n <= reset_far_n;
  end

  wire awready, arready;
  assign s_axi_control_awready = awready && reset_n;
  assign s_axi_control_arready = arready && reset_n;

  // What only a simulator looks at, and the ID.
  wire [0:0] unused_arid, unused_awid;
  wire unused_take, unused_done, unused_busy, unused_quiet;
  wire [63:0] unused_cycle;
  wire [3:0] unused_trace_end;
  wire [127:0] unused_trace_index;
  wire [255:0] unused_trace_start;

  systole_top #(
      .Dim       (`SYSTOLE_DIM),
      .LoadRows  (`SYSTOLE_LOAD_ROWS),
      .BusBytes  (`SYSTOLE_BUS_BYTES),
      .WgtWords  (`SYSTOLE_WGT_WORDS),
      .ActWords  (`SYSTOLE_ACT_WORDS),
      .QntWords  (`SYSTOLE_QNT_WORDS),
      .AccWords  (`SYSTOLE_ACC_WORDS),
      .ParWords  (`SYSTOLE_PAR_WORDS),
      .VmWords   (`SYSTOLE_VM_WORDS),
      .RsWords   (`SYSTOLE_RS_WORDS),
      .QueueDepth(`SYSTOLE_QUEUE_DEPTH),
      .ConfigHash(`SYSTOLE_CONFIG_HASH)
  ) u_machine (
      .clk_i              (ap_clk),
      .rst_ni             (reset_n),
      .s_axil_awvalid_i   (s_axi_control_awvalid && reset_n),
      .s_axil_awready_o   (awready),
      .s_axil_awaddr_i    (s_axi_control_awaddr),
      .s_axil_wvalid_i    (s_axi_control_wvalid),
      .s_axil_wready_o    (s_axi_control_wready),
      .s_axil_wdata_i     (s_axi_control_wdata),
      .s_axil_wstrb_i     (s_axi_control_wstrb),
      .s_axil_bvalid_o    (s_axi_control_bvalid),
      .s_axil_bready_i    (s_axi_control_bready),
      .s_axil_bresp_o     (s_axi_control_bresp),
      .s_axil_arvalid_i   (s_axi_control_arvalid && reset_n),
      .s_axil_arready_o   (arready),
      .s_axil_araddr_i    (s_axi_control_araddr),
      .s_axil_rvalid_o    (s_axi_control_rvalid),
      .s_axil_rready_i    (s_axi_control_rready),
      .s_axil_rdata_o     (s_axi_control_rdata),
      .s_axil_rresp_o     (s_axi_control_rresp),
      .irq_o              (interrupt),
      .m_axi_arvalid_o    (m_axi_gmem_arvalid),
      .m_axi_arready_i    (m_axi_gmem_arready),
      .m_axi_arid_o       (unused_arid),
      .m_axi_araddr_o     (m_axi_gmem_araddr),
      .m_axi_arlen_o      (m_axi_gmem_arlen),
      .m_axi_arsize_o     (m_axi_gmem_arsize),
      .m_axi_arburst_o    (m_axi_gmem_arburst),
      .m_axi_arlock_o     (m_axi_gmem_arlock),
      .m_axi_arcache_o    (m_axi_gmem_arcache),
      .m_axi_arprot_o     (m_axi_gmem_arprot),
      .m_axi_arqos_o      (m_axi_gmem_arqos),
      .m_axi_rvalid_i     (m_axi_gmem_rvalid),
      .m_axi_rready_o     (m_axi_gmem_rready),
      .m_axi_rid_i        (1'b0),
      .m_axi_rdata_i      (m_axi_gmem_rdata),
      .m_axi_rresp_i      (m_axi_gmem_rresp),
      .m_axi_rlast_i      (m_axi_gmem_rlast),
      .m_axi_awvalid_o    (m_axi_gmem_awvalid),
      .m_axi_awready_i    (m_axi_gmem_awready),
      .m_axi_awid_o       (unused_awid),
      .m_axi_awaddr_o     (m_axi_gmem_awaddr),
      .m_axi_awlen_o      (m_axi_gmem_awlen),
      .m_axi_awsize_o     (m_axi_gmem_awsize),
      .m_axi_awburst_o    (m_axi_gmem_awburst),
      .m_axi_awlock_o     (m_axi_gmem_awlock),
      .m_axi_awcache_o    (m_axi_gmem_awcache),
      .m_axi_awprot_o     (m_axi_gmem_awprot),
      .m_axi_awqos_o      (m_axi_gmem_awqos),
      .m_axi_wvalid_o     (m_axi_gmem_wvalid),
      .m_axi_wready_i     (m_axi_gmem_wready),
      .m_axi_wdata_o      (m_axi_gmem_wdata),
      .m_axi_wstrb_o      (m_axi_gmem_wstrb),
      .m_axi_wlast_o      (m_axi_gmem_wlast),
      .m_axi_bvalid_i     (m_axi_gmem_bvalid),
      .m_axi_bready_o     (m_axi_gmem_bready),
      .m_axi_bid_i        (1'b0),
      .m_axi_bresp_i      (m_axi_gmem_bresp),
      .take_o             (unused_take),
      .done_o             (unused_done),
      .busy_o             (unused_busy),
      .quiet_o            (unused_quiet),
      .cycle_o            (unused_cycle),
      .trace_end_o        (unused_trace_end),
      .trace_index_o      (unused_trace_index),
      .trace_start_cycle_o(unused_trace_start)
  );
endmodule
