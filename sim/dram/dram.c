// Preset `ideal`: a fixed latency and full bandwidth.
//
//   first beat of read n   = max(accepted(n) + 32 + delay, last beat of read n-1 + 1)
//   response of write n    = max(last beat(n) + 32 + delay, response of write n-1 + 1)
//
// with delay = hash(seed, channel, n) mod (max_delay + 1). So a read's beats
// come back to back and in order, one a cycle on each channel.
#include "sim/dram/dram.h"

#include <stdlib.h>
#include <string.h>

enum { IDEAL_LATENCY = 32 };  // cycles, reads and writes alike

// What a random number is for; each use counts its own transactions.
enum { READ_DELAY, WRITE_DELAY, READ_STALL, WRITE_STALL, USES };

struct systole_dram {
  systole_dram_params params;
  uint64_t count[USES];
  uint64_t read_free;   // first cycle in which the R channel is free
  uint64_t write_free;  // the same for the B channel
};

systole_status systole_dram_create(const systole_dram_params *params, const systole_config *config,
                                   systole_dram **dram, systole_error *err) {
  (void)config;  // `ideal` counts in cycles and beats, so neither clock nor width matters
  *dram = NULL;
  if (!memchr(params->preset, 0, sizeof params->preset) || strcmp(params->preset, "ideal") != 0)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "memory preset '%.31s' is unknown; there is: ideal", params->preset);
  *dram = calloc(1, sizeof **dram);
  if (!*dram) return systole_fail(err, SYSTOLE_E_MEMORY, "no room for the memory's timing model");
  (*dram)->params = *params;
  return SYSTOLE_OK;
}

void systole_dram_destroy(systole_dram *dram) { free(dram); }

void systole_dram_reset(systole_dram *dram) {
  memset(dram->count, 0, sizeof dram->count);
  dram->read_free = dram->write_free = 0;
}

// splitmix64's finaliser over the three numbers, each spread by an odd constant.
static uint64_t hash(uint64_t seed, uint64_t use, uint64_t n) {
  uint64_t z = seed + (4 * n + use + 1) * UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

// The next random number of a use, 0..max.
static uint32_t draw(systole_dram *dram, unsigned use, uint32_t max) {
  uint64_t n = dram->count[use]++;
  if (max == 0) return 0;
  return (uint32_t)(hash(dram->params.seed, use, n) % ((uint64_t)max + 1));
}

uint32_t systole_dram_read_stall(systole_dram *dram) {
  return draw(dram, READ_STALL, dram->params.max_stall);
}

uint32_t systole_dram_write_stall(systole_dram *dram) {
  return draw(dram, WRITE_STALL, dram->params.max_stall);
}

uint64_t systole_dram_read(systole_dram *dram, uint64_t cycle, uint64_t address, uint32_t beats) {
  (void)address;
  uint64_t first = cycle + IDEAL_LATENCY + draw(dram, READ_DELAY, dram->params.max_delay);
  if (first < dram->read_free) first = dram->read_free;
  dram->read_free = first + beats;
  return first;
}

uint64_t systole_dram_write(systole_dram *dram, uint64_t cycle, uint64_t address, uint32_t beats) {
  (void)address;
  (void)beats;
  uint64_t answer = cycle + IDEAL_LATENCY + draw(dram, WRITE_DELAY, dram->params.max_delay);
  if (answer < dram->write_free) answer = dram->write_free;
  dram->write_free = answer + 1;
  return answer;
}
