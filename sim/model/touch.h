// Which SRAM words an instruction touches, one by one: exact for strided boxes.
#ifndef SYSTOLE_MODEL_TOUCH_H
#define SYSTOLE_MODEL_TOUCH_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/model/instruction.h"

// One run of neighbouring words, read or written in one step of the
// instruction. A write is done at the end of `step`, a read at the latest then.
typedef struct {
  unsigned space;
  uint32_t word, count;
  bool write;
  uint64_t step;
} systole_touch;

typedef void (*systole_touch_fn)(void *user, const systole_touch *touch);

// Calls visit for every touch, all reads first. A no-op touches nothing.
void systole_touches(const systole_instruction *instruction, unsigned dim, systole_touch_fn visit,
                     void *user);

#endif
