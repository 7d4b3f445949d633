// LD and LDG: copies rows of whole words from DRAM into WGT, ACT or PAR.
//
// Two stages. The request stage cuts an instruction into bursts and hands them
// to systole_axi_rd; the receive stage packs the beats that come back into
// words and scatters them. Up to InFlight instructions are between the start
// and their last beat; the request stage turns to the next instruction while
// the data of earlier ones is on the way.
//
// A word is R = word_bytes / BusBytes beats; row 0 is at addr_i. If pitch is
// words * word_bytes, all rows are one run of rows * words * R beats, else every
// row is a run of its own. Runs are cut into bursts by systole_burst.
//
// Timing, all of it (start in cycle t):
//   LD     The first burst is requested (req_valid_o) in t+3. A burst is taken in
//          the first cycle >= that with req_ready_i, the next one is requested in
//          the cycle after, across runs too. ready_o is high from the cycle after
//          the last burst is taken, as long as fewer than InFlight instructions
//          are in flight; one is in flight from t+1 to the cycle of its last beat.
//          A word is written (we high) in the cycle after its last beat. done_o is
//          high in the cycle after the last beat, so with the last write.
//   no-op  (rows or words 0) done_o in the cycle after max(t, the last done_o).
//          ready_o is high from that cycle on, at the latest.
//   LDG    Waits for the other instructions in flight: with e = max(t+2, the first
//          cycle in which none is), the list's first burst is requested in e+1,
//          the next ones as above. With v the cycle of the list's last beat, row 0
//          begins in v+2. A row that begins in cycle x has its index read in x and
//          checked in x+2, requests its first burst in x+4, and if its last burst
//          is taken in cycle u the next row begins in u+1. After the last row's
//          last burst, or after the check of a bad index, or in place of row 0 if
//          the list came with an error, the end begins, in cycle u+1, x+3 or v+2:
//          done_o in the cycle after max(that cycle, last beat + 1).
//          ready_o is high from the cycle of done_o on.
// The stages are never stalled by the receiver: beats are taken as they come.
// active_o: from t+1 to done_o. stall_o: active_o and no beat in this cycle; so
// the cycles of waiting for memory are the busy cycles less the beats.
//
// Faults: AXI_READ if any beat came with an error (detail: low half of the address
// of the first such beat; if it was one of the list, no row is loaded; others are
// written as they come), else INDEX (detail: the first bad index; rows before it
// are loaded, none from it on).
//
// Throughput: a beat a cycle, and a burst a cycle. Requires BusBytes <= Dim, both
// powers of two, addr_i, pitch, index_addr_i multiples of BusBytes, and fewer
// than 256 beats under way (systole_axi_rd sees to that). desc_i, addr_i and
// index_addr_i stand in the cycle of start_i, the cycle before they may be anything.
`include "systole_isa.svh"
module systole_ld #(
    parameter Dim      = 16,
    parameter BusBytes = 16,
    parameter WgtAddrW = 13,
    parameter ActAddrW = 11,
    parameter ParAddrW = 11,
    parameter InFlight = 8    // a power of two
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    // engine
    output logic                  ready_o,
    input  logic                  start_i,
    input  logic [511:0]          desc_i,
    input  logic [63:0]           addr_i,
    input  logic [63:0]           index_addr_i,
    output logic                  done_o,
    output logic [3:0]            cause_o,
    output logic [31:0]           detail_o,
    output logic                  active_o,
    output logic                  stall_o,
    // read client of the AXI master
    output logic                  req_valid_o,
    input  logic                  req_ready_i,
    output logic [63:0]           req_addr_o,
    output logic [6:0]            req_beats_o,
    input  logic                  rsp_valid_i,
    input  logic [8*BusBytes-1:0] rsp_data_i,
    input  logic                  rsp_error_i,
    input  logic [31:0]           rsp_addr_i,
    // SRAM write ports
    output logic                  wgt_we_o,
    output logic [WgtAddrW-1:0]   wgt_waddr_o,
    output logic [8*Dim-1:0]      wgt_wdata_o,
    output logic                  act_we_o,
    output logic [ActAddrW-1:0]   act_waddr_o,
    output logic [8*Dim-1:0]      act_wdata_o,
    output logic                  par_we_o,
    output logic [ParAddrW-1:0]   par_waddr_o,
    output logic [32*Dim-1:0]     par_wdata_o
);
  localparam BusL  = $clog2(BusBytes);
  localparam ByteL = $clog2(Dim);           // log2 of the bytes of a word of WGT or ACT
  localparam Beats8  = Dim / BusBytes;      // beats of such a word
  localparam Beats32 = 4 * Dim / BusBytes;  // beats of a word of PAR
  localparam PackW  = $clog2(Beats32);
  localparam Pack8W = $clog2(Beats8);
  localparam PtrW  = $clog2(InFlight);
  localparam [PackW-1:0] Last8  = PackW'(Beats8 - 1);
  localparam [PackW-1:0] Last32 = PackW'(Beats32 - 1);
  localparam LastW = 32 + PackW;            // of the number of a run's last beat
  localparam LaneW = BusL - 2;              // indices of a list's beat, log2 of

  localparam [3:0] Idle = 0, Setup = 1, Run = 2, Nop = 3, Begin = 4, List = 5, ListEnd = 6,
      Index = 7, Check = 8, Multiply = 9, Add = 10, Drain = 11;

  // ---- The receive stage's queue of instructions in flight
  localparam EntW = 83;
  logic [EntW-1:0] ent_q[0:InFlight-1];
  logic [PtrW-1:0] ent_put_q, ent_get_q;
  logic [PtrW:0]   ent_count_q;   // waiting in the queue
  logic [PtrW:0]   flight_q;      // in flight: those and the current one

  logic            error_q;       // a beat of the current one came with an error

  // ---- Request stage
  logic [3:0]  state_q;
  logic        gather_q;
  logic [15:0] words_q;       // of a row
  logic [31:0] all_words_q;
  logic [31:0] pitch_q, limit_q;
  logic [63:0] base_q;        // address of the next run; LDG: of the list, then of table row 0
  logic [63:0] table_q;       // LDG: address of table row 0
  logic [63:0] outer, middle; // their sum. LDG: from there to the row; LD, and for the list: 0
  logic        list_q;        // the run is LDG's list
  logic        par_q;
  logic        one_run_q;
  logic [LastW-1:0] run_last_q;  // a run's last beat, from 0
  logic [15:0] runs_q;        // rows left, this one included
  logic [9:0]  row_q;         // LDG: row number
  logic [31:0] index_q;
  logic        listing_q;     // LDG: the beats that come are the list's
  logic [7:0]  asked_q, got_q, got_d;  // beats requested and received
  logic        all_here_q;    // all that were requested, if there is no request now

  // An instruction, as it may start in this cycle.
  logic [15:0] in_rows, in_words;
  logic [31:0] row_bytes;
  logic        in_gather, in_par, one_run, nop, start;
  assign in_rows   = desc_i[`SYS_LD_ROWS];
  assign in_words  = desc_i[`SYS_LD_WORDS];
  assign in_gather = desc_i[`SYS_OPCODE] == 8'(`SYS_OP_LDG);
  assign in_par    = desc_i[`SYS_LD_SPACE] == 3'(`SYS_SPACE_PAR);
  assign row_bytes = in_par ? 32'(in_words) << (ByteL + 2) : 32'(in_words) << ByteL;
  assign one_run   = desc_i[`SYS_LD_PITCH] == row_bytes && !in_gather;
  assign nop       = in_rows == '0 || in_words == '0;
  assign start     = start_i && !nop;

  // A run is all the rows, or one, or the list.
  logic [31:0]      run_word;    // the last, from 0
  logic [LastW-1:0] run_last;
  assign run_word = (one_run_q ? all_words_q : list_q ? 32'(runs_q) : 32'(words_q)) - 32'd1;
  assign run_last = list_q ? LastW'(run_word) >> LaneW
                  : par_q ? (LastW'(run_word) << PackW) | LastW'(Last32)
                  : (LastW'(run_word) << Pack8W) | LastW'(Last8);

  // The bursts: the first of a run, or the next one.
  logic            asks, first, take, step, last_burst;
  logic [6:0]      burst;
  assign asks       = state_q == Run || state_q == List;
  assign first      = !asks || last_burst;
  assign take       = asks && req_ready_i;
  assign step       = take || state_q == Begin || state_q == Add;
  systole_burst #(
      .BusBytes(BusBytes),
      .LastW   (LastW)
  ) i_burst (
      .clk_i,
      .step_i (step),
      .first_i(first),
      .addr_i (base_q + outer + middle),
      .last_i (run_last_q),
      .addr_o (req_addr_o),
      .beats_o(burst),
      .last_o (last_burst)
  );
  assign req_valid_o = asks;
  assign req_beats_o = burst;

  // LDG's list of indices
  logic [8*BusBytes-1:0] list_word;
  logic [31:0]           index;
  logic                  list_beat;
  logic [9:0]            list_put_q;
  assign list_beat = rsp_valid_i && listing_q;
  generate
    if (LaneW > 0) begin : gen_lanes
      assign index = list_word[32*row_q[LaneW-1:0]+:32];
    end else begin : gen_lane
      assign index = list_word;
    end
  endgenerate
  systole_ram #(
      .Width(8 * BusBytes),
      .Depth(1024 >> LaneW)
  ) i_list (
      .clk_i,
      .we_i   (list_beat),
      .waddr_i(list_put_q[9-LaneW:0]),
      .wdata_i(rsp_data_i),
      .re_i   (state_q == Index),
      .raddr_i(row_q[9:LaneW]),
      .rdata_o(list_word)
  );

  systole_mul32 i_product (
      .clk_i,
      .clear_i (state_q == Idle),
      .en_i    (state_q == Multiply),
      .signed_i(1'b0),
      .a_i     (index_q),
      .b_i     (pitch_q),
      .outer_o (outer),
      .middle_o(middle)
  );

  logic bad_index, end_gather;
  assign bad_index  = state_q == Multiply && index_q >= limit_q;
  assign got_d      = got_q + 8'(rsp_valid_i);
  assign end_gather = state_q == Drain && all_here_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q   <= Idle;
      listing_q <= 1'b0;
    end else begin
      case (state_q)
        Idle:
          if (start_i) begin
            if (nop) state_q <= flight_q == '0 ? Idle : Nop;
            else state_q <= Setup;
          end
        Setup:    state_q <= Begin;
        Begin:    if (!gather_q) state_q <= Run;
                  else if (flight_q == (PtrW + 1)'(1)) begin
                    state_q   <= List;
                    listing_q <= 1'b1;
                  end
        Run:      if (take && last_burst) begin
                    if (one_run_q || runs_q == 16'd1) state_q <= gather_q ? Drain : Idle;
                    else if (gather_q) state_q <= Index;
                  end
        Nop:      if (flight_q == '0) state_q <= Idle;
        List:     if (take && last_burst) state_q <= ListEnd;
        ListEnd:  if (all_here_q) begin
                    state_q   <= error_q ? Drain : Index;
                    listing_q <= 1'b0;
                  end
        Index:    state_q <= Check;
        Check:    state_q <= Multiply;
        Multiply: state_q <= bad_index ? Drain : Add;
        Add:      state_q <= Run;
        Drain:    if (all_here_q) state_q <= Idle;
        default:  state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      asked_q    <= '0;
      got_q      <= '0;
      all_here_q <= 1'b1;
    end else begin
      if (take) asked_q <= asked_q + 8'(burst);
      got_q      <= got_d;
      all_here_q <= asked_q == got_d && !take;
    end
  end

  // While there is no instruction the fields follow desc_i: what waits for
  // start_i is the state alone.
  always_ff @(posedge clk_i) begin
    case (state_q)
      Idle: begin
        gather_q    <= in_gather;
        words_q     <= in_words;
        all_words_q <= 32'(in_rows) * 32'(in_words);
        pitch_q     <= desc_i[`SYS_LD_PITCH];
        limit_q     <= desc_i[`SYS_LDG_LIMIT];
        base_q      <= in_gather ? index_addr_i : addr_i;
        table_q     <= addr_i;
        list_q      <= in_gather;
        par_q       <= in_par;
        one_run_q   <= one_run;
        runs_q      <= in_rows;
        row_q       <= '0;
        list_put_q  <= '0;
      end
      Setup, Index: run_last_q <= run_last;
      Begin: if (!gather_q) base_q <= base_q + 64'(pitch_q);
      ListEnd: begin
        base_q      <= table_q;
        list_q      <= 1'b0;
      end
      Run:
        if (take && last_burst) begin
          if (!gather_q) base_q <= base_q + 64'(pitch_q);
          runs_q <= runs_q - 16'd1;
          row_q  <= row_q + 10'd1;
        end
      Check:    index_q <= index;
      default: ;
    endcase
    if (list_beat) list_put_q <= list_put_q + 10'd1;
  end

  // ---- Receive stage
  logic        cur_valid_q, cur_gather_q, cur_act_q, cur_par_q;
  logic [15:0] cur_rows_q, cur_words_q, cur_dst_q, cur_dst_row_q, cur_dst_word_q;
  logic [15:0] word_q;        // words left in this row
  logic        one_word_q;    // a row has one word
  logic        last_beat_q, last_word_q, last_row_q;
  logic [15:0] waddr_q;       // where the next word goes
  logic [31:0] error_addr_q;

  logic [PackW-1:0]      beat_q;
  logic [32*Dim-1:0]     pack_q;
  logic                  we_q, we_act_q, we_par_q;
  logic [15:0]           we_addr_q;
  logic                  done_q;
  logic [3:0]            cause_q;
  logic [31:0]           detail_q;

  logic data_beat, word_end, row_end, ends, finish, load, nop_done;
  assign data_beat = rsp_valid_i && !listing_q;
  assign word_end  = data_beat && last_beat_q;
  assign row_end   = word_end && last_word_q;
  // While a list comes the current instruction is its gather.
  assign ends      = last_beat_q && last_word_q && last_row_q && !cur_gather_q;
  assign finish    = (rsp_valid_i && ends) || end_gather;
  assign load      = (!cur_valid_q || finish) && ent_count_q != '0;
  assign nop_done  = flight_q == '0 && ((start_i && nop) || state_q == Nop);

  logic [EntW-1:0] head;
  assign head = ent_q[ent_get_q];

  always_ff @(posedge clk_i) begin
    if (start) begin
      ent_q[ent_put_q] <= {
        in_gather, desc_i[`SYS_LD_SPACE] == 3'(`SYS_SPACE_ACT), in_par,
        in_rows, in_words, desc_i[`SYS_LD_DST], desc_i[`SYS_LD_DST_ROW],
        desc_i[`SYS_LD_DST_WORD]
      };
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ent_put_q   <= '0;
      ent_get_q   <= '0;
      ent_count_q <= '0;
      flight_q    <= '0;
      cur_valid_q <= 1'b0;
      beat_q      <= '0;
      we_q        <= 1'b0;
      done_q      <= 1'b0;
    end else begin
      if (start) ent_put_q <= ent_put_q + 1'b1;
      if (load) ent_get_q <= ent_get_q + 1'b1;
      if (start && !load) ent_count_q <= ent_count_q + 1'b1;
      else if (load && !start) ent_count_q <= ent_count_q - 1'b1;
      if (start && !finish) flight_q <= flight_q + 1'b1;
      else if (finish && !start) flight_q <= flight_q - 1'b1;
      if (load) cur_valid_q <= 1'b1;
      else if (finish) cur_valid_q <= 1'b0;
      if (data_beat) beat_q <= word_end ? '0 : beat_q + 1'b1;
      we_q   <= word_end;
      done_q <= finish || nop_done;
    end
  end

  always_ff @(posedge clk_i) begin
    if (load) begin
      {cur_gather_q, cur_act_q, cur_par_q, cur_rows_q, cur_words_q, cur_dst_q, cur_dst_row_q,
       cur_dst_word_q} <= head;
      word_q      <= head[63:48];   // words
      waddr_q     <= head[47:32];   // dst
      one_word_q  <= head[63:48] == 16'd1;
      last_word_q <= head[63:48] == 16'd1;
      last_row_q  <= head[79:64] == 16'd1;
      last_beat_q <= Beats8 == 1 && !head[80];  // of WGT or ACT
      error_q     <= 1'b0;
    end else begin
      if (data_beat)
        last_beat_q <= word_end ? Beats8 == 1 && !cur_par_q
                                : beat_q + 1'b1 == (cur_par_q ? Last32 : Last8);
      if (word_end) begin
        if (row_end) begin
          word_q      <= cur_words_q;
          last_word_q <= one_word_q;
          cur_rows_q  <= cur_rows_q - 16'd1;
          last_row_q  <= cur_rows_q == 16'd2;
          cur_dst_q   <= cur_dst_q + cur_dst_row_q;
          waddr_q     <= cur_dst_q + cur_dst_row_q;
        end else begin
          word_q      <= word_q - 16'd1;
          last_word_q <= word_q == 16'd2;
          waddr_q     <= waddr_q + cur_dst_word_q;
        end
      end
      if (rsp_valid_i && rsp_error_i) begin
        error_q <= 1'b1;
        if (!error_q) error_addr_q <= rsp_addr_i;
      end
    end
    if (rsp_valid_i) pack_q[8*BusBytes*beat_q+:8*BusBytes] <= rsp_data_i;
    if (word_end) begin
      we_addr_q <= waddr_q;
      we_act_q  <= cur_act_q;
      we_par_q  <= cur_par_q;
    end
  end

  // What the end reports
  logic        bad_q;         // LDG met a bad index: index_q
  always_ff @(posedge clk_i) begin
    if (start_i) bad_q <= 1'b0;
    else if (bad_index) bad_q <= 1'b1;
    if (finish && error_q) begin
      cause_q  <= 4'(`SYS_CAUSE_AXI_READ);
      detail_q <= error_addr_q;
    end else if (finish && data_beat && rsp_error_i) begin
      cause_q  <= 4'(`SYS_CAUSE_AXI_READ);
      detail_q <= rsp_addr_i;
    end else if (finish && cur_gather_q && bad_q) begin
      cause_q  <= 4'(`SYS_CAUSE_INDEX);
      detail_q <= index_q;
    end else begin
      cause_q  <= '0;
      detail_q <= '0;
    end
  end

  assign ready_o  = state_q == Idle && !flight_q[PtrW];
  assign done_o   = done_q;
  assign cause_o  = cause_q;
  assign detail_o = detail_q;
  assign active_o = state_q != Idle || flight_q != '0 || done_q;
  assign stall_o  = active_o && !rsp_valid_i;

  assign wgt_we_o    = we_q && !we_act_q && !we_par_q;
  assign act_we_o    = we_q && we_act_q;
  assign par_we_o    = we_q && we_par_q;
  assign wgt_waddr_o = we_addr_q[WgtAddrW-1:0];
  assign act_waddr_o = we_addr_q[ActAddrW-1:0];
  assign par_waddr_o = we_addr_q[ParAddrW-1:0];
  assign wgt_wdata_o = pack_q[8*Dim-1:0];
  assign act_wdata_o = pack_q[8*Dim-1:0];
  assign par_wdata_o = pack_q;

  logic unused;
  assign unused = &{1'b0, desc_i, list_put_q, we_addr_q};
endmodule
