// Cycles of a run: cycle 0 is the one in which the start is taken.
#ifndef SYSTOLE_MODEL_CYCLES_H
#define SYSTOLE_MODEL_CYCLES_H

#include <stdbool.h>
#include <stdint.h>

// The cycle of what is not known yet, or never comes.
#define SYSTOLE_NEVER UINT64_MAX

static inline uint64_t systole_later(uint64_t a, uint64_t b) { return a > b ? a : b; }
static inline uint64_t systole_sooner(uint64_t a, uint64_t b) { return a < b ? a : b; }

// `cycle`, or NEVER; without a branch, as which of them it is can rarely be foreseen.
static inline uint64_t systole_unless(bool never, uint64_t cycle) { return cycle | -(uint64_t)never; }

// The cycle after, which never comes after what never comes.
static inline uint64_t systole_after(uint64_t cycle, uint64_t cycles) {
  return cycle == SYSTOLE_NEVER ? SYSTOLE_NEVER : cycle + cycles;
}

#endif
