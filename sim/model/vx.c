#include "sim/model/vx.h"

#include <string.h>

#include "sim/model/fp32_inline.h"
#include "sim/model/reduce.h"

enum { MAX_DIM = 128 };

// The descriptor, unpacked once for all words.
typedef struct {
  systole_srams *srams;
  unsigned dim, a_space, b_space, c_space, d_space, mul, add, func, reduce;
  bool swap, carry, limits;
  uint64_t m, n, words;
  uint64_t a, a_row, b, b_row, c, c_row, d, d_row, s, r, x;
  uint32_t mul_imm, add_imm, sign;  // sign: flips the addend's for add_neg
  uint32_t index;
  int64_t low, high, low_step, high_step;
} stream;

static stream get_stream(const systole_line *line, systole_srams *srams) {
  stream t = {.srams = srams, .dim = srams->dim};
#define TAKE(name) t.name = SYSTOLE_GET(line, VX, name)
#define TAKE_SMALL(name) t.name = (unsigned)SYSTOLE_GET(line, VX, name)
  TAKE_SMALL(a_space), TAKE_SMALL(b_space), TAKE_SMALL(c_space), TAKE_SMALL(d_space);
  TAKE_SMALL(mul), TAKE_SMALL(add), TAKE_SMALL(func), TAKE_SMALL(reduce);
  TAKE(swap), TAKE(carry), TAKE(limits), TAKE(m), TAKE(n);
  TAKE(a), TAKE(a_row), TAKE(b), TAKE(b_row), TAKE(c), TAKE(c_row), TAKE(d), TAKE(d_row);
  TAKE(s), TAKE(r), TAKE(x);
  TAKE_SMALL(mul_imm), TAKE_SMALL(add_imm), TAKE_SMALL(index);
  t.sign = SYSTOLE_GET(line, VX, add_neg) ? 0x80000000u : 0;
  t.low = (int32_t)SYSTOLE_GET(line, VX, low);
  t.high = (int32_t)SYSTOLE_GET(line, VX, high);
  t.low_step = (int16_t)SYSTOLE_GET(line, VX, low_step);
  t.high_step = (int16_t)SYSTOLE_GET(line, VX, high_step);
#undef TAKE
#undef TAKE_SMALL
  t.words = (t.n + t.dim - 1) / t.dim;
  return t;
}

static const uint32_t *operand(const stream *t, unsigned space, uint64_t word) {
  return systole_sram_word(t->srams, space, (uint32_t)word);
}

static uint32_t row_scalar(const stream *t, uint64_t base, uint64_t i) {
  return t->srams->rs[base * t->dim + i];
}

static void convert(const stream *t, uint64_t word, uint32_t *v) {
  const unsigned flip = t->swap ? 1 : 0;
  if (t->a_space == SYSTOLE_SPACE_ACC) {
    const int32_t *a = t->srams->acc + word * t->dim;
    for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_from_int32(a[l ^ flip]);
  } else {
    const uint32_t *a = operand(t, t->a_space, word);
    for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_canon(a[l ^ flip]);
  }
}

static void multiply(const stream *t, uint64_t i, uint64_t j, uint32_t *v) {
  if (t->mul != SYSTOLE_VXMUL_NONE) {
    const uint32_t f = t->mul == SYSTOLE_VXMUL_IMM ? t->mul_imm : row_scalar(t, t->s, i);
    for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_mul(v[l], f);
  }
  if (t->b_space != SYSTOLE_SPACE_VXB_NONE) {
    const uint32_t *b = operand(t, t->b_space, t->b + i * t->b_row + j);
    for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_mul(v[l], b[l]);
  }
}

static void add(const stream *t, uint64_t i, uint64_t j, uint32_t *v) {
  if (t->add == SYSTOLE_VXADD_NONE) return;
  if (t->add == SYSTOLE_VXADD_C) {
    const uint32_t *c = operand(t, t->c_space, t->c + i * t->c_row + j);
    for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_add(v[l], c[l] ^ t->sign);
  } else {
    const uint32_t f =
        (t->add == SYSTOLE_VXADD_IMM ? t->add_imm : row_scalar(t, t->c, i)) ^ t->sign;
    for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_add(v[l], f);
  }
}

