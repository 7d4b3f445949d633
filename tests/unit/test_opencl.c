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

enum { PROGRAMS = 40, MOST_SKIPPED = 20 };

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
  if ((!faults || systole_fuzz_spoil(&k->c, &k->places, &k->walk, false, seed)) && systole_test_opencl_takes(&k->c))
    return true;
  systole_fuzz_case_free(&k->c);
  return false;
}

static void compare(campaign *k, uint64_t seed) {
  const systole_machine_api *const apis[2] = {systole_model_api(), systole_test_opencl_api()};
  systole_fuzz_result result;
  systole_error err = {{0}};
  systole_status status = systole_fuzz_compare(&k->c, apis, &result, &err);
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

void suite_opencl(void) {
  static const systole_test tests[] = {{"random programs on edge16", test_edge16},
                                       {"random programs on tiny8", test_tiny8},
                                       {"random programs on an array of 4", test_narrow},
                                       {"random programs on an array of 64, in integers", test_wide},
                                       {"random programs with many work-items", test_many},
                                       {"random programs with many work-items, array of 64", test_many_wide},
                                       {"random programs with many work-items, in integers", test_many_integers},
                                       {0}};
  systole_test_suite("opencl", tests);
}
