// Small programs through the whole Verilated machine and through the C model:
// the engines in a chain, loops and bindings, every cause of a fault, the
// watchdog, and that a machine which has met a fault runs a good program.
//
//   test_machine CONFIG MACHINE.so [SEED]
//
// Both machines must agree on the report (except for time), on every word of
// every SRAM and on every byte of memory; the RTL's status record must say what
// its registers say, and its times must add up.
#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/isa/isa.h"
#include "sim/machine.h"
#include "sim/model/model.h"
#include "sim/model/record.h"
#include "tests/system/agree.h"

enum { MAX_LINES = 256, REGION = 1 << 18 };  // bytes, for words of up to 128 lanes
enum { PROGRAM = 0x10000, DATA = 0x40080, RECORD = 0x800080 };  // addresses; not all of 4 KiB

typedef struct {
  const systole_machine_api *api;
  systole_machine *machine;
  systole_memory *memory;
  systole_report report;
} side;

typedef struct {
  systole_config config;
  side rtl, model;
  systole_dram_params dram;
  // The program being written
  systole_line lines[MAX_LINES];
  unsigned count;
  systole_job job;
  uint64_t random;
  unsigned passed, failed;
  bool failing;
  const char *name;
} bench;

static uint32_t rnd(bench *b) {
  b->random = b->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(b->random >> 33);
}

static void fail(bench *b, const char *what, uint64_t got, uint64_t want) {
  if (!b->failing) printf("FAIL %s:\n", b->name);
  b->failing = true;
  printf("  %s: got %" PRIu64 ", expected %" PRIu64 "\n", what, got, want);
}

static systole_line *add(bench *b, unsigned opcode) {
  systole_line *line = &b->lines[b->count++];
  memset(line, 0, sizeof *line);
  systole_line_set(line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode, opcode);
  return line;
}

static void sem(systole_line *line, int wait, int raise) {  // engines, -1 for none
  if (wait >= 0) systole_line_set(line, SYSTOLE_LSB_wait + 4 * (unsigned)wait, 4, 1);
  if (raise >= 0) systole_line_set(line, SYSTOLE_LSB_raise + 4 * (unsigned)raise, 4, 1);
}

static systole_line *binding(bench *b, systole_line *of) {
  systole_line_set(of, SYSTOLE_LSB_bound, 1, 1);
  systole_line *line = &b->lines[b->count++];
  memset(line, 0, sizeof *line);
  return line;
}

static void slot(systole_line *line, unsigned i, unsigned field, unsigned scalar, int32_t mult,
                 uint32_t cap) {
  systole_line_set(line, 80 * i, 8, field);
  systole_line_set(line, 80 * i + 8, 4, scalar);
  systole_line_set(line, 80 * i + 16, 32, (uint32_t)mult);
  systole_line_set(line, 80 * i + 48, 32, cap);
}

enum { SEG_DATA = 1, SEG_OUT = 2, SEG_HOLE = 3 };

// An empty program and the usual segments.
static void start(bench *b, const char *name) {
  b->name = name;
  b->failing = false;
  b->count = 0;
  memset(&b->job, 0, sizeof b->job);
  b->job.segments[0].base = PROGRAM;
  b->job.segments[0].limit = MAX_LINES * 64;
  b->job.segments[SEG_DATA].base = DATA;
  b->job.segments[SEG_DATA].limit = REGION / 2;
  b->job.segments[SEG_OUT].base = DATA + REGION / 2;
  b->job.segments[SEG_OUT].limit = REGION / 2;
  b->job.segments[SEG_HOLE].base = UINT64_C(0x123450000000);  // no memory there
  b->job.segments[SEG_HOLE].limit = 1 << 20;
  b->job.segments[15].base = RECORD;
  b->job.segments[15].limit = SYSTOLE_STATUS_BYTES;
  b->job.watchdog = 2000;
}

static systole_line *ld(bench *b, unsigned space, unsigned rows, unsigned words, uint64_t offset,
                        unsigned dst) {
  const unsigned bytes = b->config.dim * (space == SYSTOLE_SPACE_PAR ? 4 : 1);
  systole_line *l = add(b, SYSTOLE_OP_LD);
  SYSTOLE_SET(l, LD, segment, SEG_DATA);
  SYSTOLE_SET(l, LD, space, space);
  SYSTOLE_SET(l, LD, rows, rows);
  SYSTOLE_SET(l, LD, words, words);
  SYSTOLE_SET(l, LD, offset, offset);
  SYSTOLE_SET(l, LD, pitch, words * bytes);
  SYSTOLE_SET(l, LD, dst, dst);
  SYSTOLE_SET(l, LD, dst_row, words);
  SYSTOLE_SET(l, LD, dst_word, 1);
  return l;
}

