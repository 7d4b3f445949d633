// One run of an entry, with a trace of it if one is wanted.
#ifndef SYSTOLE_CLI_TRACED_H
#define SYSTOLE_CLI_TRACED_H

#include "cli/report.h"
#include "cli/trace.h"

// scalars: 16 values, or NULL for zeros. Adds to *figures.
systole_status systole_traced_run(const systole_trace_params *trace, systole_device *device,
                                  systole_loaded *loaded, const systole_entry *entry,
                                  const int32_t *scalars, uint64_t limit,
                                  systole_figures *figures, systole_error *err);

#endif
