// config.json: what is read, and what is refused in which words.
#include <stdio.h>
#include <string.h>

#include "compiler/load/config.h"
#include "tests/unit/harness.h"

// A good file with one line of its own in front: JSON's first of two equal
// names counts, so that the line replaces the field.
static systole_status parse_with(const char *line, systole_model *out, systole_error *err) {
  char json[2048];
  int size = snprintf(json, sizeof json,
                      "{%s \"architectures\": [\"LlamaForCausalLM\"], \"hidden_size\": 96,"
                      "\"intermediate_size\": 200, \"num_hidden_layers\": 3,"
                      "\"num_attention_heads\": 6, \"vocab_size\": 513,"
                      "\"max_position_embeddings\": 64, \"rms_norm_eps\": 1e-5,"
                      "\"hidden_act\": \"silu\", \"torch_dtype\": \"float16\"}",
                      line);
  return systole_model_parse(json, (size_t)size, "config.json", out, err);
}

static void check_bad(const char *line, systole_status status, const char *words) {
  systole_model model;
  systole_error err = {""};
  systole_status found = parse_with(line, &model, &err);
  if (found != status || !strstr(err.text, words) || !strstr(err.text, "config.json"))
    printf("  with %s: status %d, \"%s\"\n", line, (int)found, err.text);
  CU_ASSERT_EQUAL(found, status);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, words));
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "config.json"));
}

