// One SRAM: one writer, Readers readers, one clock.
//
// Write: with we_i, wdata_i goes to word waddr_i; a read whose address is given
// in a later cycle sees it. A read of the same word in the same cycle gives the
// old content in a simulation and anything in hardware: to a program it is a race.
// Read: with re_i[r], the word at address r of raddr_i appears on part r of
// rdata_o in the next cycle and stays until the next read of that port.
// Latency 1, throughput one word a cycle on every port; no handshake.
// Content is zero at power-on and survives reset.
//
// Tools map a port of their own kind of block RAM and copy the array for each
// further reader. A simulation does work only for ports whose enable is high.
// For a back door, mem_q is readable in a simulation (see public_flat_rd).
module systole_ram #(
    parameter Width   = 128,
    parameter Depth   = 1024,          // words, a power of two, at least 2
    parameter Readers = 1
) (
    input  logic                               clk_i,
    input  logic                               we_i,
    input  logic [$clog2(Depth)-1:0]           waddr_i,
    input  logic [Width-1:0]                   wdata_i,
    input  logic [Readers-1:0]                 re_i,
    input  logic [Readers*$clog2(Depth)-1:0]   raddr_i,
    output logic [Readers*Width-1:0]           rdata_o
);
  localparam AddrW = $clog2(Depth);

  (* no_rw_check *)  // of the same word in the same cycle
  logic [Width-1:0] mem_q[0:Depth-1]  /*verilator public_flat_rd*/;

`ifndef SYNTHESIS
  // Block RAM is zero after configuration; a simulation has to be told. (A
  // synthesis tool would unroll this loop into Depth initial values.)
  integer i;
  initial for (i = 0; i < Depth; i = i + 1) mem_q[i] = '0;
`endif

  always_ff @(posedge clk_i) begin
    if (we_i) mem_q[waddr_i] <= wdata_i;
  end

  genvar r;
  generate
    for (r = 0; r < Readers; r = r + 1) begin : gen_reader
      logic [Width-1:0] rdata_q;
      always_ff @(posedge clk_i) begin
        if (re_i[r]) rdata_q <= mem_q[raddr_i[r*AddrW+:AddrW]];
      end
      assign rdata_o[r*Width+:Width] = rdata_q;
    end
  endgenerate
endmodule
