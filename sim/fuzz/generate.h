// Random cases. The same seed, configuration and memory give the same case.
#ifndef SYSTOLE_FUZZ_GENERATE_H
#define SYSTOLE_FUZZ_GENERATE_H

#include "sim/fuzz/case.h"
#include "sim/fuzz/places.h"
#include "sim/fuzz/walk.h"

// Fills c, laid out and without races, from c->config and c->dram. False if
// this seed gave none (try the next); what has been allocated is freed then.
bool systole_fuzz_generate(systole_fuzz_case *c, systole_fuzz_places *places,
                           systole_fuzz_walk *walk, uint64_t seed);

// Spoils something so that the machine stops with an error. False if nothing
// was found.
bool systole_fuzz_spoil(systole_fuzz_case *c, systole_fuzz_places *places, systole_fuzz_walk *walk,
                        uint64_t seed);

#endif
