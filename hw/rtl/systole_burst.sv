// Cuts a run of beats into AXI bursts: how many beats the next burst takes.
//
// A burst ends at the end of the run or at the next multiple of BurstBytes =
// min(64 * BusBytes, 1024), whichever comes first. So no burst has more than
// 64 beats or 1,024 bytes or crosses a 4 KiB boundary, and all but a run's
// first begin at a multiple of BurstBytes.
//
// addr_i: low bits of the address, a multiple of BusBytes (the rest is not
// looked at). beats_i: beats left in the run, at least 1. Combinational.
module systole_burst #(
    parameter BusBytes = 16,
    parameter CountW   = 40
) (
    input  logic [9:0]        addr_i,
    input  logic [CountW-1:0] beats_i,
    output logic [6:0]        beats_o,
    output logic              last_o    // they are all that is left
);
  localparam MaxBeats = BusBytes >= 16 ? 1024 / BusBytes : 64;
  localparam BusL     = $clog2(BusBytes);
  localparam MaxL     = $clog2(MaxBeats);

  logic [6:0] room;  // beats to the boundary: 1..MaxBeats
  assign room    = 7'(MaxBeats) - 7'(addr_i[BusL+:MaxL]);
  // More than 127 beats are more than any room: a short comparison does.
  logic few;
  assign few     = beats_i[CountW-1:7] == '0;
  assign last_o  = few && beats_i[6:0] <= room;
  assign beats_o = last_o ? beats_i[6:0] : room;

  logic unused;
  assign unused = &{1'b0, addr_i};
endmodule
