// Lanes products in fp32: round to nearest even, subnormals flushed to zero on
// both sides (tininess judged after rounding), one NaN. The same bits as
// systole_fp32_mul in sim/model/fp32.c.
//
// Latency: 2 cycles from valid_i to valid_o. Throughput: one vector of Lanes a
// cycle. No handshake: the result is there for one cycle and cannot wait.
//
// Stage 1: unpack; 24 x 24 bit product; exponents added; special cases found.
// Stage 2: normalise by one place, round, pack.
//
// Written for simulation as regular loops over arrays of 32-bit quantities
// without branches, which the C++ compiler turns into vector instructions.
module systole_fp_mul #(
  parameter Lanes = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] a_i,
  input  wire [32*Lanes-1:0] b_i,
  output wire                valid_o,
  output reg  [32*Lanes-1:0] p_o
);
  // Stages are updated in place, last one first, with blocking assignments;
  // nothing outside this block reads them. The output's register is not blocking.
  /* verilator lint_off BLKSEQ */
  /* verilator lint_off UNUSED */
  reg         valid1_q, valid2_q;
  wire [31:0] a [0:Lanes-1];
  wire [31:0] b [0:Lanes-1];
  reg  [31:0] high_q [0:Lanes-1];     // product, bits 47..20
  reg  [31:0] low_q [0:Lanes-1];      // and the rest, of which only matters if it is zero
  reg  [31:0] exponent_q [0:Lanes-1]; // before normalising, 128 too large
  reg  [31:0] fixed_q [0:Lanes-1];    // sign, and the result if special
  reg  [31:0] special_q [0:Lanes-1];  // all ones if so

  genvar g;
  generate
    for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
      assign a[g] = a_i[32*g +: 32];
      assign b[g] = b_i[32*g +: 32];
    end
  endgenerate
  assign valid_o = valid2_q;

  always @(posedge clk_i) begin : update
    integer l;
    reg [31:0] x, y, ea, eb, fa, fb, sign, s, e, m, up, bad, inf, zero, top;
    reg [63:0] product;
    if (valid1_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        s = high_q[l];
        s = s | {31'b0, low_q[l] != 0};
        top = s >> 27;
        m = top != 0 ? s : s << 1;
        up = (m >> 3) & ((m >> 4) | {31'b0, (m & 32'd7) != 0}) & 32'd1;
        e = exponent_q[l] + top - 32'd128;
        sign = fixed_q[l] & 32'h80000000;
        // A carry out of the fraction goes into the exponent, as it should.
        x = ((e << 23) | ((m >> 4) & 32'h007FFFFF)) + up;
        // Sign and exponent tell a result that is too small (0, or below it) or
        // too large (255, or above it): -128..-1 stand as 384..511.
        e = x >> 23;
        x = (e == 32'd0) | ((e & 32'h180) == 32'h180) ? 32'h0 : x;
        x = (e == 32'd255) | ((e & 32'h180) == 32'h100) ? 32'h7F800000 : x;
        x = sign | x;
        p_o[32*l +: 32] <= special_q[l] != 0 ? fixed_q[l] : x;
      end
    end
    if (valid_i) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        x = a[l];
        y = b[l];
        sign = (x ^ y) & 32'h80000000;
        ea = (x >> 23) & 32'hFF;
        eb = (y >> 23) & 32'hFF;
        fa = x | 32'h00800000;
        fb = y | 32'h00800000;
        product = {40'b0, fa[23:0]} * {40'b0, fb[23:0]};
        high_q[l] = product[51:20];
        low_q[l] = {12'b0, product[19:0]};
        exponent_q[l] = ea - ~eb;  // their sum and 1
        zero = {31'b0, ea == 32'd0} | {31'b0, eb == 32'd0};
        inf = {31'b0, ea == 32'd255} | {31'b0, eb == 32'd255};
        bad = {31'b0, (ea == 32'd255) & ((x & 32'h007FFFFF) != 0)}
            | {31'b0, (eb == 32'd255) & ((y & 32'h007FFFFF) != 0)} | (inf & zero);
        special_q[l] = inf | zero;
        m = inf != 0 ? sign | 32'h7F800000 : sign;
        fixed_q[l] = bad != 0 ? 32'h7FC00000 : m;
      end
    end
    valid1_q <= valid_i;
    valid2_q <= valid1_q;
    if (!rst_ni) begin
      valid1_q <= 1'b0;
      valid2_q <= 1'b0;
    end
  end
  /* verilator lint_on UNUSED */
  /* verilator lint_on BLKSEQ */
endmodule
