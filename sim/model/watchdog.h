// The watchdog: bites after the limit-th consecutive cycle without progress.
// Whoever makes progress in a cycle marks it; what passes on the bus unwatched
// is looked up only when a bite is possible at all.
#ifndef SYSTOLE_MODEL_WATCHDOG_H
#define SYSTOLE_MODEL_WATCHDOG_H

#include "sim/model/engines.h"
#include "sim/model/read_channel.h"

// From that cycle to the one in which the bite acts.
enum { SYSTOLE_TO_BITE = 2 };

typedef struct {
  uint64_t limit;
  uint64_t mark;  // the last cycle known to have progress, maybe one to come
} systole_watchdog;

// The limit-th cycle if it comes before `cycle`, or is it if nothing makes
// progress there; NEVER if it does not. Moves the mark to the last progress
// before `cycle`.
uint64_t systole_watchdog_bite(systole_watchdog *watchdog, const systole_engines *engines,
                               const systole_read_channel *channel, uint64_t cycle);

// The first cycle from `from` on in which the bus, MX or VX make progress, as
// far as is known; *upto is the last of its stretch.
uint64_t systole_watchdog_progress(const systole_engines *engines,
                                   const systole_read_channel *channel, uint64_t from,
                                   uint64_t *upto);

#endif
