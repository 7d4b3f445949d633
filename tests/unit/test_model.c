// The model as a machine: loops, semaphores, faults, counters, status record.
#include "sim/model/model.h"
#include "sim/model/record.h"
#include "tests/unit/test_model_bench.h"

// Adds imm to every lane of VM word 0.
static systole_line *add_count(bench *b, uint32_t imm) {
  systole_line *l = bench_add(b, SYSTOLE_OP_VX);
  SYSTOLE_SET(l, VX, a_space, SYSTOLE_SPACE_VM), SYSTOLE_SET(l, VX, d_space, SYSTOLE_SPACE_VM);
  SYSTOLE_SET(l, VX, m, 1), SYSTOLE_SET(l, VX, n, 4);
  SYSTOLE_SET(l, VX, add, SYSTOLE_VXADD_IMM), SYSTOLE_SET(l, VX, add_imm, imm);
  return l;
}

// A no-op of an engine: only its semaphores matter.
static systole_line *add_noop(bench *b, unsigned engine) {
  switch (engine) {
    case SYSTOLE_ENGINE_LD: {
      return bench_add(b, SYSTOLE_OP_LD);
    }
    case SYSTOLE_ENGINE_MX: {
      systole_line *l = bench_add(b, SYSTOLE_OP_MX);
      SYSTOLE_SET(l, MX, a_space, SYSTOLE_SPACE_ACT);
      return l;
    }
    case SYSTOLE_ENGINE_VX: {
      systole_line *l = bench_add(b, SYSTOLE_OP_VX);
      SYSTOLE_SET(l, VX, a_space, SYSTOLE_SPACE_VM);
      return l;
    }
    default: {
      systole_line *l = bench_add(b, SYSTOLE_OP_ST);
      SYSTOLE_SET(l, ST, space, SYSTOLE_SPACE_VM);
      return l;
    }
  }
}

static systole_line *add_loop(bench *b, uint32_t count, uint32_t lines, unsigned counter) {
  systole_line *l = bench_add(b, SYSTOLE_OP_LOOP);
  SYSTOLE_SET(l, LOOP, count, count), SYSTOLE_SET(l, LOOP, lines, lines);
  SYSTOLE_SET(l, LOOP, counter, counter);
  return l;
}

static float vm(bench *b, unsigned element) {
  float f;
  memcpy(&f, &systole_model_srams(b->machine)->vm[element], 4);
  return f;
}

static void finish(bench *b) {
  bench_add(b, SYSTOLE_OP_END);
  bench_run(b);
}

enum { ONE = 0x3F800000 };

static void test_loops(void) {
  bench b;
  bench_open(&b, 4);
  add_loop(&b, 3, 6, 0);
  add_count(&b, ONE);
  add_loop(&b, 5, 2, 1);
  add_count(&b, ONE);
  bench_add(&b, SYSTOLE_OP_ENDLOOP);
  bench_add(&b, SYSTOLE_OP_ENDLOOP);
  add_loop(&b, 0, 2, 2);  // skipped
  add_count(&b, ONE);
  bench_add(&b, SYSTOLE_OP_ENDLOOP);
  finish(&b);
  BENCH_FINE(&b);
  CU_ASSERT_EQUAL(vm(&b, 0), 18.0f);
  CU_ASSERT_EQUAL(b.report.retired, 18);
  CU_ASSERT_EQUAL(b.report.seq_index, 9);
  // lines taken: 1 + 3 * (2 + 5 * 2 + 1) + 1 + 1
  CU_ASSERT_EQUAL(b.report.read_bytes, 64 * (1 + 3 * 13 + 2));
  bench_close(&b);
}

// The counter and a count bound to a scalar; the skip passes the binding line.
static void test_loop_counter(void) {
  bench b;
  bench_open(&b, 4);
  systole_line *loop = add_loop(&b, 0, 3, 4);
  systole_line_set(loop, SYSTOLE_LSB_bound, 1, 1);
  bench_bind(bench_add(&b, 0), 0, SYSTOLE_BIND_LOOP_count, 7, 1, UINT32_MAX);
  systole_line *count = add_count(&b, ONE);
  systole_line_set(count, SYSTOLE_LSB_bound, 1, 1);
  bench_bind(bench_add(&b, 0), 0, SYSTOLE_BIND_VX_d, 4, 2, UINT32_MAX);
  bench_add(&b, SYSTOLE_OP_ENDLOOP);
  b.job.scalars[7] = 4;
  finish(&b);
  BENCH_FINE(&b);
  CU_ASSERT_EQUAL(b.report.retired, 4);
  CU_ASSERT_EQUAL(vm(&b, 0), 1.0f);
  CU_ASSERT_EQUAL(vm(&b, 4), 0.0f);
  CU_ASSERT_EQUAL(vm(&b, 8 * 3), 2.0f);
  b.job.scalars[7] = -5;
  bench_run(&b);
  BENCH_FINE(&b);
  CU_ASSERT_EQUAL(b.report.retired, 0);
  bench_close(&b);
}

