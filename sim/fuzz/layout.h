// From items to a program: semaphores that order what must be ordered, barriers
// around the passes of a loop, the lengths of loops, END.
#ifndef SYSTOLE_FUZZ_LAYOUT_H
#define SYSTOLE_FUZZ_LAYOUT_H

#include "sim/fuzz/case.h"
#include "sim/fuzz/places.h"
#include "sim/fuzz/walk.h"

// Fills c->lines. False if the case is not one that the machine may be given:
// too long, an unacceptable instruction (walk->item is then its item), a fault
// that is not meant. `budget` limits the cycles, roughly; 0: no limit.
bool systole_fuzz_lay_out(systole_fuzz_case *c, systole_fuzz_places *places,
                          systole_fuzz_walk *walk, uint64_t budget);

// Whether a laid out program has no races and takes nothing from a semaphore
// before it is raised, according to the model's race checker.
bool systole_fuzz_is_ordered(const systole_fuzz_case *c, systole_error *err);

#endif
