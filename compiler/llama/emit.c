#include "compiler/llama/emit.h"

#include "compiler/llama/emitter.h"

static const float LOG2_E = 1.44269504088896340736f;

// One block of columns: hidden = silu(gate) * up, silu(g) = g / (1 + 2^(-g log2 e)).
static void emit_ffn_block(systole_emitter *e, uint32_t first, uint32_t columns) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_layer *layer = &e->constants->layers[e->layer];
  systole_value rows = systole_emit_rows(e), always = systole_fixed(1);
  uint64_t slice = (uint64_t)first * p->shape.dim * 4;
  systole_op_vx vx = {.b_space = SYSTOLE_SPACE_PAR,
                      .d_space = SYSTOLE_SPACE_VM,
                      .m = rows,
                      .n = systole_fixed(columns * p->shape.dim),
                      .s = p->rs.scale,
                      .d = p->vm.gate,
                      .d_row = (uint16_t)columns};
  systole_vector scales = systole_emit_vector(e, layer->gate.scales + slice, columns, always);
  vx.b_block = scales.block;
  vx.b = scales.word;
  systole_emit_acc_together(e, 2 * rows.most * p->parts * columns);  // gate is read after up
  uint32_t gate =
      systole_emit_product(e, &layer->gate, first, columns, p->qnt.x, rows, always);
  scales = systole_emit_vector(e, layer->up.scales + slice, columns, always);
  uint32_t up = systole_emit_product(e, &layer->up, first, columns, p->qnt.x, rows, always);
  systole_emit_scaled(e, &vx, gate, columns);

  systole_op_vx step = vx;  // VM to VM
  step.a_space = SYSTOLE_SPACE_VM;
  step.a = systole_fixed(p->vm.gate);
  step.a_row = (uint16_t)columns;
  step.s = 0;
  step.b_space = step.b_block = step.b = 0;
  step.mul = SYSTOLE_VXMUL_IMM;
  step.mul_imm = -LOG2_E;
  step.func = SYSTOLE_VXFUNC_EXP2;
  step.d = p->vm.exp;
  systole_emit_vx(e, &step);
  step.a = systole_fixed(p->vm.exp);
  step.mul = SYSTOLE_VXMUL_NONE;
  step.mul_imm = 0;
  step.add = SYSTOLE_VXADD_IMM;
  step.add_imm = 1;
  step.func = SYSTOLE_VXFUNC_RECIP;
  systole_emit_vx(e, &step);
  step.add = SYSTOLE_VXADD_NONE;
  step.add_imm = 0;
  step.func = SYSTOLE_VXFUNC_NONE;
  step.b_space = SYSTOLE_SPACE_VM;
  step.b = p->vm.gate;
  step.b_row = (uint16_t)columns;
  systole_emit_vx(e, &step);

  vx.b_block = scales.block;
  vx.b = scales.word;
  vx.d = p->vm.up;
  systole_emit_scaled(e, &vx, up, columns);
  step.b = p->vm.up;
  step.d = p->vm.hidden + first;
  step.d_row = (uint16_t)p->shape.ffn_w;
  if (columns == p->shape.ffn_w) {
    step.reduce = SYSTOLE_VXREDUCE_ABSMAX;
    step.r = p->rs.absmax;
  }
  systole_emit_vx(e, &step);
}

void systole_emit_ffn(systole_emitter *e) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_layer *layer = &e->constants->layers[e->layer];
  uint32_t width = p->shape.ffn_w, step = systole_emit_block_columns(e, &layer->gate);
  systole_emit_symbol(e, "ffn.norm");
  systole_emit_norm(e, p->vm.x, systole_emit_rows(e), layer->ffn_norm, systole_fixed(1));
  systole_emit_symbol(e, "ffn.gate_up");
  for (uint32_t first = 0; first < width; first += step)
    emit_ffn_block(e, first, width - first < step ? width - first : step);
  systole_emit_symbol(e, "ffn.down");
  systole_emit_quantise(e, p->vm.hidden, width, p->qnt.hidden, step >= width);
  systole_emit_residual(e, &layer->down, p->qnt.hidden);
}