static void test_loop_faults(void) {
  bench b;
  bench_open(&b, 4);
  bench_add(&b, SYSTOLE_OP_ENDLOOP);
  finish(&b);
  BENCH_FAULT(&b, LOOP, SEQ, 0, 0);
  bench_restart(&b);
  for (unsigned i = 0; i < 5; i++) add_loop(&b, 1, 1, i);
  finish(&b);
  BENCH_FAULT(&b, LOOP, SEQ, 4, 0);
  bench_restart(&b);
  add_loop(&b, 0, 2, 0);  // END is the only line behind it
  finish(&b);
  BENCH_FAULT(&b, LOOP, SEQ, 0, 0);
  bench_restart(&b);
  add_loop(&b, 1, 1, 16 - 1);
  bench_run(&b);  // no ENDLOOP within the program
  BENCH_FAULT(&b, LOOP, SEQ, 0, 0);
  bench_close(&b);
}

static void test_leaving_the_program(void) {
  bench b;
  bench_open(&b, 4);
  add_count(&b, ONE);
  bench_run(&b);
  BENCH_FAULT(&b, SEGMENT, SEQ, 1, 0);
  CU_ASSERT_EQUAL(vm(&b, 0), 1.0f);
  bench_restart(&b);
  systole_line_set(add_count(&b, ONE), SYSTOLE_LSB_bound, 1, 1);
  bench_run(&b);  // its binding line is missing
  BENCH_FAULT(&b, SEGMENT, SEQ, 0, 0);
  CU_ASSERT_EQUAL(b.report.seq_state, 1);
  SYSTOLE_SET(&b.lines[0], VX, func, 7);  // illegal by itself
  bench_run(&b);
  BENCH_FAULT(&b, ILLEGAL, SEQ, 0, 0);
  CU_ASSERT_EQUAL(b.report.seq_state, 2);
  bench_restart(&b);
  add_count(&b, ONE);
  b.job.segments[0].limit = 64 + 63;
  finish(&b);  // found before anything runs
  BENCH_FAULT(&b, SEGMENT, SEQ, 0, 0);
  CU_ASSERT_EQUAL(b.report.seq_state, 2);
  CU_ASSERT_EQUAL(b.report.retired, 0);
  b.job.segments[0].limit = 1 << 20;
  b.job.segments[0].base = 0x800000;
  bench_run(&b);
  BENCH_FAULT(&b, AXI_READ, SEQ, 0, 0x800000);
  bench_close(&b);
}

static void test_faults_of_lines(void) {
  bench b;
  bench_open(&b, 4);
  add_count(&b, ONE);
  bench_add(&b, 0x77);
  add_count(&b, ONE);
  finish(&b);
  BENCH_FAULT(&b, ILLEGAL, SEQ, 1, 0);
  CU_ASSERT_EQUAL(vm(&b, 0), 1.0f);
  CU_ASSERT_EQUAL(b.report.retired, 1);
  CU_ASSERT_EQUAL(b.report.seq_index, 1);
  bench_restart(&b);
  SYSTOLE_SET(add_count(&b, ONE), VX, d, 256);
  finish(&b);
  BENCH_FAULT(&b, SRAM, SEQ, 0, 0);
  CU_ASSERT_EQUAL(b.report.seq_state, 3);
  bench_restart(&b);
  add_loop(&b, 100, 1, 0);
  bench_add(&b, SYSTOLE_OP_ENDLOOP);
  b.job.max_cycles = 50;
  finish(&b);
  CU_ASSERT_EQUAL(b.report.cause, SYSTOLE_CAUSE_ABORT);
  CU_ASSERT_EQUAL(b.report.engine, SYSTOLE_ENGINE_SEQ);
  bench_close(&b);
}

// A consumer that comes first waits for its producer.
static void test_semaphores(void) {
  bench b;
  bench_open(&b, 4);
  bench_wait(add_count(&b, 0x40000000), SYSTOLE_ENGINE_LD, 2);  // + 2
  systole_line *st = bench_add(&b, SYSTOLE_OP_ST);
  SYSTOLE_SET(st, ST, segment, 1), SYSTOLE_SET(st, ST, space, SYSTOLE_SPACE_VM);
  SYSTOLE_SET(st, ST, rows, 1), SYSTOLE_SET(st, ST, elements, 1);
  bench_raise(add_noop(&b, SYSTOLE_ENGINE_LD), SYSTOLE_ENGINE_VX, 1);
  bench_raise(add_noop(&b, SYSTOLE_ENGINE_LD), SYSTOLE_ENGINE_VX, 1);
  finish(&b);
  BENCH_FINE(&b);
  CU_ASSERT_EQUAL(vm(&b, 0), 2.0f);
  CU_ASSERT_EQUAL(b.report.retired, 4);
  CU_ASSERT_EQUAL(*bench_bytes(&b, 1, 3), 0);  // nothing orders ST: it ran first
  bench_close(&b);
}

