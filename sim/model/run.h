// One run of a job on the model, from event to event: function and time.
#ifndef SYSTOLE_MODEL_RUN_H
#define SYSTOLE_MODEL_RUN_H

#include "sim/model/read_channel.h"
#include "sim/model/sequencer.h"
#include "sim/model/watchdog.h"

typedef struct {
  uint32_t cause, engine, index, detail;
} systole_fault;

typedef struct {
  systole_engines *engines;
  systole_sequencer sequencer;
  systole_read_channel channel;
  systole_watchdog watchdog;
  uint64_t now;   // the last cycle of an event
  uint64_t stop;  // the cycle in which the host's abort acts, NEVER without one
  // The next cycle in which each has something to do, as far as is known: the
  // sequencer; the read channel; ST on the bus; the fetch, to ask for lines.
  uint64_t sequencer_next, read_next, write_next, ask_next;
  // A fault that was met acts in the next cycle; a bite of the watchdog in this one.
  systole_fault fault;
  uint64_t fault_cycle, bite_cycle;  // NEVER if there is none
  bool draining, ended;
  bool cut;  // the watchdog ended the draining: engines and AXI masters are reset
} systole_run;

// A job from its start to its END or its fault, draining included. `engines` is
// as systole_engines_open wants it, its report all zero. `run` may not move.
void systole_run_open(systole_run *run, const systole_job *job, systole_engines *engines,
                      systole_dram *dram);

// Everything that happens up to cycle `limit` and in it. True when the job has
// ended; then run->now is its last cycle. Else a later call goes on from here.
bool systole_run_until(systole_run *run, uint64_t limit);

// Writes the counters and registers as they are after cycle run->now.
void systole_run_describe(systole_run *run);

// Keeps the first fault of a run.
void systole_report_fault(systole_report *report, systole_fault fault);

#endif