static systole_line *mx(bench *b, unsigned m, unsigned k, unsigned n) {
  const unsigned dim = b->config.dim, kt = (k + dim - 1) / dim, nt = (n + dim - 1) / dim;
  systole_line *l = add(b, SYSTOLE_OP_MX);
  SYSTOLE_SET(l, MX, a_space, SYSTOLE_SPACE_ACT);
  SYSTOLE_SET(l, MX, m, m);
  SYSTOLE_SET(l, MX, k, k);
  SYSTOLE_SET(l, MX, n, n);
  SYSTOLE_SET(l, MX, a_row, kt);
  SYSTOLE_SET(l, MX, a_tile, 1);
  SYSTOLE_SET(l, MX, w_k, dim);
  SYSTOLE_SET(l, MX, w_n, dim * kt);
  SYSTOLE_SET(l, MX, c_row, nt);
  SYSTOLE_SET(l, MX, c_tile, 1);
  return l;
}

static systole_line *vx(bench *b, unsigned m, unsigned n) {
  const unsigned nw = (n + b->config.dim - 1) / b->config.dim;
  systole_line *l = add(b, SYSTOLE_OP_VX);
  SYSTOLE_SET(l, VX, a_space, SYSTOLE_SPACE_ACC);
  SYSTOLE_SET(l, VX, m, m);
  SYSTOLE_SET(l, VX, n, n);
  SYSTOLE_SET(l, VX, a_row, nw);
  SYSTOLE_SET(l, VX, d_space, SYSTOLE_SPACE_VM);
  SYSTOLE_SET(l, VX, d_row, nw);
  return l;
}

static systole_line *st(bench *b, unsigned space, unsigned rows, unsigned elements) {
  const unsigned dim = b->config.dim, bytes = space == SYSTOLE_SPACE_QNT ? 1 : 4;
  const unsigned row = (elements + dim - 1) / dim * dim;
  systole_line *l = add(b, SYSTOLE_OP_ST);
  SYSTOLE_SET(l, ST, segment, SEG_OUT);
  SYSTOLE_SET(l, ST, space, space);
  SYSTOLE_SET(l, ST, rows, rows);
  SYSTOLE_SET(l, ST, elements, elements);
  SYSTOLE_SET(l, ST, pitch, row * bytes);
  SYSTOLE_SET(l, ST, src_row, row);
  return l;
}

static void end(bench *b) {
  add(b, SYSTOLE_OP_END);
  b->job.lines = b->count;
}

static void verdict(bench *b) {
  if (b->failing) b->failed++;
  else b->passed++;
}

static void load(bench *b, side *s) {
  memcpy(systole_memory_at(s->memory, PROGRAM, sizeof b->lines), b->lines, sizeof b->lines);
}

static void compare_srams(bench *b) {
  uint8_t rtl[512], model[512];
  systole_error err;
  for (unsigned space = 0; space < 7; space++) {
    const size_t bytes = b->config.dim * (space >= 3 ? 4u : 1u);
    for (unsigned w = 0; w < systole_config_words(&b->config, space); w++) {
      if (b->rtl.api->peek(b->rtl.machine, space, w, rtl, &err) != SYSTOLE_OK ||
          b->model.api->peek(b->model.machine, space, w, model, &err) != SYSTOLE_OK) {
        printf("  %s\n", err.text);
        fail(b, "peek failed in space", space, 0);
        return;
      }
      if (memcmp(rtl, model, bytes) != 0) {
        printf("  space %u word %u differs\n", space, w);
        fail(b, "SRAM differs, first byte", rtl[0], model[0]);
        return;
      }
    }
  }
}

// The record, byte for byte, is what the registers say.
static void compare_record(bench *b) {
  uint8_t want[SYSTOLE_STATUS_BYTES];
  const uint8_t *got = systole_memory_at(b->rtl.memory, RECORD, sizeof want);
  systole_record_fill(&b->config, &b->rtl.report, want);
  for (unsigned i = 0; i < sizeof want; i++)
    if (got[i] != want[i]) {
      printf("  byte of register 0x%03x\n", 0x200 + i);
      fail(b, "record", got[i], want[i]);
      return;
    }
}

