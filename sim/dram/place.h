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

#endif