static void test_semaphore_overflow(void) {
  bench b;
  bench_open(&b, 4);
  add_loop(&b, 17, 2, 0);
  bench_raise(add_noop(&b, SYSTOLE_ENGINE_LD), SYSTOLE_ENGINE_ST, 15);
  bench_add(&b, SYSTOLE_OP_ENDLOOP);
  bench_add(&b, SYSTOLE_OP_END);
  bench_run(&b);  // 255 is allowed
  BENCH_FINE(&b);
  SYSTOLE_SET(&b.lines[0], LOOP, count, 18);
  bench_run(&b);
  BENCH_FAULT(&b, SEMAPHORE, LD, 1, 0);
  CU_ASSERT_EQUAL(b.report.retired, 18);
  bench_close(&b);
}

static void test_blocked_at_end(void) {
  bench b;
  bench_open(&b, 4);
  systole_line *l = add_noop(&b, SYSTOLE_ENGINE_VX);
  bench_wait(l, SYSTOLE_ENGINE_MX, 1), bench_wait(l, SYSTOLE_ENGINE_LD, 1);
  add_noop(&b, SYSTOLE_ENGINE_VX);
  bench_raise(add_noop(&b, SYSTOLE_ENGINE_LD), SYSTOLE_ENGINE_VX, 1);
  finish(&b);
  BENCH_FAULT(&b, WATCHDOG, SEQ, 3, 0);
  CU_ASSERT_EQUAL(b.report.engines[SYSTOLE_ENGINE_VX].state, 1 | 2 << 4 | 2 << 8);
  CU_ASSERT_EQUAL(b.report.engines[SYSTOLE_ENGINE_VX].index, 0);
  CU_ASSERT_EQUAL(b.report.engines[SYSTOLE_ENGINE_LD].state, 0);
  CU_ASSERT_EQUAL(b.report.retired, 1);
  bench_restart(&b);  // nothing of it is left for the next run
  bench_wait(add_noop(&b, SYSTOLE_ENGINE_VX), SYSTOLE_ENGINE_LD, 1);
  finish(&b);
  BENCH_FAULT(&b, WATCHDOG, SEQ, 1, 0);
  bench_close(&b);
}

// The raise that would help is behind a full queue (depth 4).
static void test_blocked_queue(void) {
  for (unsigned waiting = 4; waiting <= 5; waiting++) {
    bench b;
    bench_open(&b, 4);
    for (unsigned i = 0; i < waiting; i++)
      bench_wait(add_noop(&b, SYSTOLE_ENGINE_MX), SYSTOLE_ENGINE_LD, 1);
    bench_raise(add_noop(&b, SYSTOLE_ENGINE_LD), SYSTOLE_ENGINE_MX, 15);
    finish(&b);
    if (waiting == 4) {
      BENCH_FINE(&b);
    } else {
      BENCH_FAULT(&b, WATCHDOG, SEQ, 4, 0);
      CU_ASSERT_EQUAL(b.report.engines[SYSTOLE_ENGINE_MX].state, 1 | 1 << 4 | 4 << 8);
    }
    bench_close(&b);
  }
}

// A fault stops dispatch; a blocked queue does not keep the machine from ending.
static void test_fault_while_blocked(void) {
  bench b;
  bench_open(&b, 4);
  bench_wait(add_noop(&b, SYSTOLE_ENGINE_ST), SYSTOLE_ENGINE_VX, 1);
  bench_add(&b, 0x77);
  finish(&b);
  BENCH_FAULT(&b, ILLEGAL, SEQ, 1, 0);
  CU_ASSERT_EQUAL(b.report.engines[SYSTOLE_ENGINE_ST].state, 1 | 4 << 4 | 1 << 8);
  bench_close(&b);
}