// Runs the program on both and compares. cause, engine, index, detail are those
// expected.
static void expect(bench *b, uint32_t cause, uint32_t engine, uint32_t index, uint32_t detail) {
  systole_error err;
  trace_log rtl = {0}, model = {0};
  load(b, &b->rtl);
  load(b, &b->model);
  systole_report *r = &b->rtl.report, *m = &b->model.report;
  memset(r, 0, sizeof *r);
  if (b->rtl.api->run(b->rtl.machine, &b->job, r, trace_into, &rtl, &err) != SYSTOLE_OK) {
    printf("  rtl: %s\n", err.text);
    fail(b, "rtl run", 1, 0);
  }
  if (b->model.api->run(b->model.machine, &b->job, m, trace_into, &model, &err) != SYSTOLE_OK) {
    printf("  model: %s\n", err.text);
    fail(b, "model run", 1, 0);
  }
  if (r->cause != cause) fail(b, "cause", r->cause, cause);
  if (r->engine != engine) fail(b, "engine", r->engine, engine);
  if (r->index != index) fail(b, "index", r->index, index);
  if (r->detail != detail) fail(b, "detail", r->detail, detail);
  if (m->cause != cause) fail(b, "model cause", m->cause, cause);
  if (m->engine != engine) fail(b, "model engine", m->engine, engine);
  if (m->index != index) fail(b, "model index", m->index, index);
  if (m->detail != detail) fail(b, "model detail", m->detail, detail);
  if (cause != SYSTOLE_CAUSE_WATCHDOG && cause != SYSTOLE_CAUSE_ABORT) {
    compare_srams(b);
    if (memcmp(systole_memory_at(b->rtl.memory, DATA, REGION),
               systole_memory_at(b->model.memory, DATA, REGION), REGION) != 0)
      fail(b, "memory differs", 1, 0);
  }
  // Times add up, and the record says what the registers say.
  for (unsigned e = 0; e < 4; e++) {
    const uint64_t sum = r->engines[e].busy + r->engines[e].wait_sem + r->engines[e].wait_mem +
                         r->engines[e].idle;
    if (sum != r->cycles) fail(b, "sum of an engine's times", sum, r->cycles);
  }
  if (!agree_traces(&rtl, &model)) fail(b, "traces differ", 1, 0);
  if (!agree_reports(r, m)) fail(b, "reports differ", 1, 0);
  if (rtl.count != r->retired) fail(b, "trace length", rtl.count, r->retired);
  free(rtl.ends);
  free(model.ends);
  if (b->job.segments[15].limit >= SYSTOLE_STATUS_BYTES && b->job.segments[15].base == RECORD) {
    compare_record(b);
  }
  verdict(b);
}

static void good(bench *b) { expect(b, 0, 0, 0, 0); }
static void seq(bench *b, uint32_t cause, uint32_t index) {
  expect(b, cause, SYSTOLE_ENGINE_SEQ, index, 0);
}

// LD, MX, VX and ST in a chain.
static void chain(bench *b, const char *name, unsigned m, unsigned k, unsigned n) {
  const unsigned dim = b->config.dim, kt = (k + dim - 1) / dim, nt = (n + dim - 1) / dim;
  start(b, name);
  ld(b, SYSTOLE_SPACE_ACT, m, kt, 0, 0);
  sem(ld(b, SYSTOLE_SPACE_WGT, kt * nt * dim, 1, 4096, 0), -1, SYSTOLE_ENGINE_MX);
  sem(mx(b, m, k, n), SYSTOLE_ENGINE_LD, SYSTOLE_ENGINE_VX);
  sem(vx(b, m, n), SYSTOLE_ENGINE_MX, SYSTOLE_ENGINE_ST);
  sem(st(b, SYSTOLE_SPACE_VM, m, n), SYSTOLE_ENGINE_VX, -1);
  end(b);
}

