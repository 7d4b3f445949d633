// Addresses of one operand of the vector engine, word by word: row i, word j is
// base + i * stride + j.
//
// start_i loads the first address; each step_i moves on to the next word, row
// after row. address_o is registered: the word of the next step_i. last_o: that
// word is the last of the last row. row_end_o: it is the last of its row.
// Latency 1, one word a cycle.
module systole_vx_walk (
  input  wire        clk_i,
  input  wire        start_i,
  input  wire [15:0] base_i,      // with start_i
  input  wire [15:0] stride_i,    // stable while stepping
  input  wire [15:0] last_col_i,  // words in a row - 1, stable
  input  wire [15:0] last_row_i,  // rows - 1, stable
  input  wire        step_i,
  output wire [15:0] address_o,
  output wire        row_end_o,
  output wire        last_o
);
  reg [15:0] address_q, row_q, col_q, count_q;
  wire [15:0] next_row = row_q + stride_i;

  assign address_o = address_q;
  assign row_end_o = col_q == last_col_i;
  assign last_o = row_end_o && count_q == last_row_i;

  always @(posedge clk_i) begin
    if (start_i) begin
      address_q <= base_i;
      row_q <= base_i;
      col_q <= 16'd0;
      count_q <= 16'd0;
    end else if (step_i) begin
      if (row_end_o) begin
        address_q <= next_row;
        row_q <= next_row;
        col_q <= 16'd0;
        count_q <= count_q + 16'd1;
      end else begin
        address_q <= address_q + 16'd1;
        col_q <= col_q + 16'd1;
      end
    end
  end
endmodule
