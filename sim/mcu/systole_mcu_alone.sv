// The controller's core for `systole mcu`: TCM and timer, and nothing else. Every
// other address is refused. For simulation alone.
//
// The timer has its place and meaning among the core's local registers
// (hw/isa/core.def). It answers in the request's first cycle; what is written
// counts from the next cycle on. MTIME is 0 in the first cycle out of reset.
`include "systole_isa.svh"
module systole_mcu_alone #(
    parameter TcmBytes = 4194304
) (
    input  logic        clk_i,
    input  logic        rst_ni,
    output logic        sleep_o,
    output logic [31:0] pc_o,
    output logic        retire_valid_o,
    output logic [31:0] retire_pc_o,
    output logic [31:0] retire_instr_o,
    output logic [4:0]  retire_rd_o,
    output logic [31:0] retire_value_o,
    output logic        retire_trap_o,
    output logic [4:0]  retire_cause_o
);
  localparam WordBits = $clog2(TcmBytes) - 2;

  logic i_req, t_req, t_we, d_req, d_we, irq_timer, known;
  logic [31:0] i_rdata_q, t_wdata, t_rdata_q, d_addr, d_wdata, d_rdata;
  /* verilator lint_off UNUSED */  // there is no memory outside the TCM, and nothing for FENCE to empty
  logic [31:0] i_addr, t_addr;
  logic fence;
  /* verilator lint_on UNUSED */
  logic [3:0] t_be, d_be;
  systole_mcu_core #(
      .TcmBytes(TcmBytes)
  ) core (
      .clk_i         (clk_i),
      .rst_ni        (rst_ni),
      .en_i          (1'b1),
      .i_req_o       (i_req),
      .i_addr_o      (i_addr),
      .i_rdata_i     (i_rdata_q),
      .t_req_o       (t_req),
      .t_we_o        (t_we),
      .t_addr_o      (t_addr),
      .t_wdata_o     (t_wdata),
      .t_be_o        (t_be),
      .t_rdata_i     (t_rdata_q),
      .d_req_o       (d_req),
      .d_we_o        (d_we),
      .d_addr_o      (d_addr),
      .d_wdata_o     (d_wdata),
      .d_be_o        (d_be),
      .d_done_i      (d_req),
      .d_rdata_i     (d_rdata),
      .d_err_i       (!known),
      .fence_o       (fence),
      .irq_external_i(1'b0),
      .irq_timer_i   (irq_timer),
      .sleep_o       (sleep_o),
      .pc_o          (pc_o),
      .retire_valid_o(retire_valid_o),
      .retire_pc_o   (retire_pc_o),
      .retire_instr_o(retire_instr_o),
      .retire_rd_o   (retire_rd_o),
      .retire_value_o(retire_value_o),
      .retire_trap_o (retire_trap_o),
      .retire_cause_o(retire_cause_o)
  );

  // The shim writes the image here.
  logic [31:0] mem_q[0:TcmBytes/4-1]  /*verilator public_flat_rw*/;
  logic [31:0] mask;
  assign mask = {{8{t_be[3]}}, {8{t_be[2]}}, {8{t_be[1]}}, {8{t_be[0]}}};
  always_ff @(posedge clk_i) begin
    if (i_req) i_rdata_q <= mem_q[i_addr[2+:WordBits]];
    if (t_req && !t_we) t_rdata_q <= mem_q[t_addr[2+:WordBits]];
    if (t_req && t_we)
      mem_q[t_addr[2+:WordBits]] <= (mem_q[t_addr[2+:WordBits]] & ~mask) | (t_wdata & mask);
  end

  logic [63:0] time_q, compare_q;
  assign irq_timer = time_q >= compare_q;
  always_comb begin
    known = 1'b0;
    d_rdata = 32'd0;
    if (d_req) begin
      known = d_be == 4'b1111;
      case (d_addr - `SYS_CORE_LOCAL)
        `SYS_CORE_REG_MTIME_LO: d_rdata = time_q[31:0];
        `SYS_CORE_REG_MTIME_HI: d_rdata = time_q[63:32];
        `SYS_CORE_REG_MTIMECMP_LO: d_rdata = compare_q[31:0];
        `SYS_CORE_REG_MTIMECMP_HI: d_rdata = compare_q[63:32];
        default: known = 1'b0;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      time_q <= 64'd0;
      compare_q <= '1;
    end else begin
      time_q <= time_q + 64'd1;
      if (d_req && d_we && known) begin
        if (d_addr == `SYS_CORE_LOCAL + `SYS_CORE_REG_MTIMECMP_LO) compare_q[31:0] <= d_wdata;
        if (d_addr == `SYS_CORE_LOCAL + `SYS_CORE_REG_MTIMECMP_HI) compare_q[63:32] <= d_wdata;
      end
    end
  end
endmodule
