// Counts the cycles without progress and says when there were too many.
//
// bite_o is high two cycles after the limit_i-th consecutive cycle of enable_i
// without progress_i (0 means 1048576). restart_i begins anew with the next
// cycle, and no bite comes in that or the one after.
module systole_watchdog (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        enable_i,
    input  logic        restart_i,
    input  logic        progress_i,
    input  logic [31:0] limit_i,
    output logic        bite_o
);
  // What is far away is seen a cycle later; count_q is that cycle's number.
  logic fresh_q, bite_q;
  logic [31:0] count_q, limit_q;
  assign bite_o = bite_q;

  always_ff @(posedge clk_i) begin
    fresh_q <= !rst_ni || !enable_i || restart_i || progress_i;
    limit_q <= limit_i == 32'd0 ? 32'd1048576 : limit_i;
    count_q <= fresh_q ? 32'd1 : count_q + 32'd1;
    bite_q <= rst_ni && enable_i && !restart_i && !fresh_q && count_q >= limit_q;
  end
endmodule