static void good_programs(bench *b) {
  const unsigned dim = b->config.dim;
  start(b, "only END");
  end(b);
  good(b);
  chain(b, "chain", 3, 2 * dim - 3, dim + 2);
  good(b);
  chain(b, "chain, no record", dim, dim, dim);
  b->job.segments[15].limit = SYSTOLE_STATUS_BYTES - 1;
  good(b);
  chain(b, "chain of no-ops", 0, dim, dim);
  good(b);

  // A loop in a loop: PAR rows to VM through VX, addresses bound to counters.
  start(b, "loops and bindings");
  b->job.scalars[5] = 3;
  systole_line *l = add(b, SYSTOLE_OP_LOOP), *s;
  s = binding(b, l);
  slot(s, 0, SYSTOLE_BIND_LOOP_count, 5, 1, UINT32_MAX);
  SYSTOLE_SET(l, LOOP, lines, 9);
  SYSTOLE_SET(l, LOOP, counter, 1);
  l = add(b, SYSTOLE_OP_LOOP);
  SYSTOLE_SET(l, LOOP, count, 2);
  SYSTOLE_SET(l, LOOP, lines, 7);
  SYSTOLE_SET(l, LOOP, counter, 2);
  l = ld(b, SYSTOLE_SPACE_PAR, 2, 1, 0, 0);
  sem(l, -1, SYSTOLE_ENGINE_VX);
  s = binding(b, l);
  slot(s, 0, SYSTOLE_BIND_LD_offset, 1, (int32_t)(16 * dim), UINT32_MAX);
  slot(s, 1, SYSTOLE_BIND_LD_offset, 2, (int32_t)(8 * dim), UINT32_MAX);
  slot(s, 2, SYSTOLE_BIND_LD_dst, 1, 4, UINT32_MAX);
  slot(s, 3, SYSTOLE_BIND_LD_dst, 2, 2, UINT32_MAX);
  l = vx(b, 2, dim);
  SYSTOLE_SET(l, VX, a_space, SYSTOLE_SPACE_PAR);
  SYSTOLE_SET(l, VX, reduce, SYSTOLE_VXREDUCE_SUM);
  sem(l, SYSTOLE_ENGINE_LD, SYSTOLE_ENGINE_ST);
  s = binding(b, l);
  slot(s, 0, SYSTOLE_BIND_VX_a, 1, 4, UINT32_MAX);
  slot(s, 1, SYSTOLE_BIND_VX_a, 2, 2, UINT32_MAX);
  slot(s, 2, SYSTOLE_BIND_VX_d, 1, 4, UINT32_MAX);
  slot(s, 3, SYSTOLE_BIND_VX_d, 2, 2, UINT32_MAX);
  slot(s, 4, SYSTOLE_BIND_VX_r, 1, 2, UINT32_MAX);
  slot(s, 5, SYSTOLE_BIND_VX_r, 2, 1, UINT32_MAX);
  l = st(b, SYSTOLE_SPACE_VM, 2, dim);
  sem(l, SYSTOLE_ENGINE_VX, -1);
  s = binding(b, l);
  slot(s, 0, SYSTOLE_BIND_ST_src, 1, (int32_t)(4 * dim), UINT32_MAX);
  slot(s, 1, SYSTOLE_BIND_ST_src, 2, (int32_t)(2 * dim), UINT32_MAX);
  slot(s, 2, SYSTOLE_BIND_ST_offset, 1, (int32_t)(16 * dim), UINT32_MAX);
  slot(s, 3, SYSTOLE_BIND_ST_offset, 2, (int32_t)(8 * dim), UINT32_MAX);
  add(b, SYSTOLE_OP_ENDLOOP);
  add(b, SYSTOLE_OP_ENDLOOP);
  end(b);
  good(b);

  start(b, "skipped loop");
  l = add(b, SYSTOLE_OP_LOOP);
  SYSTOLE_SET(l, LOOP, lines, 2);
  add(b, 0xEE);
  add(b, SYSTOLE_OP_ENDLOOP);
  end(b);
  good(b);

  // A gather through indices that the host put down.
  start(b, "gather");
  uint32_t *list = (uint32_t *)(void *)systole_memory_at(b->rtl.memory, DATA + 8192, 64);
  for (unsigned i = 0; i < 5; i++) list[i] = (i * 7 + 3) % 11;
  memcpy(systole_memory_at(b->model.memory, DATA + 8192, 64), list, 64);
  l = ld(b, SYSTOLE_SPACE_PAR, 5, 1, 0, 4);
  systole_line_set(l, SYSTOLE_LSB_opcode, 8, SYSTOLE_OP_LDG);
  SYSTOLE_SET(l, LDG, index_segment, SEG_DATA);
  SYSTOLE_SET(l, LDG, index_offset, 8192);
  SYSTOLE_SET(l, LDG, limit, 11);
  end(b);
  good(b);

  // More than any queue holds, behind a semaphore that comes late.
  start(b, "full queue");
  for (unsigned i = 0; i < 80; i++) {
    l = vx(b, 1, dim);
    if (i == 0) sem(l, SYSTOLE_ENGINE_LD, -1);
    SYSTOLE_SET(l, VX, d, i);
    if (i == 0) {
      b->count--;
      systole_line keep = *l;
      sem(ld(b, SYSTOLE_SPACE_ACT, 64, 1, 0, 0), -1, SYSTOLE_ENGINE_VX);
      b->lines[b->count++] = keep;
    }
  }
  end(b);
  good(b);
}

