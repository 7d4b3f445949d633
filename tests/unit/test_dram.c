// The memory: its bytes, and when it answers.
#include <stdbool.h>
#include <string.h>

#include "hw/configs/config.h"
#include "sim/dram/dram.h"
#include "sim/dram/memory.h"
#include "tests/unit/harness.h"

void suite_dram(void);

static systole_dram *make(uint64_t seed, uint32_t delay, uint32_t stall) {
  systole_dram_params params = {.preset = "ideal", .seed = seed, .max_delay = delay,
                                .max_stall = stall};
  systole_config config = {.dim = 16, .bus_bytes = 16, .clock_mhz = 200};
  systole_dram *dram = NULL;
  CU_ASSERT_EQUAL_FATAL(systole_dram_create(&params, &config, &dram, NULL), SYSTOLE_OK);
  return dram;
}

static void unknown_preset_names_those_that_exist(void) {
  systole_dram_params params = {.preset = "sdram-66"};
  systole_config config = {.dim = 16};
  systole_dram *dram = NULL;
  systole_error err;
  CU_ASSERT_EQUAL(systole_dram_create(&params, &config, &dram, &err), SYSTOLE_E_UNSUPPORTED);
  CU_ASSERT_PTR_NULL(dram);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "sdram-66"));
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "ideal, ddr4-2400, hbm2"));
  systole_dram_destroy(dram);
}

static void ideal_latency_is_the_formula(void) {
  systole_dram *dram = make(1, 0, 0);
  CU_ASSERT_EQUAL(systole_dram_read_stall(dram), 0);
  CU_ASSERT_EQUAL(systole_dram_read(dram, 100, 0, 1), 132);
  CU_ASSERT_EQUAL(systole_dram_read(dram, 200, 4096, 64), 232);
  CU_ASSERT_EQUAL(systole_dram_write_stall(dram), 0);
  CU_ASSERT_EQUAL(systole_dram_write(dram, 100, 0, 1), 132);
  CU_ASSERT_EQUAL(systole_dram_write(dram, 101, 0, 64), 133);
  systole_dram_destroy(dram);
}

static void ideal_bandwidth_is_one_beat_a_cycle(void) {
  systole_dram *dram = make(1, 0, 0);
  uint64_t last = 0;
  for (unsigned n = 0; n < 1000; n++) last = systole_dram_read(dram, n, n * 1024, 64) + 64;
  CU_ASSERT_EQUAL(last, 32 + 64000);
  // Responses: one a cycle even where all bursts end together.
  for (unsigned n = 0; n < 1000; n++) last = systole_dram_write(dram, 0, n * 1024, 64);
  CU_ASSERT_EQUAL(last, 32 + 999);
  systole_dram_destroy(dram);
}

static void random_delays_stay_in_range_and_in_order(void) {
  systole_dram *dram = make(7, 5, 3);
  unsigned seen_delay[6] = {0}, seen_stall[4] = {0};
  uint64_t free_at = 0;
  for (unsigned n = 0; n < 2000; n++) {
    uint32_t stall = systole_dram_read_stall(dram);
    CU_ASSERT_FATAL(stall <= 3);
    seen_stall[stall]++;
    uint64_t cycle = 100 * n, first = systole_dram_read(dram, cycle, 0, 4);
    CU_ASSERT_FATAL(first >= cycle + 32 && first <= cycle + 37);
    CU_ASSERT(first >= free_at);
    free_at = first + 4;
    seen_delay[first - cycle - 32]++;
  }
  for (unsigned i = 0; i < 6; i++) CU_ASSERT(seen_delay[i] > 200);
  for (unsigned i = 0; i < 4; i++) CU_ASSERT(seen_stall[i] > 300);
  systole_dram_destroy(dram);
}

// Delays depend on (seed, channel, number) alone: neither on cycles nor on
// what the other channel does.
static void random_delays_are_a_hash(void) {
  systole_dram *a = make(42, 9, 9), *b = make(42, 9, 9), *c = make(43, 9, 9);
  unsigned differ = 0, channels_differ = 0;
  for (unsigned n = 0; n < 500; n++) {
    (void)systole_dram_write_stall(b);
    uint64_t write = systole_dram_write(b, 7, 0, 1);
    (void)write;
    uint64_t da = systole_dram_read(a, 1000 * n, 0, 1) - 1000 * n;
    uint64_t db = systole_dram_read(b, 3000 * n, 4096, 1) - 3000 * n;
    uint64_t dc = systole_dram_read(c, 1000 * n, 0, 1) - 1000 * n;
    CU_ASSERT_EQUAL(da, db);
    differ += da != dc;
    uint64_t dw = systole_dram_write(a, 1000 * n, 0, 1) - 1000 * n;
    channels_differ += da != dw;
  }
  CU_ASSERT(differ > 300);
  CU_ASSERT(channels_differ > 300);
  systole_dram_reset(a);
  systole_dram_reset(b);
  for (unsigned n = 0; n < 100; n++) {
    CU_ASSERT_EQUAL(systole_dram_read_stall(a), systole_dram_read_stall(b));
    CU_ASSERT_EQUAL(systole_dram_write_stall(a), systole_dram_write_stall(b));
    CU_ASSERT_EQUAL(systole_dram_read(a, n, 0, 3), systole_dram_read(b, n, 0, 3));
    CU_ASSERT_EQUAL(systole_dram_write(a, n, 0, 3), systole_dram_write(b, n, 0, 3));
  }
  systole_dram_destroy(a);
  systole_dram_destroy(b);
  systole_dram_destroy(c);
}

