#include <cstring>

#include "Vblock.h"

extern "C" {
#include "tests/rtl/shim_st.h"
}

namespace {
struct Block {
  VerilatedContext context;
  Vblock top{&context};
  unsigned dim, bus;
};
}  // namespace

double sc_time_stamp() { return 0; }

extern "C" void *st_open(unsigned dim, unsigned bus) {
  auto *b = new Block;
  b->dim = dim;
  b->bus = bus;
  return b;
}

extern "C" void st_close(void *block) { delete static_cast<Block *>(block); }

extern "C" void st_eval(void *block, st_pins *p) {
  auto *b = static_cast<Block *>(block);
  Vblock &t = b->top;
  t.clk_i = 0;
  t.rst_ni = p->rst_n;
  t.start_i = p->start;
  std::memcpy(&t.desc_i, p->desc, sizeof p->desc);
  t.addr_i = p->addr;
  t.status_valid_i = p->status_valid;
  t.status_addr_i = p->status_addr;
  t.status_beats_i = p->status_beats;
  t.status_dat_valid_i = p->status_dat_valid;
  std::memcpy(&t.status_data_i, p->status_data, b->bus);
  t.fill_we_i = p->fill_we;
  t.fill_space_i = p->fill_space;
  t.fill_addr_i = p->fill_addr;
  if (p->fill_we) std::memcpy(&t.fill_data_i, p->fill_data, 4 * b->dim);
  t.m_axi_awready_i = p->awready;
  t.m_axi_wready_i = p->wready;
  t.m_axi_bvalid_i = p->bvalid;
  t.m_axi_bresp_i = p->bresp;
  t.m_axi_bid_i = 0;
  t.eval();
  p->ready = t.ready_o;
  p->done = t.done_o;
  p->cause = t.cause_o;
  p->detail = t.detail_o;
  p->active = t.active_o;
  p->stall = t.stall_o;
  p->status_ready = t.status_ready_o;
  p->status_rsp = t.status_rsp_o;
  p->idle = t.idle_o;
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

extern "C" void st_clock(void *block) {
  auto *b = static_cast<Block *>(block);
  b->top.clk_i = 1;
  b->top.eval();
  b->top.clk_i = 0;
}
