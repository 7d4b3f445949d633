// Cuts a run into AXI bursts and walks through them: one burst's address and
// beats stand in registers, and whether it is the run's last.
//
// A burst ends at the end of the run or at the next multiple of BurstBytes =
// min(64 * BusBytes, 1024), whichever comes first. So no burst has more than
// 64 beats or 1,024 bytes or crosses a 4 KiB boundary, and all but a run's
// first begin at a multiple of BurstBytes.
//
// A run is count_i units of UnitBytes (1, or BusBytes), at least one, from the
// byte address addr_i on, a multiple of UnitBytes. With step_i and first_i its
// first burst stands from the next cycle on; with step_i alone the next one of
// the run that is there. addr_o is a multiple of BusBytes. tail_o: the place of
// the run's last unit in its beat; it stays until the next run.
module systole_burst #(
    parameter BusBytes  = 16,
    parameter UnitBytes = 16,
    parameter CountW    = 36
) (
    input  logic                            clk_i,
    input  logic                            step_i,
    input  logic                            first_i,
    input  logic [63:0]                     addr_i,
    input  logic [CountW-1:0]               count_i,
    output logic [63:0]                     addr_o,
    output logic [6:0]                      beats_o,
    output logic                            last_o,
    output logic [$clog2(BusBytes)-1:0]     tail_o
);
  localparam MaxBeats = BusBytes >= 16 ? 1024 / BusBytes : 64;
  localparam BusL     = $clog2(BusBytes);
  localparam UnitL    = $clog2(UnitBytes);
  localparam BeatL    = BusL - UnitL;                 // units of a beat, log2 of
  localparam MaxL     = $clog2(MaxBeats);
  localparam BlockL   = MaxL + BusL;                  // bytes between boundaries, log2 of
  localparam PlaceW   = BlockL - UnitL;               // of a unit between two boundaries
  localparam BlocksW  = CountW + 1 - PlaceW;

  // The place of the first unit, that of the unit before it, and that of the
  // run's last counted from the same boundary.
  logic [PlaceW-1:0]        place;
  logic [PlaceW:0]          prior;
  logic [CountW:0]          last_place;
  assign place      = addr_i[BlockL-1:UnitL];
  assign prior      = {1'b0, place} - 1'b1;
  assign last_place = {1'b0, count_i} + {{(CountW - PlaceW) {prior[PlaceW]}}, prior};

  // Few units and a short sum: no wide comparison behind the wide adder.
  logic only;
  assign only = count_i[CountW-1:PlaceW+1] == '0 && last_place[PlaceW+1:PlaceW] == 2'd0;

  logic [63-BlockL:0]   block_q;      // address of the burst, in blocks
  logic [MaxL-1:0]      beat_q;       // and in beats within it
  logic [BlocksW-1:0]   blocks_q;     // blocks of the run after this one
  logic [PlaceW-1:0]    end_q;        // place of the run's last unit in its block
  logic [6:0]           beats_q;
  logic                 last_q;

  // Beats of the run's first burst and of the next one
  logic       next_last;
  logic [6:0] prior_beat, first_beats, next_beats;
  assign next_last   = blocks_q == BlocksW'(1);
  assign prior_beat  = 7'(place[PlaceW-1:BeatL]) - 7'd1;
  assign first_beats = only ? 7'(last_place[PlaceW-1:BeatL]) - prior_beat
                            : 7'(MaxBeats - 1) - prior_beat;
  assign next_beats  = next_last ? 7'(end_q[PlaceW-1:BeatL]) + 7'd1 : 7'(MaxBeats);

  always_ff @(posedge clk_i) begin
    if (step_i) begin
      block_q  <= first_i ? addr_i[63:BlockL] : block_q + 1'b1;
      beat_q   <= first_i ? place[PlaceW-1:BeatL] : '0;
      blocks_q <= first_i ? last_place[CountW:PlaceW] : blocks_q - 1'b1;
      if (first_i) end_q <= last_place[PlaceW-1:0];
      last_q   <= first_i ? only : next_last;
      beats_q  <= first_i ? first_beats : next_beats;
    end
  end

  assign addr_o  = {block_q, beat_q, {BusL{1'b0}}};
  assign beats_o = beats_q;
  assign last_o  = last_q;
  generate
    if (BeatL > 0) begin : gen_tail
      assign tail_o = end_q[BeatL-1:0];
    end else begin : gen_whole
      assign tail_o = '0;
    end
  endgenerate

  logic unused;
  assign unused = &{1'b0, addr_i};
endmodule
