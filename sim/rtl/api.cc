// The Verilated chip behind sim/machine.h.
#include <cinttypes>
#include <cstring>
#include <new>

#include "Vsystole_chip___024root.h"
#include "sim/rtl/coverage.h"
#include "sim/rtl/firmware.h"
#include "sim/rtl/machine.h"
#include "sim/rtl/registers.h"
#include "sim/rtl/waves.h"

namespace {

void rtl_destroy(systole_machine *machine) {
  if (!machine) return;
  rtl_close_waves(machine);
  machine->enter();
  if (machine->top) {
    machine->top->final();
    rtl_keep_coverage(machine->top);
  }
  delete machine->top;
  systole_dram_destroy(machine->machine.dram);
  systole_dram_destroy(machine->core.dram);
  delete machine;
}

systole_status rtl_create(const systole_config *config, systole_memory *memory,
                          const systole_dram_params *dram, systole_machine **out,
                          systole_error *err) {
  *out = nullptr;
  if (config->hash != SYSTOLE_CONFIG_HASH)
    return systole_fail(err, SYSTOLE_E_CONFIG,
                        "rtl: built for configuration %s (hash %016" PRIx64 "), not for %s (%016" PRIx64
                        ")", SYSTOLE_CONFIG_NAME, uint64_t{SYSTOLE_CONFIG_HASH}, config->name,
                        config->hash);
  systole_machine *machine = new (std::nothrow) systole_machine;
  if (!machine) return systole_fail(err, SYSTOLE_E_MEMORY, "rtl: no room for a machine");
  machine->config = *config;
  machine->memory = memory;
  systole_status status = systole_dram_create(dram, config, &machine->machine.dram, err);
  if (status == SYSTOLE_OK) status = systole_dram_create(dram, config, &machine->core.dram, err);
  if (status != SYSTOLE_OK) {
    rtl_destroy(machine);
    return status;
  }
#ifdef SYSTOLE_TRACE
  machine->context.traceEverOn(true);
#endif
  Vsystole_chip *top = machine->top = new Vsystole_chip(&machine->context, "systole");
  top->clk_i = 0;
  top->rst_ni = 0;
  top->s_axil_bready_i = 1;
  top->s_axil_rready_i = 1;
  top->eval();
  top->clk_i = 1;
  top->eval();
  for (int i = 0; i < 4; i++) machine->eval();
  top->rst_ni = 1;
  machine->eval();
  *out = machine;
  return SYSTOLE_OK;
}

bool is_given_up(const systole_job *job) { return job->stop && __atomic_load_n(job->stop, __ATOMIC_RELAXED); }

systole_status rtl_run(systole_machine *machine, const systole_job *job, systole_report *report,
                       systole_trace_fn trace, void *user, systole_error *err) {
  Vsystole_chip *top = machine->top;
  machine->enter();
  machine->trace = nullptr;
  systole_status status = rtl_stop_core(machine, err);
  if (status == SYSTOLE_OK) status = rtl_write_job(machine, job, err);
  if (status != SYSTOLE_OK) return status;

  // Bursts that a reset has orphaned are answered before the next run begins.
  while (!machine->reads.empty() || !machine->answers.empty()) machine->step();
  machine->trace = trace;
  machine->user = user;

  // The data of the write to CTRL is taken one cycle after its address; it is done
  // in the next, and the start is taken in the cycle after that.
  machine->begin_write(SYSTOLE_REG_CTRL, 1);
  const uint64_t origin = machine->now + 3;
  machine->step();
  machine->step();
  machine->step();

  // To the end, or to the cycle in which the abort is written so that it acts
  // in cycle max_cycles.
  uint64_t stop = UINT64_MAX;
  if (job->max_cycles) stop = origin + (job->max_cycles < 8 ? 8 : job->max_cycles) - 3;
  while (!top->irq_o && machine->now < stop && !is_given_up(job)) machine->step();
  if (!top->irq_o) {
    uint64_t watchdog = job->watchdog ? job->watchdog : UINT64_C(1048576);
    uint64_t last = machine->now + 4 * watchdog + 10000000;
    machine->begin_write(SYSTOLE_REG_ABORT, 1);
    while (!top->irq_o && machine->now < last) machine->step();
    if (!top->irq_o)
      return systole_fail(err, SYSTOLE_E_TIMEOUT, "rtl: no end %" PRIu64 " cycles after the abort",
                          4 * watchdog + 10000000);
  }
  status = machine->finish(err);
  machine->trace = nullptr;

  uint32_t ctrl = 0;
  if (status == SYSTOLE_OK) status = rtl_acknowledge(machine, &ctrl, err);
  if (status != SYSTOLE_OK) return status;
  if ((ctrl & 6) != 6) return systole_fail(err, SYSTOLE_E_TIMEOUT, "rtl: interrupt without done");
  return rtl_read_report(machine, report, err);
}

// Bytes of a word, through a table of the banks' arrays (a bank has every
// banks-th word).
template <typename Array>
const void *word_of(const Array &array, uint32_t row) {
  return &array[row];
}

systole_status rtl_peek(systole_machine *machine, unsigned space, uint32_t word, void *bytes,
                        systole_error *err) {
  if (space > 6 || word >= systole_config_words(&machine->config, space))
    return systole_fail(err, SYSTOLE_E_RANGE, "rtl: no word %u in SRAM %u", word, space);
  const unsigned dim = machine->config.dim, rows = machine->config.load_rows;
  const bool wide = space >= 3;
  const unsigned bank = space == 0 ? word % rows : 0;
  const uint32_t row = space == 0 ? word / rows : word;
  const void *from = nullptr;
  Vsystole_chip___024root *root = machine->top->rootp;
#define MEMORY(code, number, name) \
  if (space == (code) && bank == (number)) from = word_of(root->name, row);
  SYSTOLE_MEMORIES
#undef MEMORY
  if (!from) return systole_fail(err, SYSTOLE_E_RANGE, "rtl: no bank %u in SRAM %u", bank, space);
  std::memcpy(bytes, from, wide ? 4u * dim : dim);
  return SYSTOLE_OK;
}

const systole_machine_api api = {
    SYSTOLE_MACHINE_ABI, "rtl", rtl_create, rtl_destroy, rtl_run, rtl_peek, rtl_waves, rtl_boot, rtl_control,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const systole_machine_api *systole_rtl_api(void) {
  return &api;
}

// What the object was built for, so that one can be found without its .ini.
extern "C" __attribute__((visibility("default"))) const systole_config *systole_rtl_config(void) {
  alignas(systole_config) static const unsigned char bytes[sizeof(systole_config)] = {SYSTOLE_CONFIG_BYTES};
  return reinterpret_cast<const systole_config *>(bytes);
}
