// Lines of the program that were resolved before, so that a line that comes
// again (a loop, the same program in the next run) is not judged again, and
// binding lines, of which a program has few that differ. What is kept is valid
// for the words as they stand in memory, so a program may change; a bound line
// also for the scalars.
#ifndef SYSTOLE_MODEL_RESOLVED_H
#define SYSTOLE_MODEL_RESOLVED_H

#include "sim/model/resolve.h"

// A binding line of lines with some opcode.
typedef struct {
  systole_line line;
  unsigned opcode;     // 0, which none has: nothing is kept here
  uint64_t number;     // of those that were kept so far
  systole_cause form;  // ILLEGAL or NONE
  systole_bound bound;
  uint32_t reads[SYSTOLE_SCALARS];  // all ones for the scalars that it names, else 0
} systole_resolved_binding;

typedef struct {
  systole_line line;                  // as it is in the program
  uint32_t index;                     // its own; UINT32_MAX: nothing is kept here
  uint64_t segments;                  // which ones it is kept for
  systole_cause form;                 // ILLEGAL or NONE: of the line itself
  bool complete;                      // the following are valid: for this
  const systole_resolved_binding *binding;  // binding line, if bound,
  uint64_t binding_number;                  // as long as it is the one of this number,
  uint32_t scalars[SYSTOLE_SCALARS];        // and for these, those that it reads
  systole_cause cause;                      // What resolving the line found
  systole_instruction instruction;          // and made of it
} systole_resolved;

typedef struct systole_resolved_table systole_resolved_table;

// For one configuration, which must outlive the table.
systole_status systole_resolved_create(const systole_config *config,
                                       systole_resolved_table **table, systole_error *err);
void systole_resolved_destroy(systole_resolved_table *table);

// Before a job: what other segments led to is forgotten.
void systole_resolved_begin(systole_resolved_table *table, const systole_job *job);

// Lines are given as they lie in memory.

// ILLEGAL if the line at `index` is so whatever its binding line; it has just
// been fetched. *bound: whether it has one.
systole_cause systole_resolved_line(systole_resolved_table *table, const uint8_t *bytes,
                                    uint32_t index, bool *bound);

// What systole_resolve makes of that line, binding NULL if it is not bound, with
// the cycles of an MX or VX. Stays until the next line is met.
const systole_resolved *systole_resolved_get(systole_resolved_table *table, const systole_job *job,
                                             const int32_t scalars[SYSTOLE_SCALARS],
                                             const uint8_t *binding, uint32_t index);

#endif
