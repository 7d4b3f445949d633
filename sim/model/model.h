// The C model of the machine behind sim/machine.h. This is its functional half:
// it computes every bit of SRAMs, memory and report, and keeps no time.
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

// The model's SRAMs, to read or to fill by the back door.
systole_srams *systole_model_srams(systole_machine *machine);

#endif
