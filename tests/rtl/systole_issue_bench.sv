// Four queues, the semaphores between them and the watchdog, as systole_top
// joins them; the engines and the sequencer are the test's. A line is short
// here: wait and raise nibbles are its bits 16..47, the rest repeats its index.
module systole_issue_bench #(
    parameter Depth    = 16,
    parameter InFlight = 2
) (
    input  logic         clk_i,
    input  logic         rst_ni,
    input  logic         clear_i,
    input  logic [3:0]   offer_i,
    input  logic [3:0]   part_i,          // as systole_issue's, or all of the last three together
    input  logic [3:0]   push_i,
    input  logic [31:0]  push_nibbles_i,
    input  logic [31:0]  push_index_i,
    input  logic [3:0]   ready_i,
    input  logic [3:0]   done_i,
    input  logic [3:0]   active_i,
    input  logic [3:0]   stall_i,
    input  logic [63:0]  cycle_i,
    input  logic         enable_i,
    input  logic         restart_i,
    input  logic [31:0]  limit_i,
    output logic [3:0]   full_o,
    output logic [3:0]   start_o,
    output logic [127:0] desc_index_o,  // the copy of the index in the descriptor
    output logic [255:0] addr_o,        // and those made from it: addr is index + 1, index_addr
    output logic [255:0] index_addr_o,  // index + 2
    output logic [127:0] index_o,
    output logic [255:0] start_cycle_o,
    output logic [3:0]   blocked_o,
    output logic [3:0]   empty_o,
    output logic [7:0]   state_o,
    output logic [15:0]  waits_for_o,
    output logic [31:0]  queued_o,
    output logic [127:0] at_o,
    output logic [127:0] count_o,
    output logic [3:0]   overflow_o,
    output logic         bite_o
);
  logic [63:0] take, raise;
  logic [127:0] part;
  assign part = part_i[0] ? {{2{push_index_i}}, 16'd0, push_nibbles_i, 16'd0} : {4{push_index_i}};

  genvar e;
  generate
    for (e = 0; e < 4; e = e + 1) begin : gen_engine
      logic [511:0] out;
      systole_issue #(
          .Depth(Depth),
          .InFlight(InFlight),
          .Addresses(e == 0 ? 2 : e == 3 ? 1 : 0)
      ) i_issue (
          .clk_i, .rst_ni, .clear_i,
          .offer_i(offer_i[e]), .part_i, .offer_part_i(part), .push_i(push_i[e]), .push_index_i,
          .push_addr_i({32'd0, push_index_i} + 64'd1), .push_index_addr_i({32'd0, push_index_i} + 64'd2),
          .full_o(full_o[e]),
          .count_i({count_o[96+8*e+:8], count_o[64+8*e+:8], count_o[32+8*e+:8], count_o[8*e+:8]}),
          .ready_i(ready_i[e]), .done_i(done_i[e]), .active_i(active_i[e]), .stall_i(stall_i[e]),
          .start_o(start_o[e]), .desc_o(out), .addr_o(addr_o[64*e+:64]),
          .index_addr_o(index_addr_o[64*e+:64]),
          .take_o(take[16*e+:16]), .raise_o(raise[16*e+:16]), .index_o(index_o[32*e+:32]),
          .start_cycle_o(start_cycle_o[64*e+:64]), .cycle_i,
          .blocked_o(blocked_o[e]), .empty_o(empty_o[e]), .state_o(state_o[2*e+:2]),
          .waits_for_o(waits_for_o[4*e+:4]), .queued_o(queued_o[8*e+:8]), .at_o(at_o[32*e+:32])
      );
      assign desc_index_o[32*e+:32] = out[511:480];
    end
  endgenerate

  systole_sem i_sem (
      .clk_i, .rst_ni, .clear_i, .raising_i(done_i), .raise_i(raise), .taking_i(start_o),
      .take_i(take), .count_o, .overflow_o
  );

  systole_watchdog i_watchdog (
      .clk_i, .rst_ni, .enable_i, .restart_i,
      .progress_i(push_i != 4'd0 || start_o != 4'd0 || done_i != 4'd0), .limit_i, .bite_o
  );
endmodule
