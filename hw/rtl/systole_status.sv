// Writes the status record: the words that the registers from 0x200 on show,
// STATUS_BYTES of them, to the start of a segment, as bursts of 128 bytes and
// a last one of what is left. A segment starts at a multiple of 128, so no
// burst crosses 4 KiB.
//
// start_i begins, with base_i; done_o pulses in the cycle after the last response, error_o with it
// if one was an error, and error_addr_o the low half of the address of the first
// burst that was. Words are read through word_o and re_o, their value in
// word_i two cycles later. The write client: see systole_axi_wr. A beat takes as
// many cycles as it has words (words beyond the record read 0 and are not
// strobed), then come the bursts and their responses.
`include "systole_isa.svh"
module systole_status #(
    parameter BusBytes = 16
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    input  logic                  start_i,
    input  logic [63:0]           base_i,
    output logic                  done_o,
    output logic                  error_o,
    output logic [31:0]           error_addr_o,
    output logic                  re_o,
    output logic [6:0]            word_o,
    input  logic [31:0]           word_i,
    output logic                  req_o,
    input  logic                  gnt_i,
    output logic [63:0]           addr_o,
    output logic [6:0]            beats_o,
    output logic                  dat_valid_o,
    output logic [8*BusBytes-1:0] dat_o,
    output logic [BusBytes-1:0]   strb_o,
    input  logic                  rsp_valid_i,
    input  logic                  rsp_error_i,
    input  logic [31:0]           rsp_addr_i
);
  localparam Words = BusBytes / 4;  // of a beat, at most 32
  localparam Record = `SYS_STATUS_BYTES / 4;
  localparam Beats = (Record + Words - 1) / Words;
  localparam [6:0] LastWord = 7'(Beats * Words - 1);
  localparam [1:0] LastBurst = LastWord[6:5];
  localparam Burst = 32 / Words;
  localparam [6:0] LastBeats = 7'((Beats - 1) % Burst + 1);
  localparam Strobed = BusBytes - (4 * Words * Beats - `SYS_STATUS_BYTES);  // bytes of the last beat

  logic busy_q, done_q, req_q, read_q, sent_q, got_q, send_q, last_q, error_q;
  logic [6:0] word_q, sent_word_q, got_word_q;
  logic [63:7] addr_q;  // of the burst
  logic [1:0] responses_q;
  logic [31:0] error_addr_q;
  logic [8*BusBytes-1:0] beat_q;

  assign re_o = read_q;
  assign word_o = word_q;
  assign req_o = req_q;
  assign addr_o = {addr_q, 7'd0};
  assign beats_o = word_q[6:5] == LastBurst ? LastBeats : 7'(Burst);
  assign dat_valid_o = send_q;
  assign dat_o = beat_q;
  assign done_o = done_q;
  assign error_o = error_q;
  assign error_addr_o = error_addr_q;
  generate
    if (Strobed == BusBytes) begin : gen_whole
      assign strb_o = {BusBytes{1'b1}};
    end else begin : gen_part
      assign strb_o = {{(BusBytes - Strobed) {!last_q}}, {Strobed{1'b1}}};
    end
  endgenerate

  // Whether a word is the last of its beat.
  function automatic last_of_beat(input [6:0] word);
    last_of_beat = (word & (Words[6:0] - 7'd1)) == Words[6:0] - 7'd1;
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q <= 1'b0;
      done_q <= 1'b0;
      req_q <= 1'b0;
      read_q <= 1'b0;
      sent_q <= 1'b0;
      got_q <= 1'b0;
      send_q <= 1'b0;
    end else if (start_i) begin
      busy_q <= 1'b1;
      done_q <= 1'b0;
      req_q <= 1'b1;
      word_q <= 7'd0;
      addr_q <= base_i[63:7];
      responses_q <= 2'd0;
      error_q <= 1'b0;
    end else if (busy_q) begin
      done_q <= 1'b0;
      if (done_q) busy_q <= 1'b0;
      if (req_q && gnt_i) begin
        req_q <= 1'b0;
        read_q <= 1'b1;
      end
      if (read_q) begin
        word_q <= word_q + 7'd1;
        if (word_q == LastWord) read_q <= 1'b0;
        else if (word_q[4:0] == 5'd31) begin
          read_q <= 1'b0;
          req_q <= 1'b1;
          addr_q <= addr_q + 57'd1;
        end
      end
      sent_q <= read_q;
      sent_word_q <= word_q;
      got_q <= sent_q;
      got_word_q <= sent_word_q;
      send_q <= got_q && last_of_beat(got_word_q);
      last_q <= got_word_q == LastWord;
      if (rsp_valid_i) begin
        responses_q <= responses_q + 2'd1;
        if (rsp_error_i) error_q <= 1'b1;
        if (!error_q) error_addr_q <= rsp_addr_i;
        done_q <= responses_q == LastBurst;
      end
    end
  end

  generate
    if (Words == 1) begin : gen_one
      always_ff @(posedge clk_i) if (got_q) beat_q <= word_i;
    end else begin : gen_some
      always_ff @(posedge clk_i) if (got_q) beat_q <= {word_i, beat_q[8*BusBytes-1:32]};
    end
  endgenerate

  logic unused;
  assign unused = ^{base_i[6:0], last_q};
endmodule
