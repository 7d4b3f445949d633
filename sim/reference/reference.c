#include "sim/reference/reference.h"

#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Tokens run in blocks of at most this many, which bounds the scratch memory.
enum { BLOCK = 128 };

typedef struct {
  const float *values;
  float *owned;  // what to free: NULL where the file's mapping is used
} matrix;

struct systole_reference {
  systole_model model;
  int32_t context, position;
  matrix *weight;    // (layers + 1) * SYSTOLE_W_COUNT, as in the checkpoint
  float *keys;       // [layer][kv head][context][head_size], after rotary positions
  float *values;     // likewise
  float *rotary;     // [head_size / 2] frequencies
  float *x;          // [BLOCK][hidden] the residual stream
  float *normed;     // [BLOCK][hidden]
  float *query;      // [BLOCK][heads * head_size]
  float *mixed;      // [BLOCK][heads * head_size] attention before the output matrix
  float *fresh;      // [BLOCK][kv_heads * head_size] new keys or values
  float *scores;     // [BLOCK][context]
  float *gate, *up;  // [BLOCK][ffn]
  float *out;        // [BLOCK][hidden] what a part adds to the residual stream
  systole_reference_hook *hook;
  void *user;
};

// ---- Weights ----

static systole_status load_matrix(const systole_tensor *tensor, matrix *m, systole_error *err) {
  if (tensor->dtype == SYSTOLE_DTYPE_F32 && (uintptr_t)tensor->data % _Alignof(float) == 0) {
    m->values = (const float *)(const void *)tensor->data;
    return SYSTOLE_OK;
  }
  m->owned = malloc((size_t)tensor->count * sizeof(float));
  if (!m->owned)
    return systole_fail(err, SYSTOLE_E_MEMORY, "%s: no memory for %lld floats of %s", tensor->file,
                        (long long)tensor->count, tensor->name);
  m->values = m->owned;
  return systole_tensor_floats(tensor, m->owned, err);
}

static systole_status load_weights(systole_reference *r, const systole_checkpoint *c,
                                   systole_error *err) {
  for (int layer = 0; layer < r->model.llama.layers; layer++)
    for (int w = layer ? SYSTOLE_W_ATTENTION_NORM : 0; w < SYSTOLE_W_COUNT; w++) {
      size_t row = w >= SYSTOLE_W_ATTENTION_NORM ? (size_t)layer + 1 : 0;
      matrix *m = &r->weight[row * SYSTOLE_W_COUNT + (size_t)w];
      if (w == SYSTOLE_W_HEAD && r->model.tied)
        m->values = r->weight[SYSTOLE_W_EMBED].values;
      else {
        const systole_tensor *tensor = systole_checkpoint_tensor(c, (systole_weight)w, layer);
        systole_status status = load_matrix(tensor, m, err);
        if (status) return status;
      }
    }
  return SYSTOLE_OK;
}

static const float *weight(const systole_reference *r, systole_weight w, int layer) {
  size_t row = w >= SYSTOLE_W_ATTENTION_NORM ? (size_t)layer + 1 : 0;
  return r->weight[row * SYSTOLE_W_COUNT + (size_t)w].values;
}

// ---- Creation ----

static float *floats(size_t a, size_t b) { return calloc(a * b, sizeof(float)); }

static bool allocate(systole_reference *r) {
  const systole_llama *l = &r->model.llama;
  size_t head = (size_t)l->head_size, heads = (size_t)l->heads * head;
  size_t kv = (size_t)l->kv_heads * head, context = (size_t)r->context;
  size_t cache = (size_t)l->layers * kv;
  r->weight = calloc((size_t)(l->layers + 1) * SYSTOLE_W_COUNT, sizeof *r->weight);
  r->keys = floats(cache, context);
  r->values = floats(cache, context);
  r->rotary = floats(head / 2, 1);
  r->x = floats(BLOCK, (size_t)l->hidden);
  r->normed = floats(BLOCK, (size_t)l->hidden);
  r->out = floats(BLOCK, (size_t)l->hidden);
  r->query = floats(BLOCK, heads);
  r->mixed = floats(BLOCK, heads);
  r->fresh = floats(BLOCK, kv);
  r->scores = floats(BLOCK, context);
  r->gate = floats(BLOCK, (size_t)l->ffn);
  r->up = floats(BLOCK, (size_t)l->ffn);
  return r->weight && r->keys && r->values && r->rotary && r->x && r->normed && r->out &&
         r->query && r->mixed && r->fresh && r->scores && r->gate && r->up;
}

