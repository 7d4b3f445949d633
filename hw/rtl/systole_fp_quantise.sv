// Lanes conversions of fp32 to int8: NaN gives 0, otherwise round to nearest
// even and saturate to -127..127; the same as systole_fp32_quantise.
//
// Latency: 1 cycle from valid_i to valid_o. Throughput: one vector a cycle. No
// handshake: the result is there for one cycle and cannot wait.
//
// The stage: shift the significand so that bit 24 is the unit, round, saturate.
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
  /* verilator lint_off BLKSEQ */  // of the block's own variables
  /* verilator lint_off UNUSED */
  reg         valid_q;
  wire [31:0] x [0:Lanes-1];

  genvar g;
  generate
    for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
      assign x[g] = x_i[32*g +: 32];
    end
  endgenerate
  assign valid_o = valid_q;

  always @(posedge clk_i) begin : update
    integer l;
    reg [31:0] a, e, m, d, s, r;
    if (valid_i) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        a = x[l] & 32'h7FFFFFFF;
        e = a >> 23;
        s = 32'd0 - (x[l] >> 31);
        m = ((a & 32'h007FFFFF) | 32'h00800000) << 7;
        d = 32'd133 - e;  // 0..7 where it matters
        // bit 24 is the unit; what is shifted out of seven bits of room is zero
        m = m >> d[2:0];
        r = (m + 32'h007FFFFF + ((m >> 24) & 32'd1)) >> 24;
        r = r - (r >> 7);  // 127.5 was 128
        r = e > 32'd133 ? 32'd127 : r;
        // below 2^-1, where zeros are, or not a number
        r = (e < 32'd126) | (a > 32'h7F800000) ? 32'd0 : r;
        r = (r ^ s) - s;
        y_o[8*l +: 8] <= r[7:0];
      end
    end
    valid_q <= valid_i;
    if (!rst_ni) valid_q <= 1'b0;
  end
  /* verilator lint_on UNUSED */
  /* verilator lint_on BLKSEQ */
endmodule
