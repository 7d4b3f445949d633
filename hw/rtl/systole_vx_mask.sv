// Which lanes of each word are inside: column q of row i is inside if q < n
// and, with limits, low + i * low_step <= q < high + i * high_step, all exact.
//
// start_i loads the description; each step_i computes the mask of the next word,
// with row_end_i the last of its row, and mask_o shows it from the next cycle on.
// Latency 1, one word a cycle.
module systole_vx_mask #(
  parameter Dim = 8
) (
  input  wire           clk_i,
  input  wire           start_i,
  input  wire [15:0]    n_i,          // all of these with start_i
  input  wire           limits_i,
  input  wire [31:0]    low_i,
  input  wire [31:0]    high_i,
  input  wire [15:0]    low_step_i,
  input  wire [15:0]    high_step_i,
  input  wire           step_i,
  input  wire           row_end_i,    // with step_i
  output wire [Dim-1:0] mask_o
);
  localparam LaneW = $clog2(Dim);
  localparam W = 34;  // low + 65534 * low_step needs 33 bits

  reg                limits_q;
  reg signed [W-1:0] low_row_q, high_row_q;  // limits of this row
  reg signed [W-1:0] low_q, high_q;          // the same, less the word's first column
  reg signed [W-1:0] low_step_q, high_step_q;
  reg [15:0]         n_q, left_q;            // columns in a row, and from this word on
  reg [Dim-1:0]      mask_q;

  wire signed [W-1:0] low_next = low_row_q + low_step_q;
  wire signed [W-1:0] high_next = high_row_q + high_step_q;
  localparam [31:0] Dim32 = Dim;
  wire signed [W-1:0] dim = {{W-32{1'b0}}, Dim32};

  // Each limit, clamped to 0..Dim, as a mask of the lanes below it.
  wire [Dim-1:0] below_n = left_q[15:LaneW] != 0 ? {Dim{1'b1}} : ~({Dim{1'b1}} << left_q[LaneW-1:0]);
  wire [Dim-1:0] below_low = low_q[W-1] ? {Dim{1'b0}} : low_q[W-2:LaneW] != 0 ? {Dim{1'b1}}
                           : ~({Dim{1'b1}} << low_q[LaneW-1:0]);
  wire [Dim-1:0] below_high = high_q[W-1] ? {Dim{1'b0}} : high_q[W-2:LaneW] != 0 ? {Dim{1'b1}}
                            : ~({Dim{1'b1}} << high_q[LaneW-1:0]);

  assign mask_o = mask_q;

  always @(posedge clk_i) begin
    if (start_i) begin
      limits_q <= limits_i;
      low_row_q <= {{W-32{low_i[31]}}, low_i};
      low_q <= {{W-32{low_i[31]}}, low_i};
      high_row_q <= {{W-32{high_i[31]}}, high_i};
      high_q <= {{W-32{high_i[31]}}, high_i};
      low_step_q <= {{W-16{low_step_i[15]}}, low_step_i};
      high_step_q <= {{W-16{high_step_i[15]}}, high_step_i};
      n_q <= n_i;
      left_q <= n_i;
    end else if (step_i) begin
      mask_q <= limits_q ? below_n & below_high & ~below_low : below_n;
      if (row_end_i) begin
        left_q <= n_q;
        if (limits_q) begin
          low_row_q <= low_next;
          low_q <= low_next;
          high_row_q <= high_next;
          high_q <= high_next;
        end
      end else begin
        left_q <= left_q - dim[15:0];
        if (limits_q) begin
          low_q <= low_q - dim;
          high_q <= high_q - dim;
        end
      end
    end
  end
endmodule
