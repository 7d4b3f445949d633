#include "tests/rtl/shim_seq.h"

#include <cstring>

#include "Vblock.h"

namespace {
struct Block {
  VerilatedContext context;
  Vblock top{&context};
  // What the segment tables and the fault unit, outside the block, saw a cycle ago.
  unsigned segment = 0;
  bool fault = false;
  uint32_t desc[16] = {};  // what has come of the instruction, quarter by quarter
};
}  // namespace

double sc_time_stamp() { return 0; }

extern "C" void *seq_open(void) { return new Block; }
extern "C" void seq_close(void *block) { delete static_cast<Block *>(block); }

extern "C" void seq_eval(void *block, const seq_in *in, seq_out *out) {
  Vblock &t = static_cast<Block *>(block)->top;
  t.clk_i = 0;
  t.rst_ni = in->rst_n;
  t.start_i = in->start;
  std::memcpy(&t.scalars_i, in->scalars, sizeof in->scalars);
  t.lines_i = in->lines;
  t.program_base_i = in->program_base;
  t.gnt_i = in->gnt;
  t.rvalid_i = in->rvalid;
  t.rerr_i = in->rerr;
  std::memcpy(&t.rdata_i, in->rdata, sizeof t.rdata_i);
  t.full_i = in->full;
  t.empty_i = in->empty;
  t.blocked_i = in->blocked;
  t.active_i = in->active;
  t.bite_i = 0;
  t.status_done_i = 0;
  t.quiet_i = 1;
  t.base_i = in->base[static_cast<Block *>(block)->segment];
  t.limit_i = in->limit[static_cast<Block *>(block)->segment];
  t.hit_i = in->hit || (static_cast<Block *>(block)->fault && t.working_o);
  t.eval();
  out->take = t.take_o;
  out->running = t.running_o;
  out->done = t.done_o;
  out->state = t.state_o;
  out->index = t.index_o;
  out->req = t.req_o;
  out->addr = t.addr_o;
  out->beats = t.beats_o;
  out->push = t.push_o;
  out->line = t.line_o;
  std::memcpy(out->desc, static_cast<Block *>(block)->desc, sizeof out->desc);
  out->desc_index = t.desc_index_o;
  out->desc_addr = t.desc_addr_o;
  out->desc_index_addr = t.desc_index_addr_o;
  out->macs = t.macs_o;
  out->fault = t.fault_o;
  out->fault_cause = t.fault_cause_o;
  out->fault_index = t.fault_index_o;
  out->fault_detail = t.fault_detail_o;
}

extern "C" void seq_clock(void *block) {
  Block *b = static_cast<Block *>(block);
  Vblock &t = b->top;
  b->segment = t.segment_o;
  b->fault = t.fault_o;
  for (unsigned quarter = 0; quarter < 4; quarter++)
    if (t.part_o >> quarter & 1) std::memcpy(b->desc + 4 * quarter, &t.desc_part_o, 16);
  t.clk_i = 1;
  t.eval();
}
