// The sequencer: takes the program line by line, binds, checks and dispatches
// it, follows loops, and brings the run to its end.
//
// Time, from the cycle P in which a line is there (systole_fetch: have) and the
// sequencer waits for it; the line is taken in P:
//   P + 1  DECODE   the line is judged by itself
//   P + 2  KIND     an ILLEGAL line is the fault of this cycle
//   bound: P + 3 BLINE, or as soon as the binding line is there (cycle B); it is
//          taken in B; BIND from B + 1 for S + 3 cycles (S: up to the last slot
//          that is not zero), the faults of binding are of the cycle after
//   CHECK  N + 3 cycles: N = 3 for LD, 4 LDG, 8 MX, 4 VX, 2 ST
//   COMMIT the cycle of a fault of checking; or the instruction enters its
//          queue, as soon as that is not full; it may start two cycles later
//   The next line is taken in the cycle after at the earliest.
// So an instruction that nothing holds up takes 7 + N cycles, a bound one
// 12 + S + N. (BIND is followed by one cycle VERDICT.)
// LOOP and ENDLOOP: one cycle LOOP (ENDLOOP) follows KIND or VERDICT, in which
// the fetch jumps if it must; the next line is waited for from the cycle after.
// A fault of the sequencer's holds it where it is. hit_i (systole_fault), a cycle
// later, brings it to DRAIN; for the faults of others it goes on until then.
// END: state END follows KIND or VERDICT; it lasts until all queues are empty,
// no engine is active, and no line is on the way.
// Start: taken (take_o) in the first cycle with start_i after one in IDLE with quiet_i.
// That is cycle 0, in which PROGRAM_LINES is compared with the
// limit; cycle 1 BEGIN tells; lines are fetched and waited for from cycle 2 on.
// The end: DRAIN (after hit_i) lasts until the cycle after one of it in which no
// engine is active, every queue's head is blocked or missing, and no line is on the
// way, or until the watchdog bites.
// After its last cycle, or END's, the registers freeze. One cycle
// CLEAR empties queues and semaphores (and, after a bite, resets engines and
// AXI masters for that cycle); then STATUS writes the record, if segment 15 is
// large enough; then one cycle DONE.
`include "systole_isa.svh"
module systole_seq #(
    parameter Dim      = 16,
    parameter BusBytes = 16,
    parameter WgtWords = 8192,
    parameter ActWords = 2048,
    parameter QntWords = 4096,
    parameter AccWords = 2048,
    parameter ParWords = 2048,
    parameter VmWords  = 4096,
    parameter RsWords  = 256
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    // control
    input  logic                  start_i,         // a start is wanted
    input  logic                  quiet_i,         // and may be taken
    output logic                  take_o,          // it is, in this cycle
    output logic                  running_o,       // from the cycle after take to the run proper's last
    output logic                  done_o,
    input  logic [511:0]          scalars_i,
    input  logic [31:0]           lines_i,
    input  logic [63:0]           program_base_i,
    output logic [3:0]            segment_o,       // asks for one segment, whose are a cycle later:
    input  logic [63:0]           base_i,
    input  logic [63:0]           limit_i,
    output logic [2:0]            state_o,         // as SEQ_STATE
    output logic [31:0]           index_o,         // as SEQ_INDEX
    // fetch client
    output logic                  req_o,
    input  logic                  gnt_i,
    output logic [63:0]           addr_o,
    output logic [6:0]            beats_o,
    input  logic                  rvalid_i,
    input  logic [8*BusBytes-1:0] rdata_i,
    input  logic                  rerr_i,
    // dispatch
    output logic [3:0]            offer_o,         // who may get the instruction that is checked
    output logic [3:0]            part_o,          // a bit for the quarter of it that is here, or none
    output logic [127:0]          desc_part_o,
    output logic [3:0]            push_o,          // all quarters were here
    output logic [31:0]           desc_index_o,
    output logic [63:0]           desc_addr_o,
    output logic [63:0]           desc_index_addr_o,
    output logic [47:0]           macs_o,          // of the instruction pushed, valid for MX
    input  logic [3:0]            full_i,
    // engines
    input  logic [3:0]            empty_i,
    input  logic [3:0]            blocked_i,
    input  logic [3:0]            active_i,
    // faults
    output logic                  line_o,          // a line is taken in this cycle
    output logic                  fault_o,         // one of the sequencer's, in this cycle
    output logic [3:0]            fault_cause_o,
    output logic [31:0]           fault_index_o,
    output logic [31:0]           fault_detail_o,
    input  logic                  hit_i,           // someone's acts in this cycle
    input  logic                  bite_i,
    output logic                  watch_o,         // the watchdog may count
    output logic                  watch_restart_o,
    output logic                  working_o,       // running, and no fault yet
    output logic                  clear_o,         // queues and semaphores
    output logic                  reset_o,         // engines and AXI masters
    output logic                  status_start_o,
    input  logic                  status_done_i
);
  localparam [31:0] First = `SYS_BOUND_FIRST, Second = `SYS_BOUND_SECOND, Third = `SYS_BOUND_THIRD;
  // A bit for each state.
  localparam Idle = 0, Begin = 1, Line = 2, Decode = 3, Kind = 4, BindLine = 5, Bind = 6, Verdict = 7,
             Loop = 8, EndLoop = 9, Check = 10, Commit = 11, End = 12, Drain = 13, Clear = 14,
             Status = 15, Done = 16, States = 17;
  logic [States-1:0] state_q;
  function automatic [States-1:0] only(input integer state);
    only = States'(1) << state;
  endfunction

  logic working;  // the states in which a fault leads to DRAIN
  assign working = !(state_q[Idle] || state_q[Drain] || state_q[Clear] || state_q[Status] || state_q[Done]);

  // Fetch
  logic have, at_end, pop, jump, fetch_busy, line_err;
  logic [5:0] line_err_at;  // first byte of the line that could not be read
  logic [511:0] line;
  logic [31:0] at, target;
  logic [7:0] beats;
  systole_fetch #(
      .BusBytes(BusBytes)
  ) u_fetch (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni && !reset_o),
      .enable_i(working && !state_q[Begin] && !state_q[End]),
      .start_i (take_o),
      .jump_i  (jump),
      .target_i(target),
      .base_i  (program_base_i),
      .lines_i (lines_i),
      .have_o  (have),
      .end_o   (at_end),
      .line_o  (line),
      .err_o   (line_err),
      .err_at_o(line_err_at),
      .at_o    (at),
      .pop_i   (pop),
      .busy_o  (fetch_busy),
      .req_o   (req_o),
      .gnt_i   (gnt_i),
      .addr_o  (addr_o),
      .beats_o (beats),
      .rvalid_i(rvalid_i),
      .rdata_i (rdata_i),
      .rerr_i  (rerr_i)
  );
  assign beats_o = beats[6:0];
  assign pop = have && !line_err && (state_q[Line] || state_q[BindLine]);
  assign line_o = pop;

  // The instruction in hand
  logic [511:0] desc_q;
  logic [31:0] pc_q;  // its line
  logic illegal;
  logic [4:0] kind;    // none: the sequencer's own
  logic [3:0] engine;  // a bit each
  assign engine = {kind[4:2], kind[1] || kind[0]};
  systole_decode u_decode (
      .clk_i    (clk_i),
      .en_i     (state_q[Decode]),
      .line_i   (desc_q),
      .illegal_o(illegal),
      .kind_o   (kind)
  );

  // The scalars, and the multiplier that binding and checking share
  logic [31:0] scalar_q[0:15];
  logic [3:0] scalar;
  logic [31:0] bind_a, bind_b, check_a, check_b, mul_a_q, mul_b_q;
  logic mul_signed_q;
  logic [63:0] outer, middle;
  always_ff @(posedge clk_i) begin
    if (state_q[Bind] || state_q[Check]) begin
      mul_a_q <= state_q[Bind] ? bind_a : check_a;
      mul_b_q <= state_q[Bind] ? bind_b : check_b;
      mul_signed_q <= state_q[Bind];
    end
  end
  systole_mul32 u_product (
      .clk_i   (clk_i),
      .clear_i (1'b0),
      .en_i    (state_q[Bind] || state_q[Check]),
      .signed_i(mul_signed_q),
      .a_i     (mul_a_q),
      .b_i     (mul_b_q),
      .outer_o (outer),
      .middle_o(middle)
  );

  logic write, bind_illegal, bind_range;
  logic [4:0] write_at;
  logic [1:0] write_width;
  logic [39:0] write_value;
  logic more_slots;
  logic [1:0] tail_q;  // cycles of BIND after the last slot
  systole_bind u_bind (
      .clk_i        (clk_i),
      .load_i       (pop && state_q[BindLine]),
      .line_i       (line),
      .run_i        (state_q[Bind]),
      .more_o       (more_slots),
      .kind_i       (kind),
      .desc_i       (desc_q),
      .scalar_o     (scalar),
      .scalar_i     (scalar_q[scalar]),
      .a_o          (bind_a),
      .b_o          (bind_b),
      .outer_i      (outer),
      .middle_i     (middle),
      .write_o      (write),
      .write_at_o   (write_at),
      .write_width_o(write_width),
      .write_value_o(write_value),
      .illegal_o    (bind_illegal),
      .range_o      (bind_range)
  );

  logic range, align, sram, commit_bad, check_last;
  logic [3:0] check_segment;
  systole_check #(
      .Dim     (Dim),
      .BusBytes(BusBytes),
      .WgtWords(WgtWords),
      .ActWords(ActWords),
      .QntWords(QntWords),
      .AccWords(AccWords),
      .ParWords(ParWords),
      .VmWords (VmWords),
      .RsWords (RsWords)
  ) u_check (
      .clk_i          (clk_i),
      .begin_i        (state_q[Kind] || state_q[Verdict]),
      .run_i          (state_q[Check]),
      .kind_i         (kind),
      .desc_i         (desc_q),
      .segment_o      (check_segment),
      .base_i         (base_i),
      .limit_i        (limit_i),
      .a_o            (check_a),
      .b_o            (check_b),
      .outer_i        (outer),
      .middle_i       (middle),
      .range_o        (range),
      .align_o        (align),
      .sram_o         (sram),
      .bad_o          (commit_bad),
      .last_o         (check_last),
      .addr_o         (desc_addr_o),
      .index_addr_o   (desc_index_addr_o),
      .macs_o         (macs_o)
  );
  // Which segment is chosen two cycles ahead of what is asked of it: the program's
  // for IDLE, the record's for CLEAR and the next, an instruction's for the steps of its check.
  logic too_long_q, record;  // the program for its segment; there is room for the record
  logic [3:0] segment_q;
  assign segment_o = segment_q;
  assign record = limit_i >= 64'd`SYS_STATUS_BYTES;
  always_ff @(posedge clk_i) begin
    segment_q <= 4'd`SYS_STATUS_SEGMENT;
    if (!running_o) segment_q <= 4'd`SYS_PROGRAM_SEGMENT;
    else if (!hit_i && kind != 5'd0 && (state_q[Kind] || state_q[Verdict] || state_q[Check]))
      segment_q <= check_segment;
    if (state_q[Idle]) too_long_q <= limit_i < {26'd0, lines_i, 6'd0};
  end

  // Loops: a stack of the first line of the body, the count, and the counter's scalar
  logic [31:0] body_q[0:3];
  logic [31:0] count_q[0:3];
  logic [3:0] counter_q[0:3];
  logic [3:0] inner_counter_q;  // the innermost loop's
  logic [2:0] depth_q;
  logic [1:0] top;
  logic [31:0] after_body_q;
  logic [31:0] loop_count, passes_q, left_q;  // left_q: lines from `at` on
  logic [31:0] inner_q, inner_count_q;        // the innermost loop's counter and count
  logic loop_bad, again_q, skip_q, beyond_q;
  assign top = depth_q[1:0] - 2'd1;
  assign loop_count = desc_q[`SYS_LOOP_COUNT];
  assign loop_bad = depth_q[2] || beyond_q;
  assign jump = (state_q[Loop] && skip_q && !loop_bad) || (state_q[EndLoop] && depth_q != 3'd0 && again_q);
  assign target = state_q[Loop] ? after_body_q : body_q[top];

  // What LOOP and ENDLOOP ask is known in the cycles before they do: the loops and
  // scalars since the line was taken, the description since KIND or, bound, VERDICT.
  always_ff @(posedge clk_i) begin
    left_q <= lines_i - at;
    inner_q <= scalar_q[inner_counter_q];
    inner_count_q <= count_q[top];
    if (state_q[Decode]) passes_q <= inner_q + 32'd1;
    if (state_q[Kind]) again_q <= passes_q < inner_count_q;
    if (state_q[Kind] || state_q[Verdict]) begin
      skip_q <= loop_count == 32'd0;
      after_body_q <= at + desc_q[`SYS_LOOP_LINES];
      beyond_q <= desc_q[`SYS_LOOP_LINES] > left_q;
    end
  end

  // Faults
  logic [31:0] index;  // the line that the sequencer is at
  assign index = state_q[Line] ? at : pc_q;
  always_comb begin
    fault_o = 1'b0;
    fault_cause_o = 4'd`SYS_CAUSE_NONE;
    fault_index_o = pc_q;
    fault_detail_o = 32'd0;
    unique case (1'b1)
      state_q[Begin]:
      if (too_long_q) begin
        fault_o = 1'b1;
        fault_cause_o = 4'd`SYS_CAUSE_SEGMENT;
        fault_index_o = 32'd0;
      end
      state_q[Line], state_q[BindLine]:
      if (at_end) begin
        fault_o = 1'b1;
        fault_cause_o = 4'd`SYS_CAUSE_SEGMENT;
        fault_index_o = index;
      end else if (have && line_err) begin
        fault_o = 1'b1;
        fault_cause_o = 4'd`SYS_CAUSE_AXI_READ;
        fault_index_o = index;
        fault_detail_o = {program_base_i[31:7], 7'd0} + {at[25:0], line_err_at};
      end
      state_q[Kind]:
      if (illegal) begin
        fault_o = 1'b1;
        fault_cause_o = 4'd`SYS_CAUSE_ILLEGAL;
      end
      state_q[Verdict]:
      if (bind_illegal || bind_range) begin
        fault_o = 1'b1;
        fault_cause_o = bind_illegal ? 4'd`SYS_CAUSE_ILLEGAL : 4'd`SYS_CAUSE_RANGE;
      end
      state_q[Loop]:
      if (loop_bad) begin
        fault_o = 1'b1;
        fault_cause_o = 4'd`SYS_CAUSE_LOOP;
      end
      state_q[EndLoop]:
      if (depth_q == 3'd0) begin
        fault_o = 1'b1;
        fault_cause_o = 4'd`SYS_CAUSE_LOOP;
      end
      state_q[Commit]:
      if (commit_bad) begin
        fault_o = 1'b1;
        fault_cause_o = range ? 4'd`SYS_CAUSE_RANGE : align ? 4'd`SYS_CAUSE_ALIGN :
                        sram ? 4'd`SYS_CAUSE_SRAM : 4'd`SYS_CAUSE_SEGMENT;
      end
      default: ;
    endcase
  end

  // Dispatch. An instruction goes to its queue quarter by quarter in the first cycles of
  // its check, of which there are five at least.
  logic [3:0] offer_q, next_part_q, part_q;
  logic [127:0] desc_part_q;
  always_ff @(posedge clk_i) begin
    offer_q <= state_q[Check] || state_q[Commit] ? engine : 4'd0;
    next_part_q <= state_q[Kind] || state_q[Verdict] ? 4'd1 : next_part_q << 1;
    part_q <= state_q[Check] ? next_part_q : 4'd0;
    if (state_q[Check])
      desc_part_q <= (desc_q[127:0] & {128{next_part_q[0]}}) | (desc_q[255:128] & {128{next_part_q[1]}}) |
                     (desc_q[383:256] & {128{next_part_q[2]}}) | (desc_q[511:384] & {128{next_part_q[3]}});
  end
  assign offer_o = offer_q;
  assign part_o = part_q;
  assign desc_part_o = desc_part_q;
  assign push_o = state_q[Commit] && !commit_bad ? engine & ~full_i : 4'd0;
  assign desc_index_o = pc_q;

  // The end
  logic still, ends, drained_q, rest_q, reset_q, status_start_q;
  assign still = active_i == 4'd0 && !fetch_busy;
  assign take_o = rest_q && start_i;
  assign ends = (state_q[End] && empty_i == 4'd15 && still && !hit_i) ||
                (state_q[Drain] && (drained_q || bite_i));
  assign running_o = working || state_q[Drain];
  assign working_o = working;
  assign done_o = state_q[Done];
  assign watch_o = running_o || state_q[Status];
  assign watch_restart_o = hit_i || state_q[Clear] || state_q[Begin];
  assign clear_o = state_q[Clear];
  assign reset_o = reset_q;
  assign status_start_o = status_start_q;

  // What the registers say of the sequencer
  logic [2:0] state_code, last_state_q;
  logic [31:0] last_index_q;
  always_comb begin
    state_code = 3'd2;
    if (state_q[Line] || state_q[BindLine]) state_code = 3'd1;
    if (state_q[Commit]) state_code = 3'd3;
    if (state_q[End]) state_code = 3'd4;
  end
  assign state_o = working ? state_code : last_state_q;
  assign index_o = working ? index : last_index_q;

  logic [States-1:0] after_kind;  // or VERDICT, where the opcode is one of those that are
  assign after_kind = kind != 5'd0 ? only(Check) : desc_q[1:0] == 2'd`SYS_OP_LOOP ? only(Loop) :
                      desc_q[1:0] == 2'd`SYS_OP_ENDLOOP ? only(EndLoop) : only(End);

  integer i, h;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= only(Idle);
      depth_q <= 3'd0;
      reset_q <= 1'b0;
      status_start_q <= 1'b0;
      drained_q <= 1'b0;
      rest_q <= 1'b0;
      last_state_q <= 3'd0;
      last_index_q <= 32'd0;
    end else begin
      reset_q <= 1'b0;
      status_start_q <= state_q[Clear] && record;
      drained_q <= state_q[Drain] && blocked_i == 4'd15 && still;
      rest_q <= state_q[Idle] && quiet_i && !take_o;
      unique case (1'b1)
        state_q[Idle]:
        if (take_o) begin
          state_q <= only(Begin);
          depth_q <= 3'd0;
          pc_q <= 32'd0;
        end
        state_q[Begin]: if (!too_long_q) state_q <= only(Line);
        state_q[Line]:
        if (pop) begin
          state_q <= only(Decode);
          pc_q <= at;
        end
        state_q[Decode]: state_q <= only(Kind);
        state_q[Kind]:
        if (!illegal) state_q <= desc_q[`SYS_BOUND] ? only(BindLine) : after_kind;
        state_q[BindLine]: if (pop) state_q <= only(Bind);
        state_q[Bind]: if (!more_slots && tail_q == 2'd2) state_q <= only(Verdict);
        state_q[Verdict]:
        if (!bind_illegal && !bind_range) state_q <= after_kind;
        state_q[Loop]:
        if (!loop_bad) begin
          state_q <= only(Line);
          if (!skip_q) begin
            depth_q <= depth_q + 3'd1;
            body_q[depth_q[1:0]] <= at;
            count_q[depth_q[1:0]] <= loop_count;
            counter_q[depth_q[1:0]] <= desc_q[`SYS_LOOP_COUNTER];
            inner_counter_q <= desc_q[`SYS_LOOP_COUNTER];
          end
        end
        state_q[EndLoop]:
        if (depth_q != 3'd0) begin
          state_q <= only(Line);
          if (!again_q) begin
            depth_q <= depth_q - 3'd1;
            inner_counter_q <= counter_q[depth_q[1:0]-2'd2];
          end
        end
        state_q[Check]: if (check_last) state_q <= only(Commit);
        state_q[Commit]: if (push_o != 4'd0) state_q <= only(Line);
        state_q[End]: if (ends) state_q <= only(Clear);
        state_q[Drain]:
        if (ends) begin
          state_q <= only(Clear);
          reset_q <= !drained_q;
        end
        state_q[Clear]: state_q <= record ? only(Status) : only(Done);
        state_q[Status]:
        if (status_done_i) state_q <= only(Done);
        else if (bite_i) begin
          state_q <= only(Done);
          reset_q <= 1'b1;
        end
        default: state_q <= only(Idle);
      endcase
      if (working) begin
        if (hit_i) begin
          state_q <= only(Drain);
          last_state_q <= state_code;
          last_index_q <= index;
        end else if (ends) begin
          last_state_q <= 3'd0;
          last_index_q <= index;
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q[Bind]) tail_q <= more_slots ? 2'd0 : tail_q + 2'd1;
    else if (state_q[BindLine]) tail_q <= 2'd0;

    if (pop && state_q[Line]) desc_q <= line;
    else if (write) begin  // into those halfwords only in which a field can be bound
      for (h = 0; h < 32; h = h + 1) begin
        if (First[h] && write_at == h[4:0]) desc_q[16*h+:16] <= write_value[15:0];
        if (Second[h] && write_width != 2'd0 && write_at + 5'd1 == h[4:0]) desc_q[16*h+:16] <= write_value[31:16];
        if (Third[h] && write_width == 2'd2 && write_at + 5'd2 == h[4:0]) desc_q[16*h+:8] <= write_value[39:32];
      end
    end

    if (take_o) begin
      for (i = 0; i < 16; i = i + 1) scalar_q[i] <= scalars_i[32*i+:32];
    end else if (state_q[Loop]) scalar_q[desc_q[`SYS_LOOP_COUNTER]] <= 32'd0;
    else if (state_q[EndLoop] && depth_q != 3'd0) scalar_q[inner_counter_q] <= passes_q;
  end

  logic unused;
  assign unused = beats[7];
endmodule
