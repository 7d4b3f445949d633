// Checkpoint folders: everything there and of the right shape, or an error that
// says what is not.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/load/checkpoint.h"
#include "compiler/load/file.h"
#include "tests/unit/checkpoint_maker.h"
#include "tests/unit/harness.h"

static systole_maker small(void) {
  systole_maker m = systole_maker_default();
  m.hidden = 12, m.heads = 3, m.kv_heads = 1, m.head_size = 8, m.ffn = 10, m.vocab = 300;
  return m;
}

// Replaces a file's first `from` by `to`, of equal length.
static void patch(const char *dir, const char *name, const char *from, const char *to) {
  char *path = systole_path_join(dir, name), *bytes = NULL;
  size_t size = 0, length = strlen(from);
  systole_error err = {""};
  CU_ASSERT_EQUAL_FATAL(systole_file_read(path, &bytes, &size, &err), SYSTOLE_OK);
  size_t at = 0;
  while (at + length < size && memcmp(bytes + at, from, length) != 0) at++;
  CU_ASSERT_FATAL(at + length < size && strlen(to) == length);
  memcpy(bytes + at, to, length);
  systole_test_write(dir, name, bytes, size);
  free(bytes);
  free(path);
}

static void check_open(const systole_maker *m) {
  char dir[256];
  systole_checkpoint c;
  systole_error err = {""};
  systole_test_make_dir(dir, sizeof dir);
  CU_ASSERT_EQUAL_FATAL(systole_maker_write(m, dir, &err), SYSTOLE_OK);
  systole_status status = systole_checkpoint_open(dir, &c, &err);
  if (status) printf("  %s\n", err.text);
  CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
  const systole_tensor *embed = systole_checkpoint_tensor(&c, SYSTOLE_W_EMBED, 0);
  const systole_tensor *head = systole_checkpoint_tensor(&c, SYSTOLE_W_HEAD, 0);
  CU_ASSERT_EQUAL(embed == head, m->tied);
  CU_ASSERT_EQUAL(embed->shape[0], m->vocab);
  for (int layer = 0; layer < m->layers; layer++) {
    char name[64];
    snprintf(name, sizeof name, "model.layers.%d.self_attn.o_proj.weight", layer);
    const systole_tensor *out = systole_checkpoint_tensor(&c, SYSTOLE_W_OUTPUT, layer);
    CU_ASSERT_STRING_EQUAL(out->name, name);
    CU_ASSERT_EQUAL(out->shape[1], m->heads * m->head_size);
    CU_ASSERT_EQUAL(out->dtype, m->dtype);
  }
  CU_ASSERT_EQUAL(c.tokenizer == NULL, m->no_tokenizer);
  if (c.tokenizer) CU_ASSERT_EQUAL(systole_tokenizer_size(c.tokenizer), m->vocab);
  systole_checkpoint_close(&c);
  systole_test_remove_dir(dir);
}

static void test_open(void) {
  systole_maker m = small();
  check_open(&m);
  m.tied = false, m.dtype = SYSTOLE_DTYPE_BF16, m.shards = 3;
  check_open(&m);
  m.dtype = SYSTOLE_DTYPE_F16, m.no_tokenizer = true, m.vocab = 1, m.layers = 1;
  check_open(&m);
  m = systole_maker_default();
  m.vocab = 1100;  // more than there are merges
  check_open(&m);
}

// Opens a small checkpoint after one change; the error must say these words.
static void check_bad(bool tied, const char *name, const char *from, const char *to,
                      systole_status status, const char *words) {
  char dir[256];
  systole_checkpoint c;
  systole_error err = {""};
  systole_maker m = small();
  m.tied = tied;
  systole_test_make_dir(dir, sizeof dir);
  CU_ASSERT_EQUAL_FATAL(systole_maker_write(&m, dir, &err), SYSTOLE_OK);
  patch(dir, name, from, to);
  systole_status found = systole_checkpoint_open(dir, &c, &err);
  if (found != status || !strstr(err.text, words))
    printf("  %s for %s: status %d, \"%s\"\n", to, from, (int)found, err.text);
  CU_ASSERT_EQUAL(found, status);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, words));
  CU_ASSERT_PTR_NULL(c.weights);
  systole_checkpoint_close(&c);
  systole_test_remove_dir(dir);
}

