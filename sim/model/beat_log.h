// The beats of the last bursts on the read channel, so that the cycle in which
// a client had or will have the n-th beat of all can be told. A burst's beats come in
// consecutive cycles, bursts in order.
#ifndef SYSTOLE_MODEL_BEAT_LOG_H
#define SYSTOLE_MODEL_BEAT_LOG_H

#include "sim/model/cycles.h"

enum { SYSTOLE_BEAT_LOG = 64 };  // bursts kept: as many as may be under way

typedef struct {
  uint64_t last[SYSTOLE_BEAT_LOG];  // cycle of a burst's last beat
  uint64_t before[SYSTOLE_BEAT_LOG];  // beats of all bursts before it
  uint64_t upto[SYSTOLE_BEAT_LOG];    // and with it
  uint64_t bursts, beats;           // logged so far
  uint64_t probe;                   // burst where the last search ended
} systole_beat_log;

static inline void systole_beat_log_add(systole_beat_log *log, uint64_t last, uint64_t beats) {
  const uint64_t at = log->bursts++ % SYSTOLE_BEAT_LOG;
  log->before[at] = log->beats;
  log->beats += beats;
  log->last[at] = last;
  log->upto[at] = log->beats;
}

// The cycle of the n-th beat (from 1); NEVER if it is not logged yet, 0 if it
// is long past. A later search must not ask for an earlier beat.
static inline uint64_t systole_beat_log_cycle(systole_beat_log *log, uint64_t n) {
  if (n > log->beats) return SYSTOLE_NEVER;
  if (log->bursts - log->probe > SYSTOLE_BEAT_LOG) {
    log->probe = log->bursts - SYSTOLE_BEAT_LOG;
    if (n <= log->before[log->probe % SYSTOLE_BEAT_LOG]) return 0;
  }
  while (log->upto[log->probe % SYSTOLE_BEAT_LOG] < n) log->probe++;
  const uint64_t at = log->probe % SYSTOLE_BEAT_LOG;
  return log->last[at] - (log->upto[at] - n);
}

// Beats that came in cycle `cycle` or before.
static inline uint64_t systole_beat_log_upto(const systole_beat_log *log, uint64_t cycle) {
  uint64_t late = 0;
  for (uint64_t i = log->bursts; i-- > 0 && log->bursts - i <= SYSTOLE_BEAT_LOG;) {
    const uint64_t at = i % SYSTOLE_BEAT_LOG, beats = log->upto[at] - log->before[at];
    if (log->last[at] <= cycle) break;
    late += systole_sooner(log->last[at] - cycle, beats);
  }
  return log->beats - late;
}

#endif
