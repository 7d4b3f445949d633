#include <cstring>

#include "Vblock.h"

extern "C" {
#include "tests/rtl/shim_status.h"
}

namespace {
struct Block {
  VerilatedContext context;
  Vblock top{&context};
  unsigned bus;
};
}  // namespace

double sc_time_stamp() { return 0; }

extern "C" void *status_open(unsigned bus) {
  auto *b = new Block;
  b->bus = bus;
  return b;
}

extern "C" void status_close(void *block) { delete static_cast<Block *>(block); }

extern "C" void status_eval(void *block, status_pins *p) {
  auto *b = static_cast<Block *>(block);
  Vblock &t = b->top;
  t.clk_i = 0;
  t.rst_ni = p->rst_n;
  t.start_i = p->start;
  t.base_i = p->base;
  t.word_i = p->word_data;
  t.m_axi_awready_i = p->awready;
  t.m_axi_wready_i = p->wready;
  t.m_axi_bvalid_i = p->bvalid;
  t.m_axi_bresp_i = p->bresp;
  t.m_axi_bid_i = 0;
  t.eval();
  p->done = t.done_o;
  p->error = t.error_o;
  p->error_addr = t.error_addr_o;
  p->re = t.re_o;
  p->word = t.word_o;
  p->awvalid = t.m_axi_awvalid_o;
  p->awaddr = t.m_axi_awaddr_o;
  p->awlen = t.m_axi_awlen_o;
  p->awsize = t.m_axi_awsize_o;
  p->awburst = t.m_axi_awburst_o;
  p->awrest = t.m_axi_awid_o | t.m_axi_awlock_o << 1 | t.m_axi_awcache_o << 2 |
              t.m_axi_awprot_o << 6 | t.m_axi_awqos_o << 9;
  p->wvalid = t.m_axi_wvalid_o;
  p->wlast = t.m_axi_wlast_o;
  p->bready = t.m_axi_bready_o;
  std::memcpy(p->wdata, &t.m_axi_wdata_o, b->bus);
  p->wstrb[0] = p->wstrb[1] = 0;
  std::memcpy(p->wstrb, &t.m_axi_wstrb_o, b->bus / 8 ? b->bus / 8 : 1);
}

extern "C" void status_clock(void *block) {
  auto *b = static_cast<Block *>(block);
  b->top.clk_i = 1;
  b->top.eval();
  b->top.clk_i = 0;
}
