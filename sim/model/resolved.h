// Lines of the program that were resolved before, so that a line that comes
// again (a loop, the same program in the next run) is not judged again. What is
// kept is valid for the words as they stand in memory, so a program may change;
// a bound line also for the scalars.
#ifndef SYSTOLE_MODEL_RESOLVED_H
#define SYSTOLE_MODEL_RESOLVED_H

#include "sim/model/resolve.h"

typedef struct {
  systole_line line, binding;        // as fetched; `binding` if the line is bound
  int32_t scalars[SYSTOLE_SCALARS];  // the same
  unsigned slots;                    // of `binding`
  systole_cause form;                // ILLEGAL or NONE: of line and binding themselves
  systole_cause cause;
  systole_instruction instruction;
  uint32_t index;                    // of the line; UINT32_MAX: nothing is kept here
} systole_resolved;

typedef struct systole_resolved_table systole_resolved_table;

// For one configuration, which must outlive the table.
systole_status systole_resolved_create(const systole_config *config,
                                       systole_resolved_table **table, systole_error *err);
void systole_resolved_destroy(systole_resolved_table *table);

// Before a job: what other segments led to is forgotten.
void systole_resolved_begin(systole_resolved_table *table, const systole_job *job);

// Whether the line at `index` was met before and is legal without its binding line.
bool systole_resolved_legal(const systole_resolved_table *table, const systole_line *line,
                            uint32_t index);

// What systole_resolve makes of a line, binding NULL if it is not bound, with
// the cycles of an MX or VX. Stays until the next call.
const systole_resolved *systole_resolved_get(systole_resolved_table *table, const systole_job *job,
                                             const int32_t scalars[SYSTOLE_SCALARS],
                                             const systole_line *line, const systole_line *binding,
                                             uint32_t index);

#endif
