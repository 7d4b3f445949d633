// The controller's multiplier and divider.
//
// op_i is funct3[1:0]; it, a_i and b_i must stay until the result is taken.
// Multiply: with mul_i in one cycle, product_o in the next is the high or low
// half (op_i: MUL 0, MULH 1, MULHSU 2, MULHU 3).
// Divide: with div_i in one cycle, done_o is high 33 cycles later (and only
// then), with quotient_o (the remainder for REM, REMU) as the RISC-V manual has
// it: x / 0 is all ones, x % 0 is x, and the most negative number by -1 is itself.
// op_i: DIV 0, DIVU 1, REM 2, REMU 3. One bit a cycle, whatever the operands.
// b_i is the divisor's complement.
module systole_mcu_muldiv (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        en_i,          // anything may change
    input  logic        mul_i,
    input  logic        div_i,
    input  logic [1:0]  op_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,
    output logic [31:0] product_o,
    output logic        done_o,
    output logic [31:0] quotient_o
);
  logic signed [63:0] product_q;
  assign product_o = op_i == 2'd0 ? product_q[31:0] : product_q[63:32];
  always_ff @(posedge clk_i) begin
    if (en_i && mul_i)
      product_q <= 64'($signed({op_i != 2'd3 && a_i[31], a_i}) * $signed({!op_i[1] && b_i[31], b_i}));
  end

  // Restoring division of magnitudes: quotient_q holds what is left of the
  // dividend above the quotient's bits found so far.
  logic [5:0] left_q;  // bits to go, 0 at rest
  logic ending_q;
  logic [31:0] remainder_q, quotient_q;
  logic [32:0] next, difference;
  logic negate_q, remainder_wanted, a_negative, b_negative;
  always_comb begin
    a_negative = 1'bx;
    b_negative = 1'bx;
    if (en_i) begin
      a_negative = !op_i[0] && a_i[31];
      b_negative = !op_i[0] && !b_i[31];
    end
  end
  assign remainder_wanted = op_i[1];
  assign done_o = ending_q;

  always_comb begin
    next = 'x;
    difference = 'x;
    if (en_i) begin
      if (left_q != 6'd0) begin
        next = {remainder_q, quotient_q[31]};
        difference = next + {1'b1, b_i ^ {32{b_negative}}} + {32'd0, !b_negative};
      end
    end
  end

  // One negation: of the dividend at the start, of the result at the end.
  logic negate;
  logic [31:0] magnitude;
  always_comb begin
    negate = 1'bx;
    magnitude = 'x;
    if (en_i) begin
      if (div_i || ending_q) begin
        negate = ending_q ? negate_q : a_negative;
        magnitude = ending_q ? (remainder_wanted ? remainder_q : quotient_q) : a_i;
        magnitude = (magnitude ^ {32{negate}}) + {31'd0, negate};
      end
    end
  end
  assign quotient_o = magnitude;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      left_q <= 6'd0;
      ending_q <= 1'b0;
    end else if (en_i) begin
      if (div_i) begin
        left_q <= 6'd32;
        remainder_q <= 32'd0;
        quotient_q <= magnitude;
        // x / 0 stays as the division leaves it.
        negate_q <= remainder_wanted ? a_negative : a_negative != b_negative && b_i != '1;
      end else if (left_q != 6'd0) begin
        left_q <= left_q - 6'd1;
        ending_q <= left_q == 6'd1;
        remainder_q <= difference[32] ? next[31:0] : difference[31:0];
        quotient_q <= {quotient_q[30:0], !difference[32]};
      end else if (ending_q) begin
        ending_q <= 1'b0;
      end
    end
  end
endmodule
