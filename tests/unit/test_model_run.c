// A run in pieces: paused at any cycles it comes to the same report, wherever
// the host stops it.
#include "sim/dram/dram.h"
#include "sim/model/run.h"
#include "tests/unit/test_model_bench.h"

// A machine without its owner.
typedef struct {
  systole_srams srams;
  systole_dram *dram;
  systole_resolved_table *resolved;
  systole_engines engines;
  systole_run run;
  systole_report report;
} parts;

static void parts_open(parts *p, bench *b) {
  const systole_dram_params slow = {.preset = "ideal", .seed = 5, .max_delay = 90, .max_stall = 9};
  memset(p, 0, sizeof *p);
  if (systole_srams_create(&b->config, &p->srams, NULL) != SYSTOLE_OK ||
      systole_dram_create(&slow, &b->config, &p->dram, NULL) != SYSTOLE_OK ||
      systole_resolved_create(&b->config, &p->resolved, NULL) != SYSTOLE_OK)
    abort();
}

static void parts_close(parts *p) {
  systole_srams_destroy(&p->srams);
  systole_dram_destroy(p->dram);
  systole_resolved_destroy(p->resolved);
}

static void begin(parts *p, bench *b) {
  memset(&p->report, 0, sizeof p->report);
  p->engines.values = true;
  p->engines.config = &b->config;
  p->engines.memory = b->memory;
  p->engines.srams = &p->srams;
  p->engines.resolved = p->resolved;
  p->engines.report = &p->report;
  systole_run_open(&p->run, &b->job, &p->engines, p->dram);
}

// Loads, vectors and stores in a loop, some bound, more than the queues hold.
static void write_program(bench *b) {
  systole_line *loop = bench_add(b, SYSTOLE_OP_LOOP);
  SYSTOLE_SET(loop, LOOP, count, 3), SYSTOLE_SET(loop, LOOP, lines, 13);
  for (unsigned i = 0; i < 4; i++) {
    systole_line *l = bench_add(b, SYSTOLE_OP_LD);
    SYSTOLE_SET(l, LD, segment, 1), SYSTOLE_SET(l, LD, space, SYSTOLE_SPACE_PAR);
    SYSTOLE_SET(l, LD, rows, 1), SYSTOLE_SET(l, LD, words, 9 + i), SYSTOLE_SET(l, LD, dst_word, 1);
    l = bench_add(b, SYSTOLE_OP_VX);
    SYSTOLE_SET(l, VX, a_space, SYSTOLE_SPACE_VM), SYSTOLE_SET(l, VX, d_space, SYSTOLE_SPACE_VM);
    SYSTOLE_SET(l, VX, m, 5 + 9 * i), SYSTOLE_SET(l, VX, n, 4), SYSTOLE_SET(l, VX, d, 100);
  }
  systole_line *l = bench_add(b, SYSTOLE_OP_ST);
  SYSTOLE_SET(l, ST, segment, 2), SYSTOLE_SET(l, ST, space, SYSTOLE_SPACE_VM);
  SYSTOLE_SET(l, ST, rows, 1), SYSTOLE_SET(l, ST, elements, 40);
  systole_line_set(l, SYSTOLE_LSB_bound, 1, 1);
  bench_bind(bench_add(b, 0), 0, SYSTOLE_BIND_ST_offset, 0, 160, UINT32_MAX);
  for (unsigned i = 0; i < 2; i++) SYSTOLE_SET(bench_add(b, SYSTOLE_OP_VX), VX, a_space, SYSTOLE_SPACE_VM);
  bench_add(b, SYSTOLE_OP_ENDLOOP);
  bench_add(b, SYSTOLE_OP_END);
  for (unsigned i = 0; i < b->job.lines; i++)
    bench_put_line(bench_bytes(b, 0, 64ull * i), &b->lines[i]);
}

static systole_report whole_run(parts *p, bench *b) {
  begin(p, b);
  CU_ASSERT(systole_run_until(&p->run, UINT64_MAX));
  systole_run_describe(&p->run);
  return p->report;
}

static bool same(const systole_report *a, const systole_report *b) {
  return memcmp(a, b, sizeof *a) == 0;
}

static void test_pauses(void) {
  bench b;
  static parts p;
  bench_open(&b, 4);
  parts_open(&p, &b);
  write_program(&b);
  const systole_report whole = whole_run(&p, &b);
  CU_ASSERT_EQUAL(whole.cause, SYSTOLE_CAUSE_NONE);
  CU_ASSERT_EQUAL(whole.retired, 3 * 11);
  for (uint64_t step = 1; step < 40; step += step < 8 ? 1 : 7) {
    begin(&p, &b);
    for (uint64_t at = 0; at < whole.cycles + step && !systole_run_until(&p.run, at); at += step)
      CU_ASSERT(p.run.now <= at);
    systole_run_describe(&p.run);
    CU_ASSERT(p.run.ended && same(&p.report, &whole));
  }
  parts_close(&p);
  bench_close(&b);
}

// Wherever the host stops it, a run in pieces tells what one in a piece does.
static void test_stops(void) {
  bench b;
  static parts p;
  bench_open(&b, 4);
  parts_open(&p, &b);
  write_program(&b);
  const uint64_t cycles = whole_run(&p, &b).cycles;
  for (uint64_t stop = 8; stop < cycles; stop += 3) {
    b.job.max_cycles = stop;
    const systole_report whole = whole_run(&p, &b);
    CU_ASSERT_EQUAL(whole.cause, SYSTOLE_CAUSE_ABORT);
    begin(&p, &b);
    for (uint64_t at = 0; at <= whole.cycles && !systole_run_until(&p.run, at); at++) continue;
    systole_run_describe(&p.run);
    CU_ASSERT(p.run.ended && same(&p.report, &whole));
  }
  parts_close(&p);
  bench_close(&b);
}

void suite_model_run(void) {
  static const systole_test tests[] = {
      {"pauses", test_pauses}, {"stops by the host", test_stops}, {0}};
  systole_test_suite("model_run", tests);
}
