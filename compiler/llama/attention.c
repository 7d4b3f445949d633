// Attention of one layer. In prefill the rows of a step are tokens and heads
// are taken one by one; in decode there is one token and the rows are heads.
#include "compiler/llama/attention.h"

static void emit_qkv(systole_emitter *e) {
  const systole_llama_plan *p = e->plan;
  const systole_matrix *matrix = &e->constants->layers[e->layer].qkv;
  uint32_t width = p->shape.qkv_w, step = systole_emit_block_columns(e, matrix);
  systole_value rows = systole_emit_rows(e), always = systole_fixed(1);
  systole_emit_symbol(e, "attention.qkv");
  for (uint32_t first = 0; first < width; first += step) {
    uint32_t columns = width - first < step ? width - first : step;
    systole_vector scales = systole_emit_vector(
        e, matrix->scales + (uint64_t)first * p->shape.dim * 4, columns, always);
    uint32_t acc = systole_emit_product(e, matrix, first, columns, p->qnt.x, rows, always);
    systole_op_vx vx = {.b_space = SYSTOLE_SPACE_PAR,
                        .d_space = SYSTOLE_SPACE_VM,
                        .m = rows,
                        .n = systole_fixed(columns * p->shape.dim),
                        .s = p->rs.scale,
                        .b_block = scales.block,
                        .b = scales.word,
                        .d = p->vm.qkv + first,
                        .d_row = (uint16_t)width};
    systole_emit_scaled(e, &vx, acc, columns);
  }
}

// One step over heads [head, head + 1) as rows of tokens, or over all heads of
// the section as rows.
static systole_op_vx head_step(const systole_emitter *e, const systole_section *s, uint32_t head) {
  const systole_llama_plan *p = e->plan;
  systole_op_vx vx = {.a_space = SYSTOLE_SPACE_VM,
                      .n = systole_fixed(p->shape.head_w * p->shape.dim),
                      .a = systole_fixed(p->vm.qkv + s->first_w + head * p->shape.head_w)};
  vx.m = p->decode ? systole_fixed(s->heads) : systole_emit_rows(e);
  vx.a_row = (uint16_t)(p->decode ? p->shape.head_w : p->shape.qkv_w);
  return vx;
}

uint32_t systole_section_steps(const systole_emitter *e, const systole_section *s) {
  return e->plan->decode ? 1 : s->heads;
}

// Neighbouring lanes are a rotary pair (x, y): x cos - y sin, y cos + x sin. The
// sign is in the table.
static void emit_rotation(systole_emitter *e, const systole_section *s, uint32_t head) {
  const systole_llama_plan *p = e->plan;
  uint16_t table_row = (uint16_t)(p->decode ? 0 : 2 * p->shape.head_w);
  systole_op_vx vx = head_step(e, s, head);
  vx.b_space = SYSTOLE_SPACE_PAR;
  vx.b = p->par_rotary;
  vx.b_row = table_row;
  vx.d_space = SYSTOLE_SPACE_VM;
  vx.d = p->vm.rotated;
  vx.d_row = (uint16_t)p->shape.head_w;
  systole_emit_vx(e, &vx);
  vx.swap = true;
  vx.b = p->par_rotary + p->shape.head_w;
  vx.add = SYSTOLE_VXADD_C;
  vx.c_space = SYSTOLE_SPACE_VM;
  vx.c = p->vm.rotated;
  vx.c_row = (uint16_t)p->shape.head_w;
  vx.d = (uint32_t)vx.a.imm;
  vx.d_row = vx.a_row;
  vx.reduce = SYSTOLE_VXREDUCE_ABSMAX;
  vx.r = s->absmax + head * p->row_w;
  systole_emit_vx(e, &vx);
}

static void emit_absmax(systole_emitter *e, const systole_section *s, uint32_t head) {
  systole_op_vx vx = head_step(e, s, head);
  vx.reduce = SYSTOLE_VXREDUCE_ABSMAX;
  vx.r = s->absmax + head * e->plan->row_w;
  systole_emit_vx(e, &vx);
}

