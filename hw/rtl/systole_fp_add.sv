// Lanes sums in fp32: round to nearest even, subnormals flushed to zero on both
// sides (tininess judged after rounding), one NaN, x + (-x) = +0. The same bits
// as systole_fp32_add in sim/model/fp32.c.
//
// Latency: 4 cycles from valid_i to valid_o. Throughput: one vector of Lanes a
// cycle. No handshake: the result is there for one cycle and cannot wait.
//
// Stage 1: order the operands by magnitude; distance of their exponents.
// Stage 2: align the smaller one (three more bits: guard, round, sticky); add or
//          subtract; infinities and NaNs found.
// Stage 3: shift the leading one up to bit 27 or 26.
// Stage 4: the rest of that shift; round, pack.
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
  reg         valid1_q, valid2_q, valid3_q, valid4_q;
  wire [31:0] a [0:Lanes-1];
  wire [31:0] b [0:Lanes-1];
  reg  [31:0] big_q [0:Lanes-1];       // the operand of larger magnitude
  reg  [31:0] small_q [0:Lanes-1];     // the other; sign and fraction matter
  reg  [31:0] distance_q [0:Lanes-1];  // of the exponents, at most 31; bit 5: small is zero
  reg  [31:0] sum_q [0:Lanes-1];       // big's leading one at bit 26
  reg  [31:0] top_q [0:Lanes-1];       // sign and exponent of big
  reg  [31:0] kind_q [0:Lanes-1];      // bit 0: subtracted, a zero is positive, 1: infinity or NaN, 22: NaN
  reg  [31:0] shifted_q [0:Lanes-1];   // leading one at bit 27 or 26, unless zero
  reg  [31:0] top2_q [0:Lanes-1];
  reg  [31:0] kind2_q [0:Lanes-1];     // and bit 2, 3: exponent 254, 253, and nothing cancelled
  reg  [31:0] lower_q [0:Lanes-1];     // by so many places

  genvar g;
  generate
    for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
      assign a[g] = a_i[32*g +: 32];
      assign b[g] = b_i[32*g +: 32];
    end
  endgenerate
  assign valid_o = valid4_q;

  always @(posedge clk_i) begin : update
    integer l;
    reg [31:0] x, y, t, ea, eb, sub, e, m, k, up, r, d, lost, none, low, high, inf, nan;
    reg [31:0] z1, z2, z3, z4, z5, z6;
    if (valid3_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        t = shifted_q[l];
        k = (t >> 27) ^ 32'd1;
        m = k == 0 ? t : t << 1;
        e = (top2_q[l] & 32'hFF) - (lower_q[l] | k);  // the exponent less 1
        none = {31'b0, (t >> 26) == 0};
        up = (m >> 3) & ((m >> 4) | {31'b0, (m & 32'd7) != 0}) & 32'd1;
        // A carry out of the fraction goes into the exponent, as it should.
        x = ((e << 23) | ((m >> 4) & 32'h007FFFFF)) + 32'h00800000 + up;
        // The exponent is now e + 1 or e + 2: its lowest bit tells which. What that
        // makes too large, and zero or too small, if it is even, and if odd (where
        // too small shows in the sign):
        d = kind2_q[l];
        high = (d >> 1) | ((d >> 2) & ~k);
        r = (d >> 1) | (d >> 2) | ((d >> 3) & ~k);
        up = (x >> 23) & 32'd1;
        low = up != 0 ? none | r : none | high | (e >> 31);
        high = up != 0 ? r : high;
        low = low | (x >> 31);
        x = (low & 32'd1) != 0 ? 32'h0 : x & 32'h7FFFFFFF;
        x = (high & 32'd1) != 0 ? x | 32'h7F800000 : x;
        k = (none | {31'b0, (top2_q[l] & 32'hFF) == 0}) & d;
        s_o[32*l +: 32] <= x | (d & 32'h00400000) | (((top2_q[l] >> 8) & ~k) << 31);
      end
    end
    if (valid2_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        m = sum_q[l];
        // Which of the seven nibbles are zero (the lowest bits of z6, ..) tells all
        // but the last shift at once.
        t = m | (m >> 1);
        z1 = ~((t | (t >> 2)) >> 4);
        z2 = z1 >> 4;
        z3 = z1 >> 8;
        z4 = z1 >> 12;
        z5 = z1 >> 16;
        z6 = z1 >> 20;
        up = (z6 & z5 & z4 & z3 & 32'd1) << 4;
        k = (z6 & z5 & (~(z4 & z3) | (z2 & z1)) & 32'd1) << 3;
        d = (z6 & (~z5 | (z4 & (~z3 | (z2 & ~z1)))) & 32'd1) << 2;
        e = {31'b0, (m & 32'h0C000000) != 0};
        kind2_q[l] = kind_q[l] | ((e & {31'b0, (top_q[l] & 32'hFF) == 32'd254}) << 2)
                   | ((e & {31'b0, (top_q[l] & 32'hFF) == 32'd253}) << 3);
        m = m << up;
        m = m << k;
        m = m << d;
        r = (m & 32'h0C000000) == 0 ? 32'd2 : 32'd0;
        shifted_q[l] = (m << r) & 32'h0FFFFFFF;
        lower_q[l] = up | k | d | r;
        top2_q[l] = top_q[l];
      end
    end
    if (valid1_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        x = big_q[l];
        d = distance_q[l];
        sub = (x ^ small_q[l]) >> 31;
        m = ((small_q[l] & 32'h007FFFFF) | ((~d << 18) & 32'h00800000)) << 3;  // a zero has no leading one
        t = m >> (d & 32'd24);
        lost = (m & ~(32'hFFFFFFFF << (d & 32'd24))) | (t & ~(32'hFFFFFFFF << (d & 32'd7)));
        t = (t >> (d & 32'd7)) | {31'b0, lost != 0};
        m = ((x & 32'h007FFFFF) | 32'h00800000) << 3;
        sum_q[l] = (m + (t ^ (32'd0 - sub)) + sub) & 32'h0FFFFFFF;
                inf = {31'b0, ((x >> 23) & 32'hFF) == 32'd255};
        // A NaN, or infinities that cancel.
        nan = inf & {31'b0, ((x & 32'h007FFFFF) != 0) | ((sub != 0) & (d == 0))};
        top_q[l] = (x >> 23) & ~(nan << 8);
        kind_q[l] = sub | (inf << 1) | (nan << 22);
      end
    end
    if (valid_i) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        t = a[l];
        k = b[l];
        // The sign of a difference is one chain of carries; `<` may become two.
        m = ((t & 32'h7FFFFFFF) - (k & 32'h7FFFFFFF)) >> 31;
        x = m != 0 ? t : k;
        big_q[l] = m != 0 ? k : t;
        // The distance from both differences: it need not wait for the order.
        ea = (t >> 23) & 32'hFF;
        eb = (k >> 23) & 32'hFF;
        r = {31'b0, (ea == 0) | (eb == 0)};
        small_q[l] = r != 0 ? x & 32'h80000000 : x;
        d = eb - ea;
        d = (d & 32'h100) != 0 ? ea - eb : d;
        distance_q[l] = ((d & 32'hE0) != 0) | (r != 0) ? 32'd31 | (r << 5) : d;
      end
    end
    valid1_q <= valid_i;
    valid2_q <= valid1_q;
    valid3_q <= valid2_q;
    valid4_q <= valid3_q;
    if (!rst_ni) begin
      valid1_q <= 1'b0;
      valid2_q <= 1'b0;
      valid3_q <= 1'b0;
      valid4_q <= 1'b0;
    end
  end
  /* verilator lint_on UNUSED */
  /* verilator lint_on BLKSEQ */
endmodule