static uint32_t recorded(bench *b, unsigned reg) {
  const uint8_t *p = bench_bytes(b, 15, reg - SYSTOLE_REG_ID);
  return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void test_record(void) {
  bench b;
  bench_open(&b, 4);
  systole_line *l = bench_add(&b, SYSTOLE_OP_MX);
  SYSTOLE_SET(l, MX, a_space, SYSTOLE_SPACE_ACT);
  SYSTOLE_SET(l, MX, m, 3), SYSTOLE_SET(l, MX, k, 5), SYSTOLE_SET(l, MX, n, 7);
  SYSTOLE_SET(l, MX, c_row, 1), SYSTOLE_SET(l, MX, c_tile, 3);
  bench_wait(add_noop(&b, SYSTOLE_ENGINE_MX), SYSTOLE_ENGINE_LD, 1);
  finish(&b);
  CU_ASSERT_EQUAL(b.report.macs, 105);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_ID), 0x53595354);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_VERSION), SYSTOLE_ISA_VERSION);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_CONFIG_HASH_LO), 0x55667788);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_CONFIG_HASH_HI), 0x11223344);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_GEOMETRY), 4 | 2 << 8 | 4 << 16);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_ERROR_CAUSE), SYSTOLE_CAUSE_WATCHDOG);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_ERROR_ENGINE), SYSTOLE_ENGINE_SEQ);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_ERROR_INDEX), 2);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_ENGINE_STATE + 4), 1 | 1 << 4 | 1 << 8);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_ENGINE_INDEX + 4), 1);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_SEQ_STATE), 4);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_SEQ_INDEX), 2);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_RETIRED_LO), 1);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_MACS_LO), 105);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_READ_BYTES_LO), 192);
  b.report.engines[3].idle = 0x123456789ABCu;  // the model keeps no time of its own
  uint8_t bytes[SYSTOLE_STATUS_BYTES];
  systole_record_fill(&b.config, &b.report, bytes);
  CU_ASSERT_EQUAL(bytes[SYSTOLE_STATUS_BYTES - 8] | bytes[SYSTOLE_STATUS_BYTES - 7] << 8, 0x9ABC);
  CU_ASSERT_EQUAL(bytes[SYSTOLE_STATUS_BYTES - 4] | bytes[SYSTOLE_STATUS_BYTES - 3] << 8, 0x1234);
  memset(bench_bytes(&b, 15, 0), 0xEE, SYSTOLE_STATUS_BYTES);
  b.job.segments[15].limit = SYSTOLE_STATUS_BYTES - 1;
  bench_run(&b);
  CU_ASSERT_EQUAL(recorded(&b, SYSTOLE_REG_ID), 0xEEEEEEEE);
  bench_restart(&b);
  b.job.segments[15].limit = SYSTOLE_STATUS_BYTES;
  b.job.segments[15].base = 0x990000;  // no memory there
  finish(&b);
  BENCH_FAULT(&b, AXI_WRITE, SEQ, 0, 0x990000);
  bench_close(&b);
}

typedef struct {
  unsigned before, after;
  uint32_t last;
} seen;

static void observe(void *user, const systole_instruction *instruction, bool after) {
  seen *s = user;
  if (after)
    s->after++;
  else
    s->before++;
  s->last = instruction->index;
}

static void test_observer_and_peek(void) {
  bench b;
  seen s = {0, 0, 0};
  uint32_t word[4];
  bench_open(&b, 4);
  systole_model_set_observer(b.machine, observe, &s);
  add_count(&b, ONE);
  add_noop(&b, SYSTOLE_ENGINE_LD);
  finish(&b);
  CU_ASSERT_EQUAL(s.before, 2);
  CU_ASSERT_EQUAL(s.after, 2);
  CU_ASSERT_EQUAL(s.last, 1);
  const systole_machine_api *api = systole_model_api();
  CU_ASSERT_EQUAL(api->peek(b.machine, SYSTOLE_SPACE_VM, 0, word, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(word[3], ONE);
  CU_ASSERT_EQUAL(api->peek(b.machine, SYSTOLE_SPACE_VM, 256, word, NULL), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(api->peek(b.machine, 7, 0, word, NULL), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(api->waves(b.machine, "x.fst", NULL), SYSTOLE_E_UNSUPPORTED);
  bench_close(&b);
}

void suite_model(void);

void suite_model(void) {
  static const systole_test tests[] = {{"loops", test_loops},
                                       {"loop counter and bound count", test_loop_counter},
                                       {"faults of loops", test_loop_faults},
                                       {"leaving the program", test_leaving_the_program},
                                       {"faults of lines", test_faults_of_lines},
                                       {"semaphores", test_semaphores},
                                       {"semaphore overflow", test_semaphore_overflow},
                                       {"blocked at END", test_blocked_at_end},
                                       {"blocked by a full queue", test_blocked_queue},
                                       {"a fault while an engine waits", test_fault_while_blocked},
                                       {"status record", test_record},
                                       {"observer and peek", test_observer_and_peek},
                                       {0}};
  systole_test_suite("model", tests);
}
