// What a random instruction must keep to beyond what the sequencer checks.
#ifndef SYSTOLE_FUZZ_ACCEPT_H
#define SYSTOLE_FUZZ_ACCEPT_H

#include "sim/fuzz/case.h"
#include "sim/fuzz/places.h"

// A range of DRAM bytes: all that an instruction may touch, or more.
typedef struct {
  uint64_t from, to;
} systole_fuzz_range;

// The ranges of an instruction (at most 2); 0 if it touches no DRAM.
unsigned systole_fuzz_ranges(const systole_config *config, const systole_instruction *instruction,
                             systole_fuzz_range ranges[2]);

// About how many cycles it takes.
uint64_t systole_fuzz_cost(const systole_config *config, const systole_instruction *instruction);

// It does not race with itself, writes neither the program nor lists of
// indices, and every index that it gathers is good.
bool systole_fuzz_acceptable(const systole_fuzz_case *c, systole_fuzz_places *places,
                             const systole_instruction *instruction);

#endif
