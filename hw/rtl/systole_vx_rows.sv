// Where row scalars lie: row i's is in lane i mod Dim of word base + i / Dim.
//
// start_i loads the first place; each step_i, the last word of a row, moves on to
// the next. Both outputs are registered; of lane_o, one bit is set. Latency 1, one
// row a cycle.
module systole_vx_rows #(
  parameter Dim = 8
) (
  input  wire           clk_i,
  input  wire           start_i,
  input  wire [15:0]    base_i,  // with start_i
  input  wire           step_i,
  output wire [15:0]    word_o,
  output wire [Dim-1:0] lane_o
);
  reg [15:0]    word_q;
  reg [Dim-1:0] lane_q;

  assign word_o = word_q;
  assign lane_o = lane_q;

  always @(posedge clk_i) begin
    if (start_i) begin
      word_q <= base_i;
      lane_q <= {{Dim-1{1'b0}}, 1'b1};
    end else if (step_i) begin
      lane_q <= {lane_q[Dim-2:0], lane_q[Dim-1]};
      if (lane_q[Dim-1]) word_q <= word_q + 16'd1;
    end
  end
endmodule
