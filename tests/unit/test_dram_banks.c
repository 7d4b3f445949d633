// Memory with banks against sequences computed by hand. The accelerator's clock
// is the memory's and a beat is one access, so that cycles are periods and
// every expectation is a sum of figures of docs/memory.md.
#include <stdio.h>

#include "sim/dram/dram.h"
#include "tests/unit/harness.h"

void suite_dram_banks(void);

// Addresses by name: a row of a bank, and the columns in it.
enum {
  DDR4_GROUP = 1 << 6, DDR4_COLUMN = 1 << 7, DDR4_BANK = 1 << 15, DDR4_ROW = 1 << 17,
  DDR4_GROUP_HIGH = 1 << 14,
  HBM2_GROUP = 1 << 5, HBM2_COLUMN = 1 << 6, HBM2_CHANNEL = 1 << 8, HBM2_BANK = 1 << 16,
  HBM2_GROUP_HIGH = 1 << 15, HBM2_ROW = 1 << 18,
  // Row 1 renames bank b to b ^ 1: this is row 1 of the bank that address 0 is in.
  DDR4_OTHER_ROW = DDR4_ROW | DDR4_GROUP, HBM2_OTHER_ROW = HBM2_ROW | HBM2_GROUP
};

static systole_dram *make(const char *preset, unsigned mhz, unsigned bus_bytes) {
  systole_dram_params params = {.seed = 1};
  systole_config config = {.bus_bytes = bus_bytes, .clock_mhz = mhz};
  systole_dram *dram = NULL;
  for (unsigned i = 0; preset[i]; i++) params.preset[i] = preset[i];
  CU_ASSERT_EQUAL_FATAL(systole_dram_create(&params, &config, &dram, NULL), SYSTOLE_OK);
  return dram;
}

// One call of a sequence and the answer that it must get.
typedef struct {
  char kind;  // R, W, or 0 behind the last
  uint64_t cycle, address, answer;
} step;

static void expect(systole_dram *dram, const step *steps) {
  systole_dram_reset(dram);
  for (unsigned i = 0; steps[i].kind; i++) {
    const step *s = &steps[i];
    uint64_t answer = s->kind == 'R' ? systole_dram_read(dram, s->cycle, s->address, 1)
                                     : systole_dram_write(dram, s->cycle, s->address, 1);
    CU_ASSERT_EQUAL(answer, s->answer);
    if (answer != s->answer)
      fprintf(stderr, "step %u: answer %llu, expected %llu\n", i, (unsigned long long)answer,
              (unsigned long long)s->answer);
  }
}

// ---- ddr4-2400: request 12, answer 12, tCL 17, tCWL 12, tRCD and tRP 17, tRAS 39 ------

static void ddr4_rows(void) {
  systole_dram *dram = make("ddr4-2400", 1200, 64);
  expect(dram, (step[]){{'R', 0, 0, 62},                    // miss: 12 + 17 + 17 + 4 + 12
                        {'R', 100, DDR4_COLUMN, 145},       // hit: 12 + 17 + 4 + 12
                        {'R', 1000, DDR4_OTHER_ROW, 1079},  // conflict: a hit + tRP + tRCD
                        {'R', 2000, 0, 2079},               // and back
                        {0}});
  systole_dram_counts counts = systole_dram_count(dram);
  CU_ASSERT_EQUAL(counts.hits, 1);
  CU_ASSERT_EQUAL(counts.misses, 1);
  CU_ASSERT_EQUAL(counts.conflicts, 2);
  CU_ASSERT_EQUAL(counts.refreshes, 0);
  // A conflict straight after: PRE waits for tRAS, 12 + 39 + 17 + 17 + 17 + 4 + 12.
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 1, DDR4_OTHER_ROW, 118}, {0}});
  // A late RD, of the hit, holds PRE by tRTP: RD at 92, PRE at 101.
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 80, 0, 125}, {'R', 81, DDR4_OTHER_ROW, 168}, {0}});
  // After a write PRE waits for tWR: WR at 29, data to 45, PRE at 63.
  expect(dram, (step[]){{'W', 0, 0, 57}, {'R', 1, DDR4_OTHER_ROW, 130}, {0}});
  systole_dram_destroy(dram);
}