static void test_mismatch(void) {
  const char *weights = "model.safetensors", *config = "config.json";
  check_bad(true, weights, "layers.1.mlp.up_proj", "layers.1.mlp.XX_proj", SYSTOLE_E_FORMAT,
            "tensor model.layers.1.mlp.up_proj.weight is missing");
  check_bad(false, weights, "lm_head.weight", "lm_hexd.weight", SYSTOLE_E_FORMAT,
            "lm_head.weight is missing");
  check_bad(true, weights, "model.norm.weight", "model.norm.weighs", SYSTOLE_E_FORMAT,
            "model.norm.weight is missing");
  check_bad(true, weights, "model.embed_tokens", "model.exbed_tokens", SYSTOLE_E_FORMAT, "missing");
  check_bad(true, weights, "[24,12]", "[12,24]", SYSTOLE_E_FORMAT,
            "q_proj.weight: expected shape [24, 12], found [12, 24]");
  check_bad(true, weights, "\"shape\":[12]", "\"shape\":[ 6]", SYSTOLE_E_FORMAT, "48 bytes");
  check_bad(true, weights, "\"F32\",\"shape\":[24,12]", "\"I32\",\"shape\":[24,12]",
            SYSTOLE_E_UNSUPPORTED, "dtype I32");
  check_bad(true, config, "\"num_hidden_layers\":2", "\"num_hidden_layers\":3", SYSTOLE_E_FORMAT,
            "model.layers.2.input_layernorm.weight is missing");
  check_bad(true, config, "\"vocab_size\":300", "\"vocab_size\":301", SYSTOLE_E_FORMAT,
            "expected shape [301, 12], found [300, 12]");
  check_bad(true, config, "LlamaForCausalLM", "OlmoxForCausalLM", SYSTOLE_E_UNSUPPORTED,
            "OlmoxForCausalLM");
  check_bad(true, "tokenizer.json", "\"BPE\"", "\"BPX\"", SYSTOLE_E_UNSUPPORTED, "\"BPX\"");
}

static void test_tied_head_only(void) {
  char dir[256];
  systole_checkpoint c;
  systole_error err = {""};
  systole_maker m = small();
  systole_test_make_dir(dir, sizeof dir);
  CU_ASSERT_EQUAL_FATAL(systole_maker_write(&m, dir, &err), SYSTOLE_OK);
  // The same file with the embedding under the head's name, padded by a space.
  patch(dir, "model.safetensors",
        "\"model.embed_tokens.weight\":", "\"lm_head.weight\"           :");
  CU_ASSERT_EQUAL(systole_checkpoint_open(dir, &c, &err), SYSTOLE_OK);
  if (c.tensor)
    CU_ASSERT_STRING_EQUAL(systole_checkpoint_tensor(&c, SYSTOLE_W_EMBED, 0)->name,
                           "lm_head.weight");
  systole_checkpoint_close(&c);
  systole_test_remove_dir(dir);
}

static void test_missing_folder(void) {
  systole_checkpoint c;
  systole_error err = {""};
  CU_ASSERT_EQUAL(systole_checkpoint_open("/nonexistent", &c, &err), SYSTOLE_E_IO);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "/nonexistent/config.json"));
}

static void test_shared_models(void) {
  systole_checkpoint c;
  systole_error err = {""};
  const char *dir = systole_test_shared("tinystories-656k-llama");
  if (!dir) {
    systole_test_skip("tinystories-656k-llama is not there");
    return;
  }
  CU_ASSERT_EQUAL_FATAL(systole_checkpoint_open(dir, &c, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(c.model.vocab, 2048);
  CU_ASSERT_PTR_EQUAL(systole_checkpoint_tensor(&c, SYSTOLE_W_EMBED, 0),
                      systole_checkpoint_tensor(&c, SYSTOLE_W_HEAD, 0));
  systole_checkpoint_close(&c);
  dir = systole_test_shared("misaki-bart-g2p-us");
  if (dir) {
    CU_ASSERT_EQUAL(systole_checkpoint_open(dir, &c, &err), SYSTOLE_E_UNSUPPORTED);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "BartForConditionalGeneration"));
  }
}

void suite_load_checkpoint(void);
void suite_load_checkpoint(void) {
  static const systole_test tests[] = {{"made checkpoints open", test_open},
                                       {"mismatches are named", test_mismatch},
                                       {"tied, only the head stored", test_tied_head_only},
                                       {"no folder", test_missing_folder},
                                       {"shared models", test_shared_models},
                                       {NULL, NULL}};
  systole_test_suite("load checkpoint", tests);
}
