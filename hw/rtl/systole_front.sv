// What the host sees of a chip with a controller: one AXI4-Lite slave.
//
// While run_o is low (direct control) accesses below 0x400 go through to the
// machine in the same cycle, and its interrupt is the chip's. While run_o is
// high (firmware) they are answered here: the block control of an ap_ctrl_hs
// kernel whose START the core takes and whose DONE it gives, and the mailbox.
// From 0x400 on are the controller's registers, always (hw/isa/registers.def).
// Protocol and cycles are those of systole_ctrl; no output of AXI4-Lite depends on
// an input in the same cycle. (So in direct control every access waits until an
// access of the core's that its reset has left at the machine is over.)
//
// Block control, with run_o: START sets start_o, which start_take_i clears.
// IDLE: none is pending and what was taken has met done_i. done_i sets DONE and
// READY, and the bits 0 and 1 of ISR that IER has; interrupt_i sets bits 2 + q
// likewise. All this, and the doorbells, are zero from the cycle on in which run_o
// has been low for one (parked_o).
// doorbell_o[q] is set by the host and cleared by doorbell_clear_i[q] (if both
// in one cycle: set).
// tcm_*: a write into the core's memory, only while run_o is low.
// mailbox_*: the core's reader, latency 1.
`include "systole_isa.svh"
module systole_front #(
    parameter TcmBytes = 32768
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    // the host
    input  logic                    s_axil_awvalid_i,
    output logic                    s_axil_awready_o,
    input  logic [11:0]             s_axil_awaddr_i,
    input  logic                    s_axil_wvalid_i,
    output logic                    s_axil_wready_o,
    input  logic [31:0]             s_axil_wdata_i,
    input  logic [3:0]              s_axil_wstrb_i,
    output logic                    s_axil_bvalid_o,
    input  logic                    s_axil_bready_i,
    output logic [1:0]              s_axil_bresp_o,
    input  logic                    s_axil_arvalid_i,
    output logic                    s_axil_arready_o,
    input  logic [11:0]             s_axil_araddr_i,
    output logic                    s_axil_rvalid_o,
    input  logic                    s_axil_rready_i,
    output logic [31:0]             s_axil_rdata_o,
    output logic [1:0]              s_axil_rresp_o,
    output logic                    irq_o,
    // the machine: valids and readies; address, data and strobes are the host's
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
    input  logic                    m_irq_i,
    // the core
    output logic                    run_o,
    output logic                    parked_o,      // run_o has been low for a cycle
    input  logic                    sleeping_i,
    input  logic                    waiting_i,
    input  logic                    busy_i,
    input  logic [31:0]             pc_i,
    input  logic [31:0]             address_i,
    output logic                    tcm_we_o,
    output logic [31:0]             tcm_addr_o,
    output logic                    start_o,
    input  logic                    start_take_i,
    input  logic                    done_i,
    input  logic [`SYS_QUEUES-1:0]  interrupt_i,
    output logic [`SYS_QUEUES-1:0]  doorbell_o,
    input  logic [`SYS_QUEUES-1:0]  doorbell_clear_i,
    input  logic                    mailbox_re_i,
    input  logic [6:0]              mailbox_word_i,
    output logic [31:0]             mailbox_data_o
);
  logic run_q;
  assign run_o = run_q;

  // ---- Writes: address, data, response, here or at the machine
  logic [1:0] wstate_q;
  logic [11:0] waddr_q;
  logic wmachine, wmachine_q, write, write0;
  logic [3:0] mail_be;
  logic [31:0] mask;
  // The host seldom wants anything: what follows from its valids is computed then.
  always_comb begin
    wmachine = 1'bx;
    m_awvalid_o = 1'b0;
    if (s_axil_awvalid_i) begin
      wmachine = !run_q && s_axil_awaddr_i[11:10] == 2'd0;
      m_awvalid_o = wstate_q == 2'd0 && wmachine;
    end
  end
  assign m_bready_o = s_axil_bready_i && wstate_q == 2'd2 && wmachine_q;
  assign s_axil_awready_o = wstate_q == 2'd0 && (run_q || m_awready_i);
  assign s_axil_wready_o = wstate_q == 2'd1 && (!wmachine_q || m_wready_i);
  assign s_axil_bvalid_o = wstate_q == 2'd2 && (!wmachine_q || m_bvalid_i);
  assign s_axil_bresp_o = 2'b00;
  always_comb begin
    m_wvalid_o = 1'b0;
    write = 1'b0;
    write0 = 1'b0;
    tcm_we_o = 1'b0;
    mail_be = 4'd0;
    mask = 'x;
    if (s_axil_wvalid_i) begin
      m_wvalid_o = wstate_q == 2'd1 && wmachine_q;
      write = wstate_q == 2'd1 && !wmachine_q;
      write0 = write && s_axil_wstrb_i[0];
      tcm_we_o = write && waddr_q == 12'd`SYS_REG_TCM_DATA && !run_q;
      if (write && run_q && waddr_q[11:9] == 3'd0 && waddr_q[8:4] != 5'd0) mail_be = s_axil_wstrb_i;
      mask = {{8{s_axil_wstrb_i[3]}}, {8{s_axil_wstrb_i[2]}}, {8{s_axil_wstrb_i[1]}}, {8{s_axil_wstrb_i[0]}}};
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) wstate_q <= 2'd0;
    else if (wstate_q != 2'd0 || s_axil_awvalid_i)
      case (wstate_q)
        2'd0:
        if (s_axil_awvalid_i && s_axil_awready_o) begin
          waddr_q <= {s_axil_awaddr_i[11:2], 2'b00};
          wmachine_q <= wmachine;
          wstate_q <= 2'd1;
        end
        2'd1: if (s_axil_wvalid_i && s_axil_wready_o) wstate_q <= 2'd2;
        default: if (s_axil_bready_i && s_axil_bvalid_o) wstate_q <= 2'd0;
      endcase
  end

  // ---- Reads
  logic rstate_q, rmachine, rmachine_q, read, mail_read;
  logic [11:0] raddr;
  assign raddr = {s_axil_araddr_i[11:2], 2'b00};
  always_comb begin
    rmachine = 1'bx;
    m_arvalid_o = 1'b0;
    read = 1'b0;
    mail_read = 1'b0;
    if (s_axil_arvalid_i) begin
      rmachine = !run_q && s_axil_araddr_i[11:10] == 2'd0;
      m_arvalid_o = !rstate_q && rmachine;
      read = s_axil_arready_o && !rmachine;
      mail_read = read && run_q && raddr[11:9] == 3'd0 && raddr[8:4] != 5'd0;
    end
  end
  assign m_rready_o = s_axil_rready_i && rstate_q && rmachine_q;
  assign s_axil_arready_o = !rstate_q && (run_q || m_arready_i);
  assign s_axil_rvalid_o = rstate_q && (!rmachine_q || m_rvalid_i);
  assign s_axil_rresp_o = 2'b00;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) rstate_q <= 1'b0;
    else if (rstate_q) begin
      if (s_axil_rready_i && s_axil_rvalid_o) rstate_q <= 1'b0;
    end else if (s_axil_arvalid_i && s_axil_arready_o) begin
      rstate_q <= 1'b1;
      rmachine_q <= rmachine;
    end
  end

  // ---- The controller's registers
  logic [31:0] tcm_addr_q;
  assign tcm_addr_o = {tcm_addr_q[31:2], 2'b00};
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      run_q <= 1'b0;
      tcm_addr_q <= 32'd0;
    end else if (write) begin
      if (write0 && waddr_q == 12'd`SYS_REG_CONTROLLER) run_q <= s_axil_wdata_i[0];
      if (waddr_q == 12'd`SYS_REG_TCM_ADDRESS)
        tcm_addr_q <= (tcm_addr_q & ~mask) | (s_axil_wdata_i & mask);
      else if (tcm_we_o) tcm_addr_q <= tcm_addr_q + 32'd4;
    end
  end

  // ---- Block control and interrupts
  // parked_q: RUN has been low for a cycle, so that all this has its value of reset.
  logic parked_q, changes;
  logic start_q, busy_q, done_q, ready_q, gie_q;
  logic [`SYS_QUEUES+1:0] ier_q, isr_q, events, toggled;
  logic [`SYS_QUEUES-1:0] doorbell_q;
  assign start_o = start_q;
  assign doorbell_o = doorbell_q;
  assign irq_o = run_q ? gie_q && isr_q != '0 : m_irq_i;
  assign parked_o = parked_q;
  assign events = {interrupt_i, {2{done_i}}} & ier_q;
  assign changes = write0 || read || start_take_i || done_i || interrupt_i != '0 || doorbell_clear_i != '0;
  assign toggled = write0 && waddr_q == 12'd`SYS_REG_ISR ? s_axil_wdata_i[`SYS_QUEUES+1:0] : '0;
  always_ff @(posedge clk_i) begin
    parked_q <= rst_ni && !run_q;
    if (!run_q) begin
      if (!parked_q) begin
        start_q <= 1'b0;
        busy_q <= 1'b0;
        done_q <= 1'b0;
        ready_q <= 1'b0;
        gie_q <= 1'b0;
        ier_q <= '0;
        isr_q <= '0;
        doorbell_q <= '0;
      end
    end else if (changes) begin
      if (write0 && waddr_q == 12'd`SYS_REG_CTRL && s_axil_wdata_i[0]) start_q <= 1'b1;
      else if (start_take_i) start_q <= 1'b0;

      if (start_take_i && start_q) busy_q <= 1'b1;
      else if (done_i) busy_q <= 1'b0;

      if (done_i) begin
        done_q <= 1'b1;
        ready_q <= 1'b1;
      end else if (read && raddr == 12'd`SYS_REG_CTRL) begin
        done_q <= 1'b0;
        ready_q <= 1'b0;
      end

      if (write0 && waddr_q == 12'd`SYS_REG_GIE) gie_q <= s_axil_wdata_i[0];
      if (write0 && waddr_q == 12'd`SYS_REG_IER) ier_q <= s_axil_wdata_i[`SYS_QUEUES+1:0];
      isr_q <= (isr_q ^ toggled) | events;

      doorbell_q <= (doorbell_q & ~doorbell_clear_i) |
                    (write0 && waddr_q == 12'd`SYS_REG_DOORBELL ? s_axil_wdata_i[`SYS_QUEUES-1:0] : '0);
    end
  end

  // ---- The mailbox: 0x010..0x1FF, a reader for the host and one for the core
  logic [31:0] mail_host;
  genvar b;
  generate
    for (b = 0; b < 4; b = b + 1) begin : gen_mailbox
      logic [15:0] data;
      systole_ram #(
          .Width  (8),
          .Depth  (128),
          .Readers(2)
      ) u_ram (
          .clk_i,
          .we_i   (mail_be[b]),
          .waddr_i(waddr_q[8:2]),
          .wdata_i(s_axil_wdata_i[8*b+:8]),
          .re_i   ({mailbox_re_i, mail_read}),
          .raddr_i({mailbox_word_i, raddr[8:2]}),
          .rdata_o(data)
      );
      assign mail_host[8*b+:8] = data[7:0];
      assign mailbox_data_o[8*b+:8] = data[15:8];
    end
  endgenerate

  // ---- Read data
  logic mail_q;
  logic [31:0] rdata_q;
  assign s_axil_rdata_o = rmachine_q ? m_rdata_i : mail_q ? mail_host : rdata_q;
  always_ff @(posedge clk_i) begin
    if (read) begin
      mail_q <= mail_read;
      rdata_q <= 32'd0;
      case (raddr)
        12'd`SYS_REG_CTRL: rdata_q <= {28'd0, ready_q, !busy_q && !start_q, done_q, start_q};
        12'd`SYS_REG_GIE: rdata_q <= {31'd0, gie_q};
        12'd`SYS_REG_IER: rdata_q <= 32'(ier_q);
        12'd`SYS_REG_ISR: rdata_q <= 32'(isr_q);
        12'd`SYS_REG_CONTROLLER: rdata_q <= {28'd0, busy_i, waiting_i, sleeping_i, run_q};
        12'd`SYS_REG_TCM_ADDRESS: rdata_q <= tcm_addr_o;
        12'd`SYS_REG_DOORBELL: rdata_q <= 32'(doorbell_q);
        12'd`SYS_REG_CORE_PC: rdata_q <= pc_i;
        12'd`SYS_REG_CORE_ADDRESS: rdata_q <= address_i;
        12'd`SYS_REG_TCM_BYTES: rdata_q <= TcmBytes;
        default: ;
      endcase
    end
  end

  logic unused;
  assign unused = ^{s_axil_awaddr_i[1:0], s_axil_araddr_i[1:0], tcm_addr_q[1:0]};
endmodule
