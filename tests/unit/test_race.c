// The race checker, fed by the model's observer.
#include "sim/model/race.h"
#include "sim/model/resolve.h"
#include "tests/unit/test_model_bench.h"

static systole_line *add_ld(bench *b, unsigned dst, unsigned rows, unsigned dst_row) {
  systole_line *l = bench_add(b, SYSTOLE_OP_LD);
  SYSTOLE_SET(l, LD, segment, 1), SYSTOLE_SET(l, LD, space, SYSTOLE_SPACE_PAR);
  SYSTOLE_SET(l, LD, rows, rows), SYSTOLE_SET(l, LD, words, 1);
  SYSTOLE_SET(l, LD, dst, dst), SYSTOLE_SET(l, LD, dst_row, dst_row);
  return l;
}

// VM[d..] = A[a..], m rows of one word, a_row apart.
static systole_line *add_vx(bench *b, unsigned a_space, unsigned a, unsigned m, unsigned d) {
  systole_line *l = bench_add(b, SYSTOLE_OP_VX);
  SYSTOLE_SET(l, VX, a_space, a_space), SYSTOLE_SET(l, VX, a, a), SYSTOLE_SET(l, VX, a_row, 2);
  SYSTOLE_SET(l, VX, m, m), SYSTOLE_SET(l, VX, n, 4);
  SYSTOLE_SET(l, VX, d_space, SYSTOLE_SPACE_VM), SYSTOLE_SET(l, VX, d, d);
  SYSTOLE_SET(l, VX, d_row, 1);
  return l;
}

static systole_line *add_st(bench *b, unsigned word, unsigned offset, unsigned elements) {
  systole_line *l = bench_add(b, SYSTOLE_OP_ST);
  SYSTOLE_SET(l, ST, segment, 1), SYSTOLE_SET(l, ST, space, SYSTOLE_SPACE_VM);
  SYSTOLE_SET(l, ST, rows, 1), SYSTOLE_SET(l, ST, elements, elements);
  SYSTOLE_SET(l, ST, src, 4 * word), SYSTOLE_SET(l, ST, offset, offset);
  return l;
}

// Ends the program, runs it, and checks it.
static systole_status check(bench *b, systole_race *race) {
  systole_race_watch watch = {.memory = b->memory};
  bench_add(b, SYSTOLE_OP_END);
  if (systole_race_create(&b->config, &b->job, &watch.checker, NULL) != SYSTOLE_OK) abort();
  systole_model_set_observer(b->machine, systole_race_observe, &watch);
  bench_run(b);
  systole_status status = watch.status;
  memset(race, 0, sizeof *race);
  if (status == SYSTOLE_OK) status = systole_race_finish(watch.checker, race, &watch.error);
  if (status != SYSTOLE_OK) printf("  %s\n", watch.error.text);
  systole_race_destroy(watch.checker);
  bench_restart(b);
  return status;
}

#define IS_RACE(b, first_, second_, dram_, place_, where_)      \
  do {                                                          \
    systole_race r;                                             \
    CU_ASSERT_EQUAL(check(b, &r), SYSTOLE_E_DIFFER);            \
    CU_ASSERT_EQUAL(r.first.index, first_);                     \
    CU_ASSERT_EQUAL(r.second.index, second_);                   \
    CU_ASSERT_EQUAL(r.dram, dram_);                             \
    CU_ASSERT_EQUAL(r.place, place_);                           \
    CU_ASSERT_EQUAL(r.where, where_);                           \
  } while (0)

#define IS_CLEAN(b)                                \
  do {                                             \
    systole_race r;                                \
    CU_ASSERT_EQUAL(check(b, &r), SYSTOLE_OK);     \
  } while (0)

static void test_write_then_read(void) {
  bench b;
  bench_open(&b, 4);
  add_ld(&b, 10, 2, 1);
  add_vx(&b, SYSTOLE_SPACE_PAR, 11, 1, 0);
  IS_RACE(&b, 0, 1, false, SYSTOLE_SPACE_PAR, 11);
  bench_raise(add_ld(&b, 10, 2, 1), SYSTOLE_ENGINE_VX, 1);
  bench_wait(add_vx(&b, SYSTOLE_SPACE_PAR, 11, 1, 0), SYSTOLE_ENGINE_LD, 1);
  IS_CLEAN(&b);
  bench_close(&b);
}

