// When lines of the program are asked for and arrive: the rules of
// systole_fetch.sv. What "now" changes is seen by others from the next cycle on.
#ifndef SYSTOLE_MODEL_FETCH_H
#define SYSTOLE_MODEL_FETCH_H

#include <stdbool.h>

#include "hw/isa/isa.h"
#include "sim/model/beat_log.h"

enum { SYSTOLE_FETCH_HELD = 32, SYSTOLE_FETCH_BEATS = 128, SYSTOLE_FETCH_RING = 64 };

typedef struct {
  uint64_t first;  // line
  unsigned lines, beats;
  uint64_t address;
  unsigned generation;
} systole_fetch_burst;

typedef struct {
  unsigned bus_shift;  // bytes of a beat: 1 << shift
  unsigned odd;        // lines of a beat less one: 1 on a bus of 128 bytes, else 0
  unsigned lead;       // lines from a multiple of 256 bytes to the first
  uint64_t base, lines;
  uint64_t at;     // the line that the sequencer needs next
  uint64_t popped[SYSTOLE_FETCH_RING];  // cycles in which the last were taken, or will be
  uint64_t asked;  // lines below have been asked for (since the last jump)
  uint64_t past;   // and those below will be held with the next burst
  uint64_t known;  // and of those below, the arrival is known
  uint64_t arrival[SYSTOLE_FETCH_RING];  // cycle of a line's last beat
  unsigned generation;     // jumps so far: bursts of before are dropped
  bool requests;           // `asking` waits to be taken,
  uint64_t request_cycle;  // from this cycle on
  uint64_t ask_cycle;      // the next may be asked for from this cycle on
  uint64_t end_cycle;      // and the end of the program be seen
  systole_fetch_burst asking, taken;  // taken: the last one
  bool unaccepted;         // `taken` is
  uint64_t asked_beats;    // of all bursts, `asking` included
  systole_beat_log log;    // of bursts accepted
} systole_fetch;

void systole_fetch_open(systole_fetch *fetch, unsigned bus_bytes, uint64_t base, uint64_t lines);

static inline bool systole_fetch_at_end(const systole_fetch *fetch) {
  return fetch->at >= fetch->lines;
}

// The first cycle in which the line `at` is there; NEVER if that is not known yet.
static inline uint64_t systole_fetch_have(const systole_fetch *fetch) {
  if (fetch->at >= fetch->known) return SYSTOLE_NEVER;
  return fetch->arrival[fetch->at % SYSTOLE_FETCH_RING] + 1;
}

// The first cycle in which the next burst has room, as far as is known: after
// that of the line that was 33 before its last was taken. Where there was none
// since the beginning or a jump, it is another that is past.
static inline uint64_t systole_fetch_room(const systole_fetch *fetch) {
  const uint64_t held = fetch->past - fetch->at;
  const uint64_t cycle = fetch->popped[(fetch->past - SYSTOLE_FETCH_HELD - 1) % SYSTOLE_FETCH_RING];
  return systole_unless(held > SYSTOLE_FETCH_HELD, cycle + 1);
}

// The first cycle in which the next burst may be asked for, as things stand.
static inline uint64_t systole_fetch_may_ask(systole_fetch *fetch) {
  if (fetch->requests || fetch->asked >= fetch->lines) return SYSTOLE_NEVER;
  const uint64_t cycle = systole_later(fetch->ask_cycle, systole_fetch_room(fetch));
  if (cycle == SYSTOLE_NEVER || fetch->asked_beats < SYSTOLE_FETCH_BEATS) return cycle;
  const uint64_t beat = fetch->asked_beats - SYSTOLE_FETCH_BEATS + 1;
  return systole_later(cycle, systole_after(systole_beat_log_cycle(&fetch->log, beat), 1));
}
void systole_fetch_ask(systole_fetch *fetch, uint64_t now);

// The request was taken by the read channel; its address was accepted.
void systole_fetch_take(systole_fetch *fetch, uint64_t now);
void systole_fetch_accept(systole_fetch *fetch, uint64_t first);

// The next line; another line, with all that is held dropped.
static inline void systole_fetch_pop(systole_fetch *fetch, uint64_t cycle) {
  fetch->popped[fetch->at++ % SYSTOLE_FETCH_RING] = cycle;
}
void systole_fetch_jump(systole_fetch *fetch, uint64_t line, uint64_t now);

// The first cycle in which nothing is asked for or on the way.
uint64_t systole_fetch_quiet(const systole_fetch *fetch);

#endif
