#include "cli/trace_windows.h"

#include <string.h>

void systole_windows_clear(systole_windows *w) {
  w->width = SYSTOLE_WINDOW_CYCLES;
  w->used = 0;
}

static void clear_to(systole_windows *w, uint64_t count) {
  if (count <= w->used) return;
  memset(w->sum[w->used], 0, (count - w->used) * sizeof w->sum[0]);
  w->used = count;
}

// Two windows become one.
static void widen(systole_windows *w) {
  clear_to(w, w->used + w->used % 2);
  for (uint64_t i = 0; i < w->used / 2; i++)
    for (int k = 0; k < SYSTOLE_TRACE_AMOUNTS; k++) w->sum[i][k] = w->sum[2 * i][k] + w->sum[2 * i + 1][k];
  w->used /= 2;
  w->width *= 2;
}

void systole_windows_add(systole_windows *w, systole_amount kind, uint64_t start, uint64_t end,
                         double amount) {
  double rate = amount / (double)(end - start);
  while ((end - 1) / w->width >= SYSTOLE_WINDOWS) widen(w);
  clear_to(w, (end - 1) / w->width + 1);
  for (uint64_t at = start; at < end;) {
    uint64_t window = at / w->width, next = (window + 1) * w->width;
    if (next > end) next = end;
    w->sum[window][kind] += rate * (double)(next - at);
    at = next;
  }
}
