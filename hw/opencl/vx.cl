// VX: rows of words through the pipeline. A vector of WIDTH lanes is one item's.
//
// The vectors are taken in blocks: all of a block is read, then written, then its
// part of the reductions is folded, row by row. One item alone goes through a
// block in the order of docs/machine.md; many take a vector each.

#define VECTORS (SYSTOLE_DIM / WIDTH)  // of a word
#if SYSTOLE_ITEMS == 1
#define BLOCK 256
#else
#define BLOCK SYSTOLE_ITEMS
#endif

// What the vectors of a block add to their rows' reductions, and what rows came
// to until their word of RS is complete.
typedef struct {
  uint value[BLOCK], index[BLOCK];
  uint row_value[SYSTOLE_DIM], row_index[SYSTOLE_DIM];
} parts;

typedef struct {
  __global uchar *scratch;
  __global uint *rs;
  uint a_space, b_space, c_space, d_space, mul, add, func, reduce;
  bool swap, carry, limits;
  uint rows, n, vectors;                              // vectors: of a row
  ulong a, a_row, b, b_row, c, c_row, d, d_row;       // in elements
  ulong s, c_scalars, r, x;                           // in elements of RS
  uint mul_imm, add_imm, sign, index;
  long low, high, low_step, high_step;
} pipeline;

pipeline get_pipeline(const __local machine *m, __global uchar *scratch) {
  pipeline p;
  p.scratch = scratch, p.rs = (__global uint *)(scratch + AT_RS);
  p.a_space = (uint)GET(VX_A_SPACE), p.b_space = (uint)GET(VX_B_SPACE);
  p.c_space = (uint)GET(VX_C_SPACE), p.d_space = (uint)GET(VX_D_SPACE);
  p.mul = (uint)GET(VX_MUL), p.add = (uint)GET(VX_ADD);
  p.func = (uint)GET(VX_FUNC), p.reduce = (uint)GET(VX_REDUCE);
  p.swap = GET(VX_SWAP) != 0, p.carry = GET(VX_CARRY) != 0, p.limits = GET(VX_LIMITS) != 0;
  p.rows = (uint)GET(VX_M), p.n = (uint)GET(VX_N), p.vectors = (uint)tiles(p.n) * VECTORS;
  p.a = GET(VX_A) * SYSTOLE_DIM, p.a_row = GET(VX_A_ROW) * SYSTOLE_DIM;
  p.b = GET(VX_B) * SYSTOLE_DIM, p.b_row = GET(VX_B_ROW) * SYSTOLE_DIM;
  p.c = GET(VX_C) * SYSTOLE_DIM, p.c_row = GET(VX_C_ROW) * SYSTOLE_DIM;
  p.d = GET(VX_D) * SYSTOLE_DIM, p.d_row = GET(VX_D_ROW) * SYSTOLE_DIM;
  p.s = GET(VX_S) * SYSTOLE_DIM, p.r = GET(VX_R) * SYSTOLE_DIM, p.x = GET(VX_X) * SYSTOLE_DIM;
  p.mul_imm = (uint)GET(VX_MUL_IMM), p.add_imm = (uint)GET(VX_ADD_IMM);
  p.sign = GET(VX_ADD_NEG) ? FP32_SIGN : 0, p.index = (uint)GET(VX_INDEX);
  p.low = (int)GET(VX_LOW), p.high = (int)GET(VX_HIGH);
  p.low_step = (short)GET(VX_LOW_STEP), p.high_step = (short)GET(VX_HIGH_STEP);
  return p;
}

// ---- a vector ---------------------------------------------------------------------

// Where an item stands: row, vector of the row, and what the row's scalars are.
typedef struct {
  uint row, vector;
  uint factor, addend;
} place;

__global uint *words_of(const pipeline *p, uint space) {
  return (__global uint *)sram(p->scratch, space);
}

// Scalars belong to a word: another vector of it may write over them.
void take_scalars(const pipeline *p, place *at) {
#if SYSTOLE_ITEMS == 1
  if (at->vector % VECTORS != 0) return;
#endif
  at->factor = p->mul == SYS_VXMUL_ROW ? p->rs[p->s + at->row] : p->mul_imm;
  at->addend = p->add == SYS_VXADD_ROW ? p->rs[p->c + at->row] : p->add_imm;
}

uints take_operand(const pipeline *p, const place *at) {
  const ulong element = p->a + at->row * p->a_row + at->vector * WIDTH;
  const uints bits = LOAD(words_of(p, p->a_space) + element);
  const uints v = p->a_space == SYS_SPACE_ACC ? fp32_from_int(AS_INTS(bits)) : fp32_canon(bits);
  return p->swap ? FLIP1(v) : v;
}

