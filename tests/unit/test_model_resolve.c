// Binding and the sequencer's checks.
#include "hw/isa/table.h"
#include "sim/model/resolve.h"
#include "tests/unit/random_lines.h"
#include "tests/unit/test_model_bench.h"

typedef struct {
  systole_config config;
  systole_job job;
  int32_t scalars[16];
  systole_line line, binding;
  systole_instruction out;
} fixture;

static fixture make(unsigned opcode) {
  fixture f = {.config = bench_config(8), .line = {{opcode}}};
  f.job.lines = 100;
  for (unsigned s = 0; s < 4; s++) f.job.segments[s].limit = 1ull << 41;
  f.job.segments[1].base = 0x1000;
  return f;
}

static systole_cause resolve(fixture *f) {
  return systole_resolve(&f->config, &f->job, f->scalars, &f->line, &f->binding, 7, &f->out);
}

#define IS(f, cause) CU_ASSERT_EQUAL(resolve(f), SYSTOLE_CAUSE_##cause)
#define PUT(f, op, field, value) SYSTOLE_SET(&(f)->line, op, field, value)

static fixture make_ld(void) {
  fixture f = make(SYSTOLE_OP_LD);
  PUT(&f, LD, segment, 1), PUT(&f, LD, space, SYSTOLE_SPACE_ACT);
  PUT(&f, LD, rows, 2), PUT(&f, LD, words, 3), PUT(&f, LD, dst_word, 1), PUT(&f, LD, dst_row, 3);
  PUT(&f, LD, pitch, 64);
  return f;
}

static fixture make_mx(void) {
  fixture f = make(SYSTOLE_OP_MX);
  PUT(&f, MX, a_space, SYSTOLE_SPACE_ACT);
  PUT(&f, MX, m, 4), PUT(&f, MX, k, 9), PUT(&f, MX, n, 17);
  PUT(&f, MX, a_row, 2), PUT(&f, MX, a_tile, 1), PUT(&f, MX, w_k, 8), PUT(&f, MX, w_n, 16);
  PUT(&f, MX, c_row, 1), PUT(&f, MX, c_tile, 4);
  return f;
}

static fixture make_vx(void) {
  fixture f = make(SYSTOLE_OP_VX);
  PUT(&f, VX, a_space, SYSTOLE_SPACE_VM), PUT(&f, VX, m, 9), PUT(&f, VX, n, 9);
  return f;
}

static fixture make_st(unsigned space) {
  fixture f = make(SYSTOLE_OP_ST);
  PUT(&f, ST, segment, 1), PUT(&f, ST, space, space);
  PUT(&f, ST, rows, 2), PUT(&f, ST, elements, 5), PUT(&f, ST, src_row, 8), PUT(&f, ST, pitch, 32);
  return f;
}

// A bound LD with `field` in slot 0.
static fixture make_bound(unsigned field, int32_t scalar, int32_t mult, uint32_t cap) {
  fixture f = make_ld();
  systole_line_set(&f.line, SYSTOLE_LSB_bound, 1, 1);
  f.scalars[5] = scalar;
  bench_bind(&f.binding, 0, field, 5, mult, cap);
  return f;
}

static bool is_reserved(unsigned opcode, unsigned bit) {
  if (bit < SYSTOLE_LSB_raise + SYSTOLE_WIDTH_raise || bit < SYSTOLE_LSB_wait + SYSTOLE_WIDTH_wait)
    return false;  // the fields that all instructions have, at the front
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    if (f->opcode == opcode && bit >= f->lsb && bit < f->lsb + f->width) return false;
  return true;
}

