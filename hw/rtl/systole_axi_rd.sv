// The read half of the AXI4 master, shared by two clients: 0 (fetch) has
// priority over 1 (LD) for every burst.
//
// Requests: client c's request is taken in a cycle with req_valid_i[c] and
// req_ready_o[c]; it must obey the rules of a burst (see systole_burst). The
// address register is free when it is empty or its burst is accepted in this
// cycle; req_ready_o[0] = free and fewer than Outstanding bursts under way,
// req_ready_o[1] = the same, fewer than LdBeats beats under way and not
// req_valid_i[0]: memory answers in order, so what LD has asked for is what a
// fetch waits behind. A burst taken in cycle t
// has ARVALID from t+1 on; so one burst a cycle if ARREADY is high. A burst is
// under way from t+1 until the client has its last beat (that cycle included),
// each of its beats from t+1 until the client has it.
//
// Responses: all bursts have ID 0 and are answered in order; RREADY is always
// high. rsp_* are registers that show the R channel of the cycle before (latency
// 1), rsp_valid_o[c] for the client whose burst it is. rsp_error_o: RRESP is an
// error. rsp_addr_o: low half of the beat's address.
module systole_axi_rd #(
    parameter BusBytes    = 16,
    parameter Outstanding = 64,  // a power of two
    parameter LdBeats     = 128  // enough to cover a latency of as many cycles
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    // clients: part c is client c's
    input  logic [1:0]            req_valid_i,
    output logic [1:0]            req_ready_o,
    input  logic [127:0]          req_addr_i,
    input  logic [13:0]           req_beats_i,   // 1..64
    output logic [1:0]            rsp_valid_o,
    output logic [8*BusBytes-1:0] rsp_data_o,
    output logic                  rsp_last_o,
    output logic                  rsp_error_o,
    output logic [31:0]           rsp_addr_o,
    output logic                  idle_o,        // no burst is under way
    // AXI4
    output logic                  m_axi_arvalid_o,
    input  logic                  m_axi_arready_i,
    output logic [0:0]            m_axi_arid_o,
    output logic [63:0]           m_axi_araddr_o,
    output logic [7:0]            m_axi_arlen_o,
    output logic [2:0]            m_axi_arsize_o,
    output logic [1:0]            m_axi_arburst_o,
    output logic                  m_axi_arlock_o,
    output logic [3:0]            m_axi_arcache_o,
    output logic [2:0]            m_axi_arprot_o,
    output logic [3:0]            m_axi_arqos_o,
    input  logic                  m_axi_rvalid_i,
    output logic                  m_axi_rready_o,
    input  logic [0:0]            m_axi_rid_i,
    input  logic [8*BusBytes-1:0] m_axi_rdata_i,
    input  logic [1:0]            m_axi_rresp_i,
    input  logic                  m_axi_rlast_i
);
  localparam PtrW = $clog2(Outstanding);

  logic                   arvalid_q;
  logic [63:0]            araddr_q;
  logic [7:0]             arlen_q;
  // The bursts that await beats, a ring: the client and the address's low half.
  (* no_rw_check *)  // of a burst in the cycle in which it is taken
  logic [32:0]            burst_q[0:Outstanding-1];
  logic [9:0]             offset_q;        // of the next beat in its burst
  logic [PtrW-1:0]        put_q, get_q;
  logic [PtrW:0]          count_q;
  logic [PtrW+6:0]        beats_q;         // under way
  logic [1:0]             rsp_valid_q;
  logic [8*BusBytes-1:0]  rsp_data_q;
  logic                   rsp_last_q, rsp_error_q;
  logic [31:0]            rsp_addr_q;

  logic free, ld_ready, take, client, beat, pop;
  assign free   = (!arvalid_q || m_axi_arready_i) && !count_q[PtrW];
  assign client = !req_valid_i[0];
  assign take   = req_valid_i[0] ? free : req_valid_i[1] && ld_ready;
  assign ld_ready = free && beats_q < (PtrW + 7)'(LdBeats);
  assign beat   = rsp_valid_q != 2'd0;
  assign pop    = beat && rsp_last_q;

  assign req_ready_o = {ld_ready && !req_valid_i[0], free};

  // The burst whose beats come. The first comes two cycles after it is taken or
  // later, so it has been read from the ring by then.
  logic [PtrW-1:0] get_d;
  logic [32:0]     head_q;
  assign get_d = get_q + PtrW'(m_axi_rvalid_i && m_axi_rlast_i);

  logic [6:0]      beats;
  logic [PtrW+6:0] left;
  assign left  = beats_q - (PtrW + 7)'(beat);
  assign beats = client ? req_beats_i[13:7] : req_beats_i[6:0];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      arvalid_q   <= 1'b0;
      put_q       <= '0;
      get_q       <= '0;
      count_q     <= '0;
      beats_q     <= '0;
      offset_q    <= '0;
      rsp_valid_q <= 2'd0;
    end else begin
      if (take) begin
        arvalid_q <= 1'b1;
        put_q     <= put_q + 1'b1;
      end else if (m_axi_arready_i) begin
        arvalid_q <= 1'b0;
      end
      get_q       <= get_d;
      if (m_axi_rvalid_i) offset_q <= m_axi_rlast_i ? '0 : offset_q + 10'(BusBytes);
      rsp_valid_q <= {m_axi_rvalid_i && head_q[32], m_axi_rvalid_i && !head_q[32]};
      beats_q <= take ? left + (PtrW + 7)'(beats) : left;
      if (take && !pop) count_q <= count_q + 1'b1;
      else if (pop && !take) count_q <= count_q - 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    head_q <= burst_q[get_d];
    if (take) begin
      araddr_q       <= client ? req_addr_i[127:64] : req_addr_i[63:0];
      arlen_q        <= {1'b0, beats} - 8'd1;
      burst_q[put_q] <= {client, client ? req_addr_i[95:64] : req_addr_i[31:0]};
    end
  end

  // A burst's beats do not cross a multiple of 1,024.
  always_ff @(posedge clk_i) begin
    if (m_axi_rvalid_i) begin
      rsp_data_q  <= m_axi_rdata_i;
      rsp_last_q  <= m_axi_rlast_i;
      rsp_error_q <= m_axi_rresp_i[1];
      rsp_addr_q  <= {head_q[31:10], head_q[9:0] + offset_q};
    end
  end

  assign rsp_valid_o = rsp_valid_q;
  assign rsp_data_o  = rsp_data_q;
  assign rsp_last_o  = rsp_last_q;
  assign rsp_error_o = rsp_error_q;
  assign rsp_addr_o  = rsp_addr_q;
  assign idle_o      = count_q == '0;

  assign m_axi_arvalid_o = arvalid_q;
  assign m_axi_araddr_o  = araddr_q;
  assign m_axi_arlen_o   = arlen_q;
  assign m_axi_arid_o    = 1'b0;
  assign m_axi_arsize_o  = 3'($clog2(BusBytes));
  assign m_axi_arburst_o = 2'b01;
  assign m_axi_arlock_o  = 1'b0;
  assign m_axi_arcache_o = 4'b0011;
  assign m_axi_arprot_o  = 3'b000;
  assign m_axi_arqos_o   = 4'b0000;
  assign m_axi_rready_o  = 1'b1;

  logic unused;
  assign unused = &{1'b0, m_axi_rid_i, m_axi_rresp_i[0]};
endmodule
