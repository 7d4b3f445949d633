// The weight SRAM: one writer of single words, one reader of groups of
// LoadRows words. Word w lies in bank w mod LoadRows, at row w / LoadRows.
//
// Write: with we_i, wdata_i goes to word waddr_i.
// Read: with re_i, the LoadRows words from word raddr_i on (a multiple of
// LoadRows: its low bits are ignored) appear on rdata_o in the next cycle, the
// first in the lowest bits, and stay until the next read.
// Latency 1, throughput one word written and one group read a cycle; no
// handshake. Content is zero at power-on and survives reset. A word written in
// cycle t is seen by a read whose address is given in t+1 or later.
module systole_wgt_ram #(
    parameter Width    = 128,
    parameter Depth    = 4096,         // words in all, a power of two
    parameter LoadRows = 4             // banks, a power of two, below Depth
) (
    input  logic                        clk_i,
    input  logic                        we_i,
    input  logic [$clog2(Depth)-1:0]    waddr_i,
    input  logic [Width-1:0]            wdata_i,
    input  logic                        re_i,
    input  logic [$clog2(Depth)-1:0]    raddr_i,
    output logic [LoadRows*Width-1:0]   rdata_o
);
  localparam AddrW = $clog2(Depth);
  localparam BankW = $clog2(LoadRows);

  genvar b;
  generate
    for (b = 0; b < LoadRows; b = b + 1) begin : gen_bank
      logic bank_we;
      if (LoadRows == 1) begin : gen_one
        assign bank_we = we_i;
      end else begin : gen_some
        assign bank_we = we_i && waddr_i[BankW-1:0] == b[BankW-1:0];
      end
      systole_ram #(
          .Width(Width),
          .Depth(Depth / LoadRows),
          .Readers(1)
      ) u_ram (
          .clk_i  (clk_i),
          .we_i   (bank_we),
          .waddr_i(waddr_i[AddrW-1:BankW]),
          .wdata_i(wdata_i),
          .re_i   (re_i),
          .raddr_i(raddr_i[AddrW-1:BankW]),
          .rdata_o(rdata_o[b*Width+:Width])
      );
    end
  endgenerate

  // The low bits of a group's address carry nothing.
  if (LoadRows > 1) begin : gen_unused
    logic unused;
    assign unused = ^raddr_i[BankW-1:0];
  end
endmodule
