// The chip between five pins, so that it can be placed and routed for any
// board: the buses of systole_chip have several times more wires than a package
// has pins, and those of a board would end in its own memory controller anyhow.
//
// Every input of systole_chip comes out of a register of one long shift register
// that is filled from scan_i; every output goes into a signature register, whose
// last bit is scan_o. So each input is free and each output is seen, and a tool
// can leave out nothing; and every path begins and ends at a register, as it
// would behind registered AXI ports. What only a simulation looks at (the trace
// ports) is not connected.
module systole_ecp5 #(
    parameter Dim        = 8,
    parameter LoadRows   = 4,
    parameter BusBytes   = 8,
    parameter WgtWords   = 4096,
    parameter ActWords   = 1024,
    parameter QntWords   = 2048,
    parameter AccWords   = 512,
    parameter ParWords   = 512,
    parameter VmWords    = 1024,
    parameter RsWords    = 256,
    parameter QueueDepth = 8,
    parameter [63:0] ConfigHash = 64'd0,
    parameter Controller = 0,
    parameter TcmBytes   = 32768
) (
    input  logic clk_i,
    input  logic rst_ni,
    input  logic scan_i,
    output logic scan_o,
    output logic irq_o
);
  // Of the registers: 12 + 32 + 4 + 12 bits and 5 handshakes; of the memory: data,
  // 2 IDs, 2 responses and 6 handshakes.
  localparam Inputs  = 65 + 8 * BusBytes + 12;
  // Of the registers: 32 + 4 bits and 5 handshakes; of the memory: two addresses
  // with all that belongs to them, data, strobes and 5 handshakes.
  localparam Outputs = 41 + 2 * (1 + 64 + 8 + 3 + 2 + 1 + 4 + 3 + 4) + 9 * BusBytes + 6;

  logic [Inputs-1:0]  in_q;
  logic [Outputs-1:0] out, signature_q;
  logic               rst_nq;
  always_ff @(posedge clk_i) begin
    rst_nq      <= rst_ni;
    in_q        <= {in_q[Inputs-2:0], scan_i};
    signature_q <= rst_nq ? {signature_q[Outputs-2:0], signature_q[Outputs-1]} ^ out : '0;
  end
  assign scan_o = signature_q[Outputs-1];

  logic [11:0]           awaddr, araddr;
  logic [31:0]           wdata;
  logic [3:0]            wstrb;
  logic                  awvalid, wvalid, bready, arvalid, rready;
  logic                  m_arready, m_rvalid, m_rlast, m_awready, m_wready, m_bvalid, m_rid, m_bid;
  logic [1:0]            m_rresp, m_bresp;
  logic [8*BusBytes-1:0] m_rdata;
  assign {awvalid, awaddr, wvalid, wdata, wstrb, bready, arvalid, araddr, rready,
          m_arready, m_rvalid, m_rid, m_rdata, m_rresp, m_rlast, m_awready, m_wready, m_bvalid,
          m_bid, m_bresp} = in_q;

  logic [31:0]           rdata;
  logic [1:0]            bresp, rresp;
  logic                  awready, wready, bvalid, arready, rvalid;
  logic                  m_arvalid, m_arlock, m_rready, m_awvalid, m_awlock, m_wvalid, m_wlast;
  logic                  m_bready, m_arid, m_awid;
  logic [63:0]           m_araddr, m_awaddr;
  logic [7:0]            m_arlen, m_awlen;
  logic [2:0]            m_arsize, m_awsize, m_arprot, m_awprot;
  logic [1:0]            m_arburst, m_awburst;
  logic [3:0]            m_arcache, m_awcache, m_arqos, m_awqos;
  logic [8*BusBytes-1:0] m_wdata;
  logic [BusBytes-1:0]   m_wstrb;
  assign out = {awready, wready, bvalid, bresp, arready, rvalid, rdata, rresp,
                m_arvalid, m_arid, m_araddr, m_arlen, m_arsize, m_arburst, m_arlock, m_arcache,
                m_arprot, m_arqos, m_rready, m_awvalid, m_awid, m_awaddr, m_awlen, m_awsize,
                m_awburst, m_awlock, m_awcache, m_awprot, m_awqos, m_wvalid, m_wdata, m_wstrb,
                m_wlast, m_bready};

  systole_chip #(
      .Dim       (Dim),
      .LoadRows  (LoadRows),
      .BusBytes  (BusBytes),
      .WgtWords  (WgtWords),
      .ActWords  (ActWords),
      .QntWords  (QntWords),
      .AccWords  (AccWords),
      .ParWords  (ParWords),
      .VmWords   (VmWords),
      .RsWords   (RsWords),
      .QueueDepth(QueueDepth),
      .ConfigHash(ConfigHash),
      .Controller(Controller),
      .TcmBytes  (TcmBytes)
  ) u_chip (
      .clk_i              (clk_i),
      .rst_ni             (rst_nq),
      .s_axil_awvalid_i   (awvalid),
      .s_axil_awready_o   (awready),
      .s_axil_awaddr_i    (awaddr),
      .s_axil_wvalid_i    (wvalid),
      .s_axil_wready_o    (wready),
      .s_axil_wdata_i     (wdata),
      .s_axil_wstrb_i     (wstrb),
      .s_axil_bvalid_o    (bvalid),
      .s_axil_bready_i    (bready),
      .s_axil_bresp_o     (bresp),
      .s_axil_arvalid_i   (arvalid),
      .s_axil_arready_o   (arready),
      .s_axil_araddr_i    (araddr),
      .s_axil_rvalid_o    (rvalid),
      .s_axil_rready_i    (rready),
      .s_axil_rdata_o     (rdata),
      .s_axil_rresp_o     (rresp),
      .irq_o              (irq_o),
      .m_axi_arvalid_o    (m_arvalid),
      .m_axi_arready_i    (m_arready),
      .m_axi_arid_o       (m_arid),
      .m_axi_araddr_o     (m_araddr),
      .m_axi_arlen_o      (m_arlen),
      .m_axi_arsize_o     (m_arsize),
      .m_axi_arburst_o    (m_arburst),
      .m_axi_arlock_o     (m_arlock),
      .m_axi_arcache_o    (m_arcache),
      .m_axi_arprot_o     (m_arprot),
      .m_axi_arqos_o      (m_arqos),
      .m_axi_rvalid_i     (m_rvalid),
      .m_axi_rready_o     (m_rready),
      .m_axi_rid_i        (m_rid),
      .m_axi_rdata_i      (m_rdata),
      .m_axi_rresp_i      (m_rresp),
      .m_axi_rlast_i      (m_rlast),
      .m_axi_awvalid_o    (m_awvalid),
      .m_axi_awready_i    (m_awready),
      .m_axi_awid_o       (m_awid),
      .m_axi_awaddr_o     (m_awaddr),
      .m_axi_awlen_o      (m_awlen),
      .m_axi_awsize_o     (m_awsize),
      .m_axi_awburst_o    (m_awburst),
      .m_axi_awlock_o     (m_awlock),
      .m_axi_awcache_o    (m_awcache),
      .m_axi_awprot_o     (m_awprot),
      .m_axi_awqos_o      (m_awqos),
      .m_axi_wvalid_o     (m_wvalid),
      .m_axi_wready_i     (m_wready),
      .m_axi_wdata_o      (m_wdata),
      .m_axi_wstrb_o      (m_wstrb),
      .m_axi_wlast_o      (m_wlast),
      .m_axi_bvalid_i     (m_bvalid),
      .m_axi_bready_o     (m_bready),
      .m_axi_bid_i        (m_bid),
      .m_axi_bresp_i      (m_bresp),
      // What a simulation looks at goes nowhere, and what it alone needs with it.
      .take_o              (),
      .done_o              (),
      .busy_o              (),
      .quiet_o             (),
      .cycle_o             (),
      .trace_end_o         (),
      .trace_index_o       (),
      .trace_start_cycle_o (),
      .run_o               (),
      .core_sleep_o        (),
      .core_waiting_o      (),
      .core_armed_o        (),
      .core_pc_o           (),
      .core_address_o      (),
      .retire_valid_o      (),
      .retire_pc_o         (),
      .retire_instr_o      (),
      .retire_rd_o         (),
      .retire_value_o      (),
      .retire_trap_o       (),
      .retire_cause_o      ()
  );
endmodule
