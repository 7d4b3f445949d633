// Vector clocks over the four engines. An engine's instructions are numbered
// from 1 in its order; clock[e] = n says that instructions 1..n of engine e are
// over. A raise carries its instruction's clock to the take that matches it.
#ifndef SYSTOLE_MODEL_RACE_CLOCK_H
#define SYSTOLE_MODEL_RACE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/model/instruction.h"

typedef struct {
  uint32_t over[SYSTOLE_ENGINES];
} systole_clock;

// What has been raised and not yet taken, oldest first.
typedef struct {
  struct {
    unsigned units;
    systole_clock clock;
  } raises[SYSTOLE_SEMAPHORE_MAX + 1];
  unsigned head, count, units;
} systole_raises;

typedef struct {
  systole_clock now[SYSTOLE_ENGINES];  // at the end of each engine's last instruction
  systole_raises raised[SYSTOLE_ENGINES][SYSTOLE_ENGINES];  // [from][to]
} systole_clocks;

// Takes the instruction's semaphores and numbers it. Its clock is then
// clocks->now[engine], its own number included. False if a semaphore lacks
// what it takes.
bool systole_clocks_start(systole_clocks *clocks, const systole_instruction *instruction);

// Raises its semaphores; what would pass SEMAPHORE_MAX is lost, as in hardware.
void systole_clocks_end(systole_clocks *clocks, const systole_instruction *instruction);

#endif