// Quantised heads lie head after head, so that a head's rows are neighbours.
static void emit_section(systole_emitter *e, const systole_section *s, bool rotate) {
  const systole_llama_plan *p = e->plan;
  for (uint32_t head = 0; head < systole_section_steps(e, s); head++) {
    if (rotate) emit_rotation(e, s, head);
    else emit_absmax(e, s, head);
  }
  if (p->decode) systole_emit_inverse(e, s->absmax, s->inverse, 1, 0, systole_fixed(s->heads));
  else systole_emit_inverse(e, s->absmax, s->inverse, s->heads, p->row_w, systole_emit_rows(e));
  for (uint32_t head = 0; head < systole_section_steps(e, s); head++) {
    systole_op_vx vx = head_step(e, s, head);
    vx.mul = SYSTOLE_VXMUL_ROW;
    vx.s = s->inverse + head * p->row_w;
    vx.d_space = SYSTOLE_SPACE_QNT;
    vx.d = s->qnt + head * p->rows * p->shape.head_w;
    vx.d_row = (uint16_t)p->shape.head_w;
    systole_emit_vx(e, &vx);
  }
}

// What one pass of scores and softmax works on.
typedef struct {
  systole_value rows;       // tokens, or heads
  uint32_t row_scale;       // RS word of the queries' scales
  const systole_cache_part *keys, *values;
  uint32_t query, query_rows;  // QNT word; rows of A per key head
  uint32_t kv_heads;        // key heads in the parts
  uint32_t out, out_row;    // VM
} attention_view;

static systole_value total_tokens(const systole_emitter *e) {
  return systole_linear(0, SYSTOLE_S_TOTAL, 1, e->plan->shape.context);
}

// acc[row, token] = query . key, by transposed tiles of the cache.
static uint32_t emit_scores(systole_emitter *e, const attention_view *v) {
  const systole_llama_shape *s = &e->plan->shape;
  uint32_t tokens = systole_cache_tokens(e), acc = systole_emit_acc(e, v->rows.most * s->context_w);
  for (uint32_t head = 0; head < v->kv_heads; head++)
    systole_emit_mx(
        e, &(systole_op_mx){.a_space = SYSTOLE_SPACE_QNT,
                            .transposed = true,
                            .m = e->plan->decode ? systole_fixed(s->group) : v->rows,
                            .k = systole_fixed(s->model->head_size),
                            .n = total_tokens(e),
                            .a = systole_fixed(v->query + head * v->query_rows * s->head_w),
                            .a_row = (uint16_t)s->head_w,
                            .a_tile = 1,
                            .block = v->keys->data,
                            .w = head * s->head_w * tokens,
                            .w_k = (uint16_t)tokens,
                            .w_n = (uint16_t)s->dim,
                            .c = (uint16_t)(acc + head * v->query_rows * s->context_w),
                            .c_row = (uint16_t)s->context_w,
                            .c_tile = 1});
  return acc;
}

// The causal limit: row i of a prefill sees tokens up to position + i.
static void limit_columns(const systole_emitter *e, systole_op_vx *vx) {
  vx->limits = true;
  vx->high = systole_linear(1, SYSTOLE_S_POSITION, 1, e->plan->shape.context);
  vx->high_step = e->plan->decode ? 0 : 1;
}

static systole_op_vx scores_step(const systole_emitter *e, const attention_view *v) {
  const systole_llama_plan *p = e->plan;
  return (systole_op_vx){.a_space = SYSTOLE_SPACE_VM,
                         .d_space = SYSTOLE_SPACE_VM,
                         .m = v->rows,
                         .n = total_tokens(e),
                         .a = systole_fixed(p->vm.scores),
                         .a_row = (uint16_t)p->shape.context_w,
                         .d = p->vm.scores,
                         .d_row = (uint16_t)p->shape.context_w};
}

