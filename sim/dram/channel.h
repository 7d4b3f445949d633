// One DRAM channel: what its banks, its data bus and its refresh allow when.
//
// The controller takes accesses in the order in which it is given them, leaves
// rows open, and sends each command as early as the rules and that order
// allow: ACTs in order, RDs and WRs in order, a PRE as soon as its bank permits.
// So rows of accesses that wait are opened ahead. A refresh of all banks is due
// every tREFI from cycle 0; no RD or WR is sent from then on until the open
// rows have been closed and the refresh is over.
#ifndef SYSTOLE_DRAM_CHANNEL_H
#define SYSTOLE_DRAM_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/dram/dram.h"
#include "sim/dram/place.h"
#include "sim/dram/timing.h"

// All times are periods of the memory's clock since cycle 0: the earliest in
// which a command may be sent.
typedef struct {
  bool open;
  uint64_t row;
  uint64_t act;           // closed: ACT
  uint64_t read, write;   // open: first RD, WR after the ACT
  uint64_t pre;           // open: PRE
} systole_dram_bank;

typedef struct {
  systole_dram_bank banks[SYSTOLE_DRAM_BANKS];
  struct {
    uint64_t act, read, write;
  } groups[SYSTOLE_DRAM_GROUPS], all;  // within a group; on the whole channel
  uint64_t windows[4];                 // the last four ACTs + tFAW, a ring
  unsigned oldest;                     // of windows
  uint64_t refresh;                    // the next refresh is due
  systole_dram_counts counts;
} systole_dram_channel;

void systole_dram_channel_reset(systole_dram_channel *channel, const systole_dram_timing *timing);

// The ends of a run of accesses: the periods after their last data transfers.
// Those from `known` on follow `last`, the one before, every `step` periods.
typedef struct {
  unsigned known, step;
  uint64_t last, ends[SYSTOLE_DRAM_RUN];
} systole_dram_run;

static inline uint64_t systole_dram_run_end(const systole_dram_run *run, unsigned i) {
  return i < run->known ? run->ends[i] : run->last + (uint64_t)(i + 1 - run->known) * run->step;
}

// `count` accesses, one at least, one after another to a row of a bank, or in
// turns to that row of banks `bank` and `bank ^ 1` (see systole_dram_run_at),
// which the controller has from period `from` on. Calls in the order of service.
void systole_dram_channel_run(systole_dram_channel *channel, const systole_dram_timing *timing,
                              uint64_t from, unsigned bank, uint64_t row, unsigned count, bool write,
                              systole_dram_run *run);

#endif
