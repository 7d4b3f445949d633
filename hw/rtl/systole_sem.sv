// The twelve semaphores: counter e -> f for engines e != f, 0..255.
//
// raise_i[16*e + 4*f +: 4] is added when engine e ends an instruction (raising
// bit e); take_i[16*f + 4*e +: 4] is taken from e -> f when engine f starts one
// (taking bit f). Both may hit one counter in the same cycle. A counter that
// would pass 255 stays there, and overflow_o[e] is high in the cycle after the
// raise. count_o[8*(4*e + f) +: 8] shows e -> f, one cycle after the change.
// clear_i sets all to zero and wins. No handshake: issue takes only what is there.
module systole_sem (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         clear_i,
    input  logic [3:0]   raising_i,
    input  logic [63:0]  raise_i,
    input  logic [3:0]   taking_i,
    input  logic [63:0]  take_i,
    output logic [127:0] count_o,
    output logic [3:0]   overflow_o
);
  genvar e, f;
  generate
    for (e = 0; e < 4; e = e + 1) begin : gen_from
      logic [3:0] over;
      for (f = 0; f < 4; f = f + 1) begin : gen_to
        if (e == f) begin : gen_self
          assign count_o[8*(4*e+f)+:8] = 8'd0;
          assign over[f] = 1'b0;
        end else begin : gen_other
          // A sum above 255 is seen, and counts as 255, when it is in its register.
          // Whether it is taken from is known last and only chooses.
          logic [8:0] sum_q, raised, taken;
          logic [7:0] count;
          assign count = sum_q[7:0] | {8{sum_q[8]}};
          assign raised = {1'b0, count} + (raising_i[e] ? {5'd0, raise_i[16*e+4*f+:4]} : 9'd0);
          assign taken = raised - {5'd0, take_i[16*f+4*e+:4]};
          always_ff @(posedge clk_i) begin
            if (!rst_ni || clear_i) sum_q <= 9'd0;
            else sum_q <= taking_i[f] ? taken : raised;
          end
          assign count_o[8*(4*e+f)+:8] = count;
          assign over[f] = sum_q[8];
        end
      end
      assign overflow_o[e] = |over;
    end
  endgenerate

  // The nibbles of an engine for itself are zero, or the line was illegal.
  logic unused;
  assign unused = ^{raise_i[3:0], raise_i[23:20], raise_i[43:40], raise_i[63:60],
                    take_i[3:0], take_i[23:20], take_i[43:40], take_i[63:60]};
endmodule
