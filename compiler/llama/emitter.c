#include "compiler/llama/emitter.h"

#include <stdio.h>

// A row is quantised to 16 bits, absmax to PART * 127, and cut in two int8
// parts: PART * high + low. With one part it is quantised to 8.
static const float PART = 256;
// Adding and subtracting this rounds an fp32 of that size to a multiple of PART.
static const float ROUND_TO_PART = 3221225472.0f;  // 1.5 * 2^31: an ulp is 256

void systole_emit_symbol(systole_emitter *e, const char *what) {
  if (!e->status)
    e->status = systole_schedule_symbol(e->schedule, e->err, "layers.%u.%s", e->layer, what);
}

static void add(systole_emitter *e, const systole_op *op) {
  if (!e->status) systole_schedule_add(e->schedule, op);
}

void systole_emit_vx(systole_emitter *e, const systole_op_vx *vx) {
  add(e, &(systole_op){.opcode = SYSTOLE_OP_VX, .vx = *vx});
}

void systole_emit_mx(systole_emitter *e, const systole_op_mx *mx) {
  add(e, &(systole_op){.opcode = SYSTOLE_OP_MX, .mx = *mx});
}

void systole_emit_st(systole_emitter *e, const systole_op_st *st, int object) {
  add(e, &(systole_op){.opcode = SYSTOLE_OP_ST, .dram_write = object, .st = *st});
}

static systole_op load(const systole_op_ld *ld, int object) {
  return (systole_op){.opcode = ld->gather ? SYSTOLE_OP_LDG : SYSTOLE_OP_LD,
                      .dram_read = object,
                      .ld = *ld};
}

void systole_emit_ld(systole_emitter *e, const systole_op_ld *ld, int object) {
  systole_op op = load(ld, object);
  add(e, &op);
}

void systole_emit_prefetch(systole_emitter *e, const systole_op_ld *ld) {
  systole_op op = load(ld, 0);
  if (!e->status) systole_schedule_prefetch(e->schedule, &op);
}

systole_block systole_emit_block(systole_emitter *e, unsigned space, uint32_t words) {
  systole_block block = 0;
  if (!e->status) e->status = systole_schedule_block(e->schedule, space, words, &block, e->err);
  return block;
}

systole_value systole_emit_rows(const systole_emitter *e) {
  return e->plan->decode ? systole_fixed(1)
                         : systole_linear(0, SYSTOLE_S_ROWS, 1, e->plan->rows);
}

static systole_block load_parameters(systole_emitter *e, uint64_t offset, uint32_t words,
                                     systole_value wanted) {
  systole_block block = systole_emit_block(e, SYSTOLE_SPACE_PAR, words);
  systole_emit_prefetch(e, &(systole_op_ld){.space = SYSTOLE_SPACE_PAR,
                                            .segment = SYSTOLE_SEG_PARAMETERS,
                                            .block = block,
                                            .rows = wanted,
                                            .words = systole_fixed(words),
                                            .offset = systole_fixed((int64_t)offset),
                                            .dst_word = 1});
  return block;
}

void systole_emit_span(systole_emitter *e, uint64_t first, uint64_t end, uint64_t beside,
                       systole_value wanted) {
  uint64_t words = (end - first) / (4 * e->plan->shape.dim);
  e->span.end = 0;
  if (3 * words > e->plan->par.words || words + beside > e->plan->par.words) return;
  e->span.block = load_parameters(e, first, (uint32_t)words, wanted);
  e->span.first = first;
  e->span.end = end;
}

systole_vector systole_emit_vector(systole_emitter *e, uint64_t offset, uint32_t words,
                                   systole_value wanted) {
  uint32_t word_bytes = 4 * e->plan->shape.dim;
  if (offset >= e->span.first && offset + (uint64_t)words * word_bytes <= e->span.end)
    return (systole_vector){e->span.block, (uint32_t)((offset - e->span.first) / word_bytes)};
  return (systole_vector){load_parameters(e, offset, words, wanted), 0};
}

void systole_emit_acc_together(systole_emitter *e, uint32_t words) {
  if (e->acc_next + words > e->plan->acc_words) e->acc_next = 0;
}

