// Feeds broken files to every parser: config.json, safetensors, its index,
// tokenizer.json, and text and ids to the tokenizers that still open. Each
// input is a valid one with a few random changes; the same seed gives the same
// run. Meant to run under AddressSanitizer and UBSan, which find what this
// program's own checks cannot.
//
//   fuzz_parsers [iterations [seed]]
#define _DEFAULT_SOURCE  // MAP_ANONYMOUS
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compiler/load/checkpoint.h"
#include "compiler/load/file.h"
#include "compiler/load/text.h"
#include "tests/unit/checkpoint_maker.h"
#include "tests/unit/harness.h"
#include "tests/unit/test_tokenizer_cases.h"

static uint64_t next_random(uint64_t *state) {  // xorshift64*, Vigna 2016
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1du;
}

static size_t below(uint64_t *state, size_t limit) {
  return limit ? (size_t)(next_random(state) >> 11) % limit : 0;
}

static void stop(const char *what, const char *detail) {
  fprintf(stderr, "fuzz_parsers: %s: %s\n", what, detail);
  abort();
}

// ---- Changes ----

// What parsers trip over, put over or between the bytes.
static const char *const snippets[] = {
    "-1",
    "0",
    "1e999",
    "18446744073709551616",
    "9007199254740993",
    "4294967296",
    "2147483648",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "[[[[",
    "}",
    "]",
    ",",
    ":",
    "\"",
    "\\u0000",
    "\\ud800",
    "\xff",
    "\xe2\x82",
    "\xe2\x96\x81",
    "..",
    "/",
    "Sequence",
    "Fuse",
    "Strip",
    "ByteFallback",
    "Metaspace",
    "ByteLevel",
    "Split",
    "Replace",
    "Prepend",
    "NFKC",
    "(",
    "a*",
    "\\\\s+",
    "<0xE2>",
    "BF16",
    "I64",
    "BOOL",
};
enum { SNIPPETS = sizeof snippets / sizeof snippets[0] };

// Replaces `gone` bytes at `at` by `size` others.
static void splice(systole_bytes *b, size_t at, size_t gone, const char *text, size_t size) {
  systole_bytes out = {0};
  if (gone > b->size - at) gone = b->size - at;
  systole_bytes_add(&out, b->data, at);
  systole_bytes_add(&out, text, size);
  systole_bytes_add(&out, b->data + at + gone, b->size - at - gone);
  systole_bytes_free(b);
  *b = out;
}

static void change(systole_bytes *b, uint64_t *random) {
  size_t at = below(random, b->size + 1), length = below(random, 24);
  const char *snippet = snippets[below(random, SNIPPETS)];
  char copy[24];
  switch (below(random, 6)) {
    case 0:  // a bit
      if (at < b->size) b->data[at] = (char)(b->data[at] ^ (1 << below(random, 8)));
      break;
    case 1: splice(b, at, length, "", 0); break;
    case 2: splice(b, at, 0, snippet, strlen(snippet)); break;
    case 3: splice(b, at, strlen(snippet), snippet, strlen(snippet)); break;
    case 4:  // a stretch from elsewhere
      if (b->size < sizeof copy) break;
      memcpy(copy, b->data + below(random, b->size - sizeof copy), sizeof copy);
      splice(b, at, below(random, 2) * length, copy, length);
      break;
    default:  // the end cut off, seldom
      if (below(random, 4) == 0) splice(b, at, b->size, "", 0);
  }
}

// Bytes that end where a page ends that nobody may read, so that a byte read
// past them is seen even in a library that has no sanitizer built in.
typedef struct {
  char *data;
  size_t size;
  char *map;
  size_t mapped;
} guarded;

static guarded guard(const char *data, size_t size) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  guarded g = {.size = size, .mapped = (size + page - 1) / page * page + page};
  g.map = mmap(NULL, g.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (g.map == MAP_FAILED) stop("out of memory", "guarded bytes");
  g.data = g.map + g.mapped - page - size;
  if (size) memcpy(g.data, data, size);
  if (mprotect(g.map + g.mapped - page, page, PROT_NONE) != 0) stop("mprotect", "guard page");
  return g;
}

