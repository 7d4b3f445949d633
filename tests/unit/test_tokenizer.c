// The tokenizer against Hugging Face's, and against files and texts that are wrong.
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/load/file.h"
#include "compiler/load/tokenizer.h"
#include "tests/unit/harness.h"
#include "tests/unit/test_tokenizer_cases.h"

// The text that a stream gives, piece by piece; freed by the caller.
static char *stream_all(const systole_tokenizer *t, const int32_t *ids, size_t count) {
  char *all = calloc(1, 4096);
  systole_stream *stream = NULL;
  const char *text = NULL;
  size_t size = 0;
  systole_error err = {""};
  if (!all) abort();
  CU_ASSERT_EQUAL_FATAL(systole_stream_create(t, &stream, &err), SYSTOLE_OK);
  for (size_t i = 0; i < count; i++) {
    CU_ASSERT_EQUAL(systole_stream_push(stream, ids[i], &text, &size, &err), SYSTOLE_OK);
    CU_ASSERT_EQUAL(strlen(text), size);
    strncat(all, text, 4095 - strlen(all));
  }
  CU_ASSERT_EQUAL(systole_stream_finish(stream, &text, &size, &err), SYSTOLE_OK);
  strncat(all, text, 4095 - strlen(all));
  systole_stream_close(stream);
  return all;
}

static void check_encode(const char *name, const systole_tokenizer *t, const char *text,
                         const int32_t *want, size_t count) {
  int32_t *ids = NULL;
  size_t n = 0;
  systole_error err = {""};
  CU_ASSERT_EQUAL_FATAL(systole_tokenizer_encode(t, text, strlen(text), true, &ids, &n, &err),
                        SYSTOLE_OK);
  bool same = n == count && memcmp(ids, want, n * sizeof *ids) == 0;
  if (!same) printf("  %s: other ids for \"%s\"\n", name, text);
  CU_ASSERT_TRUE(same);
  free(ids);
}

static void check_ids(const char *name, const systole_tokenizer *t, const char *text,
                      const int32_t *want, size_t count, const char *decoded) {
  size_t size = 0;
  char *out = NULL;
  systole_error err = {""};
  check_encode(name, t, text, want, count);
  CU_ASSERT_EQUAL(systole_tokenizer_decode(t, want, count, &out, &size, &err), SYSTOLE_OK);
  if (strcmp(out, decoded) != 0) printf("  %s: \"%s\" for \"%s\"\n", name, out, decoded);
  CU_ASSERT_STRING_EQUAL(out, decoded);
  CU_ASSERT_EQUAL(size, strlen(decoded));
  char *streamed = stream_all(t, want, count);
  CU_ASSERT_STRING_EQUAL(streamed, decoded);
  free(streamed);
  free(out);
}

static void test_cases(void) {
  for (int i = 0; i < (int)TOKENIZER_CASES; i++) {
    const tokenizer_case *c = &tokenizer_cases[i];
    systole_tokenizer *t = NULL;
    systole_error err = {""};
    systole_status status = systole_tokenizer_parse(c->json, strlen(c->json), c->name, &t, &err);
    if (status) printf("  %s\n", err.text);
    CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
    for (int k = 0; k < TEXTS; k++)
      check_ids(c->name, t, case_text[k], c->want[k].id, (size_t)c->want[k].count,
                c->want[k].decoded);
    systole_tokenizer_close(t);
  }
}

