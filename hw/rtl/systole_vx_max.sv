// The largest of Dim values by key (systole_fp32_key), and its lane; of equals
// the lowest lane. Lanes whose mask bit is 0 must hold 0; they have the smallest key
// of all. With abs_i the sign of the values is cleared first.
//
// Latency: log2(Dim) cycles from valid_i to valid_o. Throughput: one word a cycle.
// No handshake.
//
// A tree of comparisons of neighbours, a level in a stage.
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

  // Nodes as in a heap: the root is 1, node p's children are 2p and 2p+1, the
  // lanes would be Dim and up. Updated in place from the root on, with blocking
  // assignments; nothing outside this block reads them but a copy of the root.
  /* verilator lint_off BLKSEQ */
  /* verilator lint_off UNUSED */
  reg  [Levels-1:0] valid_q;
  wire [31:0]       v [0:Dim-1];
  reg  [31:0]       key_q [0:Dim-1];
  reg  [31:0]       lane_q [0:Dim-1];

  genvar g;
  generate
    for (g = 0; g < Dim; g = g + 1) begin : gen_lane
      assign v[g] = v_i[32*g +: 32];
    end
  endgenerate

  assign valid_o = valid_q[Levels-1];

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
    integer p;
    reg [31:0] n, x, y, abs;
    reg        more;
    abs = abs_i ? 32'h7FFFFFFF : 32'hFFFFFFFF;
    if (valid_q != {Levels{1'b0}}) begin
      for (p = 1; p < Dim / 2; p = p + 1) begin
        x = key_q[2*p];
        y = key_q[2*p+1];
        more = above(y, x);
        key_q[p] = more ? y : x;
        lane_q[p] = more ? lane_q[2*p+1] : lane_q[2*p];
      end
    end
    if (valid_i) begin
      for (p = 0; p < Dim; p = p + 2) begin
        x = v[p] & abs;
        n = (32'd0 - (x >> 31)) >> 1;
        x = (x ^ n) | {~mask_i[p], 31'b0};
        y = v[p+1] & abs;
        n = (32'd0 - (y >> 31)) >> 1;
        y = (y ^ n) | {~mask_i[p+1], 31'b0};
        more = above(y, x);
        key_q[(Dim+p)/2] = more ? y : x;
        lane_q[(Dim+p)/2] = p + {31'b0, more};
      end
    end
    key_o <= key_q[1];
    lane_o <= lane_q[1][Levels-1:0];
    valid_q <= {valid_q[Levels-2:0], valid_i};
    if (!rst_ni) valid_q <= {Levels{1'b0}};
  end
  /* verilator lint_on UNUSED */
  /* verilator lint_on BLKSEQ */
endmodule
