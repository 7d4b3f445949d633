// Random instructions that are legal as text: every field a value that it may
// have, enumerations by their table, some fields bound.
#ifndef SYSTOLE_TESTS_UNIT_RANDOM_LINES_H
#define SYSTOLE_TESTS_UNIT_RANDOM_LINES_H

#include "hw/isa/isa.h"

// Advances *state; returns 1 or 2 lines.
unsigned systole_random_lines(uint64_t *state, systole_line lines[2]);

uint64_t systole_random(uint64_t *state);

#endif
