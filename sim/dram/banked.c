#include "sim/dram/banked.h"

#include <stdlib.h>

#include "sim/dram/place.h"

struct systole_banked {
  const systole_dram_timing *timing;
  uint64_t mhz;       // of the accelerator
  unsigned bus_log2;  // bytes of a beat
  unsigned count;
  systole_dram_channel channels[];
};

systole_banked *systole_banked_create(const systole_dram_timing *timing, const systole_config *config) {
  unsigned count = 1u << timing->channel;
  systole_banked *banked = calloc(1, sizeof *banked + count * sizeof banked->channels[0]);
  if (!banked) return NULL;
  banked->timing = timing;
  banked->mhz = config->clock_mhz;
  while (1u << banked->bus_log2 < config->bus_bytes) banked->bus_log2++;
  banked->count = count;
  systole_banked_reset(banked);
  return banked;
}

void systole_banked_destroy(systole_banked *banked) { free(banked); }

void systole_banked_reset(systole_banked *banked) {
  for (unsigned i = 0; i < banked->count; i++)
    systole_dram_channel_reset(&banked->channels[i], banked->timing);
}

// ---- the two clocks ----------------------------------------------------------------

static uint64_t divide_up(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

// The first period in which the channels have what came in a cycle.
static uint64_t period_of(const systole_banked *b, uint64_t cycle) {
  return divide_up(cycle * b->timing->mhz, b->mhz) + b->timing->request;
}

// ---- bursts ------------------------------------------------------------------------

// The next run of accesses of the burst [at, end): how many.
static unsigned serve_run(systole_banked *b, uint64_t from, uint64_t at, uint64_t end, bool write,
                          systole_dram_run *run) {
  const systole_dram_timing *t = b->timing;
  systole_dram_place place = systole_dram_place_of(t, at);
  uint64_t left = (end - at + (UINT64_C(1) << t->access_log2) - 1) >> t->access_log2;
  unsigned count = systole_dram_run_at(t, at);
  if (count > left) count = (unsigned)left;
  systole_dram_channel_run(&b->channels[place.channel], t, from, place.bank, place.row, count, write, run);
  return count;
}

// An access that ends in period e lets the burst begin in cycle
// (e + answer) * mhz / memory mhz - the first of the beats that need it; the
// largest of these counts. It is kept in units of 1 / memory mhz of a cycle, so
// that there is one division a burst. Accesses end in order: of those that begin
// in one beat the last counts.
uint64_t systole_banked_read(systole_banked *b, uint64_t cycle, uint64_t address, uint32_t beats) {
  const systole_dram_timing *t = b->timing;
  const uint64_t step = UINT64_C(1) << t->access_log2, from = period_of(b, cycle);
  const uint64_t end = address + ((uint64_t)beats << b->bus_log2);
  const unsigned shared = b->bus_log2 > t->access_log2 ? 1u << (b->bus_log2 - t->access_log2) : 1;
  uint64_t latest = 0;
  systole_dram_run run;
  for (uint64_t at = address & ~(step - 1); at < end;) {
    const unsigned count = serve_run(b, from, at, end, false, &run);
    for (unsigned i = shared - 1 - ((at >> t->access_log2) & (shared - 1)); i < count + shared - 1; i += shared) {
      const unsigned last = i < count ? i : count - 1;
      const uint64_t begin = at + last * step;
      const uint64_t late = (begin > address ? (begin - address) >> b->bus_log2 : 0) * t->mhz;
      const uint64_t ready = (systole_dram_run_end(&run, last) + t->answer) * b->mhz;
      if (ready > late && ready - late > latest) latest = ready - late;
    }
    at += count * step;
  }
  return divide_up(latest, t->mhz);
}

uint64_t systole_banked_write(systole_banked *b, uint64_t cycle, uint64_t address, uint32_t beats) {
  const systole_dram_timing *t = b->timing;
  const uint64_t step = UINT64_C(1) << t->access_log2, from = period_of(b, cycle);
  const uint64_t end = address + ((uint64_t)beats << b->bus_log2);
  uint64_t latest = 0;
  systole_dram_run run;
  for (uint64_t at = address & ~(step - 1); at < end;) {
    const unsigned count = serve_run(b, from, at, end, true, &run);
    const uint64_t last = systole_dram_run_end(&run, count - 1);
    if (last > latest) latest = last;
    at += count * step;
  }
  return divide_up((latest + t->answer) * b->mhz, t->mhz);
}

systole_dram_counts systole_banked_count(const systole_banked *banked) {
  systole_dram_counts sum = {0};
  for (unsigned i = 0; i < banked->count; i++) {
    const systole_dram_counts *c = &banked->channels[i].counts;
    sum.hits += c->hits;
    sum.misses += c->misses;
    sum.conflicts += c->conflicts;
    sum.refreshes += c->refreshes;
  }
  return sum;
}