static void test_defaults(void) {
  systole_model m;
  systole_error err = {""};
  CU_ASSERT_EQUAL_FATAL(parse_with("", &m, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(m.arch, SYSTOLE_ARCH_LLAMA);
  CU_ASSERT_STRING_EQUAL(systole_arch_name(m.arch), "LlamaForCausalLM");
  CU_ASSERT_EQUAL(m.vocab, 513);
  CU_ASSERT_EQUAL(m.context, 64);
  CU_ASSERT_FALSE(m.tied);
  CU_ASSERT_EQUAL(m.bos, -1);
  CU_ASSERT_EQUAL(m.eos_count, 0);
  CU_ASSERT_EQUAL(m.llama.hidden, 96);
  CU_ASSERT_EQUAL(m.llama.ffn, 200);
  CU_ASSERT_EQUAL(m.llama.layers, 3);
  CU_ASSERT_EQUAL(m.llama.heads, 6);
  CU_ASSERT_EQUAL(m.llama.kv_heads, 6);
  CU_ASSERT_EQUAL(m.llama.head_size, 16);
  CU_ASSERT_EQUAL(m.llama.rope_theta, 10000.0f);
  CU_ASSERT_EQUAL(m.llama.norm_eps, 1e-5f);
}

static void test_given(void) {
  systole_model m;
  systole_error err = {""};
  CU_ASSERT_EQUAL_FATAL(
      parse_with("\"num_key_value_heads\": 2, \"head_dim\": 8, \"rope_theta\": 500000.0,"
                 "\"rope_scaling\": {\"rope_type\": \"default\"}, \"bos_token_id\": 1,"
                 "\"eos_token_id\": [2, 512], \"tie_word_embeddings\": true,"
                 "\"attention_bias\": false, \"mlp_bias\": null, \"x\": \"\\\\u0000\",",
                 &m, &err),
      SYSTOLE_OK);
  CU_ASSERT_EQUAL(m.llama.kv_heads, 2);
  CU_ASSERT_EQUAL(m.llama.head_size, 8);
  CU_ASSERT_EQUAL(m.llama.rope_theta, 500000.0f);
  CU_ASSERT_TRUE(m.tied);
  CU_ASSERT_EQUAL(m.bos, 1);
  CU_ASSERT_EQUAL(m.eos_count, 2);
  CU_ASSERT_TRUE(systole_model_is_eos(&m, 512));
  CU_ASSERT_FALSE(systole_model_is_eos(&m, 1));
  CU_ASSERT_EQUAL(
      parse_with("\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 777},", &m,
                 &err),
      SYSTOLE_OK);
  CU_ASSERT_EQUAL(m.llama.rope_theta, 777.0f);
  CU_ASSERT_EQUAL(parse_with("\"eos_token_id\": 7,", &m, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(m.eos[0], 7);
}

static void test_unsupported(void) {
  const systole_status un = SYSTOLE_E_UNSUPPORTED;
  check_bad("\"architectures\": [\"BartForConditionalGeneration\"],", un,
            "\"BartForConditionalGeneration\" is not supported, expected \"LlamaForCausalLM\"");
  check_bad("\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2},", un, "\"linear\"");
  check_bad("\"rope_scaling\": {\"rope_type\": \"llama3\"},", un, "\"llama3\"");
  check_bad("\"rope_parameters\": {\"rope_type\": \"yarn\"},", un, "\"yarn\"");
  check_bad("\"rope_parameters\": {\"rope_type\": \"default\", \"partial_rotary_factor\": 0.5},",
            un, "partial_rotary_factor");
  check_bad("\"a\\u0000b\": 1,", un, "\\u0000 is not supported");
  check_bad("\"hidden_act\": \"gelu\",", un, "hidden_act: \"gelu\"");
  check_bad("\"attention_bias\": true,", un, "attention_bias");
  check_bad("\"mlp_bias\": true,", un, "mlp_bias");
  check_bad("\"quantization_config\": {\"bits\": 4},", un, "quantization_config");
  check_bad("\"eos_token_id\": [1,2,3,4,5,6,7,8,9],", un, "eos_token_id");
}

static void test_malformed(void) {
  const systole_status bad = SYSTOLE_E_FORMAT;
  check_bad("\"hidden_size\": \"96\",", bad, "hidden_size: expected an integer");
  check_bad("\"hidden_size\": null,", bad, "found absent");
  check_bad("\"hidden_size\": 0,", bad, "hidden_size");
  check_bad("\"hidden_size\": 97,", bad, "multiple of the 6 heads");
  check_bad("\"hidden_size\": 96.5,", bad, "hidden_size");
  check_bad("\"hidden_size\": 1e300,", bad, "hidden_size");
  check_bad("\"vocab_size\": -1,", bad, "vocab_size");
  check_bad("\"head_dim\": 7,", bad, "head_dim: expected an even number");
  check_bad("\"num_key_value_heads\": 4,", bad, "divisor of the 6 heads");
  check_bad("\"num_hidden_layers\": [],", bad, "found a list");
  check_bad("\"num_hidden_layers\": 5000,", SYSTOLE_E_RANGE, "num_hidden_layers");
  check_bad("\"head_dim\": 1048576,", SYSTOLE_E_RANGE, "head_dim");
  check_bad("\"rms_norm_eps\": 0,", bad, "rms_norm_eps");
  check_bad("\"rope_theta\": {},", bad, "rope_theta");
  check_bad("\"rope_scaling\": 2,", bad, "rope_scaling");
  check_bad("\"rope_scaling\": {},", bad, "rope_type");
  check_bad("\"hidden_act\": 1,", bad, "hidden_act");
  check_bad("\"tie_word_embeddings\": 1,", bad, "tie_word_embeddings");
  check_bad("\"eos_token_id\": 513,", bad, "eos_token_id: expected a token id from 0 to 512");
  check_bad("\"eos_token_id\": [1, \"2\"],", bad, "eos_token_id");
  check_bad("\"bos_token_id\": -1,", bad, "bos_token_id");
  check_bad("\"architectures\": [],", bad, "architectures");
  check_bad("\"architectures\": \"LlamaForCausalLM\",", bad, "architectures");
  check_bad("nonsense", bad, "not valid JSON");
}

static void test_files(void) {
  systole_model m;
  systole_error err = {""};
  CU_ASSERT_EQUAL(systole_model_parse("[]", 2, "x.json", &m, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_model_parse("", 0, "x.json", &m, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_model_parse("{} x", 4, "x.json", &m, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_model_parse("{}", 2, "x.json", &m, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "model_type"));
  CU_ASSERT_EQUAL(systole_model_parse("{\"model_type\":\"gpt2\"}", 21, "x.json", &m, &err),
                  SYSTOLE_E_UNSUPPORTED);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "\"gpt2\""));
  CU_ASSERT_EQUAL(systole_model_read("/nonexistent/config.json", &m, &err), SYSTOLE_E_IO);
  CU_ASSERT_EQUAL(systole_model_read("tests", &m, &err), SYSTOLE_E_IO);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "regular file"));
}

void suite_load_config(void);
void suite_load_config(void) {
  static const systole_test tests[] = {{"defaults", test_defaults},
                                       {"given values", test_given},
                                       {"unsupported is refused by name", test_unsupported},
                                       {"malformed fields", test_malformed},
                                       {"files", test_files},
                                       {NULL, NULL}};
  systole_test_suite("load config", tests);
}