static void sequencer_faults(bench *b) {
  const unsigned dim = b->config.dim;
  systole_line *l, *s;

  start(b, "no END");
  ld(b, SYSTOLE_SPACE_ACT, 1, 1, 0, 0);
  b->job.lines = 1;
  seq(b, SYSTOLE_CAUSE_SEGMENT, 1);
  start(b, "no lines");
  b->job.lines = 0;
  seq(b, SYSTOLE_CAUSE_SEGMENT, 0);
  start(b, "program beyond its segment");
  end(b);
  b->job.segments[0].limit = 63;
  seq(b, SYSTOLE_CAUSE_SEGMENT, 0);
  start(b, "no binding line");
  l = add(b, SYSTOLE_OP_END);
  systole_line_set(l, SYSTOLE_LSB_bound, 1, 1);
  b->job.lines = 1;
  seq(b, SYSTOLE_CAUSE_SEGMENT, 0);

  start(b, "unknown opcode");
  ld(b, SYSTOLE_SPACE_ACT, 1, 1, 0, 0);
  add(b, 0x99);
  end(b);
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 1);
  start(b, "reserved bit");
  l = mx(b, 1, 1, 1);
  systole_line_set(l, 500, 1, 1);
  end(b);
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 0);
  start(b, "own semaphore");
  l = vx(b, 1, 1);
  sem(l, SYSTOLE_ENGINE_VX, -1);
  end(b);
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 0);
  start(b, "END with a semaphore");
  l = add(b, SYSTOLE_OP_END);
  sem(l, SYSTOLE_ENGINE_LD, -1);
  b->job.lines = 1;
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 0);
  start(b, "undefined space");
  ld(b, SYSTOLE_SPACE_VM, 1, 1, 0, 0);
  end(b);
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 0);
  start(b, "port claimed twice");
  l = vx(b, 1, 1);
  SYSTOLE_SET(l, VX, a_space, SYSTOLE_SPACE_RS);
  SYSTOLE_SET(l, VX, mul, SYSTOLE_VXMUL_ROW);
  end(b);
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 0);
  start(b, "c_space without add = C");
  l = vx(b, 1, 1);
  SYSTOLE_SET(l, VX, c_space, SYSTOLE_SPACE_VM);
  end(b);
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 0);
  start(b, "unknown bind code");
  s = binding(b, mx(b, 1, 1, 1));
  slot(s, 0, 77, 0, 0, 0);
  end(b);
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 0);
  start(b, "field bound twice, apart");
  s = binding(b, mx(b, 1, 1, 1));
  slot(s, 0, SYSTOLE_BIND_MX_m, 0, 70000, UINT32_MAX);
  slot(s, 1, SYSTOLE_BIND_MX_k, 0, 0, UINT32_MAX);
  slot(s, 2, SYSTOLE_BIND_MX_m, 0, 0, UINT32_MAX);
  b->job.scalars[0] = 1;
  end(b);
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 0);

  // They are no slot: binding takes no longer for them.
  start(b, "bits beyond the last slot");
  s = binding(b, mx(b, 1, 1, 1));
  slot(s, 0, SYSTOLE_BIND_MX_m, 0, 0, UINT32_MAX);
  systole_line_set(s, 490, 1, 1);
  end(b);
  seq(b, SYSTOLE_CAUSE_ILLEGAL, 0);

  start(b, "bound value too large");
  s = binding(b, mx(b, 1, 1, 1));
  slot(s, 0, SYSTOLE_BIND_MX_m, 0, 1, UINT32_MAX);
  b->job.scalars[0] = 65535;
  end(b);
  seq(b, SYSTOLE_CAUSE_RANGE, 0);
  start(b, "carry with many rows");
  l = vx(b, dim + 1, 1);
  SYSTOLE_SET(l, VX, reduce, SYSTOLE_VXREDUCE_MAX);
  SYSTOLE_SET(l, VX, carry, 1);
  end(b);
  seq(b, SYSTOLE_CAUSE_RANGE, 0);
  start(b, "gather of too many rows");
  l = ld(b, SYSTOLE_SPACE_PAR, 1025, 0, 0, 0);
  systole_line_set(l, SYSTOLE_LSB_opcode, 8, SYSTOLE_OP_LDG);
  SYSTOLE_SET(l, LDG, limit, 1);
  end(b);
  seq(b, SYSTOLE_CAUSE_RANGE, 0);

  start(b, "weights not aligned");
  SYSTOLE_SET(mx(b, 1, 1, 1), MX, w, 1);
  end(b);
  seq(b, SYSTOLE_CAUSE_ALIGN, 0);
  if (b->config.bus_bytes > 4) {
    start(b, "offset not aligned");
    ld(b, SYSTOLE_SPACE_ACT, 1, 1, 4, 0);
    end(b);
    seq(b, SYSTOLE_CAUSE_ALIGN, 0);
  }
  start(b, "LD beyond SRAM");
  ld(b, SYSTOLE_SPACE_ACT, 2, 1, 0, b->config.act_words - 1);
  end(b);
  seq(b, SYSTOLE_CAUSE_SRAM, 0);
  start(b, "LD at the end of SRAM");
  ld(b, SYSTOLE_SPACE_ACT, 2, 1, 0, b->config.act_words - 2);
  end(b);
  good(b);
  start(b, "row scalars beyond RS");
  l = vx(b, 1, 1);
  SYSTOLE_SET(l, VX, mul, SYSTOLE_VXMUL_ROW);
  SYSTOLE_SET(l, VX, s, b->config.rs_words);
  end(b);
  seq(b, SYSTOLE_CAUSE_SRAM, 0);
  start(b, "LD beyond its segment");
  ld(b, SYSTOLE_SPACE_ACT, 2, 1, REGION / 2 - dim, 0);
  end(b);
  seq(b, SYSTOLE_CAUSE_SEGMENT, 0);
  start(b, "LD far beyond its segment");
  l = ld(b, SYSTOLE_SPACE_ACT, 3, 1, 0, 0);
  SYSTOLE_SET(l, LD, pitch, 0xFFFFFF80u);
  SYSTOLE_SET(l, LD, dst_row, 0);
  end(b);
  seq(b, SYSTOLE_CAUSE_SEGMENT, 0);

  start(b, "ENDLOOP alone");
  add(b, SYSTOLE_OP_ENDLOOP);
  end(b);
  seq(b, SYSTOLE_CAUSE_LOOP, 0);
  start(b, "body beyond the program");
  l = add(b, SYSTOLE_OP_LOOP);
  SYSTOLE_SET(l, LOOP, count, 1);
  SYSTOLE_SET(l, LOOP, lines, 2);
  end(b);
  seq(b, SYSTOLE_CAUSE_LOOP, 0);
  start(b, "five loops");
  for (unsigned i = 0; i < 5; i++) {
    l = add(b, SYSTOLE_OP_LOOP);
    SYSTOLE_SET(l, LOOP, count, 1);
    SYSTOLE_SET(l, LOOP, lines, 1);
    SYSTOLE_SET(l, LOOP, counter, i);
  }
  end(b);
  seq(b, SYSTOLE_CAUSE_LOOP, 4);

  start(b, "program in a hole");
  end(b);
  b->job.segments[0].base = b->job.segments[SEG_HOLE].base;
  expect(b, SYSTOLE_CAUSE_AXI_READ, SYSTOLE_ENGINE_SEQ, 0, (uint32_t)b->job.segments[0].base);
}

