#include "tests/rtl/shim_vx.h"

#include <cstring>
#include <memory>

#include "Vblock.h"
#include "verilated.h"

struct systole_shim_vx {
  std::unique_ptr<VerilatedContext> context{new VerilatedContext};
  std::unique_ptr<Vblock> top{new Vblock{context.get()}};
  systole_shim_vx_srams srams{};
  bool wrote = false;

  const void *read(bool enable, const void *space, uint32_t word) const {
    return enable ? static_cast<const char *>(space) + 4 * srams.dim * word : nullptr;
  }

  void show(void *port, const void *word) const {
    if (word != nullptr) {
      std::memcpy(port, word, 4 * srams.dim);
    } else {
      std::memset(port, 0xA5, 4 * srams.dim);
    }
  }

  // One whole cycle; outputs that depend on registers alone are those of the
  // next cycle afterwards.
  void tick() {
    Vblock &t = *top;
    const size_t bytes = 4 * srams.dim;
    const void *acc = read(t.acc_re_o, srams.acc, t.acc_addr_o);
    const void *par_a = read(t.par_a_re_o, srams.par, t.par_a_addr_o);
    const void *par_b = read(t.par_b_re_o, srams.par, t.par_b_addr_o);
    const void *par_c = read(t.par_c_re_o, srams.par, t.par_c_addr_o);
    const void *vm_a = read(t.vm_a_re_o, srams.vm, t.vm_a_addr_o);
    const void *vm_b = read(t.vm_b_re_o, srams.vm, t.vm_b_addr_o);
    const void *vm_c = read(t.vm_c_re_o, srams.vm, t.vm_c_addr_o);
    const void *rs_s = read(t.rs_s_re_o, srams.rs, t.rs_s_addr_o);
    const void *rs_t = read(t.rs_t_re_o, srams.rs, t.rs_t_addr_o);
    // Writes of this cycle, noted before the edge that changes the ports.
    uint32_t vm_word[128], rs_word[128];
    int8_t qnt_word[128];
    const bool vm_we = t.vm_we_o, rs_we = t.rs_we_o, qnt_we = t.qnt_we_o;
    const size_t vm_at = size_t{t.vm_waddr_o} * srams.dim;
    const size_t rs_at = size_t{t.rs_waddr_o} * srams.dim;
    const size_t qnt_at = size_t{t.qnt_waddr_o} * srams.dim;
    std::memcpy(vm_word, &t.vm_wdata_o, bytes);
    std::memcpy(rs_word, &t.rs_wdata_o, bytes);
    std::memcpy(qnt_word, &t.qnt_wdata_o, srams.dim);
    t.clk_i = 1;
    t.eval();
    show(&t.acc_data_i, acc);
    show(&t.par_a_data_i, par_a);
    show(&t.par_b_data_i, par_b);
    show(&t.par_c_data_i, par_c);
    show(&t.vm_a_data_i, vm_a);
    show(&t.vm_b_data_i, vm_b);
    show(&t.vm_c_data_i, vm_c);
    show(&t.rs_s_data_i, rs_s);
    show(&t.rs_t_data_i, rs_t);
    if (vm_we) std::memcpy(srams.vm + vm_at, vm_word, bytes);
    if (rs_we) std::memcpy(srams.rs + rs_at, rs_word, bytes);
    if (qnt_we) std::memcpy(srams.qnt + qnt_at, qnt_word, srams.dim);
    t.clk_i = 0;
    t.eval();
  }

  bool writing() const { return top->vm_we_o || top->rs_we_o || top->qnt_we_o; }
};

systole_shim_vx *systole_shim_vx_create(const systole_shim_vx_srams *srams) {
  auto *shim = new systole_shim_vx;
  shim->srams = *srams;
  Vblock &top = *shim->top;
  top.rst_ni = 0;
  top.start_i = 0;
  top.clk_i = 0;
  top.eval();
  // Two cycles of reset before the ports mean anything.
  for (int i = 0; i < 2; i++) {
    top.clk_i = 1;
    top.eval();
    top.clk_i = 0;
    top.eval();
  }
  top.rst_ni = 1;
  top.eval();
  return shim;
}

void systole_shim_vx_destroy(systole_shim_vx *shim) {
  shim->top->final();
  delete shim;
}

systole_shim_vx_result systole_shim_vx_run(systole_shim_vx *shim, const uint32_t line[16],
                                           uint64_t limit) {
  Vblock &top = *shim->top;
  systole_shim_vx_result result = {};
  result.protocol = top.ready_o && !top.active_o && !top.done_o && !shim->writing();
  std::memcpy(&top.desc_i, line, 64);
  top.start_i = 1;
  top.eval();
  shim->tick();
  top.start_i = 0;
  top.eval();
  for (result.cycles = 1; result.cycles < limit; result.cycles++) {
    result.protocol = result.protocol && top.active_o && !top.ready_o;
    if (shim->writing()) result.last_write = result.cycles;
    const bool done = top.done_o;
    result.cause = top.cause_o;
    shim->tick();
    std::memset(&top.desc_i, 0x5A, 64);  // it stands for one cycle after the start
    top.eval();
    if (done) break;
  }
  result.protocol = result.protocol && top.ready_o && !top.active_o && !top.done_o;
  return result;
}
