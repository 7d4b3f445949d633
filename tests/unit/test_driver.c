// The driver on the model (and on the RTL, where it has been built), and the
// product compiler through it.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/source.h"
#include "compiler/gemm.h"
#include "driver/include/systole.h"
#include "tests/unit/harness.h"

static systole_device *open_device(const char *transport, const char *hw, const systole_options *options) {
  systole_config config;
  systole_device *device = NULL;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL_FATAL(systole_config_load(hw, &config, &err), SYSTOLE_OK);
  if (systole_open(transport, &config, options, &device, &err)) printf("  %s\n", err.text);
  return device;
}

static void test_selftest(void) {
  static const char *const configs[] = {"tiny8", "edge16", "base32"};
  for (int i = 0; i < 3; i++) {
    systole_device *device = open_device("model", configs[i], NULL);
    systole_error err = {{0}};
    CU_ASSERT_PTR_NOT_NULL_FATAL(device);
    systole_status status = systole_selftest(device, NULL, &err);
    if (status) printf("  %s\n", err.text);
    CU_ASSERT_EQUAL(status, SYSTOLE_OK);
    systole_close(device);
  }
}

static void test_open(void) {
  systole_config config;
  systole_device *device;
  systole_error err = {{0}};
  systole_options options = {.rtl_object = "/nowhere/x.so"};
  CU_ASSERT_EQUAL_FATAL(systole_config_load("edge16", &config, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_open("abacus", &config, NULL, &device, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "rtl, model"));
  CU_ASSERT_EQUAL(systole_open("rtl", &config, &options, &device, &err), SYSTOLE_E_IO);
  snprintf(config.name, sizeof config.name, "unbuilt");
  options = (systole_options){.hw = "some/unbuilt.ini"};
  CU_ASSERT_EQUAL(systole_open("rtl", &config, &options, &device, &err), SYSTOLE_E_IO);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "make rtl HW=some/unbuilt.ini"));
  options = (systole_options){.dram = {.preset = "magnetic"}};
  CU_ASSERT_NOT_EQUAL(systole_open("model", &config, &options, &device, &err), SYSTOLE_OK);
}

