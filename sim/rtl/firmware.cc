#include "sim/rtl/firmware.h"

#include <cinttypes>

#include "sim/rtl/registers.h"

// Long enough for any drain: memory answers within some thousand cycles.
static constexpr uint64_t kRest = 100000000;

// Nothing is on the way between the machine or the core and memory.
static bool at_rest(const systole_machine *machine) {
  const Vsystole_chip *top = machine->top;
  return !top->busy_o && top->quiet_o && machine->reads.empty() && machine->writes.empty() &&
         machine->answers.empty() && !top->m_axi_arvalid_o && !top->m_axi_awvalid_o && !top->m_axi_wvalid_o;
}

systole_status rtl_stop_core(systole_machine *machine, systole_error *err) {
  if (!machine->top->run_o) return SYSTOLE_OK;
  machine->observer = nullptr;
  machine->trace = nullptr;
  systole_status status = machine->write(SYSTOLE_REG_CONTROLLER, 0, err);
  machine->step();  // the last write of the core's shows
  if (status == SYSTOLE_OK && machine->top->busy_o) status = machine->write(SYSTOLE_REG_ABORT, 1, err);
  if (status != SYSTOLE_OK) return status;
  const uint64_t last = machine->now + kRest;
  for (uint64_t starts = machine->starts; !at_rest(machine) && machine->now < last;) {
    machine->step();
    if (machine->starts == starts) continue;
    starts = machine->starts;
    status = machine->write(SYSTOLE_REG_ABORT, 1, err);
    if (status != SYSTOLE_OK) return status;
  }
  if (!at_rest(machine))
    return systole_fail(err, SYSTOLE_E_TIMEOUT,
                        "rtl: the machine does not come to rest in %" PRIu64 " cycles after its abort", kRest);
  // What the run left: DONE and its interrupt.
  uint32_t ctrl = 0;
  return rtl_acknowledge(machine, &ctrl, err);
}

systole_status rtl_boot(systole_machine *machine, const uint32_t *image, uint32_t words, systole_error *err) {
  if (!SYSTOLE_CONTROLLER)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "rtl: configuration %s has no controller", SYSTOLE_CONFIG_NAME);
  if (words > machine->config.tcm_bytes / 4)
    return systole_fail(err, SYSTOLE_E_RANGE, "rtl: an image of %u words does not fit into %u bytes of TCM",
                        words, machine->config.tcm_bytes);
  machine->enter();
  systole_status status = rtl_stop_core(machine, err);
  if (status == SYSTOLE_OK) status = machine->write(SYSTOLE_REG_TCM_ADDRESS, 0, err);
  for (uint32_t i = 0; i < words && status == SYSTOLE_OK; i++)
    status = machine->write(SYSTOLE_REG_TCM_DATA, image[i], err);
  if (status != SYSTOLE_OK) return status;
  systole_dram_reset(machine->core.dram);
  machine->totals = {};
  machine->before_end = 0;
  // RUN is set at the end of the cycle after the address's.
  machine->boot = machine->now + 2;
  machine->begin_write(SYSTOLE_REG_CONTROLLER, 1);
  machine->step();
  machine->step();
  // From here on the response is all that is left of that write.
  return SYSTOLE_OK;
}

// The cycle of an access if its address may be given from `free` on.
static uint64_t access_cycle(const systole_host_access *access, uint64_t free) {
  const uint64_t soonest = access->read ? free : free + 1;
  return access->cycle > soonest ? access->cycle : soonest;
}

// False if the limit comes first.
static bool do_access(systole_machine *machine, systole_host_access *access, uint64_t limit, systole_status *status,
                      systole_error *err) {
  // Cycle 0 still belongs to the write that booted.
  const uint64_t present = machine->now - machine->boot;
  const uint64_t when = access_cycle(access, present ? present : 1);
  if (when >= limit || limit - when < 2) return false;
  while (machine->now - machine->boot < when - (access->read ? 0 : 1)) machine->step();
  access->cycle = when;
  machine->totals.host_accesses++;
  *status = access->read ? machine->read(access->offset, &access->value, err)
                         : machine->write(access->offset, access->value, err);
  return true;
}

// Nothing changes but by the host.
static bool quiet(const Vsystole_chip *top) {
  return top->core_sleep_o && !top->core_armed_o && !top->busy_o && top->quiet_o;
}

static systole_stop wait_for(systole_machine *machine, uint64_t limit) {
  const Vsystole_chip *top = machine->top;
  for (bool before = false;; machine->step()) {
    if (top->irq_o) return SYSTOLE_STOP_IRQ;
    const bool now = quiet(top);
    if (now && before) return SYSTOLE_STOP_QUIET;
    before = now;
    if (machine->now - machine->boot >= limit) return SYSTOLE_STOP_LIMIT;
  }
}

systole_status rtl_control(systole_machine *machine, systole_host_access *accesses, unsigned count,
                           uint64_t limit, const systole_observer *observer, systole_chip_report *report,
                           systole_error *err) {
  const Vsystole_chip *top = machine->top;
  if (!top->run_o) return systole_fail(err, SYSTOLE_E_USAGE, "rtl: the controller was not booted");
  for (unsigned i = 0; i < count; i++)
    if (!systole_host_may(&accesses[i]))
      return systole_fail(err, SYSTOLE_E_USAGE,
                          "rtl: access %u, to 0x%x: expected a word from 0 to 0xFFC, and none written to CONTROLLER",
                          i, accesses[i].offset);
  machine->enter();
  machine->observer = observer;
  machine->trace = observer ? observer->trace : nullptr;
  machine->user = observer ? observer->user : nullptr;
  systole_status status = SYSTOLE_OK;
  unsigned done = 0;
  while (done < count && status == SYSTOLE_OK && do_access(machine, &accesses[done], limit, &status, err)) done++;
  if (status != SYSTOLE_OK) return status;
  for (unsigned i = done; i < count; i++) accesses[i].cycle = UINT64_MAX;
  systole_stop stop = SYSTOLE_STOP_LIMIT;
  if (done == count) stop = wait_for(machine, limit);
  else
    while (machine->now - machine->boot < limit) machine->step();
  *report = machine->totals;
  report->stop = stop;
  report->cycle = machine->now - machine->boot;
  report->core_asleep = top->core_sleep_o;
  report->core_waits = top->core_waiting_o;
  report->machine_busy = top->busy_o;
  report->core_pc = top->core_pc_o;
  report->core_address = top->core_address_o;
  return SYSTOLE_OK;
}
