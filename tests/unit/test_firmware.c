// The firmware as a program of this host: commands, queues, limits, and what
// no packet may make it do. tests/unit/firmware_mock.h is what it runs on.
#include <stdio.h>
#include <string.h>

#include "tests/unit/firmware_mock.h"
#include "tests/unit/harness.h"
#include "tests/unit/random_lines.h"
#include "tests/unit/storm.h"

enum { TRACE = 1024 };

// What the machine was asked to do, and what it answers.
typedef struct {
  uint32_t count;
  struct {
    uint64_t code;
    uint32_t lines;
    int32_t scalars[SYSTOLE_SCALARS];
    uint64_t started;
  } runs[TRACE];
  int cause;           // of every run
  uint64_t cycles;
  uint32_t tokens;     // left so far at NEXT; token k is 100 + k
  unsigned io_region;
  uint32_t cancel_at;  // a host that wants no more, when it sleeps in this run
} machine;

static int run(mock *m, void *user, uint64_t *cycles) {
  machine *t = user;
  const uint32_t *w = m->registers;
  if (t->count < TRACE) {
    t->runs[t->count].code = (uint64_t)w[SYSTOLE_REG_SEG_BASE_HI / 4] << 32 | w[SYSTOLE_REG_SEG_BASE_LO / 4];
    t->runs[t->count].lines = w[SYSTOLE_REG_PROGRAM_LINES / 4];
    t->runs[t->count].started = m->time;
    memcpy(t->runs[t->count].scalars, w + SYSTOLE_REG_SCALAR / 4, sizeof t->runs[0].scalars);
  }
  t->count++;
  *cycles = t->cycles;
  if (t->io_region && w[(SYSTOLE_REG_SCALAR + 16) / 4])  // logits are wanted
    mock_store(m, t->io_region, PACKETS_NEXT, 100 + t->tokens++);
  return t->cause;
}

static void open_both(mock *m, machine *t) {
  *t = (machine){.cycles = 1000};
  mock_open(m, packets_regions, run, t);
}

static void expect_end(mock *m, unsigned q, systole_ending outcome, uint32_t tag, uint32_t value) {
  uint32_t words[2] = {0};
  CU_ASSERT_TRUE_FATAL(mock_completion(m, q, words));
  CU_ASSERT_EQUAL(SYSTOLE_FIELD_GET(words, COMPLETION, kind), SYSTOLE_KIND_OF_END);
  CU_ASSERT_EQUAL(SYSTOLE_FIELD_GET(words, COMPLETION, outcome), outcome);
  CU_ASSERT_EQUAL(SYSTOLE_FIELD_GET(words, COMPLETION, tag), tag);
  CU_ASSERT_EQUAL(words[0], value);
}

static void expect_token(mock *m, unsigned q, uint32_t id) {
  uint32_t words[2] = {0};
  CU_ASSERT_TRUE_FATAL(mock_completion(m, q, words));
  CU_ASSERT_EQUAL(SYSTOLE_FIELD_GET(words, COMPLETION, kind), SYSTOLE_KIND_OF_TOKEN);
  CU_ASSERT_EQUAL(words[0], id);
}

static void close_both(mock *m) {
  uint32_t words[2];
  if (m->wrong) printf("  %s\n", m->wrong);
  CU_ASSERT_PTR_NULL(m->wrong);
  for (unsigned q = 0; q < SYSTOLE_QUEUES; q++) CU_ASSERT_FALSE(mock_completion(m, q, words));
  mock_close(m);
}

// ---- commands ----------------------------------------------------------------

static void test_nop(void) {
  mock m;
  machine t;
  open_both(&m, &t);
  for (uint32_t i = 0; i < 600; i++) {  // the rings wrap
    uint32_t w[16] = {SYSTOLE_COMMAND_NOP | 1u << 8 | i << 16};
    mock_submit(&m, i % 2, w, 1);
    mock_go(&m);
    expect_end(&m, i % 2, SYSTOLE_OUTCOME_OK, i & 0xFFFF, SYSTOLE_FIRMWARE_VERSION);
  }
  CU_ASSERT_EQUAL(m.interrupt, 3);
  CU_ASSERT_EQUAL(mock_load(&m, 0, SYSTOLE_RING_HEAD), 300);
  CU_ASSERT_EQUAL(mock_load(&m, 0, SYSTOLE_RING_VERSION), SYSTOLE_FIRMWARE_VERSION);
  close_both(&m);
}