// Scores to softmax weights, times the values' scales, quantised. The division
// by the sum waits until after the product with the values; the constants of
// the formula (1/sqrt(head size), log2 e, 1/127 twice) are in the scales of the
// query columns.
static void emit_softmax(systole_emitter *e, const attention_view *v, uint32_t acc) {
  const systole_llama_plan *p = e->plan;
  uint16_t scale_row = (uint16_t)(p->decode ? p->shape.context_w : 0);
  systole_op_vx score = scores_step(e, v);
  score.a_space = SYSTOLE_SPACE_ACC;
  score.a = systole_fixed(acc);
  score.mul = SYSTOLE_VXMUL_ROW;
  score.s = v->row_scale;
  score.b_space = SYSTOLE_SPACE_PAR;
  score.b_block = v->keys->scales;
  score.b_row = scale_row;
  score.reduce = SYSTOLE_VXREDUCE_MAX;
  score.r = p->rs.max;
  limit_columns(e, &score);
  systole_emit_vx(e, &score);

  systole_op_vx power = scores_step(e, v);
  power.add = SYSTOLE_VXADD_ROW;
  power.add_neg = true;
  power.c = p->rs.max;
  power.func = SYSTOLE_VXFUNC_EXP2;
  power.reduce = SYSTOLE_VXREDUCE_SUM;
  power.r = p->rs.sum;
  limit_columns(e, &power);
  systole_emit_vx(e, &power);

  systole_op_vx weigh = scores_step(e, v);
  weigh.b_space = SYSTOLE_SPACE_PAR;
  weigh.b_block = v->values->scales;
  weigh.b_row = scale_row;
  weigh.reduce = SYSTOLE_VXREDUCE_ABSMAX;
  weigh.r = p->rs.absmax;
  systole_emit_vx(e, &weigh);

  systole_emit_inverse(e, p->rs.absmax, p->rs.inverse, 1, 0, v->rows);
  systole_op_vx quantise = scores_step(e, v);
  quantise.mul = SYSTOLE_VXMUL_ROW;
  quantise.s = p->rs.inverse;
  quantise.d_space = SYSTOLE_SPACE_QNT;
  quantise.d = p->qnt.weights;
  systole_emit_vx(e, &quantise);
}

// rs.out = absmax / (127 * 127 * sum): the row scale of weights x values.
static void emit_output_scale(systole_emitter *e, const attention_view *v) {
  const systole_llama_plan *p = e->plan;
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_RS,
                                      .func = SYSTOLE_VXFUNC_RECIP,
                                      .d_space = SYSTOLE_SPACE_RS,
                                      .m = systole_fixed(1),
                                      .n = v->rows,
                                      .a = systole_fixed(p->rs.sum),
                                      .d = p->rs.out});
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_RS,
                                      .mul = SYSTOLE_VXMUL_IMM,
                                      .mul_imm = 1.0f / (127 * 127),
                                      .b_space = SYSTOLE_SPACE_RS,
                                      .d_space = SYSTOLE_SPACE_RS,
                                      .m = systole_fixed(1),
                                      .n = v->rows,
                                      .a = systole_fixed(p->rs.absmax),
                                      .b = p->rs.out,
                                      .d = p->rs.out});
}

static void emit_values(systole_emitter *e, const attention_view *v) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_shape *s = &p->shape;
  uint32_t tokens = systole_cache_tokens(e), acc = systole_emit_acc(e, v->rows.most * s->head_w);
  for (uint32_t head = 0; head < v->kv_heads; head++)
    systole_emit_mx(
        e, &(systole_op_mx){.a_space = SYSTOLE_SPACE_QNT,
                            .m = p->decode ? systole_fixed(s->group) : v->rows,
                            .k = total_tokens(e),
                            .n = systole_fixed(s->head_w * s->dim),
                            .a = systole_fixed(p->qnt.weights +
                                               head * v->query_rows * s->context_w),
                            .a_row = (uint16_t)s->context_w,
                            .a_tile = 1,
                            .block = v->values->data,
                            .w = head * s->head_w * tokens,
                            .w_k = (uint16_t)s->dim,
                            .w_n = (uint16_t)tokens,
                            .c = (uint16_t)(acc + head * v->query_rows * s->head_w),
                            .c_row = (uint16_t)s->head_w,
                            .c_tile = 1});
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_ACC,
                                      .mul = SYSTOLE_VXMUL_ROW,
                                      .d_space = SYSTOLE_SPACE_VM,
                                      .m = v->rows,
                                      .n = systole_fixed(s->head_w * s->dim),
                                      .a = systole_fixed(acc),
                                      .a_row = (uint16_t)s->head_w,
                                      .s = p->rs.out,
                                      .d = v->out,
                                      .d_row = (uint16_t)v->out_row});
}

static void emit_view(systole_emitter *e, const attention_view *v) {
  systole_emit_symbol(e, "attention.scores");
  uint32_t acc = emit_scores(e, v);
  systole_emit_symbol(e, "attention.softmax");
  emit_softmax(e, v, acc);
  emit_output_scale(e, v);
  systole_emit_symbol(e, "attention.values");
  emit_values(e, v);
}

