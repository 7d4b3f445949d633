// The reduction of the vector engine: takes the masked words of an instruction,
// row after row without gaps, and writes each row's result into its lane of RS.
//
// start_i loads the description; words come with valid_i from the fourth cycle
// after that at the earliest, when `carry`'s words are stable and first_i, in the
// third, has taken up row 0's. A word of results is written when its last lane
// or the last row is done; ARGMAX writes the indices one cycle after the values.
//
// Cycles from the last word on v_i to the last write, with L = log2(Dim):
//   SUM 4L + 14, SUMSQ 4L + 18, MAX and ABSMAX L + 2, ARGMAX L + 4.
// Throughput: one word a cycle. No handshake.
//
// Stages: (SUMSQ) square, 4; then systole_vx_sum; or systole_vx_max and the best
// of the row, 1. Then: the result into its lane, 1; the write.
module systole_vx_reduce #(
  parameter Dim = 8
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              start_i,
  input  wire              sum_i,       // one of these, all stable after start_i
  input  wire              sumsq_i,
  input  wire              best_i,      // MAX, ABSMAX, ARGMAX
  input  wire              abs_i,       // of these ABSMAX
  input  wire              arg_i,       // or ARGMAX
  input  wire              carry_i,
  input  wire [15:0]       last_row_i,  // rows - 1; with start_i
  input  wire [31:0]       index_i,     // of column 0; with start_i
  input  wire [15:0]       r_i,         // with start_i
  input  wire [15:0]       x_i,         // with start_i
  input  wire [32*Dim-1:0] carry_r_i,
  input  wire [32*Dim-1:0] carry_x_i,
  input  wire              first_i,
  input  wire              valid_i,
  input  wire              row_end_i,   // the word is the last of its row
  input  wire [32*Dim-1:0] v_i,
  input  wire [Dim-1:0]    mask_i,
  output wire              we_o,
  output wire [15:0]       waddr_o,
  output wire [32*Dim-1:0] wdata_o
);
  localparam LaneW = $clog2(Dim);

  // Sums.
  wire              square_valid;
  wire [32*Dim-1:0] square;
  systole_fp_mul #(.Lanes(Dim)) u_square (
    .clk_i, .rst_ni, .valid_i(valid_i && sumsq_i), .a_i(v_i), .b_i(v_i),
    .valid_o(square_valid), .p_o(square)
  );
  wire        sum_valid;
  wire [31:0] sum_value;
  reg  [3:0]  square_end_q;
  always @(posedge clk_i) square_end_q <= {square_end_q[2:0], row_end_i};
  systole_vx_sum #(.Dim(Dim)) u_sum (
    .clk_i, .rst_ni, .start_i, .row_end_i(sumsq_i ? square_end_q[3] : row_end_i),
    .valid_i(sumsq_i ? square_valid : valid_i && sum_i), .v_i(sumsq_i ? square : v_i),
    .valid_o(sum_valid), .sum_o(sum_value)
  );

  // The best.
  wire             word_valid;
  wire [31:0]      word_key;
  wire [LaneW-1:0] word_lane;
  systole_vx_max #(.Dim(Dim)) u_max (
    .clk_i, .rst_ni, .abs_i, .valid_i(valid_i && best_i), .v_i, .mask_i,
    .valid_o(word_valid), .key_o(word_key), .lane_o(word_lane)
  );
  // What the row had before this word; whence a row starts, its lane one bit of
  // next_q, is chosen when the row before ends.
  reg             best_valid_q;
  reg [31:0]      best_key_q, best_index_q, row_key_q, row_index_q, word_index_q, index_q;
  reg [LaneW-1:0] row_end_q;      // of the words in u_max
  reg [Dim-1:0]   next_q;
  reg [31:0]      carried_key, carried_index;
  wire            best_end = row_end_q[LaneW-1];
  // The sign of a difference: see systole_vx_max.
  /* verilator lint_off UNUSED */
  wire [32:0]     less = {1'b0, ~best_key_q[31], best_key_q[30:0]} - {1'b0, ~word_key[31], word_key[30:0]};
  /* verilator lint_on UNUSED */
  wire            better = less[32];
  wire [31:0]     key = better ? word_key : best_key_q;
  wire [31:0]     index = better ? word_index_q + {{32-LaneW{1'b0}}, word_lane} : best_index_q;
  wire            next_row = first_i || (word_valid && best_end);

  always @* begin : choose_carried
    integer l;
    carried_key = 32'd0;
    carried_index = 32'd0;
    for (l = 0; l < Dim; l = l + 1) begin
      carried_key = carried_key | (carry_r_i[32*l +: 32] & {32{next_q[l]}});
      carried_index = carried_index | (carry_x_i[32*l +: 32] & {32{next_q[l]}});
    end
  end

  always @(posedge clk_i) begin
    row_end_q <= {row_end_q[LaneW-2:0], row_end_i};
    best_valid_q <= word_valid && best_end;
    if (next_row) begin
      best_key_q <= carry_i ? carried_key ^ {1'b0, {31{carried_key[31]}}}
                  : abs_i ? 32'h00000000 : 32'h807FFFFF;
      best_index_q <= carry_i ? carried_index : 32'hFFFFFFFF;
      next_q <= {next_q[Dim-2:0], next_q[Dim-1]};
    end else if (word_valid) begin
      best_key_q <= key;
      best_index_q <= index;
    end
    if (word_valid) begin
      row_key_q <= key;
      row_index_q <= index;
      word_index_q <= best_end ? index_q : word_index_q + Dim;
    end
    if (start_i) begin
      index_q <= index_i;
      word_index_q <= index_i;
    end
    if (start_i || !rst_ni) next_q <= {{Dim-1{1'b0}}, 1'b1};
    if (!rst_ni) best_valid_q <= 1'b0;
  end

  // Results into lanes, indices one cycle behind. ARGMAX holds the last word back
  // for a cycle, so that it does not meet the indices of a full word just before.
  wire        result_valid = sum_valid || best_valid_q;
  wire [31:0] result = best_i ? row_key_q ^ {1'b0, {31{row_key_q[31]}}} : sum_value;
  reg [Dim-1:0] lane_q, lane2_q;  // one bit for the lane
  reg [15:0]    row_q, r_q, x_q;   // row_q: rows after this one
  reg [31:0]    index2_q;
  reg           result2_q, hold_q, flush_q, flush2_q, last_q;
  wire          flush = result_valid && (last_q || lane_q[Dim-1]);
  // Words of results: lane by lane; the others are cleared with lane 0.
  reg [32*Dim-1:0] values_q, indices_q;
  always @(posedge clk_i) begin : lanes
    integer l;
    for (l = 0; l < Dim; l = l + 1) begin
      if (result_valid && (lane_q[l] || lane_q[0]))
        values_q[32*l +: 32] <= lane_q[l] ? result : 32'd0;
      if (result2_q && (lane2_q[l] || lane2_q[0]))
        indices_q[32*l +: 32] <= lane2_q[l] ? index2_q : 32'd0;
    end
  end

  always @(posedge clk_i) begin
    if (result_valid) begin
      lane_q <= {lane_q[Dim-2:0], lane_q[Dim-1]};
      row_q <= row_q - 16'd1;
      last_q <= row_q == 16'd1;
      lane2_q <= lane_q;
      index2_q <= row_index_q;
    end
    result2_q <= result_valid && arg_i;
    hold_q <= flush && last_q && arg_i;
    flush_q <= (flush && !(last_q && arg_i)) || hold_q;
    flush2_q <= flush_q && arg_i;
    if (flush_q) r_q <= r_q + 16'd1;
    if (flush2_q) x_q <= x_q + 16'd1;
    if (start_i) begin
      r_q <= r_i;
      x_q <= x_i;
      row_q <= last_row_i;
      last_q <= last_row_i == 16'd0;
    end
    if (start_i || !rst_ni) lane_q <= {{Dim-1{1'b0}}, 1'b1};
    if (!rst_ni) begin
      result2_q <= 1'b0;
      hold_q <= 1'b0;
      flush_q <= 1'b0;
      flush2_q <= 1'b0;
    end
  end

  assign we_o = flush_q || flush2_q;
  assign waddr_o = flush2_q ? x_q : r_q;
  assign wdata_o = flush2_q ? indices_q : values_q;
endmodule
