// LD, LDG and ST: scatter, gather, edges, memory that is not there.
#include "tests/unit/test_model_bench.h"

static systole_line *add_ld(bench *b, unsigned space, unsigned rows, unsigned words) {
  systole_line *l = bench_add(b, SYSTOLE_OP_LD);
  SYSTOLE_SET(l, LD, segment, 1), SYSTOLE_SET(l, LD, space, space);
  SYSTOLE_SET(l, LD, rows, rows), SYSTOLE_SET(l, LD, words, words);
  return l;
}

static systole_line *add_st(bench *b, unsigned space, unsigned rows, unsigned elements) {
  systole_line *l = bench_add(b, SYSTOLE_OP_ST);
  SYSTOLE_SET(l, ST, segment, 2), SYSTOLE_SET(l, ST, space, space);
  SYSTOLE_SET(l, ST, rows, rows), SYSTOLE_SET(l, ST, elements, elements);
  return l;
}

static void fill(bench *b, unsigned segment, uint64_t *seed) {
  for (unsigned i = 0; i < BENCH_SEGMENT_BYTES; i++)
    *bench_bytes(b, segment, i) = (uint8_t)bench_random(seed);
}

// Each space, with strides of rows and of words.
static void test_ld_scatter(void) {
  static const unsigned spaces[] = {SYSTOLE_SPACE_WGT, SYSTOLE_SPACE_ACT, SYSTOLE_SPACE_PAR};
  uint64_t seed = bench_seed("ld");
  bench b;
  bench_open(&b, 8);
  fill(&b, 1, &seed);
  for (unsigned n = 0; n < 60; n++) {
    const unsigned space = spaces[n % 3], bytes = 8 * systole_sram_element_bytes(space);
    const unsigned rows = 1 + bench_below(&seed, 5), words = 1 + bench_below(&seed, 4);
    const unsigned dst = bench_below(&seed, 30), dst_word = 1 + bench_below(&seed, 3);
    const unsigned dst_row = words * dst_word + bench_below(&seed, 3);
    const unsigned offset = 4 * bench_below(&seed, 99), pitch = 4 * bench_below(&seed, 99);
    bench_restart(&b);
    systole_line *l = add_ld(&b, space, rows, words);
    SYSTOLE_SET(l, LD, dst, dst), SYSTOLE_SET(l, LD, dst_row, dst_row);
    SYSTOLE_SET(l, LD, dst_word, dst_word);
    SYSTOLE_SET(l, LD, offset, offset), SYSTOLE_SET(l, LD, pitch, pitch);
    bench_add(&b, SYSTOLE_OP_END);
    bench_run(&b);
    BENCH_FINE(&b);
    CU_ASSERT_EQUAL(b.report.read_bytes, rows * words * bytes + 128);
    for (unsigned i = 0; i < rows; i++)
      for (unsigned j = 0; j < words; j++)
        CU_ASSERT(!memcmp(systole_sram_word(systole_model_srams(b.machine), space,
                                            dst + i * dst_row + j * dst_word),
                          bench_bytes(&b, 1, offset + i * pitch + j * bytes), bytes));
  }
  bench_close(&b);
}

