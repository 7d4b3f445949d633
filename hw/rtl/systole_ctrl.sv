// The control registers (hw/isa/registers.def) behind AXI4-Lite, the block
// control of a Vitis ap_ctrl_hs kernel, the interrupt, and the counters.
//
// AXI4-Lite, as Vitis' own adapter has it: one write and one read at a time;
// AWREADY, then WREADY, then BVALID, each one cycle after the other's handshake;
// the address is accepted before the data. A write is done in the cycle after WREADY.
// A read is ARREADY, a cycle, that in which it is done, one more, then RVALID; it
// waits in the first of these while status_re_i reads. Responses are always OKAY; unknown addresses
// read 0 and ignore writes.
// WSTRB is obeyed. Words are addressed: the low two bits are not looked at.
//
// CTRL: start_o is high from the cycle after a write of 1 to START is done until
// take_i. DONE and READY are set by done_i and cleared when a read of CTRL is done
// (if both in one cycle: set). IDLE: nothing runs and no start waits. ISR bits are set by
// done_i if enabled in IER, and toggled by writing ones (if both: set).
// irq_o = GIE and any bit of ISR.
//
// Counters are zero from the cycle after take_i, count what happens while
// running_i, and then keep their values; so do the states. What happens in a cycle
// is in a counter two cycles later, a state shows one cycle later.
// status_*: a second reader of the words 0x200..0x3FF, latency 2.
`include "systole_isa.svh"
module systole_ctrl #(
    parameter Dim        = 16,
    parameter LoadRows   = 4,
    parameter BusBytes   = 16,
    parameter [63:0] ConfigHash = 64'd0
) (
    input  logic          clk_i,
    input  logic          rst_ni,
    // AXI4-Lite
    input  logic          s_axil_awvalid_i,
    output logic          s_axil_awready_o,
    input  logic [11:0]   s_axil_awaddr_i,
    input  logic          s_axil_wvalid_i,
    output logic          s_axil_wready_o,
    input  logic [31:0]   s_axil_wdata_i,
    input  logic [3:0]    s_axil_wstrb_i,
    output logic          s_axil_bvalid_o,
    input  logic          s_axil_bready_i,
    output logic [1:0]    s_axil_bresp_o,
    input  logic          s_axil_arvalid_i,
    output logic          s_axil_arready_o,
    input  logic [11:0]   s_axil_araddr_i,
    output logic          s_axil_rvalid_o,
    input  logic          s_axil_rready_i,
    output logic [31:0]   s_axil_rdata_o,
    output logic [1:0]    s_axil_rresp_o,
    output logic          irq_o,
    // block control
    output logic          start_o,
    output logic          busy_o,           // not IDLE
    input  logic          take_i,
    input  logic          running_i,
    input  logic          done_i,
    output logic          abort_o,          // a pulse
    // arguments
    output logic [511:0]  scalars_o,
    output logic [31:0]   lines_o,
    output logic [31:0]   watchdog_o,
    output logic [63:0]   program_base_o,
    input  logic [3:0]    segment_i,
    output logic [63:0]   base_o,           // of segment_i, a cycle later
    output logic [63:0]   limit_o,
    // what happens
    output logic [63:0]   cycle_o,          // 0 in the cycle of take_i
    input  logic [3:0]    cause_i,
    input  logic [2:0]    engine_i,
    input  logic [31:0]   index_i,
    input  logic [31:0]   detail_i,
    input  logic [7:0]    state_i,          // per engine, as ENGINE_STATE
    input  logic [15:0]   waits_for_i,
    input  logic [31:0]   queued_i,
    input  logic [127:0]  at_i,
    input  logic [2:0]    seq_state_i,
    input  logic [31:0]   seq_index_i,
    input  logic [3:0]    retired_i,        // per engine: an instruction ends
    input  logic          macs_add_i,
    input  logic [47:0]   macs_i,
    input  logic          ld_beat_i,        // LD receives a beat
    input  logic          line_i,           // the sequencer takes a line
    input  logic          write_beat_i,
    input  logic [BusBytes-1:0] write_strb_i,
    // status record
    input  logic          status_re_i,
    input  logic [6:0]    status_word_i,
    output logic [31:0]   status_data_o
);
  // Writes
  logic [1:0] wstate_q;  // 0 address, 1 data, 2 response
  logic [11:0] waddr_q;
  logic write_q;         // in the cycle after the data came
  logic [31:0] wdata_q, wmask;
  logic [3:0] wstrb_q;
  assign s_axil_awready_o = wstate_q == 2'd0;
  assign s_axil_wready_o = wstate_q == 2'd1;
  assign s_axil_bvalid_o = wstate_q == 2'd2;
  assign s_axil_bresp_o = 2'b00;
  assign wmask = {{8{wstrb_q[3]}}, {8{wstrb_q[2]}}, {8{wstrb_q[1]}}, {8{wstrb_q[0]}}};
  always_ff @(posedge clk_i) begin
    write_q <= rst_ni && s_axil_wvalid_i && s_axil_wready_o;
    if (s_axil_wvalid_i) begin
      wdata_q <= s_axil_wdata_i;
      wstrb_q <= s_axil_wstrb_i;
    end
    if (!rst_ni) wstate_q <= 2'd0;
    else
      case (wstate_q)
        2'd0:
        if (s_axil_awvalid_i) begin
          waddr_q <= {s_axil_awaddr_i[11:2], 2'b00};
          wstate_q <= 2'd1;
        end
        2'd1: if (s_axil_wvalid_i) wstate_q <= 2'd2;
        default: if (s_axil_bready_i) wstate_q <= 2'd0;
      endcase
  end

  // Reads
  logic [2:0] rstate_q;  // 0 address, 1 it is passed on, 2 words are read, 3 one is chosen, 4 response
  logic [11:0] raddr_q;
  logic read;
  assign s_axil_arready_o = rstate_q == 3'd0;
  assign s_axil_rvalid_o = rstate_q == 3'd4;
  assign s_axil_rresp_o = 2'b00;
  assign read = rstate_q == 3'd2;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) rstate_q <= 3'd0;
    else
      case (rstate_q)
        3'd0:
        if (s_axil_arvalid_i) begin
          raddr_q <= {s_axil_araddr_i[11:2], 2'b00};
          rstate_q <= 3'd1;
        end
        3'd1: if (!status_re_i) rstate_q <= 3'd2;  // they share the words' reader
        3'd2: rstate_q <= 3'd3;
        3'd3: rstate_q <= 3'd4;
        default: if (s_axil_rready_i) rstate_q <= 3'd0;
      endcase
  end

  // Block control and interrupt
  logic start_q, done_q, ready_q, busy_q, gie_q, abort_q;
  logic [1:0] ier_q, isr_q;
  logic write0;  // bits 0..7 are written
  assign write0 = write_q && wstrb_q[0];
  // Which register an address means is known by the cycle after it.
  logic to_ctrl_q, to_gie_q, to_ier_q, to_isr_q, to_abort_q, to_scalar_q, to_lines_q, to_watchdog_q;
  always_ff @(posedge clk_i) begin
    to_ctrl_q <= waddr_q == 12'd`SYS_REG_CTRL;
    to_gie_q <= waddr_q == 12'd`SYS_REG_GIE;
    to_ier_q <= waddr_q == 12'd`SYS_REG_IER;
    to_isr_q <= waddr_q == 12'd`SYS_REG_ISR;
    to_abort_q <= waddr_q == 12'd`SYS_REG_ABORT;
    to_scalar_q <= waddr_q >= 12'd`SYS_REG_SCALAR && waddr_q < 12'd`SYS_REG_PROGRAM_LINES;
    to_lines_q <= waddr_q == 12'd`SYS_REG_PROGRAM_LINES;
    to_watchdog_q <= waddr_q == 12'd`SYS_REG_WATCHDOG;
  end
  assign start_o = start_q;
  assign busy_o = busy_q || start_q;
  assign abort_o = abort_q;
  assign irq_o = gie_q && isr_q != 2'd0;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      start_q <= 1'b0;
      done_q <= 1'b0;
      ready_q <= 1'b0;
      busy_q <= 1'b0;
      gie_q <= 1'b0;
      ier_q <= 2'd0;
      isr_q <= 2'd0;
      abort_q <= 1'b0;
    end else begin
      if (write0 && to_ctrl_q && wdata_q[0]) start_q <= 1'b1;
      else if (take_i) start_q <= 1'b0;

      if (take_i) busy_q <= 1'b1;
      else if (done_i) busy_q <= 1'b0;

      if (done_i) begin
        done_q <= 1'b1;
        ready_q <= 1'b1;
      end else if (read && raddr_q == 12'd`SYS_REG_CTRL) begin
        done_q <= 1'b0;
        ready_q <= 1'b0;
      end

      if (write0 && to_gie_q) gie_q <= wdata_q[0];
      if (write0 && to_ier_q) ier_q <= wdata_q[1:0];
      if (done_i && ier_q[0]) isr_q[0] <= 1'b1;
      else if (write0 && to_isr_q) isr_q[0] <= isr_q[0] ^ wdata_q[0];
      if (done_i && ier_q[1]) isr_q[1] <= 1'b1;
      else if (write0 && to_isr_q) isr_q[1] <= isr_q[1] ^ wdata_q[1];

      abort_q <= write0 && to_abort_q && wdata_q[0] && running_i;
    end
  end

  // Arguments. Segments are kept by word (base low and high, limit low and high)
  // in memories, whose words count as zero until they are written after a reset;
  // so a first write writes all of a word, strobes or not.
  logic [31:0] base_lo_q[0:15];
  logic [31:0] base_hi_q[0:15];
  logic [31:0] limit_lo_q[0:15];
  logic [31:0] limit_hi_q[0:15];
  logic [15:0] base_lo_known_q, base_hi_known_q, limit_lo_known_q, limit_hi_known_q;
  logic [31:0] scalar_q[0:15];
  logic [31:0] lines_q, watchdog_q;
  // Segment s lies at address 16 * (s + 1), and so in word s + 1 of each memory, the
  // last one in word 0; likewise scalar s in word s + 4.
  logic [3:0] wseg, wscalar;
  assign wseg = waddr_q[7:4];
  assign wscalar = waddr_q[5:2] - 4'd4;

  logic wknown;
  logic [3:0] wword;   // one of the four memories
  logic [3:0] wbytes_q;
  logic [31:0] wclean;
  logic [3:0] to_word_q;
  assign wword = write_q ? to_word_q : 4'd0;
  assign wclean = wdata_q & wmask;
  always_comb begin
    case (waddr_q[3:2])
      2'd0: wknown = base_lo_known_q[wseg];
      2'd1: wknown = base_hi_known_q[wseg];
      2'd2: wknown = limit_lo_known_q[wseg];
      default: wknown = limit_hi_known_q[wseg];
    endcase
  end
  always_ff @(posedge clk_i) begin
    to_word_q <= waddr_q[11:9] == 3'd0 && waddr_q[8] == (wseg == 4'd0) ? 4'd1 << waddr_q[3:2] : 4'd0;
    if (s_axil_wvalid_i) wbytes_q <= wknown ? s_axil_wstrb_i : 4'd15;
  end

  integer k;
  always_ff @(posedge clk_i) begin
    for (k = 0; k < 4; k = k + 1)
      if (wbytes_q[k]) begin
        if (wword[0]) base_lo_q[wseg][8*k+:8] <= wclean[8*k+:8];
        if (wword[1]) base_hi_q[wseg][8*k+:8] <= wclean[8*k+:8];
        if (wword[2]) limit_lo_q[wseg][8*k+:8] <= wclean[8*k+:8];
        if (wword[3]) limit_hi_q[wseg][8*k+:8] <= wclean[8*k+:8];
      end
    if (wword[0]) base_lo_known_q[wseg] <= 1'b1;
    if (wword[1]) base_hi_known_q[wseg] <= 1'b1;
    if (wword[2]) limit_lo_known_q[wseg] <= 1'b1;
    if (wword[3]) limit_hi_known_q[wseg] <= 1'b1;
    if (!rst_ni) begin
      base_lo_known_q <= 16'd0;
      base_hi_known_q <= 16'd0;
      limit_lo_known_q <= 16'd0;
      limit_hi_known_q <= 16'd0;
    end
  end

  integer i, j;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      for (i = 0; i < 16; i = i + 1) scalar_q[i] <= 32'd0;
      lines_q <= 32'd0;
      watchdog_q <= 32'd0;
    end else if (write_q) begin
      for (j = 0; j < 4; j = j + 1)
        if (wstrb_q[j]) begin
          if (to_scalar_q)
            scalar_q[wscalar][8*j+:8] <= wdata_q[8*j+:8];
          if (to_lines_q) lines_q[8*j+:8] <= wdata_q[8*j+:8];
          if (to_watchdog_q) watchdog_q[8*j+:8] <= wdata_q[8*j+:8];
        end
    end
  end

  genvar g;
  generate
    for (g = 0; g < 16; g = g + 1) begin : gen_scalar
      assign scalars_o[32*g+:32] = scalar_q[g];
    end
  endgenerate
  assign lines_o = lines_q;
  assign watchdog_o = watchdog_q;
  // Segment 0's base is always at hand.
  logic [63:0] program_base_q;
  integer p;
  always_ff @(posedge clk_i) begin
    for (p = 0; p < 4; p = p + 1)
      if (wbytes_q[p] && wseg == 4'd1) begin
        if (wword[0]) program_base_q[8*p+:8] <= wclean[8*p+:8];
        if (wword[1]) program_base_q[32+8*p+:8] <= wclean[8*p+:8];
      end
    if (!rst_ni) program_base_q <= 64'd0;
  end
  assign program_base_o = {program_base_q[63:7], 7'd0};
  logic [3:0] seg;
  logic [63:0] base_q, limit_q;
  assign seg = segment_i + 4'd1;
  always_ff @(posedge clk_i) begin
    base_q <= {base_hi_q[seg] & {32{base_hi_known_q[seg]}},
               base_lo_q[seg][31:7] & {25{base_lo_known_q[seg]}}, 7'd0};
    limit_q <= {limit_hi_q[seg] & {32{limit_hi_known_q[seg]}},
                limit_lo_q[seg] & {32{limit_lo_known_q[seg]}}};
  end
  assign base_o = base_q;
  assign limit_o = limit_q;

  // What happens, a cycle later.
  logic running_q;
  logic [7:0] state_q;
  logic [15:0] waits_q;
  logic [31:0] queued_q;
  logic [127:0] at_q;
  logic [3:0] retired_now_q;
  logic macs_add_q, ld_beat_q, line_q, write_beat_q;
  logic [47:0] macs_now_q;
  logic [BusBytes-1:0] strb_q;
  always_ff @(posedge clk_i) begin
    running_q <= rst_ni && running_i;
    if (!rst_ni || take_i) begin
      state_q <= 8'd0;
      waits_q <= 16'd0;
      queued_q <= 32'd0;
      at_q <= 128'd0;
    end else if (running_i) begin
      state_q <= state_i;
      waits_q <= waits_for_i;
      queued_q <= queued_i;
      at_q <= at_i;
    end
    retired_now_q <= retired_i;
    macs_add_q <= macs_add_i;
    if (macs_add_i) macs_now_q <= macs_i;
    ld_beat_q <= ld_beat_i;
    line_q <= line_i;
    write_beat_q <= write_beat_i;
    if (write_beat_i) strb_q <= write_strb_i;
  end

  // Counters. CYCLES is one behind the present cycle.
  logic [63:0] cycle_q, retired_q, macs_q, read_q, written_q;
  logic [63:0] busy_cycles_q[0:3];
  logic [63:0] sem_cycles_q[0:3];
  logic [63:0] mem_cycles_q[0:3];
  logic [63:0] idle_cycles_q[0:3];
  assign cycle_o = running_i ? cycle_q + 64'd1 : 64'd0;

  logic [7:0] strobes;
  integer b;
  always_comb begin
    strobes = 8'd0;
    for (b = 0; b < BusBytes; b = b + 1) strobes = strobes + {7'd0, strb_q[b]};
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || take_i) cycle_q <= 64'd0;
    else if (running_i) cycle_q <= cycle_q + 64'd1;
  end
  integer e;
  always_ff @(posedge clk_i) begin
    if (!rst_ni || take_i) begin
      retired_q <= 64'd0;
      macs_q <= 64'd0;
      read_q <= 64'd0;
      written_q <= 64'd0;
      for (e = 0; e < 4; e = e + 1) begin
        busy_cycles_q[e] <= 64'd0;
        sem_cycles_q[e] <= 64'd0;
        mem_cycles_q[e] <= 64'd0;
        idle_cycles_q[e] <= 64'd0;
      end
    end else if (running_q) begin
      if (retired_now_q != 4'd0)
        retired_q <= retired_q + {61'd0, {2'd0, retired_now_q[0]} + {2'd0, retired_now_q[1]} +
                                         {2'd0, retired_now_q[2]} + {2'd0, retired_now_q[3]}};
      if (macs_add_q) macs_q <= macs_q + {16'd0, macs_now_q};
      if (ld_beat_q || line_q)
        read_q <= read_q + (ld_beat_q ? 64'(BusBytes) : 64'd0) + (line_q ? 64'd`SYS_LINE_BYTES : 64'd0);
      if (write_beat_q) written_q <= written_q + {56'd0, strobes};
      for (e = 0; e < 4; e = e + 1)
        case (state_q[2*e+:2])
          2'd1: sem_cycles_q[e] <= sem_cycles_q[e] + 64'd1;
          2'd2: mem_cycles_q[e] <= mem_cycles_q[e] + 64'd1;
          2'd3: busy_cycles_q[e] <= busy_cycles_q[e] + 64'd1;
          default: idle_cycles_q[e] <= idle_cycles_q[e] + 64'd1;
        endcase
    end
  end

  // The words that are read, each in a register of those of its kind, the others of
  // which are 0: results, totals, times and engines from 0x200 on; segments; the rest.
  function automatic [31:0] half(input [63:0] value, input high);
    half = high ? value[63:32] : value[31:0];
  endfunction
  function automatic [31:0] time_of(input [1:0] engine, input [2:0] which);
    begin
      case (which[2:1])
        2'd0: time_of = half(busy_cycles_q[engine], which[0]);
        2'd1: time_of = half(sem_cycles_q[engine], which[0]);
        2'd2: time_of = half(mem_cycles_q[engine], which[0]);
        default: time_of = half(idle_cycles_q[engine], which[0]);
      endcase
    end
  endfunction
  function automatic [31:0] result_at(input [6:0] word);
    begin
      case ({3'b001, word, 2'b00})
        12'd`SYS_REG_ID:             result_at = 32'h53595354;
        12'd`SYS_REG_VERSION:        result_at = 32'd`SYS_ISA_VERSION;
        12'd`SYS_REG_CONFIG_HASH_LO: result_at = ConfigHash[31:0];
        12'd`SYS_REG_CONFIG_HASH_HI: result_at = ConfigHash[63:32];
        12'd`SYS_REG_GEOMETRY:       result_at = Dim | LoadRows << 8 | BusBytes << 16;
        12'd`SYS_REG_ERROR_CAUSE:    result_at = {28'd0, cause_i};
        12'd`SYS_REG_ERROR_ENGINE:   result_at = {29'd0, engine_i};
        12'd`SYS_REG_ERROR_INDEX:    result_at = index_i;
        12'd`SYS_REG_ERROR_DETAIL:   result_at = detail_i;
        12'd`SYS_REG_SEQ_STATE:      result_at = {29'd0, seq_state_i};
        12'd`SYS_REG_SEQ_INDEX:      result_at = seq_index_i;
        default:                     result_at = 32'd0;
      endcase
    end
  endfunction
  function automatic [31:0] total_at(input [6:0] word);
    begin
      case ({3'b001, word, 2'b00})
        12'd`SYS_REG_CYCLES_LO:      total_at = cycle_q[31:0];
        12'd`SYS_REG_CYCLES_HI:      total_at = cycle_q[63:32];
        12'd`SYS_REG_RETIRED_LO:     total_at = retired_q[31:0];
        12'd`SYS_REG_RETIRED_HI:     total_at = retired_q[63:32];
        12'd`SYS_REG_MACS_LO:        total_at = macs_q[31:0];
        12'd`SYS_REG_MACS_HI:        total_at = macs_q[63:32];
        12'd`SYS_REG_READ_BYTES_LO:  total_at = read_q[31:0];
        12'd`SYS_REG_READ_BYTES_HI:  total_at = read_q[63:32];
        12'd`SYS_REG_WRITE_BYTES_LO: total_at = written_q[31:0];
        12'd`SYS_REG_WRITE_BYTES_HI: total_at = written_q[63:32];
        default:                     total_at = 32'd0;
      endcase
    end
  endfunction
  logic [6:0] word_q;
  logic status_read_q, results_q;  // for the record; a word from 0x200 on is read
  logic [31:0] result_q, total_q, time_q, engine_q, segment_q, argument_q, rdata_q;
  always_ff @(posedge clk_i) begin
    if (status_re_i || rstate_q == 3'd1) word_q <= status_re_i ? status_word_i : raddr_q[8:2];
    status_read_q <= status_re_i;
    results_q <= status_re_i || raddr_q[11:9] == 3'b001;
    if (read || status_read_q) begin
      result_q <= 32'd0;
      total_q <= 32'd0;
      time_q <= 32'd0;
      engine_q <= 32'd0;
      if (results_q) begin
        result_q <= result_at(word_q);
        total_q <= total_at(word_q);
        if (word_q[6:4] == 3'd3 || word_q[6:4] == 3'd4) time_q <= time_of({word_q[6], word_q[3]}, word_q[2:0]);
        if (word_q[6:2] == 5'h05)       // ENGINE_STATE
          engine_q <= {16'd0, queued_q[8*word_q[1:0]+:8], waits_q[4*word_q[1:0]+:4], 2'd0, state_q[2*word_q[1:0]+:2]};
        else if (word_q[6:2] == 5'h06)  // ENGINE_INDEX
          engine_q <= at_q[32*word_q[1:0]+:32];
      end
    end
  end
  assign status_data_o = result_q | total_q | time_q | engine_q;

  logic [3:0] rseg, rscalar;
  assign rseg = raddr_q[7:4];
  assign rscalar = raddr_q[5:2] - 4'd4;
  assign s_axil_rdata_o = rdata_q;
  logic rknown, known_q;  // it is a segment's word that has been written
  always_comb begin
    case (raddr_q[3:2])
      2'd0: rknown = base_lo_known_q[rseg];
      2'd1: rknown = base_hi_known_q[rseg];
      2'd2: rknown = limit_lo_known_q[rseg];
      default: rknown = limit_hi_known_q[rseg];
    endcase
  end
  always_ff @(posedge clk_i) begin
    known_q <= rknown && raddr_q[11:9] == 3'd0 && raddr_q[8] == (rseg == 4'd0);
    if (read) begin
      segment_q <= 32'd0;
      if (known_q)
        case (raddr_q[3:2])
          2'd0: segment_q <= base_lo_q[rseg];
          2'd1: segment_q <= base_hi_q[rseg];
          2'd2: segment_q <= limit_lo_q[rseg];
          default: segment_q <= limit_hi_q[rseg];
        endcase
      argument_q <= 32'd0;
      if (raddr_q == 12'd`SYS_REG_CTRL) argument_q <= {28'd0, ready_q, !busy_o, done_q, start_q};
      else if (raddr_q == 12'd`SYS_REG_GIE) argument_q <= {31'd0, gie_q};
      else if (raddr_q == 12'd`SYS_REG_IER) argument_q <= {30'd0, ier_q};
      else if (raddr_q == 12'd`SYS_REG_ISR) argument_q <= {30'd0, isr_q};
      else if (raddr_q >= 12'd`SYS_REG_SCALAR && raddr_q < 12'd`SYS_REG_PROGRAM_LINES) argument_q <= scalar_q[rscalar];
      else if (raddr_q == 12'd`SYS_REG_PROGRAM_LINES) argument_q <= lines_q;
      else if (raddr_q == 12'd`SYS_REG_WATCHDOG) argument_q <= watchdog_q;
    end
    if (rstate_q == 3'd3) rdata_q <= status_data_o | segment_q | argument_q;
  end

  logic unused;
  assign unused = ^{s_axil_awaddr_i[1:0], s_axil_araddr_i[1:0], program_base_q[6:0]};
endmodule