static systole_status fill(systole_reference *r, const systole_checkpoint *c, systole_error *err) {
  if (!allocate(r)) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for the reference");
  const systole_llama *l = &r->model.llama;
  for (int i = 0; i < l->head_size / 2; i++)
    r->rotary[i] = 1.0f / powf(l->rope_theta, (float)(2 * i) / (float)l->head_size);
  return load_weights(r, c, err);
}

systole_status systole_reference_create(const systole_checkpoint *checkpoint, int32_t context,
                                        systole_reference **out, systole_error *err) {
  *out = NULL;
  if (context < 0 || context > checkpoint->model.context)
    return systole_fail(err, SYSTOLE_E_RANGE, "a context of %d: expected 0 to the model's %d",
                        (int)context, (int)checkpoint->model.context);
  systole_reference *r = calloc(1, sizeof *r);
  if (!r) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for the reference");
  r->model = checkpoint->model;
  r->context = context ? context : checkpoint->model.context;
  systole_status status = fill(r, checkpoint, err);
  if (status)
    systole_reference_destroy(r);
  else
    *out = r;
  return status;
}

void systole_reference_destroy(systole_reference *r) {
  if (!r) return;
  size_t weights = r->weight ? (size_t)(r->model.llama.layers + 1) * SYSTOLE_W_COUNT : 0;
  for (size_t i = 0; i < weights; i++) free(r->weight[i].owned);
  float *all[] = {r->keys,  r->values, r->rotary, r->x,    r->normed, r->query,
                  r->mixed, r->fresh,  r->scores, r->gate, r->up,     r->out};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) free(all[i]);
  free(r->weight);
  free(r);
}

int32_t systole_reference_position(const systole_reference *r) { return r->position; }

void systole_reference_set_hook(systole_reference *r, systole_reference_hook *hook, void *user) {
  r->hook = hook;
  r->user = user;
}

// ---- Parts of a layer ----

// Tells the hook about rows of values; layer < 0 is for names without a layer.
static void show(const systole_reference *r, int layer, const char *part, int first, int rows,
                 int width, const float *values) {
  if (!r->hook) return;
  char name[64];
  if (layer < 0)
    snprintf(name, sizeof name, "%s", part);
  else
    snprintf(name, sizeof name, "layers.%d%s", layer, part);
  r->hook(r->user, name, first, rows, width, values);
}

// y[rows][outputs] = x[rows][inputs] W^T, W being [outputs][inputs].
static void linear(const float *w, int outputs, int inputs, const float *x, int rows, float *y) {
  if (rows == 1)
    cblas_sgemv(CblasRowMajor, CblasNoTrans, outputs, inputs, 1.0f, w, inputs, x, 1, 0.0f, y, 1);
  else
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, outputs, inputs, 1.0f, x, inputs, w,
                inputs, 0.0f, y, outputs);
}

// y = x / sqrt(mean(x^2) + eps) * gain. Zhang and Sennrich 2019, equation 4.
static void rms_norm(const float *x, int rows, int width, const float *gain, float eps, float *y) {
  for (int row = 0; row < rows; row++, x += width, y += width) {
    double sum = 0;
    for (int i = 0; i < width; i++) sum += (double)x[i] * (double)x[i];
    float scale = 1.0f / sqrtf((float)(sum / width) + eps);
    for (int i = 0; i < width; i++) y[i] = x[i] * scale * gain[i];
  }
}

// Turns the pairs (i, i + size / 2) of each head by position * frequency, the
// pairing of Hugging Face's rotate_half. Su et al. 2021, equation 34.
static void rotate(const float *rotary, float *x, int rows, int heads, int size, int position) {
  int half = size / 2;
  for (int row = 0; row < rows; row++)
    for (int i = 0; i < half; i++) {
      float angle = (float)(position + row) * rotary[i];
      float c = cosf(angle), s = sinf(angle);
      for (int head = 0; head < heads; head++) {
        float *pair = x + ((size_t)row * (size_t)heads + (size_t)head) * (size_t)size + i;
        float a = pair[0], b = pair[half];
        pair[0] = a * c - b * s;
        pair[half] = b * c + a * s;
      }
    }
}