static void test_run(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_both(&m, &t);
  uint32_t lines = packets_run(w, 7);
  w[SYSTOLE_WORD_RUN_scalars + 3] = 0xFFFFFFF0u;
  mock_submit(&m, 0, w, lines);
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 7, 0);
  CU_ASSERT_EQUAL_FATAL(t.count, 1);
  CU_ASSERT_EQUAL(t.runs[0].code, packets_regions[1].base + PACKETS_CODE);
  CU_ASSERT_EQUAL(t.runs[0].lines, PACKETS_LINES);
  CU_ASSERT_EQUAL(t.runs[0].scalars[3], -16);
  CU_ASSERT_EQUAL(mock_load(&m, 1, PACKETS_REPORT), 0x53595354);  // ID
  CU_ASSERT_EQUAL(mock_load(&m, 1, PACKETS_REPORT + 320 + SYSTOLE_TOTAL_RUNS), 1);
  CU_ASSERT_EQUAL(mock_load(&m, 1, PACKETS_REPORT + 320 + SYSTOLE_TOTAL_CYCLES), 1000);
  CU_ASSERT_EQUAL(mock_load(&m, 1, PACKETS_REPORT + 320 + SYSTOLE_TOTAL_MACS), 1000 << 14);
  close_both(&m);
}

// Counts that need both halves, from just below 2^18 cycles on; each run's report is its own.
static void test_long_runs(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_both(&m, &t);
  for (uint32_t r = 0; r < 4; r++) {
    t.cycles = (262143u << r) + r % 2;
    mock_submit(&m, 0, w, packets_run(w, r));
    mock_go(&m);
    expect_end(&m, 0, SYSTOLE_OUTCOME_OK, r, 0);
    const uint32_t at = PACKETS_REPORT + 320 + SYSTOLE_TOTAL_MACS;
    CU_ASSERT_EQUAL(mock_load(&m, 1, at), (uint32_t)(t.cycles << 14));
    CU_ASSERT_EQUAL(mock_load(&m, 1, at + 4), t.cycles >> 18);
  }
  close_both(&m);
}

static void test_fault(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_both(&m, &t);
  t.cause = SYSTOLE_CAUSE_SRAM;
  mock_submit(&m, 0, w, packets_run(w, 1));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_FAULT, 1, SYSTOLE_CAUSE_SRAM);
  CU_ASSERT_EQUAL(mock_load(&m, 1, PACKETS_REPORT + SYSTOLE_REG_ERROR_CAUSE - SYSTOLE_REG_ID), SYSTOLE_CAUSE_SRAM);
  t.cause = 0;
  mock_submit(&m, 0, w, packets_run(w, 2));  // as before it
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 2, 0);
  close_both(&m);
}

static void test_decode(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_both(&m, &t);
  mock_submit(&m, 1, w, packets_decode(w, 9, 30, 40));
  mock_go(&m);
  expect_end(&m, 1, SYSTOLE_OUTCOME_OK, 9, 40);
  CU_ASSERT_EQUAL_FATAL(t.count, 40);
  for (int i = 0; i < 40; i++) {
    const int32_t *s = t.runs[i].scalars;
    CU_ASSERT_EQUAL(s[0], 30 + i);
    CU_ASSERT_EQUAL(s[1], 1);
    CU_ASSERT_EQUAL(s[2], 31 + i);
    CU_ASSERT_EQUAL(s[3], (31 + i + 15) / 16);
    CU_ASSERT_EQUAL(s[4], 1);
    CU_ASSERT_EQUAL(s[5], (30 + i) / 16);
    CU_ASSERT_EQUAL(s[6], 55);  // no formula gives it
  }
  close_both(&m);
}

static void test_formula(void) {
  systole_formula f = {.position = -3, .rows = 2, .last = 100, .add = -7, .shift = 1, .low = -50, .cap = 60};
  CU_ASSERT_EQUAL(systole_formula_value(&f, (systole_standing){5, 4, 0}), -7);  // -14 >> 1
  CU_ASSERT_EQUAL(systole_formula_value(&f, (systole_standing){5, 4, 1}), 43);
  CU_ASSERT_EQUAL(systole_formula_value(&f, (systole_standing){500, 4, 1}), -50);
  CU_ASSERT_EQUAL(systole_formula_value(&f, (systole_standing){0, 400, 1}), 60);
  f = (systole_formula){.position = INT32_MAX, .rows = INT32_MAX, .shift = 31, .low = INT32_MIN, .cap = INT32_MAX};
  CU_ASSERT_EQUAL(systole_formula_value(&f, (systole_standing){INT32_MAX, 1, 1}), INT32_MAX);
}

// ---- generation --------------------------------------------------------------

