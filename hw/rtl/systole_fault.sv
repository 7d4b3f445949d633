// Keeps the first fault of a run.
//
// What engines end with and what the sequencer finds acts in the cycle after it
// (done_i, seq_i; overflow_i, which is told a cycle after the end, in its own), a
// bite and an abort act in their own: hit_o is high in that cycle if enable_i is,
// and fault_o from the next one on, with its report, until clear_i. Of several in
// one cycle the order is LD, MX, VX, ST, sequencer, watchdog, abort; an engine's
// own fault before the overflow of a semaphore at the same end. status_error_i
// counts if there is no fault yet.
`include "systole_isa.svh"
module systole_fault (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         clear_i,
    input  logic         enable_i,
    input  logic [3:0]   done_i,          // per engine, with its:
    input  logic [15:0]  done_cause_i,
    input  logic [127:0] done_detail_i,
    input  logic [127:0] done_index_i,
    input  logic [3:0]   overflow_i,      // a cycle after its done_i
    input  logic         seq_i,
    input  logic [3:0]   seq_cause_i,
    input  logic [31:0]  seq_index_i,
    input  logic [31:0]  seq_detail_i,
    input  logic         watchdog_i,
    input  logic [31:0]  seq_at_i,
    input  logic         abort_i,
    input  logic         status_error_i,  // after the run: writing the record failed
    input  logic [31:0]  status_addr_i,
    output logic         hit_o,
    output logic         fault_o,
    output logic [3:0]   cause_o,
    output logic [2:0]   engine_o,
    output logic [31:0]  index_o,
    output logic [31:0]  detail_o
);
  logic fault_q;
  logic [3:0] cause_q;
  logic [2:0] engine_q;
  logic [31:0] index_q, detail_q;
  assign fault_o = fault_q;
  assign cause_o = cause_q;
  assign engine_o = engine_q;
  assign index_o = index_q;
  assign detail_o = detail_q;

  // What was told in the cycle before. An overflow is that of an end there.
  logic [3:0] own, own_q;                 // engines that ended with a fault of their own
  logic any_q;                            // one did
  logic [15:0] own_cause_q;
  logic [127:0] own_detail_q, done_index_q;
  logic seq_q;
  logic [3:0] seq_cause_q;
  logic [31:0] seq_index_q, seq_detail_q;
  assign own = done_i & {|done_cause_i[15:12], |done_cause_i[11:8], |done_cause_i[7:4], |done_cause_i[3:0]};
  always_ff @(posedge clk_i) begin
    own_q <= own;
    any_q <= own != 4'd0;
    seq_q <= seq_i;
    if (done_i != 4'd0) begin
      own_cause_q <= done_cause_i;
      own_detail_q <= done_detail_i;
      done_index_q <= done_index_i;
    end
    if (seq_i) begin
      seq_cause_q <= seq_cause_i;
      seq_index_q <= seq_index_i;
      seq_detail_q <= seq_detail_i;
    end
  end

  logic [3:0] bad;
  logic [1:0] who;
  assign bad = own_q | overflow_i;
  assign who = bad[0] ? 2'd0 : bad[1] ? 2'd1 : bad[2] ? 2'd2 : 2'd3;
  assign hit_o = enable_i && (any_q || overflow_i != 4'd0 || seq_q || watchdog_i || abort_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      fault_q <= 1'b0;
      cause_q <= 4'd`SYS_CAUSE_NONE;
      engine_q <= 3'd0;
      index_q <= 32'd0;
      detail_q <= 32'd0;
    end else if (status_error_i && !fault_q) begin
      fault_q <= 1'b1;
      cause_q <= 4'd`SYS_CAUSE_AXI_WRITE;
      engine_q <= 3'd`SYS_ENGINE_SEQ;
      index_q <= seq_at_i;
      detail_q <= status_addr_i;
    end else if (hit_o && !fault_q) begin
      fault_q <= 1'b1;
      detail_q <= 32'd0;
      if (bad != 4'd0) begin
        engine_q <= {1'b0, who};
        index_q <= done_index_q[32*who+:32];
        if (own_q[who]) begin
          cause_q <= own_cause_q[4*who+:4];
          detail_q <= own_detail_q[32*who+:32];
        end else begin
          cause_q <= 4'd`SYS_CAUSE_SEMAPHORE;
        end
      end else if (seq_q) begin
        cause_q <= seq_cause_q;
        engine_q <= 3'd`SYS_ENGINE_SEQ;
        index_q <= seq_index_q;
        detail_q <= seq_detail_q;
      end else begin
        cause_q <= watchdog_i ? 4'd`SYS_CAUSE_WATCHDOG : 4'd`SYS_CAUSE_ABORT;
        engine_q <= 3'd`SYS_ENGINE_SEQ;
        index_q <= seq_at_i;
      end
    end
  end
endmodule
