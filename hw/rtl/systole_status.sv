// Writes the status record: the 64 words that the registers 0x200..0x2FF show,
// to the first 256 bytes of a segment, as two bursts of 128 bytes.
//
// start_i begins; done_o pulses when both responses have come, error_o with it
// if one was an error. Words are read through word_o and re_o, their value in
// word_i one cycle later. The write client: see systole_axi_wr. A beat takes as
// many cycles as it has words, and two bursts and their responses.
module systole_status #(
    parameter BusBytes = 16
) (
    input  logic                  clk_i,
    input  logic                  rst_ni,
    input  logic                  start_i,
    input  logic [63:0]           base_i,
    output logic                  done_o,
    output logic                  error_o,
    output logic                  re_o,
    output logic [5:0]            word_o,
    input  logic [31:0]           word_i,
    output logic                  req_o,
    input  logic                  gnt_i,
    output logic [63:0]           addr_o,
    output logic [6:0]            beats_o,
    output logic                  dat_valid_o,
    output logic [8*BusBytes-1:0] dat_o,
    output logic [BusBytes-1:0]   strb_o,
    input  logic                  rsp_valid_i,
    input  logic                  rsp_error_i
);
  localparam Words = BusBytes / 4;  // of a beat
  localparam WordL = $clog2(Words);

  logic busy_q, req_q, read_q, got_q, send_q, error_q;
  logic [5:0] word_q, got_word_q;
  logic [1:0] responses_q;
  logic [8*BusBytes-1:0] beat_q;

  assign re_o = read_q;
  assign word_o = word_q;
  assign req_o = req_q;
  assign addr_o = {base_i[63:8], base_i[7] ^ word_q[5], 7'd0} +
                  {55'd0, base_i[7] && word_q[5], 8'd0};
  assign beats_o = 7'd32 >> WordL;
  assign dat_valid_o = send_q;
  assign dat_o = beat_q;
  assign strb_o = {BusBytes{1'b1}};
  assign done_o = busy_q && rsp_valid_i && responses_q == 2'd1;
  assign error_o = error_q || rsp_error_i;

  // Whether a word is the last of its beat.
  function automatic last_of_beat(input [5:0] word);
    last_of_beat = (word & (Words[5:0] - 6'd1)) == Words[5:0] - 6'd1;
  endfunction

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q <= 1'b0;
      req_q <= 1'b0;
      read_q <= 1'b0;
      got_q <= 1'b0;
      send_q <= 1'b0;
    end else if (start_i) begin
      busy_q <= 1'b1;
      req_q <= 1'b1;
      word_q <= 6'd0;
      responses_q <= 2'd0;
      error_q <= 1'b0;
    end else if (busy_q) begin
      if (req_q && gnt_i) begin
        req_q <= 1'b0;
        read_q <= 1'b1;
      end
      if (read_q) begin
        word_q <= word_q + 6'd1;
        if (word_q[4:0] == 5'd31) begin
          read_q <= 1'b0;
          req_q <= !word_q[5];
        end
      end
      got_q <= read_q;
      got_word_q <= word_q;
      send_q <= got_q && last_of_beat(got_word_q);
      if (rsp_valid_i) begin
        responses_q <= responses_q + 2'd1;
        if (rsp_error_i) error_q <= 1'b1;
        if (done_o) busy_q <= 1'b0;
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
  assign unused = ^base_i[6:0];
endmodule