// Every reserved bit of every instruction, one at a time.
static void test_reserved(void) {
  uint64_t seed = bench_seed("reserved bits");
  unsigned tried = 0, wrong = 0;
  for (unsigned n = 0; n < 300; n++) {
    systole_line lines[2];
    systole_random_lines(&seed, lines);
    if (systole_resolve_legal(&lines[0], NULL) != SYSTOLE_CAUSE_NONE) continue;
    for (unsigned bit = 0; bit < 512; bit++) {
      if (!is_reserved(lines[0].word[0] & 0xFF, bit)) continue;
      systole_line line = lines[0];
      systole_line_set(&line, bit, 1, 1);
      wrong += systole_resolve_legal(&line, NULL) != SYSTOLE_CAUSE_ILLEGAL;
      tried++;
    }
  }
  CU_ASSERT(tried > 1000);
  CU_ASSERT_EQUAL(wrong, 0);
}

static void test_binding_values(void) {
  const uint32_t none = UINT32_MAX;
  static const unsigned rows = SYSTOLE_BIND_LD_rows, offset = SYSTOLE_BIND_LD_offset;
  fixture f = make_bound(rows, 3, 10, none);
  IS(&f, NONE);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&f.out.line, LD, rows), 32);
  f = make_bound(rows, 3, -10, none);  // negative: 0, so a no-op
  IS(&f, NONE);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&f.out.line, LD, rows), 0);
  CU_ASSERT(f.out.noop);
  f = make_bound(rows, 1000000, 1000000, 20);
  IS(&f, NONE);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&f.out.line, LD, rows), 20);
  f = make_bound(rows, 65536 - 2, 1, none);
  IS(&f, RANGE);
  f = make_bound(rows, 65535 - 2, 1, none);
  IS(&f, SRAM);  // it fits the field, and then leaves ACT
  f = make_bound(offset, 1 << 30, 4 << 7, none);  // 2^39
  IS(&f, NONE);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&f.out.line, LD, offset), 1ull << 39);
  CU_ASSERT_EQUAL(f.out.address, 0x1000 + (1ull << 39));
  f = make_bound(offset, 1 << 30, 1 << 10, none);  // 2^40
  IS(&f, RANGE);
  f = make_bound(offset, 1 << 30, 1 << 30, 0xFFFFFFF0u);
  IS(&f, NONE);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&f.out.line, LD, offset), 0xFFFFFFF0u);
}

static void test_binding_sums(void) {
  fixture f = make_bound(SYSTOLE_BIND_LD_rows, 3, 2, 1);
  f.scalars[6] = -1;
  bench_bind(&f.binding, 1, SYSTOLE_BIND_LD_rows, 6, 4, 100);  // the last slot's cap counts
  bench_bind(&f.binding, 3, SYSTOLE_BIND_LD_dst, 6, -7, UINT32_MAX);
  IS(&f, NONE);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&f.out.line, LD, rows), 2 + 6 - 4);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&f.out.line, LD, dst), 7);
  // two products of 2^62 are 2^63: the sum wraps and counts as negative
  f = make_bound(SYSTOLE_BIND_LD_rows, INT32_MIN, INT32_MIN, UINT32_MAX);
  bench_bind(&f.binding, 1, SYSTOLE_BIND_LD_rows, 5, INT32_MIN, UINT32_MAX);
  IS(&f, NONE);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&f.out.line, LD, rows), 0);
}

static void test_binding_signed(void) {
  fixture f = make_vx();
  systole_line_set(&f.line, SYSTOLE_LSB_bound, 1, 1);
  PUT(&f, VX, low, (uint32_t)-50);
  f.scalars[0] = 60;
  bench_bind(&f.binding, 0, SYSTOLE_BIND_VX_low, 0, 1, UINT32_MAX);
  IS(&f, NONE);
  CU_ASSERT_EQUAL(SYSTOLE_GET(&f.out.line, VX, low), 10);
  f.scalars[0] = INT32_MAX;  // 2^31 - 1 - 50 fits
  IS(&f, NONE);
  PUT(&f, VX, low, 1);
  IS(&f, RANGE);
}

