// Random segments, their content and the scalars of a case.
#ifndef SYSTOLE_FUZZ_SEGMENTS_H
#define SYSTOLE_FUZZ_SEGMENTS_H

#include "sim/fuzz/case.h"

// False if the host has no memory.
bool systole_fuzz_segments(systole_fuzz_case *c, uint64_t *dice);
void systole_fuzz_scalars(systole_fuzz_case *c, uint64_t *dice);

#endif
