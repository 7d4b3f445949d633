// The fp32 reference against PyTorch's logits, and for odd sizes against the
// formulas written out in double precision below.
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/load/file.h"
#include "sim/reference/reference.h"
#include "tests/unit/checkpoint_maker.h"
#include "tests/unit/harness.h"

static void *need(void *p) {
  if (!p) abort();
  return p;
}

// ---- The transformer once more, token by token over all positions ----

typedef struct {
  const systole_checkpoint *c;
  int count;
} plain;

// y = W x for one vector.
static void plain_linear(const plain *p, systole_weight which, int layer, const double *x,
                         double *y) {
  const systole_tensor *t = systole_checkpoint_tensor(p->c, which, layer);
  int rows = (int)t->shape[0], columns = (int)t->shape[1];
  float *row = need(malloc((size_t)columns * sizeof *row));
  for (int i = 0; i < rows; i++) {
    CU_ASSERT_EQUAL(systole_tensor_rows(t, i, 1, row, NULL), SYSTOLE_OK);
    y[i] = 0;
    for (int k = 0; k < columns; k++) y[i] += (double)row[k] * x[k];
  }
  free(row);
}

static void plain_norm(const plain *p, systole_weight which, int layer, const double *x,
                       double *y) {
  const systole_llama *l = &p->c->model.llama;
  float *gain = need(malloc((size_t)l->hidden * sizeof *gain));
  CU_ASSERT_EQUAL(systole_tensor_floats(systole_checkpoint_tensor(p->c, which, layer), gain, NULL),
                  SYSTOLE_OK);
  double sum = 0;
  for (int i = 0; i < l->hidden; i++) sum += x[i] * x[i];
  for (int i = 0; i < l->hidden; i++)
    y[i] = x[i] / sqrt(sum / l->hidden + (double)l->norm_eps) * (double)gain[i];
  free(gain);
}

static void plain_rotate(const systole_llama *l, double *x, int heads, int position) {
  int half = l->head_size / 2;
  for (int head = 0; head < heads; head++, x += l->head_size)
    for (int i = 0; i < half; i++) {
      double angle = position * pow((double)l->rope_theta, -2.0 * i / l->head_size);
      double a = x[i], b = x[i + half];
      x[i] = a * cos(angle) - b * sin(angle);
      x[i + half] = a * sin(angle) + b * cos(angle);
    }
}

// Attention of one head at one position over the positions up to it.
static void plain_attend(const systole_llama *l, const double *q, const double *k, const double *v,
                         int position, int stride, double *out) {
  double sum = 0, most = -INFINITY;
  double *weight = need(malloc((size_t)(position + 1) * sizeof *weight));
  for (int j = 0; j <= position; j++) {
    weight[j] = 0;
    for (int i = 0; i < l->head_size; i++) weight[j] += q[i] * k[j * stride + i];
    weight[j] /= sqrt(l->head_size);
    most = fmax(most, weight[j]);
  }
  for (int j = 0; j <= position; j++) sum += weight[j] = exp(weight[j] - most);
  for (int i = 0; i < l->head_size; i++) {
    out[i] = 0;
    for (int j = 0; j <= position; j++) out[i] += weight[j] / sum * v[j * stride + i];
  }
  free(weight);
}

