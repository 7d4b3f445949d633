#include <cstring>

#include "Vblock.h"

extern "C" {
#include "tests/rtl/shim_window.h"
}

namespace {
struct Block {
  VerilatedContext context;
  Vblock top{&context};
  unsigned bus;
};
}  // namespace

double sc_time_stamp() { return 0; }

extern "C" void *window_open(unsigned bus) {
  auto *b = new Block;
  b->bus = bus;
  return b;
}

extern "C" void window_close(void *block) { delete static_cast<Block *>(block); }

extern "C" void window_eval(void *block, window_pins *p) {
  auto *b = static_cast<Block *>(block);
  Vblock &t = b->top;
  t.clk_i = 0;
  t.rst_ni = p->rst_n;
  t.run_i = p->run;
  t.rest_i = p->rest;
  t.clear_i = p->clear;
  t.base_i = p->base >> 7;
  t.req_i = p->req;
  t.we_i = p->we;
  t.addr_i = p->addr;
  t.wdata_i = p->wdata;
  t.be_i = p->be;
  t.arready_i = p->arready;
  t.awready_i = p->awready;
  t.rvalid_i = p->rvalid;
  t.rresp_i = p->rresp;
  t.wready_i = p->wready;
  t.bvalid_i = p->bvalid;
  t.bresp_i = p->bresp;
  std::memcpy(&t.rdata_i, p->rdata, b->bus);
  t.eval();
  p->done = t.done_o;
  p->err = t.err_o;
  p->idle = t.idle_o;
  p->data = t.data_o;
  p->arvalid = t.arvalid_o;
  p->awvalid = t.awvalid_o;
  p->axaddr = t.axaddr_o;
  p->arlen = t.arlen_o;
  p->wvalid = t.wvalid_o;
  std::memcpy(p->beat, &t.wdata_o, b->bus);
  p->wstrb[0] = p->wstrb[1] = 0;
  std::memcpy(p->wstrb, &t.wstrb_o, b->bus / 8 ? b->bus / 8 : 1);
}

extern "C" void window_clock(void *block) {
  auto *b = static_cast<Block *>(block);
  b->top.clk_i = 1;
  b->top.eval();
  b->top.clk_i = 0;
}