static void unguard(guarded g) { munmap(g.map, g.mapped); }

static guarded mutate(const systole_bytes *original, uint64_t *random) {
  systole_bytes b = {0};
  systole_bytes_add(&b, original->data, original->size);
  for (size_t n = 1 + below(random, 4); n; n--) change(&b, random);
  if (b.failed) stop("out of memory", "mutation");
  guarded g = guard(b.data, b.size);
  systole_bytes_free(&b);
  return g;
}

// ---- What must hold ----

// A failure has one line that says why.
static bool check_status(systole_status status, const systole_error *err) {
  if (status && (!err->text[0] || strchr(err->text, '\n'))) stop("no one-line error", err->text);
  return status == SYSTOLE_OK;
}

static void check_utf8(const char *what, const char *text, size_t size) {
  if (systole_utf8_check(text, size) != size || strlen(text) > size) stop(what, "not UTF-8");
}

static void decode_all(const systole_tokenizer *t, const int32_t *ids, size_t count) {
  systole_error err = {""};
  systole_stream *stream = NULL;
  char *text = NULL;
  const char *part = NULL;
  size_t size = 0;
  if (check_status(systole_tokenizer_decode(t, ids, count, &text, &size, &err), &err))
    check_utf8("decode", text, size);
  free(text);
  if (!check_status(systole_stream_create(t, &stream, &err), &err)) return;
  for (size_t i = 0; i < count; i++)
    if (check_status(systole_stream_push(stream, ids[i], &part, &size, &err), &err))
      check_utf8("stream", part, size);
  if (check_status(systole_stream_finish(stream, &part, &size, &err), &err))
    check_utf8("stream", part, size);
  systole_stream_close(stream);
}

static void use_tokenizer(const systole_tokenizer *t, uint64_t *random) {
  int32_t *ids = NULL, wild[16];
  size_t count = 0;
  systole_error err = {""};
  systole_bytes text = {0};
  for (int i = 0; i < 4; i++) {
    const char *piece = case_text[below(random, TEXTS)];
    systole_bytes_add(&text, piece, strlen(piece));
  }
  // Half of them as they are, so that encoding is reached.
  guarded g = below(random, 2) ? mutate(&text, random) : guard(text.data, text.size);
  if (check_status(systole_tokenizer_encode(t, g.data, g.size, true, &ids, &count, &err), &err)) {
    for (size_t i = 0; i < count; i++)
      if (!systole_tokenizer_piece(t, ids[i])) stop("encode", "an id without a token");
    decode_all(t, ids, count);
  }
  for (int i = 0; i < 16; i++)
    wild[i] = (int32_t)below(random, (size_t)systole_tokenizer_size(t) + 3) - 1;
  decode_all(t, wild, 16);
  free(ids);
  unguard(g);
  systole_bytes_free(&text);
}

static void use_weights(const systole_weights *w) {
  systole_error err = {""};
  for (size_t i = 0; i < systole_weights_count(w); i++) {
    const systole_tensor *t = systole_weights_at(w, i);
    float *values = malloc((size_t)t->count * sizeof *values + 1);
    if (!values) stop("out of memory", t->name);
    check_status(systole_tensor_floats(t, values, &err), &err);
    if (systole_weights_find(w, t->name) != t) stop("find", t->name);
    free(values);
  }
}

// ---- One try at each parser ----

static bool try_config(const systole_bytes *original, uint64_t *random) {
  guarded g = mutate(original, random);
  systole_model model;
  systole_error err = {""};
  bool good = check_status(systole_model_parse(g.data, g.size, "config.json", &model, &err), &err);
  const systole_llama *l = &model.llama;
  if (good && (l->heads < 1 || l->kv_heads < 1 || l->heads % l->kv_heads || l->head_size % 2))
    stop("config", "heads that do not fit");
  unguard(g);
  return good;
}

static bool try_weights(const systole_bytes *original, uint64_t *random) {
  guarded g = mutate(original, random);
  systole_weights *w = NULL;
  systole_error err = {""};
  bool good = check_status(
      systole_weights_parse((const unsigned char *)g.data, g.size, "model.safetensors", &w, &err),
      &err);
  if (good) use_weights(w);
  systole_weights_close(w);
  unguard(g);
  return good;
}

