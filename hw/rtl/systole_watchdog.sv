// Counts the cycles without progress and says when there were too many.
//
// bite_o is high in the limit_i-th consecutive cycle of enable_i without
// progress_i (0 means 1048576), and stays until there is progress or
// restart_i, which begins anew.
module systole_watchdog (
    input  logic        clk_i,
    input  logic        rst_ni,
    input  logic        enable_i,
    input  logic        restart_i,
    input  logic        progress_i,
    input  logic [31:0] limit_i,
    output logic        bite_o
);
  logic [31:0] count_q;
  logic [31:0] limit;
  assign limit = limit_i == 32'd0 ? 32'd1048576 : limit_i;
  assign bite_o = enable_i && !progress_i && count_q >= limit - 32'd1;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || restart_i || progress_i || !enable_i) count_q <= 32'd0;
    else if (!bite_o) count_q <= count_q + 32'd1;
  end
endmodule