static void ddr4_banks_side_by_side(void) {
  systole_dram *dram = make("ddr4-2400", 1200, 64);
  // ACTs at 12, 16, 20, 24 (tRRD_S), the fifth at 12 + 26 (tFAW) and not at 28.
  expect(dram, (step[]){{'R', 0, 0, 62},
                        {'R', 0, DDR4_GROUP, 66},
                        {'R', 0, DDR4_GROUP_HIGH, 70},
                        {'R', 0, DDR4_GROUP_HIGH | DDR4_GROUP, 74},
                        {'R', 0, DDR4_BANK, 88},
                        {0}});
  // In one group: ACTs 6 apart (tRRD_L); RDs 6 apart (tCCD_L), else 4 (tCCD_S).
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 0, DDR4_BANK, 68}, {0}});
  // tRRD_L without tCCD_L: the second ACT's tRAS, 18 + 39, holds the PRE of its bank.
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 0, DDR4_BANK, 68},
                        {'R', 1, DDR4_OTHER_ROW | DDR4_BANK, 124}, {0}});
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 0, DDR4_COLUMN, 68}, {0}});
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 0, DDR4_GROUP, 66}, {'R', 200, 0, 245},
                        {'R', 200, DDR4_GROUP, 249}, {'R', 200, DDR4_GROUP, 255}, {0}});
  // WRs likewise: WR at 29, 33, 39; data 12 + 4 later, and 12 to answer.
  expect(dram, (step[]){{'W', 0, 0, 57}, {'W', 0, DDR4_GROUP, 61}, {'W', 0, DDR4_GROUP, 67}, {0}});
  systole_dram_destroy(dram);
}

static void ddr4_turnaround(void) {
  systole_dram *dram = make("ddr4-2400", 1200, 64);
  // WR at 29, data to 45; RD in the same group at 45 + 9, in another at 45 + 3.
  expect(dram, (step[]){{'W', 0, 0, 57}, {'R', 0, DDR4_COLUMN, 87}, {0}});
  expect(dram, (step[]){{'W', 0, 0, 57}, {'R', 0, DDR4_GROUP, 81}, {0}});
  // RD at 29, WR at 29 + 11, data to 56.
  expect(dram, (step[]){{'R', 0, 0, 62}, {'W', 0, DDR4_COLUMN, 68}, {0}});
  systole_dram_destroy(dram);
}

static void ddr4_refresh(void) {
  systole_dram *dram = make("ddr4-2400", 1200, 64);
  // RD at 9359 still goes first. At 9360 the row is closed: PRE 9360, refresh
  // 9377 to 9797, ACT, RD at 9814.
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 9347, 0, 9392}, {0}});
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 9348, 0, 9847}, {0}});
  CU_ASSERT_EQUAL(systole_dram_count(dram).refreshes, 1);
  // PRE waits for tRTP after the RD at 9359: refresh 9385 to 9805.
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 9347, 0, 9392}, {'R', 9350, 0, 9855}, {0}});
  // A miss whose ACT alone fits before 9360 waits too; no row is open: 9360 to 9780.
  expect(dram, (step[]){{'R', 9340, 0, 9830}, {0}});
  // After ten idle intervals: in the tenth refresh, and long after it.
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 93700, 0, 94070}, {0}});
  CU_ASSERT_EQUAL(systole_dram_count(dram).refreshes, 10);
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 94600, 0, 94662}, {0}});
  // A hit at 18719 if its row had not been closed by the first refresh; the ACT
  // that it needs brings it behind the second: 18720 to 19140, RD at 19157.
  expect(dram, (step[]){{'R', 0, 0, 62}, {'R', 18707, 0, 19190}, {0}});
  // Writes as reads.
  expect(dram, (step[]){{'W', 0, 0, 57}, {'W', 9348, 0, 9842}, {0}});
  systole_dram_destroy(dram);
}

// ---- hbm2: request 10, answer 10, tCL 18, tCWL 7, tRCD 12 and 6, tRP 14, tRAS 28 ------