static void test_read_then_write(void) {
  bench b;
  bench_open(&b, 4);
  add_vx(&b, SYSTOLE_SPACE_PAR, 11, 1, 0);
  add_ld(&b, 11, 1, 1);
  IS_RACE(&b, 0, 1, false, SYSTOLE_SPACE_PAR, 11);
  bench_raise(add_vx(&b, SYSTOLE_SPACE_PAR, 11, 1, 0), SYSTOLE_ENGINE_LD, 1);
  bench_wait(add_ld(&b, 11, 1, 1), SYSTOLE_ENGINE_VX, 1);
  IS_CLEAN(&b);
  bench_close(&b);
}

// Interleaved strides do not meet, though their boxes do.
static void test_strides(void) {
  bench b;
  bench_open(&b, 4);
  add_ld(&b, 1, 5, 2);                          // 1 3 5 7 9
  add_vx(&b, SYSTOLE_SPACE_PAR, 0, 5, 0);       // 0 2 4 6 8
  IS_CLEAN(&b);
  add_ld(&b, 1, 5, 3);                          // 1 4 ...
  add_vx(&b, SYSTOLE_SPACE_PAR, 0, 5, 0);
  IS_RACE(&b, 0, 1, false, SYSTOLE_SPACE_PAR, 4);
  bench_close(&b);
}

// LD -> VX -> ST orders LD before ST although no semaphore joins them.
static void test_chain(void) {
  for (unsigned broken = 0; broken < 2; broken++) {
    bench b;
    bench_open(&b, 4);
    systole_line *ld = add_ld(&b, 0, 1, 1);  // reads DRAM bytes 0..15
    systole_line *vx = add_vx(&b, SYSTOLE_SPACE_VM, 20, 1, 0);
    bench_raise(ld, SYSTOLE_ENGINE_VX, 1);
    if (!broken) bench_wait(vx, SYSTOLE_ENGINE_LD, 1);
    bench_raise(vx, SYSTOLE_ENGINE_ST, 1);
    bench_wait(add_st(&b, 0, 8, 1), SYSTOLE_ENGINE_VX, 1);
    if (broken)
      IS_RACE(&b, 0, 2, true, 1, 8);
    else
      IS_CLEAN(&b);
    bench_close(&b);
  }
}

// The n-th take matches the n-th raise: one raise too early does not order.
static void test_nth_raise(void) {
  bench b;
  bench_open(&b, 4);
  for (unsigned enough = 0; enough < 2; enough++) {
    bench_raise(add_ld(&b, 10, 1, 1), SYSTOLE_ENGINE_VX, 1);
    bench_raise(add_ld(&b, 20, 1, 1), SYSTOLE_ENGINE_VX, 1);
    bench_wait(add_vx(&b, SYSTOLE_SPACE_PAR, 20, 1, 0), SYSTOLE_ENGINE_LD, 1 + enough);
    if (enough)
      IS_CLEAN(&b);
    else
      IS_RACE(&b, 1, 2, false, SYSTOLE_SPACE_PAR, 20);
  }
  bench_close(&b);
}

static void test_dram(void) {
  bench b;
  bench_open(&b, 4);
  add_st(&b, 0, 4096 - 8, 4);  // bytes 4088..4103, over two pages
  SYSTOLE_SET(add_ld(&b, 0, 1, 1), LD, offset, 4104);
  IS_CLEAN(&b);
  add_st(&b, 0, 4096 - 8, 4);
  SYSTOLE_SET(add_ld(&b, 0, 1, 1), LD, offset, 4100);
  IS_RACE(&b, 0, 1, true, 1, 4100);
  // another segment over the same bytes
  b.job.segments[3].base = b.job.segments[1].base + 4096;
  b.job.segments[3].limit = 4096;
  add_st(&b, 0, 4096 - 8, 4);
  systole_line *ld = add_ld(&b, 0, 1, 1);
  SYSTOLE_SET(ld, LD, segment, 3), SYSTOLE_SET(ld, LD, offset, 4);
  IS_RACE(&b, 0, 1, true, 3, 4);
  SYSTOLE_SET(add_st(&b, 0, 64, 1), ST, segment, 0);  // over its own END
  IS_RACE(&b, 1, 0, true, 0, 64);
  bench_close(&b);
}

