#include "sim/model/fetch.h"

static unsigned beats_of(const systole_fetch *fetch, uint64_t bytes) {
  return (unsigned)((bytes + (1u << fetch->bus_shift) - 1) >> fetch->bus_shift);
}

// Lines up to the next multiple of 256 bytes, or to the program's end.
static unsigned burst_lines(const systole_fetch *fetch) {
  const unsigned whole = 4 - (unsigned)(fetch->asked + fetch->lead) % 4;
  return (unsigned)systole_sooner(fetch->lines - fetch->asked, whole);
}

// Whole beats are held, so a line beyond the last may count.
static uint64_t held_with_next(const systole_fetch *fetch) {
  return (fetch->asked + burst_lines(fetch) + fetch->odd) & ~(uint64_t)fetch->odd;
}

void systole_fetch_open(systole_fetch *fetch, unsigned bus_bytes, uint64_t base, uint64_t lines) {
  *fetch = (systole_fetch){.base = base, .lines = lines};
  while (1u << fetch->bus_shift < bus_bytes) fetch->bus_shift++;
  fetch->odd = bus_bytes > SYSTOLE_LINE_BYTES;
  fetch->lead = base / SYSTOLE_LINE_BYTES % 4;
  fetch->past = held_with_next(fetch);
}

void systole_fetch_ask(systole_fetch *fetch, uint64_t now) {
  const unsigned lines = burst_lines(fetch);
  const uint64_t first = fetch->asked & ~(uint64_t)fetch->odd;
  const unsigned beats = beats_of(fetch, (fetch->asked + lines - first) * SYSTOLE_LINE_BYTES);
  fetch->asking = (systole_fetch_burst){fetch->asked, lines, beats,
                                        fetch->base + first * SYSTOLE_LINE_BYTES, fetch->generation};
  fetch->requests = true;
  fetch->request_cycle = now + 1;
  fetch->asked += lines;
  fetch->asked_beats += beats;
  fetch->past = held_with_next(fetch);
}

void systole_fetch_take(systole_fetch *fetch, uint64_t now) {
  fetch->taken = fetch->asking;
  fetch->unaccepted = true;
  fetch->requests = false;
  fetch->ask_cycle = systole_later(fetch->ask_cycle, now + 1);
}

void systole_fetch_accept(systole_fetch *fetch, uint64_t first) {
  const systole_fetch_burst *burst = &fetch->taken;
  fetch->unaccepted = false;
  systole_beat_log_add(&fetch->log, first + burst->beats - 1, burst->beats);
  if (burst->generation != fetch->generation) return;
  fetch->known = burst->first + burst->lines;
  uint64_t end = fetch->base + burst->first * SYSTOLE_LINE_BYTES - burst->address;
  for (uint64_t line = burst->first; line < fetch->known; line++) {
    end += SYSTOLE_LINE_BYTES;
    fetch->arrival[line % SYSTOLE_FETCH_RING] = first + beats_of(fetch, end) - 1;
  }
}

void systole_fetch_jump(systole_fetch *fetch, uint64_t line, uint64_t now) {
  fetch->at = fetch->asked = fetch->known = line;
  fetch->past = held_with_next(fetch);
  fetch->generation++;
  fetch->end_cycle = now + 2;
  fetch->ask_cycle = systole_later(fetch->ask_cycle, now + 2);
}

uint64_t systole_fetch_quiet(const systole_fetch *fetch) {
  if (fetch->requests || fetch->unaccepted) return SYSTOLE_NEVER;
  if (fetch->log.bursts == 0) return 0;
  return fetch->log.last[(fetch->log.bursts - 1) % SYSTOLE_BEAT_LOG] + 1;
}
