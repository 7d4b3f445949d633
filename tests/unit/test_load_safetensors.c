// safetensors: values and shapes come through; headers that lie do not.
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/load/half.h"
#include "compiler/load/safetensors.h"
#include "tests/unit/harness.h"

// An image of a header and `data` bytes of 0, 1, 2, ...; freed by the caller.
static unsigned char *make_image(const char *header, size_t data, size_t *size) {
  uint64_t length = strlen(header);
  *size = 8 + (size_t)length + data;
  unsigned char *image = malloc(*size);
  if (!image) abort();
  memcpy(image, &length, 8);
  memcpy(image + 8, header, (size_t)length);
  for (size_t i = 0; i < data; i++) image[8 + length + i] = (unsigned char)i;
  return image;
}

static void check_bad(const char *header, size_t data, systole_status status, const char *words) {
  size_t size = 0;
  unsigned char *image = make_image(header, data, &size);
  systole_weights *weights = NULL;
  systole_error err = {""};
  systole_status found = systole_weights_parse(image, size, "x.safetensors", &weights, &err);
  if (found != status || !strstr(err.text, words))
    printf("  with %s: status %d, \"%s\"\n", header, (int)found, err.text);
  CU_ASSERT_EQUAL(found, status);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, words));
  CU_ASSERT_PTR_NULL(weights);
  systole_weights_close(weights);
  free(image);
}

#define ENTRY(name, dtype, shape, begin, end)                                                    \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":[" #begin "," #end \
  "]}"