uint32_t systole_emit_acc(systole_emitter *e, uint32_t words) {
  systole_emit_acc_together(e, words);
  uint32_t at = e->acc_next;
  e->acc_next += words;
  return at;
}

uint32_t systole_emit_block_columns(const systole_emitter *e, const systole_matrix *matrix) {
  uint32_t columns = e->plan->block_tiles / matrix->k_tiles;
  if (columns > e->plan->block_columns) columns = e->plan->block_columns;
  return columns ? columns : 1;
}

static systole_block load_tiles(systole_emitter *e, const systole_matrix *matrix, uint32_t first,
                                uint32_t tiles, systole_value wanted) {
  uint32_t dim = e->plan->shape.dim;
  systole_block block = systole_emit_block(e, SYSTOLE_SPACE_WGT, tiles * dim);
  systole_emit_prefetch(
      e, &(systole_op_ld){.space = SYSTOLE_SPACE_WGT,
                          .segment = SYSTOLE_SEG_WEIGHTS,
                          .block = block,
                          .rows = wanted,
                          .words = systole_fixed(tiles * dim),
                          .offset = systole_fixed((int64_t)(matrix->weights +
                                                            (uint64_t)first * dim * dim)),
                          .dst_word = 1});
  return block;
}

static systole_value times(systole_value value, uint32_t factor) {
  value.imm *= factor;
  value.most *= factor;
  for (int t = 0; t < 2; t++) value.term[t].mult *= (int32_t)factor;
  return value;
}

uint32_t systole_emit_product(systole_emitter *e, const systole_matrix *matrix, uint32_t first,
                              uint32_t columns, uint32_t a, systole_value rows,
                              systole_value wanted) {
  uint32_t dim = e->plan->shape.dim, k_tiles = matrix->k_tiles;
  uint32_t parts = e->plan->parts;
  uint32_t acc = systole_emit_acc(e, rows.most * parts * columns);
  systole_value part_rows = times(rows, parts);
  // A column of tiles longer than a block is summed up part by part.
  uint32_t part = columns * k_tiles <= e->plan->block_tiles || columns > 1
                      ? k_tiles
                      : e->plan->block_tiles;
  for (uint32_t k = 0; k < k_tiles; k += part) {
    uint32_t now = k_tiles - k < part ? k_tiles - k : part;
    systole_block tiles = load_tiles(e, matrix, first * k_tiles + k, columns * now, wanted);
    systole_emit_mx(e, &(systole_op_mx){.a_space = SYSTOLE_SPACE_QNT,
                                        .accumulate = k > 0,
                                        .m = part_rows,
                                        .k = systole_fixed(now * dim),
                                        .n = systole_fixed(columns * dim),
                                        .a = systole_fixed(a + k),
                                        .a_row = (uint16_t)k_tiles,
                                        .a_tile = 1,
                                        .block = tiles,
                                        .w_k = (uint16_t)dim,
                                        .w_n = (uint16_t)(now * dim),
                                        .c = (uint16_t)acc,
                                        .c_row = (uint16_t)columns,
                                        .c_tile = 1});
  }
  return acc;
}

void systole_emit_scaled(systole_emitter *e, const systole_op_vx *vx, uint32_t acc,
                         uint32_t columns) {
  systole_op_vx high = *vx;
  high.a_space = SYSTOLE_SPACE_ACC;
  high.a = systole_fixed(acc);
  high.a_row = (uint16_t)(columns * e->plan->parts);
  high.mul = SYSTOLE_VXMUL_ROW;
  if (e->plan->parts == 2) {
    systole_op_vx low = high;
    low.a = systole_fixed(acc + columns);
    low.s = e->plan->rs.scale_low;
    low.reduce = low.carry = 0;
    low.r = low.x = low.index = 0;
    systole_emit_vx(e, &low);
    high.add = SYSTOLE_VXADD_C;
    high.c_space = high.d_space;
    high.c = high.d;
    high.c_row = high.d_row;
  }
  systole_emit_vx(e, &high);
}

