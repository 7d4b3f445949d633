#include "sim/model/vx.h"

#include <string.h>

#include "sim/model/lanes.h"
#include "sim/model/reduce.h"

// An instruction is done in blocks of whole words, as many rows at a time as
// there is room for (or a piece of one row), and a block stage by stage: long
// plain loops. What a block reads is read before it writes; an instruction for
// which that makes a difference races with itself (docs/machine.md).
enum { MAX_DIM = 128, LANES = 512 };

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

// Rows `row`.. and in each the words `word`..
typedef struct {
  uint64_t row, word;
  unsigned rows, words, width, count;  // width: lanes of a row here; count: of all
  uint32_t v[LANES];
} block;

// Runs of lanes that lie one behind the other in an operand: all rows, or each.
static unsigned run_rows(const stream *t, const block *b, uint64_t pitch) {
  return pitch == t->words ? b->rows : 1;
}

// A place in a memory of 32-bit elements for row r of the block.
static uint32_t *place(const stream *t, const block *b, unsigned space, uint64_t base,
                       uint64_t pitch, unsigned r) {
  return systole_sram_word(t->srams, space, (uint32_t)(base + (b->row + r) * pitch + b->word));
}

static uint32_t row_scalar(const stream *t, uint64_t base, uint64_t i) {
  return t->srams->rs[base * t->dim + i];
}

static void convert(const stream *t, block *b) {
  const unsigned step = run_rows(t, b, t->a_row);
  for (unsigned r = 0; r < b->rows; r += step) {
    const void *a = place(t, b, t->a_space, t->a, t->a_row, r);
    if (t->a_space == SYSTOLE_SPACE_ACC)
      systole_lanes_convert(b->v + r * b->width, a, step * b->width);
    else
      systole_lanes_canon(b->v + r * b->width, a, step * b->width);
  }
  if (t->swap) systole_lanes_swap(b->v, b->count);
}

static void multiply(const stream *t, block *b) {
  if (t->mul == SYSTOLE_VXMUL_IMM) systole_lanes_mul_one(b->v, t->mul_imm, b->count);
  if (t->mul == SYSTOLE_VXMUL_ROW)
    for (unsigned r = 0; r < b->rows; r++)
      systole_lanes_mul_one(b->v + r * b->width, row_scalar(t, t->s, b->row + r), b->width);
  if (t->b_space == SYSTOLE_SPACE_VXB_NONE) return;
  const unsigned step = run_rows(t, b, t->b_row);
  for (unsigned r = 0; r < b->rows; r += step)
    systole_lanes_mul(b->v + r * b->width, place(t, b, t->b_space, t->b, t->b_row, r),
                      step * b->width);
}

static void add(const stream *t, block *b) {
  if (t->add == SYSTOLE_VXADD_IMM) systole_lanes_add_one(b->v, t->add_imm ^ t->sign, b->count);
  if (t->add == SYSTOLE_VXADD_ROW)
    for (unsigned r = 0; r < b->rows; r++)
      systole_lanes_add_one(b->v + r * b->width, row_scalar(t, t->c, b->row + r) ^ t->sign,
                            b->width);
  if (t->add != SYSTOLE_VXADD_C) return;
  const unsigned step = run_rows(t, b, t->c_row);
  for (unsigned r = 0; r < b->rows; r += step)
    systole_lanes_add(b->v + r * b->width, place(t, b, t->c_space, t->c, t->c_row, r), t->sign,
                      step * b->width);
}

static void apply(const stream *t, block *b) {
  switch (t->func) {
    case SYSTOLE_VXFUNC_RELU: systole_lanes_relu(b->v, b->count); break;
    case SYSTOLE_VXFUNC_EXP2: systole_lanes_exp2(b->v, b->count); break;
    case SYSTOLE_VXFUNC_RECIP: systole_lanes_recip(b->v, b->count); break;
    case SYSTOLE_VXFUNC_RSQRT: systole_lanes_rsqrt(b->v, b->count); break;
    default: break;
  }
}

static unsigned within(int64_t x, unsigned most) {
  return x < 0 ? 0 : x > (int64_t)most ? most : (unsigned)x;
}

// The lanes of row r that are not outside: from *first on, below *last.
static void inside(const stream *t, const block *b, unsigned r, unsigned *first, unsigned *last) {
  const int64_t row = (int64_t)(b->row + r), column = (int64_t)(b->word * t->dim);
  const unsigned end = within((int64_t)t->n - column, b->width);
  *first = t->limits ? within(t->low + row * t->low_step - column, end) : 0;
  *last = t->limits ? within(t->high + row * t->high_step - column, end) : end;
  if (*last < *first) *last = *first;
}