static void softmax(float *x, int count) {
  float most = x[0];
  double sum = 0;
  for (int i = 1; i < count; i++) most = fmaxf(most, x[i]);
  for (int i = 0; i < count; i++) sum += (double)(x[i] = expf(x[i] - most));
  for (int i = 0; i < count; i++) x[i] = (float)(x[i] / sum);
}

// The cache rows of one head.
static float *cache(const systole_reference *r, float *all, int layer, int head) {
  const systole_llama *l = &r->model.llama;
  size_t row = ((size_t)layer * (size_t)l->kv_heads + (size_t)head) * (size_t)r->context;
  return all + row * (size_t)l->head_size;
}

// Copies new keys or values, [rows][kv_heads * head_size], to their cache rows.
static void append(const systole_reference *r, float *all, int layer, int start, int rows) {
  const systole_llama *l = &r->model.llama;
  size_t size = (size_t)l->head_size;
  for (int head = 0; head < l->kv_heads; head++) {
    float *to = cache(r, all, layer, head) + (size_t)start * size;
    for (int row = 0; row < rows; row++)
      memcpy(to + (size_t)row * size,
             r->fresh + ((size_t)row * (size_t)l->kv_heads + (size_t)head) * size,
             size * sizeof(float));
  }
}

// One query head against its cache: softmax(q K^T / sqrt(size)) V, causally.
static void attend(systole_reference *r, int layer, int head, int start, int rows) {
  const systole_llama *l = &r->model.llama;
  int size = l->head_size, stride = l->heads * size, reach = start + rows;
  int shared = head / (l->heads / l->kv_heads);
  const float *q = r->query + (size_t)head * (size_t)size;
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, reach, size, 1.0f / sqrtf((float)size),
              q, stride, cache(r, r->keys, layer, shared), size, 0.0f, r->scores, reach);
  for (int row = 0; row < rows; row++) {
    float *score = r->scores + (size_t)row * (size_t)reach;
    int seen = start + row + 1;
    softmax(score, seen);
    memset(score + seen, 0, (size_t)(reach - seen) * sizeof(float));
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, size, reach, 1.0f, r->scores, reach,
              cache(r, r->values, layer, shared), size, 0.0f,
              r->mixed + (size_t)head * (size_t)size, stride);
}

static void project_attention(systole_reference *r, int layer, int start, int rows) {
  const systole_llama *l = &r->model.llama;
  int heads = l->heads * l->head_size, kv = l->kv_heads * l->head_size;
  linear(weight(r, SYSTOLE_W_QUERY, layer), heads, l->hidden, r->normed, rows, r->query);
  rotate(r->rotary, r->query, rows, l->heads, l->head_size, start);
  show(r, layer, ".attention.query", start, rows, heads, r->query);
  linear(weight(r, SYSTOLE_W_KEY, layer), kv, l->hidden, r->normed, rows, r->fresh);
  rotate(r->rotary, r->fresh, rows, l->kv_heads, l->head_size, start);
  show(r, layer, ".attention.key", start, rows, kv, r->fresh);
  append(r, r->keys, layer, start, rows);
  linear(weight(r, SYSTOLE_W_VALUE, layer), kv, l->hidden, r->normed, rows, r->fresh);
  show(r, layer, ".attention.value", start, rows, kv, r->fresh);
  append(r, r->values, layer, start, rows);
}

static void add(float *x, const float *y, int rows, int width) {
  for (size_t i = 0; i < (size_t)rows * (size_t)width; i++) x[i] += y[i];
}

static void attention(systole_reference *r, int layer, int start, int rows) {
  const systole_llama *l = &r->model.llama;
  rms_norm(r->x, rows, l->hidden, weight(r, SYSTOLE_W_ATTENTION_NORM, layer), l->norm_eps,
           r->normed);
  show(r, layer, ".attention.norm", start, rows, l->hidden, r->normed);
  project_attention(r, layer, start, rows);
  for (int head = 0; head < l->heads; head++) attend(r, layer, head, start, rows);
  linear(weight(r, SYSTOLE_W_OUTPUT, layer), l->hidden, l->heads * l->head_size, r->mixed, rows,
         r->out);
  show(r, layer, ".attention", start, rows, l->hidden, r->out);
  add(r->x, r->out, rows, l->hidden);
}