static void test_lies(void) {
  const systole_status bad = SYSTOLE_E_FORMAT;
  check_bad("{" ENTRY("a", "F32", "[2]", 0, 8) "}", 4, bad, "not within the file's 4 bytes");
  check_bad("{" ENTRY("a", "F32", "[2]", 8, 0) "}", 8, bad, "data_offsets");
  check_bad("{" ENTRY("a", "F32", "[2]", -8, 0) "}", 8, bad, "two whole numbers");
  check_bad("{" ENTRY("a", "F32", "[2]", 0, 1e300) "}", 8, bad, "two whole numbers");
  check_bad("{" ENTRY("a", "F32", "[3]", 0, 8) "}", 8, bad,
            "8 bytes, but its shape has 3 elements of 4 bytes");
  check_bad("{" ENTRY("a", "F32", "[1]", 0, 7) "}", 7, bad, "7 bytes");
  check_bad("{" ENTRY("a", "F32", "[2]", 0, 8) "," ENTRY("b", "F32", "[2]", 4, 12) "}", 12, bad,
            "tensor b: data_offsets: overlaps");
  check_bad("{" ENTRY("a", "F32", "[2]", 0, 8) "," ENTRY("b", "F32", "[2]", 0, 8) "}", 8, bad,
            "overlaps");
  check_bad("{" ENTRY("a", "F32", "[1]", 0, 4) "," ENTRY("b", "F32", "[1]", 8, 12) "}", 12, bad,
            "tensor b: data_offsets: leaves a hole");
  check_bad("{" ENTRY("a", "F32", "[1]", 0, 4) "}", 9, bad, "5 bytes at the end");
  check_bad("{" ENTRY("a", "F32", "[1]", 0, 4) "," ENTRY("a", "F32", "[1]", 4, 8) "}", 8, bad,
            "tensor a: is there twice");
  check_bad("{" ENTRY("a", "F32", "[4294967296,4294967296,4294967296]", 0, 0) "}", 0, bad,
            "more elements");
  check_bad("{" ENTRY("a", "F32", "[-1]", 0, 4) "}", 4, bad, "shape");
  check_bad("{" ENTRY("a", "F32", "[1,1,1,1,1,1,1,1,1]", 0, 4) "}", 4, bad, "8 dimensions");
  check_bad("{" ENTRY("a", "F32", "1", 0, 4) "}", 4, bad, "shape: expected a list");
  check_bad("{" ENTRY("a", "Q4", "[1]", 0, 4) "}", 4, SYSTOLE_E_UNSUPPORTED, "dtype Q4");
  check_bad("{\"a\":3}", 0, bad, "expected an object");
  check_bad("{\"a\":{}}", 0, bad, "dtype");
  check_bad("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, bad, "data_offsets");
  check_bad("[]", 0, bad, "JSON object");
  check_bad("{\"a\"", 0, bad, "not valid JSON");
  check_bad("{} {}", 0, bad, "not valid JSON");
}

static void test_truncated(void) {
  size_t size = 0;
  unsigned char *image = make_image("{" ENTRY("a", "F32", "[2,2]", 0, 16) "}", 16, &size);
  systole_error err = {""};
  for (size_t cut = 0; cut < size; cut++) {
    // A copy of its own, so that the sanitizer sees any byte read too many.
    unsigned char *part = malloc(cut ? cut : 1);
    if (!part) abort();
    memcpy(part, image, cut);
    systole_weights *weights = NULL;
    CU_ASSERT_EQUAL(systole_weights_parse(part, cut, "x", &weights, &err), SYSTOLE_E_FORMAT);
    free(part);
  }
  uint64_t huge = UINT64_MAX;
  memcpy(image, &huge, 8);
  systole_weights *weights = NULL;
  CU_ASSERT_EQUAL(systole_weights_parse(image, size, "x", &weights, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "header claims 18446744073709551615 bytes"));
  free(image);
}

static void test_values(void) {
  size_t size = 0;
  unsigned char *image = make_image(
      "{\"__metadata__\":{\"format\":\"pt\"}," ENTRY("b", "F32", "[2,2]", 4, 20) "," ENTRY(
          "a", "BF16", "[2]", 0, 4) "," ENTRY("c", "I64", "[]", 20,
                                              28) "," ENTRY("d", "F32", "[0,3]", 28, 28) "}   ",
      28, &size);
  const float want[4] = {1.5f, -2.0f, 0.25f, 3e8f};
  memcpy(image + size - 24, want, sizeof want);
  memcpy(image + size - 28, (uint16_t[]){0x3fc0, 0xc000}, 4);
  systole_weights *weights = NULL;
  systole_error err = {""};
  CU_ASSERT_EQUAL_FATAL(systole_weights_parse(image, size, "x", &weights, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_weights_count(weights), 4);
  CU_ASSERT_STRING_EQUAL(systole_weights_at(weights, 1)->name, "b");
  CU_ASSERT_PTR_NULL(systole_weights_at(weights, 4));
  CU_ASSERT_PTR_NULL(systole_weights_find(weights, "e"));
  CU_ASSERT_PTR_NULL(systole_weights_find(weights, "__metadata__"));
  const systole_tensor *a = systole_weights_find(weights, "a"),
                       *c = systole_weights_find(weights, "c");
  const systole_tensor *b = systole_weights_find(weights, "b"),
                       *d = systole_weights_find(weights, "d");
  float got[4] = {0};
  CU_ASSERT_EQUAL(systole_tensor_floats(a, got, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(got[0], 1.5f);
  CU_ASSERT_EQUAL(got[1], -2.0f);
  CU_ASSERT_EQUAL(systole_tensor_floats(b, got, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(memcmp(got, want, sizeof want), 0);
  CU_ASSERT_EQUAL(systole_tensor_row_size(b), 2);
  CU_ASSERT_EQUAL(systole_tensor_rows(b, 1, 1, got, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(got[1], 3e8f);
  CU_ASSERT_EQUAL(systole_tensor_rows(b, 2, 0, got, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_tensor_rows(b, 1, 2, got, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_tensor_rows(b, -1, 1, got, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_tensor_rows(b, 1, INT64_MAX, got, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_tensor_floats(c, got, &err), SYSTOLE_E_UNSUPPORTED);
  CU_ASSERT_EQUAL(systole_tensor_floats(d, got, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_tensor_expect(b, 2, (int64_t[]){2, 2}, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_tensor_expect(b, 2, (int64_t[]){2, 3}, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_STRING_EQUAL(err.text, "x: tensor b: expected shape [2, 3], found [2, 2]");
  CU_ASSERT_EQUAL(systole_tensor_expect(c, 0, NULL, &err), SYSTOLE_E_UNSUPPORTED);
  systole_weights_close(weights);
  free(image);
}

// Every 16-bit pattern against arithmetic on its parts.
static void test_f16(void) {
  int wrong = 0;
  for (uint32_t bits = 0; bits < 65536; bits++) {
    int exponent = (int)(bits >> 10 & 31u), fraction = (int)(bits & 1023u);
    double want = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    if (bits & 0x8000u) want = -want;
    float got = systole_from_f16((uint16_t)bits);
    bool good = exponent < 31 ? (double)got == want && !signbit(got) == (bits < 0x8000u)
                : fraction    ? isnan(got)
                              : isinf(got) && (got < 0) == (bits >= 0x8000u);
    wrong += !good;
  }
  CU_ASSERT_EQUAL(wrong, 0);
}

// ---- Folders ----

static void write_image(const char *dir, const char *name, const char *header, size_t data) {
  size_t size = 0;
  unsigned char *image = make_image(header, data, &size);
  systole_test_write(dir, name, image, size);
  free(image);
}

static systole_status open_index(const char *dir, const char *map, systole_weights **out,
                                 systole_error *err) {
  char json[512];
  int size = snprintf(json, sizeof json, "{\"weight_map\":%s}", map);
  systole_test_write(dir, "model.safetensors.index.json", json, (size_t)size);
  return systole_weights_open(dir, out, err);
}

static void test_shards(void) {
  char dir[256];
  systole_weights *w = NULL;
  systole_error err = {""};
  systole_test_make_dir(dir, sizeof dir);
  CU_ASSERT_EQUAL(systole_weights_open(dir, &w, &err), SYSTOLE_E_IO);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "has neither"));
  write_image(dir, "1.safetensors", "{" ENTRY("b", "F32", "[1]", 0, 4) "}", 4);
  write_image(dir, "2.safetensors", "{" ENTRY("a", "F32", "[2]", 0, 8) "}", 8);
  CU_ASSERT_EQUAL_FATAL(
      open_index(dir, "{\"a\":\"2.safetensors\",\"b\":\"1.safetensors\"}", &w, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_weights_count(w), 2);
  CU_ASSERT_EQUAL(systole_weights_find(w, "a")->count, 2);
  systole_weights_close(w);

  const struct {
    const char *map, *words;
    systole_status status;
  } bad[] = {
      {"{\"a\":\"../2.safetensors\"}", "in this folder", SYSTOLE_E_FORMAT},
      {"{\"a\":\"/etc/passwd\"}", "in this folder", SYSTOLE_E_FORMAT},
      {"{\"a\":\"..\"}", "in this folder", SYSTOLE_E_FORMAT},
      {"{\"a\":\"\"}", "in this folder", SYSTOLE_E_FORMAT},
      {"{\"a\":3}", "in this folder", SYSTOLE_E_FORMAT},
      {"{\"a\":\"1.safetensors\"}", "tensor a is not in 1.safetensors", SYSTOLE_E_FORMAT},
      {"{\"a\":\"3.safetensors\"}", "3.safetensors", SYSTOLE_E_IO},
      {"[]", "weight_map", SYSTOLE_E_FORMAT},
      {"x", "not valid JSON", SYSTOLE_E_FORMAT},
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    CU_ASSERT_EQUAL(open_index(dir, bad[i].map, &w, &err), bad[i].status);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, bad[i].words));
    CU_ASSERT_PTR_NULL(w);
  }
  write_image(dir, "2.safetensors", "{" ENTRY("b", "F32", "[2]", 0, 8) "}", 8);
  CU_ASSERT_EQUAL(open_index(dir, "{\"b\":\"1.safetensors\",\"c\":\"2.safetensors\"}", &w, &err),
                  SYSTOLE_E_FORMAT);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is there twice"));
  systole_test_write(dir, "model.safetensors", "", 0);
  CU_ASSERT_EQUAL(systole_weights_open(dir, &w, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "is empty"));
  systole_test_remove_dir(dir);
}

void suite_load_safetensors(void);
void suite_load_safetensors(void) {
  static const systole_test tests[] = {{"values and shapes", test_values},
                                       {"every F16 value", test_f16},
                                       {"headers that lie", test_lies},
                                       {"truncated anywhere", test_truncated},
                                       {"shards", test_shards},
                                       {NULL, NULL}};
  systole_test_suite("load safetensors", tests);
}