// Only the rows that the list names are read; the list is read too.
static void test_gather(void) {
  bench b;
  bench_open(&b, 4);
  *bench_bytes(&b, 2, 0) = 3;
  for (unsigned row = 2; row < 5; row++) {
    systole_line *l = bench_add(&b, SYSTOLE_OP_LDG);
    SYSTOLE_SET(l, LDG, segment, 1), SYSTOLE_SET(l, LDG, index_segment, 2);
    SYSTOLE_SET(l, LDG, space, SYSTOLE_SPACE_ACT);
    SYSTOLE_SET(l, LDG, rows, 1), SYSTOLE_SET(l, LDG, words, 1);
    SYSTOLE_SET(l, LDG, pitch, 4), SYSTOLE_SET(l, LDG, limit, 8);
    systole_line *st = add_st(&b, 0, row == 4 ? 0 : 4 * row, 1);
    if (row == 4) SYSTOLE_SET(st, ST, segment, 2);
    if (row == 2) IS_CLEAN(&b);
    if (row == 3) IS_RACE(&b, 0, 1, true, 1, 12);
    if (row == 4) IS_RACE(&b, 0, 1, true, 2, 0);
  }
  bench_close(&b);
}

static void test_vx_with_itself(void) {
  bench b;
  bench_open(&b, 4);
  SYSTOLE_SET(add_vx(&b, SYSTOLE_SPACE_VM, 10, 4, 10), VX, a_row, 1);  // in place
  IS_CLEAN(&b);
  SYSTOLE_SET(add_vx(&b, SYSTOLE_SPACE_VM, 10, 4, 9), VX, a_row, 1);  // behind the reading
  IS_CLEAN(&b);
  SYSTOLE_SET(add_vx(&b, SYSTOLE_SPACE_VM, 10, 4, 11), VX, a_row, 1);  // ahead of it
  IS_RACE(&b, 0, 0, false, SYSTOLE_SPACE_VM, 11);
  for (unsigned s = 0; s < 2; s++) {  // results over their row scalars, or one word ahead
    systole_line *l = add_vx(&b, SYSTOLE_SPACE_PAR, 0, 9, 0);
    SYSTOLE_SET(l, VX, mul, SYSTOLE_VXMUL_ROW), SYSTOLE_SET(l, VX, reduce, SYSTOLE_VXREDUCE_SUM);
    SYSTOLE_SET(l, VX, s, 5), SYSTOLE_SET(l, VX, r, 5 + s);
    if (s == 0)
      IS_CLEAN(&b);
    else
      IS_RACE(&b, 0, 0, false, SYSTOLE_SPACE_RS, 6);
  }
  systole_line *l = add_vx(&b, SYSTOLE_SPACE_PAR, 0, 5, 0);
  SYSTOLE_SET(l, VX, reduce, SYSTOLE_VXREDUCE_ARGMAX);
  SYSTOLE_SET(l, VX, r, 5), SYSTOLE_SET(l, VX, x, 6);
  IS_RACE(&b, 0, 0, false, SYSTOLE_SPACE_RS, 6);
  bench_close(&b);
}

static void test_mx_with_itself(void) {
  bench b;
  bench_open(&b, 4);
  for (unsigned adds = 0; adds < 2; adds++) {
    systole_line *l = bench_add(&b, SYSTOLE_OP_MX);
    SYSTOLE_SET(l, MX, a_space, SYSTOLE_SPACE_ACT);
    SYSTOLE_SET(l, MX, m, 2), SYSTOLE_SET(l, MX, k, 8), SYSTOLE_SET(l, MX, n, 8);
    SYSTOLE_SET(l, MX, c_row, 1), SYSTOLE_SET(l, MX, c_tile, adds ? 1 : 2);
    if (adds)
      IS_RACE(&b, 0, 0, false, SYSTOLE_SPACE_ACC, 1);
    else
      IS_CLEAN(&b);
  }
  bench_close(&b);
}

// LD writes one word of ACT or WGT beside what a product of 2 x 8 x 8 reads.
static void test_operands_of_mx(void) {
  bench b;
  bench_open(&b, 4);
  for (unsigned n = 0; n < 4; n++) {
    static const unsigned words[] = {41, 40, 75, 76};  // A ends at 40, W at 75
    systole_line *l = bench_add(&b, SYSTOLE_OP_MX);
    SYSTOLE_SET(l, MX, a_space, SYSTOLE_SPACE_ACT);
    SYSTOLE_SET(l, MX, m, 2), SYSTOLE_SET(l, MX, k, 8), SYSTOLE_SET(l, MX, n, 8);
    SYSTOLE_SET(l, MX, a, 20), SYSTOLE_SET(l, MX, a_row, 5), SYSTOLE_SET(l, MX, a_tile, 15);
    SYSTOLE_SET(l, MX, w, 60), SYSTOLE_SET(l, MX, w_k, 4), SYSTOLE_SET(l, MX, w_n, 8);
    SYSTOLE_SET(l, MX, c_row, 1), SYSTOLE_SET(l, MX, c_tile, 2);
    const unsigned space = n < 2 ? SYSTOLE_SPACE_ACT : SYSTOLE_SPACE_WGT;
    SYSTOLE_SET(add_ld(&b, words[n], 1, 1), LD, space, space);
    if (n == 0 || n == 3)
      IS_CLEAN(&b);
    else
      IS_RACE(&b, 0, 1, false, space, words[n]);
  }
  bench_close(&b);
}

