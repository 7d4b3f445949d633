// From reads and writes to semaphores: cases by hand, and random programs,
// which must give what their operations give one after the other, without races.
#include "compiler/schedule/encode.h"
#include "compiler/schedule/schedule.h"
#include "sim/model/race.h"
#include "tests/unit/test_model_bench.h"

enum { LD = SYSTOLE_ENGINE_LD, MX = SYSTOLE_ENGINE_MX, VX = SYSTOLE_ENGINE_VX, ST = SYSTOLE_ENGINE_ST };

// ---- by hand -------------------------------------------------------------------

static systole_hazards *open_hazards(void) {
  systole_config config = bench_config(4);
  systole_hazards *h = NULL;
  if (systole_hazards_create(&config, &h, NULL)) abort();
  return h;
}

static void next(systole_hazards *h, unsigned engine) {
  if (systole_hazards_next(h, (systole_engine)engine, NULL)) abort();
}

// The next instruction touches one word of VM.
static void touch(systole_hazards *h, unsigned engine, uint32_t word, bool write) {
  next(h, engine);
  systole_hazards_words(h, SYSTOLE_SPACE_VM, word, 1, 0, 1, 1, write);
}

static void object(systole_hazards *h, unsigned engine, int number, bool write) {
  next(h, engine);
  systole_hazards_dram(h, number, write);
}

static unsigned nibble(uint16_t field, unsigned engine) { return field >> 4 * engine & 15; }

