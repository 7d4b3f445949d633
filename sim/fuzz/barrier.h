// Instructions that do nothing but make every engine wait for every other.
#ifndef SYSTOLE_FUZZ_BARRIER_H
#define SYSTOLE_FUZZ_BARRIER_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/isa/isa.h"
#include "sim/model/instruction.h"

enum { SYSTOLE_FUZZ_BARRIER = 2 * SYSTOLE_ENGINES };

// An instruction of an engine with every count zero and the first value of
// every enumeration.
systole_line systole_fuzz_nothing(unsigned engine);

// A barrier between the engines in use; the seed chooses the one that the
// others meet at. Returns how many lines it took.
unsigned systole_fuzz_barrier(const bool used[SYSTOLE_ENGINES], uint64_t seed,
                              systole_line lines[SYSTOLE_FUZZ_BARRIER]);

#endif
