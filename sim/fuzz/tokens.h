// Which items wait for which. A region is a stretch of items without the start
// or end of a loop: within it hazards become semaphores, as many raised as
// taken, so that a pass of a loop leaves none behind. Between regions stand
// barriers.
#ifndef SYSTOLE_FUZZ_TOKENS_H
#define SYSTOLE_FUZZ_TOKENS_H

#include "sim/fuzz/case.h"
#include "sim/fuzz/places.h"
#include "sim/fuzz/walk.h"

typedef struct {
  uint8_t wait[SYSTOLE_FUZZ_ITEMS][SYSTOLE_ENGINES];
  uint8_t raise[SYSTOLE_FUZZ_ITEMS][SYSTOLE_ENGINES];
  bool used[SYSTOLE_ENGINES];  // engines with an item
  bool crowded;                // an item would have to take more than 15
} systole_fuzz_tokens;

void systole_fuzz_tokens_find(const systole_fuzz_case *c, const systole_fuzz_walk *walk,
                              systole_fuzz_places *places, systole_fuzz_tokens *tokens);

#endif