static void plain_attention(const plain *p, int layer, double *x) {
  const systole_llama *l = &p->c->model.llama;
  int hidden = l->hidden, heads = l->heads * l->head_size, kv = l->kv_heads * l->head_size;
  size_t n = (size_t)p->count;
  double *q = need(malloc(n * (size_t)heads * sizeof *q)),
         *k = need(malloc(n * (size_t)kv * sizeof *k));
  double *v = need(malloc(n * (size_t)kv * sizeof *v)),
         *y = need(malloc((size_t)hidden * sizeof *y));
  double *mixed = need(malloc((size_t)heads * sizeof *mixed));
  for (int t = 0; t < p->count; t++) {
    plain_norm(p, SYSTOLE_W_ATTENTION_NORM, layer, x + t * hidden, y);
    plain_linear(p, SYSTOLE_W_QUERY, layer, y, q + t * heads);
    plain_linear(p, SYSTOLE_W_KEY, layer, y, k + t * kv);
    plain_linear(p, SYSTOLE_W_VALUE, layer, y, v + t * kv);
    plain_rotate(l, q + t * heads, l->heads, t);
    plain_rotate(l, k + t * kv, l->kv_heads, t);
  }
  for (int t = 0; t < p->count; t++) {
    for (int head = 0; head < l->heads; head++) {
      int from = head * l->kv_heads / l->heads * l->head_size;
      plain_attend(l, q + t * heads + head * l->head_size, k + from, v + from, t, kv,
                   mixed + head * l->head_size);
    }
    plain_linear(p, SYSTOLE_W_OUTPUT, layer, mixed, y);
    for (int i = 0; i < hidden; i++) x[t * hidden + i] += y[i];
  }
  free(q), free(k), free(v), free(y), free(mixed);
}

static void plain_ffn(const plain *p, int layer, double *x) {
  const systole_llama *l = &p->c->model.llama;
  double *y = need(malloc((size_t)l->hidden * sizeof *y));
  double *gate = need(malloc((size_t)l->ffn * sizeof *gate)),
         *up = need(malloc((size_t)l->ffn * sizeof *up));
  for (int t = 0; t < p->count; t++, x += l->hidden) {
    plain_norm(p, SYSTOLE_W_FFN_NORM, layer, x, y);
    plain_linear(p, SYSTOLE_W_GATE, layer, y, gate);
    plain_linear(p, SYSTOLE_W_UP, layer, y, up);
    for (int i = 0; i < l->ffn; i++) gate[i] *= up[i] / (1 + exp(-gate[i]));
    plain_linear(p, SYSTOLE_W_DOWN, layer, gate, y);
    for (int i = 0; i < l->hidden; i++) x[i] += y[i];
  }
  free(y), free(gate), free(up);
}

static void plain_forward(const plain *p, const int32_t *tokens, double *logits) {
  int hidden = p->c->model.llama.hidden, vocab = p->c->model.vocab;
  const systole_tensor *embed = systole_checkpoint_tensor(p->c, SYSTOLE_W_EMBED, 0);
  double *x = need(malloc((size_t)p->count * (size_t)hidden * sizeof *x));
  double *y = need(malloc((size_t)hidden * sizeof *y));
  float *row = need(malloc((size_t)hidden * sizeof *row));
  for (int t = 0; t < p->count; t++) {
    CU_ASSERT_EQUAL(systole_tensor_rows(embed, tokens[t], 1, row, NULL), SYSTOLE_OK);
    for (int i = 0; i < hidden; i++) x[t * hidden + i] = (double)row[i];
  }
  for (int layer = 0; layer < p->c->model.llama.layers; layer++) {
    plain_attention(p, layer, x);
    plain_ffn(p, layer, x);
  }
  for (int t = 0; t < p->count; t++) {
    plain_norm(p, SYSTOLE_W_FINAL_NORM, 0, x + t * hidden, y);
    plain_linear(p, SYSTOLE_W_HEAD, 0, y, logits + (size_t)t * (size_t)vocab);
  }
  free(x), free(y), free(row);
}

// ---- Comparisons ----

typedef struct {
  char dir[256];
  systole_checkpoint checkpoint;
  systole_reference *reference;
} bench;

