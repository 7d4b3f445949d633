// Lanes conversions of fp32 to int8: NaN gives 0, otherwise round to nearest
// even and saturate to -127..127; the same as systole_fp32_quantise.
//
// Latency: 2 cycles from valid_i to valid_o. Throughput: one vector a cycle. No
// handshake: the result is there for one cycle and cannot wait.
//
// Stage 1: shift the significand so that bit 24 is the unit; what rounding adds.
// Stage 2: add it; the sign.
module systole_fp_quantise #(
  parameter Lanes = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                valid_i,
  input  wire [32*Lanes-1:0] x_i,
  output wire                valid_o,
  output reg  [8*Lanes-1:0]  y_o
);
  // Stages are updated in place, last one first, with blocking assignments;
  // nothing outside this block reads them. The output's register is not blocking.
  /* verilator lint_off BLKSEQ */
  /* verilator lint_off UNUSED */
  reg         valid1_q, valid2_q;
  wire [31:0] x [0:Lanes-1];
  reg  [31:0] r_q [0:Lanes-1];   // before rounding
  reg  [31:0] up_q [0:Lanes-1];
  reg  [31:0] sign_q [0:Lanes-1];  // all ones if negative

  genvar g;
  generate
    for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
      assign x[g] = x_i[32*g +: 32];
    end
  endgenerate
  assign valid_o = valid2_q;

  always @(posedge clk_i) begin : update
    integer l;
    reg [31:0] a, e, m, d, r, s, up;
    if (valid1_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        r = r_q[l];
        s = sign_q[l];
        up = r == 32'd127 ? 32'd0 : up_q[l];  // 127.5 would be 128
        // ~(r + up) + 1 is ~r + 1 - up: one sum for both signs
        r = (r ^ s) + ((up ^ s) & 32'd1);
        y_o[8*l +: 8] <= r[7:0];
      end
    end
    if (valid_i) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        a = x[l] & 32'h7FFFFFFF;
        e = a >> 23;
        m = ((a & 32'h007FFFFF) | 32'h00800000) << 7;
        d = 32'd5 - e;  // 133 less e in the three bits that matter
        // bit 24 is the unit; what is shifted out of seven bits of room is zero
        m = m >> d[2:0];
        r = m >> 24;
        up = (m >> 23) & (r | {31'b0, (m & 32'h007FFFFF) != 0}) & 32'd1;
        r = e > 32'd133 ? 32'd127 : r;
        // below 2^-1, where zeros are, or not a number
        m = {31'b0, (e < 32'd126) | ((e == 32'd255) & ((a & 32'h007FFFFF) != 0))} - 32'd1;
        r_q[l] = r & m;
        up_q[l] = up & m;
        sign_q[l] = 32'd0 - (x[l] >> 31);
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
