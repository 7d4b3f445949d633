#include "compiler/llama/constants.h"

#include <math.h>
#include <stdlib.h>

static const double LOG2_E = 1.44269504088896340736;
// A row scale on the device is an absmax; what turns it into the scale of int8
// values is folded into the columns' scales.
static const float ONE_127TH = 1.0f / 127;

typedef struct {
  const systole_checkpoint *checkpoint;
  const systole_llama_shape *shape;
  systole_llama_packed *packed;
  systole_error *err;
  int layer;
} packer;

static const systole_tensor *tensor_of(const packer *p, systole_weight weight) {
  return systole_checkpoint_tensor(p->checkpoint, weight, p->layer);
}

static systole_status pack(packer *p, const systole_column *column, uint32_t columns,
                           uint32_t inputs, uint32_t row_words, const int32_t *input_of,
                           systole_matrix *matrix) {
  systole_matrix_source source = {.dim = p->shape->dim,
                                  .columns = columns,
                                  .column = column,
                                  .inputs = inputs,
                                  .rows = row_words * p->shape->dim,
                                  .input_of = input_of};
  return systole_pack_matrix(&source, &p->packed->weights, &p->packed->parameters, matrix, p->err);
}

// A matrix whose outputs keep their order, padded with columns of zeros.
static systole_status pack_plain(packer *p, systole_weight weight, uint32_t column_words,
                                 uint32_t row_words, const int32_t *input_of,
                                 systole_matrix *matrix) {
  uint32_t columns = column_words * p->shape->dim;
  if (!p->checkpoint) return pack(p, NULL, columns, 0, row_words, NULL, matrix);
  const systole_tensor *tensor = tensor_of(p, weight);
  systole_column *column = calloc(columns, sizeof *column);
  if (!column) return systole_fail(p->err, SYSTOLE_E_MEMORY, "no memory for a matrix's columns");
  for (uint32_t n = 0; n < columns && n < (uint32_t)tensor->shape[0]; n++)
    column[n] = (systole_column){tensor, n, ONE_127TH};
  systole_status status = pack(p, column, columns, (uint32_t)tensor->shape[1], row_words, input_of, matrix);
  free(column);
  return status;
}

// Heads padded to whole words. Rotary pairs, half a head apart in the
// checkpoint, become neighbours.
static void fill_heads(const packer *p, const systole_tensor *tensor, uint32_t heads, bool rotary,
                       float factor, systole_column *column) {
  uint32_t size = (uint32_t)p->shape->model->head_size;
  for (uint32_t head = 0; head < heads; head++)
    for (uint32_t d = 0; d < size; d++) {
      uint32_t from = rotary ? d / 2 + d % 2 * (size / 2) : d;
      column[head * p->shape->head_w * p->shape->dim + d] =
          (systole_column){tensor, head * size + from, factor};
    }
}

static systole_status pack_qkv(packer *p, systole_matrix *matrix) {
  const systole_llama_shape *s = p->shape;
  const systole_llama *m = s->model;
  if (!p->checkpoint) return pack(p, NULL, s->qkv_w * s->dim, 0, s->hidden_w, NULL, matrix);
  systole_column *column = calloc((size_t)s->qkv_w * s->dim, sizeof *column);
  if (!column) return systole_fail(p->err, SYSTOLE_E_MEMORY, "no memory for a matrix's columns");
  // exp(q.k / sqrt(size)) = 2^(q.k log2(e) / sqrt(size)); and q.k of int8 values
  // is short of both their 1/127.
  float query = (float)(ONE_127TH * LOG2_E / sqrt(m->head_size) / (127.0 * 127.0));
  fill_heads(p, tensor_of(p, SYSTOLE_W_QUERY), (uint32_t)m->heads, true, query, column);
  fill_heads(p, tensor_of(p, SYSTOLE_W_KEY), (uint32_t)m->kv_heads, true, ONE_127TH,
             column + s->query_w * s->dim);
  fill_heads(p, tensor_of(p, SYSTOLE_W_VALUE), (uint32_t)m->kv_heads, false, ONE_127TH,
             column + (s->query_w + s->kv_w) * s->dim);
  systole_status status =
      pack(p, column, s->qkv_w * s->dim, (uint32_t)m->hidden, s->hidden_w, NULL, matrix);
  free(column);
  return status;
}

// The output matrix reads heads that are padded to whole words.
static systole_status pack_out(packer *p, systole_matrix *matrix) {
  const systole_llama_shape *s = p->shape;
  uint32_t size = (uint32_t)s->model->head_size, padded = s->head_w * s->dim;
  int32_t *input_of = malloc((size_t)s->query_w * s->dim * sizeof *input_of);
  if (!input_of) return systole_fail(p->err, SYSTOLE_E_MEMORY, "no memory for a matrix's rows");
  for (uint32_t k = 0; k < s->query_w * s->dim; k++)
    input_of[k] = k % padded < size ? (int32_t)(k / padded * size + k % padded) : -1;
  systole_status status =
      pack_plain(p, SYSTOLE_W_OUTPUT, s->hidden_w, s->query_w, input_of, matrix);
  free(input_of);
  return status;
}