static void engine_faults(bench *b) {
  const unsigned dim = b->config.dim;
  systole_line *l;
  start(b, "LD from a hole");
  l = ld(b, SYSTOLE_SPACE_ACT, 1, 1, 128, 0);
  SYSTOLE_SET(l, LD, segment, SEG_HOLE);
  end(b);
  expect(b, SYSTOLE_CAUSE_AXI_READ, SYSTOLE_ENGINE_LD, 0, 0x50000080u);
  start(b, "ST to a hole");
  l = st(b, SYSTOLE_SPACE_VM, 1, dim);
  SYSTOLE_SET(l, ST, segment, SEG_HOLE);
  end(b);
  expect(b, SYSTOLE_CAUSE_AXI_WRITE, SYSTOLE_ENGINE_ST, 0, 0x50000000u);
  start(b, "bad index");
  uint32_t list[4] = {0, 1, 9, 2};
  memcpy(systole_memory_at(b->rtl.memory, DATA + 8192, 16), list, 16);
  memcpy(systole_memory_at(b->model.memory, DATA + 8192, 16), list, 16);
  l = ld(b, SYSTOLE_SPACE_PAR, 4, 1, 0, 0);
  systole_line_set(l, SYSTOLE_LSB_opcode, 8, SYSTOLE_OP_LDG);
  SYSTOLE_SET(l, LDG, index_segment, SEG_DATA);
  SYSTOLE_SET(l, LDG, index_offset, 8192);
  SYSTOLE_SET(l, LDG, limit, 9);
  end(b);
  expect(b, SYSTOLE_CAUSE_INDEX, SYSTOLE_ENGINE_LD, 0, 9);

  start(b, "semaphore overflow");
  for (unsigned i = 0; i < 18; i++) {
    l = vx(b, 0, dim);
    systole_line_set(l, SYSTOLE_LSB_raise + 4 * SYSTOLE_ENGINE_ST, 4, 15);
  }
  end(b);
  expect(b, SYSTOLE_CAUSE_SEMAPHORE, SYSTOLE_ENGINE_VX, 17, 0);

  start(b, "semaphore never raised");
  sem(mx(b, 1, 1, 1), SYSTOLE_ENGINE_LD, SYSTOLE_ENGINE_VX);
  sem(vx(b, 1, 1), SYSTOLE_ENGINE_MX, -1);
  end(b);
  expect(b, SYSTOLE_CAUSE_WATCHDOG, SYSTOLE_ENGINE_SEQ, 2, 0);
  const uint32_t state = b->rtl.report.engines[SYSTOLE_ENGINE_MX].state;
  b->failing = false;
  b->name = "engine state of the watchdog";
  if (state != (1u | 1u << 4 | 1u << 8)) fail(b, "MX state", state, 1u | 1u << 4 | 1u << 8);
  verdict(b);
  chain(b, "chain after the watchdog", 2, dim, dim);
  good(b);

  start(b, "watchdog shorter than memory takes");
  ld(b, SYSTOLE_SPACE_ACT, 1, 1, 0, 0);
  end(b);
  b->job.watchdog = 20;
  load(b, &b->rtl);
  systole_error err;
  if (b->rtl.api->run(b->rtl.machine, &b->job, &b->rtl.report, NULL, NULL, &err) != SYSTOLE_OK)
    fail(b, err.text, 1, 0);
  if (b->rtl.report.cause != SYSTOLE_CAUSE_WATCHDOG) fail(b, "cause", b->rtl.report.cause, 10);
  verdict(b);
  chain(b, "chain after the short watchdog", 2, dim, dim);
  good(b);

  start(b, "record in a hole");
  end(b);
  b->job.segments[15].base = b->job.segments[SEG_HOLE].base;
  expect(b, SYSTOLE_CAUSE_AXI_WRITE, SYSTOLE_ENGINE_SEQ, 0, 0x50000000u);
  start(b, "record's end in a hole");
  end(b);
  b->job.segments[15].base = RECORD + 128;
  expect(b, SYSTOLE_CAUSE_AXI_WRITE, SYSTOLE_ENGINE_SEQ, 0, RECORD + 384);
  start(b, "abort");
  l = add(b, SYSTOLE_OP_LOOP);
  SYSTOLE_SET(l, LOOP, count, 0xFFFFFFFFu);
  SYSTOLE_SET(l, LOOP, lines, 1);
  add(b, SYSTOLE_OP_ENDLOOP);
  end(b);
  b->job.max_cycles = 5000;
  load(b, &b->rtl);
  if (b->rtl.api->run(b->rtl.machine, &b->job, &b->rtl.report, NULL, NULL, &err) != SYSTOLE_OK)
    fail(b, err.text, 1, 0);
  if (b->rtl.report.cause != SYSTOLE_CAUSE_ABORT) fail(b, "cause", b->rtl.report.cause, 12);
  if (b->rtl.report.cycles < 5000 || b->rtl.report.cycles > 5200)
    fail(b, "cycles", b->rtl.report.cycles, 5000);
  verdict(b);
  chain(b, "chain after the abort", 2, dim, dim);
  good(b);
}

