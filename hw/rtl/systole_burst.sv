// Cuts a run into AXI bursts and walks through them: one burst's address and
// beats stand in registers, and whether it is the run's last.
//
// A burst ends at the end of the run or at the next multiple of BurstBytes =
// min(64 * BusBytes, 1024), whichever comes first. So no burst has more than
// 64 beats or 1,024 bytes or crosses a 4 KiB boundary, and all but a run's
// first begin at a multiple of BurstBytes.
//
// A run is the beats 0 to last_i from the byte address addr_i on, a multiple of
// BusBytes (the low bits are not looked at). With step_i and first_i its first
// burst stands from the next cycle on; with step_i alone the next one of the run
// that is there. last_o: they are all that is left.
module systole_burst #(
    parameter BusBytes = 16,
    parameter LastW    = 36
) (
    input  logic             clk_i,
    input  logic             step_i,
    input  logic             first_i,
    input  logic [63:0]      addr_i,
    input  logic [LastW-1:0] last_i,
    output logic [63:0]      addr_o,
    output logic [6:0]       beats_o,   // 1..64
    output logic             last_o
);
  localparam MaxBeats = BusBytes >= 16 ? 1024 / BusBytes : 64;
  localparam BusL     = $clog2(BusBytes);
  localparam MaxL     = $clog2(MaxBeats);
  localparam BlockL   = MaxL + BusL;          // bytes between boundaries, log2 of
  localparam BlocksW  = LastW + 1 - MaxL;

  // The first beat, and the last one counted from the same boundary.
  logic [MaxL-1:0] place;
  logic [LastW:0]  end_place;
  assign place     = addr_i[BlockL-1:BusL];
  assign end_place = {1'b0, last_i} + (LastW + 1)'(place);

  // All in one burst: few beats and a short sum, no wide comparison behind the
  // wide adder.
  logic [MaxL:0] near;
  logic          only;
  assign near = {1'b0, last_i[MaxL-1:0]} + {1'b0, place};
  assign only = last_i[LastW-1:MaxL] == '0 && !near[MaxL];

  logic [63-BlockL:0] block_q;      // address of the burst, in blocks
  logic [MaxL-1:0]    beat_q;       // and in beats within it
  logic [BlocksW-1:0] blocks_q;     // blocks of the run after this one
  logic [MaxL-1:0]    end_q;        // the run's last beat in its block
  logic [6:0]         beats_q;
  logic               last_q;

  // Beats of the run's first burst and of the next one
  logic       next_last;
  logic [6:0] first_beats, next_beats;
  assign next_last   = blocks_q == BlocksW'(1);
  assign first_beats = only ? 7'(last_i[MaxL-1:0]) + 7'd1 : 7'(MaxBeats) - 7'(place);
  assign next_beats  = next_last ? 7'(end_q) + 7'd1 : 7'(MaxBeats);

  always_ff @(posedge clk_i) begin
    if (step_i) begin
      block_q  <= first_i ? addr_i[63:BlockL] : block_q + 1'b1;
      beat_q   <= first_i ? place : '0;
      blocks_q <= first_i ? end_place[LastW:MaxL] : blocks_q - 1'b1;
      if (first_i) end_q <= end_place[MaxL-1:0];
      last_q   <= first_i ? only : next_last;
      beats_q  <= first_i ? first_beats : next_beats;
    end
  end

  assign addr_o  = {block_q, beat_q, {BusL{1'b0}}};
  assign beats_o = beats_q;
  assign last_o  = last_q;

  logic unused;
  assign unused = &{1'b0, addr_i};
endmodule
