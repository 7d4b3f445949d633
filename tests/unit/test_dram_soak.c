// What must hold for any calls to any preset: nothing earlier than an open row
// allows, nothing faster than the pins, order kept, the same again after a
// reset and on another instance.
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sim/dram/dram.h"
#include "sim/dram/timing.h"
#include "tests/unit/harness.h"

void suite_dram_soak(void);

static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

typedef struct {
  bool write;
  uint64_t cycle, address;
  uint32_t beats;
} call;

enum { CALLS = 4000 };

// Calls of a random mood: dense or with idle times, near or far addresses,
// mostly reads or mostly writes, short bursts or long ones.
static void make_calls(uint64_t seed, unsigned bus_bytes, call *calls) {
  uint64_t state = seed, cycle = 0, mood = 0, next = 0;
  uint32_t most = 1024 / bus_bytes < 64 ? 1024 / bus_bytes : 64;
  for (unsigned i = 0; i < CALLS; i++) {
    if (i % 200 == 0) mood = next_random(&state);
    uint64_t r = next_random(&state);
    cycle += mood & 1 ? r % 3 : mood & 2 ? r % 100 : r % 5000;
    if (r >> 32 & 7 && mood & 4) {
      // one stream goes on
    } else {
      next = next_random(&state) & (mood & 8 ? 0xFFFFF : 0xFFFFFFFF);
    }
    uint32_t beats = mood & 16 ? 1 + (uint32_t)(r >> 16) % most : most;
    uint64_t address = next - next % bus_bytes;
    uint32_t room = (uint32_t)((1024 - address % 1024) / bus_bytes);
    if (beats > room) beats = room;
    next = address + (uint64_t)beats * bus_bytes;
    calls[i] = (call){(r >> 40) % 8 < (mood >> 8) % 9, cycle, address, beats};
  }
}

static uint64_t answer_of(systole_dram *dram, const call *c) {
  return c->write ? systole_dram_write(dram, c->cycle, c->address, c->beats)
                  : systole_dram_read(dram, c->cycle, c->address, c->beats);
}

static systole_dram *make(const char *preset, unsigned mhz, unsigned bus_bytes, uint32_t delay) {
  systole_dram_params params = {.seed = 5, .max_delay = delay};
  systole_config config = {.bus_bytes = bus_bytes, .clock_mhz = mhz};
  systole_dram *dram = NULL;
  strcpy(params.preset, preset);
  CU_ASSERT_EQUAL_FATAL(systole_dram_create(&params, &config, &dram, NULL), SYSTOLE_OK);
  return dram;
}

static uint64_t divide_up(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

// ---- properties --------------------------------------------------------------------

// Cycles from a call to its answer that not even an open row can undercut.
static uint64_t least(const systole_dram_timing *t, unsigned mhz, bool write) {
  unsigned periods = t->request + (write ? t->cwl : t->cl) + t->bl + t->answer;
  return divide_up((uint64_t)periods * mhz, t->mhz);
}

// The bytes that calls ask of the DRAM go through its pins after the first
// call came and before the last answer, whatever window of calls is looked at.
static bool within_peak(const systole_dram_timing *t, unsigned mhz, const call *from, unsigned count,
                        unsigned bus_bytes, uint64_t last) {
  double bytes = 0;
  for (unsigned i = 0; i < count; i++) bytes += (double)from[i].beats * bus_bytes;
  return bytes <= systole_dram_timing_peak(t) / (1e6 * mhz) * (double)(last - from->cycle);
}

static void check_calls(const systole_dram_timing *t, unsigned mhz, unsigned bus_bytes, uint64_t seed) {
  static const unsigned window = 50;
  call calls[CALLS];
  uint64_t read_free = 0, write_free = 0, last = 0;
  systole_dram *dram = make(t->name, mhz, bus_bytes, 0);
  make_calls(seed, bus_bytes, calls);
  for (unsigned i = 0; i < CALLS; i++) {
    const call *c = &calls[i];
    uint64_t answer = answer_of(dram, c), *free_at = c->write ? &write_free : &read_free;
    CU_ASSERT_FATAL(answer >= c->cycle + least(t, mhz, c->write));
    CU_ASSERT_FATAL(answer >= *free_at);
    *free_at = answer + (c->write ? 1 : c->beats);
    if (*free_at > last) last = *free_at;
    if (i >= window) CU_ASSERT_FATAL(within_peak(t, mhz, c - window, window + 1, bus_bytes, last));
  }
  systole_dram_destroy(dram);
}

static void answers_obey_latency_order_and_peak(void) {
  static const unsigned clocks[] = {1, 37, 200, 333, 1000, 2400};
  for (unsigned p = 0; systole_dram_timing_at(p); p++)
    for (unsigned i = 0; i < 6; i++)
      for (unsigned bus = 4; bus <= 128; bus *= 2)
        check_calls(systole_dram_timing_at(p), clocks[i], bus, 1000 * p + 100 * i + bus);
}

// ---- determinism -------------------------------------------------------------------

static void the_same_after_a_reset_and_elsewhere(void) {
  call calls[CALLS];
  make_calls(77, 16, calls);
  for (unsigned p = 0; systole_dram_preset_name(p); p++) {
    systole_dram *a = make(systole_dram_preset_name(p), 200, 16, 9);
    systole_dram *b = make(systole_dram_preset_name(p), 200, 16, 9);
    for (unsigned i = 0; i < CALLS; i++)
      CU_ASSERT_EQUAL_FATAL(answer_of(a, &calls[i]), answer_of(b, &calls[i]));
    systole_dram_reset(a);
    systole_dram_counts zero = {0}, counts = systole_dram_count(a);
    CU_ASSERT(!memcmp(&zero, &counts, sizeof zero));
    systole_dram_destroy(b);
    b = make(systole_dram_preset_name(p), 200, 16, 9);
    for (unsigned i = 0; i < CALLS; i++)
      CU_ASSERT_EQUAL_FATAL(answer_of(a, &calls[i]), answer_of(b, &calls[i]));
    systole_dram_destroy(a);
    systole_dram_destroy(b);
  }
}

// A random delay moves an answer and nothing else: the memory does not feel it.
static void delays_only_add(void) {
  call calls[CALLS];
  make_calls(78, 16, calls);
  for (unsigned i = 0; i < CALLS; i++) calls[i].cycle += 10000 * (uint64_t)i;  // so that order adds nothing
  systole_dram *plain = make("ddr4-2400", 200, 16, 0), *late = make("ddr4-2400", 200, 16, 9);
  unsigned moved = 0;
  for (unsigned i = 0; i < CALLS; i++) {
    uint64_t without = answer_of(plain, &calls[i]), with = answer_of(late, &calls[i]);
    CU_ASSERT_FATAL(with >= without && with <= without + 9);
    moved += with > without;
  }
  CU_ASSERT(moved > CALLS / 2);
  systole_dram_destroy(plain);
  systole_dram_destroy(late);
}

void suite_dram_soak(void) {
  static const systole_test tests[] = {
      {"random calls: latency, order and peak", answers_obey_latency_order_and_peak},
      {"random calls: the same after a reset and elsewhere", the_same_after_a_reset_and_elsewhere},
      {"random delays only add", delays_only_add},
      {0}};
  systole_test_suite("dram soak", tests);
}