static void name(systole_emitter *e, const char *symbol) {
  if (!e->status) e->status = systole_schedule_symbol(e->schedule, e->err, "%s", symbol);
}

// x = embedding rows of the tokens, gathered by ids that are in memory already:
// the host's (prefill) or the last arg-max's (decode).
static void emit_embedding(systole_emitter *e) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_shape *s = &p->shape;
  systole_value rows = systole_emit_rows(e);
  name(e, "embed");
  systole_emit_ld(e, &(systole_op_ld){.gather = true,
                                      .space = SYSTOLE_SPACE_PAR,
                                      .segment = SYSTOLE_SEG_EMBEDDING,
                                      .rows = rows,
                                      .words = systole_fixed(s->hidden_w),
                                      .pitch = e->constants->embedding_pitch,
                                      .dst = systole_fixed(p->par_embedding),
                                      .dst_row = (uint16_t)s->hidden_w,
                                      .dst_word = 1,
                                      .index_segment = SYSTOLE_SEG_IO,
                                      .index_offset = p->decode ? e->io->next : e->io->tokens,
                                      .limit = s->vocab}, 0);
  uint32_t rotary_row = 2 * s->head_w * s->dim * 4;
  systole_emit_ld(e, &(systole_op_ld){.space = SYSTOLE_SPACE_PAR,
                                      .segment = SYSTOLE_SEG_PARAMETERS,
                                      .rows = rows,
                                      .words = systole_fixed(2 * s->head_w),
                                      .offset = systole_linear((int64_t)e->constants->rotary,
                                                               SYSTOLE_S_POSITION,
                                                               (int32_t)rotary_row, 0),
                                      .pitch = rotary_row,
                                      .dst = systole_fixed(p->par_rotary),
                                      .dst_row = (uint16_t)(2 * s->head_w),
                                      .dst_word = 1}, 0);
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_PAR,
                                      .d_space = SYSTOLE_SPACE_VM,
                                      .reduce = SYSTOLE_VXREDUCE_SUMSQ,
                                      .m = rows,
                                      .n = systole_fixed(s->hidden_w * s->dim),
                                      .a = systole_fixed(p->par_embedding),
                                      .a_row = (uint16_t)s->hidden_w,
                                      .d = p->vm.x,
                                      .d_row = (uint16_t)s->hidden_w,
                                      .r = p->rs.sumsq});
}

// Rows whose logits are wanted: the last one (copied out of x), or all.
static systole_value logit_rows(const systole_emitter *e) {
  if (e->plan->all_logits) return systole_emit_rows(e);
  return systole_linear(0, SYSTOLE_S_LOGITS, 1, 1);
}

static uint32_t emit_last_row(systole_emitter *e) {
  const systole_llama_plan *p = e->plan;
  uint32_t hidden_w = p->shape.hidden_w;
  if (p->all_logits || p->decode) return p->vm.x;
  systole_emit_vx(e, &(systole_op_vx){.a_space = SYSTOLE_SPACE_VM,
                                      .d_space = SYSTOLE_SPACE_VM,
                                      .reduce = SYSTOLE_VXREDUCE_SUMSQ,
                                      .m = logit_rows(e),
                                      .n = systole_fixed(hidden_w * p->shape.dim),
                                      .a = systole_linear((int64_t)p->vm.x - hidden_w,
                                                          SYSTOLE_S_ROWS, (int32_t)hidden_w,
                                                          p->vm.x + (p->rows - 1) * hidden_w),
                                      .d = p->vm.last,
                                      .r = p->rs.sumsq});
  return p->vm.last;
}

