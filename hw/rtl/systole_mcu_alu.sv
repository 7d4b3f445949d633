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
  logic carry;

  always_comb begin
    carry = 1'b0;
    sum_o = 32'd0;
    less_o = 1'b0;
    equal_o = 1'b0;
    result_o = 32'd0;
    if (en_i) begin
      {carry, sum_o} = {1'b0, a_i} + {1'b0, b_i ^ {32{subtract_i}}} + {32'd0, subtract_i};
      less_o = a_i[31] == b_i[31] ? sum_o[31] : unsigned_i ? b_i[31] : a_i[31];
      equal_o = a_i == b_i;
      case (op_i[2:0])
        3'b000: result_o = sum_o;
        3'b001: result_o = a_i << b_i[4:0];
        3'b010: result_o = {31'd0, less_o};
        3'b011: result_o = {31'd0, less_o};
        3'b100: result_o = a_i ^ b_i;
        3'b101: result_o = $signed({op_i[3] & a_i[31], a_i}) >>> b_i[4:0];
        3'b110: result_o = a_i | b_i;
        default: result_o = a_i & b_i;
      endcase
    end
  end
endmodule
