// The KV cache: appending to it, and loading it for attention.
#include "compiler/llama/attention.h"

uint32_t systole_cache_tokens(const systole_emitter *e) {
  return e->plan->shape.context_w * e->plan->shape.dim;
}

static uint64_t head_bytes(const systole_llama_shape *s) {
  return (uint64_t)s->context_w * s->dim * s->head_w * s->dim;
}

static uint64_t head_scale_bytes(const systole_llama_shape *s) {
  return (uint64_t)s->context_w * s->dim * 4;
}

uint64_t systole_llama_cache_bytes(const systole_llama_shape *s) {
  return 2 * (uint64_t)s->model->layers * (uint64_t)s->model->kv_heads * head_bytes(s);
}

uint64_t systole_llama_cache_scale_bytes(const systole_llama_shape *s) {
  return 2 * (uint64_t)s->model->layers * (uint64_t)s->model->kv_heads * head_scale_bytes(s);
}

// Number of this layer's first key (value) head among all heads of the cache.
static uint64_t cache_head(const systole_emitter *e, int which) {
  const systole_llama *m = e->plan->shape.model;
  return ((uint64_t)which * (uint64_t)m->layers + e->layer) * (uint64_t)m->kv_heads;
}

static int cache_object(const systole_emitter *e, int which) {
  return (int)(1 + 2 * e->layer) + which;
}

void systole_emit_append(systole_emitter *e, const systole_section *s, int which) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_shape *shape = &p->shape;
  uint32_t row_bytes = shape->head_w * shape->dim;
  for (uint32_t head = 0; head < systole_section_steps(e, s); head++) {
    uint64_t at = cache_head(e, which) + s->first + head;
    systole_op_st data = {.space = SYSTOLE_SPACE_QNT,
                          .segment = SYSTOLE_SEG_CACHE,
                          .rows = p->decode ? systole_fixed(s->heads) : systole_emit_rows(e),
                          .elements = systole_fixed(row_bytes),
                          .offset = systole_linear((int64_t)(at * head_bytes(shape)),
                                                   SYSTOLE_S_POSITION, (int32_t)row_bytes, 0),
                          .pitch = p->decode ? (uint32_t)head_bytes(shape) : row_bytes,
                          .src = (s->qnt + head * p->rows * shape->head_w) * shape->dim,
                          .src_row = row_bytes};
    systole_op_st scale = {.space = SYSTOLE_SPACE_RS,
                           .segment = SYSTOLE_SEG_CACHE_SCALES,
                           .rows = systole_fixed(p->decode ? s->heads : 1),
                           .elements = systole_emit_rows(e),
                           .offset = systole_linear((int64_t)(at * head_scale_bytes(shape)),
                                                    SYSTOLE_S_POSITION, 4, 0),
                           .pitch = (uint32_t)head_scale_bytes(shape),
                           .src = (s->absmax + head * p->row_w) * shape->dim,
                           .src_row = 1};
    systole_emit_st(e, &data, cache_object(e, which));
    systole_emit_st(e, &scale, cache_object(e, which));
  }
}

static uint64_t part_offset(const systole_emitter *e, const systole_cache_part *c,
                            uint64_t per_head) {
  return (cache_head(e, c->which) + c->first) * per_head;
}

// In decode each query head has a vector of its own.
uint64_t systole_cache_scale_words(const systole_emitter *e) {
  const systole_llama *m = e->plan->shape.model;
  return 2 * (uint64_t)(e->plan->decode ? m->heads : m->kv_heads) * e->plan->shape.context_w;
}

