// From a program that shows a difference to a small one that still does.
#ifndef SYSTOLE_FUZZ_SHRINK_H
#define SYSTOLE_FUZZ_SHRINK_H

#include "sim/fuzz/compare.h"
#include "sim/fuzz/places.h"
#include "sim/fuzz/walk.h"

typedef struct {
  const systole_machine_api *apis[2];
  systole_fuzz_places *places;
  systole_fuzz_walk *walk;
  unsigned tries;  // comparisons that may be made; counts down
} systole_fuzz_shrinker;

// Drops whatever follows the first instruction that makes a difference: the
// shortest prefix that differs. *result is what it shows.
systole_status systole_fuzz_cut(systole_fuzz_shrinker *s, systole_fuzz_case *c,
                                systole_fuzz_result *result, systole_error *err);

// Then drops instructions, loops, bindings, runs and delays and makes numbers
// smaller while a difference remains.
systole_status systole_fuzz_shrink(systole_fuzz_shrinker *s, systole_fuzz_case *c,
                                   systole_fuzz_result *result, systole_error *err);

#endif
