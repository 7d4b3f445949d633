// Whole models of odd sizes, compiled and run on the C model: beside the fp32
// reference, one entry beside another, and without races; what is refused; and
// what a program says about itself.
#include "compiler/compile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/llama/plan.h"
#include "driver/include/systole.h"
#include "sim/reference/reference.h"
#include "tests/unit/checkpoint_maker.h"
#include "tests/unit/harness.h"
#include "tests/unit/random_lines.h"

static void *need(void *p) {
  if (!p) abort();
  return p;
}

// ---- a model on a device ---------------------------------------------------------

typedef struct {
  char dir[256];
  systole_checkpoint checkpoint;
  systole_config config;
  systole_program *program;
  systole_device *device;
  systole_loaded *loaded;
  uint32_t vocab, context, prefill_rows, score_rows, tokens, next, logits, pitch;
} bed;

static void make_model(bed *b, const systole_maker *maker) {
  systole_error err = {{0}};
  *b = (bed){0};
  systole_test_make_dir(b->dir, sizeof b->dir);
  systole_maker quiet = *maker;
  quiet.no_tokenizer = true;
  if (systole_maker_write(&quiet, b->dir, &err)) abort();
  systole_status status = systole_checkpoint_open(b->dir, &b->checkpoint, &err);
  if (status) printf("  %s\n", err.text);
  CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
}

static void drop_model(bed *b) {
  systole_program_destroy(b->program);
  systole_checkpoint_close(&b->checkpoint);
  systole_test_remove_dir(b->dir);
}

static uint32_t number(const bed *b, const char *key) {
  const char *text = systole_program_metadata(b->program, key);
  CU_ASSERT_PTR_NOT_NULL_FATAL(text);
  char *end;
  unsigned long value = strtoul(text, &end, 10);
  CU_ASSERT_EQUAL(*end, 0);
  return (uint32_t)value;
}

static void read_numbers(bed *b) {
  b->vocab = number(b, "vocab");
  b->context = number(b, "context");
  b->prefill_rows = number(b, "prefill_rows");
  b->score_rows = number(b, "score_rows");
  b->tokens = number(b, "io_tokens");
  b->next = number(b, "io_next");
  b->logits = number(b, "io_logits");
  b->pitch = number(b, "io_logits_pitch");
}

static void compile(bed *b, const char *hw, const systole_compile_options *options) {
  systole_error err = {{0}};
  systole_program_destroy(b->program);
  b->program = NULL;
  if (systole_config_load(hw, &b->config, &err)) abort();
  systole_status status = systole_compile(&b->checkpoint, &b->config, options, &b->program, &err);
  if (status) printf("  %s: %s\n", hw, err.text);
  CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
  read_numbers(b);
}

