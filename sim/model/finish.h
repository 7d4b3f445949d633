// From a run's end to its done: the status record on its way to memory, and the
// answers to what a reset has cut off. The rules are those of the states CLEAR to
// DONE of systole_seq.sv, and of systole_status.sv.
#ifndef SYSTOLE_MODEL_FINISH_H
#define SYSTOLE_MODEL_FINISH_H

#include <stdbool.h>

#include "sim/model/run.h"

typedef struct {
  uint64_t done;   // the run's cycle of done
  uint64_t quiet;  // the first in which no burst on the bus awaits its answer
} systole_finish;

// After systole_run_describe. Writes the record and the fault that a refused one is.
systole_finish systole_run_finish(systole_run *run, const systole_job *job);

#endif
