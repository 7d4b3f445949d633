// Counts the words of an instruction, row by row.
//
// start_i loads the counts, which must be right with it; each step_i is a word.
// row_end_o: the word of the next step_i is the last of its row; last_o: it is the
// last of the last row. Both are registered flags, found a word ahead from counters
// that run down to zero. Latency 1, one word a cycle.
module systole_vx_count (
  input  wire        clk_i,
  input  wire        start_i,
  input  wire [15:0] last_col_i,  // words in a row - 1, with start_i
  input  wire [15:0] last_row_i,  // rows - 1, with start_i
  input  wire        step_i,
  output wire        row_end_o,
  output wire        last_o
);
  reg [15:0] last_col_q, col_q, row_q;  // after this word, after this row
  reg        single_q, col_end_q, row_end_q;

  assign row_end_o = col_end_q;
  assign last_o = col_end_q && row_end_q;

  always @(posedge clk_i) begin
    if (start_i) begin
      last_col_q <= last_col_i;
      single_q <= last_col_i == 16'd0;
      col_q <= last_col_i;
      col_end_q <= last_col_i == 16'd0;
      row_q <= last_row_i;
      row_end_q <= last_row_i == 16'd0;
    end else if (step_i) begin
      col_q <= col_end_q ? last_col_q : col_q - 16'd1;
      col_end_q <= col_end_q ? single_q : col_q == 16'd1;
      if (col_end_q) begin
        row_q <= row_q - 16'd1;
        row_end_q <= row_q == 16'd1;
      end
    end
  end
endmodule
