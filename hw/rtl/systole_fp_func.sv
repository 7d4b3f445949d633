// Lanes values of EXP2, RECIP or RSQRT: a table of 128 entries each and a
// linear interpolation; the same bits as systole_fp32_exp2, _recip, _rsqrt in
// sim/model/fp32.c, which defines them. One 18 x 18 bit multiplier a lane.
//
// func_i (a VXFUNC code; others give no defined result) must be stable from
// valid_i until the result is out. Latency: 4 cycles from valid_i to valid_o.
// Throughput: one vector a cycle. No handshake.
//
// Stage 1: special cases; table address, distance from the segment's middle,
//          exponent of the result (EXP2: fixed point first).
// Stage 2: table; EXP2's special cases.
// Stage 3: slope times distance.
// Stage 4: plus base; lift to the smallest significand; pack.
`include "systole_isa.svh"
module systole_fp_func #(
  parameter Lanes = 8
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire [2:0]          func_i,
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

  reg         valid1_q, valid2_q, valid3_q, valid4_q;
  wire [31:0] x [0:Lanes-1];
  reg  [31:0] index_q [0:Lanes-1];
  reg  [31:0] dx_q [0:Lanes-1];        // signed
  reg  [31:0] result_q [0:Lanes-1];    // sign and exponent, or all if exact
  reg  [31:0] exact_q [0:Lanes-1];
  reg  [63:0] entry_q [0:Lanes-1];
  reg  [31:0] dx2_q [0:Lanes-1];
  reg  [31:0] result2_q [0:Lanes-1];
  reg  [31:0] exact2_q [0:Lanes-1];
  reg  [63:0] product_q [0:Lanes-1];   // signed
  reg  [63:0] base_q [0:Lanes-1];
  reg  [31:0] result3_q [0:Lanes-1];
  reg  [31:0] exact3_q [0:Lanes-1];

  genvar g;
  generate
    for (g = 0; g < Lanes; g = g + 1) begin : gen_lane
      assign x[g] = x_i[32*g +: 32];
    end
  endgenerate
  assign valid_o = valid4_q;

  always @(posedge clk_i) begin : update
    integer l;
    reg [31:0] v, e, f, a, m, d, s, p, lone, nan, up, down;
    reg [63:0] w;
    reg signed [35:0] slope, dx;
    if (valid3_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        w = (base_q[l] << 14) + product_q[l];
        m = w[47:16];
        m = (m >> 23) == 0 ? 32'd0 : m & 32'h007FFFFF;
        y_o[32*l +: 32] <= exact3_q[l] != 0 ? result3_q[l] : result3_q[l] | m;
      end
    end
    if (valid2_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        slope = $signed({{18{entry_q[l][17]}}, entry_q[l][17:0]});
        dx = $signed({{18{dx2_q[l][17]}}, dx2_q[l][17:0]});
        dx = slope * dx;
        product_q[l] = {{28{dx[35]}}, dx};
        base_q[l] = entry_q[l] >> 18;
        result3_q[l] = result2_q[l];
        exact3_q[l] = exact2_q[l];
      end
    end
    if (valid1_q) begin
      for (l = 0; l < Lanes; l = l + 1) begin
        entry_q[l] = {20'b0, func_table[index_q[l][8:0]]};
        dx2_q[l] = dx_q[l];
        result2_q[l] = result_q[l];
        exact2_q[l] = exact_q[l];
      end
      // EXP2's special cases, from what stage 1 found of them.
      if (func_i == `SYS_VXFUNC_EXP2) begin
        for (l = 0; l < Lanes; l = l + 1) begin
          f = exact_q[l];
          p = result_q[l];
          s = f & 32'd1;
          a = ((f >> 1) & 32'd1) | (p >> 31);  // too large either way
          up = (a | {31'b0, p == 32'h7F800000}) & ~s;
          down = (a | {31'b0, p == 32'd0}) & s;
          nan = f >> 2;
          lone = up != 0 ? 32'h7F800000 : 32'd0;
          lone = nan != 0 ? 32'h7FC00000 : lone;
          f = nan | up | down;
          exact2_q[l] = f;
          result2_q[l] = f != 0 ? lone : p;
        end
      end
    end
    if (valid_i) begin
      case (func_i)
        `SYS_VXFUNC_EXP2: begin
          for (l = 0; l < Lanes; l = l + 1) begin
            v = x[l];
            e = (v >> 23) & 32'hFF;
            m = (v & 32'h007FFFFF) | 32'h00800000;
            // |x| in units of 2^-23; from 2^8 on it is not used
            p = (m << 7) >> ((32'd134 - e) & 32'hFF);
            s = 32'd0 - (v >> 31);
            // x, and with it the exponent's bias: -129..382, so nine bits are plain
            p = (p ^ s) + (32'h3F800000 | (s & 32'd1));
            nan = {31'b0, (e == 32'd255) & ((v & 32'h007FFFFF) != 0)};
            exact_q[l] = (s & 32'd1) | ({31'b0, e >= 32'd135} << 1) | (nan << 2);
            result_q[l] = p & 32'hFF800000;
            index_q[l] = (p >> 16) & 32'd127;
            dx_q[l] = (p & 32'h0000FFFF) - 32'h00008000;
          end
        end
        `SYS_VXFUNC_RECIP: begin
          for (l = 0; l < Lanes; l = l + 1) begin
            v = x[l];
            e = (v >> 23) & 32'hFF;
            f = v & 32'h007FFFFF;
            s = v & 32'h80000000;
            p = {31'b0, f == 0};
            d = 32'd253 - e + p;
            a = {31'b0, ((d & 32'h100) != 0) | (d == 0)};  // too small, or infinity: zero
            lone = a != 0 ? s : s | (d << 23);
            lone = e == 0 ? s | 32'h7F800000 : lone;
            nan = {31'b0, (e == 32'd255) & ((v & 32'h007FFFFF) != 0)};
            lone = nan != 0 ? 32'h7FC00000 : lone;
            exact_q[l] = p | a | {31'b0, e == 0} | nan;
            result_q[l] = lone;
            index_q[l] = 32'd128 | (f >> 16);
            dx_q[l] = (f & 32'h0000FFFF) - 32'h00008000;
          end
        end
        default: begin
          for (l = 0; l < Lanes; l = l + 1) begin
            v = x[l];
            e = (v >> 23) & 32'hFF;
            f = v & 32'h007FFFFF;
            p = {31'b0, f == 0} & e & 32'd1;
            d = ((32'd380 - e) >> 1) + p;
            lone = v == 32'h7F800000 ? 32'd0 : d << 23;
            nan = {31'b0, (e == 32'd255) & ((v & 32'h007FFFFF) != 0)} | (v >> 31);
            lone = nan != 0 ? 32'h7FC00000 : lone;
            lone = e == 0 ? 32'h7F800000 : lone;
            exact_q[l] = p | {31'b0, e == 0} | {31'b0, e == 32'd255} | nan;
            result_q[l] = lone;
            index_q[l] = 32'd256 | ((~e & 32'd1) << 6) | (f >> 17);
            dx_q[l] = (f & 32'h0001FFFF) - 32'h00010000;
          end
        end
      endcase
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