static void emit_heads_as_rows(systole_emitter *e) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_shape *s = &p->shape;
  uint32_t kv_heads = (uint32_t)s->model->kv_heads;
  for (uint32_t first = 0, batch = 0; first < kv_heads; first += p->batch, batch++) {
    uint32_t heads = kv_heads - first < p->batch ? kv_heads - first : p->batch;
    systole_cache_part keys, values;
    systole_emit_cache(e, first, heads, s->group, &keys, &values);
    attention_view v = {.rows = systole_fixed(heads * s->group),
                        .row_scale = p->rs.query + batch * p->batch_rows_w,
                        .keys = &keys,
                        .values = &values,
                        .query = p->qnt.query + first * s->group * s->head_w,
                        .query_rows = s->group,
                        .kv_heads = heads,
                        .out = p->vm.out + first * s->group * s->head_w,
                        .out_row = s->head_w};
    emit_view(e, &v);
  }
}

static void emit_head_by_head(systole_emitter *e) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_shape *s = &p->shape;
  for (uint32_t kv = 0; kv < (uint32_t)s->model->kv_heads; kv++) {
    systole_cache_part keys, values;
    systole_emit_cache(e, kv, 1, 1, &keys, &values);
    attention_view v = {.rows = systole_emit_rows(e),
                        .keys = &keys,
                        .values = &values,
                        .kv_heads = 1,
                        .out_row = s->query_w};
    for (uint32_t head = kv * s->group; head < (kv + 1) * s->group; head++) {
      v.row_scale = p->rs.query + head * p->row_w;
      v.query = p->qnt.query + head * p->rows * s->head_w;
      v.out = p->vm.out + head * s->head_w;
      emit_view(e, &v);
    }
  }
}

// The part of a section that batch number `batch` of decode works on: `heads`
// heads a batch, whose row scalars take `row_words` words.
static systole_section batch_of(const systole_emitter *e, const systole_section *all, uint32_t batch,
                        uint32_t heads, uint32_t row_words) {
  uint32_t head_w = e->plan->shape.head_w;
  systole_section s = *all;
  s.first = batch * heads;
  s.heads = all->heads - s.first < heads ? all->heads - s.first : heads;
  s.first_w += s.first * head_w;
  s.qnt += s.first * head_w;
  s.absmax += batch * row_words;
  s.inverse += batch * row_words;
  return s;
}

// Keys, values and queries of this run: rotated, quantised, and appended.
static void emit_heads(systole_emitter *e, const systole_section *key, const systole_section *value,
                       const systole_section *query) {
  systole_emit_symbol(e, "attention.key");
  emit_section(e, key, true);
  systole_emit_append(e, key, SYSTOLE_KEYS);
  systole_emit_symbol(e, "attention.value");
  emit_section(e, value, false);
  systole_emit_append(e, value, SYSTOLE_VALUES);
  systole_emit_symbol(e, "attention.query");
  emit_section(e, query, true);
}

static void emit_batches(systole_emitter *e, const systole_section *key, const systole_section *value,
                         const systole_section *query) {
  const systole_llama_plan *p = e->plan;
  for (uint32_t batch = 0; batch * p->batch < key->heads; batch++) {
    systole_section k = batch_of(e, key, batch, p->batch, p->batch_kv_w);
    systole_section v = batch_of(e, value, batch, p->batch, p->batch_kv_w);
    systole_section q = batch_of(e, query, batch, p->batch * p->shape.group, p->batch_rows_w);
    emit_heads(e, &k, &v, &q);
  }
}

void systole_emit_attention(systole_emitter *e) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_shape *s = &p->shape;
  const systole_llama_layer *layer = &e->constants->layers[e->layer];
  uint32_t heads = (uint32_t)s->model->heads, kv_heads = (uint32_t)s->model->kv_heads;
  systole_section query = {0, 0, heads, p->rs.query, p->rs.query_inv, p->qnt.query};
  systole_section key = {s->query_w, 0, kv_heads, p->rs.key, p->rs.key_inv, p->qnt.key};
  systole_section value = {s->query_w + s->kv_w, 0, kv_heads, p->rs.value, p->rs.value_inv, p->qnt.value};
  systole_emit_symbol(e, "attention.norm");
  systole_emit_norm(e, p->vm.x, systole_emit_rows(e), layer->attention_norm, systole_fixed(1));
  emit_qkv(e);
  if (p->decode) {
    emit_batches(e, &key, &value, &query);
    emit_heads_as_rows(e);
  } else {
    emit_heads(e, &key, &value, &query);
    emit_head_by_head(e);
  }
  systole_emit_symbol(e, "attention.output");
  systole_emit_quantise(e, p->vm.out, s->query_w, p->qnt.out, false);
  systole_emit_residual(e, &layer->out, p->qnt.out);
}