static void emit_logits_block(systole_emitter *e, uint32_t first, uint32_t columns, uint32_t at) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_shape *s = &p->shape;
  const systole_matrix *matrix = &e->constants->head;
  systole_value rows = logit_rows(e), wanted = logit_rows(e);
  if (p->all_logits) wanted = systole_fixed(1);
  uint32_t count = columns * s->dim;
  if (first * s->dim + count > s->vocab) count = s->vocab - first * s->dim;
  systole_vector scales =
      systole_emit_vector(e, matrix->scales + (uint64_t)first * s->dim * 4, columns, wanted);
  uint32_t acc = systole_emit_product(e, matrix, first, columns, p->qnt.x, rows, wanted);
  systole_op_vx vx = {.b_space = SYSTOLE_SPACE_PAR,
                      .d_space = SYSTOLE_SPACE_VM,
                      .m = rows,
                      .n = systole_fixed(count),
                      .s = p->rs.scale,
                      .b_block = scales.block,
                      .b = scales.word,
                      .d = at,
                      .d_row = (uint16_t)columns};
  if (!p->all_logits) {
    vx.reduce = SYSTOLE_VXREDUCE_ARGMAX;
    vx.carry = first > 0;
    vx.r = p->rs.best;
    vx.x = p->rs.best_index;
    vx.index = first * s->dim;
  }
  systole_emit_scaled(e, &vx, acc, columns);
  systole_emit_st(e, &(systole_op_st){.space = SYSTOLE_SPACE_VM,
                                      .segment = SYSTOLE_SEG_IO,
                                      .rows = rows,
                                      .elements = systole_fixed(count),
                                      .offset = systole_fixed((int64_t)e->io->logits +
                                                              first * s->dim * 4),
                                      .pitch = e->io->logits_pitch,
                                      .src = at * s->dim,
                                      .src_row = columns * s->dim}, 0);
}

static void emit_head(systole_emitter *e) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_shape *s = &p->shape;
  uint32_t step = systole_emit_block_columns(e, &e->constants->head);
  systole_value rows = logit_rows(e);
  name(e, "norm");
  const systole_matrix *head = &e->constants->head;
  systole_emit_span(e, e->constants->final_norm,
                    head->scales + (uint64_t)head->n_tiles * s->dim * 4, 0,
                    p->all_logits ? systole_fixed(1) : rows);
  uint32_t x = emit_last_row(e);
  systole_emit_norm(e, x, rows, e->constants->final_norm,
                    p->all_logits ? systole_fixed(1) : rows);
  name(e, "head");
  for (uint32_t first = 0, half = 0; first < s->vocab_w; first += step, half ^= 1)
    emit_logits_block(e, first, s->vocab_w - first < step ? s->vocab_w - first : step,
                      p->vm.logits + half * p->logit_rows * p->block_columns);
  if (p->all_logits) return;
  name(e, "argmax");
  systole_emit_st(e, &(systole_op_st){.space = SYSTOLE_SPACE_RS,
                                      .segment = SYSTOLE_SEG_IO,
                                      .rows = rows,
                                      .elements = systole_fixed(1),
                                      .offset = systole_fixed(e->io->next),
                                      .src = p->rs.best_index * s->dim}, 0);
}

// Norm weights and scales of a layer lie one after the other.
static void emit_layer_parameters(systole_emitter *e) {
  const systole_llama_layer *layer = &e->constants->layers[e->layer];
  systole_emit_symbol(e, "parameters");
  systole_emit_span(e, layer->attention_norm,
                    layer->down.scales + (uint64_t)layer->down.n_tiles * e->plan->shape.dim * 4,
                    systole_cache_scale_words(e), systole_fixed(1));
}

systole_status systole_llama_emit(const systole_llama_plan *plan,
                                  const systole_llama_constants *constants,
                                  const systole_llama_io *io, systole_schedule *schedule,
                                  systole_error *err) {
  systole_emitter state = {.plan = plan, .constants = constants, .io = io, .schedule = schedule,
                           .err = err};
  systole_emitter *e = &state;
  emit_embedding(e);
  for (e->layer = 0; e->layer < (uint32_t)plan->shape.model->layers; e->layer++) {
    emit_layer_parameters(e);
    systole_emit_attention(e);
    systole_emit_ffn(e);
  }
  emit_head(e);
  return e->status;
}