// The lanes [first, end) of row `row` are not outside.
void bounds_of(const pipeline *p, uint row, uint *first, uint *end) {
  *first = 0, *end = p->n;
  if (!p->limits) return;
  *first = (uint)clamp(p->low + row * p->low_step, 0l, (long)p->n);
  *end = (uint)clamp(p->high + row * p->high_step, 0l, (long)p->n);
}

ints is_outside(const pipeline *p, const place *at) {
  const uints column = LANES + at->vector * WIDTH;
  uint first, end;
  bounds_of(p, at->row, &first, &end);
  return (column < first) | (column >= end);
}

uints compute(const pipeline *p, place *at) {
  uints v = take_operand(p, at);
  take_scalars(p, at);
  if (p->mul != SYS_VXMUL_NONE) v = fp32_mul(v, fp32_flush((uints)(at->factor)));
  if (p->b_space != SYS_SPACE_VXB_NONE)
    v = fp32_mul(v, fp32_flush(LOAD(words_of(p, p->b_space) + p->b + at->row * p->b_row +
                                    at->vector * WIDTH)));
  if (p->add == SYS_VXADD_C)
    v = fp32_add(v, fp32_flush(LOAD(words_of(p, p->c_space) + p->c + at->row * p->c_row +
                                    at->vector * WIDTH) ^ p->sign));
  else if (p->add != SYS_VXADD_NONE)
    v = fp32_add(v, fp32_flush((uints)(at->addend ^ p->sign)));
  if (p->func != SYS_VXFUNC_NONE) v = fp32_function(p->func, v);
  return either(is_outside(p, at), (uints)(0), v);
}

void put(const pipeline *p, const place *at, uints v) {
  const ulong element = p->d + at->row * p->d_row + at->vector * WIDTH;
  if (p->d_space == SYS_SPACE_VXD_NONE) return;
  if (p->d_space == SYS_SPACE_QNT)
    STORE(TO_CHARS(fp32_quantise(v)), (__global char *)(p->scratch + AT_QNT) + element);
  else
    STORE(v, words_of(p, p->d_space) + element);
}

// ---- reductions -------------------------------------------------------------------

bool sums(const pipeline *p) { return p->reduce <= SYS_VXREDUCE_SUMSQ; }

ints larger(ints a, ints b) { return max(a, b); }
uints lower(uints a, uints b) { return min(a, b); }

// The largest key of the lanes inside, and the lowest lane that has it.
void find_best(const pipeline *p, const place *at, uints v, uint *key, uint *index) {
  const uint mask = p->reduce == SYS_VXREDUCE_ABSMAX ? FP32_MAGNITUDE : 0xFFFFFFFFu;
  const ints keys = select(fp32_key(v & mask), (ints)(INT_MIN), is_outside(p, at));
  ints best = keys;
  FOLD(best, larger);
  uints lane = either(keys == best, LANES, (uints)(WIDTH));
  FOLD(lane, lower);
  *key = (uint)best.s0;
  *index = p->index + at->vector * WIDTH + lane.s0;
}

void keep_part(const pipeline *p, const place *at, uints v, uint number, __local parts *room) {
  uint key, index;
  if (p->reduce == SYS_VXREDUCE_NONE) return;
  if (sums(p)) {
    if (p->reduce == SYS_VXREDUCE_SUMSQ) v = fp32_mul(v, v);
    FOLD(v, fp32_add);
    room->value[number] = v.s0;
  } else {
    find_best(p, at, v, &key, &index);
    room->value[number] = key;
    room->index[number] = index;
  }
}

uint add_one(uint a, uint b) { return fp32_add((uints)(a), (uints)(b)).s0; }

// What a row came to so far; of a sum, four partial ones.
typedef struct {
  uint partial[SYS_SUM_PARTIALS];
  uint key, index;
} tally;

uint key_of(uint value) { return value >> 31 ? value ^ FP32_MAGNITUDE : value; }

void start_row(const pipeline *p, uint row, tally *t) {
  for (uint i = 0; i < SYS_SUM_PARTIALS; i++) t->partial[i] = 0;
  t->key = p->reduce == SYS_VXREDUCE_ABSMAX ? 0 : key_of(FP32_SIGN | FP32_INFINITY);
  t->index = UINT_MAX;
  if (!p->carry) return;
  t->key = key_of(p->rs[p->r + row]);
  if (p->reduce == SYS_VXREDUCE_ARGMAX) t->index = p->rs[p->x + row];
}

// The balanced tree over the vectors of a word.
uint sum_word(__local uint *values) {
  for (uint step = 1; step < VECTORS; step *= 2)
    for (uint v = 0; v < VECTORS; v += 2 * step) values[v] = add_one(values[v], values[v + step]);
  return values[0];
}