static void test_binding_form(void) {
  fixture f = make_bound(99, 0, 0, 0);
  IS(&f, ILLEGAL);
  f = make_bound(SYSTOLE_BIND_LD_rows, 0, 0, 0);
  systole_line_set(&f.binding, 12, 1, 1);  // reserved bit of a slot
  IS(&f, ILLEGAL);
  f = make_bound(SYSTOLE_BIND_LD_rows, 0, 0, 9);
  systole_line_set(&f.binding, 480, 1, 1);  // beyond the slots
  IS(&f, ILLEGAL);
  f = make_bound(SYSTOLE_BIND_LD_rows, 0, 0, 9);
  bench_bind(&f.binding, 2, 0, 0, 1, 0);  // unused but not zero
  IS(&f, ILLEGAL);
  f = make_bound(SYSTOLE_BIND_LD_rows, 0, 0, 9);
  bench_bind(&f.binding, 2, SYSTOLE_BIND_LD_rows, 0, 1, 0);  // not adjacent
  IS(&f, ILLEGAL);
  f = make(SYSTOLE_OP_END);
  systole_line_set(&f.line, SYSTOLE_LSB_bound, 1, 1);
  IS(&f, NONE);
  bench_bind(&f.binding, 0, 1, 0, 0, 0);
  IS(&f, ILLEGAL);
}

static void test_illegal(void) {
  fixture f = make(0x7F);
  IS(&f, ILLEGAL);
  f = make(0);
  IS(&f, ILLEGAL);
  f = make_ld();
  IS(&f, NONE);
  CU_ASSERT_EQUAL(f.out.index, 7);
  CU_ASSERT_EQUAL(f.out.engine, SYSTOLE_ENGINE_LD);
  systole_line_set(&f.line, 500, 1, 1);
  IS(&f, ILLEGAL);
  f = make_ld();
  PUT(&f, LD, space, SYSTOLE_SPACE_VM);
  IS(&f, ILLEGAL);
  f = make_ld();
  systole_line_set(&f.line, SYSTOLE_LSB_wait, 4, 1);  // LD waits for LD
  IS(&f, ILLEGAL);
  f = make_ld();
  systole_line_set(&f.line, SYSTOLE_LSB_raise, 4, 1);
  IS(&f, ILLEGAL);
  f = make(SYSTOLE_OP_ENDLOOP);
  systole_line_set(&f.line, SYSTOLE_LSB_raise + 4, 4, 1);
  IS(&f, ILLEGAL);
  f = make_ld();
  bench_wait(&f.line, SYSTOLE_ENGINE_VX, 3);
  bench_raise(&f.line, SYSTOLE_ENGINE_ST, 15);
  IS(&f, NONE);
  CU_ASSERT_EQUAL(systole_units(f.out.wait, SYSTOLE_ENGINE_VX), 3);
  CU_ASSERT_EQUAL(systole_units(f.out.raise, SYSTOLE_ENGINE_ST), 15);
}

static void test_vx_ports(void) {
  fixture f = make_vx();
  IS(&f, NONE);
  PUT(&f, VX, a_space, SYSTOLE_SPACE_RS), PUT(&f, VX, mul, SYSTOLE_VXMUL_ROW);
  IS(&f, ILLEGAL);
  f = make_vx();
  PUT(&f, VX, b_space, SYSTOLE_SPACE_RS), PUT(&f, VX, add, SYSTOLE_VXADD_ROW);
  IS(&f, ILLEGAL);
  PUT(&f, VX, b_space, 0), PUT(&f, VX, carry, 1), PUT(&f, VX, reduce, SYSTOLE_VXREDUCE_MAX);
  IS(&f, ILLEGAL);
  PUT(&f, VX, b_space, SYSTOLE_SPACE_RS), PUT(&f, VX, add, 0);
  IS(&f, ILLEGAL);
  f = make_vx();
  PUT(&f, VX, d_space, SYSTOLE_SPACE_RS), PUT(&f, VX, reduce, SYSTOLE_VXREDUCE_SUM);
  IS(&f, ILLEGAL);
  f = make_vx();
  PUT(&f, VX, add, SYSTOLE_VXADD_C);
  IS(&f, ILLEGAL);
  PUT(&f, VX, c_space, SYSTOLE_SPACE_PAR);
  IS(&f, NONE);
  PUT(&f, VX, add, SYSTOLE_VXADD_IMM);
  IS(&f, ILLEGAL);
  f = make_vx();
  PUT(&f, VX, func, 5);
  IS(&f, ILLEGAL);
}