static void open_bench(bench *b, const systole_maker *m) {
  systole_error err = {""};
  systole_test_make_dir(b->dir, sizeof b->dir);
  CU_ASSERT_EQUAL_FATAL(systole_maker_write(m, b->dir, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_checkpoint_open(b->dir, &b->checkpoint, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_reference_create(&b->checkpoint, 0, &b->reference, &err),
                        SYSTOLE_OK);
}

static void close_bench(bench *b) {
  systole_reference_destroy(b->reference);
  systole_checkpoint_close(&b->checkpoint);
  systole_test_remove_dir(b->dir);
}

static double worst(const float *a, const float *b, size_t count) {
  double most = 0;
  for (size_t i = 0; i < count; i++) {
    double d = fabs((double)a[i] - (double)b[i]);
    if (!(d <= most)) most = d;  // a NaN is the worst
  }
  return most;
}

static void check_plain(systole_maker m, int count) {
  bench b;
  systole_error err = {""};
  open_bench(&b, &m);
  size_t all = (size_t)count * (size_t)m.vocab;
  int32_t *tokens = need(malloc((size_t)count * sizeof *tokens));
  double *want = need(malloc(all * sizeof *want));
  float *rounded = need(malloc(all * sizeof *rounded)), *got = need(calloc(all, sizeof *got));
  for (int i = 0; i < count; i++) tokens[i] = (i * 7 + 3) % m.vocab;
  plain_forward(&(plain){&b.checkpoint, count}, tokens, want);
  for (size_t i = 0; i < all; i++) rounded[i] = (float)want[i];
  CU_ASSERT_EQUAL(
      systole_reference_forward(b.reference, tokens, count, 0, SYSTOLE_LOGITS_ALL, got, &err),
      SYSTOLE_OK);
  double prefill = worst(got, rounded, all);
  for (int i = 0; i < count; i++)
    CU_ASSERT_EQUAL(systole_reference_forward(b.reference, tokens + i, 1, i, SYSTOLE_LOGITS_LAST,
                                              got + (size_t)i * (size_t)m.vocab, &err),
                    SYSTOLE_OK);
  double decode = worst(got, rounded, all);
  if (prefill > 2e-5 || decode > 2e-5)
    printf("  hidden %d: off by %g at once, %g one by one\n", m.hidden, prefill, decode);
  CU_ASSERT(prefill <= 2e-5);
  CU_ASSERT(decode <= 2e-5);
  free(tokens), free(want), free(rounded), free(got);
  close_bench(&b);
}

static void test_any_size(void) {
  systole_maker m = systole_maker_default();
  check_plain(m, 5);
  m.hidden = 172, m.heads = 6, m.kv_heads = 2, m.head_size = 8, m.vocab = 513, m.layers = 1;
  m.ffn = 91, m.tied = false, m.dtype = SYSTOLE_DTYPE_F16;
  check_plain(m, 9);
  m.heads = 3, m.kv_heads = 3, m.head_size = 2, m.hidden = 1, m.ffn = 1, m.vocab = 2;
  m.no_tokenizer = true, m.dtype = SYSTOLE_DTYPE_BF16, m.layers = 3, m.shards = 2;
  check_plain(m, 1);
  m.hidden = 20, m.context = 140, m.vocab = 11;
  check_plain(m, 140);  // more than one block of tokens
}

static void test_positions(void) {
  systole_maker m = systole_maker_default();
  bench b;
  systole_error err = {""};
  open_bench(&b, &m);
  const int32_t tokens[] = {1, 2, 3, 4, 5, 6};
  float once[512], again[512];
  systole_reference *r = b.reference;
  CU_ASSERT_EQUAL(systole_reference_forward(r, tokens, 6, 0, SYSTOLE_LOGITS_LAST, once, &err),
                  SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_reference_position(r), 6);
  // Back to position 2, past a wrong continuation, and on in two parts.
  CU_ASSERT_EQUAL(
      systole_reference_forward(r, (int32_t[]){9, 9}, 2, 2, SYSTOLE_LOGITS_NONE, NULL, &err),
      SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_reference_position(r), 4);
  CU_ASSERT_EQUAL(systole_reference_forward(r, tokens + 2, 3, 2, SYSTOLE_LOGITS_NONE, NULL, &err),
                  SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_reference_forward(r, tokens + 5, 1, 5, SYSTOLE_LOGITS_LAST, again, &err),
                  SYSTOLE_OK);
  CU_ASSERT(worst(once, again, 512) < 1e-5);

  CU_ASSERT_EQUAL(systole_reference_forward(r, tokens, 1, 7, SYSTOLE_LOGITS_NONE, NULL, &err),
                  SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_reference_forward(r, tokens, 1, -1, SYSTOLE_LOGITS_NONE, NULL, &err),
                  SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_reference_forward(r, tokens, 0, 0, SYSTOLE_LOGITS_NONE, NULL, &err),
                  SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_reference_forward(r, tokens, 128, 1, SYSTOLE_LOGITS_NONE, NULL, &err),
                  SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(
      systole_reference_forward(r, (int32_t[]){512}, 1, 0, SYSTOLE_LOGITS_NONE, NULL, &err),
      SYSTOLE_E_RANGE);
  CU_ASSERT_STRING_EQUAL(err.text, "token 512: expected an id from 0 to 511");
  CU_ASSERT_EQUAL(
      systole_reference_forward(r, (int32_t[]){-1}, 1, 0, SYSTOLE_LOGITS_NONE, NULL, &err),
      SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_reference_forward(r, tokens, 1, 0, SYSTOLE_LOGITS_ALL, NULL, &err),
                  SYSTOLE_E_USAGE);
  systole_reference *more = NULL;
  CU_ASSERT_EQUAL(systole_reference_create(&b.checkpoint, 129, &more, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_reference_create(&b.checkpoint, 3, &more, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_reference_forward(more, tokens, 4, 0, SYSTOLE_LOGITS_NONE, NULL, &err),
                  SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_reference_forward(more, tokens, 3, 0, SYSTOLE_LOGITS_NONE, NULL, &err),
                  SYSTOLE_OK);
  systole_reference_destroy(more);
  close_bench(&b);
}

typedef struct {
  char names[1024];
  int32_t last;
} seen;

static void note(void *user, const char *name, int32_t first, int32_t rows, int32_t width,
                 const float *values) {
  seen *s = user;
  size_t used = strlen(s->names);
  snprintf(s->names + used, sizeof s->names - used, "%s:%d ", name, (int)width);
  s->last = first + rows;
  CU_ASSERT_TRUE(isfinite(values[(size_t)rows * (size_t)width - 1]));
}

static void test_hook(void) {
  systole_maker m = systole_maker_default();
  bench b;
  seen s = {"", 0};
  systole_error err = {""};
  m.layers = 1;
  open_bench(&b, &m);
  systole_reference_set_hook(b.reference, note, &s);
  CU_ASSERT_EQUAL(systole_reference_forward(b.reference, (int32_t[]){1, 2}, 2, 0,
                                            SYSTOLE_LOGITS_NONE, NULL, &err),
                  SYSTOLE_OK);
  CU_ASSERT_STRING_EQUAL(s.names,
                         "embed:64 layers.0.attention.norm:64 layers.0.attention.query:64 "
                         "layers.0.attention.key:32 layers.0.attention.value:32 "
                         "layers.0.attention:64 layers.0.ffn.norm:64 layers.0.ffn:64 "
                         "layers.0:64 norm:64 ");
  CU_ASSERT_EQUAL(s.last, 2);
  close_bench(&b);
}

// ---- Against PyTorch ----

static void test_tinystories(void) {
  // From models/define/llama.py in PyTorch 1.13: logits of the prompt's last
  // token, and what greedy choice then says.
  const int32_t prompt[] = {1, 80, 147, 201, 282, 57};
  const int at[] = {0, 3, 100, 1000, 2047};
  const double want[] = {-1.53034, -4.47675, 2.42228, 1.97299, 2.14336};
  const int32_t said[] = {313, 598, 303,  1049, 1468, 267, 628, 333, 94,   1210, 263, 251,
                          604, 94,  1030, 94,   1030, 94,  436, 220, 1053, 615,  303, 328};
  const char *dir = systole_test_shared("tinystories-656k-llama");
  if (!dir) {
    systole_test_skip("tinystories-656k-llama is not there");
    return;
  }
  systole_checkpoint c;
  systole_reference *r = NULL;
  systole_error err = {""};
  float logits[2048];
  CU_ASSERT_EQUAL_FATAL(systole_checkpoint_open(dir, &c, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_reference_create(&c, 0, &r, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_reference_forward(r, prompt, 6, 0, SYSTOLE_LOGITS_LAST, logits, &err),
                  SYSTOLE_OK);
  for (int i = 0; i < 5; i++) CU_ASSERT_DOUBLE_EQUAL((double)logits[at[i]], want[i], 1e-4);
  for (int i = 0; i < 24; i++) {
    int32_t best = 0;
    for (int32_t k = 1; k < 2048; k++)
      if (logits[k] > logits[best]) best = k;
    CU_ASSERT_EQUAL(best, said[i]);
    CU_ASSERT_EQUAL(
        systole_reference_forward(r, &best, 1, 6 + i, SYSTOLE_LOGITS_LAST, logits, &err),
        SYSTOLE_OK);
  }
  systole_reference_destroy(r);
  systole_checkpoint_close(&c);
}

// One sequence of models/define/logits.json; returns how far off the reference is.
static double check_sequence(systole_reference *r, const cJSON *sequence, int vocab,
                             const float *want) {
  int count = cJSON_GetArraySize(sequence), n = 0;
  systole_error err = {""};
  int32_t *tokens = need(malloc((size_t)count * sizeof *tokens));
  float *got = need(malloc((size_t)count * (size_t)vocab * sizeof *got));
  for (const cJSON *id = sequence->child; id; id = id->next) tokens[n++] = id->valueint;
  CU_ASSERT_EQUAL(systole_reference_forward(r, tokens, count, 0, SYSTOLE_LOGITS_ALL, got, &err),
                  SYSTOLE_OK);
  double off = worst(got, want, (size_t)count * (size_t)vocab);
  free(tokens);
  free(got);
  return off;
}

static void test_define(void) {
  char *json = NULL, *logits = NULL;
  size_t json_size = 0, size = 0, used = 0;
  systole_checkpoint c;
  systole_reference *r = NULL;
  systole_error err = {""};
  if (!systole_file_exists("models/define/logits.json")) {
    systole_test_skip("models/define/logits.json is not there");
    return;
  }
  CU_ASSERT_EQUAL_FATAL(systole_checkpoint_open("models/define", &c, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_reference_create(&c, 0, &r, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_file_read("models/define/logits.json", &json, &json_size, &err),
                        SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_file_read("models/define/logits.bin", &logits, &size, &err),
                        SYSTOLE_OK);
  cJSON *root = cJSON_ParseWithLength(json, json_size);
  const cJSON *sequences = cJSON_GetObjectItem(root, "sequences");
  CU_ASSERT_PTR_NOT_NULL_FATAL(sequences);
  for (const cJSON *s = sequences->child; s; s = s->next) {
    size_t bytes = (size_t)cJSON_GetArraySize(s) * (size_t)c.model.vocab * sizeof(float);
    CU_ASSERT_FATAL(bytes <= size - used);
    float *want = need(malloc(bytes));
    memcpy(want, logits + used, bytes);
    CU_ASSERT(check_sequence(r, s, c.model.vocab, want) < 1e-4);
    free(want);
    used += bytes;
  }
  CU_ASSERT_EQUAL(used, size);
  CU_ASSERT(used > 0);
  cJSON_Delete(root);
  free(json);
  free(logits);
  systole_reference_destroy(r);
  systole_checkpoint_close(&c);
}

void suite_reference(void);
void suite_reference(void) {
  static const systole_test tests[] = {{"any size, by the formulas", test_any_size},
                                       {"positions and errors", test_positions},
                                       {"hook", test_hook},
                                       {"tinystories as in PyTorch", test_tinystories},
                                       {"define as in PyTorch", test_define},
                                       {NULL, NULL}};
  systole_test_suite("reference", tests);
}
