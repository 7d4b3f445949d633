// Memory with banks behind an AXI bus: cuts bursts into DRAM accesses, hands
// them to the channels in order, and turns the memory's periods into the
// accelerator's cycles. Both clocks have an edge at the start of cycle 0.
#ifndef SYSTOLE_DRAM_BANKED_H
#define SYSTOLE_DRAM_BANKED_H

#include <stdint.h>

#include "hw/configs/config.h"
#include "sim/dram/channel.h"

typedef struct systole_banked systole_banked;

// NULL if the host has no room. The configuration's clock and bus width matter.
systole_banked *systole_banked_create(const systole_dram_timing *timing, const systole_config *config);
void systole_banked_destroy(systole_banked *banked);
void systole_banked_reset(systole_banked *banked);

// Calls in the order of their cycles. A read accepted in `cycle`: the earliest
// cycle of its first beat from which all its beats can follow one a cycle.
uint64_t systole_banked_read(systole_banked *banked, uint64_t cycle, uint64_t address, uint32_t beats);

// A write whose last beat is accepted in `cycle`: the earliest cycle of its
// response, which is when its last data have gone to the DRAM.
uint64_t systole_banked_write(systole_banked *banked, uint64_t cycle, uint64_t address, uint32_t beats);

// Sums over the channels.
systole_dram_counts systole_banked_count(const systole_banked *banked);

#endif
