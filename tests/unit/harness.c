#define _XOPEN_SOURCE 700  // mkdtemp, nftw
#include "tests/unit/harness.h"

#include <CUnit/TestRun.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// CUnit calls its handlers without a pointer of ours, so that what they count
// has to be here: the one exception to "no globals", and only in test programs.
static struct {
  unsigned passed, failed, skipped;
  bool skip;
} counts;

static void die(const char *what, const char *which) {
  fprintf(stderr, "tests: %s: %s\n", which, what);
  exit(2);
}

void systole_test_skip(const char *why) {
  CU_pTest test = CU_get_current_test();
  if (!counts.skip) printf("  skipped %s: %s\n", test ? test->pName : "?", why);
  counts.skip = true;
}

void systole_test_suite(const char *name, const systole_test *tests) {
  if (!CU_registry_initialized() && CU_initialize_registry() != CUE_SUCCESS)
    die(CU_get_error_msg(), name);
  CU_pSuite suite = CU_add_suite(name, NULL, NULL);
  if (!suite) die(CU_get_error_msg(), name);
  for (; tests->name; tests++)
    if (!CU_add_test(suite, tests->name, tests->run)) die(CU_get_error_msg(), tests->name);
}

static void before_test(const CU_pTest test, const CU_pSuite suite) {
  (void)test, (void)suite;
  counts.skip = false;
}

static void after_test(const CU_pTest test, const CU_pSuite suite,
                       const CU_pFailureRecord failure) {
  for (CU_pFailureRecord f = failure; f; f = f->pNext)
    printf("  FAILED %s/%s: %s:%u: %s\n", suite->pName, test->pName, f->strFileName,
           f->uiLineNumber, f->strCondition);
  if (failure)
    counts.failed++;
  else if (counts.skip)
    counts.skipped++;
  else
    counts.passed++;
  fflush(stdout);
}

int systole_test_run(const char *only) {
  CU_set_test_start_handler(before_test);
  CU_set_test_complete_handler(after_test);
  CU_pTestRegistry registry = CU_get_registry();
  for (CU_pSuite suite = registry ? registry->pSuite : NULL; suite; suite = suite->pNext)
    if (!only || strstr(suite->pName, only)) CU_run_suite(suite);
  CU_cleanup_registry();
  printf("%u passed, %u failed, %u skipped\n", counts.passed, counts.failed, counts.skipped);
  return counts.failed || !(counts.passed + counts.skipped);
}

const char *systole_test_shared(const char *name) {
  static char path[4096];
  const char *root = getenv("SYSTOLE_SHARED_MODELS");
  struct stat st;
  snprintf(path, sizeof path, "%s/%s", root && *root ? root : "../shared/models", name);
  return stat(path, &st) == 0 ? path : NULL;
}

void systole_test_make_dir(char *path, size_t size) {
  const char *tmp = getenv("TMPDIR");
  int length = snprintf(path, size, "%s/systole-XXXXXX", tmp && *tmp ? tmp : "/tmp");
  if (length < 0 || (size_t)length >= size || !mkdtemp(path)) die("cannot make it", path);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw) {
  (void)st, (void)kind, (void)ftw;
  return remove(path);
}

void systole_test_remove_dir(const char *path) {
  if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0) die("cannot remove it", path);
}

void systole_test_write(const char *dir, const char *name, const void *bytes, size_t size) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", dir, name);
  FILE *file = fopen(path, "wb");
  if (!file) die("cannot write it", path);
  bool good = fwrite(bytes, 1, size, file) == size;
  if (fclose(file) != 0 || !good) die("cannot write it", path);
}
