// Starting an entry and waiting for its end.
#include <string.h>

#include "driver/device.h"

static systole_status no_entry(const systole_program *p, const char *name, systole_error *err) {
  char names[512] = "";
  for (uint32_t i = 0; i < p->entry_count; i++) {
    size_t used = strlen(names), need = strlen(p->entries[i].name) + 2;
    if (used + need >= sizeof names) break;
    if (used) strcat(names, ", ");
    strcat(names, p->entries[i].name);
  }
  return systole_fail(err, SYSTOLE_E_USAGE, "entry %.80s: expected one of %s", name, names);
}

static void fill_job(const systole_loaded *l, uint32_t entry, const int32_t *scalars,
                     systole_transport_job *job) {
  *job = (systole_transport_job){.lines = l->program->entries[entry].line_count,
                                 .watchdog = l->device->watchdog};
  if (scalars) memcpy(job->scalars, scalars, sizeof job->scalars);
  for (unsigned i = 0; i < 16; i++) {
    const systole_buffer *b = i == SYSTOLE_PROGRAM_SEGMENT  ? l->code[entry]
                              : i == SYSTOLE_STATUS_SEGMENT ? l->device->status
                                                            : l->bound[i];
    if (b) job->segments[i].memory = b->memory, job->segments[i].bytes = b->bytes;
  }
}

systole_status systole_submit(systole_loaded *loaded, const char *entry, const int32_t *scalars,
                              systole_error *err) {
  systole_device *d = loaded->device;
  systole_transport_job job;
  const systole_entry *e = systole_program_entry(loaded->program, entry);
  if (!e) return no_entry(loaded->program, entry, err);
  if (d->running) return systole_fail(err, SYSTOLE_E_USAGE, "submit: expected the last run to be waited for");
  fill_job(loaded, (uint32_t)(e - loaded->program->entries), scalars, &job);
  systole_status status = d->transport->start(d->state, &job, err);
  if (!status) d->running = e;
  return status;
}

systole_status systole_wait(systole_device *device, uint64_t limit_cycles, systole_report *report,
                            systole_error *err) {
  systole_report scratch;
  const systole_entry *entry = device->running;
  if (!report) report = &scratch;
  memset(report, 0, sizeof *report);
  if (!entry) return systole_fail(err, SYSTOLE_E_USAGE, "wait: expected a run to be submitted first");
  device->running = NULL;
  systole_status status = device->transport->wait(device->state, limit_cycles, report, device->trace,
                                                  device->trace_user, err);
  if (status || report->cause == SYSTOLE_CAUSE_NONE) return status;
  systole_explain(entry, report, err);
  return report->cause == SYSTOLE_CAUSE_ABORT ? SYSTOLE_E_TIMEOUT : SYSTOLE_E_FAULT;
}
