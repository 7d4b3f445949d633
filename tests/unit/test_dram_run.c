// A run of accesses is the same as its accesses one by one.
#include <string.h>

#include "sim/dram/channel.h"
#include "sim/dram/place.h"
#include "tests/unit/harness.h"

void suite_dram_run(void);

static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static void one_by_one(systole_dram_channel *channel, const systole_dram_timing *t, uint64_t from,
                       unsigned bank, uint64_t row, unsigned count, bool write, uint64_t *ends) {
  systole_dram_run run;
  for (unsigned i = 0; i < count; i++) {
    systole_dram_channel_run(channel, t, from, bank ^ (i & t->group_low), row, 1, write, &run);
    ends[i] = systole_dram_run_end(&run, 0);
  }
}

static void check_runs(const systole_dram_timing *t) {
  systole_dram_channel whole, parts;
  systole_dram_run run;
  uint64_t state = t->mhz, from = 0, expected[64];
  systole_dram_channel_reset(&whole, t);
  systole_dram_channel_reset(&parts, t);
  for (unsigned i = 0; i < 100000; i++) {
    uint64_t r = next_random(&state);
    unsigned count = 1 + (r >> 8) % 64, bank = (r >> 16) % 16;
    from += r % 4 ? r >> 32 & 63 : r >> 32 & 1023;
    systole_dram_channel_run(&whole, t, from, bank, r >> 24 & 3, count, r >> 30 & 1, &run);
    one_by_one(&parts, t, from, bank, r >> 24 & 3, count, r >> 30 & 1, expected);
    for (unsigned k = 0; k < count; k++) CU_ASSERT_FATAL(systole_dram_run_end(&run, k) == expected[k]);
    CU_ASSERT_FATAL(!memcmp(&whole, &parts, sizeof whole));
  }
  CU_ASSERT(whole.counts.refreshes > 100);
}

static void runs_are_their_accesses(void) {
  for (unsigned p = 0; systole_dram_timing_at(p); p++) check_runs(systole_dram_timing_at(p));
}

// What the engine takes for granted of every table.
static void tables_are_sound(void) {
  for (unsigned p = 0; systole_dram_timing_at(p); p++) {
    const systole_dram_timing *t = systole_dram_timing_at(p);
    CU_ASSERT(t->group_low <= 1 && t->ccd_l <= (t->group_low + 1) * t->ccd_s);
    CU_ASSERT(t->ccd_s >= t->bl && t->ccd_l >= t->ccd_s && t->rrd_l >= t->rrd_s && t->wtr_l >= t->wtr_s);
    CU_ASSERT(t->rtw + t->cwl >= t->cl + t->bl);  // read data are over before write data begin
    CU_ASSERT(t->rtw >= t->ccd_l && t->ras >= t->rcd_read + t->rtp);
    CU_ASSERT(t->refi > 4 * (t->rfc + t->rp + t->ras + t->wr));
  }
}

// Runs lie as place says: walk two MiB of addresses.
static void runs_lie_as_places_say(void) {
  for (unsigned p = 0; systole_dram_timing_at(p); p++) {
    const systole_dram_timing *t = systole_dram_timing_at(p);
    const uint64_t step = UINT64_C(1) << t->access_log2;
    for (uint64_t at = 0; at < 2 << 20;) {
      systole_dram_place first = systole_dram_place_of(t, at);
      unsigned count = systole_dram_run_at(t, at);
      CU_ASSERT_FATAL(count >= 1 && count <= SYSTOLE_DRAM_RUN);
      for (unsigned i = 0; i < count; i++, at += step) {
        systole_dram_place place = systole_dram_place_of(t, at);
        CU_ASSERT_FATAL(place.channel == first.channel && place.row == first.row);
        CU_ASSERT_FATAL(place.bank == (first.bank ^ (i & t->group_low)));
      }
    }
  }
}

// Every bit of the row takes part in the bank, so that streams a power of two
// apart meet in different banks.
static void every_bit_of_the_row_moves_the_bank(void) {
  for (unsigned p = 0; systole_dram_timing_at(p); p++) {
    const systole_dram_timing *t = systole_dram_timing_at(p);
    unsigned row = 0;
    while (systole_dram_place_of(t, UINT64_C(1) << row).row == 0) row++;
    for (unsigned bit = row; bit < 64; bit++)
      CU_ASSERT(systole_dram_place_of(t, UINT64_C(1) << bit).bank != systole_dram_place_of(t, 0).bank);
  }
}

void suite_dram_run(void) {
  static const systole_test tests[] = {
      {"runs are their accesses", runs_are_their_accesses},
      {"tables are sound", tables_are_sound},
      {"runs lie as places say", runs_lie_as_places_say},
      {"every bit of the row moves the bank", every_bit_of_the_row_moves_the_bank},
      {0}};
  systole_test_suite("dram run", tests);
}