static void test_buffers(void) {
  systole_device *device = open_device("model", "tiny8", NULL);
  systole_buffer *a, *b;
  systole_error err;
  uint8_t bytes[16] = {1, 2, 3};
  CU_ASSERT_EQUAL_FATAL(systole_buffer_alloc(device, 100, &a, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_buffer_alloc(device, 1 << 20, &b, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_buffer_write(a, 90, bytes, 10, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_buffer_write(a, 91, bytes, 10, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_buffer_write(a, UINT64_MAX, bytes, 10, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_buffer_read(a, 90, bytes + 8, 3, &err), SYSTOLE_OK);
  CU_ASSERT(!memcmp(bytes, bytes + 8, 3));
  CU_ASSERT_EQUAL(systole_buffer_read(b, 0, bytes, 1, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(bytes[0], 0);
  CU_ASSERT_EQUAL(systole_buffer_alloc(device, UINT64_MAX, &b, &err), SYSTOLE_E_RANGE);
  systole_buffer_free(a);
  systole_buffer_free(b);
  systole_close(device);
}

// ---- faults ------------------------------------------------------------------

// Runs text on the device; the report is optional.
static systole_status run_text(systole_device *device, const char *text, uint64_t limit, systole_report *report,
                               systole_error *err) {
  systole_program *program;
  systole_loaded *loaded;
  systole_status status = systole_source_assemble(text, strlen(text), "test", ".", "tiny8", &program, err);
  if (status) printf("  %s\n", err->text);
  CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_load(device, program, &loaded, err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_submit(loaded, "main", NULL, err), SYSTOLE_OK);
  status = systole_wait(device, limit, report, err);
  systole_unload(loaded);
  systole_program_destroy(program);
  return status;
}

static void check_faults(systole_device *device) {
  static const struct {
    const char *text;
    systole_cause cause;
    const char *said[3];
  } cases[] = {
      {"end\n", SYSTOLE_CAUSE_NONE, {0}},
      {".line 255 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\nend", SYSTOLE_CAUSE_ILLEGAL, {"ILLEGAL", "line 0", ".line 0xFF"}},
      {".symbol a.norm\nvx a_space=VM d_space=VM d=1024 m=1 n=8\nend", SYSTOLE_CAUSE_SRAM, {"SRAM", "a.norm", "`vx a_space=VM"}},
      {"vx a_space=VM m=s0*0+s1\nst space=VM segment=3 rows=1 elements=1\nend", SYSTOLE_CAUSE_SEGMENT, {"SEGMENT", "line 2", "st segment=3"}},
      {".symbol b\nmx a_space=ACT m=1 k=1 n=1 c_row=1 c_tile=1 wait=LD:1\nend", SYSTOLE_CAUSE_WATCHDOG, {"WATCHDOG", "MX waits for a semaphore from LD", "line 0 (b)"}},
      {"loop count=100 counter=1\nloop count=100 counter=2\nloop count=100 counter=3\nvx a_space=VM m=1 n=8\nendloop\nendloop\nendloop\nend", SYSTOLE_CAUSE_ABORT, {"ABORT"}},
      {"end\n", SYSTOLE_CAUSE_NONE, {0}},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    systole_report report;
    systole_error err = {{0}};
    systole_status status = run_text(device, cases[i].text, 20000, &report, &err);
    CU_ASSERT_EQUAL(report.cause, cases[i].cause);
    CU_ASSERT_EQUAL(status, cases[i].cause == SYSTOLE_CAUSE_NONE    ? SYSTOLE_OK
                            : cases[i].cause == SYSTOLE_CAUSE_ABORT ? SYSTOLE_E_TIMEOUT
                                                                    : SYSTOLE_E_FAULT);
    for (int j = 0; j < 3 && cases[i].said[j]; j++) {
      if (!strstr(err.text, cases[i].said[j])) printf("  case %zu: %s\n", i, err.text);
      CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].said[j]));
    }
  }
}

static void test_faults(void) {
  systole_options options = {.watchdog = 1000};
  systole_device *device = open_device("model", "tiny8", &options);
  CU_ASSERT_PTR_NOT_NULL_FATAL(device);
  check_faults(device);
  systole_close(device);
}

static void test_wrong_calls(void) {
  systole_device *device = open_device("model", "tiny8", NULL);
  systole_config other;
  systole_program *program;
  systole_loaded *loaded;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL(systole_wait(device, 0, NULL, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL_FATAL(systole_config_load("edge16", &other, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_gemm_build(&other, 3, 3, 3, &program, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_load(device, program, &loaded, &err), SYSTOLE_E_CONFIG);
  CU_ASSERT(strstr(err.text, "edge16") && strstr(err.text, "tiny8"));
  systole_program_destroy(program);
  CU_ASSERT_EQUAL_FATAL(systole_source_assemble("end", 3, "t", ".", "tiny8", &program, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_load(device, program, &loaded, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_submit(loaded, "decode", NULL, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "expected one of main"));
  CU_ASSERT_EQUAL(systole_submit(loaded, "main", NULL, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_submit(loaded, "main", NULL, &err), SYSTOLE_E_USAGE);
  CU_ASSERT_EQUAL(systole_wait(device, 0, NULL, &err), SYSTOLE_OK);
  systole_unload(loaded);
  systole_program_destroy(program);
  systole_close(device);
}

static void test_binding(void) {
  static const char text[] = ".segment 1 name=in bytes=64 fill=0\n.segment 2 name=out bytes=32\n"
                             "ld segment=1 space=PAR rows=1 words=1 raise=VX:1\n"
                             "vx a_space=PAR m=1 n=8 mul=IMM mul_imm=2 d_space=VM wait=LD:1 raise=ST:1\n"
                             "st segment=2 space=VM rows=1 elements=8 wait=VX:1\nend";
  systole_options options = {.status_record = true};
  systole_device *device = open_device("model", "tiny8", &options);
  systole_program *program;
  systole_loaded *loaded;
  systole_buffer *mine, *small;
  systole_error err = {{0}};
  float in[16] = {1.5f, -3}, out[8];
  uint32_t record[SYSTOLE_STATUS_BYTES / 4];
  systole_report report;
  CU_ASSERT_EQUAL_FATAL(systole_source_assemble(text, strlen(text), "t", ".", "tiny8", &program, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_load(device, program, &loaded, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_buffer_alloc(device, 64, &mine, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_buffer_alloc(device, 63, &small, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_bind(loaded, 1, small, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_bind(loaded, 0, mine, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_bind(loaded, 1, mine, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_buffer_write(mine, 0, in, sizeof in, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_submit(loaded, "main", NULL, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_wait(device, 0, &report, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_buffer_read(systole_loaded_segment(loaded, 2), 0, out, sizeof out, &err), SYSTOLE_OK);
  CU_ASSERT(out[0] == 3 && out[1] == -6 && out[2] == 0);
  CU_ASSERT_EQUAL(systole_status_record(device, record, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(record[0], 0x53595354);
  CU_ASSERT_EQUAL(record[2], (uint32_t)systole_device_config(device)->hash);
  // ST's times are the record's last words.
  CU_ASSERT_EQUAL(record[(SYSTOLE_REG_BUSY_LO + 96 - 0x200) / 4], (uint32_t)report.engines[3].busy);
  CU_ASSERT_EQUAL(record[(SYSTOLE_REG_IDLE_LO + 96 - 0x200) / 4], (uint32_t)report.engines[3].idle);
  systole_unload(loaded);
  systole_buffer_free(mine);
  systole_buffer_free(small);
  systole_program_destroy(program);
  systole_close(device);
}

static void test_races(void) {
  static const char racy[] = ".segment 2 name=out bytes=32\nvx a_space=VM m=1 n=8 d_space=VM add=IMM add_imm=1\n"
                             "st segment=2 space=VM rows=1 elements=8\nend";
  systole_options options = {.check_races = true};
  systole_device *device = open_device("model", "tiny8", &options);
  systole_error err = {{0}};
  CU_ASSERT_EQUAL(run_text(device, racy, 0, NULL, &err), SYSTOLE_E_DIFFER);
  CU_ASSERT_EQUAL(run_text(device, "end", 0, NULL, &err), SYSTOLE_OK);
  systole_close(device);
}

// ---- products ------------------------------------------------------------------

// C of one product, wrong elements counted.
static int wrong_elements(systole_device *device, uint32_t m, uint32_t k, uint32_t n) {
  const systole_config *config = systole_device_config(device);
  systole_gemm_shape shape = systole_gemm_shape_of(config, m, k, n);
  int8_t *a = malloc(m * k), *w = malloc(k * n);
  uint8_t *packed_a = malloc(shape.a_bytes), *packed_w = malloc(shape.w_bytes);
  float *c = malloc(shape.c_bytes);
  systole_program *program;
  systole_loaded *loaded;
  systole_error err = {{0}};
  for (uint32_t i = 0; i < m * k; i++) a[i] = (int8_t)(i * 37 % 255 - 127);
  for (uint32_t i = 0; i < k * n; i++) w[i] = (int8_t)(i * 91 % 253 - 126);
  systole_gemm_pack_a(config, m, k, a, packed_a);
  systole_gemm_pack_w(config, k, n, w, packed_w);
  CU_ASSERT_EQUAL_FATAL(systole_gemm_build(config, m, k, n, &program, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_load(device, program, &loaded, &err), SYSTOLE_OK);
  systole_buffer_write(systole_loaded_segment(loaded, SYSTOLE_GEMM_A), 0, packed_a, shape.a_bytes, &err);
  systole_buffer_write(systole_loaded_segment(loaded, SYSTOLE_GEMM_W), 0, packed_w, shape.w_bytes, &err);
  CU_ASSERT_EQUAL(systole_submit(loaded, "main", NULL, &err), SYSTOLE_OK);
  systole_status status = systole_wait(device, 0, NULL, &err);
  if (status) printf("  %u x %u x %u: %s\n", m, k, n, err.text);
  CU_ASSERT_EQUAL(status, SYSTOLE_OK);
  systole_buffer_read(systole_loaded_segment(loaded, SYSTOLE_GEMM_C), 0, c, shape.c_bytes, &err);
  int wrong = 0;
  for (uint32_t i = 0; i < m; i++)
    for (uint32_t j = 0; j < n; j++) {
      int32_t sum = 0;
      for (uint32_t x = 0; x < k; x++) sum += a[i * k + x] * w[x * n + j];
      wrong += c[i * n + j] != (float)sum;
    }
  systole_unload(loaded);
  systole_program_destroy(program);
  free(a), free(w), free(packed_a), free(packed_w), free(c);
  return wrong;
}

static void test_products(void) {
  static const uint32_t sizes[][3] = {{1, 1, 1},    {1, 500, 33}, {7, 9, 11},    {33, 17, 65},  {129, 8, 8},
                                      {70, 300, 90}, {5, 2100, 3}, {300, 40, 20}, {64, 64, 200}};
  static const char *const configs[] = {"tiny8", "edge16", "base32"};
  for (int i = 0; i < 3; i++) {
    systole_options options = {.check_races = true};
    systole_device *device = open_device("model", configs[i], &options);
    CU_ASSERT_PTR_NOT_NULL_FATAL(device);
    for (size_t j = 0; j < sizeof sizes / sizeof sizes[0]; j++)
      CU_ASSERT_EQUAL(wrong_elements(device, sizes[j][0], sizes[j][1], sizes[j][2]), 0);
    systole_close(device);
  }
}

static void test_product_sizes(void) {
  systole_config config;
  systole_program *program;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL_FATAL(systole_config_load("edge16", &config, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_gemm_build(&config, 0, 1, 1, &program, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_gemm_build(&config, 1, SYSTOLE_GEMM_MAX + 1, 1, &program, &err), SYSTOLE_E_RANGE);
}

// Configurations at the edges of what is possible: one tile of weights, one
// row of everything.
static void test_smallest(void) {
  systole_config config;
  systole_device *device;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL_FATAL(systole_config_load("tiny8", &config, &err), SYSTOLE_OK);
  config.wgt_words = config.act_words = config.qnt_words = config.acc_words = 8;
  config.par_words = config.vm_words = config.rs_words = 4;
  config.queue_depth = 2;
  CU_ASSERT_EQUAL_FATAL(systole_config_check(&config, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_open("model", &config, NULL, &device, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(wrong_elements(device, 13, 50, 21), 0);
  systole_close(device);
}

static void test_rtl(void) {
  systole_config config;
  systole_device *device;
  systole_options options = {.watchdog = 1000};
  systole_error err = {{0}};
  CU_ASSERT_EQUAL_FATAL(systole_config_load("tiny8", &config, &err), SYSTOLE_OK);
  if (systole_open("rtl", &config, &options, &device, &err)) {
    systole_test_skip(err.text);
    return;
  }
  CU_ASSERT_EQUAL(systole_selftest(device, NULL, &err), SYSTOLE_OK);
  check_faults(device);
  CU_ASSERT_EQUAL(wrong_elements(device, 33, 17, 65), 0);
  systole_close(device);
}

void suite_driver(void) {
  static const systole_test tests[] = {{"the self-test on the model", test_selftest},
                                       {"what opening refuses", test_open},
                                       {"buffers", test_buffers},
                                       {"faults in words, and a run after each", test_faults},
                                       {"calls in the wrong order", test_wrong_calls},
                                       {"bound buffers and the status record", test_binding},
                                       {"races", test_races},
                                       {"products of many shapes, without races", test_products},
                                       {"products that are refused", test_product_sizes},
                                       {"products on the smallest machine", test_smallest},
                                       {"the RTL", test_rtl},
                                       {0}};
  systole_test_suite("driver", tests);
}
