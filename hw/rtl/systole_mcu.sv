// The controller: the core, its memory, and its bus. The core is in reset while
// run_i is low; what the front, the machine and memory see of it are systole_front,
// systole_mcu_bus and systole_window.
//
// The core's memory (TCM) is one space of TcmBytes for code and data, a word a
// cycle on each of two ports. tcm_*: while run_i is low, the bytes tcm_be_i of a
// word at tcm_addr_i are written.
// sleep_o, waiting_o, pc_o, address_o, retire_*: what the core does (the last is
// what it retired in the cycle before). armed_o: it has set the timer, and that
// will come.
`include "systole_isa.svh"
module systole_mcu #(
    parameter TcmBytes = 32768,
    parameter BusBytes = 16
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    input  logic                    run_i,
    input  logic                    parked_i,      // run_i has been low for a cycle
    input  logic                    tcm_we_i,
    input  logic [31:0]             tcm_addr_i,
    input  logic [31:0]             tcm_wdata_i,
    input  logic [3:0]              tcm_be_i,
    // the front
    input  logic                    start_i,
    output logic                    start_take_o,
    output logic                    done_o,
    output logic [`SYS_QUEUES-1:0]  interrupt_o,
    input  logic [`SYS_QUEUES-1:0]  doorbell_i,
    output logic [`SYS_QUEUES-1:0]  doorbell_clear_o,
    output logic                    mailbox_re_o,
    output logic [6:0]              mailbox_word_o,
    input  logic [31:0]             mailbox_data_i,
    // the machine
    input  logic                    busy_i,
    input  logic                    rest_i,
    input  logic                    machine_irq_i,
    output logic [11:0]             m_addr_o,
    output logic [31:0]             m_wdata_o,
    output logic                    m_awvalid_o,
    input  logic                    m_awready_i,
    output logic                    m_wvalid_o,
    input  logic                    m_wready_i,
    input  logic                    m_bvalid_i,
    output logic                    m_bready_o,
    output logic                    m_arvalid_o,
    input  logic                    m_arready_i,
    input  logic                    m_rvalid_i,
    output logic                    m_rready_o,
    input  logic [31:0]             m_rdata_i,
    // memory
    output logic                    w_arvalid_o,
    input  logic                    w_arready_i,
    output logic                    w_awvalid_o,
    input  logic                    w_awready_i,
    output logic [63:0]             w_axaddr_o,
    output logic [7:0]              w_arlen_o,
    input  logic                    w_rvalid_i,
    input  logic [8*BusBytes-1:0]   w_rdata_i,
    input  logic [1:0]              w_rresp_i,
    output logic                    w_wvalid_o,
    input  logic                    w_wready_i,
    output logic [8*BusBytes-1:0]   w_wdata_o,
    output logic [BusBytes-1:0]     w_wstrb_o,
    input  logic                    w_bvalid_i,
    input  logic [1:0]              w_bresp_i,
    // what it does
    output logic                    sleep_o,
    output logic                    waiting_o,
    output logic                    armed_o,
    output logic [31:0]             pc_o,
    output logic [31:0]             address_o,
    output logic                    retire_valid_o,
    output logic [31:0]             retire_pc_o,
    output logic [31:0]             retire_instr_o,
    output logic [4:0]              retire_rd_o,
    output logic [31:0]             retire_value_o,
    output logic                    retire_trap_o,
    output logic [4:0]              retire_cause_o
);
  logic i_req, t_req, t_we, d_req, d_we, d_done, d_err, fence, irq_external, irq_timer;
  logic [31:0] i_addr, i_rdata, t_addr, t_wdata, t_rdata, d_addr, d_wdata, d_rdata;
  logic [3:0] t_be, d_be;
  systole_mcu_core #(
      .TcmBytes(TcmBytes)
  ) u_core (
      .clk_i,
      .rst_ni        (rst_ni && (run_i || parked_i)),
      .en_i          (run_i),
      .i_req_o       (i_req),
      .i_addr_o      (i_addr),
      .i_rdata_i     (i_rdata),
      .t_req_o       (t_req),
      .t_we_o        (t_we),
      .t_addr_o      (t_addr),
      .t_wdata_o     (t_wdata),
      .t_be_o        (t_be),
      .t_rdata_i     (t_rdata),
      .d_req_o       (d_req),
      .d_we_o        (d_we),
      .d_addr_o      (d_addr),
      .d_wdata_o     (d_wdata),
      .d_be_o        (d_be),
      .d_done_i      (d_done),
      .d_rdata_i     (d_rdata),
      .d_err_i       (d_err),
      .fence_o       (fence),
      .irq_external_i(irq_external),
      .irq_timer_i   (irq_timer),
      .sleep_o,
      .pc_o,
      .retire_valid_o,
      .retire_pc_o,
      .retire_instr_o,
      .retire_rd_o,
      .retire_value_o,
      .retire_trap_o,
      .retire_cause_o
  );
  logic [31:0] address_q;
  assign waiting_o = d_req;
  assign address_o = d_req ? d_addr : address_q;
  always_ff @(posedge clk_i) begin
    if (!run_i && !parked_i) address_q <= 32'd0;
    else if (d_req) address_q <= d_addr;
  end

  // ---- TCM: a bank for each byte of a word
  localparam AddrW = $clog2(TcmBytes);
  logic [3:0] be;
  logic [AddrW-1:2] waddr;
  logic [31:0] wdata;
  always_comb begin
    be = 4'd0;
    waddr = 'x;
    wdata = 'x;
    if (t_req) begin
      be = t_be & {4{t_we}};
      waddr = t_addr[AddrW-1:2];
      wdata = t_wdata;
    end else if (tcm_we_i && !run_i) begin
      be = tcm_addr_i[31:AddrW] == '0 ? tcm_be_i : 4'd0;
      waddr = tcm_addr_i[AddrW-1:2];
      wdata = tcm_wdata_i;
    end
  end
  genvar b;
  generate
    for (b = 0; b < 4; b = b + 1) begin : gen_tcm
      logic [15:0] data;
      systole_ram #(
          .Width  (8),
          .Depth  (TcmBytes / 4),
          .Readers(2)
      ) u_ram (
          .clk_i,
          .we_i   (be[b]),
          .waddr_i(waddr),
          .wdata_i(wdata[8*b+:8]),
          .re_i   ({t_req && !t_we, i_req}),
          .raddr_i({t_addr[AddrW-1:2], i_addr[AddrW-1:2]}),
          .rdata_o(data)
      );
      assign i_rdata[8*b+:8] = data[7:0];
      assign t_rdata[8*b+:8] = data[15:8];
    end
  endgenerate

  systole_mcu_bus #(
      .BusBytes(BusBytes)
  ) u_bus (
      .clk_i,
      .rst_ni,
      .run_i,
      .parked_i,
      .d_req_i  (d_req),
      .d_we_i   (d_we),
      .d_addr_i (d_addr),
      .d_wdata_i(d_wdata),
      .d_be_i   (d_be),
      .d_done_o (d_done),
      .d_rdata_o(d_rdata),
      .d_err_o  (d_err),
      .fence_i  (fence),
      .irq_o    (irq_external),
      .timer_o  (irq_timer),
      .armed_o,
      .start_i,
      .start_take_o,
      .done_o,
      .interrupt_o,
      .doorbell_i,
      .doorbell_clear_o,
      .mailbox_re_o,
      .mailbox_word_o,
      .mailbox_data_i,
      .busy_i,
      .rest_i,
      .machine_irq_i,
      .m_addr_o,
      .m_wdata_o,
      .m_awvalid_o,
      .m_awready_i,
      .m_wvalid_o,
      .m_wready_i,
      .m_bvalid_i,
      .m_bready_o,
      .m_arvalid_o,
      .m_arready_i,
      .m_rvalid_i,
      .m_rready_o,
      .m_rdata_i,
      .w_arvalid_o,
      .w_arready_i,
      .w_awvalid_o,
      .w_awready_i,
      .w_axaddr_o,
      .w_arlen_o,
      .w_rvalid_i,
      .w_rdata_i,
      .w_rresp_i,
      .w_wvalid_o,
      .w_wready_i,
      .w_wdata_o,
      .w_wstrb_o,
      .w_bvalid_i,
      .w_bresp_i
  );

  logic unused;
  assign unused = ^{i_addr[31:AddrW], i_addr[1:0], t_addr[31:AddrW], t_addr[1:0], tcm_addr_i[1:0]};
endmodule
