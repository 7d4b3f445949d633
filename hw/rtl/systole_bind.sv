// Fills the fields of an instruction that its binding line names.
//
// load_i: line_i is a binding line. Its slots count up to the last that is not
// zero; more_o is high as long as one of them is to come. Then run_i is high, for
// three cycles more than there are slots, the first of them the one after load_i.
// In the cycles with more_o one slot a cycle asks the shared multiplier (a_o x b_o,
// signed; two cycles later outer_i + middle_i must be the product). Three cycles after
// the last slot of a field, write_o is high: halfword write_at_o of the
// instruction and as many bits as write_width_o says (0: 16, 1 and 3: 32, 2: 40)
// are to become write_value_o. desc_i must show the writes in the next cycle.
// illegal_o and range_o gather what was found since load_i and are complete in
// the cycle after run_i.
`include "systole_isa.svh"
module systole_bind (
    input  logic         clk_i,
    input  logic         load_i,
    input  logic [511:0] line_i,
    input  logic         run_i,
    output logic         more_o,
    input  logic [4:0]   kind_i,
    input  logic [511:0] desc_i,
    output logic [3:0]   scalar_o,
    input  logic [31:0]  scalar_i,
    output logic [31:0]  a_o,
    output logic [31:0]  b_o,
    input  logic [63:0]  outer_i,
    input  logic [63:0]  middle_i,
    output logic         write_o,
    output logic [4:0]   write_at_o,
    output logic [1:0]   write_width_o,
    output logic [39:0]  write_value_o,
    output logic         illegal_o,
    output logic         range_o
);
  localparam [31:0] First = `SYS_BOUND_FIRST, Second = `SYS_BOUND_SECOND, Third = `SYS_BOUND_THIRD;

  // Where a bind code's field lies: {known, halfword, width}. kind: as systole_decode's;
  // without any it is a LOOP, if `loop`, or an instruction that has no such fields.
  function automatic [7:0] place(input [4:0] kind, input loop, input [7:0] code);
    begin
      place = 8'd0;
      unique case (1'b1)
        kind[0]:
        case (code[3:0])
          4'd`SYS_BIND_LD_ROWS: place = {1'b1, 7'd`SYS_BIND_AT_LD_ROWS};
          4'd`SYS_BIND_LD_WORDS: place = {1'b1, 7'd`SYS_BIND_AT_LD_WORDS};
          4'd`SYS_BIND_LD_OFFSET: place = {1'b1, 7'd`SYS_BIND_AT_LD_OFFSET};
          4'd`SYS_BIND_LD_DST: place = {1'b1, 7'd`SYS_BIND_AT_LD_DST};
          default: place = 8'd0;
        endcase
        kind[1]:
        case (code[3:0])
          4'd`SYS_BIND_LDG_ROWS: place = {1'b1, 7'd`SYS_BIND_AT_LDG_ROWS};
          4'd`SYS_BIND_LDG_OFFSET: place = {1'b1, 7'd`SYS_BIND_AT_LDG_OFFSET};
          4'd`SYS_BIND_LDG_DST: place = {1'b1, 7'd`SYS_BIND_AT_LDG_DST};
          4'd`SYS_BIND_LDG_INDEX_OFFSET: place = {1'b1, 7'd`SYS_BIND_AT_LDG_INDEX_OFFSET};
          default: place = 8'd0;
        endcase
        kind[2]:
        case (code[3:0])
          4'd`SYS_BIND_MX_M: place = {1'b1, 7'd`SYS_BIND_AT_MX_M};
          4'd`SYS_BIND_MX_K: place = {1'b1, 7'd`SYS_BIND_AT_MX_K};
          4'd`SYS_BIND_MX_N: place = {1'b1, 7'd`SYS_BIND_AT_MX_N};
          4'd`SYS_BIND_MX_A: place = {1'b1, 7'd`SYS_BIND_AT_MX_A};
          4'd`SYS_BIND_MX_W: place = {1'b1, 7'd`SYS_BIND_AT_MX_W};
          4'd`SYS_BIND_MX_C: place = {1'b1, 7'd`SYS_BIND_AT_MX_C};
          default: place = 8'd0;
        endcase
        kind[3]:
        case (code[3:0])
          4'd`SYS_BIND_VX_M: place = {1'b1, 7'd`SYS_BIND_AT_VX_M};
          4'd`SYS_BIND_VX_N: place = {1'b1, 7'd`SYS_BIND_AT_VX_N};
          4'd`SYS_BIND_VX_A: place = {1'b1, 7'd`SYS_BIND_AT_VX_A};
          4'd`SYS_BIND_VX_B: place = {1'b1, 7'd`SYS_BIND_AT_VX_B};
          4'd`SYS_BIND_VX_C: place = {1'b1, 7'd`SYS_BIND_AT_VX_C};
          4'd`SYS_BIND_VX_S: place = {1'b1, 7'd`SYS_BIND_AT_VX_S};
          4'd`SYS_BIND_VX_D: place = {1'b1, 7'd`SYS_BIND_AT_VX_D};
          4'd`SYS_BIND_VX_R: place = {1'b1, 7'd`SYS_BIND_AT_VX_R};
          4'd`SYS_BIND_VX_LOW: place = {1'b1, 7'd`SYS_BIND_AT_VX_LOW};
          4'd`SYS_BIND_VX_HIGH: place = {1'b1, 7'd`SYS_BIND_AT_VX_HIGH};
          4'd`SYS_BIND_VX_X: place = {1'b1, 7'd`SYS_BIND_AT_VX_X};
          4'd`SYS_BIND_VX_INDEX: place = {1'b1, 7'd`SYS_BIND_AT_VX_INDEX};
          default: place = 8'd0;
        endcase
        kind[4]:
        case (code[3:0])
          4'd`SYS_BIND_ST_ROWS: place = {1'b1, 7'd`SYS_BIND_AT_ST_ROWS};
          4'd`SYS_BIND_ST_ELEMENTS: place = {1'b1, 7'd`SYS_BIND_AT_ST_ELEMENTS};
          4'd`SYS_BIND_ST_OFFSET: place = {1'b1, 7'd`SYS_BIND_AT_ST_OFFSET};
          4'd`SYS_BIND_ST_SRC: place = {1'b1, 7'd`SYS_BIND_AT_ST_SRC};
          default: place = 8'd0;
        endcase
        default:
        case (code[3:0])
          4'd`SYS_BIND_LOOP_COUNT: if (loop) place = {1'b1, 7'd`SYS_BIND_AT_LOOP_COUNT};
          default: place = 8'd0;
        endcase
      endcase
      if (code[7:4] != 4'd0) place = 8'd0;
    end
  endfunction

  logic [479:0] slots_q;   // slots yet to come, the next one lowest
  logic [23:0] filled_q;   // those quarters of them that are not zero
  logic [15:0] named_q;    // fields named so far
  logic [7:0] before_q;    // field of the slot before, 0 at the start
  logic illegal_q, range_q;

  logic [7:0] field, after;
  logic [7:0] where;
  logic here;
  assign field = slots_q[7:0];
  assign after = slots_q[87:80];
  assign where = place(kind_i, !desc_i[0], field);
  assign here = run_i && more_o;
  assign scalar_o = slots_q[11:8];
  assign a_o = scalar_i;
  assign b_o = slots_q[47:16];
  assign more_o = filled_q != 24'd0;
  assign illegal_o = illegal_q;
  assign range_o = range_q;

  // Stage 1: the product is being computed, and the slot's form is judged. Stage 2: it
  // is there and is added. Stage 3: the sum is clamped and written.
  logic        here1_q, known1_q, valid1, first1_q, last1_q, valid2_q, first2_q, last2_q, valid3_q, last3_q;
  logic        unused1_q, more1_q, reserved1_q;  // field 0; anything else is set; a reserved bit is
  logic [3:0]  field1_q;
  logic [6:0]  where1_q, where2_q, where3_q;
  assign valid1 = here1_q && known1_q;
  logic [31:0] cap1_q, cap2_q, cap3_q;
  logic        capped3_q;  // there is a cap
  logic        above_q;    // and the lower half of the sum is above it
  logic [63:0] sum, sum_q;

  // The field in the instruction as it stands. It is chosen from those halfwords only in
  // which some field's first, second or third lies.
  function automatic [63:0] immediate(input [511:0] desc, input [6:0] at);
    logic [39:0] raw;
    integer h;
    begin
      raw = 40'd0;
      for (h = 0; h < 32; h = h + 1) begin
        if (at[6:2] == h[4:0]) begin
          if (First[h]) raw[15:0] = desc[16*h+:16];
          if (h < 31 && Second[(h+1)%32]) raw[31:16] = desc[16*((h+1)%32)+:16];
          if (h < 30 && Third[(h+2)%32]) raw[39:32] = desc[16*((h+2)%32)+:8];
        end
      end
      case (at[1:0])
        2'd0: immediate = {48'd0, raw[15:0]};
        2'd1: immediate = {32'd0, raw[31:0]};
        2'd2: immediate = {24'd0, raw[39:0]};
        default: immediate = {{32{raw[31]}}, raw[31:0]};
      endcase
    end
  endfunction
  logic [63:0] immediate2_q;  // no earlier field's write changes it

  // Whether the cap and the sum fit the field is asked beside which of them it is.
  function automatic fits(input [63:16] value, input [1:0] width);
    begin
      case (width)
        2'd0: fits = value == 48'd0;
        2'd1: fits = value[63:32] == 32'd0;
        2'd2: fits = value[63:40] == 24'd0;
        default: fits = value[63:31] == 33'd0;
      endcase
    end
  endfunction
  logic [39:0] value;
  logic capped, too_large;
  assign capped = above_q || (capped3_q && sum_q[63:32] != 32'd0);
  assign too_large = !sum_q[63] && !(capped ? fits({32'd0, cap3_q[31:16]}, where3_q[1:0])
                                                : fits(sum_q[63:16], where3_q[1:0]));
  always_comb begin
    value = sum_q[39:0];
    if (sum_q[63]) value = 40'd0;
    else if (capped) value = {8'd0, cap3_q};
  end
  assign sum = (first2_q ? immediate2_q : sum_q) + outer_i + middle_i;
  assign write_o = run_i && valid3_q && last3_q;
  assign write_at_o = where3_q[6:2];
  assign write_width_o = where3_q[1:0];
  assign write_value_o = value;

  integer q;
  always_ff @(posedge clk_i) begin
    if (load_i) begin
      slots_q <= line_i[479:0];
      for (q = 0; q < 24; q = q + 1) filled_q[q] <= line_i[20*q+:20] != 20'd0;
      illegal_q <= line_i[511:480] != 32'd0;
      range_q <= 1'b0;
      named_q <= 16'd0;
      before_q <= 8'd0;
      here1_q <= 1'b0;
      valid2_q <= 1'b0;
      valid3_q <= 1'b0;
    end else if (run_i) begin
      if (here) begin
        slots_q <= {80'd0, slots_q[479:80]};
        filled_q <= {4'd0, filled_q[23:4]};
        before_q <= field;
      end
      here1_q <= here;
      known1_q <= where[7];
      field1_q <= field[3:0];
      unused1_q <= field == 8'd0;
      more1_q <= slots_q[79:8] != 72'd0;
      reserved1_q <= slots_q[15:12] != 4'd0;
      where1_q <= where[6:0];
      first1_q <= field != before_q;
      last1_q <= field != after || filled_q[23:4] == 20'd0;
      cap1_q <= slots_q[79:48];

      if (valid1) named_q[field1_q] <= 1'b1;
      if (here1_q && (unused1_q ? more1_q : !known1_q || (named_q[field1_q] && first1_q) || reserved1_q))
        illegal_q <= 1'b1;

      valid2_q <= valid1;
      where2_q <= where1_q;
      first2_q <= first1_q;
      last2_q <= last1_q;
      cap2_q <= cap1_q;
      immediate2_q <= immediate(desc_i, where1_q);

      valid3_q <= valid2_q;
      where3_q <= where2_q;
      last3_q <= last2_q;
      cap3_q <= cap2_q;
      capped3_q <= cap2_q != 32'hFFFFFFFF;
      if (valid2_q) begin
        sum_q <= sum;
        above_q <= sum[31:0] > cap2_q;
      end

      if (write_o && too_large) range_q <= 1'b1;
    end
  end
endmodule
