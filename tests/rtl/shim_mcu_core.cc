#include "tests/rtl/shim_mcu_core.h"

#include "Vblock.h"

namespace {
struct Block {
  VerilatedContext context;
  Vblock top{&context};
};
}  // namespace

double sc_time_stamp() { return 0; }

extern "C" void *mcu_open(void) { return new Block; }
extern "C" void mcu_close(void *block) { delete static_cast<Block *>(block); }

extern "C" void mcu_eval(void *block, const mcu_in *in, mcu_out *out) {
  Vblock &t = static_cast<Block *>(block)->top;
  t.clk_i = 0;
  t.rst_ni = in->rst_n;
  t.en_i = 1;
  t.i_rdata_i = in->i_rdata;
  t.t_rdata_i = in->t_rdata;
  t.d_done_i = in->d_done;
  t.d_rdata_i = in->d_rdata;
  t.d_err_i = in->d_err;
  t.irq_external_i = in->irq_external;
  t.irq_timer_i = in->irq_timer;
  t.eval();
  out->i_req = t.i_req_o;
  out->i_addr = t.i_addr_o;
  out->t_req = t.t_req_o;
  out->t_we = t.t_we_o;
  out->t_addr = t.t_addr_o;
  out->t_wdata = t.t_wdata_o;
  out->t_be = t.t_be_o;
  out->d_req = t.d_req_o;
  out->d_we = t.d_we_o;
  out->d_addr = t.d_addr_o;
  out->d_wdata = t.d_wdata_o;
  out->d_be = t.d_be_o;
  out->fence = t.fence_o;
  out->sleep = t.sleep_o;
  out->pc = t.pc_o;
  out->retire_valid = t.retire_valid_o;
  out->retire_pc = t.retire_pc_o;
  out->retire_instr = t.retire_instr_o;
  out->retire_rd = t.retire_rd_o;
  out->retire_value = t.retire_value_o;
  out->retire_trap = t.retire_trap_o;
  out->retire_cause = t.retire_cause_o;
}

extern "C" void mcu_clock(void *block) {
  Vblock &t = static_cast<Block *>(block)->top;
  t.clk_i = 1;
  t.eval();
}