static void submit_generate(mock *m, machine *t, uint32_t prompt, uint32_t most, uint32_t end) {
  uint32_t w[SYSTOLE_PACKET_WORDS];
  uint32_t lines = packets_generate(w, 5, prompt, most);
  w[SYSTOLE_WORD_GENERATE_end_count] = 1;
  w[SYSTOLE_WORD_GENERATE_end_tokens] = end;
  for (uint32_t i = 0; i < prompt; i++) mock_store(m, 1, PACKETS_PROMPT + 4 * i, 1000 + i);
  t->io_region = 1;
  mock_submit(m, 0, w, lines);
}

static void test_generate(void) {
  mock m;
  machine t;
  open_both(&m, &t);
  submit_generate(&m, &t, 2 * PACKETS_ROWS + 3, 20, 9999);
  mock_go(&m);
  for (uint32_t i = 0; i < 20; i++) expect_token(&m, 0, 100 + i);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 5, 20);
  CU_ASSERT_EQUAL_FATAL(t.count, 3 + 19);
  CU_ASSERT_EQUAL(t.runs[0].code, packets_regions[1].base + PACKETS_PREFILL);
  CU_ASSERT_EQUAL(t.runs[0].scalars[1], PACKETS_ROWS);
  CU_ASSERT_EQUAL(t.runs[0].scalars[4], 0);
  CU_ASSERT_EQUAL(t.runs[2].scalars[0], 2 * PACKETS_ROWS);
  CU_ASSERT_EQUAL(t.runs[2].scalars[1], 3);
  CU_ASSERT_EQUAL(t.runs[2].scalars[4], 1);
  CU_ASSERT_EQUAL(t.runs[3].code, packets_regions[1].base + PACKETS_CODE);
  CU_ASSERT_EQUAL(t.runs[3].scalars[0], 2 * PACKETS_ROWS + 3);
  CU_ASSERT_EQUAL(t.runs[21].scalars[0], 2 * PACKETS_ROWS + 21);
  for (uint32_t i = 0; i < 3; i++) CU_ASSERT_EQUAL(mock_load(&m, 1, PACKETS_TOKENS + 4 * i), 1000 + 2 * PACKETS_ROWS + i);
  close_both(&m);
}

static void test_generate_ends(void) {
  mock m;
  machine t;
  open_both(&m, &t);
  submit_generate(&m, &t, 3, 20, 104);
  mock_go(&m);
  for (uint32_t i = 0; i < 5; i++) expect_token(&m, 0, 100 + i);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 5, 5);
  t.tokens = PACKETS_VOCAB - 100 - 1;
  submit_generate(&m, &t, 3, 20, 1);
  mock_go(&m);
  expect_token(&m, 0, PACKETS_VOCAB - 1);
  expect_end(&m, 0, SYSTOLE_OUTCOME_TOKEN, 5, PACKETS_VOCAB);
  close_both(&m);
}

// ---- limits ------------------------------------------------------------------

static void test_time(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS] = {SYSTOLE_COMMAND_LIMIT | 1u << 8, 4500};
  open_both(&m, &t);
  mock_submit(&m, 0, w, 1);
  mock_submit(&m, 0, w, packets_decode(w, 3, 0, 100));
  mock_submit(&m, 1, w, packets_decode(w, 4, 0, 10));  // has no limit
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 0, 0);
  expect_end(&m, 0, SYSTOLE_OUTCOME_TIME, 3, 4);
  expect_end(&m, 1, SYSTOLE_OUTCOME_OK, 4, 10);
  t.cause = MOCK_FOREVER;
  m.mailbox[SYSTOLE_MAILBOX_RUN_LIMIT / 4] = 70000;
  mock_submit(&m, 1, w, packets_run(w, 8));
  mock_go(&m);
  expect_end(&m, 1, SYSTOLE_OUTCOME_TIME, 8, 0);
  CU_ASSERT_TRUE(m.time - t.runs[t.count - 1].started < 90000);
  close_both(&m);
}

static void cancel_in_sleep(mock *m, void *user) {
  machine *t = user;
  if (t->count != t->cancel_at) return;
  m->mailbox[SYSTOLE_MAILBOX_CANCEL / 4] = m->tail[0];
  m->doorbell |= 1;
}

static void test_cancel(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_both(&m, &t);
  t.cause = MOCK_FOREVER;
  t.cancel_at = 1;
  m.slept = cancel_in_sleep;
  mock_submit(&m, 0, w, packets_run(w, 1));
  mock_submit(&m, 0, w, packets_decode(w, 2, 0, 5));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_CANCELLED, 1, 0);
  expect_end(&m, 0, SYSTOLE_OUTCOME_CANCELLED, 2, 0);
  CU_ASSERT_EQUAL(t.count, 1);
  t.cause = 0;
  mock_submit(&m, 0, w, packets_run(w, 3));  // submitted after it
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 3, 0);
  close_both(&m);
}