static void hbm2_rows(void) {
  systole_dram *dram = make("hbm2", 1000, 32);
  expect(dram, (step[]){{'R', 0, 0, 52},                    // miss: 10 + 12 + 18 + 2 + 10
                        {'R', 100, HBM2_COLUMN, 140},       // hit: 10 + 18 + 2 + 10
                        {'R', 1000, HBM2_OTHER_ROW, 1066},  // conflict: a hit + tRP + tRCD
                        {0}});
  // tRAS: ACT 10, PRE 38, ACT 52, RD 64. tRTP: RD at 70, PRE at 75.
  expect(dram, (step[]){{'R', 0, 0, 52}, {'R', 1, HBM2_OTHER_ROW, 94}, {0}});
  expect(dram, (step[]){{'R', 0, 0, 52}, {'R', 60, 0, 100}, {'R', 61, HBM2_OTHER_ROW, 131}, {0}});
  // A write has the shorter tRCD: WR at 16, data to 25. tWR: PRE at 39.
  expect(dram, (step[]){{'W', 0, 0, 35}, {'R', 1, HBM2_OTHER_ROW, 95}, {0}});
  systole_dram_destroy(dram);
}

static void hbm2_banks_side_by_side(void) {
  systole_dram *dram = make("hbm2", 1000, 32);
  // ACTs at 10, 14, 18, 22 (tRRD_S), and 26: tFAW is four tRRD_S.
  expect(dram, (step[]){{'R', 0, 0, 52},
                        {'R', 0, HBM2_GROUP, 56},
                        {'R', 0, HBM2_GROUP_HIGH, 60},
                        {'R', 0, HBM2_GROUP_HIGH | HBM2_GROUP, 64},
                        {'R', 0, HBM2_BANK, 68},
                        {0}});
  expect(dram, (step[]){{'R', 0, 0, 52}, {'R', 0, HBM2_BANK, 58}, {0}});    // tRRD_L
  expect(dram, (step[]){{'R', 0, 0, 52}, {'R', 0, HBM2_COLUMN, 55}, {0}});  // tCCD_L
  // Open rows of two groups: RDs 2 apart (tCCD_S).
  expect(dram, (step[]){{'R', 0, 0, 52}, {'R', 0, HBM2_GROUP, 56}, {'R', 100, 0, 140},
                        {'R', 100, HBM2_GROUP, 142}, {0}});
  // Pseudo channels do not wait for one another; the bus gives one beat a cycle.
  expect(dram, (step[]){{'R', 0, 0, 52}, {'R', 0, HBM2_CHANNEL, 53}, {'R', 0, 15 * HBM2_CHANNEL, 54},
                        {0}});
  systole_dram_destroy(dram);
}

static void hbm2_turnaround(void) {
  systole_dram *dram = make("hbm2", 1000, 32);
  // WR at 16, data to 25; RD in the same group at 25 + 9, in another at 25 + 4.
  expect(dram, (step[]){{'W', 0, 0, 35}, {'R', 0, HBM2_COLUMN, 64}, {0}});
  expect(dram, (step[]){{'W', 0, 0, 35}, {'R', 0, HBM2_GROUP, 59}, {0}});
  // RD at 22, WR at 22 + 15, data to 46. Another channel's WR does not wait.
  expect(dram, (step[]){{'R', 0, 0, 52}, {'W', 0, HBM2_COLUMN, 56}, {0}});
  expect(dram, (step[]){{'R', 0, 0, 52}, {'W', 0, HBM2_CHANNEL, 35}, {0}});
  systole_dram_destroy(dram);
}

static void hbm2_refresh(void) {
  systole_dram *dram = make("hbm2", 1000, 32);
  expect(dram, (step[]){{'R', 0, 0, 52}, {'R', 3889, 0, 3929}, {0}});
  // PRE 3900, refresh 3914 to 4174, ACT, RD 4186. On a channel with no row
  // open: refresh 3900 to 4160.
  expect(dram, (step[]){{'R', 0, 0, 52}, {'R', 3890, 0, 4216}, {0}});
  expect(dram, (step[]){{'R', 0, 0, 52}, {'R', 3890, HBM2_CHANNEL, 4202}, {0}});
  expect(dram, (step[]){{'R', 39000, 0, 39302}, {'R', 39400, 0, 39440}, {0}});
  systole_dram_destroy(dram);
}

// ---- bursts of many beats, and two clocks ----------------------------------------------