static void test_counts(void) {
  fixture f = make_vx();
  PUT(&f, VX, carry, 1), PUT(&f, VX, reduce, SYSTOLE_VXREDUCE_MAX), PUT(&f, VX, m, 8);
  IS(&f, NONE);
  PUT(&f, VX, m, 9);
  IS(&f, RANGE);
  PUT(&f, VX, n, 0);  // a no-op is not excused
  IS(&f, RANGE);
  PUT(&f, VX, m, 8), PUT(&f, VX, reduce, SYSTOLE_VXREDUCE_SUM);
  IS(&f, RANGE);
  f = make(SYSTOLE_OP_LDG);
  PUT(&f, LDG, space, SYSTOLE_SPACE_ACT), PUT(&f, LDG, words, 1), PUT(&f, LDG, rows, 1024);
  IS(&f, RANGE);  // limit 0
  PUT(&f, LDG, limit, 1);
  IS(&f, NONE);
  PUT(&f, LDG, rows, 1025);
  IS(&f, RANGE);
}

static void test_align(void) {
  fixture f = make_ld();
  PUT(&f, LD, offset, 2);
  IS(&f, ALIGN);
  PUT(&f, LD, dst, 60000);  // ALIGN comes before SRAM
  IS(&f, ALIGN);
  PUT(&f, LD, rows, 0);  // a no-op is excused
  IS(&f, NONE);
  f = make(SYSTOLE_OP_LDG);
  PUT(&f, LDG, space, SYSTOLE_SPACE_ACT), PUT(&f, LDG, words, 1), PUT(&f, LDG, rows, 1);
  PUT(&f, LDG, limit, 1), PUT(&f, LDG, index_offset, 6);
  IS(&f, ALIGN);
  PUT(&f, LDG, index_offset, 8), PUT(&f, LDG, pitch, 2);
  IS(&f, ALIGN);
  PUT(&f, LDG, pitch, 0);
  IS(&f, NONE);
  f = make_mx();
  IS(&f, NONE);
  PUT(&f, MX, w_n, 4);
  IS(&f, ALIGN);
  f = make_st(SYSTOLE_SPACE_VM);
  PUT(&f, ST, src, 3), PUT(&f, ST, pitch, 4);
  IS(&f, NONE);
  PUT(&f, ST, offset, 6);
  IS(&f, ALIGN);
  f = make_st(SYSTOLE_SPACE_QNT);
  IS(&f, NONE);
  PUT(&f, ST, offset, 4);
  IS(&f, ALIGN);
  PUT(&f, ST, offset, 8), PUT(&f, ST, src, 4);
  IS(&f, ALIGN);
}

// Each operand at the last place that fits, and one beyond.
#define EDGE(f, op, field, last)    \
  do {                              \
    PUT(f, op, field, last);        \
    IS(f, NONE);                    \
    PUT(f, op, field, (last) + 1);  \
    IS(f, SRAM);                    \
    PUT(f, op, field, 0);           \
  } while (0)

