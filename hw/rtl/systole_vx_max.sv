// The largest of Dim values by key (systole_fp32_key), and its lane; of equals
// the lowest lane. Lanes whose mask bit is 0 must hold 0; they have the smallest key
// of all. With abs_i the sign of the values is cleared first.
//
// Latency: (log2(Dim) + 1) / 2 cycles from valid_i to valid_o. Throughput: one
// word a cycle. No handshake.
//
// A tree of comparisons of neighbours, pairs and then pairs of pairs in a stage;
// the first stage has only pairs when log2(Dim) is odd.
module systole_vx_max #(
  parameter Dim = 8
) (
  input  wire                   clk_i,
  input  wire                   rst_ni,
  input  wire                   abs_i,   // stable
  input  wire                   valid_i,
  input  wire [32*Dim-1:0]      v_i,
  input  wire [Dim-1:0]         mask_i,
  output wire                   valid_o,
  output reg  [31:0]            key_o,
  output reg  [$clog2(Dim)-1:0] lane_o
);
  localparam Levels = $clog2(Dim);
  localparam Stages = (Levels + 1) / 2;
  localparam Fold = Levels % 2 == 0 ? 4 : 2;  // values that the first stage joins
  localparam First = Dim / Fold;              // its results

  // Nodes as in a heap: the root is 1, node p's children are 2p and 2p+1; only
  // every second level is a register. Updated in place from the root on, with
  // blocking assignments; nothing outside this block reads them but a copy of
  // the root.
  /* verilator lint_off BLKSEQ */
  /* verilator lint_off UNUSED */
  reg  [Stages-1:0] valid_q;
  wire [31:0]       v [0:Dim-1];
  reg  [31:0]       key_q [0:2*First-1];
  reg  [31:0]       lane_q [0:2*First-1];

  genvar g;
  generate
    for (g = 0; g < Dim; g = g + 1) begin : gen_lane
      assign v[g] = v_i[32*g +: 32];
    end
  endgenerate

  assign valid_o = valid_q[Stages-1];

  // a > b, signed: the sign of a difference is one chain of carries; `>` may
  // become two.
  function automatic above(input [31:0] a, input [31:0] b);
    reg [32:0] less;
    begin
      less = {1'b0, ~b[31], b[30:0]} - {1'b0, ~a[31], a[30:0]};
      above = less[32];
    end
  endfunction

  always @(posedge clk_i) begin : update
    integer p, d, c;
    reg [31:0] k, n, x, y, key, lane, abs;
    reg        more;
    abs = abs_i ? 32'h7FFFFFFF : 32'hFFFFFFFF;
    if (valid_q != {Stages{1'b0}}) begin
      for (d = 1; d < First; d = d * 4) begin
        for (p = d; p < 2 * d; p = p + 1) begin
          for (c = 0; c < 4; c = c + 2) begin
            x = key_q[4*p+c];
            y = key_q[4*p+c+1];
            more = above(y, x);
            k = more ? lane_q[4*p+c+1] : lane_q[4*p+c];
            x = more ? y : x;
            more = c == 0 || above(x, key);
            lane = more ? k : lane;
            key = more ? x : key;
          end
          key_q[p] = key;
          lane_q[p] = lane;
        end
      end
    end
    if (valid_i) begin
      for (p = 0; p < First; p = p + 1) begin
        for (c = 0; c < Fold; c = c + 2) begin
          x = v[p*Fold+c] & abs;
          n = (32'd0 - (x >> 31)) >> 1;
          x = (x ^ n) | {~mask_i[p*Fold+c], 31'b0};
          y = v[p*Fold+c+1] & abs;
          n = (32'd0 - (y >> 31)) >> 1;
          y = (y ^ n) | {~mask_i[p*Fold+c+1], 31'b0};
          k = p * Fold + c;
          more = above(y, x);
          k = more ? k + 1 : k;
          x = more ? y : x;
          more = c == 0 || above(x, key);
          lane = more ? k : lane;
          key = more ? x : key;
        end
        key_q[First+p] = key;
        lane_q[First+p] = lane;
      end
    end
    key_o <= key_q[1];
    lane_o <= lane_q[1][Levels-1:0];
    valid_q <= Stages == 1 ? {Stages{valid_i}} : (valid_q << 1) | {{Stages-1{1'b0}}, valid_i};
    if (!rst_ni) valid_q <= {Stages{1'b0}};
  end
  /* verilator lint_on UNUSED */
  /* verilator lint_on BLKSEQ */
endmodule