static void load(bed *b) {
  systole_error err = {{0}};
  systole_options options = {.check_races = true};
  CU_ASSERT_EQUAL_FATAL(systole_open("model", &b->config, &options, &b->device, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_load(b->device, b->program, &b->loaded, &err), SYSTOLE_OK);
}

static void unload(bed *b) {
  systole_unload(b->loaded);
  systole_close(b->device);
  b->loaded = NULL;
  b->device = NULL;
}

// One run of an entry: rows of tokens at a position; a race or a fault fails the test.
static void run(bed *b, const char *entry, uint32_t position, uint32_t rows, bool logits) {
  systole_error err = {{0}};
  int32_t scalars[16] = {0};
  uint32_t total = position + rows, dim = b->config.dim;
  scalars[SYSTOLE_S_POSITION] = (int32_t)position;
  scalars[SYSTOLE_S_ROWS] = (int32_t)rows;
  scalars[SYSTOLE_S_TOTAL] = (int32_t)total;
  scalars[SYSTOLE_S_TOTAL_WORDS] = (int32_t)((total + dim - 1) / dim);
  scalars[SYSTOLE_S_LOGITS] = logits;
  scalars[SYSTOLE_S_OLD_WORDS] = (int32_t)(position / dim);
  int32_t by_formula[16] = {0};
  systole_program_set_scalars(b->program, (systole_standing){(int32_t)position, (int32_t)rows, logits}, by_formula);
  CU_ASSERT(!memcmp(by_formula, scalars, sizeof scalars));
  systole_status status = systole_submit(b->loaded, entry, scalars, &err);
  if (!status) status = systole_wait(b->device, 0, NULL, &err);
  if (status) printf("  %s of %u at %u: %s\n", entry, rows, position, err.text);
  CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
}

static systole_buffer *io(bed *b) { return systole_loaded_segment(b->loaded, SYSTOLE_SEG_IO); }

static void put_tokens(bed *b, uint64_t at, const int32_t *tokens, uint32_t count) {
  CU_ASSERT_EQUAL(systole_buffer_write(io(b), at, tokens, 4ull * count, NULL), SYSTOLE_OK);
}

static void get_logits(bed *b, uint32_t row, float *logits) {
  CU_ASSERT_EQUAL(systole_buffer_read(io(b), b->logits + (uint64_t)row * b->pitch, logits,
                                      4ull * b->vocab, NULL), SYSTOLE_OK);
}

// Feeds tokens from a position on, in chunks of at most `chunk`; logits of the last.
static void prefill(bed *b, const int32_t *tokens, uint32_t count, uint32_t position,
                    uint32_t chunk, float *logits) {
  for (uint32_t i = 0; i < count; i += chunk) {
    uint32_t rows = count - i < chunk ? count - i : chunk;
    put_tokens(b, b->tokens, tokens + i, rows);
    run(b, "prefill", position + i, rows, i + rows == count);
  }
  get_logits(b, 0, logits);
}

// Logits of every token, chunk by chunk.
static void score(bed *b, const int32_t *tokens, uint32_t count, uint32_t chunk, float *logits) {
  for (uint32_t i = 0; i < count; i += chunk) {
    uint32_t rows = count - i < chunk ? count - i : chunk;
    put_tokens(b, b->tokens, tokens + i, rows);
    run(b, "score", i, rows, true);
    for (uint32_t r = 0; r < rows; r++) get_logits(b, r, logits + (size_t)(i + r) * b->vocab);
  }
}

static int32_t next_token(bed *b) {
  int32_t token;
  CU_ASSERT_EQUAL(systole_buffer_read(io(b), b->next, &token, 4, NULL), SYSTOLE_OK);
  return token;
}

static void decode(bed *b, int32_t token, uint32_t position, float *logits) {
  put_tokens(b, b->next, &token, 1);
  run(b, "decode", position, 1, true);
  get_logits(b, 0, logits);
}

// ---- comparing -----------------------------------------------------------------------

static double cosine(const float *a, const float *b, uint32_t count) {
  double ab = 0, aa = 0, bb = 0;
  for (uint32_t i = 0; i < count; i++) {
    ab += (double)a[i] * (double)b[i];
    aa += (double)a[i] * (double)a[i];
    bb += (double)b[i] * (double)b[i];
  }
  return ab / sqrt(aa * bb);
}

static int32_t largest(const float *logits, uint32_t count) {
  uint32_t best = 0;
  for (uint32_t i = 1; i < count; i++)
    if (logits[i] > logits[best]) best = i;
  return (int32_t)best;
}

static void assert_close(const float *got, const float *wanted, uint32_t count, const char *what) {
  double near = cosine(got, wanted, count);
  if (!(near >= 0.999)) printf("  %s: cosine %f\n", what, near);
  CU_ASSERT(near >= 0.999);
}

// ---- whole models ----------------------------------------------------------------------

typedef struct {
  const char *name;
  systole_maker maker;
  uint32_t chunk, prompt, steps;
} shape;

static void fill_tokens(int32_t *tokens, uint32_t count, uint32_t vocab) {
  for (uint32_t i = 0; i < count; i++) tokens[i] = (int32_t)((i * 7919u + 13) % vocab);
}

// Prompt and decode steps beside the reference.
static void check_reference(bed *b, const shape *s, const int32_t *tokens, const float *all) {
  float *logits = need(malloc(4ull * b->vocab));
  prefill(b, tokens, s->prompt, 0, b->prefill_rows, logits);
  assert_close(logits, all + (size_t)(s->prompt - 1) * b->vocab, b->vocab, "prefill");
  CU_ASSERT_EQUAL(next_token(b), largest(logits, b->vocab));
  for (uint32_t i = s->prompt; i < s->prompt + s->steps; i++) {
    decode(b, tokens[i], i, logits);
    assert_close(logits, all + (size_t)i * b->vocab, b->vocab, "decode");
    CU_ASSERT_EQUAL(next_token(b), largest(logits, b->vocab));
  }
  free(logits);
}

// The same chunks through score and through prefill: the same bits.
static void check_score(bed *b, const shape *s, const int32_t *tokens, const float *all) {
  uint32_t chunk = b->score_rows < b->prefill_rows ? b->score_rows : b->prefill_rows;
  float *scores = need(malloc(4ull * b->vocab * s->prompt)), *last = need(malloc(4ull * b->vocab));
  score(b, tokens, s->prompt, chunk, scores);
  for (uint32_t i = 0; i < s->prompt; i++)
    assert_close(scores + (size_t)i * b->vocab, all + (size_t)i * b->vocab, b->vocab, "score");
  prefill(b, tokens, s->prompt, 0, chunk, last);
  CU_ASSERT_EQUAL(memcmp(last, scores + (size_t)(s->prompt - 1) * b->vocab, 4ull * b->vocab), 0);
  // One token at a time: decode and score compute the same sums.
  uint32_t most = s->prompt < 3 ? s->prompt : 3;
  score(b, tokens, most, 1, scores);
  for (uint32_t i = 0; i < most; i++) {
    decode(b, tokens[i], i, last);
    CU_ASSERT_EQUAL(memcmp(last, scores + (size_t)i * b->vocab, 4ull * b->vocab), 0);
  }
  free(scores);
  free(last);
}

// A follow-up wherever the first part ended is the longer prompt.
static void check_follow_up(bed *b, const shape *s, const int32_t *tokens) {
  float *whole = need(malloc(4ull * b->vocab)), *parts = need(malloc(4ull * b->vocab));
  prefill(b, tokens, s->prompt, 0, b->prefill_rows, whole);
  for (uint32_t cut = 1; cut < s->prompt; cut += 1 + s->prompt / 4) {
    prefill(b, tokens, cut, 0, b->prefill_rows, parts);
    prefill(b, tokens + cut, s->prompt - cut, cut, b->prefill_rows, parts);
    assert_close(parts, whole, b->vocab, "follow-up");
  }
  if (s->prompt > 1) {
    prefill(b, tokens, s->prompt - 1, 0, b->prefill_rows, parts);
    decode(b, tokens[s->prompt - 1], s->prompt - 1, parts);
    assert_close(parts, whole, b->vocab, "decode after prefill");
  }
  free(whole);
  free(parts);
}

static void check_shape(const shape *s, const char *hw) {
  bed b;
  systole_reference *reference;
  make_model(&b, &s->maker);
  compile(&b, hw, &(systole_compile_options){.chunk = s->chunk});
  load(&b);
  uint32_t count = s->prompt + s->steps;
  CU_ASSERT_FATAL(count <= b.context);
  int32_t *tokens = need(malloc(4ull * count));
  float *all = need(malloc(4ull * b.vocab * count));
  fill_tokens(tokens, count, b.vocab);
  CU_ASSERT_EQUAL_FATAL(systole_reference_create(&b.checkpoint, 0, &reference, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_reference_forward(reference, tokens, (int32_t)count, 0, SYSTOLE_LOGITS_ALL, all, NULL), SYSTOLE_OK);
  unsigned before = CU_get_number_of_failures();
  check_reference(&b, s, tokens, all);
  check_score(&b, s, tokens, all);
  check_follow_up(&b, s, tokens);
  if (CU_get_number_of_failures() > before) printf("  in %s on %s\n", s->name, hw);
  systole_reference_destroy(reference);
  free(tokens);
  free(all);
  unload(&b);
  drop_model(&b);
}

static systole_maker sized(int hidden, int heads, int kv_heads, int head_size, int ffn, int vocab,
                           int context) {
  return (systole_maker){.hidden = hidden, .heads = heads, .kv_heads = kv_heads,
                         .head_size = head_size, .layers = 1, .ffn = ffn, .vocab = vocab,
                         .context = context, .tied = true, .dtype = SYSTOLE_DTYPE_F32, .seed = 7};
}

static void check_everywhere(const shape *s) {
  static const char *const hardware[] = {"tiny8", "edge16", "base32"};
  for (int i = 0; i < 3; i++) check_shape(s, hardware[i]);
}

static void test_half_heads(void) {  // half a word a head on 16, a quarter on 32
  shape s = {"head 8", sized(48, 6, 3, 8, 100, 513, 24), 0, 19, 5};
  s.maker.layers = 2;
  check_everywhere(&s);
}

static void test_hidden_172(void) {
  shape s = {"hidden 172", sized(172, 4, 4, 8, 172, 300, 40), 0, 11, 3};
  s.maker.tied = false;
  check_everywhere(&s);
}

static void test_grouped(void) {
  shape s = {"4 to 1, F16", sized(64, 8, 2, 8, 100, 513, 129), 16, 37, 4};
  s.maker.dtype = SYSTOLE_DTYPE_F16;
  s.maker.layers = 2;
  check_everywhere(&s);
}

static void test_one_token(void) {
  shape s = {"one token, BF16", sized(40, 2, 1, 16, 33, 70, 24), 0, 1, 6};
  s.maker.dtype = SYSTOLE_DTYPE_BF16;
  s.maker.tied = false;
  check_everywhere(&s);
}

static void test_long_prompt(void) {  // chunks of 7, up to the last token of the context
  check_everywhere(&(shape){"chunks of 7", sized(32, 2, 2, 20, 48, 90, 129), 7, 120, 9});
}

// Position by position to the end of a context that is no multiple of DIM.
static void test_decode_to_the_end(void) {
  check_everywhere(&(shape){"to the end", sized(64, 3, 1, 16, 72, 90, 37), 5, 2, 35});
}

// ---- refusals and options ----------------------------------------------------------------

static systole_status try_compile(bed *b, const systole_config *config,
                                  const systole_compile_options *options, systole_error *err) {
  systole_program *program = NULL;
  systole_status status = systole_compile(&b->checkpoint, config, options, &program, err);
  if (!status) systole_program_destroy(program);
  return status;
}

// Without a wish the largest context that fits is taken, and the next larger is refused.
static void check_context_search(const char *hw, const systole_maker *maker) {
  bed b;
  systole_error err = {{0}};
  make_model(&b, maker);
  compile(&b, hw, &(systole_compile_options){0});
  uint32_t dim = b.config.dim;
  CU_ASSERT(b.context > 0 && b.context < (uint32_t)maker->context);
  CU_ASSERT_EQUAL(b.context % dim, 0);
  CU_ASSERT_EQUAL(try_compile(&b, &b.config, &(systole_compile_options){.context = b.context}, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(try_compile(&b, &b.config, &(systole_compile_options){.context = b.context + dim}, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "does not fit"));
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, hw));
  CU_ASSERT_PTR_NULL(strchr(err.text, '\n'));
  CU_ASSERT_EQUAL(try_compile(&b, &b.config, &(systole_compile_options){.context = (uint32_t)maker->context + 1}, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "the model has at most"));
  drop_model(&b);
}

static void test_context_search(void) {
  static const char *const hardware[] = {"tiny8", "edge16", "base32"};
  for (int i = 0; i < 3; i++) {
    systole_maker wide = sized(64, 4, 2, 32, 64, 64, 65536), grouped = sized(32, 8, 1, 8, 32, 64, 16777216);
    systole_maker many = sized(100, 12, 12, 8, 40, 70, 20000);
    check_context_search(hardware[i], &wide);
    check_context_search(hardware[i], &grouped);
    check_context_search(hardware[i], &many);
  }
}

// Every context that the plan says fits compiles: the rings have room too.
static void test_tight_contexts(void) {
  systole_config config;
  if (systole_config_load("tiny8", &config, NULL)) abort();
  config.wgt_words = 512, config.par_words = 128;
  systole_maker maker = sized(48, 6, 3, 8, 40, 64, 400);
  bed b;
  make_model(&b, &maker);
  unsigned fitted = 0;
  for (uint32_t context = 8; context <= 400; context += 8) {
    systole_error err = {{0}};
    systole_status status = try_compile(&b, &config, &(systole_compile_options){.context = context}, &err);
    fitted += !status;
    CU_ASSERT(!status || strstr(err.text, "does not fit:"));
    if (status && !strstr(err.text, "does not fit:")) printf("  %u: %s\n", context, err.text);
  }
  CU_ASSERT(fitted > 5 && fitted < 45);
  drop_model(&b);
}

// ---- any model on any machine ----------------------------------------------------------

static unsigned below(uint64_t *random, unsigned most) { return (unsigned)(systole_random(random) >> 33) % most; }

static systole_maker random_maker(uint64_t *random) {
  int kv = (int)(1 + below(random, 3)), heads = kv * (int)(1 + below(random, 3));
  systole_maker maker = sized((int)(8 + below(random, 90)), heads, kv, (int)(4 + 2 * below(random, 15)),
                              (int)(4 + below(random, 150)), (int)(10 + below(random, 300)),
                              (int)(2 + below(random, 200)));
  maker.layers = (int)(1 + below(random, 2));
  maker.seed = systole_random(random);
  return maker;
}

static unsigned power(uint64_t *random, unsigned from, unsigned to) { return 1u << (from + below(random, to - from + 1)); }

static void random_machine(uint64_t *random, systole_config *c) {
  if (systole_config_load("tiny8", c, NULL)) abort();
  c->dim = power(random, 2, 5);
  c->bus_bytes = 4;
  c->load_rows = power(random, 1, 2);
  c->wgt_words = power(random, 8, 13), c->qnt_words = power(random, 7, 12);
  c->acc_words = power(random, 6, 11), c->par_words = power(random, 6, 11);
  c->vm_words = power(random, 8, 13), c->rs_words = power(random, 5, 9);
  c->queue_depth = power(random, 1, 5);
  CU_ASSERT_EQUAL_FATAL(systole_config_check(c, NULL), SYSTOLE_OK);
}

// A prompt of two runs and one more token, beside the reference.
static void check_random(bed *b, uint64_t *random) {
  uint32_t vocab = (uint32_t)b->checkpoint.model.vocab;
  int32_t tokens[64];
  float *wanted = need(malloc(4ull * vocab)), *got = need(malloc(4ull * vocab));
  systole_reference *reference;
  read_numbers(b);
  uint32_t count = b->context < 64 ? b->context : 64;
  count = 2 + below(random, count - 1);
  for (uint32_t i = 0; i < count; i++) tokens[i] = (int32_t)below(random, vocab);
  CU_ASSERT_EQUAL_FATAL(systole_reference_create(&b->checkpoint, 0, &reference, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_reference_forward(reference, tokens, (int32_t)count, 0, SYSTOLE_LOGITS_LAST, wanted, NULL), SYSTOLE_OK);
  load(b);
  prefill(b, tokens, count - 1, 0, 1 + below(random, b->prefill_rows), got);
  decode(b, tokens[count - 1], count - 1, got);
  double near = cosine(got, wanted, vocab);
  if (!(near > 0.99)) printf("  cosine %f\n", near);
  CU_ASSERT(near > 0.99);
  unload(b);
  systole_reference_destroy(reference);
  free(wanted);
  free(got);
}

static bool try_random(uint64_t seed) {
  uint64_t random = seed;
  systole_maker maker = random_maker(&random);
  systole_error err = {{0}};
  bed b;
  make_model(&b, &maker);
  random_machine(&random, &b.config);
  systole_compile_options options = {.chunk = 1 + below(&random, 80)};
  systole_status status = systole_compile(&b.checkpoint, &b.config, &options, &b.program, &err);
  bool refused = status == SYSTOLE_E_RANGE && strstr(err.text, "does not fit:");
  unsigned before = CU_get_number_of_failures();
  CU_ASSERT(!status || refused);
  if (!status && b.program) check_random(&b, &random);
  if (CU_get_number_of_failures() > before) printf("  seed %llu: %s\n", (unsigned long long)seed, err.text);
  drop_model(&b);
  return !status;
}

// ACC of 64 words for products of up to 25 columns of two rows: gate and up are
// both in it, wherever the products before them ended.
static void test_gate_beside_up(void) {
  systole_maker maker = sized(39, 1, 1, 14, 99, 273, 138);
  uint64_t random = 400;
  bed b;
  make_model(&b, &maker);
  if (systole_config_load("tiny8", &b.config, NULL)) abort();
  b.config.dim = b.config.bus_bytes = 4;
  b.config.acc_words = 64;
  b.config.vm_words = 8192;
  CU_ASSERT_EQUAL_FATAL(systole_config_check(&b.config, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_compile(&b.checkpoint, &b.config, &(systole_compile_options){.chunk = 1}, &b.program, NULL), SYSTOLE_OK);
  check_random(&b, &random);
  drop_model(&b);
}

// Whatever the sizes: it runs as it should, or the memory that is too small is named.
static void test_random(void) {
  const char *times = getenv("SYSTOLE_MODELS");
  unsigned most = times ? (unsigned)atoi(times) : 60, ran = 0;
  for (unsigned i = 0; i < most; i++) ran += try_random(i);
  CU_ASSERT(ran > most / 3);
}

// A model that fits with no context at all is refused in one line.
static void test_no_context(void) {
  systole_maker maker = sized(3000, 4, 4, 16, 20, 20, 64);
  systole_config config;
  systole_error err = {{0}};
  bed b;
  make_model(&b, &maker);
  if (systole_config_load("tiny8", &config, NULL)) abort();
  CU_ASSERT_EQUAL(try_compile(&b, &config, &(systole_compile_options){0}, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "of tiny8 is too small"));
  CU_ASSERT_PTR_NULL(strchr(err.text, '\n'));
  drop_model(&b);
}

static void test_options(void) {
  systole_maker maker = sized(32, 2, 1, 16, 40, 64, 100);
  bed b;
  systole_error err = {{0}};
  make_model(&b, &maker);
  compile(&b, "edge16", &(systole_compile_options){0});
  CU_ASSERT_EQUAL(b.context, 100);
  CU_ASSERT_EQUAL(b.prefill_rows, 64);
  CU_ASSERT_EQUAL(number(&b, "activation_bits"), 16);
  compile(&b, "edge16", &(systole_compile_options){.chunk = 9, .context = 50, .activation_bits = 8});
  CU_ASSERT_EQUAL(b.context, 50);
  CU_ASSERT_EQUAL(b.prefill_rows, 9);
  CU_ASSERT_EQUAL(b.score_rows, 9);
  CU_ASSERT_EQUAL(number(&b, "activation_bits"), 8);
  compile(&b, "edge16", &(systole_compile_options){.chunk = 64, .context = 5});
  CU_ASSERT_EQUAL(b.prefill_rows, 5);
  CU_ASSERT_EQUAL(try_compile(&b, &b.config, &(systole_compile_options){.activation_bits = 12}, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_STRING_EQUAL(err.text, "activations of 12 bits: expected 8 or 16");
  drop_model(&b);
}

// 16 bits come closer to the reference than 8, and 8 is not far off.
static void test_activation_bits(void) {
  systole_maker maker = sized(64, 4, 2, 16, 96, 200, 32);
  systole_reference *reference;
  bed b;
  double near[2];
  int32_t tokens[20];
  float logits[200], wanted[200];
  make_model(&b, &maker);
  fill_tokens(tokens, 20, 200);
  CU_ASSERT_EQUAL_FATAL(systole_reference_create(&b.checkpoint, 0, &reference, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_reference_forward(reference, tokens, 20, 0, SYSTOLE_LOGITS_LAST, wanted, NULL), SYSTOLE_OK);
  for (uint32_t i = 0; i < 2; i++) {
    compile(&b, "edge16", &(systole_compile_options){.activation_bits = 8 + 8 * i});
    load(&b);
    prefill(&b, tokens, 20, 0, b.prefill_rows, logits);
    near[i] = cosine(logits, wanted, 200);
    unload(&b);
  }
  CU_ASSERT(near[0] > 0.99);
  CU_ASSERT(near[1] > near[0]);
  systole_reference_destroy(reference);
  drop_model(&b);
}

// ---- what a program says about itself -------------------------------------------------------

static void check_entry(const bed *b, const char *name) {
  const systole_entry *e = systole_program_entry(b->program, name);
  CU_ASSERT_PTR_NOT_NULL_FATAL(e);
  uint32_t line = 0;
  for (uint32_t i = 0; i < e->symbol_count; i++) {  // one after the other, without a gap
    CU_ASSERT_EQUAL(e->symbols[i].first, line);
    CU_ASSERT(e->symbols[i].count > 0);
    line += e->symbols[i].count;
  }
  CU_ASSERT_EQUAL_FATAL(line, e->line_count);
  CU_ASSERT_EQUAL(systole_line_get(&e->lines[line - 1], SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode), SYSTOLE_OP_END);
  const char *last = systole_entry_symbol(e, line - 1);
  CU_ASSERT(last && strcmp(last, "end") == 0);
}

static uint64_t segment_bytes(const bed *b, const char *name) {
  const systole_segment *s = systole_program_segment(b->program, name);
  CU_ASSERT_PTR_NOT_NULL_FATAL(s);
  return s->bytes;
}

static void test_program(void) {
  systole_maker maker = sized(48, 6, 3, 8, 100, 513, 40);
  bed b;
  maker.layers = 2;
  make_model(&b, &maker);
  compile(&b, "edge16", &(systole_compile_options){.chunk = 13});
  check_entry(&b, "prefill");
  check_entry(&b, "decode");
  check_entry(&b, "score");
  CU_ASSERT_STRING_EQUAL(systole_program_metadata(b.program, "architecture"), "LlamaForCausalLM");
  CU_ASSERT(b.vocab == 513 && b.context == 40 && b.prefill_rows == 13 && b.score_rows == 13);
  CU_ASSERT(number(&b, "layers") == 2 && number(&b, "hidden") == 48);
  CU_ASSERT(b.tokens + 4 * 13 <= b.next && b.next + 4 <= b.logits && b.pitch >= 4 * 513);
  CU_ASSERT(segment_bytes(&b, "io") >= b.logits + 13ull * b.pitch);
  // 3 heads of 16 with padding, keys and values, 48 tokens in whole words, 2 layers.
  CU_ASSERT_EQUAL(segment_bytes(&b, "cache"), 2 * 2 * 3 * 48 * 16);
  CU_ASSERT_EQUAL(segment_bytes(&b, "cache_scales"), 2 * 2 * 3 * 48 * 4);
  CU_ASSERT_EQUAL(segment_bytes(&b, "embedding"), 513 * 48 * 4);
  static const char *const scalars[] = {"position", "rows", "total", "total_words", "logits", "old_words"};
  for (unsigned i = 0; i < 6; i++) {
    const systole_scalar *s = systole_program_scalar(b.program, scalars[i]);
    CU_ASSERT_PTR_NOT_NULL_FATAL(s);
    CU_ASSERT_EQUAL(s->index, i);
  }
  drop_model(&b);
}

void suite_compile(void) {
  static const systole_test tests[] = {{"heads of half a word", test_half_heads},
                                       {"hidden size 172, untied", test_hidden_172},
                                       {"four query heads to a key head, F16", test_grouped},
                                       {"a prompt of one token, BF16", test_one_token},
                                       {"a prompt of many chunks", test_long_prompt},
                                       {"decoding to the end of the context", test_decode_to_the_end},
                                       {"the largest context", test_context_search},
                                       {"contexts that just fit", test_tight_contexts},
                                       {"gate and up side by side in ACC", test_gate_beside_up},
                                       {"any model on any machine", test_random},
                                       {"a model that does not fit", test_no_context},
                                       {"options", test_options},
                                       {"activations of 8 and 16 bits", test_activation_bits},
                                       {"what a program holds", test_program},
                                       {0}};
  systole_test_suite("compile", tests);
}
