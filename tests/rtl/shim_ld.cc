#include <cstring>

#include "Vblock.h"

extern "C" {
#include "tests/rtl/shim_ld.h"
}

namespace {
struct Block {
  VerilatedContext context;
  Vblock top{&context};
  unsigned dim, bus;
};
}  // namespace

double sc_time_stamp() { return 0; }

extern "C" void *ld_open(unsigned dim, unsigned bus) {
  auto *b = new Block;
  b->dim = dim;
  b->bus = bus;
  return b;
}

extern "C" void ld_close(void *block) { delete static_cast<Block *>(block); }

extern "C" void ld_eval(void *block, ld_pins *p) {
  auto *b = static_cast<Block *>(block);
  Vblock &t = b->top;
  t.clk_i = 0;
  t.rst_ni = p->rst_n;
  t.start_i = p->start;
  std::memcpy(&t.desc_i, p->desc, sizeof p->desc);
  t.addr_i = p->addr;
  t.index_addr_i = p->index_addr;
  t.fetch_valid_i = p->fetch_valid;
  t.fetch_addr_i = p->fetch_addr;
  t.fetch_beats_i = p->fetch_beats;
  t.m_axi_arready_i = p->arready;
  t.m_axi_rvalid_i = p->rvalid;
  t.m_axi_rlast_i = p->rlast;
  t.m_axi_rresp_i = p->rresp;
  t.m_axi_rid_i = 0;
  std::memcpy(&t.m_axi_rdata_i, p->rdata, b->bus);
  t.eval();
  p->ready = t.ready_o;
  p->done = t.done_o;
  p->cause = t.cause_o;
  p->detail = t.detail_o;
  p->active = t.active_o;
  p->stall = t.stall_o;
  p->fetch_ready = t.fetch_ready_o;
  p->fetch_rsp = t.fetch_rsp_valid_o;
  p->idle = t.idle_o;
  p->rsp_last = t.rsp_last_o;
  p->arvalid = t.m_axi_arvalid_o;
  p->araddr = t.m_axi_araddr_o;
  p->arlen = t.m_axi_arlen_o;
  p->arsize = t.m_axi_arsize_o;
  p->arburst = t.m_axi_arburst_o;
  p->arrest = t.m_axi_arid_o | t.m_axi_arlock_o << 1 | t.m_axi_arcache_o << 2 |
              t.m_axi_arprot_o << 6 | t.m_axi_arqos_o << 9;
  p->rready = t.m_axi_rready_o;
  p->we[0] = t.wgt_we_o;
  p->we[1] = t.act_we_o;
  p->we[2] = t.par_we_o;
  if (p->we[0]) p->waddr[0] = t.wgt_waddr_o, std::memcpy(p->wdata[0], &t.wgt_wdata_o, b->dim);
  if (p->we[1]) p->waddr[1] = t.act_waddr_o, std::memcpy(p->wdata[1], &t.act_wdata_o, b->dim);
  if (p->we[2]) p->waddr[2] = t.par_waddr_o, std::memcpy(p->wdata[2], &t.par_wdata_o, 4 * b->dim);
}

extern "C" void ld_clock(void *block) {
  auto *b = static_cast<Block *>(block);
  b->top.clk_i = 1;
  b->top.eval();
  b->top.clk_i = 0;
}
