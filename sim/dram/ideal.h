// Preset `ideal`: a fixed latency and full bandwidth, whatever the clock.
#ifndef SYSTOLE_DRAM_IDEAL_H
#define SYSTOLE_DRAM_IDEAL_H

#include <stdint.h>

enum { SYSTOLE_IDEAL_LATENCY = 32 };  // cycles, reads and writes alike

static inline uint64_t systole_ideal_answer(uint64_t cycle) { return cycle + SYSTOLE_IDEAL_LATENCY; }

#endif