static void test_tinystories(void) {
  const char *path = systole_test_shared("tinystories-656k-llama/tokenizer.json");
  if (!path) {
    systole_test_skip("tinystories-656k-llama is not there");
    return;
  }
  systole_tokenizer *t = NULL;
  systole_error err = {""};
  CU_ASSERT_EQUAL_FATAL(systole_tokenizer_read(path, &t, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_tokenizer_size(t), 2048);
  CU_ASSERT_STRING_EQUAL(systole_tokenizer_piece(t, 1), "<|start_story|>");
  CU_ASSERT_EQUAL(systole_tokenizer_id(t, "<|end_story|>"), 2);
  CU_ASSERT_EQUAL(systole_tokenizer_id(t, "no such token"), -1);
  CU_ASSERT_TRUE(systole_tokenizer_is_special(t, 2));
  CU_ASSERT_FALSE(systole_tokenizer_is_special(t, 3));
  check_ids("tinystories", t, "Once upon a time", (int32_t[]){1, 80, 147, 201, 282, 57}, 6,
            "Once upon a time");
  // The end token's spelling is normalized to begin with a space, as in the original.
  check_ids("tinystories", t, "One day, Tim's dog  ran!\n<|end_story|> Zo\303\253 <|start_story|>",
            (int32_t[]){1, 80, 299, 1337, 401, 80, 494, 1254, 208, 183, 209, 210, 80, 51, 67, 0, 1},
            17, "One day, Tim's dog  ran!\n<|end_story|> Zo");
  systole_tokenizer_close(t);
}

// The project's own model, whose ids were made by the Python that trained it.
static void test_define(void) {
  const char *path = "models/define/tokens.json";
  if (!systole_file_exists(path)) {
    systole_test_skip("models/define/tokens.json is not there");
    return;
  }
  systole_tokenizer *t = NULL;
  systole_error err = {""};
  char *json = NULL;
  size_t size = 0;
  int32_t want[512];
  CU_ASSERT_EQUAL_FATAL(systole_tokenizer_read("models/define/tokenizer.json", &t, &err),
                        SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_file_read(path, &json, &size, &err), SYSTOLE_OK);
  cJSON *root = cJSON_ParseWithLength(json, size);
  CU_ASSERT(cJSON_GetArraySize(root) > 0);
  for (const cJSON *c = root ? root->child : NULL; c; c = c->next) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(c, "text"));
    size_t n = 0;
    cJSON *id = NULL;
    cJSON_ArrayForEach(id, cJSON_GetObjectItem(c, "ids")) if (n < 512) want[n++] = id->valueint;
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    // cJSON ends a string at a zero byte; such a text is not what its ids say.
    if (*text || n == 1) check_encode("define", t, text, want, n);
  }
  cJSON_Delete(root);
  free(json);
  systole_tokenizer_close(t);
}

// ---- Streams ----

