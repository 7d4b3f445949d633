`include "systole_isa.svh"
// The matrix engine: C[M,N] = A[M,K] x W[K,N], or C +=, over tiles of DIM x DIM.
//
// An instruction starts with start_i (given only with ready_o) and desc_i, and
// ends with done_o; bounds and alignment have been checked. One instruction is
// inside at a time; ready_o is high when none is. cause_o is always 0.
//
// With KT = ceil(k / DIM), NT = ceil(n / DIM), G = DIM / LoadRows:
//   period   p = max(m, ceil((m + DIM + G - 2) / 2))     cycles from tile to tile
//   duration   = (KT * NT - 1) * p + m + DIM + G + 4     from start_i to done_o
// (start_i in cycle 0, done_o in cycle `duration`; 1 if m, k or n is zero.)
// The last word of ACC is written in the cycle of done_o.
//
// Cycle by cycle, start_i in cycle 0, tile j = nt * KT + kt, T(j) = G + 2 + j*p:
//   T(j)-G-1 .. T(j)-2     the door's addresses: tile j, LoadRows words each
//   T(j)-G   .. T(j)-1     its words arrive and enter plane j mod 2
//   T(j)-2+i               address of row i of A; at T(j)-1+i its word arrives
//   T(j)+i+r               array row r chooses its weights for row i, and multiplies
//                          and adds in the two cycles after
//   T(j)+i+DIM+1           address of the old word of ACC, if one is added
//   T(j)+i+DIM+2           sums leave the array, the old word arrives: added
//   T(j)+i+DIM+3           the word of ACC is written
// A transposed load writes every array row with every group, so it must not
// start before plane j mod 2 is free of tile j-2's last row, for which the bottom row
// chooses in cycle T(j-2) + m-1 + DIM-1:
// T(j)-G >= T(j-2) + m-1 + DIM-1, which is the second bound on p.
// A word of ACC that is read while a write to it is under way (p = 2, or rows
// of C that share words) is taken from the write.
//
// SRAM ports have latency 1. wgt_addr_o is the word address of a group's first
// word. Lanes from k on in the last K tile are zeroed; lanes from n on in the
// last N tile hold what the words of WGT that are there give.
module systole_mx #(
    parameter Dim      = 16,
    parameter LoadRows = 4,
    parameter ActAddrW = 11,
    parameter QntAddrW = 12,
    parameter WgtAddrW = 13,
    parameter AccAddrW = 11
) (
    input  logic                        clk_i,
    input  logic                        rst_ni,
    // engine
    output logic                        ready_o,
    input  logic                        start_i,
    input  logic [511:0]                desc_i,
    output logic                        done_o,
    output logic [3:0]                  cause_o,
    output logic                        active_o,
    // ACT and QNT: A
    output logic                        act_re_o,
    output logic [ActAddrW-1:0]         act_addr_o,
    input  logic [Dim*8-1:0]            act_data_i,
    output logic                        qnt_re_o,
    output logic [QntAddrW-1:0]         qnt_addr_o,
    input  logic [Dim*8-1:0]            qnt_data_i,
    // WGT: W, a group of LoadRows words at a time
    output logic                        wgt_re_o,
    output logic [WgtAddrW-1:0]         wgt_addr_o,
    input  logic [LoadRows*Dim*8-1:0]   wgt_data_i,
    // ACC: C
    output logic                        acc_re_o,
    output logic [AccAddrW-1:0]         acc_raddr_o,
    input  logic [Dim*32-1:0]           acc_rdata_i,
    output logic                        acc_we_o,
    output logic [AccAddrW-1:0]         acc_waddr_o,
    output logic [Dim*32-1:0]           acc_wdata_o
);
  localparam LaneW  = $clog2(Dim);
  localparam TileW  = 17 - LaneW;           // ceil(65535 / Dim) fits
  localparam Groups = Dim / LoadRows;

  // ---- The instruction ----------------------------------------------------
  logic                active_q;
  logic                qnt_q, transposed_q, accumulate_q;
  logic [15:0]         rows_q;               // m - 1
  logic [15:0]         period_q;             // p - 1
  logic [TileW-1:0]    kt_last_q;            // KT - 1
  logic [15:0]         a_q, a_row_q, a_tile_q, w_k_q, w_n_q, c_row_q, c_tile_q;
  logic [Dim*8-1:0]    mask_q;               // lanes of the last K tile

  logic [15:0] m, k, n;
  logic        noop;
  logic [16:0] half;                         // ceil((m + DIM + G - 2) / 2) - 1
  logic [TileW-1:0] kt_last, nt_last;
  assign m       = desc_i[`SYS_MX_M];
  assign k       = desc_i[`SYS_MX_K];
  assign n       = desc_i[`SYS_MX_N];
  assign noop    = m == 16'd0 || k == 16'd0 || n == 16'd0;
  assign half    = (17'(m) + 17'(Dim + Groups - 3)) >> 1;
  assign kt_last = TileW'((k - 16'd1) >> LaneW);
  assign nt_last = TileW'((n - 16'd1) >> LaneW);

  // The common fields are the sequencer's business.
  logic unused;
  assign unused = ^{desc_i[511:256], desc_i[63:53], desc_i[47:0]};

  // ---- Pace: cnt_q counts down to the first row of the next tile ------------
  logic [15:0] cnt_q;
  logic        tile_start;
  assign tile_start = cnt_q == 16'd0;

  // ---- The door: groups of tile j while cnt_q is below G --------------------
  logic                door_q;               // tiles are left
  logic                door_plane_q;
  logic [TileW-1:0]    door_kt_q, door_nt_q; // tiles of K, N after this one
  logic [15:0]         door_addr_q, door_k_q, door_n_q;
  logic                door_re;
  logic [15:0]         door_k_d, door_n_d;
  assign door_re  = door_q && cnt_q < 16'(Groups);
  assign door_n_d = door_n_q + w_n_q;
  assign door_k_d = door_kt_q != '0 ? door_k_q + w_k_q : door_n_d;

  assign wgt_re_o   = door_re;
  assign wgt_addr_o = door_addr_q[WgtAddrW-1:0];

  // Words of WGT arrive one cycle later.
  logic             load_q, load_plane_q;
  logic [LaneW-1:0] load_group_q;

  // ---- Rows of A ------------------------------------------------------------
  logic                run_q;                // rows of this tile are left
  logic                tiles_q;              // a tile is still to begin
  logic                plane_q;
  logic [15:0]         row_q;                // rows after this one
  logic [TileW-1:0]    kt_q, nt_q;
  logic [15:0]         a_addr_q, a_base_q;
  logic                a_re, a_last;
  logic [15:0]         a_base_d;
  assign a_re     = run_q || (tiles_q && tile_start);
  assign a_last   = row_q == 16'd0;
  assign a_base_d = kt_q != '0 ? a_base_q + a_tile_q : a_q;

  assign act_re_o   = active_q && !qnt_q;  // taken only where a_re was high
  assign qnt_re_o   = active_q && qnt_q;
  assign act_addr_o = a_addr_q[ActAddrW-1:0];
  assign qnt_addr_o = a_addr_q[QntAddrW-1:0];

  logic             fetched_q, fetched_plane_q, fetched_last_q; // the word arrives
  logic             valid_q, wave_plane_q;                      // it enters the array
  logic [Dim*8-1:0] wave_q;

  // ---- The array -------------------------------------------------------------
  logic              bottom;
  logic [Dim*32-1:0] psum;
  systole_array #(
      .Dim     (Dim),
      .LoadRows(LoadRows)
  ) u_array (
      .clk_i            (clk_i),
      .rst_ni           (rst_ni),
      .valid_i          (valid_q),
      .plane_i          (wave_plane_q),
      .data_i           (wave_q),
      .load_i           (load_q),
      .load_plane_i     (load_plane_q),
      .load_transposed_i(transposed_q),
      .load_group_i     (load_group_q),
      .wdata_i          (wgt_data_i),
      .bottom_o         (bottom),
      .psum_o           (psum)
  );

  // ---- Rows of C ---------------------------------------------------------------
  logic [15:0]         c_left_q;             // rows after this one
  logic [TileW-1:0]    c_kt_q, c_nt_q;
  logic                c_first_q;            // kt == 0
  logic [15:0]         c_addr_q, c_base_q;
  logic                c_last, c_end, c_old;
  logic [15:0]         c_base_d;
  assign c_last   = c_left_q == 16'd0;
  assign c_end    = c_last && c_kt_q == '0 && c_nt_q == '0;
  assign c_old    = accumulate_q || !c_first_q;
  assign c_base_d = c_kt_q != '0 ? c_base_q : c_base_q + c_tile_q;

  assign acc_re_o    = bottom && c_old;
  assign acc_raddr_o = c_addr_q[AccAddrW-1:0];

  // Add: psum and the old word stand. One write may be under way (write_q, in
  // sum_q) and one may have happened in the cycle of the read (in past_q).
  // Of the three that may hold the old word at most one is chosen.
  logic                add_q, add_end_q, add_ram_q, add_near_q, add_far_q, near, far;
  logic [AccAddrW-1:0] add_addr_q;
  logic                write_q, end_q;
  logic [AccAddrW-1:0] write_addr_q;
  logic [Dim*32-1:0]   sum_q, past_q;

  assign near = add_q && add_addr_q == c_addr_q[AccAddrW-1:0];
  assign far  = write_q && write_addr_q == c_addr_q[AccAddrW-1:0];

  integer i;
  always_ff @(posedge clk_i) begin
    if (add_q) begin
      for (i = 0; i < Dim; i = i + 1)
        sum_q[i*32+:32] <= psum[i*32+:32] +
            ((acc_rdata_i[i*32+:32] & {32{add_ram_q}}) | (sum_q[i*32+:32] & {32{add_near_q}}) |
             (past_q[i*32+:32] & {32{add_far_q}}));
    end
    if (write_q) past_q <= sum_q;
  end

  assign acc_we_o    = write_q;
  assign acc_waddr_o = write_addr_q;
  assign acc_wdata_o = sum_q;

  // ---- Control -------------------------------------------------------------------
  assign ready_o  = !active_q;
  assign active_o = active_q;
  assign done_o   = end_q;
  assign cause_o  = 4'(`SYS_CAUSE_NONE);

  integer l;
  always_ff @(posedge clk_i) begin
    if (!active_q) begin
      // The fields follow desc_i: only what begins the work waits for start_i.
      active_q     <= start_i;
      end_q        <= start_i && noop;
      qnt_q        <= desc_i[`SYS_MX_A_SPACE] == 3'(`SYS_SPACE_MX_QNT);
      transposed_q <= desc_i[`SYS_MX_TRANSPOSED];
      accumulate_q <= desc_i[`SYS_MX_ACCUMULATE];
      rows_q       <= m - 16'd1;
      period_q     <= 17'(m) > half ? m - 16'd1 : half[15:0];
      kt_last_q    <= kt_last;
      a_q          <= desc_i[`SYS_MX_A];
      a_row_q      <= desc_i[`SYS_MX_A_ROW];
      a_tile_q     <= desc_i[`SYS_MX_A_TILE];
      w_k_q        <= desc_i[`SYS_MX_W_K];
      w_n_q        <= desc_i[`SYS_MX_W_N];
      c_row_q      <= desc_i[`SYS_MX_C_ROW];
      c_tile_q     <= desc_i[`SYS_MX_C_TILE];
      for (l = 0; l < Dim; l = l + 1)
        mask_q[l*8+:8] <= {8{k[LaneW-1:0] == '0 || l[LaneW-1:0] < k[LaneW-1:0]}};
      cnt_q        <= 16'(Groups - 1);
      door_q       <= start_i && !noop;
      door_plane_q <= 1'b0;
      door_kt_q    <= kt_last;
      door_nt_q    <= nt_last;
      door_addr_q  <= desc_i[`SYS_MX_W];
      door_k_q     <= desc_i[`SYS_MX_W];
      door_n_q     <= desc_i[`SYS_MX_W];
      tiles_q      <= start_i && !noop;
      plane_q      <= 1'b0;
      row_q        <= m - 16'd1;
      kt_q         <= kt_last;
      nt_q         <= nt_last;
      a_addr_q     <= desc_i[`SYS_MX_A];
      a_base_q     <= desc_i[`SYS_MX_A];
      c_left_q     <= m - 16'd1;
      c_kt_q       <= kt_last;
      c_nt_q       <= nt_last;
      c_first_q    <= 1'b1;
      c_addr_q     <= desc_i[`SYS_MX_C];
      c_base_q     <= desc_i[`SYS_MX_C];
    end else begin
      cnt_q <= tile_start ? period_q : cnt_q - 16'd1;

      load_q <= door_re;
      if (door_re) begin
        load_plane_q <= door_plane_q;
        load_group_q <= LaneW'(Groups - 1) - cnt_q[LaneW-1:0];
        door_addr_q  <= door_addr_q + 16'(LoadRows);
        if (tile_start) begin
          door_plane_q <= !door_plane_q;
          door_addr_q  <= door_k_d;
          door_k_q     <= door_k_d;
          if (door_kt_q != '0) begin
            door_kt_q <= door_kt_q - 1'b1;
          end else begin
            door_kt_q <= kt_last_q;
            door_n_q  <= door_n_d;
            door_nt_q <= door_nt_q - 1'b1;
            door_q    <= door_nt_q != '0;
          end
        end
      end

      fetched_q <= a_re;
      if (a_re) begin
        fetched_plane_q <= plane_q;
        fetched_last_q  <= kt_q == '0;
        run_q           <= !a_last;
        if (!a_last) begin
          row_q    <= row_q - 16'd1;
          a_addr_q <= a_addr_q + a_row_q;
        end else begin
          row_q    <= rows_q;
          plane_q  <= !plane_q;
          a_addr_q <= a_base_d;
          a_base_q <= a_base_d;
          if (kt_q != '0) begin
            kt_q <= kt_q - 1'b1;
          end else begin
            kt_q    <= kt_last_q;
            nt_q    <= nt_q - 1'b1;
            tiles_q <= nt_q != '0;
          end
        end
      end

      valid_q <= fetched_q;
      if (fetched_q) begin
        wave_plane_q <= fetched_plane_q;
        wave_q       <= (qnt_q ? qnt_data_i : act_data_i) & (fetched_last_q ? mask_q : '1);
      end

      add_q <= bottom;
      if (bottom) begin
        add_ram_q  <= c_old && !near && !far;
        add_end_q  <= c_end;
        add_addr_q <= c_addr_q[AccAddrW-1:0];
        add_near_q <= c_old && near;
        add_far_q  <= c_old && !near && far;
        if (!c_last) begin
          c_left_q <= c_left_q - 16'd1;
          c_addr_q <= c_addr_q + c_row_q;
        end else begin
          c_left_q <= rows_q;
          c_addr_q <= c_base_d;
          c_base_q <= c_base_d;
          if (c_kt_q != '0) begin
            c_kt_q    <= c_kt_q - 1'b1;
            c_first_q <= 1'b0;
          end else begin
            c_kt_q    <= kt_last_q;
            c_nt_q    <= c_nt_q - 1'b1;
            c_first_q <= 1'b1;
          end
        end
      end

      write_q <= add_q;
      end_q   <= add_q && add_end_q;
      if (add_q) write_addr_q <= add_addr_q;
      if (end_q) active_q <= 1'b0;
    end
    // Last, so that no other register's enable depends on it.
    if (!rst_ni) begin
      active_q  <= 1'b0;
      door_q    <= 1'b0;
      load_q    <= 1'b0;
      run_q     <= 1'b0;
      tiles_q   <= 1'b0;
      fetched_q <= 1'b0;
      valid_q   <= 1'b0;
      add_q     <= 1'b0;
      write_q   <= 1'b0;
      end_q     <= 1'b0;
    end
  end
endmodule
