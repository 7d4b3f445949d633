#include "tests/rtl/shim_ctrl.h"

#include <cstring>

#include "Vblock.h"

namespace {
struct Block {
  VerilatedContext context;
  Vblock top{&context};
};
}  // namespace

double sc_time_stamp() { return 0; }

extern "C" void *ctrl_open(void) { return new Block; }
extern "C" void ctrl_close(void *block) { delete static_cast<Block *>(block); }

extern "C" void ctrl_clock(void *block, const ctrl_in *in, ctrl_out *out) {
  Vblock &t = static_cast<Block *>(block)->top;
  t.clk_i = 0;
  t.rst_ni = in->rst_n;
  t.s_axil_awvalid_i = in->awvalid;
  t.s_axil_awaddr_i = in->awaddr;
  t.s_axil_wvalid_i = in->wvalid;
  t.s_axil_wdata_i = in->wdata;
  t.s_axil_wstrb_i = in->wstrb;
  t.s_axil_bready_i = in->bready;
  t.s_axil_arvalid_i = in->arvalid;
  t.s_axil_araddr_i = in->araddr;
  t.s_axil_rready_i = in->rready;
  t.take_i = in->take;
  t.running_i = in->running;
  t.done_i = in->done;
  t.segment_i = in->segment;
  t.cause_i = in->cause;
  t.engine_i = in->engine;
  t.index_i = in->index;
  t.detail_i = in->detail;
  t.state_i = in->state;
  t.waits_for_i = in->waits_for;
  t.queued_i = in->queued;
  std::memcpy(&t.at_i, in->at, sizeof in->at);
  t.seq_state_i = in->seq_state;
  t.seq_index_i = in->seq_index;
  t.retired_i = in->retired;
  t.macs_add_i = in->macs_add;
  t.macs_i = in->macs;
  t.ld_beat_i = in->ld_beat;
  t.line_i = in->line;
  t.write_beat_i = in->write_beat;
  t.write_strb_i = in->write_strb;
  t.status_re_i = in->status_re;
  t.status_word_i = in->status_word;
  t.eval();
  t.clk_i = 1;
  t.eval();
  out->awready = t.s_axil_awready_o;
  out->wready = t.s_axil_wready_o;
  out->bvalid = t.s_axil_bvalid_o;
  out->bresp = t.s_axil_bresp_o;
  out->arready = t.s_axil_arready_o;
  out->rvalid = t.s_axil_rvalid_o;
  out->rdata = t.s_axil_rdata_o;
  out->rresp = t.s_axil_rresp_o;
  out->irq = t.irq_o;
  out->start = t.start_o;
  out->abort = t.abort_o;
  std::memcpy(out->scalars, &t.scalars_o, sizeof out->scalars);
  out->lines = t.lines_o;
  out->watchdog = t.watchdog_o;
  out->status_data = t.status_data_o;
  out->program_base = t.program_base_o;
  out->base = t.base_o;
  out->limit = t.limit_o;
  out->cycle = t.cycle_o;
}
