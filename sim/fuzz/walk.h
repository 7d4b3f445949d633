// The instructions that a case would dispatch, in program order: the items with
// their loops run and their scalars bound, before there are lines.
#ifndef SYSTOLE_FUZZ_WALK_H
#define SYSTOLE_FUZZ_WALK_H

#include "sim/fuzz/case.h"
#include "sim/model/instruction.h"

enum { SYSTOLE_FUZZ_STEPS = 1000 };

typedef struct {
  unsigned item;
  systole_instruction instruction;
} systole_fuzz_step;

typedef struct {
  systole_fuzz_step steps[SYSTOLE_FUZZ_STEPS];
  unsigned count;
  systole_cause cause;  // what the sequencer stops with, NONE at the end
  unsigned item;        // where it stopped
  bool endless;         // more than SYSTOLE_FUZZ_STEPS
} systole_fuzz_walk;

void systole_fuzz_walk_items(const systole_fuzz_case *c, systole_fuzz_walk *walk);

// For each LOOP the item of its ENDLOOP and the other way round, by nesting;
// -1 where there is none.
void systole_fuzz_match(const systole_fuzz_case *c, int match[SYSTOLE_FUZZ_ITEMS]);

static inline unsigned systole_fuzz_opcode(const systole_fuzz_item *item) {
  return item->line.word[0] & 0xFF;
}

#endif
