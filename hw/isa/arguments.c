#include "hw/isa/arguments.h"

#include <stdio.h>

#include "hw/isa/isa.h"

enum { SEGMENT_STRIDE = SYSTOLE_REG_SEG_LIMIT_LO - SYSTOLE_REG_SEG_BASE_LO };

static void name_it(systole_argument *argument, const char *what, unsigned number) {
  snprintf(argument->name, sizeof argument->name, "%s%u", what, number);
}

static void describe_segment(unsigned index, systole_argument *argument) {
  const unsigned segment = index / 2, base = SYSTOLE_REG_SEG_BASE_LO + 2 * SEGMENT_STRIDE * segment;
  argument->is_buffer = index % 2 == 0;
  argument->type = argument->is_buffer ? "uchar*" : "ulong";
  argument->bytes = 8;
  argument->offset = base + (index % 2) * SEGMENT_STRIDE;
  name_it(argument, argument->is_buffer ? "segment" : "limit", segment);
}

void systole_argument_describe(unsigned index, systole_argument *argument) {
  *argument = (systole_argument){.type = "uint", .bytes = 4};
  if (index < SYSTOLE_ARGUMENT_SCALARS) {
    describe_segment(index, argument);
  } else if (index < SYSTOLE_ARGUMENT_LINES) {
    argument->type = "int";
    argument->offset = SYSTOLE_REG_SCALAR + 4 * (index - SYSTOLE_ARGUMENT_SCALARS);
    name_it(argument, "scalar", index - SYSTOLE_ARGUMENT_SCALARS);
  } else if (index == SYSTOLE_ARGUMENT_LINES) {
    argument->offset = SYSTOLE_REG_PROGRAM_LINES;
    snprintf(argument->name, sizeof argument->name, "lines");
  } else {
    argument->offset = SYSTOLE_REG_WATCHDOG;
    snprintf(argument->name, sizeof argument->name, "watchdog");
  }
}
