#include "tests/rtl/shim_fp.h"

#include <cstring>
#include <memory>

#include "Vblock.h"
#include "verilated.h"

struct systole_shim_fp {
  std::unique_ptr<VerilatedContext> context{new VerilatedContext};
  std::unique_ptr<Vblock> top{new Vblock{context.get()}};

  void tick() {
    top->clk_i = 0;
    top->eval();
    top->clk_i = 1;
    top->eval();
  }
};

systole_shim_fp *systole_shim_fp_create(void) {
  auto *shim = new systole_shim_fp;
  shim->top->rst_ni = 0;
  shim->top->valid_i = 0;
  shim->tick();
  shim->tick();
  shim->top->rst_ni = 1;
  return shim;
}

void systole_shim_fp_destroy(systole_shim_fp *shim) {
  shim->top->final();
  delete shim;
}

void systole_shim_fp_cycle(systole_shim_fp *shim, bool valid, unsigned func, const uint32_t *a,
                           const uint32_t *b, unsigned lanes) {
  Vblock &top = *shim->top;
  top.valid_i = valid;
  top.func_i = static_cast<uint8_t>(func);
  std::memcpy(&top.a_i, a, 4 * lanes);
  std::memcpy(&top.b_i, b, 4 * lanes);
  shim->tick();
}

bool systole_shim_fp_valid(const systole_shim_fp *shim, unsigned unit) {
  return shim->top->valid_o >> unit & 1;
}

uint32_t systole_shim_fp_result(const systole_shim_fp *shim, unsigned unit, unsigned lane) {
  const Vblock &top = *shim->top;
  const void *port = unit == SYSTOLE_SHIM_FP_ADD        ? static_cast<const void *>(&top.add_o)
                     : unit == SYSTOLE_SHIM_FP_MUL      ? static_cast<const void *>(&top.mul_o)
                     : unit == SYSTOLE_SHIM_FP_FROM_INT ? static_cast<const void *>(&top.from_int_o)
                     : unit == SYSTOLE_SHIM_FP_QUANTISE ? static_cast<const void *>(&top.quantise_o)
                                                        : static_cast<const void *>(&top.func_o);
  if (unit == SYSTOLE_SHIM_FP_QUANTISE) {
    int8_t value;
    std::memcpy(&value, static_cast<const char *>(port) + lane, 1);
    return static_cast<uint32_t>(static_cast<int32_t>(value));
  }
  uint32_t value;
  std::memcpy(&value, static_cast<const char *>(port) + 4 * lane, 4);
  return value;
}
