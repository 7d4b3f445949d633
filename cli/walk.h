// The instructions that a run gives to the engines, in program order, without
// running it: loops and bindings depend on scalars alone.
#ifndef SYSTOLE_CLI_WALK_H
#define SYSTOLE_CLI_WALK_H

#include <stdbool.h>

#include "compiler/program/program.h"

typedef struct {
  uint32_t body, end, count, pass;  // line after LOOP, line after ENDLOOP
  unsigned counter;
} systole_walk_loop;

typedef struct {
  const systole_entry *entry;
  int32_t scalars[SYSTOLE_SCALARS];
  systole_walk_loop loops[SYSTOLE_LOOP_DEPTH];
  unsigned depth;
  uint32_t at;         // line
  uint64_t left;       // lines it may still take
} systole_walk;

// scalars: 16 values, or NULL for zeros. limit: lines to take at most, for
// programs that nobody has run yet.
void systole_walk_begin(systole_walk *walk, const systole_entry *entry, const int32_t *scalars,
                        uint64_t limit);

// The next instruction of an engine, bound values filled in, and its line. False
// at the END, at a fault of the sequencer's, and at the limit.
bool systole_walk_next(systole_walk *walk, systole_line *line, uint32_t *index);

#endif