// Stores touch exactly their bytes.
static void test_st_edges(void) {
  uint64_t seed = bench_seed("st");
  bench b;
  bench_open(&b, 8);
  systole_srams *s = systole_model_srams(b.machine);
  for (unsigned e = 0; e < 256 * 8; e++) s->vm[e] = (uint32_t)bench_random(&seed);
  for (unsigned e = 0; e < 256 * 8; e++) s->qnt[e] = (int8_t)bench_random(&seed);
  for (unsigned n = 0; n < 60; n++) {
    const bool qnt = n % 2;
    const unsigned unit = qnt ? 1 : 4, step = qnt ? 8 : 1;
    const unsigned rows = 1 + bench_below(&seed, 4), elements = 1 + bench_below(&seed, 40);
    const unsigned src = step * bench_below(&seed, 20), further = step * bench_below(&seed, 20);
    const bool joined = elements * unit % 8 == 0 && bench_below(&seed, 2);  // rows touch
    const unsigned offset = 8 * bench_below(&seed, 200);
    const unsigned pitch = joined ? elements * unit : 160 + 8 * bench_below(&seed, 20);
    const unsigned src_row = joined && bench_below(&seed, 2) ? elements : further;
    memset(bench_bytes(&b, 2, 0), 0xA5, 8192);
    bench_restart(&b);
    systole_line *l = add_st(&b, qnt ? SYSTOLE_SPACE_QNT : SYSTOLE_SPACE_VM, rows, elements);
    SYSTOLE_SET(l, ST, src, src), SYSTOLE_SET(l, ST, src_row, src_row);
    SYSTOLE_SET(l, ST, offset, offset), SYSTOLE_SET(l, ST, pitch, pitch);
    bench_add(&b, SYSTOLE_OP_END);
    bench_run(&b);
    BENCH_FINE(&b);
    CU_ASSERT_EQUAL(b.report.write_bytes, rows * elements * unit);
    uint8_t want[8192];
    memset(want, 0xA5, sizeof want);
    const uint8_t *from = qnt ? (const uint8_t *)s->qnt : (const uint8_t *)s->vm;
    for (unsigned i = 0; i < rows; i++)
      memcpy(want + offset + i * pitch, from + (src + i * src_row) * unit, elements * unit);
    CU_ASSERT(!memcmp(want, bench_bytes(&b, 2, 0), sizeof want));
  }
  bench_close(&b);
}

static void put_index(bench *b, unsigned position, uint32_t index) {
  for (unsigned k = 0; k < 4; k++)
    *bench_bytes(b, 2, 4 * position + k) = (uint8_t)(index >> (8 * k));
}

static systole_line *add_ldg(bench *b, unsigned rows, unsigned limit) {
  systole_line *l = bench_add(b, SYSTOLE_OP_LDG);
  SYSTOLE_SET(l, LDG, segment, 1), SYSTOLE_SET(l, LDG, index_segment, 2);
  SYSTOLE_SET(l, LDG, space, SYSTOLE_SPACE_ACT);
  SYSTOLE_SET(l, LDG, rows, rows), SYSTOLE_SET(l, LDG, words, 1);
  SYSTOLE_SET(l, LDG, pitch, 16), SYSTOLE_SET(l, LDG, dst_row, 2);
  SYSTOLE_SET(l, LDG, limit, limit);
  return l;
}

static void test_gather(void) {
  bench b;
  bench_open(&b, 8);
  systole_srams *s = systole_model_srams(b.machine);
  for (unsigned i = 0; i < 10; i++) *bench_bytes(&b, 1, 16 * i) = (uint8_t)(i + 1);
  put_index(&b, 0, 7), put_index(&b, 1, 0), put_index(&b, 2, 9);
  add_ldg(&b, 3, 10);
  bench_add(&b, SYSTOLE_OP_END);
  bench_run(&b);
  BENCH_FINE(&b);
  CU_ASSERT_EQUAL(s->act[0], 8);
  CU_ASSERT_EQUAL(s->act[16], 1);
  CU_ASSERT_EQUAL(s->act[32], 10);
  CU_ASSERT_EQUAL(b.report.read_bytes, 3 * 8 + 12 + 128);
  bench_close(&b);
}

