// Amounts over time, in windows of equal width: bytes read and written, MACs.
// Room is fixed: when a run outgrows it, windows become twice as wide.
#ifndef SYSTOLE_CLI_TRACE_WINDOWS_H
#define SYSTOLE_CLI_TRACE_WINDOWS_H

#include <stdint.h>

enum { SYSTOLE_WINDOWS = 1 << 15, SYSTOLE_WINDOW_CYCLES = 1024 };

typedef enum { SYSTOLE_TRACE_READ, SYSTOLE_TRACE_WRITTEN, SYSTOLE_TRACE_MACS, SYSTOLE_TRACE_AMOUNTS } systole_amount;

typedef struct {
  uint64_t width;  // cycles
  uint64_t used;   // windows
  double sum[SYSTOLE_WINDOWS][SYSTOLE_TRACE_AMOUNTS];
} systole_windows;

void systole_windows_clear(systole_windows *windows);

// Spreads an amount evenly over the cycles [start, end); end > start.
void systole_windows_add(systole_windows *windows, systole_amount kind, uint64_t start,
                         uint64_t end, double amount);

#endif
