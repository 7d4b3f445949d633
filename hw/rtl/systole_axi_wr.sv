// The write half of the AXI4 master, shared by two clients: 0 (ST) has
// priority over 1 (status record) for every burst.
//
// A burst is buffered whole in one of four slots before its address is sent.
//
// Claim: client c's burst is taken in a cycle t with req_valid_i[c] and
// req_ready_o[c]; it must obey the rules of a burst (see systole_burst) and
// gets a slot. req_ready_o[0] = a slot is free, fewer than Outstanding bursts
// await their response, and no burst of client 1 lacks data; req_ready_o[1] =
// the same with client 0, and not req_valid_i[0].
// Data: any cycle after t with dat_valid_i[c] takes one beat, always; beats come
// in the order of the bursts. A client may claim again before it has sent all.
// Address: a burst whose last beat is taken in cycle f has AWVALID from f+2 on
// (or from the cycle after the last burst's address was accepted).
// Beats: AWVALID high from cycle p on, it has WVALID from p+2 on (or from the cycle
// after the last burst's last beat), whether AWREADY has come or not: a slave may wait
// for both. Then comes a beat every cycle in which WREADY is high. Its slot is free in
// the cycle after its last beat was accepted.
// Response: BREADY is always high; rsp_valid_o[c] and rsp_error_o are registers
// that show the B channel of the cycle before, in order; rsp_addr_o is the low
// half of the burst's address. A burst awaits its response until the client has
// it (that cycle included).
//
// So one beat a cycle as long as four slots hide about seven cycles.
module systole_axi_wr #(
    parameter BusBytes    = 16,
    parameter Outstanding = 32   // a power of two, at least 4
) (
    input  logic                    clk_i,
    input  logic                    rst_ni,
    // clients: part c is client c's
    input  logic [1:0]              req_valid_i,
    output logic [1:0]              req_ready_o,
    input  logic [127:0]            req_addr_i,
    input  logic [13:0]             req_beats_i,   // 1..64
    input  logic [1:0]              dat_valid_i,
    input  logic [2*8*BusBytes-1:0] dat_data_i,
    input  logic [2*BusBytes-1:0]   dat_strb_i,
    output logic [1:0]              rsp_valid_o,
    output logic                    rsp_error_o,
    output logic [31:0]             rsp_addr_o,
    output logic                    idle_o,        // no burst awaits its response
    // AXI4
    output logic                    m_axi_awvalid_o,
    input  logic                    m_axi_awready_i,
    output logic [0:0]              m_axi_awid_o,
    output logic [63:0]             m_axi_awaddr_o,
    output logic [7:0]              m_axi_awlen_o,
    output logic [2:0]              m_axi_awsize_o,
    output logic [1:0]              m_axi_awburst_o,
    output logic                    m_axi_awlock_o,
    output logic [3:0]              m_axi_awcache_o,
    output logic [2:0]              m_axi_awprot_o,
    output logic [3:0]              m_axi_awqos_o,
    output logic                    m_axi_wvalid_o,
    input  logic                    m_axi_wready_i,
    output logic [8*BusBytes-1:0]   m_axi_wdata_o,
    output logic [BusBytes-1:0]     m_axi_wstrb_o,
    output logic                    m_axi_wlast_o,
    input  logic                    m_axi_bvalid_i,
    output logic                    m_axi_bready_o,
    input  logic [0:0]              m_axi_bid_i,
    input  logic [1:0]              m_axi_bresp_i
);
  localparam MaxBeats = BusBytes >= 16 ? 1024 / BusBytes : 64;
  localparam BeatW    = $clog2(MaxBeats);
  localparam PtrW     = $clog2(Outstanding);

  // Slots in a ring, each pointer with one bit more than a slot's number:
  // claimed >= filled >= addressed >= shown >= read.
  logic [2:0] claim_q, fill_q, aw_q;
  logic [63:0]      slot_addr_q[0:3];
  logic [BeatW-1:0] slot_len_q[0:3];      // beats - 1

  logic                   filler_q;       // the client whose bursts are being filled
  logic [BeatW-1:0]       fill_beat_q;
  logic                   awvalid_q;
  logic [63:0]            awaddr_q;
  logic [BeatW-1:0]       awlen_q;
  logic [2:0]             shown_q;        // bursts whose address has stood for a cycle
  logic [2:0]             read_q;         // bursts read from the buffer
  logic [BeatW-1:0]       read_beat_q;
  logic                   wvalid_q, wlast_q;
  // The bursts that await their response, a ring: the client and the address's
  // low half.
  (* no_rw_check, ram_style = "block" *)  // none is claimed and answered in one cycle
  logic [32:0]            burst_q[0:Outstanding-1];
  logic [PtrW-1:0]        put_q, get_q;
  logic [PtrW:0]          count_q;
  logic [1:0]             rsp_valid_q;
  logic                   rsp_error_q;
  logic [31:0]            rsp_addr_q;

  // The burst that is answered next; when it is, it has been in the ring for long.
  logic [PtrW-1:0] get_d;
  logic [32:0]     head_q;
  assign get_d = get_q + PtrW'(m_axi_bvalid_i);

  // Claim. Whether there is room, and which client may have it, is known a cycle
  // ahead.
  logic [1:0] ready_q;
  logic [2:0] used_q, used_d;             // slots
  logic       room_d, full_d, unfilled_d, filler_d;
  logic       claim, client;
  assign req_ready_o = {ready_q[1] && !req_valid_i[0], ready_q[0]};
  assign claim       = |(req_valid_i & req_ready_o);
  assign client      = !req_valid_i[0];

  logic [6:0] beats, len;
  assign beats = client ? req_beats_i[13:7] : req_beats_i[6:0];
  assign len   = beats - 7'd1;

  // Fill
  logic fill, fill_last;
  assign fill      = |dat_valid_i;
  assign fill_last = fill && fill_beat_q == slot_len_q[fill_q[1:0]];

  // Address
  logic aw_load;
  assign aw_load = aw_q != fill_q && (!awvalid_q || m_axi_awready_i);

  // Beats
  logic read, read_last, w_done;
  assign read      = read_q != shown_q && (!wvalid_q || m_axi_wready_i);
  assign read_last = read_beat_q == slot_len_q[read_q[1:0]];
  assign w_done    = wvalid_q && m_axi_wready_i && wlast_q;

  // What holds the next claim up
  logic answer;
  assign answer     = rsp_valid_q != 2'd0;
  assign used_d     = used_q + 3'(claim) - 3'(w_done);
  assign full_d     = (count_q[PtrW] || (claim && count_q == (PtrW + 1)'(Outstanding - 1))) && !answer;
  assign room_d     = used_d != 3'd4 && !full_d;
  assign unfilled_d = claim || (fill_q != claim_q && !(fill_last && fill_q + 1'b1 == claim_q));
  assign filler_d   = claim ? client : filler_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      claim_q     <= '0;
      fill_q      <= '0;
      aw_q        <= '0;
      shown_q     <= '0;
      read_q      <= '0;
      filler_q    <= 1'b0;
      fill_beat_q <= '0;
      read_beat_q <= '0;
      awvalid_q   <= 1'b0;
      wvalid_q    <= 1'b0;
      wlast_q     <= 1'b0;
      put_q       <= '0;
      get_q       <= '0;
      count_q     <= '0;
      used_q      <= '0;
      ready_q     <= 2'd3;
      rsp_valid_q <= 2'd0;
    end else begin
      if (claim) begin
        claim_q <= claim_q + 1'b1;
        put_q   <= put_q + 1'b1;
      end
      filler_q <= filler_d;
      used_q   <= used_d;
      ready_q  <= {room_d && !(unfilled_d && !filler_d), room_d && !(unfilled_d && filler_d)};
      if (fill) fill_beat_q <= fill_last ? '0 : fill_beat_q + 1'b1;
      if (fill_last) fill_q <= fill_q + 1'b1;

      shown_q <= aw_q;
      if (aw_load) aw_q <= aw_q + 1'b1;
      awvalid_q <= aw_load || (awvalid_q && !m_axi_awready_i);

      if (read) begin
        wvalid_q    <= 1'b1;
        wlast_q     <= read_last;
        read_beat_q <= read_last ? '0 : read_beat_q + 1'b1;
        if (read_last) read_q <= read_q + 1'b1;
      end else if (m_axi_wready_i) begin
        wvalid_q <= 1'b0;
      end

      get_q       <= get_d;
      rsp_valid_q <= {m_axi_bvalid_i && head_q[32], m_axi_bvalid_i && !head_q[32]};
      if (claim && !answer) count_q <= count_q + 1'b1;
      else if (answer && !claim) count_q <= count_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (claim) begin
      slot_addr_q[claim_q[1:0]] <= client ? req_addr_i[127:64] : req_addr_i[63:0];
      slot_len_q[claim_q[1:0]]  <= len[BeatW-1:0];
      burst_q[put_q]            <= {client, client ? req_addr_i[95:64] : req_addr_i[31:0]};
    end
    if (aw_load) begin
      awaddr_q <= slot_addr_q[aw_q[1:0]];
      awlen_q  <= slot_len_q[aw_q[1:0]];
    end
  end

  logic [9*BusBytes-1:0] rdata;
  systole_ram #(
      .Width(9 * BusBytes),
      .Depth(4 * MaxBeats)
  ) i_buffer (
      .clk_i,
      .we_i   (fill),
      .waddr_i({fill_q[1:0], fill_beat_q}),
      .wdata_i(filler_q ? {dat_strb_i[BusBytes+:BusBytes], dat_data_i[8*BusBytes+:8*BusBytes]}
                        : {dat_strb_i[0+:BusBytes], dat_data_i[0+:8*BusBytes]}),
      .re_i   (read),
      .raddr_i({read_q[1:0], read_beat_q}),
      .rdata_o(rdata)
  );

  always_ff @(posedge clk_i) begin
    rsp_error_q <= m_axi_bresp_i[1];
    rsp_addr_q  <= head_q[31:0];
    head_q      <= burst_q[get_d];
  end

  assign rsp_valid_o = rsp_valid_q;
  assign rsp_error_o = rsp_error_q;
  assign rsp_addr_o  = rsp_addr_q;
  assign idle_o      = count_q == '0;

  assign m_axi_awvalid_o = awvalid_q;
  assign m_axi_awaddr_o  = awaddr_q;
  assign m_axi_awlen_o   = 8'(awlen_q);
  assign m_axi_awid_o    = 1'b0;
  assign m_axi_awsize_o  = 3'($clog2(BusBytes));
  assign m_axi_awburst_o = 2'b01;
  assign m_axi_awlock_o  = 1'b0;
  assign m_axi_awcache_o = 4'b0011;
  assign m_axi_awprot_o  = 3'b000;
  assign m_axi_awqos_o   = 4'b0000;
  assign m_axi_wvalid_o  = wvalid_q;
  assign m_axi_wdata_o   = rdata[8*BusBytes-1:0];
  assign m_axi_wstrb_o   = rdata[8*BusBytes+:BusBytes];
  assign m_axi_wlast_o   = wlast_q;
  assign m_axi_bready_o  = 1'b1;

  logic unused;
  assign unused = &{1'b0, m_axi_bid_i, m_axi_bresp_i[0], len};
endmodule
