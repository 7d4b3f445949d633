// Measures a memory from the side of the bus: latencies with nothing else under
// way, and what traffic sustains that the machine's own bus masters would make.
#ifndef SYSTOLE_DRAM_PROBE_H
#define SYSTOLE_DRAM_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/configs/config.h"
#include "sim/dram/dram.h"
#include "sim/dram/timing.h"

// What the masters keep under way (systole_axi_rd and _wr).
enum { SYSTOLE_PROBE_READ_BURSTS = 64, SYSTOLE_PROBE_READ_BEATS = 128, SYSTOLE_PROBE_WRITE_BURSTS = 32 };

typedef enum { SYSTOLE_PROBE_HIT, SYSTOLE_PROBE_MISS, SYSTOLE_PROBE_CONFLICT } systole_probe_row;

// Cycles from the acceptance of a burst of one beat (a write: of its beat) to
// its first beat (its response), both clocks having an edge at the start of
// that cycle. Resets the memory; timing NULL for a memory without rows.
uint64_t systole_probe_latency(systole_dram *dram, const systole_dram_timing *timing,
                               const systole_config *config, systole_probe_row row, bool write);

// Periods that a beat wider than an access waits for its other accesses: their
// rows are opened tRRD_S apart, the rest follow tCCD_S apart.
unsigned systole_probe_wide(const systole_dram_timing *timing, const systole_config *config,
                            systole_probe_row row);

// The same latency by the formula, from the timings alone.
uint64_t systole_probe_formula(const systole_dram_timing *timing, const systole_config *config,
                               systole_probe_row row, bool write);

typedef struct {
  bool reads, writes;  // one stream of each that is set
  bool random;         // addresses: multiples of burst_bytes in the first GiB; else consecutive
  uint32_t burst_bytes;  // a multiple of bus_bytes, at most 64 beats and 1,024 bytes
} systole_probe_traffic;

typedef struct {
  uint64_t bursts, bytes;  // that were finished in time
  systole_dram_counts counts;
} systole_probe_result;

// Makes traffic from cycle 0 until `cycles`. Resets the memory first.
systole_probe_result systole_probe_run(systole_dram *dram, const systole_config *config,
                                       const systole_probe_traffic *traffic, uint64_t cycles);

#endif
