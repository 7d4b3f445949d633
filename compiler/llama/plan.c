#include "compiler/llama/plan.h"

static uint32_t up(uint32_t n, uint32_t unit) { return (n + unit - 1) / unit; }
static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t most(uint32_t a, uint32_t b) { return a > b ? a : b; }

enum { BLOCKS_AHEAD = 8 };  // weight blocks that the ring should hold at once

void systole_llama_measure(const systole_model *model, const systole_config *config,
                           uint32_t context, systole_llama_shape *shape) {
  const systole_llama *m = &model->llama;
  uint32_t dim = config->dim;
  *shape = (systole_llama_shape){.model = m, .vocab = (uint32_t)model->vocab, .dim = dim};
  shape->group = (uint32_t)(m->heads / m->kv_heads);
  shape->hidden_w = up((uint32_t)m->hidden, dim);
  shape->head_w = up((uint32_t)m->head_size, dim);
  shape->query_w = (uint32_t)m->heads * shape->head_w;
  shape->kv_w = (uint32_t)m->kv_heads * shape->head_w;
  shape->qkv_w = shape->query_w + 2 * shape->kv_w;
  shape->ffn_w = up((uint32_t)m->ffn, dim);
  shape->vocab_w = up((uint32_t)model->vocab, dim);
  shape->context = context;
  shape->context_w = up(context, dim);
}

systole_llama_io systole_llama_io_layout(const systole_llama_shape *shape, uint32_t rows) {
  systole_llama_io io = {0};
  io.next = up(rows * 4, 128) * 128;
  io.logits = io.next + 128;
  io.logits_pitch = shape->vocab_w * shape->dim * 4;
  io.bytes = io.logits + (uint64_t)io.logits_pitch * rows;
  io.bytes = (io.bytes + 127) & ~UINT64_C(127);
  return io;
}

// Hands out an SRAM from its start.
typedef struct {
  uint32_t next;
} shelf;

static uint32_t put(shelf *s, uint32_t words) {
  uint32_t at = s->next;
  s->next += words;
  return at;
}

// Rows of attention: tokens, or the query heads of a batch.
static uint32_t attention_rows(const systole_llama_plan *p) {
  return p->decode ? p->batch * p->shape.group : p->rows;
}

static uint32_t scores_words(const systole_llama_plan *p) {
  return attention_rows(p) * p->shape.context_w;
}

// Attention's buffers, the feed-forward part's and the logits share one place:
// none is alive together with another.
static uint32_t lay_vm(systole_llama_plan *p) {
  const systole_llama_shape *s = &p->shape;
  uint32_t rows = p->rows, columns = p->block_columns;
  shelf fixed = {0};
  p->vm.last = put(&fixed, s->hidden_w);  // before x: its copy starts at x - hidden_w + rows
  p->vm.x = put(&fixed, rows * s->hidden_w);
  shelf attention = fixed, ffn = fixed, logits = fixed;
  p->vm.rounded = fixed.next;
  p->vm.qkv = put(&attention, rows * s->qkv_w);
  p->vm.rotated = put(&attention, p->decode ? s->query_w + s->kv_w : rows * s->head_w);
  p->vm.scores = put(&attention, scores_words(p));
  attention.next = most(attention.next, fixed.next + rows * most(s->query_w, s->hidden_w));
  p->vm.out = put(&attention, rows * s->query_w);
  p->vm.gate = put(&ffn, rows * columns);
  p->vm.exp = put(&ffn, rows * columns);
  p->vm.up = put(&ffn, rows * columns);
  ffn.next = most(ffn.next, fixed.next + rows * s->ffn_w);
  p->vm.hidden = put(&ffn, rows * s->ffn_w);
  p->vm.logits = put(&logits, 2 * p->logit_rows * columns);
  return most(most(attention.next, ffn.next), logits.next);
}

static uint32_t lay_qnt(systole_llama_plan *p) {
  const systole_llama_shape *s = &p->shape;
  uint32_t rows = p->rows;
  shelf fixed = {0};
  p->qnt.x = put(&fixed, rows * s->hidden_w * p->parts);
  shelf attention = fixed, ffn = fixed;
  p->qnt.query = put(&attention, rows * s->query_w);
  p->qnt.key = put(&attention, rows * s->kv_w);
  p->qnt.value = put(&attention, rows * s->kv_w);
  p->qnt.weights = put(&attention, scores_words(p));
  p->qnt.out = put(&attention, rows * s->query_w * p->parts);
  p->qnt.hidden = put(&ffn, rows * s->ffn_w * p->parts);
  return most(attention.next, ffn.next);
}