static void apply(const stream *t, uint32_t *v) {
  switch (t->func) {
    case SYSTOLE_VXFUNC_RELU:
      for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_relu(v[l]);
      break;
    case SYSTOLE_VXFUNC_EXP2:
      for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_exp2(v[l]);
      break;
    case SYSTOLE_VXFUNC_RECIP:
      for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_recip(v[l]);
      break;
    case SYSTOLE_VXFUNC_RSQRT:
      for (unsigned l = 0; l < t->dim; l++) v[l] = systole_fp32i_rsqrt(v[l]);
      break;
    default: break;
  }
}

// outside[l] for the lanes of word j in row i.
static void mark_outside(const stream *t, uint64_t i, uint64_t j, uint8_t *outside) {
  const int64_t row = (int64_t)i, first = (int64_t)(j * t->dim);
  int64_t low = t->limits ? t->low + row * t->low_step : 0;
  int64_t high = t->limits ? t->high + row * t->high_step : (int64_t)t->n;
  if (high > (int64_t)t->n) high = (int64_t)t->n;
  for (unsigned l = 0; l < t->dim; l++) outside[l] = first + l < low || first + l >= high;
}

static void store(const stream *t, uint64_t word, const uint32_t *v, const uint8_t *outside) {
  if (t->d_space == SYSTOLE_SPACE_QNT) {
    int8_t *d = t->srams->qnt + word * t->dim;
    for (unsigned l = 0; l < t->dim; l++) d[l] = outside[l] ? 0 : systole_fp32i_quantise(v[l]);
  } else {
    uint32_t *d = systole_sram_word(t->srams, t->d_space, (uint32_t)word);
    for (unsigned l = 0; l < t->dim; l++) d[l] = outside[l] ? 0 : v[l];
  }
}

static systole_reduction start_row(const stream *t, uint64_t i) {
  systole_reduction reduction = systole_reduction_start(t->reduce);
  if (t->carry) {
    reduction.value = row_scalar(t, t->r, i);
    if (t->reduce == SYSTOLE_VXREDUCE_ARGMAX) reduction.index = row_scalar(t, t->x, i);
  }
  return reduction;
}

// Results of up to DIM rows, written as one word after the last of them.
typedef struct {
  uint32_t value[MAX_DIM], index[MAX_DIM];
} results;

static void write_results(const stream *t, uint64_t block, const results *found) {
  uint32_t *rs = t->srams->rs;
  memcpy(rs + (t->r + block) * t->dim, found->value, 4 * t->dim);
  if (t->reduce == SYSTOLE_VXREDUCE_ARGMAX)
    memcpy(rs + (t->x + block) * t->dim, found->index, 4 * t->dim);
}

static void do_row(const stream *t, uint64_t i, systole_reduction *reduction) {
  uint32_t v[MAX_DIM];
  uint8_t outside[MAX_DIM];
  for (uint64_t j = 0; j < t->words; j++) {
    convert(t, t->a + i * t->a_row + j, v);
    multiply(t, i, j, v);
    add(t, i, j, v);
    apply(t, v);
    mark_outside(t, i, j, outside);
    if (t->d_space != SYSTOLE_SPACE_VXD_NONE) store(t, t->d + i * t->d_row + j, v, outside);
    if (t->reduce != SYSTOLE_VXREDUCE_NONE)
      systole_reduction_take(reduction, j, v, outside, t->dim,
                             (uint32_t)(t->index + j * t->dim));
  }
}

void systole_model_vx(const systole_line *line, systole_srams *srams) {
  const stream t = get_stream(line, srams);
  results found = {{0}, {0}};
  if (t.n == 0) return;
  for (uint64_t i = 0; i < t.m; i++) {
    const unsigned lane = (unsigned)(i % t.dim);
    systole_reduction reduction = start_row(&t, i);
    do_row(&t, i, &reduction);
    if (t.reduce == SYSTOLE_VXREDUCE_NONE) continue;
    found.value[lane] = systole_reduction_end(&reduction);
    found.index[lane] = reduction.index;
    if (lane + 1 < t.dim && i + 1 < t.m) continue;
    write_results(&t, i / t.dim, &found);
    memset(&found, 0, sizeof found);
  }
}
