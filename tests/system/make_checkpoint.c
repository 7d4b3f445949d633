// A random checkpoint as a Hugging Face folder, for the system tests:
//   make_checkpoint DIR [key=value ...]
// with the keys of systole_maker: hidden=48 heads=4 ... dtype=BF16 tied=0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/checkpoint_maker.h"

static int fail(const char *what) {
  fprintf(stderr, "make_checkpoint: %s: expected key=value, see systole_maker\n", what);
  return 2;
}

static bool set_dtype(systole_maker *m, const char *name) {
  static const struct {
    const char *name;
    systole_dtype dtype;
  } types[] = {{"F32", SYSTOLE_DTYPE_F32}, {"F16", SYSTOLE_DTYPE_F16}, {"BF16", SYSTOLE_DTYPE_BF16}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (!strcmp(name, types[i].name)) {
      m->dtype = types[i].dtype;
      return true;
    }
  return false;
}

static bool set(systole_maker *m, const char *key, size_t length, const char *value) {
  const struct {
    const char *key;
    int *number;
  } numbers[] = {{"hidden", &m->hidden},       {"heads", &m->heads},   {"kv_heads", &m->kv_heads},
                 {"head_size", &m->head_size}, {"layers", &m->layers}, {"ffn", &m->ffn},
                 {"vocab", &m->vocab},         {"context", &m->context}, {"shards", &m->shards}};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (strlen(numbers[i].key) == length && !strncmp(key, numbers[i].key, length)) {
      *numbers[i].number = atoi(value);
      return true;
    }
  if (!strncmp(key, "dtype=", 6)) return set_dtype(m, value);
  if (!strncmp(key, "seed=", 5)) return m->seed = strtoull(value, NULL, 10), true;
  if (!strncmp(key, "tied=", 5)) return m->tied = *value == '1', true;
  if (!strncmp(key, "no_tokenizer=", 13)) return m->no_tokenizer = *value == '1', true;
  return false;
}

int main(int argc, char **argv) {
  systole_maker maker = systole_maker_default();
  systole_error err;
  if (argc < 2) return fail("DIR is missing");
  for (int i = 2; i < argc; i++) {
    const char *equals = strchr(argv[i], '=');
    if (!equals || !set(&maker, argv[i], (size_t)(equals - argv[i]), equals + 1)) return fail(argv[i]);
  }
  if (!systole_maker_write(&maker, argv[1], &err)) return 0;
  fprintf(stderr, "make_checkpoint: %s\n", err.text);
  return 1;
}
