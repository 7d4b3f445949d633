// Lanes values of EXP2, RECIP or RSQRT: a table of 128 entries each and a
// linear interpolation; the same bits as systole_fp32_exp2, _recip, _rsqrt in
// sim/model/fp32.c, which defines them. One 18 x 18 bit multiplier a lane.
//
// func_i (a VXFUNC code; others give no defined result) must be stable from
// valid_i until the result is out. Latency: 5 cycles from valid_i to valid_o.
// Throughput: one vector a cycle. No handshake.
//
// Stage 1: exponent of the result (EXP2: places to shift).
// Stage 2: EXP2: fixed point, with the exponent's bias; the fractions of the
//          others pass. RECIP, RSQRT: one more if x is exactly a power.
// Stage 3: table; distance from the segment's middle; special cases.
// Stage 4: slope times distance.
// Stage 5: plus base; lift to the smallest significand; pack.
`include "systole_isa.svh"
module systole_fp_func #(
  parameter Lanes = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  /* verilator lint_off UNUSED */
  input  wire [2:0]          func_i,
  /* verilator lint_on UNUSED */
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] x_i,
  output wire                valid_o,
  output reg  [32*Lanes-1:0] y_o
);
  // Stages are updated in place, last one first, with blocking assignments;
  // nothing outside this block reads them. The output's register is not blocking.
  /* verilator lint_off BLKSEQ */
  /* verilator lint_off UNUSED */
  `include "systole_fp_tables.svh"

  reg         valid1_q, valid2_q, valid3_q, valid4_q, valid5_q;
  wire [31:0] x [0:Lanes-1];
  reg  [31:0] x_q [0:Lanes-1];
  reg  [31:0] away_q [0:Lanes-1];      // RECIP: exponent of the result; RSQRT: twice that
  reg  [31:0] down_q [0:Lanes-1];      // places to shift; 7 leave the fraction where it is
  reg  [31:0] fixed_q [0:Lanes-1];     // from bit 23 on EXP2's exponent, below it the place in the table
  reg  [31:0] exponent_q [0:Lanes-1];  // RECIP, RSQRT
  reg  [31:0] kind_q [0:Lanes-1];      // of x: see stage 2
  reg  [63:0] entry_q [0:Lanes-1];
  reg  [31:0] dx_q [0:Lanes-1];        // signed
  reg  [31:0] result_q [0:Lanes-1];    // sign and exponent, or all if exact
  reg  [31:0] exact_q [0:Lanes-1];
  reg  [63:0] product_q [0:Lanes-1];   // signed
  reg  [63:0] base_q [0:Lanes-1];
  reg  [31:0] result2_q [0:Lanes-1];
  reg  [31:0] exact2_q [0:Lanes-1];

  genvar g;
  generate
    for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
      assign x[g] = x_i[32*g +: 32];
    end
  endgenerate
  assign valid_o = valid5_q;

  always @(posedge clk_i) begin : update
    integer l;
    reg [31:0] v, e, f, m, d, s, p, k, t, zero, inf, nan, exp2, rsqrt, start;
    reg [63:0] w;
    reg signed [35:0] slope, dx;
    // Told by one bit of the code: all ones for that function.
    rsqrt = 32'd0 - {31'b0, func_i[2]};
    exp2 = ~rsqrt & ({31'b0, func_i[0]} - 32'd1);
    start = func_i[2] ? 32'd380 : func_i[0] ? 32'd253 : 32'd134;
    if (valid4_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        w = (base_q[l] << 14) + product_q[l];
        m = w[47:16];
        m = (m >> 23) == 0 ? 32'd0 : m & 32'h007FFFFF;
        y_o[32*l +: 32] <= exact2_q[l] != 0 ? result2_q[l] : result2_q[l] | m;
      end
    end
    if (valid3_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        slope = $signed({{18{entry_q[l][17]}}, entry_q[l][17:0]});
        dx = $signed({{18{dx_q[l][17]}}, dx_q[l][17:0]});
        dx = slope * dx;
        product_q[l] = {{28{dx[35]}}, dx};
        base_q[l] = entry_q[l] >> 18;
        result2_q[l] = result_q[l];
        exact2_q[l] = exact_q[l];
      end
    end
    if (valid2_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        p = fixed_q[l];
        d = exponent_q[l];
        k = kind_q[l];
        m = (32'd256 | ((k & 32'd1) << 6) | ((p >> 17) & 32'd63)) & rsqrt;
        m = m | ((((p >> 16) & 32'd127) | (32'd128 & ~exp2)) & ~rsqrt);
        entry_q[l] = {20'b0, func_table[m[8:0]]};
        // Half a segment less: 16 or 17 bits, of which the highest becomes the sign.
        t = 32'd0 - (~(p >> 15) & 32'd1);
        e = 32'd0 - (~(p >> 16) & 32'd1);
        dx_q[l] = (p & 32'h00007FFF) | (t & ~rsqrt & 32'hFFFF8000)
                | (p & rsqrt & 32'h00008000) | (e & rsqrt & 32'hFFFF0000);
        s = k >> 31;
        e = p >> 23;
        v = (k >> 3) | (p >> 31);  // too large, of either sign
        t = {31'b0, ((d & 32'h100) != 0) | (d == 0)};
        zero = (exp2 & s & (v | {31'b0, e == 0})) | (~exp2 & ~rsqrt & t) | (rsqrt & (k >> 5));
        inf = (exp2 & ~s & (v | {31'b0, e == 32'd255})) | (~exp2 & (k >> 1));
        nan = ((k >> 4) | (rsqrt & s & ~(k >> 1))) & 32'd1;
        s = s & ~exp2 & ~rsqrt & ~nan;
        exact_q[l] = (zero | inf | nan | (k >> 2)) & 32'd1;
        e = ((e & exp2) | (d & ~exp2)) & 32'hFF;
        e = (zero & 32'd1) != 0 ? 32'd0 : e;
        e = ((inf | nan) & 32'd1) != 0 ? 32'd255 : e;
        result_q[l] = (s << 31) | (e << 23) | (nan << 22);
      end
    end
    if (valid1_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        v = x_q[l];
        e = (v >> 23) & 32'hFF;
        s = (32'd0 - (v >> 31)) & exp2;
        // EXP2: |x| in units of 2^-23; from 2^8 on it is not used
        m = ((v & 32'h007FFFFF) | 32'h00800000) << 7;
        m = m >> (down_q[l] & 32'd31);
        m = (down_q[l] & 32'hE0) != 0 ? 32'd0 : m;
        // x, and with it the exponent's bias: -129..382, so nine bits are plain
        fixed_q[l] = (m ^ s) + (32'h3F800000 | (s & 32'd1));
        f = {31'b0, (v & 32'h007FFFFF) == 0};
        p = f & (e | ~rsqrt) & ~exp2 & 32'd1;
        d = (away_q[l] >> (rsqrt & 32'd1)) + p;
        exponent_q[l] = d & 32'h1FF;
        nan = {31'b0, e == 32'd255};
        // 0: even exponent, 1: zero, 2: exactly a power, 3: from 2^8 on, 4: NaN, 5: infinity
        kind_q[l] = (~e & 32'd1) | ({31'b0, e == 0} << 1) | (p << 2) | ({31'b0, e >= 32'd135} << 3)
                  | ((nan & ~f) << 4) | ((nan & f) << 5) | (v & 32'h80000000);
      end
    end
    if (valid_i) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        x_q[l] = x[l];
        d = start - ((x[l] >> 23) & 32'hFF);
        away_q[l] = d & 32'h1FF;
        down_q[l] = ((d & exp2) | (32'd7 & ~exp2)) & 32'hFF;
      end
    end
    valid1_q <= valid_i;
    valid2_q <= valid1_q;
    valid3_q <= valid2_q;
    valid4_q <= valid3_q;
    valid5_q <= valid4_q;
    if (!rst_ni) begin
      valid1_q <= 1'b0;
      valid2_q <= 1'b0;
      valid3_q <= 1'b0;
      valid4_q <= 1'b0;
      valid5_q <= 1'b0;
    end
  end
  /* verilator lint_on UNUSED */
  /* verilator lint_on BLKSEQ */
endmodule
