// The machine: control registers, sequencer, four engines with their queues,
// semaphores, SRAMs and the AXI4 master. See docs/machine.md, "Modules".
//
// s_axil_*: control registers (systole_ctrl). m_axi_*: memory; INCR bursts, one
// ID, RREADY and BREADY always high, write data ready before AWVALID. irq_o:
// level.
// trace_*: in the cycle in which an instruction of engine e ends, trace_end_o[e]
// is high, with its line and the cycle in which it started; cycle_o is the
// present cycle, 0 in the one in which the start is taken.
//
// take_o: a start is taken in this cycle. done_o: the run is over with it. busy_o:
// a run is under way, or its start waits to be taken. quiet_o: no burst accepted
// on m_axi awaits its answer, which counts a cycle after it came; a start is only
// taken then.
//
// When the sequencer gives up on an engine that does not move (systole_seq,
// reset), engines and AXI masters are reset and the answers to bursts already
// accepted are swallowed when they come.
`include "systole_isa.svh"
module systole_top #(
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
    parameter [63:0] ConfigHash = 64'd0
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
    output logic [255:0]                trace_start_cycle_o
);
  localparam WgtAddrW = $clog2(WgtWords);
  localparam ActAddrW = $clog2(ActWords);
  localparam QntAddrW = $clog2(QntWords);
  localparam AccAddrW = $clog2(AccWords);
  localparam ParAddrW = $clog2(ParWords);
  localparam VmAddrW = $clog2(VmWords);
  localparam RsAddrW = $clog2(RsWords);

  // ---- Control and sequencer ------------------------------------------------
  logic start, take, running, done, abort;
  logic [511:0] scalars;
  logic [31:0] lines, watchdog;
  logic [63:0] program_base, base, limit;
  logic [3:0] segment;
  logic [63:0] cycle;
  logic fault;
  logic ld_rvalid, line_taken;
  logic [3:0] cause;
  logic [2:0] cause_engine;
  logic [31:0] cause_index, cause_detail;
  logic [2:0] seq_state;
  logic [31:0] seq_index;
  logic status_re, status_start, status_done, status_error;
  logic [6:0] status_word;
  logic [31:0] status_data, status_error_addr;
  assign cycle_o = cycle;
  assign take_o = take;
  assign done_o = done;

  // Per engine: LD, MX, VX, ST.
  logic [3:0] offer, push, full, ready, go, ended, active, stall, empty, blocked;
  logic [15:0] engine_cause;
  logic [127:0] engine_detail, ended_index, at;
  logic [255:0] start_cycle;
  logic [7:0] state;
  logic [15:0] waits_for;
  logic [31:0] queued;
  logic [63:0] take_nibbles, raise_nibbles;
  logic [127:0] semaphores;
  logic [3:0] overflow;
  logic [3:0] part;
  logic [127:0] desc_part;
  logic [31:0] desc_index;
  logic [63:0] desc_addr, desc_index_addr;
  logic [47:0] macs;
  logic clear, engine_reset, engine_rst_n;
  assign engine_rst_n = rst_ni && !engine_reset;

  systole_ctrl #(
      .Dim(Dim),
      .LoadRows(LoadRows),
      .BusBytes(BusBytes),
      .ConfigHash(ConfigHash)
  ) u_ctrl (
      .clk_i           (clk_i),
      .rst_ni          (rst_ni),
      .s_axil_awvalid_i(s_axil_awvalid_i),
      .s_axil_awready_o(s_axil_awready_o),
      .s_axil_awaddr_i (s_axil_awaddr_i),
      .s_axil_wvalid_i (s_axil_wvalid_i),
      .s_axil_wready_o (s_axil_wready_o),
      .s_axil_wdata_i  (s_axil_wdata_i),
      .s_axil_wstrb_i  (s_axil_wstrb_i),
      .s_axil_bvalid_o (s_axil_bvalid_o),
      .s_axil_bready_i (s_axil_bready_i),
      .s_axil_bresp_o  (s_axil_bresp_o),
      .s_axil_arvalid_i(s_axil_arvalid_i),
      .s_axil_arready_o(s_axil_arready_o),
      .s_axil_araddr_i (s_axil_araddr_i),
      .s_axil_rvalid_o (s_axil_rvalid_o),
      .s_axil_rready_i (s_axil_rready_i),
      .s_axil_rdata_o  (s_axil_rdata_o),
      .s_axil_rresp_o  (s_axil_rresp_o),
      .irq_o           (irq_o),
      .start_o         (start),
      .busy_o          (busy_o),
      .take_i          (take),
      .running_i       (running),
      .done_i          (done),
      .abort_o         (abort),
      .scalars_o       (scalars),
      .lines_o         (lines),
      .watchdog_o      (watchdog),
      .program_base_o  (program_base),
      .segment_i       (segment),
      .base_o          (base),
      .limit_o         (limit),
      .cycle_o         (cycle),
      .cause_i         (cause),
      .engine_i        (cause_engine),
      .index_i         (cause_index),
      .detail_i        (cause_detail),
      .state_i         (state),
      .waits_for_i     (waits_for),
      .queued_i        (queued),
      .at_i            (at),
      .seq_state_i     (seq_state),
      .seq_index_i     (seq_index),
      .retired_i       (ended),
      .macs_add_i      (push[`SYS_ENGINE_MX]),
      .macs_i          (macs),
      .ld_beat_i       (ld_rvalid),
      .line_i          (line_taken),
      .write_beat_i    (m_axi_wvalid_o && m_axi_wready_i),
      .write_strb_i    (m_axi_wstrb_o),
      .status_re_i     (status_re),
      .status_word_i   (status_word),
      .status_data_o   (status_data)
  );

  logic seq_fault, hit, bite, watch, watch_restart, working;
  logic [3:0] seq_cause;
  logic [31:0] seq_fault_index, seq_detail;
  logic fetch_req, fetch_gnt, fetch_rvalid;
  logic [63:0] fetch_addr;
  logic [6:0] fetch_beats;
  logic [8*BusBytes-1:0] rsp_data;
  logic rsp_error;
  systole_seq #(
      .Dim(Dim),
      .BusBytes(BusBytes),
      .WgtWords(WgtWords),
      .ActWords(ActWords),
      .QntWords(QntWords),
      .AccWords(AccWords),
      .ParWords(ParWords),
      .VmWords(VmWords),
      .RsWords(RsWords)
  ) u_seq (
      .clk_i            (clk_i),
      .rst_ni           (rst_ni),
      .start_i          (start),
      .quiet_i          (quiet_o),
      .take_o           (take),
      .running_o        (running),
      .done_o           (done),
      .scalars_i        (scalars),
      .lines_i          (lines),
      .program_base_i   (program_base),
      .segment_o        (segment),
      .base_i           (base),
      .limit_i          (limit),
      .state_o          (seq_state),
      .index_o          (seq_index),
      .req_o            (fetch_req),
      .gnt_i            (fetch_gnt),
      .addr_o           (fetch_addr),
      .beats_o          (fetch_beats),
      .rvalid_i         (fetch_rvalid),
      .rdata_i          (rsp_data),
      .rerr_i           (rsp_error),
      .offer_o          (offer),
      .part_o           (part),
      .desc_part_o      (desc_part),
      .push_o           (push),
      .desc_index_o     (desc_index),
      .desc_addr_o      (desc_addr),
      .desc_index_addr_o(desc_index_addr),
      .macs_o           (macs),
      .full_i           (full),
      .empty_i          (empty),
      .blocked_i        (blocked),
      .active_i         (active),
      .line_o           (line_taken),
      .fault_o          (seq_fault),
      .fault_cause_o    (seq_cause),
      .fault_index_o    (seq_fault_index),
      .fault_detail_o   (seq_detail),
      .hit_i            (hit),
      .bite_i           (bite),
      .watch_o          (watch),
      .watch_restart_o  (watch_restart),
      .working_o        (working),
      .clear_o          (clear),
      .reset_o          (engine_reset),
      .status_start_o   (status_start),
      .status_done_i    (status_done)
  );

  // A write error of the status record counts if all went well before.
  systole_fault u_fault (
      .clk_i         (clk_i),
      .rst_ni        (rst_ni),
      .clear_i       (take),
      .enable_i      (working),
      .done_i        (ended),
      .done_cause_i  (engine_cause),
      .done_detail_i (engine_detail),
      .done_index_i  (ended_index),
      .overflow_i    (overflow),
      .seq_i         (seq_fault),
      .seq_cause_i   (seq_cause),
      .seq_index_i   (seq_fault_index),
      .seq_detail_i  (seq_detail),
      .watchdog_i    (bite),
      .seq_at_i      (seq_index),
      .abort_i       (abort),
      .status_error_i(status_done && status_error),
      .status_addr_i (status_error_addr),
      .hit_o         (hit),
      .fault_o       (fault),
      .cause_o       (cause),
      .engine_o      (cause_engine),
      .index_o       (cause_index),
      .detail_o      (cause_detail)
  );

  // Progress: docs/machine.md, "Faults". Draining gets at least 256 cycles, so
  // that a burst of writes on the way is never cut in two.
  // The answers count in the cycle in which the engines have them.
  logic progress, rvalid_q, bvalid_q;
  always_ff @(posedge clk_i) begin
    rvalid_q <= m_axi_rvalid_i;
    bvalid_q <= m_axi_bvalid_i;
  end
  assign progress = push != 4'd0 || go != 4'd0 || ended != 4'd0 ||
                    active[`SYS_ENGINE_MX] || active[`SYS_ENGINE_VX] ||
                    (m_axi_arvalid_o && m_axi_arready_i) || rvalid_q ||
                    (m_axi_awvalid_o && m_axi_awready_i) || (m_axi_wvalid_o && m_axi_wready_i) ||
                    bvalid_q;
  systole_watchdog u_watchdog (
      .clk_i     (clk_i),
      .rst_ni    (rst_ni),
      .enable_i  (watch),
      .restart_i (watch_restart),
      .progress_i(progress),
      .limit_i   (!working && watchdog != 32'd0 && watchdog < 32'd256 ? 32'd256 : watchdog),
      .bite_o    (bite)
  );

  // ---- Queues and semaphores ------------------------------------------------
  systole_sem u_sem (
      .clk_i     (clk_i),
      .rst_ni    (rst_ni),
      .clear_i   (clear || take),
      .raising_i (ended),
      .raise_i   (raise_nibbles),
      .taking_i  (go),
      .take_i    (take_nibbles),
      .count_o   (semaphores),
      .overflow_o(overflow)
  );

  logic [511:0] ld_desc, mx_desc, vx_desc, st_desc;
  logic [63:0] ld_addr, ld_index_addr, st_addr;
  systole_issue #(
      .Depth(QueueDepth),
      .InFlight(16),
      .Addresses(2)
  ) u_issue_ld (
      .clk_i            (clk_i),
      .rst_ni           (rst_ni),
      .clear_i          (clear),
      .offer_i          (offer[0]),
      .part_i           (part),
      .offer_part_i     (desc_part),
      .push_i           (push[0]),
      .push_index_i     (desc_index),
      .push_addr_i      (desc_addr),
      .push_index_addr_i(desc_index_addr),
      .full_o           (full[0]),
      .count_i          ({semaphores[103:96], semaphores[71:64], semaphores[39:32], semaphores[7:0]}),
      .ready_i          (ready[0]),
      .done_i           (ended[0]),
      .active_i         (active[0]),
      .stall_i          (stall[0]),
      .start_o          (go[0]),
      .desc_o           (ld_desc),
      .addr_o           (ld_addr),
      .index_addr_o     (ld_index_addr),
      .take_o           (take_nibbles[15:0]),
      .raise_o          (raise_nibbles[15:0]),
      .index_o          (ended_index[31:0]),
      .start_cycle_o    (start_cycle[63:0]),
      .cycle_i          (cycle),
      .blocked_o        (blocked[0]),
      .empty_o          (empty[0]),
      .state_o          (state[1:0]),
      .waits_for_o      (waits_for[3:0]),
      .queued_o         (queued[7:0]),
      .at_o             (at[31:0])
  );
  logic [63:0] mx_addr_unused;
  logic [63:0] mx_index_addr_unused;
  systole_issue #(
      .Depth(QueueDepth),
      .InFlight(2),
      .Addresses(0)
  ) u_issue_mx (
      .clk_i            (clk_i),
      .rst_ni           (rst_ni),
      .clear_i          (clear),
      .offer_i          (offer[1]),
      .part_i           (part),
      .offer_part_i     (desc_part),
      .push_i           (push[1]),
      .push_index_i     (desc_index),
      .push_addr_i      (desc_addr),
      .push_index_addr_i(desc_index_addr),
      .full_o           (full[1]),
      .count_i          ({semaphores[111:104], semaphores[79:72], semaphores[47:40], semaphores[15:8]}),
      .ready_i          (ready[1]),
      .done_i           (ended[1]),
      .active_i         (active[1]),
      .stall_i          (stall[1]),
      .start_o          (go[1]),
      .desc_o           (mx_desc),
      .addr_o           (mx_addr_unused),
      .index_addr_o     (mx_index_addr_unused),
      .take_o           (take_nibbles[31:16]),
      .raise_o          (raise_nibbles[31:16]),
      .index_o          (ended_index[63:32]),
      .start_cycle_o    (start_cycle[127:64]),
      .cycle_i          (cycle),
      .blocked_o        (blocked[1]),
      .empty_o          (empty[1]),
      .state_o          (state[3:2]),
      .waits_for_o      (waits_for[7:4]),
      .queued_o         (queued[15:8]),
      .at_o             (at[63:32])
  );
  logic [63:0] vx_addr_unused;
  logic [63:0] vx_index_addr_unused;
  systole_issue #(
      .Depth(QueueDepth),
      .InFlight(2),
      .Addresses(0)
  ) u_issue_vx (
      .clk_i            (clk_i),
      .rst_ni           (rst_ni),
      .clear_i          (clear),
      .offer_i          (offer[2]),
      .part_i           (part),
      .offer_part_i     (desc_part),
      .push_i           (push[2]),
      .push_index_i     (desc_index),
      .push_addr_i      (desc_addr),
      .push_index_addr_i(desc_index_addr),
      .full_o           (full[2]),
      .count_i          ({semaphores[119:112], semaphores[87:80], semaphores[55:48], semaphores[23:16]}),
      .ready_i          (ready[2]),
      .done_i           (ended[2]),
      .active_i         (active[2]),
      .stall_i          (stall[2]),
      .start_o          (go[2]),
      .desc_o           (vx_desc),
      .addr_o           (vx_addr_unused),
      .index_addr_o     (vx_index_addr_unused),
      .take_o           (take_nibbles[47:32]),
      .raise_o          (raise_nibbles[47:32]),
      .index_o          (ended_index[95:64]),
      .start_cycle_o    (start_cycle[191:128]),
      .cycle_i          (cycle),
      .blocked_o        (blocked[2]),
      .empty_o          (empty[2]),
      .state_o          (state[5:4]),
      .waits_for_o      (waits_for[11:8]),
      .queued_o         (queued[23:16]),
      .at_o             (at[95:64])
  );
  logic [63:0] st_index_addr_unused;
  systole_issue #(
      .Depth(QueueDepth),
      .InFlight(2),
      .Addresses(1)
  ) u_issue_st (
      .clk_i            (clk_i),
      .rst_ni           (rst_ni),
      .clear_i          (clear),
      .offer_i          (offer[3]),
      .part_i           (part),
      .offer_part_i     (desc_part),
      .push_i           (push[3]),
      .push_index_i     (desc_index),
      .push_addr_i      (desc_addr),
      .push_index_addr_i(desc_index_addr),
      .full_o           (full[3]),
      .count_i          ({semaphores[127:120], semaphores[95:88], semaphores[63:56], semaphores[31:24]}),
      .ready_i          (ready[3]),
      .done_i           (ended[3]),
      .active_i         (active[3]),
      .stall_i          (stall[3]),
      .start_o          (go[3]),
      .desc_o           (st_desc),
      .addr_o           (st_addr),
      .index_addr_o     (st_index_addr_unused),
      .take_o           (take_nibbles[63:48]),
      .raise_o          (raise_nibbles[63:48]),
      .index_o          (ended_index[127:96]),
      .start_cycle_o    (start_cycle[255:192]),
      .cycle_i          (cycle),
      .blocked_o        (blocked[3]),
      .empty_o          (empty[3]),
      .state_o          (state[7:6]),
      .waits_for_o      (waits_for[15:12]),
      .queued_o         (queued[31:24]),
      .at_o             (at[127:96])
  );

  assign trace_end_o = ended;
  assign trace_index_o = ended_index;
  assign trace_start_cycle_o = start_cycle;

  // ---- SRAMs ------------------------------------------------------------------
  logic wgt_we, act_we, qnt_we, acc_we, par_we, vm_we, rs_we;
  logic [WgtAddrW-1:0] wgt_waddr;
  logic [ActAddrW-1:0] act_waddr;
  logic [QntAddrW-1:0] qnt_waddr;
  logic [AccAddrW-1:0] acc_waddr;
  logic [ParAddrW-1:0] par_waddr;
  logic [VmAddrW-1:0] vm_waddr;
  logic [RsAddrW-1:0] rs_waddr;
  logic [8*Dim-1:0] wgt_wdata, act_wdata, qnt_wdata;
  logic [32*Dim-1:0] acc_wdata, par_wdata, vm_wdata, rs_wdata;

  logic wgt_re, act_re;
  logic [1:0] qnt_re, acc_re;  // MX and ST; MX and VX
  logic [2:0] par_re, rs_re;   // VX A, B, C; VX S, T and ST
  logic [3:0] vm_re;           // VX A, B, C and ST
  logic [WgtAddrW-1:0] wgt_raddr;
  logic [ActAddrW-1:0] act_raddr;
  logic [2*QntAddrW-1:0] qnt_raddr;
  logic [2*AccAddrW-1:0] acc_raddr;
  logic [3*ParAddrW-1:0] par_raddr;
  logic [3*RsAddrW-1:0] rs_raddr;
  logic [4*VmAddrW-1:0] vm_raddr;
  logic [8*Dim*LoadRows-1:0] wgt_rdata;
  logic [8*Dim-1:0] act_rdata;
  logic [2*8*Dim-1:0] qnt_rdata;
  logic [2*32*Dim-1:0] acc_rdata;
  logic [3*32*Dim-1:0] par_rdata, rs_rdata;
  logic [4*32*Dim-1:0] vm_rdata;
  systole_wgt_ram #(
      .Width(8 * Dim),
      .Depth(WgtWords),
      .LoadRows(LoadRows)
  ) u_wgt (
      .clk_i  (clk_i),
      .we_i   (wgt_we),
      .waddr_i(wgt_waddr),
      .wdata_i(wgt_wdata),
      .re_i   (wgt_re),
      .raddr_i(wgt_raddr),
      .rdata_o(wgt_rdata)
  );
  systole_ram #(
      .Width(8 * Dim),
      .Depth(ActWords),
      .Readers(1)
  ) u_act (
      .clk_i  (clk_i),
      .we_i   (act_we),
      .waddr_i(act_waddr),
      .wdata_i(act_wdata),
      .re_i   (act_re),
      .raddr_i(act_raddr),
      .rdata_o(act_rdata)
  );
  systole_ram #(
      .Width(8 * Dim),
      .Depth(QntWords),
      .Readers(2)
  ) u_qnt (
      .clk_i  (clk_i),
      .we_i   (qnt_we),
      .waddr_i(qnt_waddr),
      .wdata_i(qnt_wdata),
      .re_i   (qnt_re),
      .raddr_i(qnt_raddr),
      .rdata_o(qnt_rdata)
  );
  systole_ram #(
      .Width(32 * Dim),
      .Depth(AccWords),
      .Readers(2)
  ) u_acc (
      .clk_i  (clk_i),
      .we_i   (acc_we),
      .waddr_i(acc_waddr),
      .wdata_i(acc_wdata),
      .re_i   (acc_re),
      .raddr_i(acc_raddr),
      .rdata_o(acc_rdata)
  );
  systole_ram #(
      .Width(32 * Dim),
      .Depth(ParWords),
      .Readers(3)
  ) u_par (
      .clk_i  (clk_i),
      .we_i   (par_we),
      .waddr_i(par_waddr),
      .wdata_i(par_wdata),
      .re_i   (par_re),
      .raddr_i(par_raddr),
      .rdata_o(par_rdata)
  );
  systole_ram #(
      .Width(32 * Dim),
      .Depth(VmWords),
      .Readers(4)
  ) u_vm (
      .clk_i  (clk_i),
      .we_i   (vm_we),
      .waddr_i(vm_waddr),
      .wdata_i(vm_wdata),
      .re_i   (vm_re),
      .raddr_i(vm_raddr),
      .rdata_o(vm_rdata)
  );
  systole_ram #(
      .Width(32 * Dim),
      .Depth(RsWords),
      .Readers(3)
  ) u_rs (
      .clk_i  (clk_i),
      .we_i   (rs_we),
      .waddr_i(rs_waddr),
      .wdata_i(rs_wdata),
      .re_i   (rs_re),
      .raddr_i(rs_raddr),
      .rdata_o(rs_rdata)
  );

  // ---- Engines -----------------------------------------------------------------
  logic ld_req, ld_gnt;
  logic [63:0] ld_req_addr;
  logic [6:0] ld_req_beats;
  logic [31:0] rd_rsp_addr, wr_rsp_addr;
  systole_ld #(
      .Dim(Dim),
      .BusBytes(BusBytes),
      .WgtAddrW(WgtAddrW),
      .ActAddrW(ActAddrW),
      .ParAddrW(ParAddrW)
  ) u_ld (
      .clk_i       (clk_i),
      .rst_ni      (engine_rst_n),
      .ready_o     (ready[0]),
      .start_i     (go[0]),
      .desc_i      (ld_desc),
      .addr_i      (ld_addr),
      .index_addr_i(ld_index_addr),
      .done_o      (ended[0]),
      .cause_o     (engine_cause[3:0]),
      .detail_o    (engine_detail[31:0]),
      .active_o    (active[0]),
      .stall_o     (stall[0]),
      .req_valid_o (ld_req),
      .req_ready_i (ld_gnt),
      .req_addr_o  (ld_req_addr),
      .req_beats_o (ld_req_beats),
      .rsp_valid_i (ld_rvalid),
      .rsp_data_i  (rsp_data),
      .rsp_error_i (rsp_error),
      .rsp_addr_i  (rd_rsp_addr),
      .wgt_we_o    (wgt_we),
      .wgt_waddr_o (wgt_waddr),
      .wgt_wdata_o (wgt_wdata),
      .act_we_o    (act_we),
      .act_waddr_o (act_waddr),
      .act_wdata_o (act_wdata),
      .par_we_o    (par_we),
      .par_waddr_o (par_waddr),
      .par_wdata_o (par_wdata)
  );
  systole_mx #(
      .Dim(Dim),
      .LoadRows(LoadRows),
      .ActAddrW(ActAddrW),
      .QntAddrW(QntAddrW),
      .WgtAddrW(WgtAddrW),
      .AccAddrW(AccAddrW)
  ) u_mx (
      .clk_i      (clk_i),
      .rst_ni     (engine_rst_n),
      .ready_o    (ready[1]),
      .start_i    (go[1]),
      .desc_i     (mx_desc),
      .done_o     (ended[1]),
      .cause_o    (engine_cause[7:4]),
      .active_o   (active[1]),
      .act_re_o   (act_re),
      .act_addr_o (act_raddr),
      .act_data_i (act_rdata),
      .qnt_re_o   (qnt_re[0]),
      .qnt_addr_o (qnt_raddr[0+:QntAddrW]),
      .qnt_data_i (qnt_rdata[0+:8*Dim]),
      .wgt_re_o   (wgt_re),
      .wgt_addr_o (wgt_raddr),
      .wgt_data_i (wgt_rdata),
      .acc_re_o   (acc_re[0]),
      .acc_raddr_o(acc_raddr[0+:AccAddrW]),
      .acc_rdata_i(acc_rdata[0+:32*Dim]),
      .acc_we_o   (acc_we),
      .acc_waddr_o(acc_waddr),
      .acc_wdata_o(acc_wdata)
  );
  systole_vx #(
      .Dim(Dim),
      .AccAddrW(AccAddrW),
      .ParAddrW(ParAddrW),
      .VmAddrW(VmAddrW),
      .QntAddrW(QntAddrW),
      .RsAddrW(RsAddrW)
  ) u_vx (
      .clk_i       (clk_i),
      .rst_ni      (engine_rst_n),
      .ready_o     (ready[2]),
      .start_i     (go[2]),
      .desc_i      (vx_desc),
      .done_o      (ended[2]),
      .cause_o     (engine_cause[11:8]),
      .active_o    (active[2]),
      .acc_re_o    (acc_re[1]),
      .acc_addr_o  (acc_raddr[AccAddrW+:AccAddrW]),
      .acc_data_i  (acc_rdata[32*Dim+:32*Dim]),
      .par_a_re_o  (par_re[0]),
      .par_a_addr_o(par_raddr[0*ParAddrW+:ParAddrW]),
      .par_a_data_i(par_rdata[0*Dim+:32*Dim]),
      .par_b_re_o  (par_re[1]),
      .par_b_addr_o(par_raddr[1*ParAddrW+:ParAddrW]),
      .par_b_data_i(par_rdata[32*Dim+:32*Dim]),
      .par_c_re_o  (par_re[2]),
      .par_c_addr_o(par_raddr[2*ParAddrW+:ParAddrW]),
      .par_c_data_i(par_rdata[64*Dim+:32*Dim]),
      .vm_a_re_o   (vm_re[0]),
      .vm_a_addr_o (vm_raddr[0*VmAddrW+:VmAddrW]),
      .vm_a_data_i (vm_rdata[0*Dim+:32*Dim]),
      .vm_b_re_o   (vm_re[1]),
      .vm_b_addr_o (vm_raddr[1*VmAddrW+:VmAddrW]),
      .vm_b_data_i (vm_rdata[32*Dim+:32*Dim]),
      .vm_c_re_o   (vm_re[2]),
      .vm_c_addr_o (vm_raddr[2*VmAddrW+:VmAddrW]),
      .vm_c_data_i (vm_rdata[64*Dim+:32*Dim]),
      .rs_s_re_o   (rs_re[0]),
      .rs_s_addr_o (rs_raddr[0*RsAddrW+:RsAddrW]),
      .rs_s_data_i (rs_rdata[0*Dim+:32*Dim]),
      .rs_t_re_o   (rs_re[1]),
      .rs_t_addr_o (rs_raddr[1*RsAddrW+:RsAddrW]),
      .rs_t_data_i (rs_rdata[32*Dim+:32*Dim]),
      .vm_we_o     (vm_we),
      .vm_waddr_o  (vm_waddr),
      .vm_wdata_o  (vm_wdata),
      .qnt_we_o    (qnt_we),
      .qnt_waddr_o (qnt_waddr),
      .qnt_wdata_o (qnt_wdata),
      .rs_we_o     (rs_we),
      .rs_waddr_o  (rs_waddr),
      .rs_wdata_o  (rs_wdata)
  );
  logic st_req, st_gnt, st_dat, st_rsp, wr_rsp_error;
  logic [63:0] st_req_addr;
  logic [6:0] st_req_beats;
  logic [8*BusBytes-1:0] st_dat_data;
  logic [BusBytes-1:0] st_dat_strb;
  systole_st #(
      .Dim(Dim),
      .BusBytes(BusBytes),
      .QntAddrW(QntAddrW),
      .VmAddrW(VmAddrW),
      .RsAddrW(RsAddrW)
  ) u_st (
      .clk_i      (clk_i),
      .rst_ni     (engine_rst_n),
      .ready_o    (ready[3]),
      .start_i    (go[3]),
      .desc_i     (st_desc),
      .addr_i     (st_addr),
      .done_o     (ended[3]),
      .cause_o    (engine_cause[15:12]),
      .detail_o   (engine_detail[127:96]),
      .active_o   (active[3]),
      .stall_o    (stall[3]),
      .req_valid_o(st_req),
      .req_ready_i(st_gnt),
      .req_addr_o (st_req_addr),
      .req_beats_o(st_req_beats),
      .dat_valid_o(st_dat),
      .dat_data_o (st_dat_data),
      .dat_strb_o (st_dat_strb),
      .rsp_valid_i(st_rsp),
      .rsp_error_i(wr_rsp_error),
      .rsp_addr_i (wr_rsp_addr),
      .qnt_re_o   (qnt_re[1]),
      .qnt_raddr_o(qnt_raddr[QntAddrW+:QntAddrW]),
      .qnt_rdata_i(qnt_rdata[8*Dim+:8*Dim]),
      .vm_re_o    (vm_re[3]),
      .vm_raddr_o (vm_raddr[3*VmAddrW+:VmAddrW]),
      .vm_rdata_i (vm_rdata[96*Dim+:32*Dim]),
      .rs_re_o    (rs_re[2]),
      .rs_raddr_o (rs_raddr[2*RsAddrW+:RsAddrW]),
      .rs_rdata_i (rs_rdata[64*Dim+:32*Dim])
  );

  assign engine_detail[95:32] = 64'd0;
  assign stall[2:1] = 2'd0;

  // ---- AXI master ---------------------------------------------------------------
  logic status_req, status_gnt, status_dat, status_rsp;
  logic [63:0] status_addr;
  logic [6:0] status_beats;
  logic [8*BusBytes-1:0] status_dat_data;
  logic [BusBytes-1:0] status_dat_strb;
  // The reset after a drain that the watchdog ended comes in the cycle of the start.
  systole_status #(
      .BusBytes(BusBytes)
  ) u_status (
      .clk_i      (clk_i),
      .rst_ni     (rst_ni && (!engine_reset || status_start)),
      .start_i    (status_start),
      .base_i     (base),
      .done_o     (status_done),
      .error_o    (status_error),
      .error_addr_o(status_error_addr),
      .re_o       (status_re),
      .word_o     (status_word),
      .word_i     (status_data),
      .req_o      (status_req),
      .gnt_i      (status_gnt),
      .addr_o     (status_addr),
      .beats_o    (status_beats),
      .dat_valid_o(status_dat),
      .dat_o      (status_dat_data),
      .strb_o     (status_dat_strb),
      .rsp_valid_i(status_rsp),
      .rsp_error_i(wr_rsp_error),
      .rsp_addr_i (wr_rsp_addr)
  );

  // Bursts accepted and not answered; those of before a reset are orphans.
  logic [9:0] reads_q, writes_q, orphan_reads_q, orphan_writes_q;
  logic [9:0] reads_d, writes_d;
  assign quiet_o = reads_q == 10'd0 && writes_q == 10'd0 && !rvalid_q && !bvalid_q;
  assign reads_d = reads_q + {9'd0, m_axi_arvalid_o && m_axi_arready_i} -
                   {9'd0, m_axi_rvalid_i && m_axi_rlast_i};
  assign writes_d = writes_q + {9'd0, m_axi_awvalid_o && m_axi_awready_i} - {9'd0, m_axi_bvalid_i};
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reads_q <= 10'd0;
      writes_q <= 10'd0;
      orphan_reads_q <= 10'd0;
      orphan_writes_q <= 10'd0;
    end else begin
      reads_q <= reads_d;
      writes_q <= writes_d;
      if (engine_reset) orphan_reads_q <= reads_d;
      else if (orphan_reads_q != 10'd0 && m_axi_rvalid_i && m_axi_rlast_i)
        orphan_reads_q <= orphan_reads_q - 10'd1;
      if (engine_reset) orphan_writes_q <= writes_d;
      else if (orphan_writes_q != 10'd0 && m_axi_bvalid_i) orphan_writes_q <= orphan_writes_q - 10'd1;
    end
  end

  logic rd_idle, wr_idle, rsp_last;
  systole_axi_rd #(
      .BusBytes(BusBytes)
  ) u_axi_rd (
      .clk_i          (clk_i),
      .rst_ni         (engine_rst_n),
      .req_valid_i    ({ld_req, fetch_req}),
      .req_ready_o    ({ld_gnt, fetch_gnt}),
      .req_addr_i     ({ld_req_addr, fetch_addr}),
      .req_beats_i    ({ld_req_beats, fetch_beats}),
      .rsp_valid_o    ({ld_rvalid, fetch_rvalid}),
      .rsp_data_o     (rsp_data),
      .rsp_last_o     (rsp_last),
      .rsp_error_o    (rsp_error),
      .rsp_addr_o     (rd_rsp_addr),
      .idle_o         (rd_idle),
      .m_axi_arvalid_o(m_axi_arvalid_o),
      .m_axi_arready_i(m_axi_arready_i),
      .m_axi_arid_o   (m_axi_arid_o),
      .m_axi_araddr_o (m_axi_araddr_o),
      .m_axi_arlen_o  (m_axi_arlen_o),
      .m_axi_arsize_o (m_axi_arsize_o),
      .m_axi_arburst_o(m_axi_arburst_o),
      .m_axi_arlock_o (m_axi_arlock_o),
      .m_axi_arcache_o(m_axi_arcache_o),
      .m_axi_arprot_o (m_axi_arprot_o),
      .m_axi_arqos_o  (m_axi_arqos_o),
      .m_axi_rvalid_i (m_axi_rvalid_i && orphan_reads_q == 10'd0),
      .m_axi_rready_o (m_axi_rready_o),
      .m_axi_rid_i    (m_axi_rid_i),
      .m_axi_rdata_i  (m_axi_rdata_i),
      .m_axi_rresp_i  (m_axi_rresp_i),
      .m_axi_rlast_i  (m_axi_rlast_i)
  );
  systole_axi_wr #(
      .BusBytes(BusBytes)
  ) u_axi_wr (
      .clk_i          (clk_i),
      .rst_ni         (engine_rst_n),
      .req_valid_i    ({status_req, st_req}),
      .req_ready_o    ({status_gnt, st_gnt}),
      .req_addr_i     ({status_addr, st_req_addr}),
      .req_beats_i    ({status_beats, st_req_beats}),
      .dat_valid_i    ({status_dat, st_dat}),
      .dat_data_i     ({status_dat_data, st_dat_data}),
      .dat_strb_i     ({status_dat_strb, st_dat_strb}),
      .rsp_valid_o    ({status_rsp, st_rsp}),
      .rsp_error_o    (wr_rsp_error),
      .rsp_addr_o     (wr_rsp_addr),
      .idle_o         (wr_idle),
      .m_axi_awvalid_o(m_axi_awvalid_o),
      .m_axi_awready_i(m_axi_awready_i),
      .m_axi_awid_o   (m_axi_awid_o),
      .m_axi_awaddr_o (m_axi_awaddr_o),
      .m_axi_awlen_o  (m_axi_awlen_o),
      .m_axi_awsize_o (m_axi_awsize_o),
      .m_axi_awburst_o(m_axi_awburst_o),
      .m_axi_awlock_o (m_axi_awlock_o),
      .m_axi_awcache_o(m_axi_awcache_o),
      .m_axi_awprot_o (m_axi_awprot_o),
      .m_axi_awqos_o  (m_axi_awqos_o),
      .m_axi_wvalid_o (m_axi_wvalid_o),
      .m_axi_wready_i (m_axi_wready_i),
      .m_axi_wdata_o  (m_axi_wdata_o),
      .m_axi_wstrb_o  (m_axi_wstrb_o),
      .m_axi_wlast_o  (m_axi_wlast_o),
      .m_axi_bvalid_i (m_axi_bvalid_i && orphan_writes_q == 10'd0),
      .m_axi_bready_o (m_axi_bready_o),
      .m_axi_bid_i    (m_axi_bid_i),
      .m_axi_bresp_i  (m_axi_bresp_i)
  );

  logic unused;
  assign unused = ^{fault, rd_idle, wr_idle, rsp_last};
endmodule
