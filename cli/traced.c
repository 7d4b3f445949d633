#include "cli/traced.h"

systole_status systole_traced_run(const systole_trace_params *trace, systole_device *device,
                                  systole_loaded *loaded, const systole_entry *entry,
                                  const int32_t *scalars, uint64_t limit,
                                  systole_figures *figures, systole_error *err) {
  systole_tracer *tracer;
  systole_report report = {0};
  systole_status status = systole_tracer_open(trace, &tracer, err);
  if (status) return status;
  systole_tracer_begin(tracer, device, entry, scalars, 0);
  status = systole_figures_run(figures, device, loaded, entry, scalars, limit, &report, err);
  systole_status traced = systole_tracer_end(tracer, device, &report, status ? NULL : err);
  return systole_tracer_close(tracer, status ? status : traced, err);
}