// Adds `count` vectors of a row, the first being number `vector` of it.
void fold_sums(__local uint *values, uint vector, uint count, tally *t) {
  uint word = vector / VECTORS;
  for (uint v = 0; v < count; v += VECTORS, word++) {
    const uint sum = sum_word(values + v);
    // The first word starts its partial: +0 plus a word that is -0 would be +0.
    uint *partial = &t->partial[word % SYS_SUM_PARTIALS];
    *partial = word < SYS_SUM_PARTIALS ? sum : add_one(*partial, sum);
  }
}

void fold_best(const __local uint *keys, const __local uint *indices, uint count, tally *t) {
  for (uint v = 0; v < count; v++)
    if ((int)keys[v] > (int)t->key) t->key = keys[v], t->index = indices[v];
}

void end_row(const pipeline *p, uint row, const tally *t, __local parts *room) {
  const uint *sum = t->partial;
  room->row_value[row % SYSTOLE_DIM] =
      sums(p) ? add_one(add_one(sum[0], sum[1]), add_one(sum[2], sum[3])) : key_of(t->key);
  room->row_index[row % SYSTOLE_DIM] = t->index;
}

// ---- blocks -----------------------------------------------------------------------

// `rows` rows from `row` on, in each `count` vectors from `vector` on.
typedef struct {
  uint row, rows, vector, count;
} block;

// As much as there is room for: whole rows of one word of RS, or a part of a row.
void size_block(const pipeline *p, block *b) {
  b->count = min(p->vectors - b->vector, (uint)BLOCK);
  b->rows = b->count == p->vectors ? min(BLOCK / b->count, SYSTOLE_DIM - b->row % SYSTOLE_DIM) : 1;
  b->rows = min(b->rows, p->rows - b->row);
}

void fold_block(const pipeline *p, const block *b, tally *t, __local parts *room) {
  for (uint r = ITEM; r < b->rows; r += SYSTOLE_ITEMS) {
    const uint at = r * b->count;
    if (b->vector == 0) start_row(p, b->row + r, t);
    if (sums(p)) fold_sums(room->value + at, b->vector, b->count, t);
    else fold_best(room->value + at, room->index + at, b->count, t);
    if (b->vector + b->count == p->vectors) end_row(p, b->row + r, t, room);
  }
}

// Stores the word of results that ends before row `end`.
void put_results(const pipeline *p, uint end, __local parts *room) {
  const uint first = (end - 1) / SYSTOLE_DIM * SYSTOLE_DIM;
  for (uint l = ITEM; l < SYSTOLE_DIM; l += SYSTOLE_ITEMS) {
    const bool used = first + l < end;
    p->rs[p->r + first + l] = used ? room->row_value[l] : 0;
    if (p->reduce == SYS_VXREDUCE_ARGMAX) p->rs[p->x + first + l] = used ? room->row_index[l] : 0;
  }
}

void reduce_block(const pipeline *p, const block *b, tally *t, __local parts *room) {
  const uint end = b->row + b->rows;
  const bool rows_end = b->vector + b->count == p->vectors;
  fold_block(p, b, t, room);
  BARRIER();
  if (rows_end && (end % SYSTOLE_DIM == 0 || end == p->rows)) put_results(p, end, room);
  BARRIER();
}

void stream(__local machine *m, __global uchar *scratch, __local parts *room) {
  const pipeline p = get_pipeline(m, scratch);
  block b = {0, 0, 0, 0};
  tally t;  // of a row that is in several blocks: item 0's
  while (b.row < p.rows) {
    size_block(&p, &b);
    const uint all = b.rows * b.count;
    place at = {b.row + ITEM / b.count, b.vector + ITEM % b.count, 0, 0};
    for (uint number = ITEM; number < (all + SYSTOLE_ITEMS - 1) / SYSTOLE_ITEMS * SYSTOLE_ITEMS;
         number += SYSTOLE_ITEMS) {
      uints v = 0;
      if (number < all) v = compute(&p, &at);
      BARRIER();
      if (number < all) {
        put(&p, &at, v);
        keep_part(&p, &at, v, number, room);
      }
      at.vector += SYSTOLE_ITEMS;  // of one item; many go round once
      if (at.vector == b.vector + b.count) at.vector = b.vector, at.row++;
    }
    BARRIER();
    if (p.reduce != SYS_VXREDUCE_NONE) reduce_block(&p, &b, &t, room);
    b.vector += b.count;
    if (b.vector == p.vectors) b.vector = 0, b.row += b.rows;
  }
}
