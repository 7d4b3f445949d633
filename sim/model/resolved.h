// Lines of the program that were resolved before, so that a line that comes
// again (a loop, the same program in the next run) is not judged again; and
// binding lines, of which a program has few that differ. What is kept is valid
// for the words as they stand in memory, so a program may change.
#ifndef SYSTOLE_MODEL_RESOLVED_H
#define SYSTOLE_MODEL_RESOLVED_H

#include "sim/model/resolve.h"

// A binding line of lines with some opcode. With the scalars that it reads it has
// a number that nothing else has.
typedef struct {
  systole_line line;
  unsigned opcode;     // 0, which none has: nothing is kept here
  systole_cause form;  // ILLEGAL or NONE
  systole_bound bound;
  uint32_t reads[SYSTOLE_SCALARS];   // all ones for the scalars that it names, else 0
  int32_t scalars[SYSTOLE_SCALARS];
  uint64_t number;
} systole_resolved_binding;

typedef struct {
  systole_line line;
  systole_cause form;   // ILLEGAL or NONE: of the line itself
  systole_cause cause;  // what resolving it found,
  systole_instruction instruction;  // and made of it, with the binding line
  systole_resolved_binding *binding;
  uint64_t number;      // of this number; if it is not bound, when; 0: not yet
} systole_resolved;

typedef struct systole_resolved_table systole_resolved_table;

// For one configuration, which must outlive the table.
systole_status systole_resolved_create(const systole_config *config,
                                       systole_resolved_table **table, systole_error *err);
void systole_resolved_destroy(systole_resolved_table *table);

// Before a job: what other segments led to is forgotten.
void systole_resolved_begin(systole_resolved_table *table, const systole_job *job);

// Lines are given as they lie in memory.

// The line at `index`, which has just been fetched: `form` and instruction.lines
// are valid. Stays until the next line is met.
systole_resolved *systole_resolved_line(systole_resolved_table *table, const uint8_t *bytes, uint32_t index);

// What systole_resolve makes of that line with a binding line, NULL if it is not
// bound, and the cycles of an MX or VX: the rest is valid.
void systole_resolved_complete(systole_resolved_table *table, const systole_job *job,
                               const int32_t scalars[SYSTOLE_SCALARS], const uint8_t *binding,
                               systole_resolved *entry);

#endif
