// What all presets share: names, random delays, and answers in order.
//
//   first beat of read n = max(memory(n) + delay, last beat of read n-1 + 1)
//   response of write n  = max(memory(n) + delay, response of write n-1 + 1)
//
// where memory(n) is the preset's and delay = hash(seed, channel, n) mod
// (max_delay + 1). The delay is the bus's, so the memory does not feel it.
#include "sim/dram/dram.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/dram/banked.h"
#include "sim/dram/ideal.h"

// What a random number is for; each use counts its own transactions.
enum { READ_DELAY, WRITE_DELAY, READ_STALL, WRITE_STALL, USES };

struct systole_dram {
  systole_dram_params params;
  systole_banked *banked;  // NULL for `ideal`
  uint64_t count[USES];
  uint64_t read_free;   // first cycle in which the R channel is free
  uint64_t write_free;  // the same for the B channel
};

// ---- presets -----------------------------------------------------------------------

const char *systole_dram_preset_name(unsigned index) {
  if (index == 0) return "ideal";
  const systole_dram_timing *timing = systole_dram_timing_at(index - 1);
  return timing ? timing->name : NULL;
}

static systole_status refuse_preset(const systole_dram_params *params, systole_error *err) {
  char names[256] = "";
  size_t used = 0;
  for (unsigned i = 0; systole_dram_preset_name(i) && used < sizeof names; i++)
    used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                             systole_dram_preset_name(i));
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "memory preset '%.31s' is unknown; there are: %s",
                      params->preset, names);
}

// A preset with a clock of its own; the banks need to know the accelerator's.
static systole_status add_banks(systole_dram *dram, const systole_dram_timing *timing,
                                const systole_config *config, systole_error *err) {
  if (!config->clock_mhz || !config->bus_bytes)
    return systole_fail(err, SYSTOLE_E_CONFIG,
                        "memory preset '%s' needs a configuration with a clock and a bus", timing->name);
  dram->banked = systole_banked_create(timing, config);
  if (!dram->banked)
    return systole_fail(err, SYSTOLE_E_MEMORY, "no room for the memory's timing model");
  return SYSTOLE_OK;
}

systole_status systole_dram_create(const systole_dram_params *params, const systole_config *config,
                                   systole_dram **dram, systole_error *err) {
  *dram = NULL;
  bool ended = memchr(params->preset, 0, sizeof params->preset) != NULL;
  const systole_dram_timing *timing = ended ? systole_dram_timing_find(params->preset) : NULL;
  if (!ended || (!timing && strcmp(params->preset, "ideal") != 0)) return refuse_preset(params, err);
  systole_dram *made = calloc(1, sizeof *made);
  if (!made) return systole_fail(err, SYSTOLE_E_MEMORY, "no room for the memory's timing model");
  made->params = *params;
  systole_status status = timing ? add_banks(made, timing, config, err) : SYSTOLE_OK;
  if (status)
    systole_dram_destroy(made);
  else
    *dram = made;
  return status;
}

void systole_dram_destroy(systole_dram *dram) {
  if (!dram) return;
  systole_banked_destroy(dram->banked);
  free(dram);
}

void systole_dram_settle(systole_dram *dram) {
  dram->read_free = dram->write_free = 0;
  if (dram->banked) systole_banked_reset(dram->banked);
}

void systole_dram_reset(systole_dram *dram) {
  memset(dram->count, 0, sizeof dram->count);
  systole_dram_settle(dram);
}

// ---- random delays -----------------------------------------------------------------

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

// ---- answers -----------------------------------------------------------------------

uint64_t systole_dram_read(systole_dram *dram, uint64_t cycle, uint64_t address, uint32_t beats) {
  uint64_t first = dram->banked ? systole_banked_read(dram->banked, cycle, address, beats)
                                : systole_ideal_answer(cycle);
  first += draw(dram, READ_DELAY, dram->params.max_delay);
  if (first < dram->read_free) first = dram->read_free;
  dram->read_free = first + beats;
  return first;
}

uint64_t systole_dram_write(systole_dram *dram, uint64_t cycle, uint64_t address, uint32_t beats) {
  uint64_t answer = dram->banked ? systole_banked_write(dram->banked, cycle, address, beats)
                                 : systole_ideal_answer(cycle);
  answer += draw(dram, WRITE_DELAY, dram->params.max_delay);
  if (answer < dram->write_free) answer = dram->write_free;
  dram->write_free = answer + 1;
  return answer;
}

systole_dram_counts systole_dram_count(const systole_dram *dram) {
  return dram->banked ? systole_banked_count(dram->banked) : (systole_dram_counts){0};
}