// Lanes outside are stored as 0 and count as +0 in a sum.
static void clear_outside(const stream *t, block *b) {
  if (!t->limits && t->n % t->dim == 0) return;
  for (unsigned r = 0; r < b->rows; r++) {
    uint32_t *v = b->v + r * b->width;
    unsigned first, last;
    inside(t, b, r, &first, &last);
    memset(v, 0, first * sizeof *v);
    memset(v + last, 0, (b->width - last) * sizeof *v);
  }
}

static void store(const stream *t, const block *b) {
  const unsigned step = run_rows(t, b, t->d_row);
  if (t->d_space == SYSTOLE_SPACE_VXD_NONE) return;
  for (unsigned r = 0; r < b->rows; r += step) {
    const uint32_t *v = b->v + r * b->width;
    const uint64_t word = t->d + (b->row + r) * t->d_row + b->word;
    if (t->d_space == SYSTOLE_SPACE_QNT)
      systole_lanes_quantise(t->srams->qnt + word * t->dim, v, step * b->width);
    else
      memcpy(place(t, b, t->d_space, t->d, t->d_row, r), v, step * b->width * sizeof *v);
  }
}

// ---- reductions ------------------------------------------------------------------

// Results of up to DIM rows, written as one word after the last of them, and
// the state of the row that the next block goes on with.
typedef struct {
  systole_reduction row;
  uint32_t value[MAX_DIM], index[MAX_DIM];
} results;

static void start_row(const stream *t, uint64_t i, systole_reduction *reduction) {
  *reduction = systole_reduction_start(t->reduce);
  if (!t->carry) return;
  reduction->value = row_scalar(t, t->r, i);
  if (t->reduce == SYSTOLE_VXREDUCE_ARGMAX) reduction->index = row_scalar(t, t->x, i);
}

static void end_row(const stream *t, uint64_t i, results *found) {
  const unsigned lane = (unsigned)(i % t->dim);
  uint32_t *rs = t->srams->rs;
  found->value[lane] = systole_reduction_end(&found->row);
  found->index[lane] = found->row.index;
  if (lane + 1 < t->dim && i + 1 < t->m) return;
  for (unsigned l = lane + 1; l < t->dim; l++) found->value[l] = found->index[l] = 0;
  memcpy(rs + (t->r + i / t->dim) * t->dim, found->value, 4 * t->dim);
  if (t->reduce == SYSTOLE_VXREDUCE_ARGMAX)
    memcpy(rs + (t->x + i / t->dim) * t->dim, found->index, 4 * t->dim);
}

static void take_best(const stream *t, const block *b, unsigned r, systole_reduction *reduction) {
  unsigned first, last;
  inside(t, b, r, &first, &last);
  systole_reduction_compare(reduction, b->v + r * b->width + first, last - first,
                            (uint32_t)(t->index + b->word * t->dim + first));
}

// Spoils the block's values.
static void reduce(const stream *t, block *b, results *found) {
  uint32_t room[LANES], sums[LANES];
  const bool best = t->reduce > SYSTOLE_VXREDUCE_SUMSQ;
  if (t->reduce == SYSTOLE_VXREDUCE_NONE) return;
  if (t->reduce == SYSTOLE_VXREDUCE_SUMSQ) systole_lanes_square(b->v, b->count);
  if (!best) systole_lanes_sum_words(b->v, room, t->dim, b->count, sums);
  for (unsigned r = 0; r < b->rows; r++) {
    if (b->word == 0) start_row(t, b->row + r, &found->row);
    if (best)
      take_best(t, b, r, &found->row);
    else
      systole_reduction_add(&found->row, b->word, sums + r * b->words, b->words);
    if (b->word + b->words == t->words) end_row(t, b->row + r, found);
  }
}

// ---- blocks ----------------------------------------------------------------------

static void size_block(const stream *t, block *b) {
  const uint64_t room = LANES / t->dim, left = t->words - b->word;
  b->words = (unsigned)(left < room ? left : room);
  b->width = b->words * t->dim;
  const uint64_t rows = b->words == t->words ? room / t->words : 1;
  b->rows = (unsigned)(t->m - b->row < rows ? t->m - b->row : rows);
  b->count = b->rows * b->width;
}

void systole_model_vx(const systole_line *line, systole_srams *srams) {
  const stream t = get_stream(line, srams);
  results found;
  block b;
  b.row = b.word = 0;
  while (t.n > 0 && b.row < t.m) {
    size_block(&t, &b);
    convert(&t, &b);
    multiply(&t, &b);
    add(&t, &b);
    apply(&t, &b);
    clear_outside(&t, &b);
    store(&t, &b);
    reduce(&t, &b, &found);
    b.word += b.words;
    if (b.word < t.words) continue;
    b.word = 0;
    b.row += b.rows;
  }
}
