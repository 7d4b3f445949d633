#include <cstring>

#include "Vblock.h"

extern "C" {
#include "tests/rtl/shim_issue.h"
}

namespace {
struct Block {
  VerilatedContext context;
  Vblock top{&context};
};
}  // namespace

double sc_time_stamp() { return 0; }

extern "C" void *issue_open(void) { return new Block; }

extern "C" void issue_close(void *block) { delete static_cast<Block *>(block); }

extern "C" void issue_eval(void *block, issue_pins *p) {
  Vblock &t = static_cast<Block *>(block)->top;
  t.clk_i = 0;
  t.rst_ni = p->rst_n;
  t.clear_i = p->clear;
  t.offer_i = p->offer;
  t.part_i = p->part;
  t.push_i = p->push;
  t.push_nibbles_i = p->nibbles;
  t.push_index_i = p->index;
  t.ready_i = p->ready;
  t.done_i = p->done;
  t.active_i = p->active;
  t.stall_i = p->stall;
  t.cycle_i = p->cycle;
  t.enable_i = p->enable;
  t.restart_i = p->restart;
  t.limit_i = p->limit;
  t.eval();
  p->full = t.full_o;
  p->start = t.start_o;
  p->blocked = t.blocked_o;
  p->empty = t.empty_o;
  p->state = t.state_o;
  p->waits_for = t.waits_for_o;
  p->overflow = t.overflow_o;
  p->bite = t.bite_o;
  p->queued = t.queued_o;
  std::memcpy(p->desc_index, &t.desc_index_o, sizeof p->desc_index);
  std::memcpy(p->addr, &t.addr_o, sizeof p->addr);
  std::memcpy(p->index_addr, &t.index_addr_o, sizeof p->index_addr);
  std::memcpy(p->ended_index, &t.index_o, sizeof p->ended_index);
  std::memcpy(p->start_cycle, &t.start_cycle_o, sizeof p->start_cycle);
  std::memcpy(p->at, &t.at_o, sizeof p->at);
  std::memcpy(p->count, &t.count_o, sizeof p->count);
}

extern "C" void issue_clock(void *block) {
  Vblock &t = static_cast<Block *>(block)->top;
  t.clk_i = 1;
  t.eval();
  t.clk_i = 0;
}