static int side_open(bench *b, side *s, const systole_machine_api *api) {
  systole_error err;
  s->api = api;
  if (systole_memory_create(&s->memory, &err) != SYSTOLE_OK ||
      systole_memory_map(s->memory, PROGRAM, sizeof b->lines, &err) != SYSTOLE_OK ||
      systole_memory_map(s->memory, DATA, REGION, &err) != SYSTOLE_OK ||
      systole_memory_map(s->memory, RECORD, 384, &err) != SYSTOLE_OK ||
      api->create(&b->config, s->memory, &b->dram, &s->machine, &err) != SYSTOLE_OK) {
    printf("%s\n", err.text);
    return 1;
  }
  return 0;
}

static void side_close(side *s) {
  if (s->api) s->api->destroy(s->machine);
  systole_memory_destroy(s->memory);
}

static int round_of(bench *b, const systole_machine_api *rtl) {
  if (side_open(b, &b->rtl, rtl) != 0 || side_open(b, &b->model, systole_model_api()) != 0) return 1;
  uint8_t *x = systole_memory_at(b->rtl.memory, DATA, REGION);
  for (unsigned i = 0; i < REGION; i++) x[i] = (uint8_t)rnd(b);
  // The first quarter also reads as fp32 of a sensible size.
  for (unsigned i = 3; i < REGION / 4; i += 4) x[i] = (uint8_t)(0x3F | (x[i] & 0x80));
  memcpy(systole_memory_at(b->model.memory, DATA, REGION), x, REGION);
  good_programs(b);
  sequencer_faults(b);
  engine_faults(b);
  good_programs(b);
  side_close(&b->rtl);
  side_close(&b->model);
  memset(&b->rtl, 0, sizeof b->rtl);
  memset(&b->model, 0, sizeof b->model);
  return 0;
}

