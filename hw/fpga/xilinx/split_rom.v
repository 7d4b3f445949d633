// A map for Yosys' techmap: a table with many readers becomes one copy for each
// two of them, as the ports of block RAM will have it. Left to find that out
// itself, memory_libmap (Yosys 0.23) tries every pairing of the readers, and for
// sixteen of them runs out of memory.
(* techmap_celltype = "$mem_v2" *)
module split_rom #(
  parameter MEMID = "",
  parameter signed SIZE = 4,
  parameter signed OFFSET = 0,
  parameter signed ABITS = 2,
  parameter signed WIDTH = 8,
  parameter signed INIT = 1'bx,
  parameter signed RD_PORTS = 1,
  parameter RD_CLK_ENABLE = 1'b1,
  parameter RD_CLK_POLARITY = 1'b1,
  parameter RD_TRANSPARENCY_MASK = 1'b0,
  parameter RD_COLLISION_X_MASK = 1'b0,
  parameter RD_WIDE_CONTINUATION = 1'b0,
  parameter RD_CE_OVER_SRST = 1'b0,
  parameter RD_ARST_VALUE = 1'b0,
  parameter RD_SRST_VALUE = 1'b0,
  parameter RD_INIT_VALUE = 1'b0,
  parameter signed WR_PORTS = 1,
  parameter WR_CLK_ENABLE = 1'b1,
  parameter WR_CLK_POLARITY = 1'b1,
  parameter WR_PRIORITY_MASK = 1'b0,
  parameter WR_WIDE_CONTINUATION = 1'b0
) (
  input  [RD_PORTS-1:0]       RD_CLK, RD_EN, RD_ARST, RD_SRST,
  input  [RD_PORTS*ABITS-1:0] RD_ADDR,
  output [RD_PORTS*WIDTH-1:0] RD_DATA,
  input  [WR_PORTS-1:0]       WR_CLK,
  input  [WR_PORTS*WIDTH-1:0] WR_EN,
  input  [WR_PORTS*ABITS-1:0] WR_ADDR,
  input  [WR_PORTS*WIDTH-1:0] WR_DATA
);
  // Only plain tables: never written, an even number of readers of one width.
  wire _TECHMAP_FAIL_ = WR_PORTS != 0 || RD_PORTS < 4 || RD_PORTS % 2 != 0
                      || RD_WIDE_CONTINUATION != 0;
  genvar p;
  generate
    for (p = 0; p < RD_PORTS; p = p + 2) begin : gen_pair
      (* rom_style = "block" *)  // as its source says, which the copies lose
      \$mem_v2 #(
        .MEMID({MEMID, ".", 8'd65 + p[8:1]}), .SIZE(SIZE), .OFFSET(OFFSET), .ABITS(ABITS), .WIDTH(WIDTH), .INIT(INIT),
        .RD_PORTS(2), .RD_CLK_ENABLE(RD_CLK_ENABLE[p+:2]), .RD_CLK_POLARITY(RD_CLK_POLARITY[p+:2]),
        .RD_TRANSPARENCY_MASK(1'b0), .RD_COLLISION_X_MASK(1'b0), .RD_WIDE_CONTINUATION(2'b0),
        .RD_CE_OVER_SRST(RD_CE_OVER_SRST[p+:2]), .RD_ARST_VALUE(RD_ARST_VALUE[p*WIDTH+:2*WIDTH]),
        .RD_SRST_VALUE(RD_SRST_VALUE[p*WIDTH+:2*WIDTH]), .RD_INIT_VALUE(RD_INIT_VALUE[p*WIDTH+:2*WIDTH]),
        .WR_PORTS(0), .WR_CLK_ENABLE(1'b0), .WR_CLK_POLARITY(1'b0), .WR_PRIORITY_MASK(1'b0),
        .WR_WIDE_CONTINUATION(1'b0)
      ) u_copy (
        .RD_CLK(RD_CLK[p+:2]), .RD_EN(RD_EN[p+:2]), .RD_ARST(RD_ARST[p+:2]), .RD_SRST(RD_SRST[p+:2]),
        .RD_ADDR(RD_ADDR[p*ABITS+:2*ABITS]), .RD_DATA(RD_DATA[p*WIDTH+:2*WIDTH]),
        .WR_CLK(), .WR_EN(), .WR_ADDR(), .WR_DATA()
      );
    end
  endgenerate
endmodule
