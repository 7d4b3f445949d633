// The C model of the machine behind sim/machine.h: every bit of SRAMs, memory
// and report, and every instruction's start and end in the cycles of the RTL.
#ifndef SYSTOLE_MODEL_H
#define SYSTOLE_MODEL_H

#include <stdbool.h>

#include "sim/machine.h"
#include "sim/model/instruction.h"
#include "sim/model/sram.h"

const systole_machine_api *systole_model_api(void);

// Called around every instruction, in an order in which the engines may
// execute them: with after = false just before it executes, with after = true
// when its results are in place. The memory and srams may be read, not written.
typedef void (*systole_model_observer)(void *user, const systole_instruction *instruction,
                                       bool after);
void systole_model_set_observer(systole_machine *machine, systole_model_observer observer,
                                void *user);

// Time alone: the following runs tell the same cycles and counters but compute
// no values. They read the program and the lists of gathers (all indices are 0
// where memory has no list) and touch nothing else, so memory need hold no more.
// Faults that depend on data other than those are not met.
void systole_model_set_time_alone(systole_machine *machine, bool time_alone);

// The model's SRAMs, to read or to fill by the back door.
systole_srams *systole_model_srams(systole_machine *machine);

#endif
