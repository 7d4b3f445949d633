// ST: copies rows of elements from QNT, VM or RS to DRAM.
//
// A run is a stretch of bytes that is contiguous on both sides: the whole
// instruction if pitch is elements * element_bytes and src_row is elements, else
// one row. A run's bytes are read from the SRAM in pieces of a beat, shifted by a
// funnel of 4-byte lanes to where they belong in a beat of DRAM, and handed to
// systole_axi_wr in bursts cut by systole_burst; the first and last beat of a
// run have their byte strobes.
//
// With so, do the offsets in a beat of the run's source and destination, and
// len its bytes, a run has D = ceil((do + len) / BusBytes) beats and takes
// D + (so > do) steps. Timing, all of it (start in cycle t):
//   steps  The first step is in t+3. A step is done in every cycle, across runs too,
//          but the step that makes a burst's first beat waits for req_ready_i
//          (it is the step in which the burst is claimed).
//   beats  A step's beat is handed on (dat_valid_o) three cycles later. If so > do,
//          a run's first step makes no beat.
//   end    done_o in the cycle after the last response; ready_o from then on.
//   no-op  (rows or elements 0) done_o and ready_o in t+1.
// active_o: from t+1 to done_o. stall_o: active_o and no beat handed on in this
// cycle; so the cycles of waiting for memory are the busy cycles less the beats.
//
// Fault: AXI_WRITE if any response is an error (detail: low half of the address
// of the first such burst).
//
// Throughput: a beat a cycle, one instruction at a time. Requires BusBytes <= Dim,
// both powers of two; QNT: addr_i, pitch, src, src_row multiples of BusBytes;
// VM, RS: addr_i and pitch multiples of 4. SRAM read ports have latency 1.
// desc_i and addr_i stand in the cycle of start_i, the cycle before they may be
// anything.
`include "systole_isa.svh"
module systole_st #(
    parameter Dim      = 16,
    parameter BusBytes = 16,
    parameter QntAddrW = 12,
    parameter VmAddrW  = 12,
    parameter RsAddrW  = 8
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    // engine
    output logic                  ready_o,
    input  logic                  start_i,
    input  logic [511:0]          desc_i,
    input  logic [63:0]           addr_i,
    output logic                  done_o,
    output logic [3:0]            cause_o,
    output logic [31:0]           detail_o,
    output logic                  active_o,
    output logic                  stall_o,
    // write client of the AXI master
    output logic                  req_valid_o,
    input  logic                  req_ready_i,
    output logic [63:0]           req_addr_o,
    output logic [6:0]            req_beats_o,
    output logic                  dat_valid_o,
    output logic [8*BusBytes-1:0] dat_data_o,
    output logic [BusBytes-1:0]   dat_strb_o,
    input  logic                  rsp_valid_i,
    input  logic                  rsp_error_i,
    input  logic [31:0]           rsp_addr_i,
    // SRAM read ports
    output logic                  qnt_re_o,
    output logic [QntAddrW-1:0]   qnt_raddr_o,
    input  logic [8*Dim-1:0]      qnt_rdata_i,
    output logic                  vm_re_o,
    output logic [VmAddrW-1:0]    vm_raddr_o,
    input  logic [32*Dim-1:0]     vm_rdata_i,
    output logic                  rs_re_o,
    output logic [RsAddrW-1:0]    rs_raddr_o,
    input  logic [32*Dim-1:0]     rs_rdata_i
);
  localparam BusL    = $clog2(BusBytes);
  localparam Lanes   = BusBytes / 4;          // 4-byte lanes of a beat
  localparam LaneW   = $clog2(Lanes + 1);
  localparam Part8L  = $clog2(Dim / BusBytes);       // beats of a word, log2 of
  localparam Part32L = $clog2(4 * Dim / BusBytes);
  localparam FpAddrW = VmAddrW > RsAddrW ? VmAddrW : RsAddrW;
  localparam PosW    = $clog2(Dim) + (QntAddrW > FpAddrW + 2 ? QntAddrW : FpAddrW + 2);  // of a byte within an SRAM

  localparam [2:0] Idle = 0, Setup = 1, Load = 2, Run = 3, Drain = 4;

  logic [2:0]      state_q;
  logic            qnt_q, rs_q, one_run_q;
  logic [15:0]     rows_q, elements_q;
  logic [31:0]     pitch_q, src_row_q;
  logic [31:0]     detail_q;
  logic [63:0]     row_addr_q;     // destination of the next run
  logic [PosW-1:0] row_pos_q;      // source of the next run, in bytes
  logic [PosW-1:0] len_q;          // bytes of a run, less one
  logic [15:0]     runs_q;         // runs not yet begun
  logic            error_q;

  // The run under way
  logic [PosW-BusL-1:0] pos_q;       // beat of the SRAM that comes next
  logic               pre_q;         // the next step makes no beat
  logic               first_q;       // the next beat is the run's first
  logic [BusL-1:0]    head_q;        // bytes of the first beat to leave alone
  logic [BusL-1:0]    tail_q;        // the last byte of the last beat
  logic [LaneW-1:0]   shift_q;       // lanes, 1..Lanes
  logic               claims_q;      // the next beat is its burst's first
  logic [6:0]         burst_q;       // if not, beats left in its burst,
  logic               last_burst_q;  // which is the run's last
  logic [5:0]         unanswered_q;  // bursts without response

  logic nop;
  assign nop = desc_i[`SYS_ST_ROWS] == '0 || desc_i[`SYS_ST_ELEMENTS] == '0;

  // ---- Steps
  logic [6:0]      beats;
  logic            last_burst;
  logic claims, step, makes, claim, ending, last_step, load, finish;
  assign claims    = claims_q && !pre_q;
  assign step      = state_q == Run && (!claims || req_ready_i);
  assign makes     = step && !pre_q;
  assign claim     = step && claims;
  assign ending    = !pre_q && (claims_q ? last_burst && beats == 7'd1
                                         : last_burst_q && burst_q == 7'd1);
  assign last_step = step && ending;
  assign load      = state_q == Load || (last_step && runs_q != '0);
  assign finish    = state_q == Drain &&
                     (unanswered_q == '0 || (unanswered_q == 6'd1 && rsp_valid_i));

  systole_burst #(
      .BusBytes(BusBytes),
      .LastW   (PosW + 1 - BusL)
  ) i_burst (
      .clk_i,
      .step_i (state_q == Load || claim || last_step),
      .first_i(state_q == Load || ending),
      .addr_i (row_addr_q),
      .last_i (ends[PosW:BusL]),
      .addr_o (req_addr_o),
      .beats_o(beats),
      .last_o (last_burst)
  );
  assign req_valid_o = state_q == Run && claims;
  assign req_beats_o = beats;

  logic            in_qnt;
  logic [15:0]     in_elements;
  logic [31:0]     in_row_bytes;
  assign in_qnt       = desc_i[`SYS_ST_SPACE] == 3'(`SYS_SPACE_QNT);
  assign in_elements  = desc_i[`SYS_ST_ELEMENTS];
  assign in_row_bytes = in_qnt ? 32'(in_elements) : 32'(in_elements) << 2;

  logic [PosW-1:0] run_element;   // a run's last, from 0
  assign run_element = (one_run_q ? PosW'(rows_q) * PosW'(elements_q) : PosW'(elements_q)) - 1'b1;

  logic [BusL-1:0] so, dof, delta;
  logic [PosW:0]   ends;   // the last byte, counted from the first beat's
  assign so    = row_pos_q[BusL-1:0];
  assign dof   = row_addr_q[BusL-1:0];
  assign delta = so - dof;
  assign ends  = {1'b0, len_q} + (PosW + 1)'(dof);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q      <= Idle;
      unanswered_q <= '0;
    end else begin
      case (state_q)
        Idle:    if (start_i && !nop) state_q <= Setup;
        Setup:   state_q <= Load;
        Load:    state_q <= Run;
        Run:     if (last_step && runs_q == '0) state_q <= Drain;
        Drain:   if (finish) state_q <= Idle;
        default: state_q <= Idle;
      endcase
      if (claim && !rsp_valid_i) unanswered_q <= unanswered_q + 6'd1;
      else if (rsp_valid_i && !claim) unanswered_q <= unanswered_q - 6'd1;
    end
  end

  // While there is no instruction the fields follow desc_i: what waits for
  // start_i is the state alone.
  always_ff @(posedge clk_i) begin
    if (state_q == Idle) begin
      qnt_q      <= in_qnt;
      rs_q       <= desc_i[`SYS_ST_SPACE] == 3'(`SYS_SPACE_RS);
      rows_q     <= desc_i[`SYS_ST_ROWS];
      elements_q <= in_elements;
      one_run_q  <= desc_i[`SYS_ST_PITCH] == in_row_bytes &&
                    desc_i[`SYS_ST_SRC_ROW] == 32'(in_elements);
      pitch_q    <= desc_i[`SYS_ST_PITCH];
      src_row_q  <= desc_i[`SYS_ST_SRC_ROW];
      row_pos_q  <= in_qnt ? PosW'(desc_i[`SYS_ST_SRC]) : PosW'({desc_i[`SYS_ST_SRC], 2'b00});
      row_addr_q <= addr_i;
      error_q    <= 1'b0;
    end else if (rsp_valid_i && rsp_error_i) begin
      error_q <= 1'b1;
      if (!error_q) detail_q <= rsp_addr_i;
    end
    if (state_q == Setup) begin
      len_q  <= qnt_q ? run_element : {run_element[PosW-3:0], 2'b11};
      runs_q <= one_run_q ? 16'd1 : rows_q;
    end
    if (step) begin
      pos_q <= pos_q + 1'b1;
      pre_q <= 1'b0;
    end
    if (makes) begin
      first_q  <= 1'b0;
      claims_q <= (claims_q ? beats : burst_q) == 7'd1;
      burst_q  <= (claims_q ? beats : burst_q) - 7'd1;
    end
    if (claim) last_burst_q <= last_burst;
    if (load) begin
      pos_q      <= row_pos_q[PosW-1:BusL];
      pre_q      <= so > dof;
      first_q    <= 1'b1;
      head_q     <= dof;
      tail_q     <= ends[BusL-1:0];
      shift_q    <= delta == '0 ? LaneW'(Lanes) : LaneW'(delta >> 2);
      claims_q   <= 1'b1;
      runs_q     <= runs_q - 16'd1;
      row_addr_q <= row_addr_q + 64'(pitch_q);
      row_pos_q  <= row_pos_q + (qnt_q ? PosW'(src_row_q) : PosW'({src_row_q, 2'b00}));
    end
  end

  logic [PosW-1:0] word8, word32;  // word of the SRAM
  assign word8       = PosW'(pos_q) >> Part8L;
  assign word32      = PosW'(pos_q) >> Part32L;
  assign qnt_re_o    = step && qnt_q;
  assign vm_re_o     = step && !qnt_q && !rs_q;
  assign rs_re_o     = step && rs_q;
  assign qnt_raddr_o = word8[QntAddrW-1:0];
  assign vm_raddr_o  = word32[VmAddrW-1:0];
  assign rs_raddr_o  = word32[RsAddrW-1:0];

  // ---- One cycle later: the word is there
  logic                  s1_step_q, s1_makes_q;
  logic [Part32L-1:0]    s1_part_q;
  logic [LaneW-1:0]      s1_shift_q;
  logic [BusL-1:0]       s1_head_q;
  logic [BusL-1:0]       s1_tail_q;
  // ---- Two: its beat
  logic                  s2_step_q, s2_makes_q;
  logic [LaneW-1:0]      s2_shift_q;
  logic [BusL-1:0]       s2_head_q;
  logic [BusL-1:0]       s2_tail_q;
  logic [8*BusBytes-1:0] beat_q;
  logic [8*BusBytes-1:0] old_q;      // the SRAM's beat before this one
  logic                  dat_valid_q;
  logic [8*BusBytes-1:0] dat_data_q;
  logic [BusBytes-1:0]   dat_strb_q;

  // The beat that lies `shift` lanes up in the pair (beat, lower).
  function automatic [8*BusBytes-1:0] funnel(input [8*BusBytes-1:0] beat,
                                             input [8*BusBytes-1:0] lower,
                                             input [LaneW-1:0] shift);
    reg [16*BusBytes-1:0] pair;
    begin
      pair   = {beat, lower};
      funnel = pair[32*shift+:8*BusBytes];
    end
  endfunction

  function automatic [8*BusBytes-1:0] pick(input [32*Dim-1:0] word, input [Part32L-1:0] part);
    pick = word[8*BusBytes*part+:8*BusBytes];
  endfunction

  logic [8*BusBytes-1:0] beat;
  assign beat = pick(qnt_q ? {{(24 * Dim) {1'b0}}, qnt_rdata_i} : rs_q ? rs_rdata_i : vm_rdata_i,
                     s1_part_q);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      s1_step_q   <= 1'b0;
      s1_makes_q  <= 1'b0;
      s2_step_q   <= 1'b0;
      s2_makes_q  <= 1'b0;
      dat_valid_q <= 1'b0;
    end else begin
      s1_step_q   <= step;
      s1_makes_q  <= makes;
      s2_step_q   <= s1_step_q;
      s2_makes_q  <= s1_makes_q;
      dat_valid_q <= s2_makes_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (step) begin
      s1_part_q  <= qnt_q ? Part32L'(pos_q) & Part32L'((1 << Part8L) - 1) : Part32L'(pos_q);
      s1_shift_q <= shift_q;
      s1_head_q  <= first_q ? head_q : '0;
      s1_tail_q  <= ending ? tail_q : {BusL{1'b1}};
    end
    if (s1_step_q) begin
      beat_q     <= beat;
      s2_shift_q <= s1_shift_q;
      s2_head_q  <= s1_head_q;
      s2_tail_q  <= s1_tail_q;
    end
    if (s2_step_q) begin
      old_q      <= beat_q;
      dat_data_q <= funnel(beat_q, old_q, s2_shift_q);
      dat_strb_q <= ({BusBytes{1'b1}} << s2_head_q) & ({BusBytes{1'b1}} >> ~s2_tail_q);
    end
  end

  assign dat_valid_o = dat_valid_q;
  assign dat_data_o  = dat_data_q;
  assign dat_strb_o  = dat_strb_q;

  // ---- The end
  logic done_q, failed_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      done_q   <= 1'b0;
      failed_q <= 1'b0;
    end else begin
      done_q   <= finish || (start_i && nop);
      failed_q <= finish && (error_q || (rsp_valid_i && rsp_error_i));
    end
  end

  assign ready_o  = state_q == Idle;
  assign done_o   = done_q;
  assign cause_o  = failed_q ? 4'(`SYS_CAUSE_AXI_WRITE) : 4'd0;
  assign detail_o = failed_q ? detail_q : 32'd0;
  assign active_o = state_q != Idle || done_q;
  assign stall_o  = active_o && !dat_valid_q;

  logic unused;
  assign unused = &{1'b0, desc_i, word8, word32, src_row_q, elements_q};
endmodule
