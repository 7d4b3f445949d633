#include "sim/model/watchdog.h"

typedef struct {
  uint64_t from, first, last;  // the earliest stretch found, from `from` on
} stretch;

static void consider(stretch *s, uint64_t first, uint64_t last) {
  if (last == SYSTOLE_NEVER || last < s->from) return;
  first = systole_later(first, s->from);
  if (first > s->first || (first == s->first && last < s->last)) return;
  s->first = first;
  s->last = last;
}

static void consider_reads(stretch *s, const systole_read_channel *channel) {
  const systole_beat_log *log = &channel->log;
  consider(s, channel->accept, channel->accept);
  for (uint64_t i = log->bursts; i-- > 0 && log->bursts - i <= SYSTOLE_BEAT_LOG;) {
    const uint64_t at = i % SYSTOLE_BEAT_LOG, beats = log->upto[at] - log->before[at];
    consider(s, log->last[at] - beats + 1, log->last[at]);
  }
}

static void consider_writes(stretch *s, const systole_st_time *st) {
  for (uint64_t i = st->claims; i-- > 0 && st->claims - i <= SYSTOLE_ST_OUTSTANDING;) {
    const systole_st_burst *burst = &st->bursts[i % SYSTOLE_ST_OUTSTANDING];
    consider(s, burst->accepted, burst->accepted);
    consider(s, burst->first, burst->last);
    consider(s, burst->answer, burst->answer);
  }
}

static void consider_work(stretch *s, const systole_engines *engines, unsigned engine) {
  if (systole_engines_active(engines, engine))
    consider(s, systole_engines_ending(engines, engine)->start, engines->queues[engine].done);
}

uint64_t systole_watchdog_progress(const systole_engines *engines,
                                   const systole_read_channel *channel, uint64_t from,
                                   uint64_t *upto) {
  stretch s = {from, SYSTOLE_NEVER, SYSTOLE_NEVER};
  consider_reads(&s, channel);
  consider_writes(&s, &engines->st);
  consider_work(&s, engines, SYSTOLE_ENGINE_MX);
  consider_work(&s, engines, SYSTOLE_ENGINE_VX);
  *upto = s.last;
  return s.first;
}

uint64_t systole_watchdog_bite(systole_watchdog *watchdog, const systole_engines *engines,
                               const systole_read_channel *channel, uint64_t cycle) {
  while (cycle >= watchdog->mark + watchdog->limit) {
    uint64_t upto;
    const uint64_t first =
        systole_watchdog_progress(engines, channel, watchdog->mark + 1, &upto);
    if (first > watchdog->mark + watchdog->limit || first >= cycle)
      return watchdog->mark + watchdog->limit;
    watchdog->mark = systole_sooner(upto, cycle - 1);
  }
  return SYSTOLE_NEVER;
}
