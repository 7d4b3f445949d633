// Where in the DRAM an address lies.
#ifndef SYSTOLE_DRAM_PLACE_H
#define SYSTOLE_DRAM_PLACE_H

#include <stdint.h>

#include "sim/dram/timing.h"

typedef struct {
  unsigned channel;
  unsigned bank;  // 0..15; its low two bits are the bank group
  uint64_t row;   // not limited: an address beyond the devices is one more row
} systole_dram_place;

systole_dram_place systole_dram_place_of(const systole_dram_timing *timing, uint64_t address);

// Accesses from this address (included) to the end of the addresses that lie on
// one channel and in the same row of one bank or of two: with `group_low` the
// accesses alternate between banks b and b ^ 1. At most SYSTOLE_DRAM_RUN.
unsigned systole_dram_run_at(const systole_dram_timing *timing, uint64_t address);

enum { SYSTOLE_DRAM_RUN = 256 };

#endif
