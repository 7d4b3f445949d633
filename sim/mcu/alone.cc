// The Verilated core alone behind sim/mcu/alone.h: clocks it and tells what the
// retire port says. Every output is looked at after a rising edge, so it is that of
// the cycle that begins; the retire port's is that of the cycle before.
#include <cstring>
#include <memory>

#include "Vmcu.h"
#include "Vmcu___024root.h"
#include "verilated.h"

extern "C" {
#include "sim/mcu/alone.h"
}

namespace {

constexpr unsigned kEcall = 11, kExit = 93;

struct Alone {
  VerilatedContext context;
  std::unique_ptr<Vmcu> top = std::make_unique<Vmcu>(&context, "mcu");
  uint32_t x[32] = {};  // as the retire port tells

  void clock() {
    top->clk_i = 0;
    top->eval();
    top->clk_i = 1;
    top->eval();
  }

  void start(const uint8_t *image, size_t bytes) {
    auto &memory = top->rootp->systole_mcu_alone__DOT__mem_q;
    std::memset(&memory[0], 0, SYSTOLE_MCU_ALONE_BYTES);
    std::memcpy(&memory[0], image, bytes);
    top->rst_ni = 0;
    clock();
    clock();
    top->rst_ni = 1;
  }

  systole_mcu_retired retired(uint64_t cycle) const {
    return {cycle, top->retire_pc_o, top->retire_instr_o, top->retire_value_o, top->retire_rd_o,
            top->retire_trap_o != 0, top->retire_cause_o};
  }
};

systole_status run(const uint8_t *image, size_t bytes, uint64_t max_cycles, systole_mcu_retired_fn retired, void *user,
                   systole_mcu_alone_result *result, systole_error *) {
  auto alone = std::make_unique<Alone>();
  Vmcu *top = alone->top.get();
  *result = {};
  alone->start(image, bytes);
  for (uint64_t cycle = 0; cycle < max_cycles; cycle++) {
    alone->clock();
    if (!top->retire_valid_o) continue;
    const systole_mcu_retired r = alone->retired(cycle);
    if (retired) retired(user, &r);
    alone->x[r.rd] = r.value;
    if (r.trap && r.cause == kEcall && alone->x[17] == kExit) {
      *result = {true, alone->x[10], cycle + 1, r.pc, false};
      return SYSTOLE_OK;
    }
  }
  result->cycles = max_cycles;
  result->pc = top->pc_o;
  result->asleep = top->sleep_o;
  return SYSTOLE_OK;
}

const systole_mcu_alone_api api = {SYSTOLE_MCU_ALONE_ABI, "rtl", run};

}  // namespace

extern "C" __attribute__((visibility("default"))) const systole_mcu_alone_api *systole_mcu_alone_rtl(void) {
  return &api;
}
