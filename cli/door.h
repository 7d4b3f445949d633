// How many words of weights a run takes through the weight door: found by
// walking the program as the sequencer does, without executing it.
#ifndef SYSTOLE_CLI_DOOR_H
#define SYSTOLE_CLI_DOOR_H

#include "compiler/program/program.h"

// scalars: 16 values, or NULL for zeros. Stops at a fault, or at 2^26 lines.
uint64_t systole_door_rows(const systole_config *config, const systole_entry *entry,
                           const int32_t *scalars);

#endif
