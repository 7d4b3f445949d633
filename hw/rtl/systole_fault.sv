// Keeps the first fault of a run.
//
// hit_o is high in a cycle with a fault; fault_o from the next cycle on, with
// its report, until clear_i. Of several in one cycle the order is LD, MX, VX,
// ST, sequencer, watchdog, abort; an engine's own fault before the overflow of
// a semaphore at the same end. status_error_i counts if there is no fault yet.
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
    input  logic [3:0]   overflow_i,
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

  logic [3:0] bad;  // engines with a fault in this cycle
  assign bad = done_i & (overflow_i | {|done_cause_i[15:12], |done_cause_i[11:8],
                                       |done_cause_i[7:4], |done_cause_i[3:0]});
  assign hit_o = enable_i && (bad != 4'd0 || seq_i || watchdog_i || abort_i);

  logic [1:0] who;
  assign who = bad[0] ? 2'd0 : bad[1] ? 2'd1 : bad[2] ? 2'd2 : 2'd3;

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
        index_q <= done_index_i[32*who+:32];
        if (done_cause_i[4*who+:4] != 4'd0) begin
          cause_q <= done_cause_i[4*who+:4];
          detail_q <= done_detail_i[32*who+:32];
        end else begin
          cause_q <= 4'd`SYS_CAUSE_SEMAPHORE;
        end
      end else if (seq_i) begin
        cause_q <= seq_cause_i;
        engine_q <= 3'd`SYS_ENGINE_SEQ;
        index_q <= seq_index_i;
        detail_q <= seq_detail_i;
      end else begin
        cause_q <= watchdog_i ? 4'd`SYS_CAUSE_WATCHDOG : 4'd`SYS_CAUSE_ABORT;
        engine_q <= 3'd`SYS_ENGINE_SEQ;
        index_q <= seq_at_i;
      end
    end
  end
endmodule
