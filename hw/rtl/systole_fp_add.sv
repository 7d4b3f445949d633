// Lanes sums in fp32: round to nearest even, subnormals flushed to zero on both
// sides (tininess judged after rounding), one NaN, x + (-x) = +0. The same bits
// as systole_fp32_add in sim/model/fp32.c.
//
// Latency: 3 cycles from valid_i to valid_o. Throughput: one vector of Lanes a
// cycle. No handshake: the result is there for one cycle and cannot wait.
//
// Stage 1: order the operands by magnitude, align the smaller one (three more
//          bits: guard, round, sticky); special cases found.
// Stage 2: add or subtract; shift the leading one up to bit 27.
// Stage 3: round, pack.
//
// Written for simulation as regular loops over arrays of 32-bit quantities
// without branches, which the C++ compiler turns into vector instructions.
module systole_fp_add #(
  parameter Lanes = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] a_i,
  input  wire [32*Lanes-1:0] b_i,
  output wire                valid_o,
  output reg  [32*Lanes-1:0] s_o
);
  // Stages are updated in place, last one first, with blocking assignments;
  // nothing outside this block reads them. The output's register is not blocking.
  /* verilator lint_off BLKSEQ */
  /* verilator lint_off UNUSED */
  reg         valid1_q, valid2_q, valid3_q;
  wire [31:0] a [0:Lanes-1];
  wire [31:0] b [0:Lanes-1];
  reg  [31:0] big_q [0:Lanes-1];       // significand, leading one at bit 26
  reg  [31:0] small_q [0:Lanes-1];     // aligned, inverted if to be subtracted
  reg  [31:0] exponent_q [0:Lanes-1];  // of the larger operand; bit 8: subtract
  reg  [31:0] fixed_q [0:Lanes-1];     // sign, and the result if special
  reg  [31:0] special_q [0:Lanes-1];
  reg  [31:0] sum_q [0:Lanes-1];       // leading one at bit 27, or zero
  reg  [31:0] exponent2_q [0:Lanes-1]; // signed
  reg  [31:0] fixed2_q [0:Lanes-1];
  reg  [31:0] special2_q [0:Lanes-1];

  genvar g;
  generate
    for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
      assign a[g] = a_i[32*g +: 32];
      assign b[g] = b_i[32*g +: 32];
    end
  endgenerate
  assign valid_o = valid3_q;

  always @(posedge clk_i) begin : update
    integer l;
    reg [31:0] x, y, t, ea, eb, sign, e, m, k, up, r, d, sub, inf, bad, lone;
    if (valid2_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        m = sum_q[l];
        k = (m >> 26) == 0 ? 32'd2 : 32'd0;
        m = m << k;
        up = (m >> 27) == 0 ? 32'd1 : 32'd0;
        m = m << up;
        e = exponent2_q[l] - (k | up);
        up = (m >> 3) & ((m >> 4) | {31'b0, (m & 32'd7) != 0}) & 32'd1;
        sign = fixed2_q[l] & 32'h80000000;
        // A carry out of the fraction goes into the exponent, as it should.
        x = ((e << 23) | ((m >> 4) & 32'h007FFFFF)) + up;
        // Sign and exponent tell a result that is too small (0, or below it) or
        // too large (255, or above it): -128..-1 stand as 384..511.
        e = x >> 23;
        x = (e == 32'd0) | ((e & 32'h180) == 32'h180) ? 32'h0 : x;
        x = (e == 32'd255) | ((e & 32'h180) == 32'h100) ? 32'h7F800000 : x;
        x = m == 0 ? 32'h0 : sign | x;
        s_o[32*l +: 32] <= special2_q[l] != 0 ? fixed2_q[l] : x;
      end
    end
    if (valid1_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        e = exponent_q[l];
        m = big_q[l] + small_q[l] + (e >> 8);
        e = (e & 32'hFF) + 32'd1;
        up = (m >> 12) == 0 ? 32'd16 : 32'd0;
        m = m << up;
        k = (m >> 20) == 0 ? 32'd8 : 32'd0;
        m = m << k;
        up = up | k;
        k = (m >> 24) == 0 ? 32'd4 : 32'd0;
        m = m << k;
        up = up | k;
        sum_q[l] = m;
        exponent2_q[l] = e - up;
        x = fixed_q[l];
        fixed2_q[l] = ((x & 32'h7F800000) == 32'h7F800000) & ((x & 32'h007FFFFF) != 0) ? 32'h7FC00000 : x;
        special2_q[l] = special_q[l];
      end
    end
    if (valid_i) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        t = a[l];
        k = b[l];
        x = (t & 32'h7FFFFFFF) < (k & 32'h7FFFFFFF) ? k : t;
        y = (t & 32'h7FFFFFFF) < (k & 32'h7FFFFFFF) ? t : k;
        ea = (x >> 23) & 32'hFF;
        eb = (y >> 23) & 32'hFF;
        sub = (x ^ y) >> 31;
        // The distance from both differences: it need not wait for the order.
        e = (t >> 23) & 32'hFF;
        r = (k >> 23) & 32'hFF;
        d = r - e;
        d = (d & 32'h100) != 0 ? e - r : d;
        d = (d & 32'hE0) != 0 ? 32'd31 : d;
        m = ((y & 32'h007FFFFF) | 32'h00800000) << 3;
        t = (m >> d[4:0]) | {31'b0, (m & ~(32'hFFFFFFFF << d[4:0])) != 0};
        small_q[l] = t ^ (32'd0 - sub);
        big_q[l] = ((x & 32'h007FFFFF) | 32'h00800000) << 3;
        exponent_q[l] = ea | (sub << 8);
        // Special: the larger is an infinity or a NaN, the smaller a zero.
        inf = {31'b0, ea == 32'd255};
        bad = {31'b0, eb == 32'd255} & sub;
        lone = ea != 32'd0 ? x : (sub != 0 ? 32'h0 : x & 32'h80000000);
        special_q[l] = inf | {31'b0, eb == 32'd0};
        fixed_q[l] = lone | (bad << 22);  // infinities that cancel: a NaN
      end
    end
    valid1_q <= valid_i;
    valid2_q <= valid1_q;
    valid3_q <= valid2_q;
    if (!rst_ni) begin
      valid1_q <= 1'b0;
      valid2_q <= 1'b0;
      valid3_q <= 1'b0;
    end
  end
  /* verilator lint_on UNUSED */
  /* verilator lint_on BLKSEQ */
endmodule
