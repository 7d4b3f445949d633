// What counts in a trace file when two are compared: instructions, in the order
// in which they ended, and the ends of steps.
#ifndef SYSTOLE_CLI_TRACE_ITEMS_H
#define SYSTOLE_CLI_TRACE_ITEMS_H

#include "cli/trace_file.h"

enum { SYSTOLE_TRACE_STEPS = 4, SYSTOLE_TRACE_NAME = 160 };

// An instruction of engine LD, MX, VX or ST, or with engine SYSTOLE_TRACE_STEPS
// the end of a step. Longer names are cut.
typedef struct {
  unsigned engine;
  uint64_t line, start, end;    // in cycles of the step
  char step[SYSTOLE_TRACE_NAME], symbol[SYSTOLE_TRACE_NAME];
  cJSON *counters;              // of a step, for the caller to delete; else NULL
} systole_trace_item;

// The next one, or *end.
systole_status systole_trace_item_next(systole_trace_file *file, systole_trace_item *item, bool *end,
                                       systole_error *err);

#endif
