// Configurations: every wrong key, number and combination is refused by name.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/configs/config.h"
#include "tests/unit/harness.h"

static const char good[] =
    "[array]\ndim = 16\nload_rows = 4\n[memory]\nbus_bytes = 16\npreset = ideal\n[sram]\nwgt_words = 8192\n"
    "act_words = 2048\nqnt_words = 4096\nacc_words = 2048\npar_words = 2048\nvm_words = 4096\nrs_words = 256\n"
    "[sequencer]\nqueue_depth = 16\n[system]\nclock_mhz = 200\n"
    "controller = 1\ntcm_bytes = 32768\n";

// The good text with `from` replaced by `to`, loaded.
static systole_status load_changed(const char *from, const char *to, systole_config *config, systole_error *err) {
  char dir[256], path[512], text[2048];
  const char *at = strstr(good, from);
  CU_ASSERT_PTR_NOT_NULL_FATAL(at);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
  systole_test_make_dir(dir, sizeof dir);
  systole_test_write(dir, "mine.ini", text, strlen(text));
  snprintf(path, sizeof path, "%s/mine.ini", dir);
  systole_status status = systole_config_load(path, config, err);
  systole_test_remove_dir(dir);
  return status;
}

static void test_good(void) {
  systole_config config, edge;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL(load_changed("dim", "dim", &config, &err), SYSTOLE_OK);
  CU_ASSERT_STRING_EQUAL(config.name, "mine");
  CU_ASSERT_STRING_EQUAL(config.memory, "ideal");
  CU_ASSERT_EQUAL(config.vm_words, 4096);
  CU_ASSERT_EQUAL_FATAL(systole_config_load("edge16", &edge, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(config.hash, edge.hash);
}

static void test_hash(void) {
  systole_config a, b;
  CU_ASSERT_EQUAL(load_changed("dim", "dim", &a, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(load_changed("clock_mhz = 200", "clock_mhz = 100", &b, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(a.hash, b.hash);
  CU_ASSERT_EQUAL(load_changed("rs_words = 256", "rs_words = 128", &b, NULL), SYSTOLE_OK);
  CU_ASSERT_NOT_EQUAL(a.hash, b.hash);
  CU_ASSERT_EQUAL(load_changed("controller = 1", "controller = 0", &b, NULL), SYSTOLE_OK);
  CU_ASSERT_NOT_EQUAL(a.hash, b.hash);
}

// A file without the controller's keys has no controller.
static void test_defaults(void) {
  systole_config config;
  CU_ASSERT_EQUAL(load_changed("controller = 1\ntcm_bytes = 32768\n", "", &config, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(config.controller, 0);
  CU_ASSERT_EQUAL(config.tcm_bytes, SYSTOLE_TCM_BYTES);
}

static void test_refusals(void) {
  static const struct {
    const char *from, *to, *said;
  } cases[] = {
      {"dim = 16", "dim = 12", "power of two"},
      {"dim = 16", "dim = 256", "4 to 128"},
      {"dim = 16", "dim = sixteen", "decimal number"},
      {"dim = 16", "dim = 16x", "decimal number"},
      {"dim = 16", "dim = -16", "decimal number"},
      {"dim = 16", "dim = 99999999999999999999", "decimal number"},
      {"dim = 16", "", "[array] dim is missing"},
      {"dim = 16", "dim = 16\ndim = 16", "only once"},
      {"dim = 16", "dims = 16", "[array] dims"},
      {"[array]", "[arrays]", "section"},
      {"[array]", "array", "expected"},
      {"load_rows = 4", "load_rows = 32", "at most dim"},
      {"bus_bytes = 16", "bus_bytes = 32", "at most dim"},
      {"wgt_words = 8192", "wgt_words = 8", "one tile"},
      {"acc_words = 2048", "acc_words = 131072", "65536"},
      {"queue_depth = 16", "queue_depth = 1", "2 to 64"},
      {"controller = 1", "controller = 2", "from 0 to 1"},
      {"tcm_bytes = 32768", "tcm_bytes = 40000", "power of two"},
      {"preset = ideal", "preset =", "memory preset"},
      {"preset = ideal", "", "preset is missing"},
      {"preset = ideal", "preset = abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "memory preset"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    systole_config config;
    systole_error err = {{0}};
    systole_status status = load_changed(cases[i].from, cases[i].to, &config, &err);
    if (status == SYSTOLE_OK || !strstr(err.text, cases[i].said) || !strstr(err.text, "mine"))
      printf("  %s -> %s: %s\n", cases[i].from, cases[i].to, err.text);
    CU_ASSERT_NOT_EQUAL(status, SYSTOLE_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, cases[i].said));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "mine"));
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "expected"));
  }
}

static void test_places(void) {
  char dir[256], list[300];
  systole_config config;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL(systole_config_load("no-such", &config, &err), SYSTOLE_E_IO);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "no-such"));
  CU_ASSERT_EQUAL(systole_config_load("/nowhere/x.ini", &config, &err), SYSTOLE_E_IO);
  CU_ASSERT_EQUAL(systole_config_load("bad name.ini", &config, &err), SYSTOLE_E_USAGE);
  systole_test_make_dir(dir, sizeof dir);
  systole_test_write(dir, "odd.ini", good, sizeof good - 1);
  snprintf(list, sizeof list, "/nowhere::%s", dir);
  setenv("SYSTOLE_CONFIG_PATH", list, 1);
  CU_ASSERT_EQUAL(systole_config_load("odd", &config, &err), SYSTOLE_OK);
  unsetenv("SYSTOLE_CONFIG_PATH");
  systole_test_remove_dir(dir);
}

void suite_config(void) {
  static const systole_test tests[] = {{"a good file", test_good},
                                       {"what the hash covers", test_hash},
                                       {"without a controller", test_defaults},
                                       {"refusals name file, key and expectation", test_refusals},
                                       {"where configurations are sought", test_places},
                                       {0}};
  systole_test_suite("config", tests);
}