// down(silu(gate(x)) * up(x)). Shazeer 2020, equation 6.
static void feed_forward(systole_reference *r, int layer, int start, int rows) {
  const systole_llama *l = &r->model.llama;
  rms_norm(r->x, rows, l->hidden, weight(r, SYSTOLE_W_FFN_NORM, layer), l->norm_eps, r->normed);
  show(r, layer, ".ffn.norm", start, rows, l->hidden, r->normed);
  linear(weight(r, SYSTOLE_W_GATE, layer), l->ffn, l->hidden, r->normed, rows, r->gate);
  linear(weight(r, SYSTOLE_W_UP, layer), l->ffn, l->hidden, r->normed, rows, r->up);
  for (size_t i = 0; i < (size_t)rows * (size_t)l->ffn; i++)
    r->gate[i] = r->gate[i] / (1.0f + expf(-r->gate[i])) * r->up[i];
  linear(weight(r, SYSTOLE_W_DOWN, layer), l->hidden, l->ffn, r->gate, rows, r->out);
  show(r, layer, ".ffn", start, rows, l->hidden, r->out);
  add(r->x, r->out, rows, l->hidden);
}

// ---- The whole ----

static void embed(systole_reference *r, const int32_t *tokens, int rows) {
  size_t width = (size_t)r->model.llama.hidden;
  const float *table = weight(r, SYSTOLE_W_EMBED, 0);
  for (int row = 0; row < rows; row++)
    memcpy(r->x + (size_t)row * width, table + (size_t)tokens[row] * width, width * sizeof(float));
}

// Runs one block of tokens; leaves the final norm's rows in r->normed.
static void run_block(systole_reference *r, const int32_t *tokens, int rows, int start) {
  const systole_llama *l = &r->model.llama;
  embed(r, tokens, rows);
  show(r, -1, "embed", start, rows, l->hidden, r->x);
  for (int layer = 0; layer < l->layers; layer++) {
    attention(r, layer, start, rows);
    feed_forward(r, layer, start, rows);
    show(r, layer, "", start, rows, l->hidden, r->x);
  }
  rms_norm(r->x, rows, l->hidden, weight(r, SYSTOLE_W_FINAL_NORM, 0), l->norm_eps, r->normed);
  show(r, -1, "norm", start, rows, l->hidden, r->normed);
  r->position = start + rows;
}

static systole_status check_input(const systole_reference *r, const int32_t *tokens, int32_t count,
                                  int32_t start, systole_error *err) {
  if (start < 0 || start > r->position)
    return systole_fail(err, SYSTOLE_E_RANGE, "position %d: expected 0 to the %d filled",
                        (int)start, (int)r->position);
  if (count < 1 || count > r->context - start)
    return systole_fail(err, SYSTOLE_E_RANGE,
                        "%d tokens from position %d: expected at least 1, and no more than the "
                        "context of %d",
                        (int)count, (int)start, (int)r->context);
  for (int32_t i = 0; i < count; i++)
    if (tokens[i] < 0 || tokens[i] >= r->model.vocab)
      return systole_fail(err, SYSTOLE_E_RANGE, "token %d: expected an id from 0 to %d",
                          (int)tokens[i], (int)r->model.vocab - 1);
  return SYSTOLE_OK;
}

systole_status systole_reference_forward(systole_reference *r, const int32_t *tokens, int32_t count,
                                         int32_t start, systole_logits which, float *logits,
                                         systole_error *err) {
  systole_status status = check_input(r, tokens, count, start, err);
  if (status) return status;
  if (!logits && which != SYSTOLE_LOGITS_NONE)
    return systole_fail(err, SYSTOLE_E_USAGE,
                        "logits are asked for, but there is no room for them");
  int hidden = r->model.llama.hidden, vocab = r->model.vocab;
  const float *head = weight(r, SYSTOLE_W_HEAD, 0);
  for (int32_t done = 0; done < count;) {
    int rows = count - done < BLOCK ? count - done : BLOCK;
    run_block(r, tokens + done, rows, start + done);
    if (which == SYSTOLE_LOGITS_ALL)
      linear(head, vocab, hidden, r->normed, rows, logits + (size_t)done * (size_t)vocab);
    done += rows;
    if (which == SYSTOLE_LOGITS_LAST && done == count)
      linear(head, vocab, hidden, r->normed + (size_t)(rows - 1) * (size_t)hidden, 1, logits);
  }
  return SYSTOLE_OK;
}
