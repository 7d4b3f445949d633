// The product of two 32-bit numbers as two summands, outer_o + middle_o modulo 2^64,
// which whoever needs it adds in the next cycle beside whatever else is added there.
// Numbers are cut into 15 and 17 bits, so that each of the four products fits a
// multiplier of 18 x 18 bits, signed; only those of unequal halves are added here.
//
// With en_i, the summands are those of a_i and b_i from the next cycle on; with
// clear_i, zero. signed_i: both numbers are signed.
module systole_mul32 (
    input  logic        clk_i,
    input  logic        clear_i,
    input  logic        en_i,
    input  logic        signed_i,
    input  logic [31:0] a_i,
    input  logic [31:0] b_i,
    output logic [63:0] outer_o,
    output logic [63:0] middle_o
);
  logic signed [15:0] a_high, b_high;
  logic signed [17:0] a_low, b_low;
  assign a_high = {signed_i && a_i[31], a_i[31:17]};
  assign b_high = {signed_i && b_i[31], b_i[31:17]};
  assign a_low  = {1'b0, a_i[16:0]};
  assign b_low  = {1'b0, b_i[16:0]};

  logic signed [29:0] high_q;
  logic signed [33:0] low_q, middle_q;
  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      high_q   <= '0;
      low_q    <= '0;
      middle_q <= '0;
    end else if (en_i) begin
      high_q   <= a_high * b_high;
      low_q    <= a_low * b_low;
      middle_q <= a_high * b_low + a_low * b_high;
    end
  end
  assign outer_o  = {high_q, low_q};
  assign middle_o = {{13{middle_q[33]}}, middle_q, 17'd0};
endmodule