// That instruction `first` raises for `second`, and how much, and nothing else.
static void assert_token(systole_hazards *h, uint32_t first, unsigned from, uint32_t second,
                         unsigned to, unsigned count) {
  CU_ASSERT_EQUAL(systole_hazards_solve(h, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_hazards_raise(h, first), count << 4 * to);
  CU_ASSERT_EQUAL(systole_hazards_wait(h, second), count << 4 * from);
}

static void test_pairs(void) {
  static const struct {
    unsigned first, second;
    bool first_writes, second_writes;
    unsigned tokens;
  } cases[] = {{LD, VX, true, false, 1}, {VX, LD, false, true, 1}, {VX, LD, true, true, 1},
               {VX, ST, false, false, 0}, {VX, VX, true, false, 0}, {VX, VX, true, true, 0},
               {MX, MX, false, true, 0},  {ST, LD, true, false, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    systole_hazards *h = open_hazards();
    touch(h, cases[i].first, 7, cases[i].first_writes);
    touch(h, cases[i].second, 7, cases[i].second_writes);
    assert_token(h, 0, cases[i].first, 1, cases[i].second, cases[i].tokens);
    systole_hazards_destroy(h);
    h = open_hazards();  // neighbours have nothing to do with each other
    touch(h, cases[i].first, 7, cases[i].first_writes);
    touch(h, cases[i].second, 8, cases[i].second_writes);
    assert_token(h, 0, cases[i].first, 1, cases[i].second, 0);
    systole_hazards_destroy(h);
  }
}

// Having waited for an instruction is having waited for all before it.
static void test_earlier_are_included(void) {
  systole_hazards *h = open_hazards();
  touch(h, LD, 1, true);
  touch(h, LD, 2, true);
  touch(h, VX, 2, false);
  touch(h, VX, 1, false);
  assert_token(h, 1, LD, 2, VX, 1);
  CU_ASSERT_EQUAL(systole_hazards_raise(h, 0), 0);
  CU_ASSERT_EQUAL(systole_hazards_wait(h, 3), 0);
  systole_hazards_destroy(h);
}

// One producer, two consumers of different engines, then one of both.
static void test_several_engines(void) {
  systole_hazards *h = open_hazards();
  touch(h, LD, 1, true);   // 0
  touch(h, MX, 1, false);  // 1
  touch(h, VX, 1, false);  // 2
  touch(h, LD, 1, true);   // 3: waits for both readers
  CU_ASSERT_EQUAL(systole_hazards_solve(h, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_hazards_raise(h, 0), 1u << 4 * MX | 1u << 4 * VX);
  CU_ASSERT_EQUAL(systole_hazards_wait(h, 3), 1u << 4 * MX | 1u << 4 * VX);
  CU_ASSERT_EQUAL(nibble(systole_hazards_raise(h, 1), LD), 1);
  CU_ASSERT_EQUAL(nibble(systole_hazards_raise(h, 2), LD), 1);
  systole_hazards_destroy(h);
}

// An instruction that reads and writes the same word waits for others, not for itself.
static void test_in_place(void) {
  systole_hazards *h = open_hazards();
  touch(h, MX, 1, true);
  touch(h, VX, 1, false);
  systole_hazards_words(h, SYSTOLE_SPACE_VM, 1, 1, 0, 1, 1, true);
  touch(h, ST, 1, false);
  CU_ASSERT_EQUAL(systole_hazards_solve(h, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_hazards_wait(h, 1), 1u << 4 * MX);
  CU_ASSERT_EQUAL(systole_hazards_wait(h, 2), 1u << 4 * VX);
  systole_hazards_destroy(h);
}

// The k-th token of a pair of engines belongs to its k-th take.
static void test_order_of_tokens(void) {
  systole_hazards *h = open_hazards();
  for (uint32_t i = 0; i < 3; i++) touch(h, LD, i, true);  // 0 1 2
  for (uint32_t i = 0; i < 3; i++) touch(h, VX, i, false); // 3 4 5
  CU_ASSERT_EQUAL(systole_hazards_solve(h, NULL), SYSTOLE_OK);
  for (uint32_t i = 0; i < 3; i++) {
    CU_ASSERT_EQUAL(systole_hazards_raise(h, i), 1u << 4 * VX);
    CU_ASSERT_EQUAL(systole_hazards_wait(h, 3 + i), 1u << 4 * LD);
  }
  systole_hazards_destroy(h);
}

static bool in_box(uint32_t word) {
  return word == 10 || word == 13 || word == 18 || word == 21 || word == 26 || word == 29;
}

static void test_strided_box(void) {
  for (uint32_t word = 0; word < 40; word++) {
    systole_hazards *h = open_hazards();
    next(h, LD);
    systole_hazards_words(h, SYSTOLE_SPACE_VM, 10, 3, 8, 2, 3, true);
    touch(h, VX, word, false);
    assert_token(h, 0, LD, 1, VX, in_box(word));
    systole_hazards_destroy(h);
  }
}

static void test_objects(void) {
  systole_hazards *h = open_hazards();
  object(h, ST, 1, true);       // 0
  object(h, LD, 65535, false);  // 1: another object
  object(h, LD, 1, false);      // 2: waits for 0
  object(h, ST, 1, true);       // 3: waits for 2
  CU_ASSERT_EQUAL(systole_hazards_solve(h, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_hazards_wait(h, 1), 0);
  CU_ASSERT_EQUAL(systole_hazards_wait(h, 2), 1u << 4 * ST);
  CU_ASSERT_EQUAL(systole_hazards_wait(h, 3), 1u << 4 * LD);
  CU_ASSERT_EQUAL(systole_hazards_raise(h, 1), 0);
  systole_hazards_destroy(h);
}

static void test_outside(void) {
  systole_config config = bench_config(4);
  systole_error err = {{0}};
  systole_hazards *h = open_hazards();
  touch(h, VX, config.vm_words - 1, true);
  CU_ASSERT_EQUAL(systole_hazards_solve(h, &err), SYSTOLE_OK);
  touch(h, VX, config.vm_words, true);
  CU_ASSERT_EQUAL(systole_hazards_solve(h, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "leaves an SRAM"));
  systole_hazards_destroy(h);
}

// So many loads before the first of their readers.
static systole_status open_tokens(uint32_t count, systole_error *err) {
  systole_hazards *h = open_hazards();
  for (uint32_t i = 0; i < count; i++) touch(h, LD, i, true);
  for (uint32_t i = 0; i < count; i++) touch(h, VX, i, false);
  systole_status status = systole_hazards_solve(h, err);
  uint32_t raised = 0, taken = 0;
  for (uint32_t i = 0; i < count; i++) raised += systole_hazards_raise(h, i) >> 4 * VX & 15;
  for (uint32_t i = count; i < 2 * count; i++) taken += systole_hazards_wait(h, i) >> 4 * LD & 15;
  CU_ASSERT_EQUAL(raised, taken);
  CU_ASSERT_TRUE(raised <= SYSTOLE_SEMAPHORE_MAX - 64);
  CU_ASSERT_EQUAL(systole_hazards_raise(h, count - 1) >> 4 * VX & 15, 1);
  systole_hazards_destroy(h);
  return status;
}

// A queue of 64 lets a producer run on past the program's own count.
static void test_semaphore_overflow(void) {
  systole_error err = {{0}};
  CU_ASSERT_EQUAL(open_tokens(SYSTOLE_SEMAPHORE_MAX - 64, &err), SYSTOLE_OK);
  // A token then stands for several of them.
  CU_ASSERT_EQUAL(open_tokens(SYSTOLE_SEMAPHORE_MAX - 63, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(open_tokens(SYSTOLE_SEMAPHORE_MAX + 1, &err), SYSTOLE_OK);
}

// ---- random programs -------------------------------------------------------------

enum {
  OPS = 48,
  BLOCKS = 20,
  PAR_RING = 32,     // fixed words of PAR below
  RING_WORDS = 48,
  WGT_FIXED = 512,   // the ring of WGT and the serial run's blocks are below
  OBJECTS = 4,
  OBJECT_BYTES = 1024,
  OBJECT_SEGMENT = 2
};

typedef struct {
  uint64_t random;
  systole_op ops[OPS];
  bool prefetch[OPS];
  unsigned count;
  struct {
    unsigned space;
    uint32_t words;
  } block[BLOCKS + 1];
  systole_block blocks;
  int32_t scalars[4];
} draft;

static unsigned pick(draft *d, unsigned from, unsigned to) {
  return from + bench_below(&d->random, to - from + 1);
}

// A count up to `most`, sometimes bound to a scalar, sometimes then zero.
static systole_value count_value(draft *d, unsigned most) {
  if (pick(d, 0, 2)) return systole_fixed(pick(d, 1, most));
  return systole_linear(0, (int)pick(d, 0, 3), 1, most);
}

static void push(draft *d, const systole_op *op, bool prefetch) {
  if (d->count == OPS) return;
  d->prefetch[d->count] = prefetch;
  d->ops[d->count++] = *op;
}

static void add_load(draft *d) {
  static const unsigned spaces[] = {SYSTOLE_SPACE_WGT, SYSTOLE_SPACE_ACT, SYSTOLE_SPACE_PAR};
  systole_op op = {.opcode = SYSTOLE_OP_LD};
  systole_op_ld *ld = &op.ld;
  ld->space = spaces[pick(d, 0, 2)];
  ld->segment = 1;
  ld->rows = count_value(d, 3);
  ld->words = count_value(d, 3);
  ld->dst_word = (uint16_t)pick(d, 1, 2);
  ld->dst_row = (uint16_t)(3 * ld->dst_word);
  uint32_t at = pick(d, 0, 8) + (ld->space == SYSTOLE_SPACE_WGT ? WGT_FIXED : 0);
  ld->dst = pick(d, 0, 1) ? systole_fixed(at) : systole_linear(at, (int)pick(d, 0, 3), 1, at + 3);
  ld->pitch = 64;
  ld->offset = systole_fixed(16 * pick(d, 0, 40));
  if (pick(d, 0, 1)) {
    op.dram_read = (int)pick(d, 1, OBJECTS);
    ld->segment = OBJECT_SEGMENT;
    ld->offset.imm = op.dram_read * OBJECT_BYTES + 16 * pick(d, 0, 30);
  }
  push(d, &op, false);
}

// A block and its load, perhaps in two parts.
static systole_block add_block(draft *d, unsigned space) {
  uint32_t words = space == SYSTOLE_SPACE_WGT ? 4 * pick(d, 1, 4) : pick(d, 1, 4);
  systole_block block = ++d->blocks;
  d->block[block].space = space;
  d->block[block].words = words;
  unsigned parts = words % 2 ? 1 : pick(d, 1, 2);
  for (unsigned part = 0; part < parts; part++)
    push(d, &(systole_op){.opcode = SYSTOLE_OP_LD,
                          .ld = {.space = space, .segment = 1, .block = block,
                                 .rows = systole_fixed(1), .words = systole_fixed(words / parts),
                                 .offset = systole_fixed(16 * pick(d, 0, 400)),
                                 .dst = systole_fixed(part * words / parts), .dst_word = 1}},
         true);
  return block;
}

// A[m, 4 kt] x W[4 kt, 4 nt]: kt * nt tiles lie in the block or in fixed words.
static void add_product(draft *d, systole_block block) {
  unsigned tiles = block ? d->block[block].words / 4 : 4, kt = pick(d, 1, tiles);
  unsigned nt = tiles / kt;
  systole_op op = {.opcode = SYSTOLE_OP_MX};
  op.mx = (systole_op_mx){.a_space = pick(d, 0, 1) ? SYSTOLE_SPACE_ACT : SYSTOLE_SPACE_QNT,
                          .transposed = pick(d, 0, 1), .accumulate = pick(d, 0, 1),
                          .m = count_value(d, 3), .k = systole_fixed(4 * kt),
                          .n = systole_fixed(4 * nt - pick(d, 0, 3)),
                          .a = systole_fixed(pick(d, 0, 16)), .a_row = (uint16_t)kt, .a_tile = 1,
                          .block = block, .w = block ? 0 : WGT_FIXED, .w_k = 4,
                          .w_n = (uint16_t)(4 * kt), .c = (uint16_t)pick(d, 0, 12),
                          .c_row = (uint16_t)nt, .c_tile = 1};
  push(d, &op, false);
}

// Operands from one half of VM and RS, results to the other, so that an
// instruction never reads what it has written.
static void add_vector(draft *d, systole_block block) {
  static const unsigned a_spaces[] = {SYSTOLE_SPACE_ACC, SYSTOLE_SPACE_PAR, SYSTOLE_SPACE_VM};
  static const unsigned d_spaces[] = {0, SYSTOLE_SPACE_QNT, SYSTOLE_SPACE_VM};
  unsigned half = pick(d, 0, 1), words = block ? 1 : pick(d, 1, 2);
  systole_op op = {.opcode = SYSTOLE_OP_VX};
  systole_op_vx *vx = &op.vx;
  *vx = (systole_op_vx){.a_space = a_spaces[pick(d, 0, 2)], .d_space = d_spaces[pick(d, 0, 2)],
                        .m = count_value(d, 5), .n = systole_fixed(4 * words - pick(d, 0, 3)),
                        .a_row = (uint16_t)words, .d_row = (uint16_t)words,
                        .mul = pick(d, 0, 1) ? SYSTOLE_VXMUL_ROW : 0,
                        .s = 4 * half + pick(d, 0, 2), .d = 16 * (1 - half) + pick(d, 0, 6),
                        .add = pick(d, 0, 2), .c = 16 * half, .c_row = (uint16_t)words,
                        .reduce = pick(d, 0, 5), .r = 4 * (1 - half), .x = 4 * (1 - half) + 2};
  vx->a = systole_fixed(16 * half + pick(d, 0, 6));
  if (vx->add == SYSTOLE_VXADD_IMM) vx->add_imm = 0.5f;
  if (vx->add == SYSTOLE_VXADD_ROW) vx->c = 4 * half + 1;
  if (vx->add == SYSTOLE_VXADD_C) vx->c_space = SYSTOLE_SPACE_VM;
  if (vx->mul == 0 && vx->reduce == 0 && pick(d, 0, 1)) vx->d_space = SYSTOLE_SPACE_RS, vx->d = 4 * (1 - half), vx->m = systole_fixed(1);
  vx->b_block = block;
  vx->b_space = block ? SYSTOLE_SPACE_PAR : 0;
  if (block) vx->b = pick(d, 0, d->block[block].words - 1);
  push(d, &op, false);
}

static void add_store(draft *d) {
  static const unsigned spaces[] = {SYSTOLE_SPACE_QNT, SYSTOLE_SPACE_VM, SYSTOLE_SPACE_RS};
  systole_op op = {.opcode = SYSTOLE_OP_ST, .dram_write = (int)pick(d, 1, OBJECTS)};
  op.st = (systole_op_st){.space = spaces[pick(d, 0, 2)], .segment = OBJECT_SEGMENT,
                          .rows = count_value(d, 2), .elements = count_value(d, 6), .pitch = 64,
                          .src = 4 * pick(d, 0, 3), .src_row = 8};
  op.st.offset = systole_fixed(op.dram_write * OBJECT_BYTES + 16 * pick(d, 0, 30));
  push(d, &op, false);
}

static void make_draft(draft *d, uint64_t seed) {
  *d = (draft){.random = seed};
  systole_block wgt = 0, par = 0;  // the blocks that may still be named
  for (int i = 0; i < 4; i++) d->scalars[i] = (int32_t)pick(d, 0, 3);
  while (d->count < OPS) {
    bool more = d->blocks < BLOCKS;
    switch (pick(d, 0, 7)) {
      case 0: add_load(d); break;
      case 1: if (more) wgt = add_block(d, SYSTOLE_SPACE_WGT); break;
      case 2: if (more) par = add_block(d, SYSTOLE_SPACE_PAR); break;
      case 3: add_product(d, wgt); break;
      case 4: add_product(d, 0); break;
      case 5: add_vector(d, par); break;
      case 6: add_vector(d, 0); break;
      default: add_store(d); break;
    }
  }
}

// The same memory and scalars for every run of a draft.
static void open_bench(bench *b, const draft *d) {
  uint64_t random = 5;
  bench_open(b, 4);
  for (unsigned i = 0; i < BENCH_SEGMENT_BYTES; i += 4) {
    float value = (float)(int)(bench_below(&random, 2001) - 1000) / 64;
    memcpy(bench_bytes(b, 1, i), &value, 4);
  }
  for (int i = 0; i < 4; i++) b->job.scalars[i] = d->scalars[i];
}

static void append(bench *b, const systole_line *line, uint32_t lines) {
  for (uint32_t i = 0; i < lines; i++) {
    if (b->job.lines == BENCH_LINES) abort();
    b->lines[b->job.lines++] = line[i];
  }
}

// Every block has a place of its own, so that nothing but the order matters.
static void place_apart(const draft *d, systole_op *op) {
  systole_block block = op->opcode == SYSTOLE_OP_LD   ? op->ld.block
                        : op->opcode == SYSTOLE_OP_MX ? op->mx.block
                        : op->opcode == SYSTOLE_OP_VX ? op->vx.b_block
                                                      : 0;
  if (!block) return;
  uint32_t at = d->block[block].space == SYSTOLE_SPACE_PAR ? PAR_RING : 0;
  for (systole_block b = 1; b < block; b++)
    if (d->block[b].space == d->block[block].space) at += d->block[b].words;
  if (op->opcode == SYSTOLE_OP_LD) op->ld.dst.imm += at, op->ld.dst.most += at;
  if (op->opcode == SYSTOLE_OP_MX) op->mx.w += at;
  if (op->opcode == SYSTOLE_OP_VX) op->vx.b += at;
}

// Each operation is a program of its own.
static void run_serially(bench *b, const draft *d) {
  for (unsigned i = 0; i < d->count; i++) {
    systole_op op = d->ops[i];
    systole_encoded code;
    place_apart(d, &op);
    CU_ASSERT_EQUAL_FATAL(systole_encode(&op, &code, NULL), SYSTOLE_OK);
    bench_restart(b);
    append(b, code.line, code.lines);
    bench_add(b, SYSTOLE_OP_END);
    bench_run(b);
    BENCH_FINE(b);
  }
}

static void build(bench *b, const draft *d, uint32_t ring_words) {
  systole_schedule *s;
  systole_scheduled code;
  systole_error err = {{0}};
  systole_block block;
  CU_ASSERT_EQUAL_FATAL(
      systole_schedule_create(&b->config, (systole_ring){0, ring_words},
                              (systole_ring){PAR_RING, ring_words}, &s, &err),
      SYSTOLE_OK);
  for (systole_block i = 1; i <= d->blocks; i++)
    systole_schedule_block(s, d->block[i].space, d->block[i].words, &block, &err);
  for (unsigned i = 0; i < d->count; i++) {
    if (d->prefetch[i]) systole_schedule_prefetch(s, &d->ops[i]);
    else systole_schedule_add(s, &d->ops[i]);
  }
  systole_status status = systole_schedule_solve(s, &code, &err);
  if (status) printf("  %s\n", err.text);
  CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
  bench_restart(b);
  append(b, code.lines, code.count);
  systole_schedule_destroy(s);
}

// Runs the program under the race checker.
static systole_status run_checked(bench *b, bool loud) {
  systole_race_watch watch = {.memory = b->memory};
  if (systole_race_create(&b->config, &b->job, &watch.checker, NULL)) abort();
  systole_model_set_observer(b->machine, systole_race_observe, &watch);
  bench_run(b);
  systole_status status = watch.status;
  if (!status) status = systole_race_finish(watch.checker, NULL, &watch.error);
  if (status && loud) printf("  %s\n", watch.error.text);
  systole_race_destroy(watch.checker);
  systole_model_set_observer(b->machine, NULL, NULL);
  return status;
}

static bool same_words(bench *a, bench *b, unsigned space, uint32_t first, uint32_t words) {
  size_t bytes = a->config.dim * systole_sram_element_bytes(space);
  for (uint32_t w = first; w < first + words; w++)
    if (memcmp(systole_sram_word(systole_model_srams(a->machine), space, w),
               systole_sram_word(systole_model_srams(b->machine), space, w), bytes))
      return false;
  return true;
}

static void assert_same(bench *a, bench *b) {
  CU_ASSERT(same_words(a, b, SYSTOLE_SPACE_WGT, WGT_FIXED, 64));
  CU_ASSERT(same_words(a, b, SYSTOLE_SPACE_ACT, 0, 64));
  CU_ASSERT(same_words(a, b, SYSTOLE_SPACE_PAR, 0, PAR_RING));
  CU_ASSERT(same_words(a, b, SYSTOLE_SPACE_QNT, 0, 64));
  CU_ASSERT(same_words(a, b, SYSTOLE_SPACE_ACC, 0, 64));
  CU_ASSERT(same_words(a, b, SYSTOLE_SPACE_VM, 0, 64));
  CU_ASSERT(same_words(a, b, SYSTOLE_SPACE_RS, 0, 16));
  CU_ASSERT_EQUAL(memcmp(bench_bytes(a, OBJECT_SEGMENT, 0), bench_bytes(b, OBJECT_SEGMENT, 0),
                         BENCH_SEGMENT_BYTES), 0);
}

static void test_random(void) {
  uint64_t random = bench_seed("random programs");
  for (int i = 0; i < 200; i++) {
    draft d;
    bench serial, scheduled;
    make_draft(&d, bench_random(&random));
    open_bench(&serial, &d);
    open_bench(&scheduled, &d);
    run_serially(&serial, &d);
    build(&scheduled, &d, RING_WORDS);
    systole_status status = run_checked(&scheduled, true);
    CU_ASSERT_EQUAL(status, SYSTOLE_OK);
    BENCH_FINE(&scheduled);
    assert_same(&serial, &scheduled);
    if (status) printf("  program %d\n", i);
    bench_close(&serial);
    bench_close(&scheduled);
  }
}

// ---- the other way round: without its semaphores a program has races ---------------

static void drop_all(bench *b) {
  for (uint32_t i = 0; i < b->job.lines; i++) {
    systole_line_set(&b->lines[i], SYSTOLE_LSB_wait, SYSTOLE_WIDTH_wait, 0);
    systole_line_set(&b->lines[i], SYSTOLE_LSB_raise, SYSTOLE_WIDTH_raise, 0);
    if (systole_line_get(&b->lines[i], SYSTOLE_LSB_bound, SYSTOLE_WIDTH_bound)) i++;
  }
}

static void test_none_is_a_race(void) {
  uint64_t random = 11;
  int races = 0;
  for (int i = 0; i < 20; i++) {
    draft d;
    bench b;
    make_draft(&d, bench_random(&random));
    open_bench(&b, &d);
    build(&b, &d, RING_WORDS);
    drop_all(&b);
    races += run_checked(&b, false) == SYSTOLE_E_DIFFER;
    bench_close(&b);
  }
  CU_ASSERT_EQUAL(races, 20);
}

// Takes the token-th unit that `from` raises for `to` out of the program; false if there is none.
static bool drop_token(bench *b, unsigned from, unsigned to, unsigned token) {
  unsigned raised = 0, taken = 0;
  for (uint32_t i = 0; i < b->job.lines; i++) {
    unsigned raise = SYSTOLE_LSB_raise + 4 * to, wait = SYSTOLE_LSB_wait + 4 * from;
    systole_line *l = &b->lines[i];
    unsigned opcode = (unsigned)systole_line_get(l, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode);
    unsigned engine = systole_op_engine(&(systole_op){.opcode = opcode});
    if (engine == from && systole_line_get(l, raise, 4) && raised++ == token) systole_line_set(l, raise, 4, 0);
    if (engine == to && systole_line_get(l, wait, 4) && taken++ == token) systole_line_set(l, wait, 4, 0);
  }
  return token < raised;
}

// Load, product, vector, store, three times over the same words: every token counts.
static void chain(draft *d) {
  *d = (draft){0};
  for (int i = 0; i < 3; i++) {
    push(d, &(systole_op){.opcode = SYSTOLE_OP_LD,
                          .ld = {.space = SYSTOLE_SPACE_ACT, .segment = 1, .rows = systole_fixed(1),
                                 .words = systole_fixed(1), .dst_word = 1}}, false);
    push(d, &(systole_op){.opcode = SYSTOLE_OP_MX,
                          .mx = {.a_space = SYSTOLE_SPACE_ACT, .m = systole_fixed(1),
                                 .k = systole_fixed(4), .n = systole_fixed(4), .w = WGT_FIXED,
                                 .w_k = 4, .w_n = 4, .a_tile = 1, .c_tile = 1}}, false);
    push(d, &(systole_op){.opcode = SYSTOLE_OP_VX,
                          .vx = {.a_space = SYSTOLE_SPACE_ACC, .d_space = SYSTOLE_SPACE_VM,
                                 .m = systole_fixed(1), .n = systole_fixed(4)}}, false);
    push(d, &(systole_op){.opcode = SYSTOLE_OP_ST, .dram_write = 1,
                          .st = {.space = SYSTOLE_SPACE_VM, .segment = OBJECT_SEGMENT,
                                 .rows = systole_fixed(1), .elements = systole_fixed(4)}}, false);
  }
}

static void test_each_token_counts(void) {
  draft d;
  unsigned tokens = 0;
  chain(&d);
  for (unsigned pair = 0; pair < 16; pair++)
    for (unsigned token = 0; pair / 4 != pair % 4; token++) {
      bench b;
      open_bench(&b, &d);
      build(&b, &d, RING_WORDS);
      bool there = drop_token(&b, pair / 4, pair % 4, token);
      CU_ASSERT_EQUAL(run_checked(&b, false), there ? SYSTOLE_E_DIFFER : SYSTOLE_OK);
      bench_close(&b);
      if (!there) break;
      tokens++;
    }
  CU_ASSERT_EQUAL(tokens, 3 * 3 + 2 * 3);  // forward, and back before the next time round
}

void suite_hazard(void) {
  static const systole_test tests[] = {{"pairs of instructions", test_pairs},
                                       {"waiting for one is waiting for all before it", test_earlier_are_included},
                                       {"several engines on one word", test_several_engines},
                                       {"reading and writing in place", test_in_place},
                                       {"tokens in order", test_order_of_tokens},
                                       {"strided boxes", test_strided_box},
                                       {"objects in DRAM", test_objects},
                                       {"outside an SRAM", test_outside},
                                       {"more tokens than a semaphore holds", test_semaphore_overflow},
                                       {"random programs, serial and scheduled", test_random},
                                       {"without semaphores there are races", test_none_is_a_race},
                                       {"no token is too many", test_each_token_counts},
                                       {0}};
  systole_test_suite("hazard", tests);
}
