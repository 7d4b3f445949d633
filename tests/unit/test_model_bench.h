// What the tests of the C model share: a configuration of any DIM, a machine
// with a little memory, a program under construction, and random numbers.
//
// Segments: 0 program (64 KiB at 0x10000), 1 and 2 data (64 KiB each), 15 the
// status record; all others are empty.
#ifndef SYSTOLE_TESTS_UNIT_MODEL_BENCH_H
#define SYSTOLE_TESTS_UNIT_MODEL_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/model/model.h"
#include "tests/unit/harness.h"

enum { BENCH_SEGMENT_BYTES = 65536, BENCH_LINES = 256 };

typedef struct {
  systole_config config;
  systole_memory *memory;
  systole_machine *machine;
  systole_job job;
  systole_report report;
  systole_line lines[BENCH_LINES];
} bench;

static inline uint64_t bench_random(uint64_t *state) {  // splitmix64
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

// 0..below-1
static inline unsigned bench_below(uint64_t *state, unsigned below) {
  return (unsigned)(bench_random(state) >> 32) % below;
}

// The seed of a random test: SYSTOLE_SEED or a fixed one, printed.
static inline uint64_t bench_seed(const char *test) {
  const char *text = getenv("SYSTOLE_SEED");
  const uint64_t seed = text ? strtoull(text, NULL, 0) : 20240607;
  printf("  %s: SYSTOLE_SEED=%llu\n", test, (unsigned long long)seed);
  return seed;
}

static inline systole_config bench_config(unsigned dim) {
  systole_config config = {.name = "bench", .dim = dim, .load_rows = 2, .bus_bytes = 4,
                           .wgt_words = 1024, .act_words = 256, .qnt_words = 256,
                           .acc_words = 256, .par_words = 128, .vm_words = 256, .rs_words = 64,
                           .queue_depth = 4, .clock_mhz = 100, .hash = 0x1122334455667788u};
  return config;
}

static inline uint64_t bench_base(unsigned segment) { return (segment + 1) * 0x10000ull; }

static inline void bench_open(bench *b, unsigned dim) {
  static const unsigned used[] = {0, 1, 2, 15};
  memset(b, 0, sizeof *b);
  b->config = bench_config(dim);
  if (systole_memory_create(&b->memory, NULL) != SYSTOLE_OK) abort();
  for (unsigned i = 0; i < 4; i++) {
    const uint64_t bytes = used[i] == 15 ? SYSTOLE_STATUS_BYTES : BENCH_SEGMENT_BYTES;
    if (systole_memory_map(b->memory, bench_base(used[i]), bytes, NULL) != SYSTOLE_OK) abort();
    b->job.segments[used[i]].base = bench_base(used[i]);
    b->job.segments[used[i]].limit = bytes;
  }
  if (systole_model_api()->create(&b->config, b->memory, NULL, &b->machine, NULL) != SYSTOLE_OK)
    abort();
}

static inline void bench_close(bench *b) {
  systole_model_api()->destroy(b->machine);
  systole_memory_destroy(b->memory);
}

static inline uint8_t *bench_bytes(bench *b, unsigned segment, uint64_t offset) {
  return systole_memory_at(b->memory, bench_base(segment) + offset, 1);
}

// The next line of the program, all zero but for its opcode.
static inline systole_line *bench_add(bench *b, unsigned opcode) {
  systole_line *line = &b->lines[b->job.lines++];
  memset(line, 0, sizeof *line);
  line->word[0] = opcode;
  return line;
}

static inline void bench_wait(systole_line *line, unsigned from, unsigned units) {
  systole_line_set(line, SYSTOLE_LSB_wait + 4 * from, 4, units);
}

static inline void bench_raise(systole_line *line, unsigned to, unsigned units) {
  systole_line_set(line, SYSTOLE_LSB_raise + 4 * to, 4, units);
}

// Fills slot `number` of a binding line.
static inline void bench_bind(systole_line *binding, unsigned number, unsigned field,
                              unsigned scalar, int32_t mult, uint32_t cap) {
  const unsigned at = number * SYSTOLE_BINDING_BITS;
  systole_line_set(binding, at, 8, field);
  systole_line_set(binding, at + 8, 4, scalar);
  systole_line_set(binding, at + 16, 32, (uint32_t)mult);
  systole_line_set(binding, at + 48, 32, cap);
}

static inline void bench_put_line(uint8_t *bytes, const systole_line *line) {
  for (unsigned w = 0; w < 16; w++)
    for (unsigned k = 0; k < 4; k++) bytes[4 * w + k] = (uint8_t)(line->word[w] >> (8 * k));
}

// Puts the program into segment 0 and runs it.
static inline void bench_run(bench *b) {
  for (unsigned i = 0; i < b->job.lines; i++)
    bench_put_line(bench_bytes(b, 0, 64ull * i), &b->lines[i]);
  if (systole_model_api()->run(b->machine, &b->job, &b->report, NULL, NULL, NULL) != SYSTOLE_OK)
    abort();
}

// Empties the program.
static inline void bench_restart(bench *b) { b->job.lines = 0; }

// Asserts how the last run ended.
#define BENCH_FAULT(b, cause_, engine_, index_, detail_)      \
  do {                                                        \
    CU_ASSERT_EQUAL((b)->report.cause, SYSTOLE_CAUSE_##cause_);   \
    CU_ASSERT_EQUAL((b)->report.engine, SYSTOLE_ENGINE_##engine_); \
    CU_ASSERT_EQUAL((b)->report.index, index_);               \
    CU_ASSERT_EQUAL((b)->report.detail, detail_);             \
  } while (0)

#define BENCH_FINE(b) CU_ASSERT_EQUAL((b)->report.cause, SYSTOLE_CAUSE_NONE)

#endif
