// The chip: the machine, and where Controller is 1 a core beside it that runs it
// (docs/decisions/007-controller.md). Ports as systole_top has them, and what a
// simulation wants to see of the core.
//
// With a controller the AXI4-Lite slave is systole_front's: in direct control
// accesses reach the machine in the same cycle, in firmware control the core
// alone does. On AXI4 the machine has ID 0 and the core ID 1, and answers go by
// ID. They never have bursts at the same time: the core's wait until the machine
// rests, and a start empties the window.
//
// Without one (Controller 0) the chip is the machine.
`include "systole_isa.svh"
module systole_chip #(
    parameter Dim        = 16,
    parameter LoadRows   = 4,
    parameter BusBytes   = 16,
    parameter WgtWords   = 8192,
    parameter ActWords   = 2048,
    parameter QntWords   = 4096,
    parameter AccWords   = 2048,
    parameter ParWords   = 2048,
    parameter VmWords    = 4096,
    parameter RsWords    = 256,
    parameter QueueDepth = 16,
    parameter [63:0] ConfigHash = 64'd0,
    parameter Controller = 0,
    parameter TcmBytes   = 32768
) (
    input  logic                        clk_i,
    input  logic                        rst_ni,
    input  logic                        s_axil_awvalid_i,
    output logic                        s_axil_awready_o,
    input  logic [11:0]                 s_axil_awaddr_i,
    input  logic                        s_axil_wvalid_i,
    output logic                        s_axil_wready_o,
    input  logic [31:0]                 s_axil_wdata_i,
    input  logic [3:0]                  s_axil_wstrb_i,
    output logic                        s_axil_bvalid_o,
    input  logic                        s_axil_bready_i,
    output logic [1:0]                  s_axil_bresp_o,
    input  logic                        s_axil_arvalid_i,
    output logic                        s_axil_arready_o,
    input  logic [11:0]                 s_axil_araddr_i,
    output logic                        s_axil_rvalid_o,
    input  logic                        s_axil_rready_i,
    output logic [31:0]                 s_axil_rdata_o,
    output logic [1:0]                  s_axil_rresp_o,
    output logic                        irq_o,
    output logic                        m_axi_arvalid_o,
    input  logic                        m_axi_arready_i,
    output logic [0:0]                  m_axi_arid_o,
    output logic [63:0]                 m_axi_araddr_o,
    output logic [7:0]                  m_axi_arlen_o,
    output logic [2:0]                  m_axi_arsize_o,
    output logic [1:0]                  m_axi_arburst_o,
    output logic                        m_axi_arlock_o,
    output logic [3:0]                  m_axi_arcache_o,
    output logic [2:0]                  m_axi_arprot_o,
    output logic [3:0]                  m_axi_arqos_o,
    input  logic                        m_axi_rvalid_i,
    output logic                        m_axi_rready_o,
    input  logic [0:0]                  m_axi_rid_i,
    input  logic [8*BusBytes-1:0]       m_axi_rdata_i,
    input  logic [1:0]                  m_axi_rresp_i,
    input  logic                        m_axi_rlast_i,
    output logic                        m_axi_awvalid_o,
    input  logic                        m_axi_awready_i,
    output logic [0:0]                  m_axi_awid_o,
    output logic [63:0]                 m_axi_awaddr_o,
    output logic [7:0]                  m_axi_awlen_o,
    output logic [2:0]                  m_axi_awsize_o,
    output logic [1:0]                  m_axi_awburst_o,
    output logic                        m_axi_awlock_o,
    output logic [3:0]                  m_axi_awcache_o,
    output logic [2:0]                  m_axi_awprot_o,
    output logic [3:0]                  m_axi_awqos_o,
    output logic                        m_axi_wvalid_o,
    input  logic                        m_axi_wready_i,
    output logic [8*BusBytes-1:0]       m_axi_wdata_o,
    output logic [BusBytes-1:0]         m_axi_wstrb_o,
    output logic                        m_axi_wlast_o,
    input  logic                        m_axi_bvalid_i,
    output logic                        m_axi_bready_o,
    input  logic [0:0]                  m_axi_bid_i,
    input  logic [1:0]                  m_axi_bresp_i,
    output logic                        take_o,
    output logic                        done_o,
    output logic                        busy_o,
    output logic                        quiet_o,
    output logic [63:0]                 cycle_o,
    output logic [3:0]                  trace_end_o,
    output logic [127:0]                trace_index_o,
    output logic [255:0]                trace_start_cycle_o,
    // the controller
    output logic                        run_o,
    output logic                        core_sleep_o,
    output logic                        core_waiting_o,
    output logic                        core_armed_o,
    output logic [31:0]                 core_pc_o,
    output logic [31:0]                 core_address_o,
    output logic                        retire_valid_o,
    output logic [31:0]                 retire_pc_o,
    output logic [31:0]                 retire_instr_o,
    output logic [4:0]                  retire_rd_o,
    output logic [31:0]                 retire_value_o,
    output logic                        retire_trap_o,
    output logic [4:0]                  retire_cause_o
);
  // ---- The machine
  logic m_awvalid, m_awready, m_wvalid, m_wready, m_bvalid, m_bready, m_arvalid, m_arready, m_rvalid, m_rready, m_irq;
  logic [11:0] m_awaddr, m_araddr;
  logic [31:0] m_wdata, m_rdata;
  logic [3:0] m_wstrb;
  logic [1:0] m_bresp, m_rresp;
  logic t_arvalid, t_arready, t_rvalid, t_awvalid, t_awready, t_wvalid, t_wready, t_wlast, t_bvalid;
  logic [0:0] t_arid, t_awid;
  logic [63:0] t_araddr, t_awaddr;
  logic [7:0] t_arlen, t_awlen;
  logic [8*BusBytes-1:0] t_wdata;
  logic [BusBytes-1:0] t_wstrb;
  systole_top #(
      .Dim(Dim),
      .LoadRows(LoadRows),
      .BusBytes(BusBytes),
      .WgtWords(WgtWords),
      .ActWords(ActWords),
      .QntWords(QntWords),
      .AccWords(AccWords),
      .ParWords(ParWords),
      .VmWords(VmWords),
      .RsWords(RsWords),
      .QueueDepth(QueueDepth),
      .ConfigHash(ConfigHash)
  ) u_machine (
      .clk_i              (clk_i),
      .rst_ni             (rst_ni),
      .s_axil_awvalid_i   (m_awvalid),
      .s_axil_awready_o   (m_awready),
      .s_axil_awaddr_i    (m_awaddr),
      .s_axil_wvalid_i    (m_wvalid),
      .s_axil_wready_o    (m_wready),
      .s_axil_wdata_i     (m_wdata),
      .s_axil_wstrb_i     (m_wstrb),
      .s_axil_bvalid_o    (m_bvalid),
      .s_axil_bready_i    (m_bready),
      .s_axil_bresp_o     (m_bresp),
      .s_axil_arvalid_i   (m_arvalid),
      .s_axil_arready_o   (m_arready),
      .s_axil_araddr_i    (m_araddr),
      .s_axil_rvalid_o    (m_rvalid),
      .s_axil_rready_i    (m_rready),
      .s_axil_rdata_o     (m_rdata),
      .s_axil_rresp_o     (m_rresp),
      .irq_o              (m_irq),
      .m_axi_arvalid_o    (t_arvalid),
      .m_axi_arready_i    (t_arready),
      .m_axi_arid_o       (t_arid),
      .m_axi_araddr_o     (t_araddr),
      .m_axi_arlen_o      (t_arlen),
      .m_axi_arsize_o     (m_axi_arsize_o),
      .m_axi_arburst_o    (m_axi_arburst_o),
      .m_axi_arlock_o     (m_axi_arlock_o),
      .m_axi_arcache_o    (m_axi_arcache_o),
      .m_axi_arprot_o     (m_axi_arprot_o),
      .m_axi_arqos_o      (m_axi_arqos_o),
      .m_axi_rvalid_i     (t_rvalid),
      .m_axi_rready_o     (m_axi_rready_o),
      .m_axi_rid_i        (m_axi_rid_i),
      .m_axi_rdata_i      (m_axi_rdata_i),
      .m_axi_rresp_i      (m_axi_rresp_i),
      .m_axi_rlast_i      (m_axi_rlast_i),
      .m_axi_awvalid_o    (t_awvalid),
      .m_axi_awready_i    (t_awready),
      .m_axi_awid_o       (t_awid),
      .m_axi_awaddr_o     (t_awaddr),
      .m_axi_awlen_o      (t_awlen),
      .m_axi_awsize_o     (m_axi_awsize_o),
      .m_axi_awburst_o    (m_axi_awburst_o),
      .m_axi_awlock_o     (m_axi_awlock_o),
      .m_axi_awcache_o    (m_axi_awcache_o),
      .m_axi_awprot_o     (m_axi_awprot_o),
      .m_axi_awqos_o      (m_axi_awqos_o),
      .m_axi_wvalid_o     (t_wvalid),
      .m_axi_wready_i     (t_wready),
      .m_axi_wdata_o      (t_wdata),
      .m_axi_wstrb_o      (t_wstrb),
      .m_axi_wlast_o      (t_wlast),
      .m_axi_bvalid_i     (t_bvalid),
      .m_axi_bready_o     (m_axi_bready_o),
      .m_axi_bid_i        (m_axi_bid_i),
      .m_axi_bresp_i      (m_axi_bresp_i),
      .take_o             (take_o),
      .done_o             (done_o),
      .busy_o             (busy_o),
      .quiet_o            (quiet_o),
      .cycle_o            (cycle_o),
      .trace_end_o        (trace_end_o),
      .trace_index_o      (trace_index_o),
      .trace_start_cycle_o(trace_start_cycle_o)
  );

  generate
    if (Controller == 0) begin : gen_bare
      assign s_axil_awready_o = m_awready;
      assign s_axil_wready_o = m_wready;
      assign s_axil_bvalid_o = m_bvalid;
      assign s_axil_bresp_o = m_bresp;
      assign s_axil_arready_o = m_arready;
      assign s_axil_rvalid_o = m_rvalid;
      assign s_axil_rdata_o = m_rdata;
      assign s_axil_rresp_o = m_rresp;
      assign irq_o = m_irq;
      assign m_awvalid = s_axil_awvalid_i;
      assign m_awaddr = s_axil_awaddr_i;
      assign m_wvalid = s_axil_wvalid_i;
      assign m_wdata = s_axil_wdata_i;
      assign m_wstrb = s_axil_wstrb_i;
      assign m_bready = s_axil_bready_i;
      assign m_arvalid = s_axil_arvalid_i;
      assign m_araddr = s_axil_araddr_i;
      assign m_rready = s_axil_rready_i;
      assign m_axi_arvalid_o = t_arvalid;
      assign m_axi_arid_o = t_arid;
      assign m_axi_araddr_o = t_araddr;
      assign m_axi_arlen_o = t_arlen;
      assign t_arready = m_axi_arready_i;
      assign t_rvalid = m_axi_rvalid_i;
      assign m_axi_awvalid_o = t_awvalid;
      assign m_axi_awid_o = t_awid;
      assign m_axi_awaddr_o = t_awaddr;
      assign m_axi_awlen_o = t_awlen;
      assign t_awready = m_axi_awready_i;
      assign m_axi_wvalid_o = t_wvalid;
      assign m_axi_wdata_o = t_wdata;
      assign m_axi_wstrb_o = t_wstrb;
      assign m_axi_wlast_o = t_wlast;
      assign t_wready = m_axi_wready_i;
      assign t_bvalid = m_axi_bvalid_i;
      assign run_o = 1'b0;
      assign core_sleep_o = 1'b0;
      assign core_waiting_o = 1'b0;
      assign core_armed_o = 1'b0;
      assign core_pc_o = 32'd0;
      assign core_address_o = 32'd0;
      assign retire_valid_o = 1'b0;
      assign retire_pc_o = 32'd0;
      assign retire_instr_o = 32'd0;
      assign retire_rd_o = 5'd0;
      assign retire_value_o = 32'd0;
      assign retire_trap_o = 1'b0;
      assign retire_cause_o = 5'd0;
    end else begin : gen_controller
      // ---- AXI4-Lite: the front's pins and the core's, never both
      logic f_awvalid, f_wvalid, f_bready, f_arvalid, f_rready;
      logic c_awvalid, c_wvalid, c_bready, c_arvalid, c_rready;
      logic [11:0] c_addr;
      logic [31:0] c_wdata;
      assign m_awvalid = f_awvalid || c_awvalid;
      assign m_awaddr = c_awvalid ? c_addr : s_axil_awaddr_i;
      assign m_wvalid = f_wvalid || c_wvalid;
      assign m_wdata = c_wvalid ? c_wdata : s_axil_wdata_i;
      assign m_wstrb = c_wvalid ? 4'b1111 : s_axil_wstrb_i;
      assign m_bready = f_bready || c_bready;
      assign m_arvalid = f_arvalid || c_arvalid;
      assign m_araddr = c_arvalid ? c_addr : s_axil_araddr_i;
      assign m_rready = f_rready || c_rready;

      logic parked, start, start_take, done, tcm_we, mailbox_re;
      logic [`SYS_QUEUES-1:0] interrupt, doorbell, doorbell_clear;
      logic [31:0] tcm_addr, mailbox_data;
      logic [6:0] mailbox_word;
      systole_front #(
          .TcmBytes(TcmBytes)
      ) u_front (
          .clk_i,
          .rst_ni,
          .s_axil_awvalid_i,
          .s_axil_awready_o,
          .s_axil_awaddr_i,
          .s_axil_wvalid_i,
          .s_axil_wready_o,
          .s_axil_wdata_i,
          .s_axil_wstrb_i,
          .s_axil_bvalid_o,
          .s_axil_bready_i,
          .s_axil_bresp_o,
          .s_axil_arvalid_i,
          .s_axil_arready_o,
          .s_axil_araddr_i,
          .s_axil_rvalid_o,
          .s_axil_rready_i,
          .s_axil_rdata_o,
          .s_axil_rresp_o,
          .irq_o,
          .m_awvalid_o     (f_awvalid),
          .m_awready_i     (m_awready),
          .m_wvalid_o      (f_wvalid),
          .m_wready_i      (m_wready),
          .m_bvalid_i      (m_bvalid),
          .m_bready_o      (f_bready),
          .m_arvalid_o     (f_arvalid),
          .m_arready_i     (m_arready),
          .m_rvalid_i      (m_rvalid),
          .m_rready_o      (f_rready),
          .m_rdata_i       (m_rdata),
          .m_irq_i         (m_irq),
          .run_o,
          .parked_o        (parked),
          .sleeping_i      (core_sleep_o),
          .waiting_i       (core_waiting_o),
          .busy_i          (busy_o),
          .pc_i            (core_pc_o),
          .address_i       (core_address_o),
          .tcm_we_o        (tcm_we),
          .tcm_addr_o      (tcm_addr),
          .start_o         (start),
          .start_take_i    (start_take),
          .done_i          (done),
          .interrupt_i     (interrupt),
          .doorbell_o      (doorbell),
          .doorbell_clear_i(doorbell_clear),
          .mailbox_re_i    (mailbox_re),
          .mailbox_word_i  (mailbox_word),
          .mailbox_data_o  (mailbox_data)
      );

      logic w_busy, w_arvalid, w_awvalid, w_wvalid;
      assign w_busy = w_arvalid || w_awvalid || w_wvalid;
      logic [63:0] w_axaddr;
      logic [7:0] w_arlen;
      logic [8*BusBytes-1:0] w_wdata;
      logic [BusBytes-1:0] w_wstrb;
      systole_mcu #(
          .TcmBytes(TcmBytes),
          .BusBytes(BusBytes)
      ) u_mcu (
          .clk_i,
          .rst_ni,
          .run_i           (run_o),
          .parked_i        (parked),
          .tcm_we_i        (tcm_we),
          .tcm_addr_i      (tcm_addr),
          .tcm_wdata_i     (s_axil_wdata_i),
          .tcm_be_i        (s_axil_wstrb_i),
          .start_i         (start),
          .start_take_o    (start_take),
          .done_o          (done),
          .interrupt_o     (interrupt),
          .doorbell_i      (doorbell),
          .doorbell_clear_o(doorbell_clear),
          .mailbox_re_o    (mailbox_re),
          .mailbox_word_o  (mailbox_word),
          .mailbox_data_i  (mailbox_data),
          .busy_i          (busy_o),
          .rest_i          (!busy_o && quiet_o),
          .machine_irq_i   (m_irq),
          .m_addr_o        (c_addr),
          .m_wdata_o       (c_wdata),
          .m_awvalid_o     (c_awvalid),
          .m_awready_i     (m_awready),
          .m_wvalid_o      (c_wvalid),
          .m_wready_i      (m_wready),
          .m_bvalid_i      (m_bvalid),
          .m_bready_o      (c_bready),
          .m_arvalid_o     (c_arvalid),
          .m_arready_i     (m_arready),
          .m_rvalid_i      (m_rvalid),
          .m_rready_o      (c_rready),
          .m_rdata_i       (m_rdata),
          .w_arvalid_o     (w_arvalid),
          .w_arready_i     (m_axi_arready_i),
          .w_awvalid_o     (w_awvalid),
          .w_awready_i     (m_axi_awready_i),
          .w_axaddr_o      (w_axaddr),
          .w_arlen_o       (w_arlen),
          .w_rvalid_i      (m_axi_rvalid_i && m_axi_rid_i == 1'b1),
          .w_rdata_i       (m_axi_rdata_i),
          .w_rresp_i       (m_axi_rresp_i),
          .w_wvalid_o      (w_wvalid),
          .w_wready_i      (m_axi_wready_i),
          .w_wdata_o       (w_wdata),
          .w_wstrb_o       (w_wstrb),
          .w_bvalid_i      (m_axi_bvalid_i && m_axi_bid_i == 1'b1),
          .w_bresp_i       (m_axi_bresp_i),
          .sleep_o         (core_sleep_o),
          .waiting_o       (core_waiting_o),
          .armed_o         (core_armed_o),
          .pc_o            (core_pc_o),
          .address_o       (core_address_o),
          .retire_valid_o,
          .retire_pc_o,
          .retire_instr_o,
          .retire_rd_o,
          .retire_value_o,
          .retire_trap_o,
          .retire_cause_o
      );

      // ---- AXI4: the core's bursts have ID 1
      assign t_rvalid = m_axi_rvalid_i && m_axi_rid_i == 1'b0;
      assign t_bvalid = m_axi_bvalid_i && m_axi_bid_i == 1'b0;
      always_comb begin
        m_axi_arvalid_o = t_arvalid;
        m_axi_arid_o = t_arid;
        m_axi_araddr_o = t_araddr;
        m_axi_arlen_o = t_arlen;
        t_arready = m_axi_arready_i;
        m_axi_awvalid_o = t_awvalid;
        m_axi_awid_o = t_awid;
        m_axi_awaddr_o = t_awaddr;
        m_axi_awlen_o = t_awlen;
        t_awready = m_axi_awready_i;
        m_axi_wvalid_o = t_wvalid;
        m_axi_wdata_o = t_wdata;
        m_axi_wstrb_o = t_wstrb;
        m_axi_wlast_o = t_wlast;
        t_wready = m_axi_wready_i;
        if (w_busy) begin
          if (w_arvalid) begin
            m_axi_arvalid_o = 1'b1;
            m_axi_arid_o = 1'b1;
            m_axi_araddr_o = w_axaddr;
            m_axi_arlen_o = w_arlen;
            t_arready = 1'b0;
          end
          if (w_awvalid) begin
            m_axi_awvalid_o = 1'b1;
            m_axi_awid_o = 1'b1;
            m_axi_awaddr_o = w_axaddr;
            m_axi_awlen_o = 8'd0;
            t_awready = 1'b0;
          end
          if (w_wvalid) begin
            m_axi_wvalid_o = 1'b1;
            m_axi_wdata_o = w_wdata;
            m_axi_wstrb_o = w_wstrb;
            m_axi_wlast_o = 1'b1;
            t_wready = 1'b0;
          end
        end
      end

      logic unused;
      assign unused = ^{m_bresp, m_rresp};
    end
  endgenerate
endmodule
