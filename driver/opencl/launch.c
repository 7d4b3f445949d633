#include "driver/opencl/launch.h"

#include <stdlib.h>

#include "driver/opencl/error.h"
#include "driver/opencl/memory.h"
#include "driver/opencl/notice.h"
#include "driver/opencl/record.h"
#include "driver/opencl/wait.h"
#include "hw/isa/arguments.h"

// ---- starting ----------------------------------------------------------------

static systole_status set(systole_opencl *o, cl_uint index, size_t size, const void *value,
                          systole_error *err) {
  cl_int code = clSetKernelArg(o->kernel, index, size, value);
  return code ? systole_opencl_fail(err, "clSetKernelArg", code, "argument %u of %s", (unsigned)index, o->chosen.name)
              : SYSTOLE_OK;
}

static systole_status set_buffer(systole_opencl *o, cl_uint index, void *memory, systole_error *err) {
  cl_mem object = systole_opencl_object(memory);
  return set(o, index, sizeof object, &object, err);
}

// OpenCL lets an absent segment be NULL, the runtimes of some cards do not: any
// buffer will do where the length is 0.
static systole_status set_segment(systole_opencl *o, cl_uint s, systole_error *err) {
  void *memory = o->job.segments[s].memory;
  const cl_ulong limit = memory ? o->job.segments[s].bytes : 0;
  systole_status status = set_buffer(o, SYSTOLE_ARGUMENT_SEGMENTS + 2 * s, memory ? memory : o->status, err);
  return status ? status : set(o, SYSTOLE_ARGUMENT_SEGMENTS + 2 * s + 1, sizeof limit, &limit, err);
}

static systole_status set_arguments(systole_opencl *o, systole_error *err) {
  const systole_transport_job *job = &o->job;
  systole_status status = SYSTOLE_OK;
  for (cl_uint s = 0; s < SYSTOLE_SEGMENTS && !status; s++) status = set_segment(o, s, err);
  for (cl_uint s = 0; s < SYSTOLE_SCALARS && !status; s++)
    status = set(o, SYSTOLE_ARGUMENT_SCALARS + s, sizeof job->scalars[s], &job->scalars[s], err);
  if (!status) status = set(o, SYSTOLE_ARGUMENT_LINES, sizeof job->lines, &job->lines, err);
  if (!status) status = set(o, SYSTOLE_ARGUMENT_WATCHDOG, sizeof job->watchdog, &job->watchdog, err);
  if (!status && o->scratch) status = set_buffer(o, SYSTOLE_ARGUMENT_SCRATCH, o->scratch, err);
  return status;
}

static systole_status launch(systole_opencl *o, systole_error *err) {
  systole_opencl_forget_notice();
  cl_int code = clEnqueueNDRangeKernel(o->queue, o->kernel, 1, NULL, &o->items, &o->items, 0, NULL, &o->running);
  if (code) return systole_opencl_fail(err, "clEnqueueNDRangeKernel", code, "%zu work-items on %s", o->items, o->chosen.name);
  code = clFlush(o->queue);
  return code ? systole_opencl_fail(err, "clFlush", code, "%s", o->chosen.name) : SYSTOLE_OK;
}

// No registers are read: without a status segment of the caller's, one of ours.
systole_status systole_opencl_start(systole_opencl *o, const systole_transport_job *job,
                                    systole_error *err) {
  systole_status status = systole_opencl_check_alive(o, err);
  if (status) return status;
  o->job = *job;
  if (job->segments[SYSTOLE_STATUS_SEGMENT].bytes < SYSTOLE_STATUS_BYTES) {
    o->job.segments[SYSTOLE_STATUS_SEGMENT].memory = o->status;
    o->job.segments[SYSTOLE_STATUS_SEGMENT].bytes = SYSTOLE_STATUS_BYTES;
  }
  free(o->srams);
  o->srams = NULL;
  o->kernel_seconds = 0;
  o->started = systole_opencl_now();
  status = set_arguments(o, err);
  return status ? status : launch(o, err);
}

// ---- waiting -----------------------------------------------------------------

// The portable kernel pauses long before that.
static double grace(const systole_opencl *o) { return o->scratch ? 10 : 0; }

// Seconds on the device's own clock, if it tells.
static void add_kernel_time(systole_opencl *o, cl_event event) {
  cl_ulong start, end;
  if (clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_START, sizeof start, &start, NULL)) return;
  if (clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL)) return;
  if (end > start) o->kernel_seconds += 1e-9 * (double)(end - start);
}

static systole_status read_record(systole_opencl *o, uint32_t *record, systole_error *err) {
  return systole_opencl_read(o, o->job.segments[SYSTOLE_STATUS_SEGMENT].memory, 0, record, SYSTOLE_STATUS_BYTES, err);
}

static systole_status end_launch(systole_opencl *o, double limit, uint32_t *record, systole_error *err) {
  cl_event event = o->running;
  o->running = NULL;
  clRetainEvent(event);  // for its times
  systole_status status = systole_opencl_wait_event(o, event, "the kernel", o->started + limit + grace(o), err);
  if (!status) add_kernel_time(o, event);
  clReleaseEvent(event);
  return status ? status : read_record(o, record, err);
}

// The portable kernel returns now and then to let the host say whether it may go
// on. What it keeps of the run is forgotten, and the SRAMs are as they are.
static systole_status abort_run(systole_opencl *o, systole_report *report, systole_error *err) {
  const uint32_t none = 0;
  report->cause = SYSTOLE_CAUSE_ABORT;
  report->engine = SYSTOLE_ENGINE_SEQ;
  report->index = report->seq_index;
  return systole_opencl_write(o, o->scratch, systole_opencl_sram_bytes(&o->config), &none, sizeof none, err);
}

static double seconds_of(uint64_t limit_cycles) {
  if (!limit_cycles) return 3600;
  const double seconds = 1e-5 * (double)limit_cycles;
  return seconds < 1 ? 1 : seconds;
}

systole_status systole_opencl_wait(systole_opencl *o, uint64_t limit_cycles,
                                   systole_report *report, systole_error *err) {
  const double limit = seconds_of(limit_cycles);
  uint32_t record[SYSTOLE_STATUS_BYTES / 4];
  for (;;) {
    systole_status status = end_launch(o, limit, record, err);
    if (!status) status = systole_opencl_check_record(o, record, err);
    if (status) return status;
    systole_opencl_take_record(record, report);
    if (!o->scratch || !systole_opencl_is_paused(report)) return SYSTOLE_OK;
    if (systole_opencl_now() - o->started > limit) return abort_run(o, report, err);
    status = launch(o, err);
    if (status) return status;
  }
}

// A program of no lines ends at once, with a fault and a status record.
systole_status systole_opencl_identify(systole_opencl *o, systole_error *err) {
  const systole_transport_job empty = {.lines = 0};
  systole_report report;
  systole_status status = systole_opencl_start(o, &empty, err);
  return status ? status : systole_opencl_wait(o, 60 * 1000 * 1000, &report, err);
}
