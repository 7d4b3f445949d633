// Runs every suite of tests/unit/test_*.c. The Makefile finds them by their
// line `void suite_NAME(void)` and lists them in SYSTOLE_SUITES.
//   unit_tests [PART]     only suites whose name contains PART
#include <stddef.h>

#include "tests/unit/harness.h"

#define SUITE(name) void name(void);
#include SYSTOLE_SUITES
#undef SUITE

int main(int argc, char **argv) {
#define SUITE(name) name();
#include SYSTOLE_SUITES
#undef SUITE
  return systole_test_run(argc > 1 ? argv[1] : NULL);
}
