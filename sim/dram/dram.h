// When memory answers: the one timing model that the Verilated harness and the
// C model share. It is asked once per AXI burst, in the order in which the
// bursts are accepted on their channel, and knows nothing of the data.
//
// An answer is a function of the calls so far (their order, cycles, addresses
// and beats) and of random delays that are a hash of (seed, channel,
// transaction number), never of a cycle or a beat. So two simulators that agree
// on the order and the cycles of bursts agree on every cycle.
#ifndef SYSTOLE_DRAM_H
#define SYSTOLE_DRAM_H

#include <stdint.h>

#include "hw/base/status.h"
#include "hw/configs/config.h"

typedef struct {
  char preset[32];     // "ideal", "ddr4-2400", "hbm2": see docs/memory.md
  uint64_t seed;       // of the random delays
  uint32_t max_delay;  // random extra cycles before a burst's first beat or response, 0..max_delay
  uint32_t max_stall;  // random extra cycles before an address is accepted, 0..max_stall
} systole_dram_params;

typedef struct systole_dram systole_dram;

// The names in order, NULL behind the last.
const char *systole_dram_preset_name(unsigned index);

// Presets with banks need the configuration's clock_mhz and bus_bytes.
systole_status systole_dram_create(const systole_dram_params *params, const systole_config *config,
                                   systole_dram **dram, systole_error *err);
void systole_dram_destroy(systole_dram *dram);

// Back to cycle 0, the state at the start of a run: no row is open, and the
// first refresh is due one interval from here.
void systole_dram_reset(systole_dram *dram);

// Back to cycle 0 of an idle memory, as above, but the random delays go on.
void systole_dram_settle(systole_dram *dram);

// Cycles for which the slave keeps ARREADY (AWREADY) low after it first sees
// the next burst's address valid.
uint32_t systole_dram_read_stall(systole_dram *dram);
uint32_t systole_dram_write_stall(systole_dram *dram);

// Reads and writes share the banks, so their calls come in one order: that of
// their cycles, a read before a write in the same cycle.

// A read burst accepted in cycle `cycle`: the cycle of its first beat. The
// beats follow in consecutive cycles, and bursts answer in order.
uint64_t systole_dram_read(systole_dram *dram, uint64_t cycle, uint64_t address, uint32_t beats);

// A write burst whose last beat was accepted in cycle `cycle`: the cycle of
// its response. The slave takes a burst's beats (WREADY) from the cycle after that of
// its address on, and then always. Responses come in order.
uint64_t systole_dram_write(systole_dram *dram, uint64_t cycle, uint64_t address, uint32_t beats);

// What the accesses since cycle 0 met; an AXI burst is one access or more.
typedef struct {
  uint64_t hits, misses, conflicts;  // its row open; no row open; another row open
  uint64_t refreshes;                // that were due before the last access, all channels
} systole_dram_counts;

systole_dram_counts systole_dram_count(const systole_dram *dram);

#endif
