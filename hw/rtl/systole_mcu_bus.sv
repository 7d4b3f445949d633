// Where the core's accesses outside its memory go: local registers, timer,
// mailbox, the machine's registers, the window to memory. docs/isa.md has the
// addresses; any other, and a part of a word in the first two regions, is refused.
//
// d_*: as systole_mcu_core has it; an access begins in the cycle t in which
// d_req_i is first high and ends in that of d_done_o:
//   local registers, mailbox, what is refused   t + 1; read and written in t
//   a machine register, read                    t + 5; read in t + 2 (later by as
//                                               much as systole_ctrl makes it wait)
//   a machine register, written                 t + 3; written in t + 2
//   the window                                  systole_window
// t being later where the machine must rest: while busy_i is high only CTRL, ISR
// and ABORT of its registers are reached. A start of the machine gives up the
// window's line, as fence_i does.
//
// MTIME is 0 in the first cycle with run_i. timer_o, in the cycle after MTIME is
// at or above MTIMECMP. armed_o: it will come.
// While run_i is low all local registers have their values of reset; an access
// under way at the machine or in the window ends in silence.
`include "systole_isa.svh"
module systole_mcu_bus #(
    parameter BusBytes = 16
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    input  logic                    run_i,
    input  logic                    parked_i,      // run_i has been low for a cycle
    // the core
    input  logic                    d_req_i,
    input  logic                    d_we_i,
    input  logic [31:0]             d_addr_i,
    input  logic [31:0]             d_wdata_i,
    input  logic [3:0]              d_be_i,
    output logic                    d_done_o,
    output logic [31:0]             d_rdata_o,
    output logic                    d_err_o,
    input  logic                    fence_i,
    output logic                    irq_o,
    output logic                    timer_o,
    output logic                    armed_o,
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
    // the machine: AXI4-Lite, all strobes set; busy_i: a run is under way or a start
    // waits; rest_i: neither, and no burst of it is left on the memory bus
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
    // the window's side of AXI4
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
    input  logic [1:0]              w_bresp_i
);
  // ---- Decode
  localparam [31:0] Local = `SYS_CORE_LOCAL;
  localparam [31:0] Machine = `SYS_CORE_MACHINE;
  localparam [1:0] Idle = 2'd0, Data = 2'd1, Response = 2'd2, Read = 2'd3;
  logic in_window, in_local, in_machine, begins, local_begins, local_write, reach;
  logic [1:0] state_q;
  logic done_q;
  logic [9:0] offset;
  assign offset = {d_addr_i[9:2], 2'b00};
  always_comb begin
    in_window = 1'b0;
    in_local = 1'b0;
    in_machine = 1'b0;
    begins = 1'b0;
    local_begins = 1'b0;
    local_write = 1'b0;
    reach = 1'b0;
    if (d_req_i) begin
      in_window = d_addr_i[31];
      in_local = d_addr_i[31:10] == Local[31:10] && d_be_i == 4'b1111;
      in_machine = d_addr_i[31:10] == Machine[31:10] && d_be_i == 4'b1111;
      begins = run_i && !done_q && state_q == Idle;
      local_begins = begins && in_local;
      local_write = local_begins && d_we_i;
      reach = begins && in_machine &&
              (!busy_i || offset == 10'd`SYS_REG_CTRL || offset == 10'd`SYS_REG_ISR || offset == 10'd`SYS_REG_ABORT);
    end
  end

  // ---- The machine's registers
  logic orphan_q, m_ends;
  logic [9:0] offset_q;
  logic [31:0] wdata_q;
  assign m_awvalid_o = reach && d_we_i;
  assign m_arvalid_o = reach && !d_we_i;
  assign m_wvalid_o = state_q == Data;
  assign m_bready_o = state_q == Response;
  assign m_rready_o = state_q == Read;
  assign m_addr_o = {2'b00, offset};
  assign m_wdata_o = wdata_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= Idle;
    else if (begins || state_q != Idle) begin
      case (state_q)
        Idle: begin
          offset_q <= offset;
          wdata_q <= d_wdata_i;
          if (m_awvalid_o && m_awready_i) state_q <= Data;
          else if (m_arvalid_o && m_arready_i) state_q <= Read;
        end
        Data: if (m_wready_i) state_q <= Response;
        default: if (m_ends) state_q <= Idle;
      endcase
      orphan_q <= !run_i || (orphan_q && state_q != Idle);
    end
  end

  // ---- The window
  logic [63:7] window_q;
  logic w_done, w_err, w_idle, starts;
  logic [31:0] w_data;
  always_comb begin
    m_ends = 1'b0;
    starts = 1'b0;
    if (state_q != Idle) begin
      m_ends = (state_q == Response && m_bvalid_i) || (state_q == Read && m_rvalid_i);
      starts = state_q == Data && m_wready_i && offset_q == 10'd`SYS_REG_CTRL && wdata_q[0];
    end
  end
  systole_window #(
      .BusBytes(BusBytes)
  ) u_window (
      .clk_i,
      .rst_ni,
      .run_i,
      .rest_i,
      .clear_i  (fence_i || starts),
      .base_i   (window_q),
      .req_i    (in_window && run_i),
      .we_i     (d_we_i),
      .addr_i   (d_addr_i[30:0]),
      .wdata_i  (d_wdata_i),
      .be_i     (d_be_i),
      .done_o   (w_done),
      .err_o    (w_err),
      .data_o   (w_data),
      .idle_o   (w_idle),
      .arvalid_o(w_arvalid_o),
      .arready_i(w_arready_i),
      .awvalid_o(w_awvalid_o),
      .awready_i(w_awready_i),
      .axaddr_o (w_axaddr_o),
      .arlen_o  (w_arlen_o),
      .rvalid_i (w_rvalid_i),
      .rdata_i  (w_rdata_i),
      .rresp_i  (w_rresp_i),
      .wvalid_o (w_wvalid_o),
      .wready_i (w_wready_i),
      .wdata_o  (w_wdata_o),
      .wstrb_o  (w_wstrb_o),
      .bvalid_i (w_bvalid_i),
      .bresp_i  (w_bresp_i)
  );

  // ---- Local registers
  logic [63:0] mtime_q, mtimecmp_q;
  logic timer_q;
  logic [`SYS_QUEUES+1:0] enable_q, pending;
  assign pending = {doorbell_i, start_i, machine_irq_i};
  assign irq_o = (pending & enable_q) != '0;
  assign timer_o = timer_q;
  assign armed_o = !timer_q && mtimecmp_q != '1;
  always_comb begin
    start_take_o = 1'b0;
    done_o = 1'b0;
    interrupt_o = '0;
    doorbell_clear_o = '0;
    if (local_write)
      case (offset)
        10'd`SYS_CORE_REG_START: start_take_o = d_wdata_i[0];
        10'd`SYS_CORE_REG_DONE: done_o = d_wdata_i[0];
        10'd`SYS_CORE_REG_INTERRUPT: interrupt_o = d_wdata_i[`SYS_QUEUES-1:0];
        10'd`SYS_CORE_REG_DOORBELL: doorbell_clear_o = d_wdata_i[`SYS_QUEUES-1:0];
        default: ;
      endcase
  end
  assign mailbox_re_o = local_begins && !d_we_i && offset[9];
  assign mailbox_word_o = offset[8:2];
  always_ff @(posedge clk_i) begin
    if (!run_i) begin
      if (!parked_i) begin
        mtime_q <= 64'd0;
        mtimecmp_q <= '1;
        timer_q <= 1'b0;
        enable_q <= '0;
        window_q <= '0;
      end
    end else begin
      mtime_q <= mtime_q + 64'd1;
      timer_q <= mtime_q >= mtimecmp_q;
      if (local_write)
        case (offset)
          10'd`SYS_CORE_REG_IRQ_ENABLE: enable_q <= d_wdata_i[`SYS_QUEUES+1:0];
          10'd`SYS_CORE_REG_WINDOW_LO: window_q[31:7] <= d_wdata_i[31:7];
          10'd`SYS_CORE_REG_WINDOW_HI: window_q[63:32] <= d_wdata_i;
          10'd`SYS_CORE_REG_MTIMECMP_LO: mtimecmp_q[31:0] <= d_wdata_i;
          10'd`SYS_CORE_REG_MTIMECMP_HI: mtimecmp_q[63:32] <= d_wdata_i;
          default: ;
        endcase
    end
  end

  // ---- Answers
  logic err_q, mail_q;
  logic [31:0] rdata_q;
  assign d_done_o = done_q || w_done;
  assign d_err_o = w_done ? w_err : err_q;
  assign d_rdata_o = w_done ? w_data : mail_q ? mailbox_data_i : rdata_q;
  always_ff @(posedge clk_i) begin
    if (!run_i) done_q <= 1'b0;
    else if (d_req_i || done_q || m_ends) begin
      done_q <= (begins && !in_window && !in_machine) || (m_ends && !orphan_q);
      err_q <= begins && !in_local && !in_machine;
      mail_q <= mailbox_re_o && offset[8:4] != 5'd0;
      if (m_ends) rdata_q <= m_rdata_i;
      else if (local_begins) begin
        rdata_q <= 32'd0;
        case (offset)
          10'd`SYS_CORE_REG_DOORBELL: rdata_q <= 32'(doorbell_i);
          10'd`SYS_CORE_REG_START: rdata_q <= {31'd0, start_i};
          10'd`SYS_CORE_REG_IRQ_ENABLE: rdata_q <= 32'(enable_q);
          10'd`SYS_CORE_REG_IRQ_PENDING: rdata_q <= 32'(pending);
          10'd`SYS_CORE_REG_WINDOW_LO: rdata_q <= {window_q[31:7], 7'd0};
          10'd`SYS_CORE_REG_WINDOW_HI: rdata_q <= window_q[63:32];
          10'd`SYS_CORE_REG_MACHINE: rdata_q <= {31'd0, busy_i};
          10'd`SYS_CORE_REG_MTIME_LO: rdata_q <= mtime_q[31:0];
          10'd`SYS_CORE_REG_MTIME_HI: rdata_q <= mtime_q[63:32];
          10'd`SYS_CORE_REG_MTIMECMP_LO: rdata_q <= mtimecmp_q[31:0];
          10'd`SYS_CORE_REG_MTIMECMP_HI: rdata_q <= mtimecmp_q[63:32];
          default: ;
        endcase
      end
    end
  end

  logic unused;
  assign unused = ^{d_addr_i[1:0], w_idle};
endmodule