static void test_turns(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_both(&m, &t);
  mock_submit(&m, 0, w, packets_decode(w, 1, 0, 8));
  mock_submit(&m, 1, w, packets_decode(w, 2, 50, 8));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 1, 8);
  expect_end(&m, 1, SYSTOLE_OUTCOME_OK, 2, 8);
  for (uint32_t i = 0; i < 16; i++) {
    CU_ASSERT_EQUAL(t.runs[i].code, packets_regions[1 + SYSTOLE_LIMIT_REGIONS * (i % 2)].base + PACKETS_CODE);
    CU_ASSERT_EQUAL(t.runs[i].scalars[0], (int32_t)(i / 2 + (i % 2 ? 50 : 0)));
  }
  close_both(&m);
}

static int run_unequal(mock *m, void *user, uint64_t *cycles) {
  const int cause = run(m, user, cycles);
  if (m->registers[SYSTOLE_REG_SEG_BASE_HI / 4] == 2) *cycles = 3000000;
  return cause;
}

// A queue of long runs: the other has as much of the machine, not a run for a run.
static void test_long_turns(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS], others = 0;
  open_both(&m, &t);
  m.run = run_unequal;
  mock_submit(&m, 1, w, packets_decode(w, 2, 0, 3));
  mock_submit(&m, 0, w, packets_decode(w, 1, 0, 500));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 1, 500);
  expect_end(&m, 1, SYSTOLE_OUTCOME_OK, 2, 3);
  for (uint32_t i = 0; i < 500; i++) others += t.runs[i].code >> 32 == 2;
  CU_ASSERT_EQUAL(others, 1);
  close_both(&m);
}

enum { WIPE = 0x5000, WIPE_LINES = 9 };

static int run_wipe_for_ever(mock *m, void *user, uint64_t *cycles) {
  const int cause = run(m, user, cycles);
  return m->registers[SYSTOLE_REG_SEG_BASE_LO / 4] == WIPE ? MOCK_FOREVER : cause;
}

static void open_with_wipe(mock *m, machine *t, mock_run_fn how) {
  open_both(m, t);
  m->run = how;
  m->free_segments = true;
  m->mailbox[SYSTOLE_MAILBOX_WIPE_LO / 4] = WIPE;
  m->mailbox[SYSTOLE_MAILBOX_WIPE_BYTES / 4] = 4096;
  m->mailbox[SYSTOLE_MAILBOX_WIPE_LINES / 4] = WIPE_LINES;
}

static int run_long_wipe(mock *m, void *user, uint64_t *cycles) {
  const int cause = run(m, user, cycles);
  if (m->registers[SYSTOLE_REG_SEG_BASE_LO / 4] == WIPE) *cycles = 500000;
  return cause;
}

// Copies before a turn's first run are its queue's time, clearing is nobody's.
static void test_turn_of_copies(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_with_wipe(&m, &t, run_long_wipe);
  mock_submit(&m, 0, w, packets_run(w, 1));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 1, 0);
  const uint32_t lines = packets_generate(w, 2, 1024, 1);
  w[SYSTOLE_WORD_GENERATE_rows] = 1024;
  mock_submit(&m, 1, w, lines);
  m.fw.queues[0].behind = 3000000;
  mock_go(&m);
  expect_token(&m, 1, 0);
  expect_end(&m, 1, SYSTOLE_OUTCOME_OK, 2, 1);
  CU_ASSERT_EQUAL(t.count, 3);
  CU_ASSERT_TRUE(m.fw.queues[0].behind < 3000000 - 1024 * 80);
  CU_ASSERT_TRUE(m.fw.queues[0].behind > 3000000 - 1024 * 200);
  close_both(&m);
}

// What a run leaves in the SRAMs is cleared before the other queue's next.
static void test_wipe(mock_run_fn how) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_with_wipe(&m, &t, how);
  mock_submit(&m, 0, w, packets_decode(w, 1, 0, 4));
  mock_submit(&m, 1, w, packets_decode(w, 2, 50, 3));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 1, 4);
  expect_end(&m, 1, SYSTOLE_OUTCOME_OK, 2, 3);
  mock_submit(&m, 0, w, packets_run(w, 3));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 3, 0);
  CU_ASSERT_EQUAL_FATAL(t.count, 8 + 6);  // seven runs in turn, then two of queue 0
  for (uint32_t i = 0; i < 13; i++) {
    const uint64_t queue = 1 + SYSTOLE_LIMIT_REGIONS * (i / 2 % 2);
    CU_ASSERT_EQUAL(t.runs[i].code, i % 2 ? WIPE : packets_regions[queue].base + PACKETS_CODE);
    CU_ASSERT_EQUAL(t.runs[i].lines, i % 2 ? WIPE_LINES : PACKETS_LINES);
    if (i % 2 == 0) CU_ASSERT_EQUAL(t.runs[i].scalars[0], (int32_t)(i / 4 + (i / 2 % 2 ? 50 : 0)));
  }
  close_both(&m);
}