// Five elements from the last of word 3 on reach to the end of word 4.
static void test_elements_of_st(void) {
  bench b;
  bench_open(&b, 4);
  for (unsigned d = 2; d < 6; d++) {
    SYSTOLE_SET(add_st(&b, 0, 0, 5), ST, src, 15);
    add_vx(&b, SYSTOLE_SPACE_PAR, 0, 1, d);
    if (d == 3 || d == 4)
      IS_RACE(&b, 0, 1, false, SYSTOLE_SPACE_VM, d);
    else
      IS_CLEAN(&b);
  }
  bench_close(&b);
}

enum { MANY = 24, FEW_WORDS = 3 };

// A random program on few words and its order, by brute force.
typedef struct {
  bench b;
  systole_instruction in[MANY];
  unsigned reads[MANY], writes[MANY];     // PAR word p as p, VM word v as 100 + v, or NOTHING
  bool before[MANY][MANY];
  unsigned raisers[4][4][16 * MANY], raised[4][4], taken[4][4];
} puzzle;

enum { NOTHING = 999 };

static void link_semaphores(puzzle *p, systole_line *line, unsigned self, unsigned n,
                            uint64_t *seed) {
  static const unsigned engines[] = {SYSTOLE_ENGINE_LD, SYSTOLE_ENGINE_VX, SYSTOLE_ENGINE_ST};
  for (unsigned i = 0; i < 3; i++) {
    const unsigned e = engines[i];
    const unsigned there = p->raised[e][self] - p->taken[e][self];
    if (e == self) continue;
    const unsigned take = there ? bench_below(seed, there < 3 ? there + 1 : 4) : 0;
    bench_wait(line, e, take);
    for (unsigned k = 0; k < take; k++)
      p->before[p->raisers[e][self][p->taken[e][self]++]][n] = true;
    const unsigned raise = bench_below(seed, 3);
    bench_raise(line, e, raise);
    for (unsigned k = 0; k < raise; k++) p->raisers[self][e][p->raised[self][e]++] = n;
  }
}

static void add_random(puzzle *p, unsigned n, uint64_t *seed) {
  const unsigned par = bench_below(seed, FEW_WORDS), v = bench_below(seed, FEW_WORDS);
  const unsigned kind = bench_below(seed, 3);
  systole_line *line = kind == 0   ? add_ld(&p->b, par, 1, 1)
                       : kind == 1 ? add_vx(&p->b, SYSTOLE_SPACE_PAR, par, 1, v)
                                   : add_st(&p->b, v, 0, 4);
  if (kind == 2) SYSTOLE_SET(line, ST, segment, 2);
  p->reads[n] = kind == 0 ? NOTHING : kind == 1 ? par : 100 + v;
  p->writes[n] = kind == 0 ? par : kind == 1 ? 100 + v : NOTHING;
  link_semaphores(p, line, kind == 0 ? SYSTOLE_ENGINE_LD : kind == 1 ? SYSTOLE_ENGINE_VX
                                                                      : SYSTOLE_ENGINE_ST,
                  n, seed);
  const int32_t scalars[16] = {0};
  if (systole_resolve(&p->b.config, &p->b.job, scalars, line, NULL, n, &p->in[n])) abort();
  for (unsigned i = 0; i < n; i++)
    if (p->in[i].engine == p->in[n].engine) p->before[i][n] = true;
}

static bool has_race(puzzle *p) {
  for (unsigned k = 0; k < MANY; k++)
    for (unsigned i = 0; i < k; i++)
      for (unsigned j = k + 1; j < MANY; j++)
        if (p->before[i][k] && p->before[k][j]) p->before[i][j] = true;
  for (unsigned i = 0; i < MANY; i++)
    for (unsigned j = i + 1; j < MANY; j++) {
      const bool meet = (p->writes[i] != NOTHING && p->writes[i] == p->reads[j]) ||
                        (p->reads[i] != NOTHING && p->reads[i] == p->writes[j]);
      if (meet && !p->before[i][j]) return true;
    }
  return false;
}

