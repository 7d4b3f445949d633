// The machine in the chip's time: its control registers as the core reads and
// writes them, and its runs. The rules are those of systole_ctrl.sv.
#ifndef SYSTOLE_MODEL_CONTROL_H
#define SYSTOLE_MODEL_CONTROL_H

#include <stdbool.h>

#include "sim/machine.h"
#include "sim/model/finish.h"
#include "sim/model/run.h"

typedef struct {
  const systole_config *config;
  systole_run *run;
  systole_engines *engines;  // for systole_run_open; its report is `report`
  systole_dram *dram;
  systole_report report;
  systole_job next;  // the arguments as written
  systole_job job;   // of the run under way
  // Block control
  bool done, ready, gie;
  uint32_t ier, isr;
  bool start;           // waits to be taken, from cycle
  uint64_t start_from;
  bool running;         // taken in cycle origin, and not yet done
  uint64_t origin;
  bool ended;           // the run has; it will be done in cycle done_at
  systole_finish finish;  // then
  uint64_t done_at;
  uint64_t idle_from;   // the first cycle in which a start may be taken again
  uint64_t quiet_from;  // and none of its bursts awaits an answer
  // Told of a start and a done, in the chip's cycles; may be NULL
  void *user;
  void (*started)(void *user, uint64_t cycle);
  void (*finished)(void *user, uint64_t cycle);
} systole_control;

// After a run by the host: the registers say what its job was.
void systole_control_take_job(systole_control *control, const systole_job *job);

// Everything that happens to the machine up to `cycle`, in it too, or up to the
// first done, whichever is sooner: true if it was that, in control->idle_from - 1.
bool systole_control_until(systole_control *control, uint64_t cycle);

// The cycle in which the start that waits is taken.
uint64_t systole_control_take_cycle(const systole_control *control);

// Seen in a cycle that all before has been told of.
bool systole_control_busy(const systole_control *control, uint64_t cycle);
bool systole_control_irq(const systole_control *control);

// The first cycle from `cycle` on in which the core can read a register.
uint64_t systole_control_readable(const systole_control *control, uint64_t cycle);

// The core reads a register in `cycle`; writes one so that it shows after `cycle`.
// Times must have come to the cycle before.
uint32_t systole_control_read(systole_control *control, uint32_t offset);
void systole_control_write(systole_control *control, uint64_t cycle, uint32_t offset, uint32_t value);

#endif
