// From a run's end to its done: the status record on its way to memory, and the
// answers to what a reset has cut off. The rules are those of the states CLEAR to
// DONE of systole_seq.sv, and of systole_status.sv.
#ifndef SYSTOLE_MODEL_FINISH_H
#define SYSTOLE_MODEL_FINISH_H

#include <stdbool.h>

#include "sim/model/run.h"

enum { SYSTOLE_RECORD_BURSTS = 3 };

typedef struct {
  // Cycles, from and to, in which the record's words are read for a burst of it:
  // nobody else can read a register then. 0, 0 without a record.
  uint64_t reads_from[SYSTOLE_RECORD_BURSTS], reads_to[SYSTOLE_RECORD_BURSTS];
  uint64_t done;   // the run's cycle of done
  uint64_t quiet;  // the first in which no burst on the bus awaits its answer
} systole_finish;

// After systole_run_describe. Writes the record and the fault that a refused one is.
systole_finish systole_run_finish(systole_run *run, const systole_job *job);

#endif