static uint32_t lay_rs(systole_llama_plan *p) {
  const systole_llama *m = p->shape.model;
  shelf rs = {0};
  uint32_t row = p->row_w;
  uint32_t query = (uint32_t)m->heads * row, kv = (uint32_t)m->kv_heads * row;
  if (p->decode) {
    uint32_t batches = up((uint32_t)m->kv_heads, p->batch);
    query = batches * p->batch_rows_w;
    kv = batches * p->batch_kv_w;
  }
  uint32_t view = most(row, p->batch_rows_w);
  p->rs.sumsq = put(&rs, row);
  p->rs.norm = put(&rs, row);
  p->rs.absmax = put(&rs, view);
  p->rs.inverse = put(&rs, view);
  p->rs.scale = put(&rs, view);
  p->rs.scale_low = put(&rs, row);
  p->rs.max = put(&rs, view);
  p->rs.sum = put(&rs, view);
  p->rs.out = put(&rs, view);
  p->rs.query = put(&rs, query);
  p->rs.key = put(&rs, kv);
  p->rs.value = put(&rs, kv);
  p->rs.query_inv = put(&rs, query);
  p->rs.key_inv = put(&rs, kv);
  p->rs.value_inv = put(&rs, kv);
  p->rs.best = put(&rs, 1);
  p->rs.best_index = put(&rs, 1);
  return rs.next;
}

// WGT is one ring: weight blocks, and the keys and values of the heads that
// attention works on. PAR holds embedding rows and rotary rows, then a ring.
static const char *lay_rings(systole_llama_plan *p, const systole_config *config) {
  const systole_llama_shape *s = &p->shape;
  uint32_t dim = s->dim;
  uint32_t heads = p->decode ? p->batch : 1;
  uint32_t cache = 2 * heads * s->head_w * s->context_w * dim;
  p->wgt = (systole_ring){0, config->wgt_words};
  if (cache + 2 * dim > config->wgt_words) return "WGT";
  uint32_t tiles = config->wgt_words / dim, cached = cache / dim;
  p->block_tiles = most(least((tiles - cached) / 2, tiles / BLOCKS_AHEAD), 1);

  shelf par = {0};
  p->par_embedding = put(&par, p->rows * s->hidden_w);
  p->par_rotary = put(&par, p->rows * 2 * s->head_w);
  uint32_t copies = p->decode ? attention_rows(p) : 1;
  while (par.next + 3 * p->block_columns > config->par_words && p->block_columns > 1)
    p->block_columns /= 2;
  uint32_t largest = most(s->hidden_w, most(p->block_columns, copies * s->context_w));
  if (par.next + 3 * largest > config->par_words) return "PAR";
  p->par = (systole_ring){par.next, config->par_words - par.next};
  return NULL;
}

// The name of the memory that is too small, or NULL if the plan fits.
static const char *lay_out(systole_llama_plan *p, const systole_config *config) {
  const systole_llama_shape *s = &p->shape;
  p->row_w = up(p->rows, s->dim);
  p->batch_rows_w = up(p->batch * s->group, s->dim);
  p->batch_kv_w = up(p->batch, s->dim);
  p->logit_rows = p->all_logits ? p->rows : 1;
  p->acc_words = config->acc_words;
  // Half of ACC, so that VX can read one block while MX writes the next.
  p->block_columns = least(config->acc_words / 2 / (p->rows * p->parts), 64);
  // 64 bits: what passes here bounds all other products of the context.
  uint64_t attention = (uint64_t)attention_rows(p) * most(s->context_w, s->head_w);
  if (!p->block_columns || attention > config->acc_words) return "ACC";
  const char *small = lay_rings(p, config);
  if (small) return small;
  while (lay_vm(p) > config->vm_words && p->block_columns > 1) p->block_columns /= 2;
  if (lay_vm(p) > config->vm_words) return "VM";
  if (lay_qnt(p) > config->qnt_words) return "QNT";
  if (lay_rs(p) > config->rs_words) return "RS";
  return NULL;
}

systole_status systole_llama_plan_make(const systole_llama_shape *shape,
                                       const systole_config *config, bool decode,
                                       bool all_logits, uint32_t parts, uint32_t rows,
                                       systole_llama_plan *plan, systole_error *err) {
  const char *small = NULL;
  // The size that shrinks until all fits: tokens, or in decode heads at once.
  for (uint32_t size = decode ? (uint32_t)shape->model->kv_heads : rows; size; size /= 2) {
    *plan = (systole_llama_plan){.shape = *shape, .decode = decode, .all_logits = all_logits,
                                 .parts = parts, .rows = decode ? 1 : size,
                                 .batch = decode ? size : 0};
    small = lay_out(plan, config);
    if (!small) return SYSTOLE_OK;
  }
  return systole_fail(err, SYSTOLE_E_RANGE,
                      "a context of %u tokens does not fit: %s of %s is too small for one row of "
                      "the model; a smaller context may fit",
                      shape->context, small, config->name);
}