static void test_sram_boxes(void) {
  fixture f = make_ld();
  EDGE(&f, LD, dst, 256 - 6);
  f = make_mx();
  EDGE(&f, MX, a, 256 - 8);   // 3 rows of 2 and one tile
  EDGE(&f, MX, c, 256 - 12);  // 3 rows and two tiles of 4
  PUT(&f, MX, w, 1024 - 48);  // tile 1 of K and 2 of N
  IS(&f, NONE);
  PUT(&f, MX, w, 1024 - 40);
  IS(&f, SRAM);
  f = make_st(SYSTOLE_SPACE_VM);
  EDGE(&f, ST, src, 256 * 8 - 13);
  f = make_vx();  // 9 rows of two words
  PUT(&f, VX, a_row, 2), PUT(&f, VX, d_row, 3), PUT(&f, VX, b_row, 1);
  EDGE(&f, VX, a, 256 - 18);
  PUT(&f, VX, d, 60000);  // not used: not checked
  IS(&f, NONE);
  PUT(&f, VX, d_space, SYSTOLE_SPACE_QNT);
  EDGE(&f, VX, d, 256 - 26);
  PUT(&f, VX, b_space, SYSTOLE_SPACE_PAR);
  EDGE(&f, VX, b, 128 - 10);
  PUT(&f, VX, mul, SYSTOLE_VXMUL_ROW);
  EDGE(&f, VX, s, 64 - 2);
  PUT(&f, VX, add, SYSTOLE_VXADD_ROW);
  EDGE(&f, VX, c, 64 - 2);
  PUT(&f, VX, reduce, SYSTOLE_VXREDUCE_ARGMAX);
  EDGE(&f, VX, r, 64 - 2);
  EDGE(&f, VX, x, 64 - 2);
  PUT(&f, VX, add, SYSTOLE_VXADD_C), PUT(&f, VX, c_space, SYSTOLE_SPACE_VM);
  EDGE(&f, VX, c, 256 - 2);
}

static void test_segment_boxes(void) {
  fixture f = make_ld();
  f.job.segments[1].limit = 64 + 24;
  IS(&f, NONE);
  f.job.segments[1].limit--;
  IS(&f, SEGMENT);
  f = make_st(SYSTOLE_SPACE_VM);
  f.job.segments[1].limit = 32 + 20;
  IS(&f, NONE);
  f.job.segments[1].limit--;
  IS(&f, SEGMENT);
  f = make(SYSTOLE_OP_LDG);
  PUT(&f, LDG, space, SYSTOLE_SPACE_ACT), PUT(&f, LDG, segment, 1), PUT(&f, LDG, index_segment, 2);
  PUT(&f, LDG, rows, 3), PUT(&f, LDG, words, 1), PUT(&f, LDG, limit, 10), PUT(&f, LDG, pitch, 8);
  f.config.bus_bytes = 8;
  f.job.segments[1].limit = 80, f.job.segments[2].limit = 16;
  IS(&f, NONE);
  f.job.segments[2].limit = 15;  // the list's last beat
  IS(&f, SEGMENT);
  f.job.segments[1].limit = 79, f.job.segments[2].limit = 16;
  IS(&f, SEGMENT);
  f.job.segments[1].limit = UINT64_MAX;  // a table of 2^64 bytes and more: no wrap
  PUT(&f, LDG, limit, UINT32_MAX), PUT(&f, LDG, pitch, 0xFFFFFFF8u);
  IS(&f, NONE);
  PUT(&f, LDG, offset, 0xFFFFFFFFF8u);
  IS(&f, SEGMENT);
}

void suite_model_resolve(void);

void suite_model_resolve(void) {
  static const systole_test tests[] = {{"values of bound fields", test_binding_values},
                                       {"reserved bits", test_reserved},
                                       {"sums of slots", test_binding_sums},
                                       {"signed fields", test_binding_signed},
                                       {"form of the binding line", test_binding_form},
                                       {"illegal lines", test_illegal},
                                       {"ports of VX", test_vx_ports},
                                       {"rules on counts", test_counts},
                                       {"alignment", test_align},
                                       {"boxes in SRAMs", test_sram_boxes},
                                       {"boxes in segments", test_segment_boxes},
                                       {0}};
  systole_test_suite("model_resolve", tests);
}
