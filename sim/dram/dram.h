// When memory answers: the one timing model that the Verilated harness and the
// C model share. It is asked once per AXI burst, in the order in which the
// bursts are accepted on their channel, and knows nothing of the data.
//
// Delays are a hash of (seed, channel, transaction number), never of a cycle
// or a beat, so that two simulators that agree on the order of bursts agree on
// every cycle.
#ifndef SYSTOLE_DRAM_H
#define SYSTOLE_DRAM_H

#include <stdint.h>

#include "hw/base/status.h"
#include "hw/configs/config.h"

typedef struct {
  char preset[32];     // "ideal"
  uint64_t seed;       // of the random delays
  uint32_t max_delay;  // random extra cycles before a burst's first beat or response, 0..max_delay
  uint32_t max_stall;  // random extra cycles before an address is accepted, 0..max_stall
} systole_dram_params;

typedef struct systole_dram systole_dram;

systole_status systole_dram_create(const systole_dram_params *params, const systole_config *config,
                                   systole_dram **dram, systole_error *err);
void systole_dram_destroy(systole_dram *dram);

// Back to cycle 0: the state at the start of a run.
void systole_dram_reset(systole_dram *dram);

// Cycles for which the slave keeps ARREADY (AWREADY) low after it first sees
// the next burst's address valid.
uint32_t systole_dram_read_stall(systole_dram *dram);
uint32_t systole_dram_write_stall(systole_dram *dram);

// A read burst accepted in cycle `cycle`: the cycle of its first beat. The
// beats follow in consecutive cycles, and bursts answer in order.
uint64_t systole_dram_read(systole_dram *dram, uint64_t cycle, uint64_t address, uint32_t beats);

// A write burst whose last beat was accepted in cycle `cycle`: the cycle of
// its response. Responses come in order.
uint64_t systole_dram_write(systole_dram *dram, uint64_t cycle, uint64_t address, uint32_t beats);

#endif
