#include "tests/rtl/shim_wgt_ram.h"

#include <cstring>
#include <memory>

#include "Vblock.h"
#include "verilated.h"

struct systole_shim_wgt_ram {
  std::unique_ptr<VerilatedContext> context{new VerilatedContext};
  std::unique_ptr<Vblock> top{new Vblock{context.get()}};
};

systole_shim_wgt_ram *systole_shim_wgt_ram_create(void) {
  auto *shim = new systole_shim_wgt_ram;
  shim->top->eval();
  return shim;
}

void systole_shim_wgt_ram_destroy(systole_shim_wgt_ram *shim) {
  shim->top->final();
  delete shim;
}

void systole_shim_wgt_ram_clock(systole_shim_wgt_ram *shim, systole_shim_wgt_ram_pins *pins) {
  Vblock &top = *shim->top;
  top.we_i = pins->we;
  top.re_i = pins->re;
  std::memcpy(&top.waddr_i, &pins->waddr, sizeof top.waddr_i);
  std::memcpy(&top.raddr_i, &pins->raddr, sizeof top.raddr_i);
  std::memcpy(&top.wdata_i, pins->wdata, sizeof top.wdata_i);
  top.clk_i = 1;
  top.eval();
  top.clk_i = 0;
  top.eval();
  std::memcpy(pins->rdata, &top.rdata_o, sizeof top.rdata_o);
}
