// The portable kernel on whatever OpenCL platform compiles (PoCL in continuous
// integration), beside the model: random programs, and what the driver refuses.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/source.h"
#include "sim/fuzz/compare.h"
#include "sim/fuzz/dice.h"
#include "sim/fuzz/generate.h"
#include "sim/model/model.h"
#include "tests/unit/harness.h"
#include "tests/unit/opencl_machine.h"

enum { PROGRAMS = 60, MOST_SKIPPED = 20 };

static bool there(void) {
  systole_error err = {{0}};
  if (systole_test_opencl_there(&err)) return true;
  systole_test_skip(err.text);
  return false;
}

static void load_config(const char *name, systole_config *config) {
  systole_error err = {{0}};
  systole_status status = systole_config_load(name, config, &err);
  if (status) printf("  %s\n", err.text);
  CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
}

// ---- random programs -----------------------------------------------------------

typedef struct {
  systole_fuzz_case c;
  systole_fuzz_places places;
  systole_fuzz_walk walk;
  unsigned run, with_fault, different;
} campaign;

static bool make(campaign *k, const systole_config *config, bool faults, uint64_t seed) {
  memset(&k->c, 0, sizeof k->c);
  k->c.config = *config;
  strcpy(k->c.dram.preset, config->memory);
  if (!systole_fuzz_generate(&k->c, &k->places, &k->walk, seed)) return false;
  if (systole_test_opencl_give_status(&k->c) && (!faults || systole_fuzz_spoil(&k->c, &k->places, &k->walk, seed)) &&
      systole_test_opencl_takes(&k->c))
    return true;
  systole_fuzz_case_free(&k->c);
  return false;
}

static void compare(campaign *k, uint64_t seed) {
  const systole_machine_api *const apis[2] = {systole_model_api(), systole_test_opencl_api()};
  systole_fuzz_result result;
  systole_error err = {{0}};
  systole_status status = systole_fuzz_compare(&k->c, apis, SYSTOLE_COMPARE_VALUES, &result, &err);
  if (status) printf("  seed %llu: %s\n", (unsigned long long)seed, err.text);
  if (!status && result.differs)
    printf("  seed %llu%s%s: %s\n", (unsigned long long)seed, k->c.fault ? ", " : "", k->c.fault ? k->c.fault : "", result.text);
  k->run++;
  k->with_fault += result.report.cause != SYSTOLE_CAUSE_NONE;
  k->different += status || result.differs;
}

// SYSTOLE_FUZZ_COUNT: as many instead.
static unsigned programs_wanted(void) {
  const char *count = getenv("SYSTOLE_FUZZ_COUNT");
  return count ? (unsigned)strtoul(count, NULL, 10) : PROGRAMS;
}

static void run_programs(const char *hw, const systole_opencl_options *options, bool faults) {
  campaign *k = calloc(1, sizeof *k);
  const unsigned wanted = programs_wanted();
  systole_config config;
  systole_error err = {{0}};
  load_config(hw, &config);
  CU_ASSERT_EQUAL_FATAL(systole_fuzz_places_create(&config, &k->places, &err), SYSTOLE_OK);
  for (uint64_t i = 1; k->run < wanted && i < (uint64_t)wanted * MOST_SKIPPED; i++) {
    const uint64_t seed = systole_dice_mix(i);
    if (!make(k, &config, faults, seed)) continue;
    compare(k, seed);
    systole_fuzz_case_free(&k->c);
  }
  if (k->different) printf("  %s, %u items, integers %d: %u of %u differ\n", hw, (unsigned)options->items, options->integer, k->different, k->run);
  CU_ASSERT_EQUAL(k->different, 0);
  CU_ASSERT_EQUAL(k->run, wanted);
  if (faults) CU_ASSERT(k->with_fault > wanted / 2);
  systole_fuzz_places_destroy(&k->places);
  free(k);
}

static void run_both_kinds(const char *hw, systole_opencl_options options) {
  systole_config config;
  systole_error err = {{0}};
  if (!there()) return;
  load_config(hw, &config);
  systole_status status = systole_test_opencl_open(&config, &options, &err);
  if (status) printf("  %s\n", err.text);
  CU_ASSERT_EQUAL_FATAL(status, SYSTOLE_OK);
  run_programs(hw, &options, false);
  run_programs(hw, &options, true);
  systole_test_opencl_close();
}

