// Reads the program ahead of the sequencer.
//
// Holds up to 32 lines. A burst reads the lines up to the next multiple of 256
// bytes of address, at most 4, never beyond line lines_i - 1 (on a bus of 128
// bytes: the beat that holds it, which counts as two lines). It is asked for with
// req_o in the cycle after one in which none was being asked for, enable_i was high
// and there was room for all its lines and fewer than 128 beats on the way; so
// requests are at least two cycles apart, and it takes that long after start_i or
// jump_i, too, until it is known what to ask for. req_o and its
// address stay until gnt_i. Data come as beats (rvalid_i, rdata_i, rerr_i),
// always accepted, in order.
// have_o, line_o, err_o: line number at_o is here, from the cycle after its
// last beat; err_o: a beat of it came with an error, the first at byte err_at_o of
// the line. pop_i goes on to the next. end_o: at_o is lines_i, nothing follows. What
// have_o, err_o and end_o say of the next line counts from the second cycle after
// pop_i on; after jump_i end_o is low in the first cycle.
// start_i: in the next cycle at_o = 0. jump_i: in the next cycle at_o = target_i
// and nothing is held; beats of bursts asked for earlier are dropped when they
// come. busy_o: beats are on the way or asked for.
module systole_fetch #(
    parameter BusBytes = 16
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    input  logic                  enable_i,
    input  logic                  start_i,
    input  logic                  jump_i,
    input  logic [31:0]           target_i,
    input  logic [63:0]           base_i,
    input  logic [31:0]           lines_i,
    output logic                  have_o,
    output logic                  end_o,
    output logic [511:0]          line_o,
    output logic                  err_o,
    output logic [5:0]            err_at_o,
    output logic [31:0]           at_o,
    input  logic                  pop_i,
    output logic                  busy_o,
    output logic                  req_o,
    input  logic                  gnt_i,
    output logic [63:0]           addr_o,
    output logic [7:0]            beats_o,
    input  logic                  rvalid_i,
    input  logic [8*BusBytes-1:0] rdata_i,
    input  logic                  rerr_i
);
  localparam Beats = BusBytes < 64 ? 64 / BusBytes : 1;   // of a line
  localparam Lines = BusBytes > 64 ? BusBytes / 64 : 1;   // of a beat
  localparam BeatW = $clog2(Beats) + 1;
  localparam PartL = 6 - $clog2(Beats);                   // bytes of a beat in a line, log2

  logic errs_q[0:31];
  (* no_rw_check *)  // what is written is not asked for in the same cycle
  logic [BeatW-1:0] err_part_q[0:31];
  logic have_q, end_q, err_q;  // of line at_q
  logic [31:0] at_q;         // the line that the sequencer needs
  logic [4:0] got_q;         // lines below have come (since the last jump); low bits do
  logic [5:0] held_q;        // so many from at_q on
  logic [31:0] asked_q;      // lines below have been asked for,
  logic [31:0] left_q;       // and so many have not
  logic [BeatW-1:0] part_q;  // beats of line got_q that have come
  logic [7:0] out_q;         // beats asked for that have not come
  logic [7:0] drop_q;        // the first of them, which a jump has made useless
  logic drops_q;             // there are any
  logic req_q;
  logic [63:0] addr_q;
  logic [7:0] beats_q;

  assign have_o = have_q && !end_q;
  assign end_o = end_q;
  assign err_o = err_q;
  assign err_at_o = 6'(err_part_q[at_q[4:0]]) << PartL;
  assign at_o = at_q;
  assign busy_o = out_q != 8'd0;
  assign req_o = req_q;
  assign addr_o = addr_q;
  assign beats_o = beats_q;

  // The next burst: lines asked_q .. asked_q + burst_q - 1. What asked_q has become
  // is in it a cycle later; ready_q: it is.
  logic [2:0] burst, burst_q;
  logic [31:0] first;
  logic [5:0] held, past, past_q;  // past: the line after the last that the burst brings; low bits do
  logic [7:0] burst_beats, burst_beats_q;
  logic room, ask, ready_q, more_q;
  assign held = past_q - at_q[5:0];
  always_comb begin
    burst = 3'd4 - {1'b0, asked_q[1:0] + {base_i[7], 1'b0}};
    if (left_q[31:3] == 29'd0 && left_q[2:0] < burst) burst = left_q[2:0];
  end
  assign room = held <= 6'd32;
  assign ask = enable_i && !jump_i && !req_q && ready_q && more_q && room && !out_q[7];
  always_ff @(posedge clk_i) begin
    ready_q <= !start_i && !jump_i && !ask;
    more_q <= left_q != 32'd0;
    end_q <= at_q >= lines_i && !jump_i;
    burst_q <= burst;
    past_q <= past;
    burst_beats_q <= burst_beats;
  end
  generate
    if (Lines == 1) begin : gen_narrow
      assign first = asked_q;
      assign past = asked_q[5:0] + {3'd0, burst};
      assign burst_beats = {5'd0, burst} << $clog2(Beats);
    end else begin : gen_wide
      // Whole beats of two lines: an odd first line brings its neighbour along.
      assign first = {asked_q[31:1], 1'b0};
      assign past = (asked_q[5:0] + {3'd0, burst} + 6'd1) & ~6'd1;
      assign burst_beats = ({5'd0, burst} + {7'd0, asked_q[0]} + 8'd1) >> 1;
    end
  endgenerate

  logic keep;  // the beat belongs to the lines that are wanted
  assign keep = rvalid_i && !drops_q;  // with jump_i, too: it goes where nothing is held
  logic [1:0] come;  // lines that are whole with it
  assign come = !keep ? 2'd0 : Lines > 1 ? 2'd2 - {1'b0, got_q[0]} :
                {1'b0, part_q == Beats[BeatW-1:0] - 1'b1};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      at_q <= 32'd0;
      got_q <= 5'd0;
      held_q <= 6'd0;
      have_q <= 1'b0;
      asked_q <= 32'd0;
      left_q <= 32'd0;
      part_q <= '0;
      out_q <= 8'd0;
      drop_q <= 8'd0;
      drops_q <= 1'b0;
      req_q <= 1'b0;
    end else begin
      if (ask) begin
        req_q <= 1'b1;
        addr_q <= {base_i[63:7], 7'd0} + {26'd0, first, 6'd0};
        beats_q <= burst_beats_q;
        asked_q <= asked_q + {29'd0, burst_q};
        left_q <= left_q - {29'd0, burst_q};
      end else if (gnt_i) begin
        req_q <= 1'b0;
      end
      if (ask || rvalid_i)
        out_q <= out_q + (ask ? burst_beats_q : 8'd0) - {7'd0, rvalid_i};

      if (start_i || jump_i) begin
        at_q <= start_i ? 32'd0 : target_i;
        got_q <= start_i ? 5'd0 : target_i[4:0];
        held_q <= 6'd0;
        have_q <= 1'b0;
        asked_q <= start_i ? 32'd0 : target_i;
        left_q <= start_i ? lines_i : lines_i - target_i;
        part_q <= '0;
        drop_q <= out_q - {7'd0, rvalid_i};
        drops_q <= out_q > {7'd0, rvalid_i};
      end else begin
        if (pop_i) at_q <= at_q + 32'd1;
        if (rvalid_i && drops_q) begin
          drop_q <= drop_q - 8'd1;
          drops_q <= drop_q != 8'd1;
        end
        if (keep) part_q <= come != 2'd0 ? '0 : part_q + 1'b1;
        got_q <= got_q + {3'd0, come};
        held_q <= held_q + {4'd0, come} - {5'd0, pop_i};
        have_q <= come != 2'd0 || held_q > {5'd0, pop_i};
      end
    end
  end

  // What came in the cycle before, if it completed line at_q: what is written in a cycle
  // is not in what the memories give. They are read until all of the line has been.
  logic [8*BusBytes-1:0] last_q;
  logic fresh_q, moved_q, read;
  assign read = !have_q || fresh_q || moved_q;
  always_ff @(posedge clk_i) begin
    if (come != 2'd0) last_q <= rdata_i;
    fresh_q <= come != 2'd0 && held_q == 6'd0;
    moved_q <= pop_i;
  end

  // The lines, in a memory for each part of a line that a beat fills.
  genvar g;
  generate
    if (Lines == 1) begin : gen_fill
      for (g = 0; g < Beats; g = g + 1) begin : gen_part
        (* no_rw_check, ram_style = "block" *)
        logic [8*BusBytes-1:0] slot_q[0:31];
        logic [8*BusBytes-1:0] read_q;
        always_ff @(posedge clk_i) begin
          if (keep && part_q == g[BeatW-1:0]) slot_q[got_q] <= rdata_i;
          if (read) read_q <= slot_q[at_q[4:0]];
        end
        assign line_o[8*BusBytes*g+:8*BusBytes] = g == Beats - 1 && fresh_q ? last_q : read_q;
      end
      logic bad_q, bad;  // a beat of line got_q was an error
      assign bad = bad_q && part_q != '0;
      always_ff @(posedge clk_i) begin
        if (keep) begin
          bad_q <= rerr_i || bad;
          errs_q[got_q] <= rerr_i || bad;
          if (!bad) err_part_q[got_q] <= part_q;
        end
        err_q <= held_q == 6'd0 ? rerr_i || bad : errs_q[at_q[4:0]];
      end
    end else begin : gen_fill
      (* no_rw_check, ram_style = "block" *)
      logic [511:0] even_q[0:15];
      (* no_rw_check, ram_style = "block" *)
      logic [511:0] odd_q[0:15];
      logic [511:0] even_read_q, odd_read_q;
      always_ff @(posedge clk_i) begin
        if (read) begin
          even_read_q <= even_q[at_q[4:1]];
          odd_read_q <= odd_q[at_q[4:1]];
        end
        if (keep) begin
          even_q[got_q[4:1]] <= rdata_i[511:0];
          odd_q[got_q[4:1]] <= rdata_i[1023:512];
          errs_q[{got_q[4:1], 1'b0}] <= rerr_i;
          errs_q[{got_q[4:1], 1'b1}] <= rerr_i;
          err_part_q[{got_q[4:1], 1'b0}] <= '0;
          err_part_q[{got_q[4:1], 1'b1}] <= '0;
        end
        err_q <= held_q == 6'd0 ? rerr_i : errs_q[at_q[4:0]];
      end
      assign line_o = at_q[0] ? (fresh_q ? last_q[1023:512] : odd_read_q) : (fresh_q ? last_q[511:0] : even_read_q);
    end
  endgenerate

  // Bases are multiples of 128.
  logic unused;
  assign unused = ^base_i[6:0];
endmodule
