#include "sim/model/race_clock.h"

enum { RAISES = SYSTOLE_SEMAPHORE_MAX + 1 };

static void join(systole_clock *clock, const systole_clock *other) {
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    if (clock->over[e] < other->over[e]) clock->over[e] = other->over[e];
}

static void take(systole_raises *raises, unsigned units, systole_clock *clock) {
  raises->units -= units;
  while (units > 0) {
    unsigned *left = &raises->raises[raises->head].units;
    const unsigned part = units < *left ? units : *left;
    join(clock, &raises->raises[raises->head].clock);
    *left -= part;
    units -= part;
    if (*left > 0) continue;
    raises->head = (raises->head + 1) % RAISES;
    raises->count--;
  }
}

bool systole_clocks_start(systole_clocks *clocks, const systole_instruction *instruction) {
  const unsigned self = instruction->engine;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    if (clocks->raised[e][self].units < systole_units(instruction->wait, e)) return false;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    take(&clocks->raised[e][self], systole_units(instruction->wait, e), &clocks->now[self]);
  clocks->now[self].over[self]++;
  return true;
}

void systole_clocks_end(systole_clocks *clocks, const systole_instruction *instruction) {
  const unsigned self = instruction->engine;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    systole_raises *raises = &clocks->raised[self][e];
    const unsigned room = SYSTOLE_SEMAPHORE_MAX - raises->units;
    const unsigned asked = systole_units(instruction->raise, e), units = asked < room ? asked : room;
    if (units == 0) continue;
    const unsigned slot = (raises->head + raises->count++) % RAISES;
    raises->raises[slot].units = units;
    raises->raises[slot].clock = clocks->now[self];
    raises->units += units;
  }
}