// Every width of vectors, one item and many, fp32 of the device and in integers.
static void test_edge16(void) { run_both_kinds("edge16", (systole_opencl_options){.items = 1}); }
static void test_tiny8(void) { run_both_kinds("tiny8", (systole_opencl_options){.items = 1}); }
static void test_narrow(void) { run_both_kinds("tests/configs/fuzz4.ini", (systole_opencl_options){.items = 1}); }
static void test_wide(void) { run_both_kinds("tests/configs/fuzz64.ini", (systole_opencl_options){.items = 1, .integer = true}); }
static void test_many(void) { run_both_kinds("tiny8", (systole_opencl_options){.items = 64}); }
static void test_many_wide(void) { run_both_kinds("tests/configs/fuzz64.ini", (systole_opencl_options){.items = 64}); }
static void test_many_integers(void) { run_both_kinds("edge16", (systole_opencl_options){.items = 256, .integer = true}); }

// ---- what the driver refuses -----------------------------------------------------

static systole_status try_open(const char *hw, const systole_opencl_options *options, systole_device **device, systole_error *err) {
  systole_config config;
  const systole_options all = {.opencl = *options};
  load_config(hw, &config);
  memset(err, 0, sizeof *err);
  return systole_open("opencl", &config, &all, device, err);
}

static void expect_refusal(const char *hw, systole_opencl_options options, systole_status expected, const char *said) {
  systole_device *device = NULL;
  systole_error err;
  systole_status status = try_open(hw, &options, &device, &err);
  if (status != expected || !strstr(err.text, said)) printf("  %d: %s: expected %d and `%s`\n", status, err.text, expected, said);
  CU_ASSERT_EQUAL(status, expected);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, said));
  systole_close(device);
}

static void test_names(void) {
  if (!there()) return;
  expect_refusal("tiny8", (systole_opencl_options){.platform = "abacus"}, SYSTOLE_E_USAGE, "platform abacus, device (any): expected parts");
  expect_refusal("tiny8", (systole_opencl_options){.device = "abacus"}, SYSTOLE_E_USAGE, "there are: ");
}

// Not a binary that was cut short: PoCL 3.1 ends the process for it.
static void test_binaries(void) {
  char dir[256], path[300], whole[300];
  size_t size;
  if (!there()) return;
  systole_test_make_dir(dir, sizeof dir);
  snprintf(path, sizeof path, "%s/nothing", dir);
  snprintf(whole, sizeof whole, "%s/whole", dir);
  expect_refusal("tiny8", (systole_opencl_options){.binary = path}, SYSTOLE_E_IO, path);
  systole_test_write(dir, "nothing", "", 0);
  expect_refusal("tiny8", (systole_opencl_options){.binary = path}, SYSTOLE_E_FORMAT, "it is empty");
  systole_test_write(dir, "nothing", "no binary at all", 16);
  expect_refusal("tiny8", (systole_opencl_options){.binary = path}, SYSTOLE_E_FORMAT, "CL_INVALID_BINARY");
  unsigned char *binary = systole_test_opencl_binary("tiny8", &size);
  CU_ASSERT_PTR_NOT_NULL_FATAL(binary);
  systole_test_write(dir, "whole", binary, size);
  expect_refusal("tiny8", (systole_opencl_options){.binary = whole}, SYSTOLE_OK, "");
  expect_refusal("edge16", (systole_opencl_options){.binary = whole}, SYSTOLE_E_CONFIG, "choose it with --hw");
  free(binary);
  systole_test_remove_dir(dir);
}

static systole_device *open_default(const char *hw) {
  systole_device *device = NULL;
  systole_error err;
  if (try_open(hw, &(systole_opencl_options){0}, &device, &err)) printf("  %s\n", err.text);
  CU_ASSERT_PTR_NOT_NULL_FATAL(device);
  return device;
}

