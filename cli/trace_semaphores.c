#include "cli/trace_semaphores.h"

#include <string.h>

void systole_semaphores_clear(systole_semaphores *s) {
  memset(s->raised, 0, sizeof s->raised);
  memset(s->taken, 0, sizeof s->taken);
}

bool systole_semaphores_take(systole_semaphores *s, unsigned engine, const systole_line *line,
                             systole_raise *last, bool *early) {
  bool waited = false;
  for (unsigned from = 0; from < 4; from++) {
    unsigned count = (unsigned)systole_line_get(line, SYSTOLE_LSB_wait + 4 * from, 4);
    if (!count) continue;
    s->taken[from][engine] += count;
    if (s->taken[from][engine] > s->raised[from][engine]) {
      *early = true;
      continue;
    }
    const systole_raise *r = &s->waiting[from][engine][(s->taken[from][engine] - 1) % SYSTOLE_RAISES];
    if (!waited || r->end > last->end) *last = *r;
    waited = true;
  }
  return waited;
}

void systole_semaphores_raise(systole_semaphores *s, unsigned engine, const systole_line *line,
                              uint32_t index, uint64_t end) {
  for (unsigned to = 0; to < 4; to++) {
    unsigned count = (unsigned)systole_line_get(line, SYSTOLE_LSB_raise + 4 * to, 4);
    while (count--)
      s->waiting[engine][to][s->raised[engine][to]++ % SYSTOLE_RAISES] = (systole_raise){end, index, engine};
  }
}