// A norm's weights.
static systole_status pack_norm(packer *p, systole_weight weight, uint64_t *offset) {
  const systole_llama_shape *s = p->shape;
  systole_blob *parameters = &p->packed->parameters;
  if (!p->checkpoint)
    return systole_blob_take(parameters, (uint64_t)s->hidden_w * s->dim * 4, offset, p->err);
  return systole_pack_vector(tensor_of(p, weight), s->dim, parameters, offset, p->err);
}

static systole_status pack_embedding(packer *p) {
  const systole_llama_shape *s = p->shape;
  systole_blob *embedding = &p->packed->embedding;
  uint32_t pitch = p->packed->at.embedding_pitch = s->hidden_w * s->dim * 4;
  uint64_t offset;
  if (!p->checkpoint)
    return systole_blob_take(embedding, (uint64_t)s->vocab * pitch, &offset, p->err);
  return systole_pack_rows(tensor_of(p, SYSTOLE_W_EMBED), pitch, embedding, p->err);
}

static systole_status pack_layer(packer *p, systole_llama_layer *layer) {
  const systole_llama_shape *s = p->shape;
  systole_status status = pack_norm(p, SYSTOLE_W_ATTENTION_NORM, &layer->attention_norm);
  if (!status) status = pack_norm(p, SYSTOLE_W_FFN_NORM, &layer->ffn_norm);
  if (!status) status = pack_qkv(p, &layer->qkv);
  if (!status) status = pack_out(p, &layer->out);
  if (!status) status = pack_plain(p, SYSTOLE_W_GATE, s->ffn_w, s->hidden_w, NULL, &layer->gate);
  if (!status) status = pack_plain(p, SYSTOLE_W_UP, s->ffn_w, s->hidden_w, NULL, &layer->up);
  if (!status) status = pack_plain(p, SYSTOLE_W_DOWN, s->hidden_w, s->ffn_w, NULL, &layer->down);
  return status;
}

// Rows of cosines, then of sines with the sign that the first of a pair needs.
static systole_status pack_rotary(packer *p) {
  const systole_llama_shape *s = p->shape;
  uint32_t width = s->head_w * s->dim, size = (uint32_t)s->model->head_size;
  systole_llama_constants *at = &p->packed->at;
  systole_status status = systole_blob_take(
      &p->packed->parameters, (uint64_t)s->context * 2 * width * 4, &at->rotary, p->err);
  if (status || !p->checkpoint) return status;
  float *table = (float *)(void *)(p->packed->parameters.bytes + at->rotary);
  for (uint32_t position = 0; position < s->context; position++)
    for (uint32_t pair = 0; pair < size / 2; pair++) {
      double angle = position * pow(s->model->rope_theta, -2.0 * pair / size);
      float *cosines = table + (uint64_t)position * 2 * width, *sines = cosines + width;
      cosines[2 * pair] = cosines[2 * pair + 1] = (float)cos(angle);
      sines[2 * pair] = (float)-sin(angle);
      sines[2 * pair + 1] = (float)sin(angle);
    }
  return SYSTOLE_OK;
}

static systole_status pack_all(packer *p) {
  const systole_llama_shape *s = p->shape;
  systole_llama_constants *at = &p->packed->at;
  at->layers = calloc((size_t)s->model->layers, sizeof *at->layers);
  if (!at->layers) return systole_fail(p->err, SYSTOLE_E_MEMORY, "no memory for the layers");
  systole_status status = SYSTOLE_OK;
  for (p->layer = 0; p->layer < s->model->layers && !status; p->layer++)
    status = pack_layer(p, &at->layers[p->layer]);
  p->layer = 0;
  if (!status) status = pack_norm(p, SYSTOLE_W_FINAL_NORM, &at->final_norm);
  if (!status) status = pack_plain(p, SYSTOLE_W_HEAD, s->vocab_w, s->hidden_w, NULL, &at->head);
  if (!status) status = pack_rotary(p);
  if (!status) status = pack_embedding(p);
  return status;
}

systole_status systole_llama_pack(const systole_checkpoint *checkpoint,
                                  const systole_llama_shape *shape, systole_llama_packed *packed,
                                  systole_error *err) {
  bool layout_only = !checkpoint;
  *packed = (systole_llama_packed){.weights.layout_only = layout_only,
                                   .parameters.layout_only = layout_only,
                                   .embedding.layout_only = layout_only};
  packer p = {.checkpoint = checkpoint, .shape = shape, .packed = packed, .err = err};
  systole_status status = pack_all(&p);
  if (status) systole_llama_packed_free(packed);
  return status;
}

void systole_llama_packed_free(systole_llama_packed *packed) {
  free(packed->at.layers);
  free(packed->weights.bytes);
  free(packed->parameters.bytes);
  free(packed->embedding.bytes);
  *packed = (systole_llama_packed){0};
}