static void beats_follow_without_gaps(void) {
  // 16 accesses end 4 periods apart from 50 on, beats are 1 apart: the last
  // decides, 50 + 15 * 4 + 12 - 15.
  systole_dram *dram = make("ddr4-2400", 1200, 64);
  CU_ASSERT_EQUAL(systole_dram_read(dram, 0, 0, 16), 107);
  // One write of the same: WR at 29 + 15 * 4, data to 105.
  systole_dram_reset(dram);
  CU_ASSERT_EQUAL(systole_dram_write(dram, 0, 0, 16), 117);
  systole_dram_destroy(dram);
  // 16 bytes at 300 MHz are a quarter of the rate: the first access decides,
  // 62 periods are 15.5 cycles.
  dram = make("ddr4-2400", 300, 16);
  CU_ASSERT_EQUAL(systole_dram_read(dram, 0, 0, 64), 16);
  // Beats on both sides of an access's end: ready at 62 and 66.
  systole_dram_destroy(dram);
  dram = make("ddr4-2400", 1200, 16);
  CU_ASSERT_EQUAL(systole_dram_read(dram, 0, 48, 2), 65);
  systole_dram_destroy(dram);
  // A beat of four hbm2 accesses, RDs at 22, 26 (tRRD_S), 28, 30: data to 50.
  dram = make("hbm2", 1000, 128);
  CU_ASSERT_EQUAL(systole_dram_read(dram, 0, 0, 1), 60);
  // Eight beats are 256 bytes of each of four channels: the same, and 8 more RDs
  // in the first: RDs at 22, 26, 28, .. 38, of beat 1; beats 2 and on like it.
  systole_dram_reset(dram);
  CU_ASSERT_EQUAL(systole_dram_read(dram, 0, 0, 8), 67);
  // A write ends with its slowest channel, here the first of two, whose WRs go
  // on at 34, 36, .. 48 behind those of another write: data to 57.
  systole_dram_reset(dram);
  CU_ASSERT_EQUAL(systole_dram_write(dram, 0, 0, 2), 51);
  CU_ASSERT_EQUAL(systole_dram_write(dram, 0, 0, 4), 67);
  systole_dram_destroy(dram);
}

static void clocks_round_up(void) {
  // 700 MHz: cycle 1 begins in period 1.71, so the controller has it at 2 + 12;
  // first data for the bus at 14 + 50 = 64 periods, which are 37.33 cycles.
  systole_dram *dram = make("ddr4-2400", 700, 16);
  CU_ASSERT_EQUAL(systole_dram_read(dram, 1, 0, 1), 38);
  systole_dram_destroy(dram);
  // The same in every 7th cycle, far from 0 and far from a refresh.
  dram = make("ddr4-2400", 700, 16);
  uint64_t far = UINT64_C(7) * 9360 * 1000000 + 7 * 100;
  CU_ASSERT_EQUAL(systole_dram_read(dram, far + 1, 0, 1), far + 38);
  systole_dram_destroy(dram);
}

static void a_preset_with_banks_needs_a_clock(void) {
  systole_dram_params params = {.preset = "hbm2"};
  systole_config config = {.bus_bytes = 16};
  systole_dram *dram = NULL;
  CU_ASSERT_EQUAL(systole_dram_create(&params, &config, &dram, NULL), SYSTOLE_E_CONFIG);
  CU_ASSERT_PTR_NULL(dram);
}

void suite_dram_banks(void) {
  static const systole_test tests[] = {
      {"ddr4-2400: hit, miss, conflict; tRAS, tRTP, tWR", ddr4_rows},
      {"ddr4-2400: tRRD, tFAW, tCCD", ddr4_banks_side_by_side},
      {"ddr4-2400: write to read, read to write", ddr4_turnaround},
      {"ddr4-2400: refresh", ddr4_refresh},
      {"hbm2: hit, miss, conflict; tRAS, tRTP, tWR", hbm2_rows},
      {"hbm2: tRRD, tFAW, tCCD, pseudo channels", hbm2_banks_side_by_side},
      {"hbm2: write to read, read to write", hbm2_turnaround},
      {"hbm2: refresh", hbm2_refresh},
      {"beats follow without gaps", beats_follow_without_gaps},
      {"both clocks round up", clocks_round_up},
      {"a preset with banks needs a clock", a_preset_with_banks_needs_a_clock},
      {0}};
  systole_test_suite("dram banks", tests);
}