// Runs the program on both, which must end with the same cause; values count
// where it is none, but not times.
static void run_both(bench *b) {
  systole_error err;
  load(b, &b->rtl);
  load(b, &b->model);
  if (b->rtl.api->run(b->rtl.machine, &b->job, &b->rtl.report, NULL, NULL, &err) != SYSTOLE_OK ||
      b->model.api->run(b->model.machine, &b->job, &b->model.report, NULL, NULL, &err) != SYSTOLE_OK)
    fail(b, err.text, 1, 0);
  if (b->rtl.report.cause != b->model.report.cause)
    fail(b, "cause", b->rtl.report.cause, b->model.report.cause);
  if (b->model.report.cause == SYSTOLE_CAUSE_NONE) compare_srams(b);
}

// The watchdog bites in the run, a second time while it drains, so that bursts
// are left without their engine, or while the status record is written. The
// next program must not feel it.
static int late_memory(bench *b, const systole_machine_api *rtl, uint64_t seed) {
  b->dram = (systole_dram_params){.preset = "ideal", .seed = seed, .max_delay = 3000};
  if (side_open(b, &b->rtl, rtl) != 0 || side_open(b, &b->model, systole_model_api()) != 0) return 1;
  start(b, "memory later than the watchdog");
  ld(b, SYSTOLE_SPACE_ACT, 3, 1, 0, 0);
  st(b, SYSTOLE_SPACE_VM, 1, 1);
  end(b);
  b->job.watchdog = 300;
  run_both(b);
  if (!agree_reports(&b->rtl.report, &b->model.report)) fail(b, "reports differ", 1, 0);
  verdict(b);
  chain(b, "chain after the late memory", 2, b->config.dim, b->config.dim);
  b->job.watchdog = 0;  // the default, which is longer than any delay
  run_both(b);
  if (b->rtl.report.cause != SYSTOLE_CAUSE_NONE) fail(b, "cause", b->rtl.report.cause, 0);
  verdict(b);
  side_close(&b->rtl);
  side_close(&b->model);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s CONFIG MACHINE.so [SEED]\n", argv[0]);
    return 2;
  }
  static bench b;
  systole_error err;
  if (systole_config_load(argv[1], &b.config, &err) != SYSTOLE_OK) {
    printf("%s\n", err.text);
    return 1;
  }
  void *object = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
  if (!object) {
    printf("%s\n", dlerror());
    return 1;
  }
  const systole_machine_api *(*get)(void);
  *(void **)&get = dlsym(object, "systole_rtl_api");
  if (!get) {
    printf("%s\n", dlerror());
    return 1;
  }
  const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
  printf("seed %" PRIu64 "\n", seed);
  b.random = seed;
  strcpy(b.dram.preset, "ideal");
  int status = round_of(&b, get());
  // Again with a memory that answers late and at random.
  b.dram.seed = seed;
  b.dram.max_delay = 40;
  b.dram.max_stall = 5;
  status |= round_of(&b, get());
  for (unsigned i = 0; i < 8; i++) status |= late_memory(&b, get(), seed + i);
  printf("%u passed, %u failed, 0 skipped\n", b.passed, b.failed);
  return status || b.failed;
}
