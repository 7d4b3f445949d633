#include "Vblock.h"

extern "C" {
#include "tests/rtl/shim_front.h"
}

namespace {
struct Block {
  VerilatedContext context;
  Vblock top{&context};
};
}  // namespace

double sc_time_stamp() { return 0; }

extern "C" void *front_open(void) { return new Block; }
extern "C" void front_close(void *block) { delete static_cast<Block *>(block); }

extern "C" void front_eval(void *block, const front_in *in, front_out *out) {
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
  t.m_awready_i = t.m_wready_i = t.m_bvalid_i = t.m_arready_i = t.m_rvalid_i = in->machine_ready;
  t.m_rdata_i = in->machine_rdata;
  t.m_irq_i = in->machine_irq;
  t.sleeping_i = in->sleeping;
  t.waiting_i = in->waiting;
  t.busy_i = in->busy;
  t.pc_i = in->pc;
  t.address_i = in->address;
  t.start_take_i = in->start_take;
  t.done_i = in->done;
  t.interrupt_i = in->interrupt;
  t.doorbell_clear_i = in->doorbell_clear;
  t.mailbox_re_i = in->mailbox_re;
  t.mailbox_word_i = in->mailbox_word;
  t.eval();
  out->awready = t.s_axil_awready_o;
  out->wready = t.s_axil_wready_o;
  out->bvalid = t.s_axil_bvalid_o;
  out->bresp = t.s_axil_bresp_o;
  out->arready = t.s_axil_arready_o;
  out->rvalid = t.s_axil_rvalid_o;
  out->rresp = t.s_axil_rresp_o;
  out->rdata = t.s_axil_rdata_o;
  out->irq = t.irq_o;
  out->machine_aw = t.m_awvalid_o;
  out->machine_w = t.m_wvalid_o;
  out->machine_ar = t.m_arvalid_o;
  out->run = t.run_o;
  out->tcm_we = t.tcm_we_o;
  out->tcm_addr = t.tcm_addr_o;
  out->start = t.start_o;
  out->doorbell = t.doorbell_o;
  out->mailbox_data = t.mailbox_data_o;
}

extern "C" void front_clock(void *block) {
  Vblock &t = static_cast<Block *>(block)->top;
  t.clk_i = 1;
  t.eval();
  t.clk_i = 0;
}