static bool try_tokenizer(const systole_bytes *original, uint64_t *random) {
  guarded g = mutate(original, random);
  systole_tokenizer *t = NULL;
  systole_error err = {""};
  bool good =
      check_status(systole_tokenizer_parse(g.data, g.size, "tokenizer.json", &t, &err), &err);
  if (good) use_tokenizer(t, random);
  systole_tokenizer_close(t);
  unguard(g);
  return good;
}

// A whole folder, one of its files changed and then put back.
static bool try_folder(const char *dir, const char *name, const systole_bytes *original,
                       uint64_t *random) {
  guarded g = mutate(original, random);
  systole_checkpoint c;
  systole_error err = {""};
  systole_test_write(dir, name, g.data, g.size);
  bool good = check_status(systole_checkpoint_open(dir, &c, &err), &err);
  systole_checkpoint_close(&c);
  systole_test_write(dir, name, original->data, original->size);
  unguard(g);
  return good;
}

// ---- The run ----

enum { CONFIG, SHARD, INDEX, TOKENIZER, FILES };
static const char *const names[FILES] = {"config.json", "model-00001-of-00002.safetensors",
                                         "model.safetensors.index.json", "tokenizer.json"};

static void load(const char *dir, systole_bytes *file) {
  systole_error err = {""};
  for (int i = 0; i < FILES; i++) {
    char *path = systole_path_join(dir, names[i]), *bytes = NULL;
    size_t size = 0;
    if (!path || systole_file_read(path, &bytes, &size, &err)) stop("cannot read", err.text);
    systole_bytes_add(&file[i], bytes, size);
    free(bytes);
    free(path);
  }
}

static void fuzz(const char *dir, const systole_bytes *file, long iterations, uint64_t seed) {
  uint64_t random = seed * 0x9e3779b97f4a7c15u | 1;
  long opened[4] = {0};
  systole_bytes json = {0};
  for (long i = 0; i < iterations; i++) {
    const char *made = tokenizer_cases[below(&random, TOKENIZER_CASES)].json;
    systole_bytes_clear(&json);
    systole_bytes_add(&json, made, strlen(made));
    opened[0] += try_config(&file[CONFIG], &random);
    opened[1] += try_weights(&file[SHARD], &random);
    opened[2] += try_tokenizer(i % 16 ? &json : &file[TOKENIZER], &random);
    if (i % 16) continue;
    size_t which = below(&random, FILES);
    opened[3] += try_folder(dir, names[which], &file[which], &random);
  }
  systole_bytes_free(&json);
  printf("fuzz_parsers: %ld iterations with seed %" PRIu64
         ": still valid %ld configs, %ld weight "
         "files, %ld tokenizers, %ld folders\n",
         iterations, seed, opened[0], opened[1], opened[2], opened[3]);
  // Inputs that are all refused at once would test little.
  if (iterations >= 1000 && (!opened[0] || !opened[1] || !opened[2] || !opened[3]))
    stop("a parser accepted nothing", "the mutations are too harsh");
}

int main(int argc, char **argv) {
  long iterations = argc > 1 ? strtol(argv[1], NULL, 10) : 2000;
  uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  char dir[256];
  systole_bytes file[FILES] = {{0}};
  systole_error err = {""};
  systole_maker m = systole_maker_default();
  m.hidden = 4, m.heads = 2, m.kv_heads = 1, m.head_size = 2, m.ffn = 3, m.vocab = 262;
  m.layers = 1, m.shards = 2, m.dtype = SYSTOLE_DTYPE_F16;
  printf("fuzz_parsers: seed %" PRIu64 "\n", seed);
  fflush(stdout);
  systole_test_make_dir(dir, sizeof dir);
  if (systole_maker_write(&m, dir, &err)) stop("cannot make a checkpoint", err.text);
  load(dir, file);
  fuzz(dir, file, iterations, seed);
  for (int i = 0; i < FILES; i++) systole_bytes_free(&file[i]);
  systole_test_remove_dir(dir);
  return 0;
}