static void emit_reciprocal(systole_emitter *e, uint32_t from, float factor, uint32_t to,
                            uint32_t vectors, uint32_t row_words, systole_value count) {
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_RS,
                                      .mul = SYSTOLE_VXMUL_IMM,
                                      .mul_imm = factor,
                                      .func = SYSTOLE_VXFUNC_RECIP,
                                      .d_space = SYSTOLE_SPACE_RS,
                                      .m = systole_fixed(vectors),
                                      .n = count,
                                      .a = systole_fixed(from),
                                      .a_row = (uint16_t)row_words,
                                      .d = to,
                                      .d_row = (uint16_t)row_words});
}

void systole_emit_inverse(systole_emitter *e, uint32_t absmax, uint32_t inverse, uint32_t vectors,
                          uint32_t row_words, systole_value count) {
  emit_reciprocal(e, absmax, 1.0f / 127, inverse, vectors, row_words, count);
}

void systole_emit_low_scale(systole_emitter *e, uint32_t scale, systole_value count) {
  if (e->plan->parts == 1) return;
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_RS,
                                      .mul = SYSTOLE_VXMUL_IMM,
                                      .mul_imm = 1 / PART,
                                      .d_space = SYSTOLE_SPACE_RS,
                                      .m = systole_fixed(1),
                                      .n = count,
                                      .a = systole_fixed(scale),
                                      .d = e->plan->rs.scale_low});
}

void systole_emit_split(systole_emitter *e, const systole_op_vx *vx, uint32_t width,
                        uint32_t qnt) {
  const systole_llama_plan *p = e->plan;
  systole_op_vx value = *vx;
  value.mul = SYSTOLE_VXMUL_ROW;
  value.s = p->rs.inverse;
  value.d_space = SYSTOLE_SPACE_QNT;
  value.d = qnt;
  value.d_row = (uint16_t)(width * p->parts);
  float steps = p->parts == 2 ? 127 * PART : 127;
  emit_reciprocal(e, p->rs.absmax, 1 / steps, p->rs.inverse, 1, 0, vx->m);
  if (p->parts == 1) {
    systole_emit_vx(e, &value);
    return;
  }
  systole_op_vx round = value;
  round.add = SYSTOLE_VXADD_IMM;
  round.add_imm = ROUND_TO_PART;
  round.d_space = SYSTOLE_SPACE_VM;
  round.d = p->vm.rounded;
  round.d_row = (uint16_t)width;
  systole_emit_vx(e, &round);
  systole_op_vx rounded = {.a_space = SYSTOLE_SPACE_VM,
                           .add = SYSTOLE_VXADD_IMM,
                           .add_neg = true,
                           .add_imm = ROUND_TO_PART,
                           .d_space = SYSTOLE_SPACE_VM,
                           .m = vx->m,
                           .n = vx->n,
                           .a = systole_fixed(p->vm.rounded),
                           .a_row = (uint16_t)width,
                           .d = p->vm.rounded,
                           .d_row = (uint16_t)width};
  systole_emit_vx(e, &rounded);
  systole_op_vx low = value;
  low.add = SYSTOLE_VXADD_C;
  low.add_neg = true;
  low.c_space = SYSTOLE_SPACE_VM;
  low.c = p->vm.rounded;
  low.c_row = (uint16_t)width;
  low.d = qnt + width;
  systole_emit_vx(e, &low);
  systole_op_vx high = rounded;
  high.add = high.add_neg = 0;
  high.add_imm = 0;
  high.mul = SYSTOLE_VXMUL_IMM;
  high.mul_imm = 1 / PART;
  high.d_space = SYSTOLE_SPACE_QNT;
  high.d = qnt;
  high.d_row = value.d_row;
  systole_emit_vx(e, &high);
}

void systole_emit_quantise(systole_emitter *e, uint32_t vm, uint32_t width, uint32_t qnt,
                           bool have_absmax) {
  const systole_llama_plan *p = e->plan;
  systole_op_vx row = {.a_space = SYSTOLE_SPACE_VM,
                       .m = systole_emit_rows(e),
                       .n = systole_fixed(width * p->shape.dim),
                       .a = systole_fixed(vm),
                       .a_row = (uint16_t)width};
  if (!have_absmax) {
    systole_op_vx absmax = row;
    absmax.reduce = SYSTOLE_VXREDUCE_ABSMAX;
    absmax.r = p->rs.absmax;
    systole_emit_vx(e, &absmax);
  }
  systole_emit_split(e, &row, width, qnt);
  systole_emit_low_scale(e, p->rs.absmax, systole_emit_rows(e));
}