// A queue that goes from one client to another, which may write the same epoch.
static void test_wipe_owner(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_with_wipe(&m, &t, run);
  for (uint32_t i = 0; i < 4; i++) {
    if (i == 2) {
      m.mailbox[SYSTOLE_MAILBOX_OWNER / 4] = 1;
      m.tail[0] = m.consumed[0] = 0;
      mock_store(&m, 0, SYSTOLE_RING_CONSUMED, 0);
      memset(m.regions[0].data + SYSTOLE_RING_COMPLETION, 0, SYSTOLE_RING_END - SYSTOLE_RING_COMPLETION);
    }
    mock_submit(&m, 0, w, packets_run(w, i));
    mock_go(&m);
    expect_end(&m, 0, SYSTOLE_OUTCOME_OK, i, 0);
  }
  CU_ASSERT_EQUAL_FATAL(t.count, 5);
  CU_ASSERT_EQUAL(t.runs[2].code, WIPE);
  close_both(&m);
}

static void test_wiped(void) { test_wipe(run); }
static void test_wipe_for_ever(void) { test_wipe(run_wipe_for_ever); }

static int run_beside_draws(mock *m, void *user, uint64_t *cycles) {
  const int cause = run(m, user, cycles);
  *cycles = m->registers[SYSTOLE_REG_SEG_BASE_HI / 4] == 2 ? 20 : 3000000;
  return cause;
}

static void take_tokens(mock *m, void *user) {
  (void)user;
  mock_store(m, SYSTOLE_LIMIT_REGIONS, SYSTOLE_RING_CONSUMED, m->fw.queues[1].produced);
}

// A queue of short runs with long draws after them: its time on the core counts too.
static void test_turns_of_draws(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_both(&m, &t);
  m.run = run_beside_draws;
  m.slept = take_tokens;
  const uint32_t lines = packets_generate(w, 2, 0, 5000);
  w[SYSTOLE_WORD_GENERATE_sharpness] = 65536, w[SYSTOLE_WORD_GENERATE_top_k] = 40;
  mock_submit(&m, 1, w, lines);
  mock_submit(&m, 0, w, packets_decode(w, 1, 0, 4));
  for (uint32_t turns = 0; turns < 20000 && (!m.fw.queues[0].head || m.fw.queues[0].job.active); turns++) fw_turn(&m.fw);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 1, 4);
  CU_ASSERT_TRUE(m.time < 30000000);  // 4 runs, as much for the other, and some
  CU_ASSERT_TRUE(t.count > 4 + 100);
  CU_ASSERT_PTR_NULL(m.wrong);
  mock_close(&m);
}

static void test_full(void) {
  mock m;
  machine t;
  uint32_t told = 0;
  open_both(&m, &t);
  submit_generate(&m, &t, 1, 700, 9999);
  for (int again = 0; again < 3; again++) {
    uint32_t words[2];
    m.interrupt = 0;
    mock_go(&m);
    CU_ASSERT_EQUAL(m.interrupt, 1);
    for (; mock_completion(&m, 0, words); told++)
      if (told < 700) CU_ASSERT_EQUAL(words[0], 100 + told);
    m.doorbell |= 1;
  }
  CU_ASSERT_EQUAL(told, 701);
  close_both(&m);
}

// Cancelled while its answers find no room.
static void test_full_cancel(void) {
  mock m;
  machine t;
  uint32_t words[2], told = 0;
  open_both(&m, &t);
  submit_generate(&m, &t, 1, 700, 9999);
  mock_go(&m);
  m.mailbox[SYSTOLE_MAILBOX_CANCEL / 4] = m.tail[0];
  m.doorbell |= 1;
  mock_go(&m);
  while (mock_completion(&m, 0, words) && SYSTOLE_FIELD_GET(words, COMPLETION, kind) == SYSTOLE_KIND_OF_TOKEN) told++;
  CU_ASSERT_EQUAL(SYSTOLE_FIELD_GET(words, COMPLETION, kind), SYSTOLE_KIND_OF_END);
  CU_ASSERT_EQUAL(SYSTOLE_FIELD_GET(words, COMPLETION, outcome), SYSTOLE_OUTCOME_CANCELLED);
  CU_ASSERT_EQUAL(words[0], told);
  CU_ASSERT_EQUAL(told, SYSTOLE_LIMIT_COMPLETIONS - 1);
  close_both(&m);
}

