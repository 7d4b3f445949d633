// Lanes conversions of int32 to fp32, rounded to nearest even; the same bits as
// systole_fp32_from_int32 in sim/model/fp32.c.
//
// Latency: 3 cycles from valid_i to valid_o. Throughput: one vector a cycle. No
// handshake: the result is there for one cycle and cannot wait.
//
// Stage 1: magnitude; whether its high half is zero.
// Stage 2: leading one shifted up to one of the four highest bits.
// Stage 3: the rest of that shift; round, pack.
module systole_fp_from_int #(
  parameter Lanes = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] x_i,
  output wire                valid_o,
  output reg  [32*Lanes-1:0] y_o
);
  // Stages are updated in place, last one first, with blocking assignments;
  // nothing outside this block reads them. The output's register is not blocking.
  /* verilator lint_off BLKSEQ */
  /* verilator lint_off UNUSED */
  reg         valid1_q, valid2_q, valid3_q;
  wire [31:0] x [0:Lanes-1];
  reg  [31:0] m_q [0:Lanes-1];
  reg  [31:0] up_q [0:Lanes-1];    // 16 if the high half is zero
  reg  [31:0] sign_q [0:Lanes-1];
  reg  [31:0] m2_q [0:Lanes-1];
  reg  [31:0] up2_q [0:Lanes-1];   // places shifted
  reg  [31:0] sign2_q [0:Lanes-1];

  genvar g;
  generate
    for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
      assign x[g] = x_i[32*g +: 32];
    end
  endgenerate
  assign valid_o = valid3_q;

  always @(posedge clk_i) begin : update
    integer l;
    reg [31:0] m, k, e, up, r, s;
    if (valid2_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        m = m2_q[l];
        e = (m >> 30) == 0 ? 32'd2 : 32'd0;
        m = m << e;
        k = (m >> 31) ^ 32'd1;
        m = m << k;
        e = 32'd158 - (up2_q[l] | e | k);
        up = (m >> 7) & ((m >> 8) | {31'b0, (m & 32'd127) != 0}) & 32'd1;
        // A carry out of the fraction goes into the exponent, as it should.
        r = ((e << 23) | ((m >> 8) & 32'h007FFFFF)) + up;
        y_o[32*l +: 32] <= (m >> 31) == 0 ? 32'd0 : sign2_q[l] | r;
      end
    end
    if (valid1_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        m = m_q[l] << up_q[l];
        // The zeros are counted beside the shifts, not after them.
        k = (m >> 24) == 0 ? 32'd8 : 32'd0;
        e = (k != 0 ? m & 32'h00F00000 : m >> 28) == 0 ? 32'd4 : 32'd0;
        m = m << k;
        m2_q[l] = m << e;
        up2_q[l] = up_q[l] | k | e;
        sign2_q[l] = sign_q[l];
      end
    end
    if (valid_i) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        m = x[l];
        s = 32'd0 - (m >> 31);
        m = (m ^ s) - s;
        m_q[l] = m;
        up_q[l] = (m >> 16) == 0 ? 32'd16 : 32'd0;
        sign_q[l] = s & 32'h80000000;
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
