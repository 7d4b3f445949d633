// What CUnit lacks: a test that cannot run here says so and counts as skipped,
// not as passed. Counts are per test, not per assertion.
#ifndef SYSTOLE_TESTS_UNIT_HARNESS_H
#define SYSTOLE_TESTS_UNIT_HARNESS_H

#include <CUnit/CUnit.h>

// Called from inside a test, which then returns: prints the reason and counts
// this test as skipped. Calling it twice in one test counts once.
void systole_test_skip(const char *why);

// Adds a suite with its tests, each line { "name", function }, ended by { 0 }.
// Aborts with a message if CUnit refuses.
typedef struct {
  const char *name;
  CU_TestFunc run;
} systole_test;
void systole_test_suite(const char *name, const systole_test *tests);

// Runs what has been added (only suites whose name contains `only`, if not
// NULL), prints each failure and then `N passed, N failed, N skipped`. Returns
// the process's exit status: 0 if nothing failed and something ran.
int systole_test_run(const char *only);

// The path of a file or folder of the shared models (name may be ""): from
// SYSTOLE_SHARED_MODELS, else ../shared/models. Returns NULL if it is not there.
// The string lasts until the next call.
const char *systole_test_shared(const char *name);

// A fresh folder under TMPDIR (or /tmp) whose path is written to `path`
// (size >= 256), and its removal with everything in it.
void systole_test_make_dir(char *path, size_t size);
void systole_test_remove_dir(const char *path);

// Writes a file, replacing it; a failure aborts the test program.
void systole_test_write(const char *dir, const char *name, const void *bytes, size_t size);

#endif
