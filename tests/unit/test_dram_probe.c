// What `systole dram` prints, for many clocks and buses: latencies are the
// formula's, streams reach what the bus and the pins beside refreshes give.
#include <string.h>

#include "sim/dram/probe.h"
#include "tests/unit/harness.h"

void suite_dram_probe(void);

static systole_dram *make(const char *preset, const systole_config *config) {
  systole_dram_params params = {.seed = 1};
  systole_dram *dram = NULL;
  strcpy(params.preset, preset);
  CU_ASSERT_EQUAL_FATAL(systole_dram_create(&params, config, &dram, NULL), SYSTOLE_OK);
  return dram;
}

static void check_latencies(const char *preset, const systole_config *config) {
  systole_dram *dram = make(preset, config);
  const systole_dram_timing *timing = systole_dram_timing_find(preset);
  for (unsigned row = SYSTOLE_PROBE_HIT; row <= SYSTOLE_PROBE_CONFLICT; row++)
    for (unsigned write = 0; write < 2; write++)
      CU_ASSERT_EQUAL(systole_probe_latency(dram, timing, config, row, write),
                      systole_probe_formula(timing, config, row, write));
  systole_dram_destroy(dram);
}

static void latencies_are_the_formulas(void) {
  static const unsigned clocks[] = {1, 50, 123, 200, 333, 1000, 1200, 5000};
  for (unsigned p = 0; systole_dram_preset_name(p); p++)
    for (unsigned i = 0; i < 8; i++)
      for (unsigned bus = 4; bus <= 128; bus *= 2)
        check_latencies(systole_dram_preset_name(p), &(systole_config){.clock_mhz = clocks[i], .bus_bytes = bus});
}

// Bytes a second of the pins beside refreshes; of a memory without pins, more
// than any bus.
static double pins(const char *preset) {
  const systole_dram_timing *t = systole_dram_timing_find(preset);
  return t ? systole_dram_timing_peak(t) * (1 - (double)t->rfc / t->refi) : 1e30;
}

static double stream(const char *preset, const systole_config *config, bool write) {
  uint32_t most = config->bus_bytes * 64 < 1024 ? config->bus_bytes * 64 : 1024;
  systole_probe_traffic traffic = {.reads = !write, .writes = write, .burst_bytes = most};
  systole_dram *dram = make(preset, config);
  systole_probe_result result = systole_probe_run(dram, config, &traffic, (uint64_t)config->clock_mhz * 300);
  systole_dram_destroy(dram);
  return (double)result.bytes / 300e-6;
}

static void streams_reach_the_bus_or_the_pins(void) {
  static const unsigned clocks[] = {100, 200, 333, 800};
  for (unsigned p = 0; systole_dram_preset_name(p); p++)
    for (unsigned i = 0; i < 4; i++)
      for (unsigned bus = 4; bus <= 128; bus *= 2)
        for (unsigned write = 0; write < 2; write++) {
          const char *preset = systole_dram_preset_name(p);
          systole_config config = {.clock_mhz = clocks[i], .bus_bytes = bus};
          double most = 1e6 * clocks[i] * bus, rate = stream(preset, &config, write);
          if (most > pins(preset)) most = pins(preset);
          CU_ASSERT(rate <= 1.001 * most);
          CU_ASSERT(rate >= 0.9 * most);
        }
}

// Both directions at once on a slow bus reach twice the bus; on a bus that
// outruns the pins they share the pins, less what turning round costs.
static void two_streams_share_the_pins(void) {
  systole_probe_traffic both = {.reads = true, .writes = true, .burst_bytes = 1024};
  systole_config slow = {.clock_mhz = 200, .bus_bytes = 16}, fast = {.clock_mhz = 200, .bus_bytes = 128};
  systole_dram *dram = make("ddr4-2400", &slow);
  double rate = 1e4 * (double)systole_probe_run(dram, &slow, &both, 200 * 100).bytes;
  CU_ASSERT(rate > 0.95 * 6.4e9 && rate <= 6.4e9);
  systole_dram_destroy(dram);
  dram = make("ddr4-2400", &fast);
  rate = 1e4 * (double)systole_probe_run(dram, &fast, &both, 200 * 100).bytes;
  CU_ASSERT(rate > 0.75 * 19.2e9 && rate < 0.9 * 19.2e9);
  systole_dram_destroy(dram);
}

void suite_dram_probe(void) {
  static const systole_test tests[] = {
      {"latencies are the formula's", latencies_are_the_formulas},
      {"streams reach the bus or the pins", streams_reach_the_bus_or_the_pins},
      {"two streams share the pins", two_streams_share_the_pins},
      {0}};
  systole_test_suite("dram probe", tests);
}