// Started while a run is under way that was somebody else's.
static void test_reboot(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS];
  open_both(&m, &t);
  memset(&m.fw, 0, sizeof m.fw);
  m.busy = true;
  m.cause = SYSTOLE_CAUSE_NONE;
  m.ends = UINT64_MAX;
  fw_boot(&m.fw);
  mock_submit(&m, 0, w, packets_run(w, 1));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 1, 0);
  CU_ASSERT_EQUAL(t.count, 1);
  close_both(&m);
}

static void test_ring(void) {
  mock m;
  machine t;
  uint32_t w[16] = {SYSTOLE_COMMAND_NOP | 1u << 8};
  open_both(&m, &t);
  mock_set_tail(&m, 0, 65);
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_RING, 0, 65);
  mock_submit(&m, 0, w, 1);
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 0, SYSTOLE_FIRMWARE_VERSION);
  mock_store(&m, 0, SYSTOLE_RING_CONSUMED, 77);  // never produced: as if full
  mock_submit(&m, 0, w, 1);
  mock_go(&m);
  mock_store(&m, 0, SYSTOLE_RING_CONSUMED, m.consumed[0]);
  m.start = 1;
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 0, SYSTOLE_FIRMWARE_VERSION);
  CU_ASSERT_EQUAL(m.done, 1);
  mock_store(&m, 0, SYSTOLE_RING_EPOCH, 2);  // everything afresh
  m.consumed[0] = 0;
  memset(m.regions[0].data + SYSTOLE_RING_COMPLETION, 0, SYSTOLE_RING_END - SYSTOLE_RING_COMPLETION);
  m.tail[0] = 0;
  mock_store(&m, 0, SYSTOLE_RING_CONSUMED, 0);
  mock_submit(&m, 0, w, 1);
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 0, SYSTOLE_FIRMWARE_VERSION);
  close_both(&m);
}

static void test_selftest(void) {
  mock m;
  machine t;
  uint32_t w[16] = {SYSTOLE_COMMAND_SELFTEST | 1u << 8}, c[16] = {SYSTOLE_COMMAND_COUNTERS | 1u << 8};
  open_both(&m, &t);
  packets_place(w, SYSTOLE_WORD_SELFTEST_place, 2, 256, 128);
  packets_place(c, SYSTOLE_WORD_COUNTERS_place, 2, 0, SYSTOLE_TOTAL_BYTES);
  mock_submit(&m, 1, w, 1);
  mock_go(&m);
  expect_end(&m, 1, SYSTOLE_OUTCOME_BROKEN, 0, 5);  // this machine knows no faults
  m.registers[SYSTOLE_REG_ID / 4] = 1;
  mock_submit(&m, 1, w, 1);
  mock_submit(&m, 1, c, 1);
  mock_go(&m);
  expect_end(&m, 1, SYSTOLE_OUTCOME_BROKEN, 0, 1);
  expect_end(&m, 1, SYSTOLE_OUTCOME_OK, 0, 0);
  CU_ASSERT_EQUAL(mock_load(&m, SYSTOLE_LIMIT_REGIONS + 2, SYSTOLE_TOTAL_RUNS), 2);
  close_both(&m);
}

static void test_hole(void) {
  mock m;
  machine t;
  open_both(&m, &t);
  m.regions[1].hole = PACKETS_PROMPT;
  submit_generate(&m, &t, 3, 4, 1);
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_MEMORY, 5, 0);
  close_both(&m);
}

// Whatever a command writes for its host.
static void test_unwritten(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS] = {SYSTOLE_COMMAND_COUNTERS | 1u << 8};
  open_both(&m, &t);
  m.regions[1].hole = PACKETS_REPORT;
  packets_place(w, SYSTOLE_WORD_COUNTERS_place, 1, PACKETS_REPORT, SYSTOLE_TOTAL_BYTES);
  mock_submit(&m, 0, w, 1);
  mock_submit(&m, 0, w, packets_run(w, 2));
  mock_submit(&m, 0, w, packets_decode(w, 3, 0, 4));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_MEMORY, 0, 0);
  expect_end(&m, 0, SYSTOLE_OUTCOME_MEMORY, 2, 1);
  expect_end(&m, 0, SYSTOLE_OUTCOME_MEMORY, 3, 4);
  close_both(&m);
}

