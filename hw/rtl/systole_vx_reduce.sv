// The reduction of the vector engine: takes the masked words of an instruction,
// row after row without gaps, and writes each row's result into its lane of RS.
//
// start_i loads the description; words come with valid_i from the fourth cycle
// after that at the earliest (by then `carry`'s words are stable). A word of
// results is written when its last lane or the last row is done; ARGMAX writes
// the indices one cycle after the values. done_o is high with the last write.
//
// Cycles from the last word on v_i to done_o, with L = log2(Dim):
//   SUM 3L + 11, SUMSQ 3L + 13, MAX and ABSMAX (L+1)/2 + 2, ARGMAX (L+1)/2 + 4.
// Throughput: one word a cycle. No handshake.
//
// Stages: (SUMSQ) square, 2; then systole_vx_sum; or systole_vx_max and the best
// of the row, 1. Then: the result into its lane, 1; the write.
`include "systole_isa.svh"
module systole_vx_reduce #(
  parameter Dim = 8
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              start_i,
  input  wire [2:0]        reduce_i,    // from here on stable after start_i
  input  wire              carry_i,
  input  wire [15:0]       last_col_i,  // words in a row - 1
  input  wire [15:0]       last_row_i,  // rows - 1
  input  wire [31:0]       index_i,     // of column 0; with start_i
  input  wire [15:0]       r_i,         // with start_i
  input  wire [15:0]       x_i,         // with start_i
  input  wire [32*Dim-1:0] carry_r_i,
  input  wire [32*Dim-1:0] carry_x_i,
  input  wire              valid_i,
  input  wire [32*Dim-1:0] v_i,
  input  wire [Dim-1:0]    mask_i,
  output wire              we_o,
  output wire [15:0]       waddr_o,
  output wire [32*Dim-1:0] wdata_o,
  output wire              done_o
);
  localparam LaneW = $clog2(Dim);

  wire sum = reduce_i == `SYS_VXREDUCE_SUM;
  wire sumsq = reduce_i == `SYS_VXREDUCE_SUMSQ;
  wire abs = reduce_i == `SYS_VXREDUCE_ABSMAX;
  wire arg = reduce_i == `SYS_VXREDUCE_ARGMAX;
  wire best = reduce_i == `SYS_VXREDUCE_MAX || abs || arg;

  // Sums.
  wire              square_valid;
  wire [32*Dim-1:0] square;
  systole_fp_mul #(.Lanes(Dim)) u_square (
    .clk_i, .rst_ni, .valid_i(valid_i && sumsq), .a_i(v_i), .b_i(v_i),
    .valid_o(square_valid), .p_o(square)
  );
  wire        sum_valid;
  wire [31:0] sum_value;
  systole_vx_sum #(.Dim(Dim)) u_sum (
    .clk_i, .rst_ni, .start_i, .last_col_i,
    .valid_i(sumsq ? square_valid : valid_i && sum), .v_i(sumsq ? square : v_i),
    .valid_o(sum_valid), .sum_o(sum_value)
  );

  // The best.
  wire             word_valid;
  wire [31:0]      word_key;
  wire [LaneW-1:0] word_lane;
  systole_vx_max #(.Dim(Dim)) u_max (
    .clk_i, .rst_ni, .abs_i(abs), .valid_i(valid_i && best), .v_i, .mask_i,
    .valid_o(word_valid), .key_o(word_key), .lane_o(word_lane)
  );
  reg             best_valid_q;
  reg [31:0]      best_key_q, best_index_q, word_index_q, index_q;
  reg [15:0]      best_col_q;
  reg [LaneW-1:0] best_lane_q;
  wire            best_end = best_col_q == last_col_i;
  wire [31:0]     carried = carry_r_i[32*best_lane_q +: 32];
  wire [31:0]     first_key = carry_i ? carried ^ {1'b0, {31{carried[31]}}}
                            : abs ? 32'h00000000 : 32'h807FFFFF;
  wire [31:0]     first_index = carry_i ? carry_x_i[32*best_lane_q +: 32] : 32'hFFFFFFFF;
  wire [31:0]     old_key = best_col_q == 16'd0 ? first_key : best_key_q;
  wire [31:0]     old_index = best_col_q == 16'd0 ? first_index : best_index_q;
  wire            better = $signed(word_key) > $signed(old_key);

  always @(posedge clk_i) begin
    best_valid_q <= word_valid && best_end;
    if (word_valid) begin
      best_key_q <= better ? word_key : old_key;
      if (arg) begin
        best_index_q <= better ? word_index_q + {{32-LaneW{1'b0}}, word_lane} : old_index;
        word_index_q <= best_end ? index_q : word_index_q + Dim;
      end
      best_col_q <= best_end ? 16'd0 : best_col_q + 16'd1;
      if (best_end) best_lane_q <= best_lane_q + 1'b1;
    end
    if (start_i) begin
      index_q <= index_i;
      word_index_q <= index_i;
    end
    if (start_i || !rst_ni) begin
      best_col_q <= 16'd0;
      best_lane_q <= {LaneW{1'b0}};
    end
    if (!rst_ni) best_valid_q <= 1'b0;
  end

  // Results into lanes, indices one cycle behind. ARGMAX holds the last word back
  // for a cycle, so that it does not meet the indices of a full word just before.
  wire        result_valid = sum_valid || best_valid_q;
  wire [31:0] result = sum || sumsq ? sum_value : best_key_q ^ {1'b0, {31{best_key_q[31]}}};
  reg [LaneW-1:0] lane_q, lane2_q;
  reg [15:0]      row_q, r_q, x_q;
  reg [31:0]      index2_q;
  reg             result2_q, hold_q, flush_q, flush2_q, last_q, last2_q;
  wire            last = row_q == last_row_i;
  wire            flush = result_valid && (last || &lane_q);
  // Words of results: lane by lane; the others are cleared with lane 0.
  reg [32*Dim-1:0] values_q, indices_q;
  always @(posedge clk_i) begin
    if (result_valid) begin
      if (lane_q == {LaneW{1'b0}}) values_q <= {Dim{32'd0}};
      values_q[32*lane_q +: 32] <= result;
    end
    if (result2_q) begin
      if (lane2_q == {LaneW{1'b0}}) indices_q <= {Dim{32'd0}};
      indices_q[32*lane2_q +: 32] <= index2_q;
    end
  end

  always @(posedge clk_i) begin
    if (result_valid) begin
      lane_q <= lane_q + 1'b1;
      row_q <= row_q + 16'd1;
      lane2_q <= lane_q;
      index2_q <= best_index_q;
    end
    result2_q <= result_valid && arg;
    hold_q <= flush && last && arg;
    flush_q <= (flush && !(last && arg)) || hold_q;
    last_q <= (flush && last && !arg) || hold_q;
    flush2_q <= flush_q && arg;
    last2_q <= last_q && arg;
    if (flush_q) r_q <= r_q + 16'd1;
    if (flush2_q) x_q <= x_q + 16'd1;
    if (start_i) begin
      r_q <= r_i;
      x_q <= x_i;
    end
    if (start_i || !rst_ni) begin
      lane_q <= {LaneW{1'b0}};
      row_q <= 16'd0;
    end
    if (!rst_ni) begin
      result2_q <= 1'b0;
      hold_q <= 1'b0;
      flush_q <= 1'b0;
      flush2_q <= 1'b0;
      last_q <= 1'b0;
      last2_q <= 1'b0;
    end
  end

  assign we_o = flush_q || flush2_q;
  assign waddr_o = flush2_q ? x_q : r_q;
  assign wdata_o = flush2_q ? indices_q : values_q;
  assign done_o = arg ? last2_q : last_q;
endmodule
