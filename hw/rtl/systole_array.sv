// The DIM x DIM weight-stationary systolic array, int8 x int8 to int32.
//
// A wave is one row of A. It is given with valid_i, plane_i and data_i (all DIM
// lanes at once) in cycle t; row r of the array chooses its weights in cycle t + r,
// multiplies them in cycle t + r + 1 by lane r, which the skew registers have held
// back r + 1 cycles, and adds the products to the sums of the row above in cycle
// t + r + 2. Its DIM sums stand on psum_o in cycle t + DIM + 2, where bottom_o was
// high in cycle t + DIM + 1; they stay until the next wave's. One wave a cycle, no
// stalls, no back-pressure.
//
// Every PE holds two weights, in planes 0 and 1; a wave uses plane_i's. With
// load_i, wdata_i (LoadRows words) is written into plane load_plane_i as group
// load_group_i: array rows group*LoadRows + 0, 1, ..., or with load_transposed_i
// columns. A wave for which a PE chooses in the same cycle still sees the old weight,
// one in the next cycle the new.
//
// A row chooses, multiplies and adds only in cycles in which it has a wave; its registers
// hold otherwise (a clock enable in hardware, no work in a simulation).
module systole_array #(
    parameter Dim      = 16,
    parameter LoadRows = 4
) (
    input  logic                        clk_i,
    input  logic                        rst_ni,
    input  logic                        valid_i,
    input  logic                        plane_i,
    input  logic [Dim*8-1:0]            data_i,
    input  logic                        load_i,
    input  logic                        load_plane_i,
    input  logic                        load_transposed_i,
    input  logic [$clog2(Dim)-1:0]      load_group_i,
    input  logic [LoadRows*Dim*8-1:0]   wdata_i,
    output logic                        bottom_o,
    output logic [Dim*32-1:0]           psum_o
);
  localparam Groups = Dim / LoadRows;
  localparam GroupW = $clog2(Dim);

  // Row 0 chooses with the inputs; these are the rows below. Bit 0 is unused. In the
  // cycle of valid_q[r] row r chooses, row r - 1 multiplies and row r - 2 adds.
  logic [Dim+1:0]     valid_q;
  logic [Dim-1:0]     plane_q;
  logic [Dim*8-1:0]   skew_q[1:Dim];
  logic signed [7:0]  weight_q[0:Dim-1][0:Dim-1];  // chosen
  logic signed [31:0] product_q[0:Dim-1][0:Dim-1];
  logic signed [31:0] sum_q[0:Dim-1][0:Dim-1];
  logic signed [7:0]  weight0_q[0:Dim-1][0:Dim-1];
  logic signed [7:0]  weight1_q[0:Dim-1][0:Dim-1];
  logic [Dim*32-1:0]  psum_q;
  logic               busy;

  // Blocking assignments from the bottom row up: every row reads what the row
  // above held before this edge, so the order stands in for a second copy of
  // the state, at half the cost in a simulation. Nothing outside the block reads
  // these arrays; what leaves it is assigned without blocking.
  // The plane is selected by AND and OR, which C++ compilers vectorise at every
  // DIM (a `?:` only where the loops are unrolled); synthesis maps both alike.
  // Reset comes last and clears valid_q alone: the enables do not depend on it.
  /* verilator lint_off BLKSEQ */
  always_ff @(posedge clk_i) begin : step
    integer r, s, g, h;
    logic signed [31:0] x;
    logic signed [7:0] w;
    if (busy) begin
      for (r = Dim - 1; r >= 1; r = r - 1) begin
        if (valid_q[r+2])
          for (s = 0; s < Dim; s = s + 1) sum_q[r][s] = sum_q[r-1][s] + product_q[r][s];
        if (valid_q[r+1]) begin
          x = 32'($signed(skew_q[r+1][r*8+:8]));
          for (s = 0; s < Dim; s = s + 1) product_q[r][s] = x * 32'(weight_q[r][s]);
        end
        if (valid_q[r]) begin
          skew_q[r+1] = skew_q[r];
          w = {8{plane_q[r]}};
          for (s = 0; s < Dim; s = s + 1)
            weight_q[r][s] = (weight1_q[r][s] & w) | (weight0_q[r][s] & ~w);
        end
      end
      if (valid_q[2])
        for (s = 0; s < Dim; s = s + 1) sum_q[0][s] = product_q[0][s];
      if (valid_q[1]) begin
        x = 32'($signed(skew_q[1][7:0]));
        for (s = 0; s < Dim; s = s + 1) product_q[0][s] = x * 32'(weight_q[0][s]);
      end
      if (valid_i) begin
        skew_q[1] = data_i;
        w = {8{plane_i}};
        for (s = 0; s < Dim; s = s + 1)
          weight_q[0][s] = (weight1_q[0][s] & w) | (weight0_q[0][s] & ~w);
      end
      if (valid_q[Dim+1])
        for (s = 0; s < Dim; s = s + 1) psum_q[s*32+:32] <= sum_q[Dim-1][s];
      valid_q <= {valid_q[Dim:1], valid_i, 1'b0};
      plane_q <= {plane_q[Dim-2:1], plane_i, 1'b0};
    end
    // Block by block of LoadRows x LoadRows, so that each has one enable.
    if (load_i) begin
      for (g = 0; g < Groups; g = g + 1)
        for (h = 0; h < Groups; h = h + 1)
          if (load_group_i == (load_transposed_i ? h[GroupW-1:0] : g[GroupW-1:0])) begin
            for (r = 0; r < LoadRows; r = r + 1)
              for (s = 0; s < LoadRows; s = s + 1) begin
                w = load_transposed_i ? wdata_i[(s*Dim+g*LoadRows+r)*8+:8]
                                      : wdata_i[(r*Dim+h*LoadRows+s)*8+:8];
                if (load_plane_i) weight1_q[g*LoadRows+r][h*LoadRows+s] = w;
                else              weight0_q[g*LoadRows+r][h*LoadRows+s] = w;
              end
          end
    end
    if (!rst_ni) valid_q <= '0;
  end
  /* verilator lint_on BLKSEQ */

  assign busy     = valid_i || valid_q != '0;
  assign bottom_o = valid_q[Dim+1];
  assign psum_o   = psum_q;
endmodule