// The tokens before this run are in memory already: prefetched.
static void emit_cached(systole_emitter *e, systole_cache_part *c) {
  const systole_llama_shape *shape = &e->plan->shape;
  uint32_t tokens = systole_cache_tokens(e), width = shape->context_w;
  systole_emit_symbol(e, c->which == SYSTOLE_KEYS ? "attention.keys" : "attention.values");
  c->data = systole_emit_block(e, SYSTOLE_SPACE_WGT, c->heads * shape->head_w * tokens);
  for (uint32_t head = 0; head < c->heads; head++)
    systole_emit_prefetch(
        e, &(systole_op_ld){.space = SYSTOLE_SPACE_WGT,
                            .segment = SYSTOLE_SEG_CACHE,
                            .block = c->data,
                            .rows = systole_linear(0, SYSTOLE_S_POSITION, 1, shape->context),
                            .words = systole_fixed(shape->head_w),
                            .offset = systole_fixed((int64_t)(
                                part_offset(e, c, head_bytes(shape)) + head * head_bytes(shape))),
                            .pitch = shape->head_w * shape->dim,
                            .dst = systole_fixed(head * shape->head_w * tokens),
                            .dst_row = 1,
                            .dst_word = (uint16_t)tokens});
  c->scales = systole_emit_block(e, SYSTOLE_SPACE_PAR, c->heads * c->copies * width);
  for (uint32_t copy = 0; copy < c->copies; copy++)
    systole_emit_prefetch(
        e, &(systole_op_ld){.space = SYSTOLE_SPACE_PAR,
                            .segment = SYSTOLE_SEG_CACHE_SCALES,
                            .block = c->scales,
                            .rows = systole_fixed(c->heads),
                            .words = systole_linear(0, SYSTOLE_S_OLD_WORDS, 1, width),
                            .offset = systole_fixed(
                                (int64_t)part_offset(e, c, head_scale_bytes(shape))),
                            .pitch = (uint32_t)head_scale_bytes(shape),
                            .dst = systole_fixed(copy * width),
                            .dst_row = (uint16_t)(c->copies * width),
                            .dst_word = 1});
}

// This run's tokens follow when they have been stored.
static void emit_fresh(systole_emitter *e, const systole_cache_part *c) {
  const systole_llama_plan *p = e->plan;
  const systole_llama_shape *shape = &p->shape;
  uint32_t tokens = systole_cache_tokens(e), row_bytes = shape->head_w * shape->dim;
  systole_emit_symbol(e, c->which == SYSTOLE_KEYS ? "attention.keys" : "attention.values");
  systole_op_ld data = {.space = SYSTOLE_SPACE_WGT,
                        .segment = SYSTOLE_SEG_CACHE,
                        .block = c->data,
                        .rows = p->decode ? systole_fixed(c->heads) : systole_emit_rows(e),
                        .words = systole_fixed(shape->head_w),
                        .offset = systole_linear((int64_t)part_offset(e, c, head_bytes(shape)),
                                                 SYSTOLE_S_POSITION, (int32_t)row_bytes, 0),
                        .pitch = p->decode ? (uint32_t)head_bytes(shape) : row_bytes,
                        .dst = systole_linear(0, SYSTOLE_S_POSITION, 1, tokens - 1),
                        .reach = p->decode ? 0 : tokens,
                        .dst_row = (uint16_t)(p->decode ? shape->head_w * tokens : 1),
                        .dst_word = (uint16_t)tokens};
  systole_emit_ld(e, &data, cache_object(e, c->which));

  // Whole words: the one that holds the first new scale comes with its older ones.
  uint32_t width = shape->context_w, most = (p->rows + shape->dim - 2) / shape->dim + 1;
  if (most > width) most = width;
  systole_op_ld scales = {.space = SYSTOLE_SPACE_PAR,
                          .segment = SYSTOLE_SEG_CACHE_SCALES,
                          .block = c->scales,
                          .rows = systole_fixed(c->heads),
                          .words = systole_linear(0, SYSTOLE_S_TOTAL_WORDS, 1, most),
                          .offset = systole_linear(
                              (int64_t)part_offset(e, c, head_scale_bytes(shape)),
                              SYSTOLE_S_OLD_WORDS, (int32_t)shape->dim * 4, 0),
                          .pitch = (uint32_t)head_scale_bytes(shape),
                          .dst_row = (uint16_t)(c->copies * width),
                          .dst_word = 1,
                          .reach = width};
  scales.words.term[1].scalar = SYSTOLE_S_OLD_WORDS;
  scales.words.term[1].mult = -1;
  for (uint32_t copy = 0; copy < c->copies; copy++) {
    scales.dst = systole_linear(copy * width, SYSTOLE_S_OLD_WORDS, 1, (copy + 1) * width - 1);
    systole_emit_ld(e, &scales, cache_object(e, c->which));
  }
}

void systole_emit_cache(systole_emitter *e, uint32_t first, uint32_t heads, uint32_t copies,
                       systole_cache_part *keys, systole_cache_part *values) {
  *keys = (systole_cache_part){.which = SYSTOLE_KEYS, .first = first, .heads = heads, .copies = copies};
  *values = (systole_cache_part){.which = SYSTOLE_VALUES, .first = first, .heads = heads, .copies = copies};
  emit_cached(e, keys);
  emit_cached(e, values);
  emit_fresh(e, keys);
  emit_fresh(e, values);
}