static const char bytes_json[] =
    "{\"added_tokens\":[{\"id\":9,\"content\":\"<e>\",\"special\":true}],\"decoder\":{\"type\":"
    "\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":{\"String\":\"_\"},\"content\":"
    "\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},{\"type\":\"Strip\",\"content\":\" \","
    "\"start\":1,\"stop\":0}]},\"model\":{\"type\":\"BPE\",\"byte_fallback\":true,\"vocab\":{\"<"
    "0xE2>\":0,"
    "\"<0x82>\":1,\"<0xAC>\":2,\"_a\":3,\"_\":4,\"<0xFF>\":5},\"merges\":[]}}";

static void push(systole_stream *s, int32_t id, const char *want) {
  const char *text = NULL;
  size_t size = 0;
  systole_error err = {""};
  CU_ASSERT_EQUAL(systole_stream_push(s, id, &text, &size, &err), SYSTOLE_OK);
  CU_ASSERT_STRING_EQUAL(text, want);
}

static void test_stream_holds_back(void) {
  systole_tokenizer *t = NULL;
  systole_stream *s = NULL;
  systole_error err = {""};
  const char *text = NULL;
  size_t size = 0;
  CU_ASSERT_EQUAL_FATAL(systole_tokenizer_parse(bytes_json, strlen(bytes_json), "x", &t, &err),
                        SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_stream_create(t, &s, &err), SYSTOLE_OK);
  for (int round = 0; round < 2; round++) {
    push(s, 9, "");
    push(s, 3, "a");  // the first space is dropped
    push(s, 3, " a");
    push(s, 0, "");  // the euro sign comes with its last byte
    push(s, 1, "");
    push(s, 2, "\342\202\254");
    push(s, 5, "\357\277\275");
    push(s, 1000, "");  // ids that no token has say nothing
    push(s, -1, "");
    push(s, 0, "");
    push(s, 1, "");
    CU_ASSERT_EQUAL(systole_stream_finish(s, &text, &size, &err), SYSTOLE_OK);
    CU_ASSERT_STRING_EQUAL(text, "\357\277\275\357\277\275");
  }
  // Decoding at once, the original gives up a whole run of bytes if it is not UTF-8.
  char *whole = NULL;
  CU_ASSERT_EQUAL(systole_tokenizer_decode(t, (int32_t[]){0, 1, 2, 5}, 4, &whole, &size, &err),
                  SYSTOLE_OK);
  CU_ASSERT_STRING_EQUAL(whole, "\357\277\275\357\277\275\357\277\275\357\277\275");
  free(whole);
  push(s, 4, "");  // a new text: the leading space is dropped again, once
  push(s, 4, " ");
  systole_stream_close(s);
  systole_tokenizer_close(t);
}

// ---- What is wrong ----

static void test_bad_text(void) {
  static const struct {
    const char *text, *words;
  } bad[] = {{"ab\377", "byte 2"},
             {"\300\200", "byte 0"},           // overlong
             {"a\355\240\200", "byte 1"},      // a surrogate
             {"abc\342\202", "byte 3"},        // cut short
             {"\364\220\200\200", "byte 0"}};  // beyond Unicode
  systole_tokenizer *t = NULL;
  systole_error err = {""};
  int32_t *ids = NULL;
  size_t count = 0;
  CU_ASSERT_EQUAL_FATAL(systole_tokenizer_parse(bytes_json, strlen(bytes_json), "x", &t, &err),
                        SYSTOLE_OK);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    CU_ASSERT_EQUAL(
        systole_tokenizer_encode(t, bad[i].text, strlen(bad[i].text), true, &ids, &count, &err),
        SYSTOLE_E_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, bad[i].words));
    CU_ASSERT_PTR_NULL(ids);
  }
  // A zero byte is a character like any other; here it has no token.
  CU_ASSERT_EQUAL(systole_tokenizer_encode(t, "\0_", 2, true, &ids, &count, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(count, 1);
  free(ids);
  systole_tokenizer_close(t);
}

// A tokenizer of two letters with one part more, which is wrong.
static void check_bad(const char *part, systole_status status, const char *words) {
  char json[1024];
  int size = snprintf(json, sizeof json,
                      "{%s \"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},"
                      "\"merges\":[\"a b\"]}}",
                      part);
  systole_tokenizer *t = NULL;
  systole_error err = {""};
  systole_status found = systole_tokenizer_parse(json, (size_t)size, "tokenizer.json", &t, &err);
  if (found != status || !strstr(err.text, words))
    printf("  with %s: status %d, \"%s\"\n", part, (int)found, err.text);
  CU_ASSERT_EQUAL(found, status);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, words));
  CU_ASSERT_PTR_NULL(t);
  systole_tokenizer_close(t);
}

#define MODEL(rest) "\"model\":{\"type\":\"BPE\"," rest "},"
#define VOCAB "\"vocab\":{\"a\":0,\"b\":1,\"ab\":2},"

static void test_unsupported(void) {
  const systole_status un = SYSTOLE_E_UNSUPPORTED;
  check_bad("\"model\":{\"type\":\"Unigram\"},", un,
            "model: \"Unigram\" is not supported, expected BPE");
  check_bad("\"normalizer\":{\"type\":\"Precompiled\"},", un, "normalizer: \"Precompiled\"");
  check_bad(
      "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},{\"type\":\"Nmt\"}"
      "]},",
      un, "\"Nmt\"");
  check_bad("\"pre_tokenizer\":{\"type\":\"Whitespace\"},", un, "pre_tokenizer: \"Whitespace\"");
  check_bad(
      "\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"X\"},",
      un, "\"X\"");
  check_bad(
      "\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"_\",\"prepend_scheme\":\"last\"}"
      ",",
      un, "\"last\"");
  check_bad("\"decoder\":{\"type\":\"WordPiece\"},", un, "decoder: \"WordPiece\"");
  check_bad(
      "\"decoder\":{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Fuse\"},{\"type\":\"Strip\","
      "\"content\":\" \",\"start\":0,\"stop\":1}]},",
      un, "Strip after Fuse");
  check_bad("\"post_processor\":{\"type\":\"RobertaProcessing\"},", un, "\"RobertaProcessing\"");
  check_bad("\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[]},", un,
            "sequence A");
  check_bad(MODEL("\"dropout\":0.1," VOCAB "\"merges\":[]"), un, "dropout");
  check_bad(MODEL("\"end_of_word_suffix\":\"</w>\"," VOCAB "\"merges\":[]"), un, "</w>");
}

