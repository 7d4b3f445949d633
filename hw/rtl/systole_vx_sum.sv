// Row sums: the Dim lanes of a word as a balanced tree of neighbours; word j
// joins partial j mod 4; the row's sum is (p0 + p1) + (p2 + p3).
//
// Latency: from a row's last word on v_i to valid_o, 4 * log2(Dim) + 13 cycles.
// Throughput: one word a cycle. No handshake; words of an instruction must come
// without gaps, because the partials circulate: the adder's 4 cycles bring a
// word's sum back when the fourth word after it arrives.
//
// Stages: log2(Dim) levels of adders, 4 cycles each; the adder of partials, 4;
// collecting the last four partials, 1; p0 + p1 and p2 + p3, 4; their sum, 4.
module systole_vx_sum #(
  parameter Dim = 8
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              start_i,    // before an instruction's first word
  input  wire              valid_i,
  input  wire              row_end_i,  // with valid_i: the word is the last of its row
  input  wire [32*Dim-1:0] v_i,
  output wire              valid_o,
  output wire [31:0]       sum_o
);
  localparam Levels = $clog2(Dim);

  // Level k has Dim >> k sums; they lie one after the other in `tree`.
  wire [32*(2*Dim-1)-1:0] tree;
  wire [Levels:0]         valid;
  assign tree[32*Dim-1:0] = v_i;
  assign valid[0] = valid_i;

  genvar k, g;
  generate
    for (k = 0; k < Levels; k = k + 1) begin : gen_level
      localparam Sums = Dim >> (k + 1);
      localparam From = 2 * Dim - (Dim >> k) * 2;
      localparam To = 2 * Dim - Sums * 2;
      wire [32*Sums-1:0] a, b;
      for (g = 0; g < Sums; g = g + 1) begin : gen_pair
        assign a[32*g +: 32] = tree[32*(From+2*g) +: 32];
        assign b[32*g +: 32] = tree[32*(From+2*g+1) +: 32];
      end
      systole_fp_add #(.Lanes(Sums)) u_add (
        .clk_i, .rst_ni, .valid_i(valid[k]), .a_i(a), .b_i(b),
        .valid_o(valid[k+1]), .s_o(tree[32*To +: 32*Sums])
      );
    end
  endgenerate

  // The adder of partials. A partial starts with -0, which changes nothing.
  reg  [1:0]  in_count_q;  // words of this row so far, modulo 4
  reg         in_full_q;   // four or more
  reg  [4*Levels-1:0] row_end_q;  // of the words in the tree
  reg  [15:0] place_q;     // of the words in the adder: end, start of a row, partial; 4 bits each
  reg  [31:0] p0_q, p1_q, p2_q, p3_q;
  reg         join_q;
  wire        partial_valid;
  wire [31:0] partial;
  wire        in_end = row_end_q[4*Levels-1];
  wire        in_first = in_count_q == 2'd0 && !in_full_q;
  wire        out_end = place_q[15];
  wire        out_first = place_q[14];
  wire [1:0]  out_count = place_q[13:12];

  systole_fp_add #(.Lanes(1)) u_partial (
    .clk_i, .rst_ni, .valid_i(valid[Levels]), .a_i(tree[32*(2*Dim-2) +: 32]),
    .b_i(in_full_q ? partial : 32'h80000000), .valid_o(partial_valid), .s_o(partial)
  );

  wire        half_valid;
  wire [63:0] half;
  systole_fp_add #(.Lanes(2)) u_half (
    .clk_i, .rst_ni, .valid_i(join_q), .a_i({p2_q, p0_q}), .b_i({p3_q, p1_q}),
    .valid_o(half_valid), .s_o(half)
  );
  systole_fp_add #(.Lanes(1)) u_join (
    .clk_i, .rst_ni, .valid_i(half_valid), .a_i(half[31:0]), .b_i(half[63:32]),
    .valid_o(valid_o), .s_o(sum_o)
  );

  always @(posedge clk_i) begin
    row_end_q <= {row_end_q[4*Levels-2:0], row_end_i};
    place_q <= {place_q[11:0], in_end, in_first, in_count_q};
    join_q <= partial_valid && out_end;
    if (partial_valid) begin
      if (out_count == 2'd0) p0_q <= partial;
      if (out_count == 2'd1 || out_first) p1_q <= out_first ? 32'd0 : partial;
      if (out_count == 2'd2 || out_first) p2_q <= out_first ? 32'd0 : partial;
      if (out_count == 2'd3 || out_first) p3_q <= out_first ? 32'd0 : partial;
    end
    if (valid[Levels]) begin
      in_count_q <= in_end ? 2'd0 : in_count_q + 2'd1;
      in_full_q <= !in_end && (in_full_q || in_count_q == 2'd3);
    end
    if (start_i || !rst_ni) begin
      in_count_q <= 2'd0;
      in_full_q <= 1'b0;
    end
    if (!rst_ni) join_q <= 1'b0;
  end
endmodule