static void test_random(void) {
  uint64_t seed = bench_seed("race");
  unsigned races = 0, clean = 0;
  for (unsigned round = 0; round < 3000; round++) {
    puzzle *p = calloc(1, sizeof *p);
    systole_race_checker *checker;
    if (!p) abort();
    p->b.config = bench_config(4);
    for (unsigned s = 0; s < 3; s++) p->b.job.segments[s].base = bench_base(s);
    for (unsigned s = 0; s < 3; s++) p->b.job.segments[s].limit = BENCH_SEGMENT_BYTES;
    if (systole_race_create(&p->b.config, &p->b.job, &checker, NULL) != SYSTOLE_OK) abort();
    const unsigned used = 2 + bench_below(&seed, MANY - 1);
    for (unsigned n = 0; n < MANY; n++) p->reads[n] = p->writes[n] = NOTHING;
    for (unsigned n = 0; n < used; n++) {
      add_random(p, n, &seed);
      CU_ASSERT_EQUAL(systole_race_add(checker, &p->in[n], NULL, NULL), SYSTOLE_OK);
    }
    const bool race = has_race(p);
    CU_ASSERT_EQUAL(systole_race_finish(checker, NULL, NULL),
                    race ? SYSTOLE_E_DIFFER : SYSTOLE_OK);
    races += race, clean += !race;
    systole_race_destroy(checker);
    free(p);
  }
  CU_ASSERT(races > 100 && clean > 100);
}

// Double buffering in a loop: two halves, each handed over and back.
static void test_double_buffer(void) {
  for (unsigned credits = 2; credits <= 3; credits++) {
    bench b;
    bench_open(&b, 4);
    systole_line *give = add_vx(&b, SYSTOLE_SPACE_VM, 100, 1, 101);
    bench_raise(give, SYSTOLE_ENGINE_LD, credits);  // one too many lets LD run over VX
    systole_line *loop = bench_add(&b, SYSTOLE_OP_LOOP);
    SYSTOLE_SET(loop, LOOP, count, 20), SYSTOLE_SET(loop, LOOP, lines, 5);
    for (unsigned half = 0; half < 2; half++) {
      systole_line *ld = add_ld(&b, half, 1, 1);
      bench_wait(ld, SYSTOLE_ENGINE_VX, 1), bench_raise(ld, SYSTOLE_ENGINE_VX, 1);
      systole_line *vx = add_vx(&b, SYSTOLE_SPACE_PAR, half, 1, half);
      bench_wait(vx, SYSTOLE_ENGINE_LD, 1), bench_raise(vx, SYSTOLE_ENGINE_LD, 1);
    }
    bench_add(&b, SYSTOLE_OP_ENDLOOP);
    systole_race race;
    CU_ASSERT_EQUAL(check(&b, &race), credits == 2 ? SYSTOLE_OK : SYSTOLE_E_DIFFER);
    bench_close(&b);
  }
}

// What takes before it is raised is refused.
static void test_wrong_order(void) {
  const systole_config config = bench_config(4);
  const systole_job job = {.lines = 1};
  systole_race_checker *checker;
  systole_instruction in = {.engine = SYSTOLE_ENGINE_MX, .noop = true};
  CU_ASSERT_EQUAL_FATAL(systole_race_create(&config, &job, &checker, NULL), SYSTOLE_OK);
  in.wait = 1ull << 16 * SYSTOLE_ENGINE_LD;
  CU_ASSERT_EQUAL(systole_race_add(checker, &in, NULL, NULL), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_race_finish(checker, NULL, NULL), SYSTOLE_OK);
  systole_race_destroy(checker);
}

void suite_race(void);

void suite_race(void) {
  static const systole_test tests[] = {{"write, then read", test_write_then_read},
                                       {"read, then write", test_read_then_write},
                                       {"strides that interleave", test_strides},
                                       {"a chain over three engines", test_chain},
                                       {"the n-th raise", test_nth_raise},
                                       {"DRAM", test_dram},
                                       {"gather", test_gather},
                                       {"VX with itself", test_vx_with_itself},
                                       {"MX with itself", test_mx_with_itself},
                                       {"operands of MX", test_operands_of_mx},
                                       {"elements of ST", test_elements_of_st},
                                       {"random programs, brute force", test_random},
                                       {"double buffer", test_double_buffer},
                                       {"not an order", test_wrong_order},
                                       {0}};
  systole_test_suite("race", tests);
}
