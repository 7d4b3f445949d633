// The controller's adder, comparer and shifter. No state; with en_i low the
// outputs mean nothing.
//
// sum_o is a + b + carry_i. To subtract, b is the complement of the subtrahend and
// carry_i is high; less_o and equal_o then compare minuend and subtrahend, as
// unsigned numbers if unsigned_i. right_o is a shifted by b's low 5 bits, filled with
// its sign if arithmetic_i; left_o the same to the left, with left_i. logical_o: by op_i (funct3[1:0]) XOR 0,
// OR 2, AND 3.
module systole_mcu_alu (
    input  logic        en_i,
    input  logic        carry_i,
    input  logic        unsigned_i,
    input  logic        left_i,
    input  logic        arithmetic_i,
    input  logic [1:0]  op_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,
    output logic [31:0] sum_o,
    output logic        less_o,
    output logic        equal_o,
    output logic [31:0] right_o,
    output logic [31:0] left_o,
    output logic [31:0] logical_o
);
  // One shifter to the right: what goes left is turned around before and after.
  function automatic [31:0] turn(input [31:0] a);
    integer i;
    for (i = 0; i < 32; i = i + 1) turn[i] = a[31-i];
  endfunction

  logic fill;
  always_comb begin
    sum_o = 'x;
    less_o = 1'bx;
    equal_o = 1'bx;
    fill = 1'bx;
    right_o = 'x;
    left_o = 'x;
    logical_o = 'x;
    if (en_i) begin
      sum_o = a_i + b_i + {31'd0, carry_i};
      less_o = a_i[31] != b_i[31] ? sum_o[31] : unsigned_i ? !b_i[31] : a_i[31];
      equal_o = sum_o == 32'd0;

      fill = arithmetic_i && a_i[31];
      right_o = left_i ? turn(a_i) : a_i;
      if (b_i[4]) right_o = {{16{fill}}, right_o[31:16]};
      if (b_i[3]) right_o = {{8{fill}}, right_o[31:8]};
      if (b_i[2]) right_o = {{4{fill}}, right_o[31:4]};
      if (b_i[1]) right_o = {{2{fill}}, right_o[31:2]};
      if (b_i[0]) right_o = {fill, right_o[31:1]};
      left_o = turn(right_o);

      logical_o = op_i[1] ? (op_i[0] ? a_i & b_i : a_i | b_i) : a_i ^ b_i;
    end
  end
endmodule
