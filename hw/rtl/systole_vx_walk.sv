// Addresses of one operand of the vector engine, word by word: row i, word j is
// base + i * stride + j.
//
// start_i loads the first address; each step_i moves on to the next word, with
// row_end_i to the next row. address_o is registered: the word of the next
// step_i. Latency 1, one word a cycle.
module systole_vx_walk (
  input  wire        clk_i,
  input  wire        start_i,
  input  wire [15:0] base_i,     // with start_i
  input  wire [15:0] stride_i,   // stable while stepping
  input  wire        step_i,
  input  wire        row_end_i,  // with step_i: its word is the last of its row
  output wire [15:0] address_o
);
  reg [15:0] address_q, row_q;
  wire [15:0] next_row = row_q + stride_i;

  assign address_o = address_q;

  always @(posedge clk_i) begin
    if (start_i) begin
      address_q <= base_i;
      row_q <= base_i;
    end else if (step_i) begin
      address_q <= row_end_i ? next_row : address_q + 16'd1;
      if (row_end_i) row_q <= next_row;
    end
  end
endmodule