static void regions_and_gaps(void) {
  systole_memory *memory = NULL;
  systole_error err;
  CU_ASSERT_EQUAL_FATAL(systole_memory_create(&memory, &err), SYSTOLE_OK);
  CU_ASSERT_PTR_NULL(systole_memory_at(memory, 0, 1));
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x3000, 0x100, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x1000, 0x1000, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x2000, 0x10, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_memory_map(memory, UINT64_MAX - 0xFF, 0x100, &err), SYSTOLE_OK);
  for (unsigned i = 0; i < 256; i++) {
    uint8_t *p = systole_memory_at(memory, 0x3000 + i, 1);
    CU_ASSERT_PTR_NOT_NULL_FATAL(p);
    CU_ASSERT_EQUAL(*p, 0);
    *p = (uint8_t)i;
  }
  uint8_t *p = systole_memory_at(memory, 0x3000, 0x100);
  CU_ASSERT_PTR_NOT_NULL_FATAL(p);
  CU_ASSERT_EQUAL(p[255], 255);
  CU_ASSERT_PTR_NOT_NULL(systole_memory_at(memory, 0x1FF0, 0x10));
  CU_ASSERT_PTR_NULL(systole_memory_at(memory, 0x1FF0, 0x11));  // two regions, though they touch
  CU_ASSERT_PTR_NULL(systole_memory_at(memory, 0x2010, 1));
  CU_ASSERT_PTR_NULL(systole_memory_at(memory, 0xFFF, 1));
  CU_ASSERT_PTR_NULL(systole_memory_at(memory, 0x30FF, 2));
  CU_ASSERT_PTR_NOT_NULL(systole_memory_at(memory, UINT64_MAX, 1));
  CU_ASSERT_PTR_NULL(systole_memory_at(memory, UINT64_MAX, 2));
  CU_ASSERT_EQUAL(systole_memory_unmap(memory, 0x1000, &err), SYSTOLE_OK);
  CU_ASSERT_PTR_NULL(systole_memory_at(memory, 0x1000, 1));
  CU_ASSERT_PTR_NOT_NULL(systole_memory_at(memory, 0x2000, 0x10));
  CU_ASSERT_EQUAL(systole_memory_unmap(memory, 0x2008, &err), SYSTOLE_E_USAGE);
  systole_memory_destroy(memory);
}

// Bytes that are lent are seen where they are, and stay their owner's.
static void lent_regions(void) {
  systole_memory *memory = NULL;
  systole_error err;
  uint8_t mine[0x100] = {[7] = 42};
  CU_ASSERT_EQUAL_FATAL(systole_memory_create(&memory, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x2000, 0x100, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_memory_lend(memory, 0x1000, sizeof mine, mine, &err), SYSTOLE_OK);
  CU_ASSERT_PTR_EQUAL(systole_memory_at(memory, 0x1007, 1), &mine[7]);
  CU_ASSERT_PTR_NULL(systole_memory_at(memory, 0x10FF, 2));
  CU_ASSERT_EQUAL(systole_memory_lend(memory, 0x20FF, sizeof mine, mine, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_memory_unmap(memory, 0x1000, &err), SYSTOLE_OK);
  CU_ASSERT_PTR_NULL(systole_memory_at(memory, 0x1007, 1));
  CU_ASSERT_EQUAL(systole_memory_lend(memory, 0x3000, sizeof mine, mine, &err), SYSTOLE_OK);
  systole_memory_destroy(memory);
  CU_ASSERT_EQUAL(mine[7], 42);
}

static void regions_that_cannot_be(void) {
  systole_memory *memory = NULL;
  systole_error err;
  CU_ASSERT_EQUAL_FATAL(systole_memory_create(&memory, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x1000, 0x1000, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x1000, 1, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x1FFF, 1, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x0, 0x1001, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x0, 0x8000, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x8000, 0, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_memory_map(memory, UINT64_MAX, 2, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_memory_map(memory, 0x0, 0x1000, &err), SYSTOLE_OK);
  for (unsigned i = 0; i < 50; i++)
    CU_ASSERT_EQUAL(systole_memory_map(memory, 0x10000 - 0x100 * i, 0x100, &err), SYSTOLE_OK);
  systole_memory_destroy(memory);
  systole_memory_destroy(NULL);
}

void suite_dram(void) {
  static const systole_test tests[] = {
      {"an unknown preset names those that exist", unknown_preset_names_those_that_exist},
      {"ideal: unloaded latency is the formula's", ideal_latency_is_the_formula},
      {"ideal: streaming bandwidth is one beat a cycle", ideal_bandwidth_is_one_beat_a_cycle},
      {"random delays stay in range and in order", random_delays_stay_in_range_and_in_order},
      {"random delays are a hash of seed, channel, number", random_delays_are_a_hash},
      {"regions and the gaps between them", regions_and_gaps},
      {"regions that are lent", lent_regions},
      {"regions that cannot be", regions_that_cannot_be},
      {0}};
  systole_test_suite("dram", tests);
}