static void test_malformed(void) {
  const systole_status bad = SYSTOLE_E_FORMAT;
  check_bad("\"x\":\"\377\",", bad, "not valid UTF-8 at byte 6");
  check_bad("\"model\":3,", bad, "model: expected an object");
  check_bad(MODEL("\"merges\":[]"), bad, "vocab");
  check_bad(MODEL(VOCAB "\"merges\":3"), bad, "merges: expected a list");
  check_bad(MODEL(VOCAB "\"merges\":[\"a\"]"), bad, "entry 0: expected two tokens");
  check_bad(MODEL(VOCAB "\"merges\":[\"a b\",\"a b c\"]"), bad, "entry 1: expected two tokens");
  check_bad(MODEL(VOCAB "\"merges\":[[\"a\",\"b\",\"c\"]]"), bad, "expected two tokens");
  check_bad(MODEL(VOCAB "\"merges\":[[\"b\",\"a\"]]"), bad, "not in the vocabulary");
  check_bad(MODEL("\"vocab\":{\"a\":0,\"b\":0},\"merges\":[]"), bad, "both have id 0");
  check_bad(MODEL("\"vocab\":{\"a\":0,\"a\":1},\"merges\":[]"), bad, "is there twice");
  check_bad(MODEL("\"vocab\":{\"a\":-1},\"merges\":[]"), bad, "expected an id");
  check_bad(MODEL("\"vocab\":{\"a\":1e9},\"merges\":[]"), bad, "expected an id");
  check_bad(MODEL("\"unk_token\":\"?\"," VOCAB "\"merges\":[]"), bad, "unk_token");
  check_bad("\"added_tokens\":{},", bad, "added_tokens: expected a list");
  check_bad("\"added_tokens\":[{\"id\":1,\"content\":\"x\"}],", bad, "does not fit");
  check_bad("\"added_tokens\":[{\"id\":7,\"content\":\"a\"}],", bad, "does not fit");
  check_bad("\"added_tokens\":[{\"id\":-7,\"content\":\"a\"}],", bad, "id: expected an integer");
  check_bad("\"added_tokens\":[{\"id\":3}],", bad, "content: expected a string");
  check_bad("\"normalizer\":[],", bad, "normalizer");
  check_bad("\"normalizer\":{\"type\":\"Replace\",\"content\":\"\",\"pattern\":{\"Regex\":\"(\"}},",
            bad, "regular expression");
  check_bad("\"pre_tokenizer\":{\"type\":\"Split\",\"behavior\":\"Removed\"},", bad, "pattern");
  check_bad("\"decoder\":{\"type\":\"Strip\",\"content\":\"\",\"start\":0,\"stop\":1},", bad,
            "Strip");
  check_bad(
      "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":"
      "\"s\"}},"
      "{\"Sequence\":{\"id\":\"A\"}}],\"special_tokens\":{\"s\":{\"ids\":[9]}}},",
      bad, "no token 9");
}

// The whole text is one word in SentencePiece's way: merging must not be quadratic.
static void test_long_word(void) {
  static const char json[] =
      "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"aa\":1,\"aaaa\":2,\"b\":3},"
      "\"merges\":[\"a a\",\"aa aa\"]}}";
  systole_tokenizer *t = NULL;
  systole_error err = {""};
  int32_t *ids = NULL;
  size_t count = 0, size = 400001;
  char *text = malloc(size);
  if (!text) abort();
  memset(text, 'a', size);
  CU_ASSERT_EQUAL_FATAL(systole_tokenizer_parse(json, strlen(json), "x", &t, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_tokenizer_encode(t, text, size, true, &ids, &count, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(count, 100001);
  CU_ASSERT_EQUAL(ids[99999], 2);
  CU_ASSERT_EQUAL(ids[100000], 0);
  free(ids);
  free(text);
  systole_tokenizer_close(t);
}

void suite_tokenizer(void);
void suite_tokenizer(void) {
  static const systole_test tests[] = {{"ids of every supported kind", test_cases},
                                       {"tinystories", test_tinystories},
                                       {"define", test_define},
                                       {"a stream holds back", test_stream_holds_back},
                                       {"text that is not UTF-8", test_bad_text},
                                       {"unsupported is refused by name", test_unsupported},
                                       {"malformed files", test_malformed},
                                       {"a long word", test_long_word},
                                       {NULL, NULL}};
  systole_test_suite("tokenizer", tests);
}
