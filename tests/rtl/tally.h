// Counting in block tests. A test is one named property of a block, tried on
// many vectors; it passes if it was tried and no vector broke it. Header only.
#ifndef SYSTOLE_TESTS_RTL_TALLY_H
#define SYSTOLE_TESTS_RTL_TALLY_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { TALLY_MOST = 16 };

// names is ended by a null pointer; a property is its place in names.
typedef struct {
  const char *const *names;
  uint64_t tried[TALLY_MOST], wrong[TALLY_MOST];
} tally;

static inline void tally_vector(tally *t, unsigned property, bool good) {
  t->tried[property]++;
  if (!good) t->wrong[property]++;
}

static inline uint64_t tally_wrong(const tally *t) {
  uint64_t sum = 0;
  for (unsigned p = 0; t->names[p]; p++) sum += t->wrong[p];
  return sum;
}

// Prints a line for each property and the sum; returns the exit status.
static inline int tally_end(const tally *t) {
  unsigned passed = 0, failed = 0;
  for (unsigned p = 0; t->names[p]; p++) {
    const bool good = t->tried[p] != 0 && t->wrong[p] == 0;
    if (good)
      printf("ok     %s: %" PRIu64 " vectors\n", t->names[p], t->tried[p]);
    else
      printf("FAILED %s: %" PRIu64 " of %" PRIu64 " vectors\n", t->names[p], t->wrong[p], t->tried[p]);
    if (good) passed++;
    else failed++;
  }
  printf("%u passed, %u failed, 0 skipped\n", passed, failed);
  return failed != 0;
}

#endif
