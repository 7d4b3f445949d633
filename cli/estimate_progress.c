#include <stdio.h>
#include <unistd.h>

#include "cli/estimate.h"
#include "cli/report.h"

// Terminals get a line that is written over, files and pipes one now and then.
static double interval(void) { return isatty(2) ? 1 : 30; }

systole_progress systole_progress_begin(void) {
  double now = systole_seconds();
  return (systole_progress){now, now};
}

void systole_progress_show(systole_progress *p, const char *what, uint64_t done, uint64_t all,
                           const char *units) {
  double now = systole_seconds();
  if (now - p->shown < interval()) return;
  p->shown = now;
  fprintf(stderr, "%s%s: %llu of %llu %s, %.0f s%s", isatty(2) ? "\r" : "", what,
          (unsigned long long)done, (unsigned long long)all, units, now - p->begun,
          isatty(2) ? "   " : "\n");
}

void systole_progress_end(const systole_progress *p) {
  if (p->shown > p->begun && isatty(2)) fputc('\n', stderr);
}
