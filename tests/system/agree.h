// Two machines that ran the same: every end of an instruction, in order, and
// every number of the report. Header only; a test program includes it once.
#ifndef SYSTOLE_TESTS_SYSTEM_AGREE_H
#define SYSTOLE_TESTS_SYSTEM_AGREE_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/machine.h"

typedef struct {
  unsigned engine;
  uint32_t index;
  uint64_t start, end;
} traced;

typedef struct {
  traced *ends;
  size_t count, room;
} trace_log;

static void trace_into(void *user, unsigned engine, uint32_t index, uint64_t start, uint64_t end) {
  trace_log *log = user;
  if (log->count == log->room) {
    log->room = log->room ? 2 * log->room : 1024;
    log->ends = realloc(log->ends, log->room * sizeof *log->ends);
    if (log->ends == NULL) abort();
  }
  log->ends[log->count++] = (traced){engine, index, start, end};
}

static bool agree_traces(const trace_log *a, const trace_log *b) {
  static const char *const names[] = {"LD", "MX", "VX", "ST"};
  for (size_t i = 0; i < a->count && i < b->count; i++) {
    const traced *x = &a->ends[i], *y = &b->ends[i];
    if (x->engine == y->engine && x->index == y->index && x->start == y->start && x->end == y->end)
      continue;
    printf("  end %zu: %s line %u cycles %" PRIu64 " to %" PRIu64 " against %s line %u cycles %" PRIu64
           " to %" PRIu64 "\n", i, names[x->engine], x->index, x->start, x->end, names[y->engine],
           y->index, y->start, y->end);
    return false;
  }
  if (a->count != b->count) printf("  %zu ends against %zu\n", a->count, b->count);
  return a->count == b->count;
}

static bool agree_number(const char *name, unsigned engine, uint64_t a, uint64_t b) {
  if (a != b) printf("  %s %u: %" PRIu64 " against %" PRIu64 "\n", name, engine, a, b);
  return a == b;
}

static bool agree_reports(const systole_report *a, const systole_report *b) {
  bool same = true;
#define SAME(field) same &= agree_number(#field, 0, a->field, b->field)
  SAME(cause), SAME(engine), SAME(index), SAME(detail), SAME(seq_state), SAME(seq_index);
  SAME(cycles), SAME(retired), SAME(macs), SAME(read_bytes), SAME(write_bytes);
#undef SAME
#define SAME(field) same &= agree_number(#field " of engine", e, a->engines[e].field, b->engines[e].field)
  for (unsigned e = 0; e < 4; e++)
    SAME(busy), SAME(wait_sem), SAME(wait_mem), SAME(idle), SAME(state), SAME(index);
#undef SAME
  return same;
}

#endif
