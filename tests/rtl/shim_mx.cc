#include "tests/rtl/shim_mx.h"

#include <cstring>
#include <memory>

#include "Vblock.h"
#include "hw/isa/isa.h"
#include "verilated.h"

struct systole_shim_mx {
  std::unique_ptr<VerilatedContext> context{new VerilatedContext};
  std::unique_ptr<Vblock> top{new Vblock{context.get()}};

  // One whole cycle; outputs that depend on registers alone are those of the
  // next cycle afterwards.
  void tick() {
    top->clk_i = 1;
    top->eval();
    top->clk_i = 0;
    top->eval();
  }
};

systole_shim_mx *systole_shim_mx_create(void) {
  auto *shim = new systole_shim_mx;
  Vblock &top = *shim->top;
  top.rst_ni = 0;
  top.clk_i = 0;
  top.eval();
  shim->tick();
  shim->tick();
  top.rst_ni = 1;
  shim->tick();
  return shim;
}

void systole_shim_mx_destroy(systole_shim_mx *shim) {
  shim->top->final();
  delete shim;
}

void systole_shim_mx_write(systole_shim_mx *shim, unsigned space, uint32_t word, const void *data,
                           unsigned bytes) {
  Vblock &top = *shim->top;
  top.act_we_i = space == SYSTOLE_SPACE_ACT;
  top.qnt_we_i = space == SYSTOLE_SPACE_QNT;
  top.wgt_we_i = space == SYSTOLE_SPACE_WGT;
  top.waddr_i = static_cast<uint16_t>(word);
  std::memcpy(&top.wdata_i, data, bytes);
  shim->tick();
  top.act_we_i = top.qnt_we_i = top.wgt_we_i = 0;
}

void systole_shim_mx_read(systole_shim_mx *shim, uint32_t word, int32_t *lanes, unsigned count) {
  Vblock &top = *shim->top;
  top.acc_re_i = 1;
  top.acc_raddr_i = static_cast<uint16_t>(word);
  shim->tick();
  top.acc_re_i = 0;
  std::memcpy(lanes, &top.acc_rdata_o, count * sizeof *lanes);
}

systole_shim_mx_run_result systole_shim_mx_run(systole_shim_mx *shim, const uint32_t line[16],
                                               uint64_t limit) {
  Vblock &top = *shim->top;
  systole_shim_mx_run_result result = {};
  result.active_wrong = top.active_o || !top.ready_o;
  std::memcpy(&top.desc_i, line, 64);
  top.start_i = 1;
  shim->tick();
  top.start_i = 0;
  for (result.cycles = 1; result.cycles < limit; result.cycles++) {
    result.ready_early |= top.ready_o;
    result.active_wrong |= !top.active_o;
    result.writes += top.writing_o;
    if (top.done_o) {
      result.cause = top.cause_o;
      result.wrote_at_done = top.writing_o;
      break;
    }
    shim->tick();
  }
  shim->tick();
  result.active_wrong |= top.active_o || !top.ready_o || top.done_o || top.writing_o;
  return result;
}
