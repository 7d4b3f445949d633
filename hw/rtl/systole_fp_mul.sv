// Lanes products in fp32: round to nearest even, subnormals flushed to zero on
// both sides (tininess judged after rounding), one NaN. The same bits as
// systole_fp32_mul in sim/model/fp32.c.
//
// Latency: 4 cycles from valid_i to valid_o. Throughput: one vector of Lanes a
// cycle. No handshake: the result is there for one cycle and cannot wait.
//
// Stage 1: the operands. On an FPGA multipliers stand where they stand, and the way
//          to them and from them is as long as they are slow.
// Stage 2: unpack; the parts of the 24 x 24 bit product that take multipliers of
//          18 x 18 bits; exponents added.
// Stage 3: the last part, of 6 x 6 bits; the product; special cases found.
// Stage 4: normalise by one place, round, pack.
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
  reg         valid1_q, valid2_q, valid3_q, valid4_q;
  wire [31:0] a [0:Lanes-1];
  wire [31:0] b [0:Lanes-1];
  reg  [31:0] a_q [0:Lanes-1];
  reg  [31:0] b_q [0:Lanes-1];
  reg  [63:0] low_q [0:Lanes-1];       // product of the low 18 bits
  reg  [31:0] cross_a_q [0:Lanes-1];   // of a's low bits and b's high ones
  reg  [31:0] cross_b_q [0:Lanes-1];
  reg  [31:0] a_high_q [0:Lanes-1];    // six bits each, multiplied in LUTs
  reg  [31:0] b_high_q [0:Lanes-1];
  reg  [31:0] exponent_q [0:Lanes-1];  // sum of both, and 1
  reg  [31:0] kind_q [0:Lanes-1];      // a: 0 zero, 1 exponent 255, 2 with a fraction; 3..5: b; 31: sign
  reg  [31:0] product_q [0:Lanes-1];   // bits 47..20, and sticky in bit 0
  reg  [31:0] exponent2_q [0:Lanes-1]; // before normalising
  reg  [31:0] kind2_q [0:Lanes-1];     // bits 0..3: see stage 3; 22: NaN, 31: sign

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
    reg [31:0] x, y, ea, eb, fa, fb, e, k, m, up, zero, inf, nan, low, high;
    reg [63:0] product;
    if (valid3_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        y = product_q[l];
        k = y >> 27;
        m = k != 0 ? y : y << 1;
        up = (m >> 3) & ((m >> 4) | {31'b0, (m & 32'd7) != 0}) & 32'd1;
        // A carry out of the fraction goes into the exponent, as it should.
        x = ((exponent2_q[l] << 23) | ((m >> 4) & 32'h007FFFFF)) + (k << 23) + up;
        // The exponent is as in stage 3 or one larger: its lowest bit tells which.
        k = kind2_q[l] >> ((x >> 23) & 32'd1);
        x = (k & 32'd1) != 0 ? 32'h0 : x & 32'h7FFFFFFF;
        x = (k & 32'd4) != 0 ? x | 32'h7F800000 : x;
        p_o[32*l +: 32] <= x | (kind2_q[l] & 32'h80400000);
      end
    end
    if (valid2_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        product = low_q[l];
        x = product[49:18] | (((a_high_q[l] * b_high_q[l]) & 32'hFFF) << 18);
        x = x + ((cross_a_q[l] + cross_b_q[l]) & 32'h01FFFFFF);  // two sums, not one of three
        y = {14'b0, product[17:0]} | ((x & 32'd3) << 18);
        product_q[l] = ((x >> 2) & 32'h0FFFFFFF) | {31'b0, y != 0};
        k = kind_q[l];
        zero = (k | (k >> 3)) & 32'd1;
        inf = ((k >> 1) | (k >> 4)) & 32'd1;
        // A NaN comes from one, or from an infinity and a zero.
        nan = (((k >> 1) & (k >> 2)) | ((k >> 4) & (k >> 5)) | (inf & zero)) & 32'd1;
        e = exponent_q[l] - 32'd128;
        exponent2_q[l] = e;
        // Too large, and too small or too large, if the exponent ends up even, and if odd.
        y = exponent2_q[l];
        e = (y >> 9) & 32'd1;
        high = inf | {31'b0, (e == 0) & (((y & 32'h100) != 0) | ((y & 32'hFF) == 32'hFF))};
        up = inf | {31'b0, (e == 0) & (((y & 32'h100) != 0) | ((y & 32'hFE) == 32'hFE))};
        low = zero | e | {31'b0, y == 0} | high;
        m = zero | e | up;
        kind2_q[l] = low | (m << 1) | (high << 2) | (up << 3) | (nan << 22)
                   | (k & ((nan - 32'd1) & 32'h80000000));
      end
    end
    if (valid1_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        x = a_q[l];
        y = b_q[l];
        ea = (x >> 23) & 32'hFF;
        eb = (y >> 23) & 32'hFF;
        fa = x | 32'h00800000;
        fb = y | 32'h00800000;
        low_q[l] = {46'b0, fa[17:0]} * {46'b0, fb[17:0]};
        cross_a_q[l] = {14'b0, fa[17:0]} * {26'b0, fb[23:18]};
        cross_b_q[l] = {26'b0, fa[23:18]} * {14'b0, fb[17:0]};
        a_high_q[l] = {26'b0, fa[23:18]};
        b_high_q[l] = {26'b0, fb[23:18]};
        exponent_q[l] = ea - ~eb;
        kind_q[l] = {31'b0, ea == 0} | ({31'b0, ea == 32'd255} << 1) | ({31'b0, (x & 32'h007FFFFF) != 0} << 2)
                  | ({31'b0, eb == 0} << 3) | ({31'b0, eb == 32'd255} << 4)
                  | ({31'b0, (y & 32'h007FFFFF) != 0} << 5) | ((x ^ y) & 32'h80000000);
      end
    end
    if (valid_i) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        a_q[l] = a[l];
        b_q[l] = b[l];
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
