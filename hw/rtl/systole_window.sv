// The core's window to memory: an access of one word at base_i + addr_i, through
// the line of 64 bytes that was read last.
//
// A load of the line in hand is answered in the cycle after its request. Any
// other reads the line that it lies in, as one burst (of one beat of 128 bytes
// on such a bus), and is then answered as if it had been there; if a beat is an
// error, the load is. A store is one beat with strobes and ends with its
// response. A store, clear_i, and the load of another line give up the line in
// hand. Bursts are lines of 64 bytes or single beats at their own width, so none
// crosses 4 KiB.
//
// req_i and what goes with it are held until done_o (err_o and data_o count in its
// cycle). While rest_i is low (the machine has the memory bus) a request waits,
// unless the line in hand answers it.
//
// Time, in cycles after the first of the request in which rest_i is high: a load
// in hand 1; a line whose last beat comes L cycles after: L + 2, with an error
// L + 1; ARVALID is high from 1 on. A store whose response comes B cycles after:
// B + 1; AWVALID and WVALID are high from 1 on, each until its handshake.
// run_i low: whoever asked has gone. An access under way ends in silence, and the
// line is given up.
module systole_window #(
    parameter BusBytes = 16
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    input  logic                  run_i,
    input  logic                  rest_i,
    input  logic                  clear_i,
    input  logic [63:7]           base_i,
    input  logic                  req_i,
    input  logic                  we_i,
    input  logic [30:0]           addr_i,
    input  logic [31:0]           wdata_i,
    input  logic [3:0]            be_i,
    output logic                  done_o,
    output logic                  err_o,
    output logic [31:0]           data_o,
    output logic                  idle_o,        // nothing is under way
    // AXI4; size, burst and the rest are those of any full beat
    output logic                  arvalid_o,
    input  logic                  arready_i,
    output logic                  awvalid_o,
    input  logic                  awready_i,
    output logic [63:0]           axaddr_o,      // of either
    output logic [7:0]            arlen_o,       // AWLEN is 0
    input  logic                  rvalid_i,
    input  logic [8*BusBytes-1:0] rdata_i,
    input  logic [1:0]            rresp_i,
    output logic                  wvalid_o,
    input  logic                  wready_i,
    output logic [8*BusBytes-1:0] wdata_o,
    output logic [BusBytes-1:0]   wstrb_o,
    input  logic                  bvalid_i,
    input  logic [1:0]            bresp_i
);
  localparam Line = 64;
  localparam Beats = BusBytes < Line ? Line / BusBytes : 1;
  localparam BeatW = Beats > 1 ? $clog2(Beats) : 1;
  localparam Part = BusBytes < Line ? BusBytes : Line;  // of the line, from one beat
  localparam Offset = $clog2(BusBytes);

  localparam [2:0] Idle = 3'd0, Ar = 3'd1, Read = 3'd2, Write = 3'd3, Response = 3'd4;
  logic [2:0] state_q;
  logic awvalid_q, wvalid_q;
  logic [63:0] address, address_q;
  always_comb begin
    address = 'x;
    if (req_i) address = {base_i + {33'd0, addr_i[30:7]}, addr_i[6:0]};
  end
  assign idle_o = state_q == Idle;

  // The line in hand
  logic valid_q, hit, orphan_q;
  logic [63:6] tag_q;
  logic [BeatW-1:0] beat_q;
  logic bad_q, last;
  assign last = beat_q == BeatW'(Beats - 1);

  logic [8*Part-1:0] line_q[0:Beats-1];
  logic [8*Part-1:0] part;
  generate
    if (BusBytes > Line) begin : gen_half
      assign part = address_q[6] ? rdata_i[8*Line+:8*Line] : rdata_i[0+:8*Line];
    end else begin : gen_whole
      assign part = rdata_i;
    end
  endgenerate

  logic [31:0] word;
  always_comb begin
    hit = 1'b0;
    word = 'x;
    if (req_i) begin
      hit = valid_q && address[63:6] == tag_q;
      word = 32'(line_q[Beats > 1 ? BeatW'(address[5:0] >> $clog2(Part)) : '0] >>
                 {address[5:2] & 4'(Part / 4 - 1), 5'd0});
    end
  end

  // Answers
  logic done_q, err_q, fresh;
  logic [31:0] data_q, wdata_q;
  logic [3:0] be_q;
  assign done_o = done_q;
  assign err_o = err_q;
  assign data_o = data_q;
  assign fresh = req_i && !done_q && state_q == Idle;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Idle;
      awvalid_q <= 1'b0;
      wvalid_q <= 1'b0;
      valid_q <= 1'b0;
      done_q <= 1'b0;
    end else if (state_q != Idle || req_i || clear_i || done_q || (valid_q && !run_i)) begin
      done_q <= 1'b0;
      err_q <= 1'b0;
      case (state_q)
        Idle: begin
          orphan_q <= 1'b0;
          if (fresh && !we_i && hit) begin
            done_q <= 1'b1;
            data_q <= word;
          end else if (fresh && rest_i) begin
            state_q <= we_i ? Write : Ar;
            awvalid_q <= we_i;
            wvalid_q <= we_i;
            // The core may go while its store is on the way: its word is kept.
            wdata_q <= wdata_i;
            be_q <= be_i;
            valid_q <= 1'b0;
            address_q <= address;
            tag_q <= address[63:6];
            beat_q <= '0;
            bad_q <= 1'b0;
          end
        end
        Ar: if (arready_i) state_q <= Read;
        Read:
        if (rvalid_i) begin
          line_q[beat_q] <= part;
          beat_q <= beat_q + 1'b1;
          bad_q <= bad_q || rresp_i[1];
          if (last) begin
            state_q <= Idle;
            valid_q <= !bad_q && !rresp_i[1] && !orphan_q;
            done_q <= (bad_q || rresp_i[1]) && !orphan_q;
            err_q <= 1'b1;
          end
        end
        Write: begin
          if (awready_i) awvalid_q <= 1'b0;
          if (wready_i) wvalid_q <= 1'b0;
          if ((awready_i || !awvalid_q) && (wready_i || !wvalid_q)) state_q <= Response;
        end
        default:
        if (bvalid_i) begin
          state_q <= Idle;
          done_q <= !orphan_q;
          err_q <= bresp_i[1];
        end
      endcase
      if (clear_i || !run_i) valid_q <= 1'b0;
      if (!run_i) begin
        done_q <= 1'b0;
        if (state_q != Idle) orphan_q <= 1'b1;
      end
    end
  end

  assign arvalid_o = state_q == Ar;
  assign awvalid_o = awvalid_q;
  assign wvalid_o = wvalid_q;
  assign arlen_o = 8'(Beats - 1);
  assign axaddr_o = state_q == Ar && BusBytes < Line ? {address_q[63:6], 6'd0}
                                                     : {address_q[63:Offset], {Offset{1'b0}}};

  assign wdata_o = {BusBytes / 4{wdata_q}};
  generate
    if (BusBytes == 4) begin : gen_word
      assign wstrb_o = be_q;
    end else begin : gen_words
      assign wstrb_o = BusBytes'(be_q) << {address_q[Offset-1:2], 2'b00};
    end
  endgenerate

  logic unused;
  assign unused = ^{rresp_i[0], bresp_i[0], address_q[1:0]};
endmodule
