// The trace of runs as a file that Perfetto and chrome://tracing show: a track
// for each engine with a slice for each instruction, a slice for each wait, the
// steps on a track of their own, and counters. docs/counters.md tells how to
// read it. Events are written as they come; what is kept does not grow with the
// length of a run.
//
//   systole_tracer_open(&params, &tracer, &err);
//   systole_tracer_begin(tracer, device, entry, scalars, 0);    // for each run
//   systole_submit(...); status = systole_wait(..., &report, &err);
//   traced = systole_tracer_end(tracer, device, &report, &err);
//   status = systole_tracer_close(tracer, status, &err);
//
// A tracer of NULL is allowed everywhere and does nothing.
#ifndef SYSTOLE_CLI_TRACE_H
#define SYSTOLE_CLI_TRACE_H

#include "driver/include/systole.h"

typedef struct systole_tracer systole_tracer;

// All must outlive the tracer.
typedef struct {
  const char *path;                 // NULL: *tracer becomes NULL
  const char *backend;
  const systole_config *config;
  const systole_program *program;
  const systole_dram_params *dram;
} systole_trace_params;

systole_status systole_tracer_open(const systole_trace_params *params, systole_tracer **tracer,
                                   systole_error *err);

// Before the next run is submitted. Its step is called by the entry, "prefill",
// and with a number other than 0 "prefill 2". scalars: 16 values or NULL.
void systole_tracer_begin(systole_tracer *tracer, systole_device *device,
                          const systole_entry *entry, const int32_t *scalars, uint32_t number);

// After the run, well or not: the next one follows on the time axis.
// SYSTOLE_E_UNSUPPORTED if the back end kept no time, SYSTOLE_E_RANGE if it did
// what no machine may do: that is an internal error.
systole_status systole_tracer_end(systole_tracer *tracer, systole_device *device,
                                  const systole_report *report, systole_error *err);

// Gives the file its name, also after a run that failed, for that is the trace
// one wants to see; but not if there was nothing to trace. Returns `status`, or
// if that is SYSTOLE_OK what became of the file.
systole_status systole_tracer_close(systole_tracer *tracer, systole_status status,
                                    systole_error *err);

#endif