static void test_room(void) {
  systole_buffer *buffer = NULL;
  systole_error err = {{0}};
  if (!there()) return;
  systole_device *device = open_default("tiny8");
  CU_ASSERT_EQUAL(systole_buffer_alloc(device, UINT64_C(1) << 50, &buffer, &err), SYSTOLE_E_MEMORY);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "CL_DEVICE_MAX_MEM_ALLOC_SIZE"));
  CU_ASSERT_EQUAL(systole_buffer_alloc(device, UINT64_MAX - 3, &buffer, &err), SYSTOLE_E_MEMORY);
  CU_ASSERT_EQUAL(systole_selftest(device, NULL, &err), SYSTOLE_OK);
  systole_close(device);
}

static systole_status run_text(systole_device *device, const char *text, uint64_t limit, systole_report *report, systole_error *err) {
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

// A program that never ends is stopped, one that cannot go on says so, and the
// device is as good as before.
static void test_stops(void) {
  static const char endless[] = "loop count=4294967295 counter=1\nvx a_space=VM m=1 n=8\nendloop\nend";
  static const char stuck[] = "vx a_space=VM m=1 n=8 wait=MX:1\nend";
  systole_report report;
  systole_error err = {{0}};
  if (!there()) return;
  systole_device *device = open_default("tiny8");
  CU_ASSERT_EQUAL(run_text(device, endless, 1, &report, &err), SYSTOLE_E_TIMEOUT);
  CU_ASSERT_EQUAL(report.cause, SYSTOLE_CAUSE_ABORT);
  CU_ASSERT_EQUAL(run_text(device, stuck, 0, &report, &err), SYSTOLE_E_FAULT);
  CU_ASSERT_EQUAL(report.cause, SYSTOLE_CAUSE_WATCHDOG);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "VX waits for a semaphore from MX"));
  CU_ASSERT_EQUAL(systole_selftest(device, NULL, &err), SYSTOLE_OK);
  systole_close(device);
}

// A run that takes several launches is still one run, and counts as one.
static void test_long_run(void) {
  static const char text[] = "loop count=100000 counter=1\nvx a_space=VM m=1 n=8 add=IMM add_imm=1 d_space=VM\nendloop\nend";
  systole_report report;
  systole_error err = {{0}};
  float lanes[8];
  if (!there()) return;
  systole_device *device = open_default("tiny8");
  CU_ASSERT_EQUAL(run_text(device, text, 0, &report, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(report.retired, 100000);
  CU_ASSERT_EQUAL(systole_peek(device, SYSTOLE_SPACE_VM, 0, lanes, &err), SYSTOLE_OK);
  CU_ASSERT(lanes[0] == 100000 && lanes[7] == 100000);
  CU_ASSERT(systole_kernel_seconds(device) > 0);
  systole_close(device);
}

static void test_not_kept(void) {
  systole_options options = {.waves = "x.fst"};
  systole_config config;
  systole_device *device;
  systole_error err = {{0}};
  load_config("tiny8", &config);
  CU_ASSERT_EQUAL(systole_open("opencl", &config, &options, &device, &err), SYSTOLE_E_UNSUPPORTED);
  options = (systole_options){.check_races = true};
  CU_ASSERT_EQUAL(systole_open("opencl", &config, &options, &device, &err), SYSTOLE_E_UNSUPPORTED);
  options = (systole_options){.time_alone = true};
  CU_ASSERT_EQUAL(systole_open("opencl", &config, &options, &device, &err), SYSTOLE_E_UNSUPPORTED);
}

void suite_opencl(void) {
  static const systole_test tests[] = {{"random programs on edge16", test_edge16},
                                       {"random programs on tiny8", test_tiny8},
                                       {"random programs on an array of 4", test_narrow},
                                       {"random programs on an array of 64, in integers", test_wide},
                                       {"random programs with many work-items", test_many},
                                       {"random programs with many work-items, array of 64", test_many_wide},
                                       {"random programs with many work-items, in integers", test_many_integers},
                                       {"names that are not there", test_names},
                                       {"binaries: none, broken, good, another configuration's", test_binaries},
                                       {"more memory than there is", test_room},
                                       {"programs that never end", test_stops},
                                       {"a run of many launches", test_long_run},
                                       {"what is not kept is refused", test_not_kept},
                                       {0}};
  systole_test_suite("opencl", tests);
}