// A self-test that is stopped has found nothing broken.
static void test_selftest_stopped(void) {
  mock m;
  machine t;
  uint32_t w[16] = {SYSTOLE_COMMAND_SELFTEST | 1u << 8}, l[16] = {SYSTOLE_COMMAND_LIMIT | 1u << 8, 500};
  open_both(&m, &t);
  packets_place(w, SYSTOLE_WORD_SELFTEST_place, 2, 256, 128);
  mock_submit(&m, 0, l, 1);
  mock_submit(&m, 0, w, 1);
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 0, 0);
  expect_end(&m, 0, SYSTOLE_OUTCOME_TIME, 0, 0);
  t.cause = MOCK_FOREVER;
  t.cancel_at = t.count + 1;
  m.slept = cancel_in_sleep;
  l[1] = 0;
  mock_submit(&m, 0, l, 1);
  mock_submit(&m, 0, w, 1);
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 0, 0);
  expect_end(&m, 0, SYSTOLE_OUTCOME_CANCELLED, 0, 0);
  close_both(&m);
}

// A self-test that fails half-way has written to the machine's registers.
static void test_beside_selftest(void) {
  mock m;
  machine t;
  uint32_t w[SYSTOLE_PACKET_WORDS] = {SYSTOLE_COMMAND_SELFTEST | 1u << 8};
  open_both(&m, &t);
  m.regions[SYSTOLE_LIMIT_REGIONS + 2].hole = 128;
  packets_place(w, SYSTOLE_WORD_SELFTEST_place, 2, 128, SYSTOLE_LIMIT_SCRATCH_BYTES);
  for (int i = 0; i < 4; i++) mock_submit(&m, 1, w, 1);
  mock_submit(&m, 0, w, packets_decode(w, 1, 0, 12));
  mock_go(&m);
  expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 1, 12);
  for (int i = 0; i < 4; i++) expect_end(&m, 1, SYSTOLE_OUTCOME_BROKEN, 0, 3);
  CU_ASSERT_EQUAL_FATAL(t.count, 12);
  for (uint32_t i = 0; i < 12; i++) {
    CU_ASSERT_EQUAL(t.runs[i].scalars[0], (int32_t)i);
    CU_ASSERT_EQUAL(t.runs[i].scalars[6], 55);
    CU_ASSERT_EQUAL(t.runs[i].scalars[15], 0);
  }
  close_both(&m);
}

// ---- what is refused ---------------------------------------------------------

static void refuse(uint32_t w[SYSTOLE_PACKET_WORDS], uint32_t lines, systole_ending outcome, uint32_t value) {
  mock m;
  machine t;
  open_both(&m, &t);
  mock_submit(&m, 0, w, lines);
  mock_go(&m);
  expect_end(&m, 0, outcome, SYSTOLE_FIELD_GET(w, ANY, tag), value);
  CU_ASSERT_EQUAL(t.count, 0);
  close_both(&m);
}

static void test_refused(void) {
  uint32_t w[SYSTOLE_PACKET_WORDS], lines = packets_run(w, 3);
  w[0] ^= 0x40, refuse(w, 1, SYSTOLE_OUTCOME_LENGTH, 6);  // six lines named, one there
  lines = packets_run(w, 3), w[0] ^= 1u << 8, refuse(w, 1, SYSTOLE_OUTCOME_LENGTH, 7);
  lines = packets_run(w, 3), w[1 + 2] = 1, refuse(w, lines, SYSTOLE_OUTCOME_RESERVED, 3);
  const uint32_t segment = SYSTOLE_WORD_RUN_segments + 4;
  lines = packets_run(w, 3), w[segment + 3] = 1, refuse(w, lines, SYSTOLE_OUTCOME_RESERVED, segment + 3);
  lines = packets_run(w, 3), w[segment] += 1u << 20, refuse(w, lines, SYSTOLE_OUTCOME_PLACE, segment);
  lines = packets_run(w, 3), w[segment + 1] = 0xFFFFFFFF, refuse(w, lines, SYSTOLE_OUTCOME_PLACE, segment);
  lines = packets_run(w, 3), w[segment + 2] |= 7u << 8, refuse(w, lines, SYSTOLE_OUTCOME_PLACE, segment);
  lines = packets_run(w, 3), w[segment + 2] |= 0x800, refuse(w, lines, SYSTOLE_OUTCOME_RESERVED, segment + 2);
  lines = packets_decode(w, 3, 0, 0), refuse(w, lines, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_DECODE_steps);
  lines = packets_decode(w, 3, 0x7FFFFFFF, 1), refuse(w, lines, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_DECODE_steps);
  lines = packets_decode(w, 3, 0, 1), w[96 + 5] = 2, w[96 + 6] = 1, refuse(w, lines, SYSTOLE_OUTCOME_VALUE, 101);
  lines = packets_decode(w, 3, 0, 1), w[96 + 7] = 1, refuse(w, lines, SYSTOLE_OUTCOME_RESERVED, 103);
  lines = packets_generate(w, 3, 3, 3), w[SYSTOLE_WORD_GENERATE_next] = PACKETS_IO_BYTES;
  refuse(w, lines, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_GENERATE_next);
  lines = packets_generate(w, 3, 3, 3), w[SYSTOLE_WORD_GENERATE_top_k] = 1;
  refuse(w, lines, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_GENERATE_top_k);
  lines = packets_generate(w, 3, 3, 3), w[SYSTOLE_WORD_GENERATE_sharpness] = 1, w[SYSTOLE_WORD_GENERATE_top_k] = 65;
  refuse(w, lines, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_GENERATE_top_k);
  lines = packets_generate(w, 3, 3, 3), w[SYSTOLE_WORD_GENERATE_vocab] = SYSTOLE_LIMIT_VOCAB + 1;
  refuse(w, lines, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_GENERATE_vocab);
  lines = packets_generate(w, 3, 3, 3), w[SYSTOLE_WORD_GENERATE_rows] = SYSTOLE_LIMIT_ROWS + 1;
  refuse(w, lines, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_GENERATE_rows);
  memset(w, 0, sizeof w);
  w[0] = 9 | 1u << 8;
  refuse(w, 1, SYSTOLE_OUTCOME_UNKNOWN, 9);
}

