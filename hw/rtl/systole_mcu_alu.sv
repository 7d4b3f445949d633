// The controller's adder, comparer and shifter. No state; with en_i low the
// outputs mean nothing.
//
// op_i: {other, funct3} as in the encoding of OP (ADD 0000, SUB 1000, SLL 0001,
// SLT 0010, SLTU 0011, XOR 0100, SRL 0101, SRA 1101, OR 0110, AND 0111).
// subtract_i makes the adder subtract; less_o and equal_o compare a and b then,
// as unsigned numbers if unsigned_i.
module systole_mcu_alu (
    input  logic        en_i,
    input  logic [3:0]  op_i,
    input  logic        subtract_i,
    input  logic        unsigned_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,
    output logic [31:0] sum_o,
    output logic        less_o,
    output logic        equal_o,
    output logic [31:0] result_o
);
  // One shifter to the right: what goes left is turned around before and after.
  function automatic [31:0] turn(input [31:0] a);
    integer i;
    for (i = 0; i < 32; i = i + 1) turn[i] = a[31-i];
  endfunction

  logic fill;
  logic [31:0] shifted, logical;

  always_comb begin
    sum_o = 'x;
    less_o = 1'bx;
    equal_o = 1'bx;
    fill = 1'bx;
    shifted = 'x;
    logical = 'x;
    result_o = 'x;
    if (en_i) begin
      sum_o = a_i + (b_i ^ {32{subtract_i}}) + {31'd0, subtract_i};
      less_o = a_i[31] == b_i[31] ? sum_o[31] : unsigned_i ? b_i[31] : a_i[31];
      equal_o = a_i == b_i;

      fill = op_i[3] && a_i[31];
      shifted = op_i[2] ? a_i : turn(a_i);
      if (b_i[4]) shifted = {{16{fill}}, shifted[31:16]};
      if (b_i[3]) shifted = {{8{fill}}, shifted[31:8]};
      if (b_i[2]) shifted = {{4{fill}}, shifted[31:4]};
      if (b_i[1]) shifted = {{2{fill}}, shifted[31:2]};
      if (b_i[0]) shifted = {fill, shifted[31:1]};

      logical = op_i[1] ? (op_i[0] ? a_i & b_i : a_i | b_i) : a_i ^ b_i;
      case (op_i[2:0])
        3'b000: result_o = sum_o;
        3'b001: result_o = turn(shifted);
        3'b010, 3'b011: result_o = {31'd0, less_o};
        3'b101: result_o = shifted;
        default: result_o = logical;
      endcase
    end
  end
endmodule