void systole_emit_residual(systole_emitter *e, const systole_matrix *matrix, uint32_t a) {
  const systole_llama_plan *p = e->plan;
  uint32_t hidden_w = p->shape.hidden_w, step = systole_emit_block_columns(e, matrix);
  systole_value rows = systole_emit_rows(e), always = systole_fixed(1);
  bool whole = step >= hidden_w;
  for (uint32_t first = 0; first < hidden_w; first += step) {
    uint32_t columns = hidden_w - first < step ? hidden_w - first : step;
    systole_vector scales =
        systole_emit_vector(e, matrix->scales + (uint64_t)first * p->shape.dim * 4, columns, always);
    uint32_t acc = systole_emit_product(e, matrix, first, columns, a, rows, always);
    systole_op_vx vx = {.b_space = SYSTOLE_SPACE_PAR,
                        .add = SYSTOLE_VXADD_C,
                        .c_space = SYSTOLE_SPACE_VM,
                        .d_space = SYSTOLE_SPACE_VM,
                        .reduce = whole ? SYSTOLE_VXREDUCE_SUMSQ : 0,
                        .m = rows,
                        .n = systole_fixed(columns * p->shape.dim),
                        .s = p->rs.absmax,
                        .b_block = scales.block,
                        .b = scales.word,
                        .c = p->vm.x + first,
                        .c_row = (uint16_t)hidden_w,
                        .d = p->vm.x + first,
                        .d_row = (uint16_t)hidden_w,
                        .r = whole ? p->rs.sumsq : 0};
    systole_emit_scaled(e, &vx, acc, columns);
  }
  if (!whole)
    systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_VM,
                                        .reduce = SYSTOLE_VXREDUCE_SUMSQ,
                                        .m = rows,
                                        .n = systole_fixed(hidden_w * p->shape.dim),
                                        .a = systole_fixed(p->vm.x),
                                        .a_row = (uint16_t)hidden_w,
                                        .r = p->rs.sumsq});
}

// x * weight * rstd is quantised by its absmax, so rstd cancels out of the
// quantised values: only the row scale needs it, which is off the critical path.
void systole_emit_norm(systole_emitter *e, uint32_t x, systole_value count, uint64_t weight,
                       systole_value wanted) {
  const systole_llama_plan *p = e->plan;
  const systole_llama *model = p->shape.model;
  uint32_t hidden_w = p->shape.hidden_w;
  systole_vector norm = systole_emit_vector(e, weight, hidden_w, wanted);
  systole_op_vx weighted = {.a_space = SYSTOLE_SPACE_VM,
                            .b_space = SYSTOLE_SPACE_PAR,
                            .reduce = SYSTOLE_VXREDUCE_ABSMAX,
                            .m = count,
                            .n = systole_fixed(hidden_w * p->shape.dim),
                            .a = systole_fixed(x),
                            .a_row = (uint16_t)hidden_w,
                            .b_block = norm.block,
                            .b = norm.word,
                            .r = p->rs.absmax};
  systole_emit_vx(e, &weighted);
  weighted.reduce = weighted.r = 0;
  systole_emit_split(e, &weighted, hidden_w, p->qnt.x);
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_RS,
                                      .mul = SYSTOLE_VXMUL_IMM,
                                      .mul_imm = 1.0f / (float)model->hidden,
                                      .add = SYSTOLE_VXADD_IMM,
                                      .add_imm = model->norm_eps,
                                      .func = SYSTOLE_VXFUNC_RSQRT,
                                      .d_space = SYSTOLE_SPACE_RS,
                                      .m = systole_fixed(1),
                                      .n = count,
                                      .a = systole_fixed(p->rs.sumsq),
                                      .d = p->rs.norm});
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_RS,
                                      .b_space = SYSTOLE_SPACE_RS,
                                      .d_space = SYSTOLE_SPACE_RS,
                                      .m = systole_fixed(1),
                                      .n = count,
                                      .a = systole_fixed(p->rs.absmax),
                                      .b = p->rs.norm,
                                      .d = p->rs.scale});
  systole_emit_low_scale(e, p->rs.scale, count);
}
