#include "compiler/llama/emitter.h"

#include <stdio.h>

static const float ONE_127TH = 1.0f / 127;

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

systole_block systole_emit_vector(systole_emitter *e, uint64_t offset, uint32_t words,
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

uint32_t systole_emit_acc(systole_emitter *e, uint32_t words) {
  if (e->acc_next + words > e->plan->acc_words) e->acc_next = 0;
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

uint32_t systole_emit_product(systole_emitter *e, const systole_matrix *matrix, uint32_t first,
                              uint32_t columns, uint32_t a, systole_value rows,
                              systole_value wanted) {
  uint32_t dim = e->plan->shape.dim, k_tiles = matrix->k_tiles;
  uint32_t acc = systole_emit_acc(e, rows.most * columns);
  // A column of tiles longer than a block is summed up part by part.
  uint32_t part = columns * k_tiles <= e->plan->block_tiles || columns > 1
                      ? k_tiles
                      : e->plan->block_tiles;
  for (uint32_t k = 0; k < k_tiles; k += part) {
    uint32_t now = k_tiles - k < part ? k_tiles - k : part;
    systole_block tiles = load_tiles(e, matrix, first * k_tiles + k, columns * now, wanted);
    systole_emit_mx(e, &(systole_op_mx){.a_space = SYSTOLE_SPACE_QNT,
                                        .accumulate = k > 0,
                                        .m = rows,
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

void systole_emit_inverse(systole_emitter *e, uint32_t absmax, uint32_t inverse, uint32_t vectors,
                          uint32_t row_words, systole_value count) {
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_RS,
                                      .mul = SYSTOLE_VXMUL_IMM,
                                      .mul_imm = ONE_127TH,
                                      .func = SYSTOLE_VXFUNC_RECIP,
                                      .d_space = SYSTOLE_SPACE_RS,
                                      .m = systole_fixed(vectors),
                                      .n = count,
                                      .a = systole_fixed(absmax),
                                      .a_row = (uint16_t)row_words,
                                      .d = inverse,
                                      .d_row = (uint16_t)row_words});
}

void systole_emit_quantise(systole_emitter *e, uint32_t vm, uint32_t width, uint32_t qnt,
                           bool have_absmax) {
  const systole_llama_plan *p = e->plan;
  systole_value rows = systole_emit_rows(e), columns = systole_fixed(width * p->shape.dim);
  if (!have_absmax)
    systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_VM,
                                        .reduce = SYSTOLE_VXREDUCE_ABSMAX,
                                        .m = rows,
                                        .n = columns,
                                        .a = systole_fixed(vm),
                                        .a_row = (uint16_t)width,
                                        .r = p->rs.absmax});
  systole_emit_inverse(e, p->rs.absmax, p->rs.inverse, 1, 0, rows);
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_VM,
                                      .mul = SYSTOLE_VXMUL_ROW,
                                      .d_space = SYSTOLE_SPACE_QNT,
                                      .m = rows,
                                      .n = columns,
                                      .a = systole_fixed(vm),
                                      .a_row = (uint16_t)width,
                                      .s = p->rs.inverse,
                                      .d = qnt,
                                      .d_row = (uint16_t)width});
}

void systole_emit_residual(systole_emitter *e, const systole_matrix *matrix, uint32_t a) {
  const systole_llama_plan *p = e->plan;
  uint32_t hidden_w = p->shape.hidden_w, step = systole_emit_block_columns(e, matrix);
  systole_value rows = systole_emit_rows(e), always = systole_fixed(1);
  bool whole = step >= hidden_w;
  for (uint32_t first = 0; first < hidden_w; first += step) {
    uint32_t columns = hidden_w - first < step ? hidden_w - first : step;
    systole_block scales =
        systole_emit_vector(e, matrix->scales + (uint64_t)first * p->shape.dim * 4, columns, always);
    uint32_t acc = systole_emit_product(e, matrix, first, columns, a, rows, always);
    systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_ACC,
                                        .mul = SYSTOLE_VXMUL_ROW,
                                        .b_space = SYSTOLE_SPACE_PAR,
                                        .add = SYSTOLE_VXADD_C,
                                        .c_space = SYSTOLE_SPACE_VM,
                                        .d_space = SYSTOLE_SPACE_VM,
                                        .reduce = whole ? SYSTOLE_VXREDUCE_SUMSQ : 0,
                                        .m = rows,
                                        .n = systole_fixed(columns * p->shape.dim),
                                        .a = systole_fixed(acc),
                                        .a_row = (uint16_t)columns,
                                        .s = p->rs.absmax,
                                        .b_block = scales,
                                        .c = p->vm.x + first,
                                        .c_row = (uint16_t)hidden_w,
                                        .d = p->vm.x + first,
                                        .d_row = (uint16_t)hidden_w,
                                        .r = p->rs.sumsq});
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
  systole_block norm = systole_emit_vector(e, weight, hidden_w, wanted);
  systole_op_vx weighted = {.a_space = SYSTOLE_SPACE_VM,
                            .b_space = SYSTOLE_SPACE_PAR,
                            .reduce = SYSTOLE_VXREDUCE_ABSMAX,
                            .m = count,
                            .n = systole_fixed(hidden_w * p->shape.dim),
                            .a = systole_fixed(x),
                            .a_row = (uint16_t)hidden_w,
                            .b_block = norm,
                            .r = p->rs.absmax};
  systole_emit_vx(e, &weighted);
  systole_emit_inverse(e, p->rs.absmax, p->rs.inverse, 1, 0, count);
  weighted.mul = SYSTOLE_VXMUL_ROW;
  weighted.s = p->rs.inverse;
  weighted.reduce = 0;
  weighted.r = 0;
  weighted.d_space = SYSTOLE_SPACE_QNT;
  weighted.d = p->qnt.x;
  weighted.d_row = (uint16_t)hidden_w;
  systole_emit_vx(e, &weighted);
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
}