static void test_bad_index(void) {
  bench b;
  bench_open(&b, 8);
  systole_srams *s = systole_model_srams(b.machine);
  *bench_bytes(&b, 1, 0) = 5;
  put_index(&b, 1, 10);
  systole_line *l = add_ldg(&b, 3, 10);
  bench_raise(l, SYSTOLE_ENGINE_MX, 1);
  bench_add(&b, SYSTOLE_OP_END);
  bench_run(&b);
  BENCH_FAULT(&b, INDEX, LD, 0, 10);
  CU_ASSERT_EQUAL(s->act[0], 5);
  CU_ASSERT_EQUAL(s->act[16], 0);
  CU_ASSERT_EQUAL(s->act[32], 0);
  CU_ASSERT_EQUAL(b.report.retired, 1);
  // what the same instruction meets later is not reported: the semaphore is full
  bench_restart(&b);
  systole_line *loop = bench_add(&b, SYSTOLE_OP_LOOP);
  SYSTOLE_SET(loop, LOOP, count, 17), SYSTOLE_SET(loop, LOOP, lines, 2);
  bench_raise(bench_add(&b, SYSTOLE_OP_LD), SYSTOLE_ENGINE_MX, 15);
  bench_add(&b, SYSTOLE_OP_ENDLOOP);
  bench_raise(add_ldg(&b, 3, 10), SYSTOLE_ENGINE_MX, 1);
  bench_add(&b, SYSTOLE_OP_END);
  bench_run(&b);
  BENCH_FAULT(&b, INDEX, LD, 3, 10);
  bench_close(&b);
}

// A segment longer than the memory behind it.
static void test_no_memory(void) {
  bench b;
  bench_open(&b, 8);
  b.job.segments[1].limit = b.job.segments[2].limit = 1 << 20;
  b.job.segments[2].base = 0x900000;
  memset(bench_bytes(&b, 2, 0), 7, BENCH_SEGMENT_BYTES);  // follows segment 1
  b.job.segments[1].base = bench_base(2);
  memset(systole_model_srams(b.machine)->act, 9, 32);
  systole_line *l = add_ld(&b, SYSTOLE_SPACE_ACT, 1, 4);
  SYSTOLE_SET(l, LD, dst_word, 1), SYSTOLE_SET(l, LD, offset, BENCH_SEGMENT_BYTES - 12);
  bench_add(&b, SYSTOLE_OP_END);
  bench_run(&b);
  BENCH_FAULT(&b, AXI_READ, LD, 0, bench_base(2) + BENCH_SEGMENT_BYTES);
  CU_ASSERT_EQUAL(systole_model_srams(b.machine)->act[11], 7);
  CU_ASSERT_EQUAL(systole_model_srams(b.machine)->act[12], 0);
  bench_restart(&b);
  l = add_st(&b, SYSTOLE_SPACE_VM, 1, 3);
  SYSTOLE_SET(l, ST, offset, 16);
  bench_add(&b, SYSTOLE_OP_END);
  bench_run(&b);
  BENCH_FAULT(&b, AXI_WRITE, ST, 0, 0x900010);
  // rows that touch on both sides are one run; the gap begins a burst
  bench_restart(&b);
  b.job.segments[2].base = bench_base(2);
  l = add_st(&b, SYSTOLE_SPACE_VM, 4, 1);
  SYSTOLE_SET(l, ST, offset, BENCH_SEGMENT_BYTES - 8);
  SYSTOLE_SET(l, ST, pitch, 4), SYSTOLE_SET(l, ST, src_row, 1);
  bench_add(&b, SYSTOLE_OP_END);
  bench_run(&b);
  BENCH_FAULT(&b, AXI_WRITE, ST, 0, bench_base(3));
  CU_ASSERT_EQUAL(b.report.write_bytes, 16);
  b.job.segments[2].base = 0x900000;
  bench_restart(&b);
  l = add_ldg(&b, 1, 1);
  SYSTOLE_SET(l, LDG, dst, 20);
  bench_add(&b, SYSTOLE_OP_END);
  bench_run(&b);
  BENCH_FAULT(&b, AXI_READ, LD, 0, 0x900000);
  CU_ASSERT_EQUAL(systole_model_srams(b.machine)->act[160], 0);
  bench_close(&b);
}

void suite_model_copy(void);

void suite_model_copy(void) {
  static const systole_test tests[] = {{"LD scatters", test_ld_scatter},
                                       {"ST touches its bytes only", test_st_edges},
                                       {"LDG gathers", test_gather},
                                       {"LDG with an index too large", test_bad_index},
                                       {"no memory behind a segment", test_no_memory},
                                       {0}};
  systole_test_suite("model_copy", tests);
}