// A region that shows the rings once more.
static void test_aliased_rings(void) {
  static const struct {
    uint64_t offset, bytes;
    bool good;
  } places[] = {{0, 0x1000, false}, {0xE80, 0x80, true}, {0xE80, 0x81, false}, {0x1000, 4, false}, {0x2700, 1, false}, {0x2780, 4, true}};
  const uint64_t base = packets_regions[0].base - 0xF00;
  for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
    mock m;
    machine t;
    uint32_t w[SYSTOLE_PACKET_WORDS], *mail;
    open_both(&m, &t);
    mail = &m.mailbox[(SYSTOLE_REG_SEG_BASE_LO + 16 * 4) / 4];
    mail[0] = (uint32_t)base, mail[1] = (uint32_t)(base >> 32), mail[2] = 0x3000;
    const uint32_t lines = packets_run(w, 3);
    packets_place(w, SYSTOLE_WORD_RUN_segments + 4, 4, places[i].offset, places[i].bytes);
    mock_submit(&m, 0, w, lines);
    m.free_segments = true;
    mock_go(&m);
    if (places[i].good) expect_end(&m, 0, SYSTOLE_OUTCOME_OK, 3, 0);
    else expect_end(&m, 0, SYSTOLE_OUTCOME_PLACE, 3, SYSTOLE_WORD_RUN_segments + 4);
    close_both(&m);
  }
}

// ---- random packets ----------------------------------------------------------

static void test_random(void) {
  char text[128] = "";
  if (!storm(1, 100000, text, sizeof text)) printf("  seed 1: %s\n", text);
  CU_ASSERT_STRING_EQUAL(text, "");
}

void suite_firmware(void) {
  static const systole_test tests[] = {
      {"NOP answers, the rings wrap", test_nop},
      {"a run gets its segments and scalars, and reports", test_run},
      {"counts beyond 32 bits are reported", test_long_runs},
      {"a fault is named", test_fault},
      {"formulas", test_formula},
      {"decode steps get the scalars that the formulas say", test_decode},
      {"generation: the prompt in pieces, token by token", test_generate},
      {"generation ends", test_generate_ends},
      {"limits of time", test_time},
      {"cancel", test_cancel},
      {"queues take turns", test_turns},
      {"long runs wait until the other queue has had as long", test_long_turns},
      {"a queue's draws count as its time", test_turns_of_draws},
      {"SRAMs are cleared between runs of two queues", test_wiped},
      {"and where a queue gets another client", test_wipe_owner},
      {"also by a program that does not end", test_wipe_for_ever},
      {"a turn's copies count, clearing does not", test_turn_of_copies},
      {"a completion ring that is full", test_full},
      {"cancel while the completion ring is full", test_full_cancel},
      {"boot while a run is under way", test_reboot},
      {"rings with wild counts, START and DONE, a new epoch", test_ring},
      {"self-test and counters", test_selftest},
      {"a self-test that is stopped", test_selftest_stopped},
      {"memory that answers with errors", test_hole},
      {"what cannot be written is told", test_unwritten},
      {"a self-test that fails does not disturb the other queue", test_beside_selftest},
      {"packets that are refused, and why", test_refused},
      {"the rings are refused in every region", test_aliased_rings},
      {"100,000 rounds of random packets", test_random},
      {0}};
  systole_test_suite("firmware", tests);
}
