// What a run moves without executing it: words of weights through the weight
// door, bytes out of each segment. Found by walking the program as the
// sequencer does.
#ifndef SYSTOLE_CLI_DOOR_H
#define SYSTOLE_CLI_DOOR_H

#include "compiler/program/program.h"

typedef struct {
  uint64_t door_rows;                      // words of weights
  uint64_t read_bytes[SYSTOLE_SEGMENTS];   // by LD and LDG, without lists of indices
} systole_work;

// Adds to *work. scalars: 16 values, or NULL for zeros. Stops at a fault, or at
// 2^26 lines.
void systole_work_add(const systole_config *config, const systole_entry *entry,
                      const int32_t *scalars, systole_work *work);

#endif
