// The sequencer without time: fetch, loops, binding, checks, dispatch. Engines
// run as soon as their semaphores allow, which is one of the orders that the
// hardware may choose; for programs without races all of them agree.
#ifndef SYSTOLE_MODEL_SEQUENCER_H
#define SYSTOLE_MODEL_SEQUENCER_H

#include "sim/machine.h"
#include "sim/model/engines.h"

// Runs a job from its first line to its END or its fault, draining included.
// `engines` has empty queues and zero semaphores, and a zeroed report. A
// program in which nothing can move any more ends with WATCHDOG; one that takes
// more lines than job->max_cycles (if that is not 0) ends with ABORT, since a
// line costs at least a cycle.
void systole_sequencer_run(const systole_job *job, systole_engines *engines);

#endif
