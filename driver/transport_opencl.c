// The transport for whatever stands behind OpenCL 1.2: boards, the Verilated RTL
// (sim/icd), and the portable kernel on CPUs and GPUs. One set of calls for all.
#include <stdlib.h>
#include <string.h>

#include "driver/opencl/error.h"
#include "driver/opencl/kernel.h"
#include "driver/opencl/launch.h"
#include "driver/opencl/memory.h"
#include "driver/opencl/notice.h"
#include "driver/opencl/opencl.h"
#include "sim/model/sram.h"

uint64_t systole_opencl_sram_bytes(const systole_config *config) {
  uint64_t bytes = 0;
  for (unsigned s = 0; s < SYSTOLE_SPACES; s++)
    bytes += (uint64_t)systole_config_words(config, s) * config->dim * systole_sram_element_bytes(s);
  return bytes;
}

// ---- open and close ----------------------------------------------------------

// What has been made on a device, in the reverse order.
static void leave_device(systole_opencl *o) {
  systole_opencl_release(o, o->scratch);
  systole_opencl_release(o, o->status);
  if (o->running) clReleaseEvent(o->running);
  if (o->kernel) clReleaseKernel(o->kernel);
  if (o->program) clReleaseProgram(o->program);
  if (o->queue) clReleaseCommandQueue(o->queue);
  if (o->context) clReleaseContext(o->context);
  free(o->srams);
  *o = (systole_opencl){.config = o->config, .binary = o->binary};
}

static void close_device(void *opaque) {
  leave_device(opaque);
  free(opaque);
}

static systole_status refuse(const systole_options *options, systole_error *err) {
  if (options->check_races)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "races: expected the back end `model`, which can see them");
  if (options->time_alone)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "time alone: expected the back end `model`; opencl keeps no time");
  if (options->waves)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "waves: expected the back end `rtl`; opencl has no waveform for %.300s", options->waves);
  return SYSTOLE_OK;
}

static systole_status create_queue(systole_opencl *o, systole_error *err) {
  cl_int code;
  const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)o->chosen.platform, 0};
  o->context = clCreateContext(properties, 1, &o->chosen.device, systole_opencl_notice, o, &code);
  if (code) return systole_opencl_fail(err, "clCreateContext", code, "%s", o->chosen.name);
  o->queue = clCreateCommandQueue(o->context, o->chosen.device, CL_QUEUE_PROFILING_ENABLE, &code);
  if (code) return systole_opencl_fail(err, "clCreateCommandQueue", code, "%s, with profiling", o->chosen.name);
  return SYSTOLE_OK;
}

// The binary first: a card's memory is part of what it configures.
static systole_status try_device(systole_opencl *o, const systole_opencl_options *options, systole_error *err) {
  systole_status status = create_queue(o, err);
  if (!status) status = systole_opencl_kernel_create(o, options, err);
  if (!status) status = systole_opencl_try_memory(o, err);
  if (!status) status = systole_opencl_kernel_memory(o, err);
  return status ? status : systole_opencl_identify(o, err);
}

// A binary says by itself which device it is for: where one refuses its format,
// the next of those with the right names may take it. If none does, the first
// one's words are the answer.
static systole_status fill(systole_opencl *o, const systole_options *options, systole_error *err) {
  const systole_opencl_options *own = &options->opencl;
  systole_opencl_wish wish = {own->platform, own->device, !own->binary, 0};
  systole_error later;
  systole_status first = systole_opencl_choose(&wish, &o->chosen, err);
  if (!first) first = try_device(o, own, err);
  systole_status status = first;
  while (status == SYSTOLE_E_FORMAT && own->binary) {
    leave_device(o);
    wish.number++;
    if (systole_opencl_choose(&wish, &o->chosen, &later)) return first;
    status = try_device(o, own, &later);
  }
  if (status && status != first && err) *err = later;
  return status;
}

static systole_status open_device(const systole_config *config, const systole_options *options,
                                  void **out, systole_error *err) {
  systole_status status = refuse(options, err);
  if (status) return status;
  systole_opencl *o = calloc(1, sizeof *o);
  if (!o) return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
  o->config = *config;
  o->binary = options->opencl.binary;
  status = fill(o, options, err);
  if (status) close_device(o);
  else *out = o;
  return status;
}

// ---- the table ---------------------------------------------------------------

static systole_status alloc(void *opaque, uint64_t bytes, void **memory, systole_error *err) {
  return systole_opencl_alloc(opaque, bytes, memory, err);
}

static void release(void *opaque, void *memory) { systole_opencl_release(opaque, memory); }

static systole_status write(void *opaque, void *memory, uint64_t offset, const void *data,
                            uint64_t bytes, systole_error *err) {
  return systole_opencl_write(opaque, memory, offset, data, bytes, err);
}

static systole_status read(void *opaque, void *memory, uint64_t offset, void *data, uint64_t bytes,
                           systole_error *err) {
  return systole_opencl_read(opaque, memory, offset, data, bytes, err);
}

static systole_status start(void *opaque, const systole_transport_job *job, systole_error *err) {
  return systole_opencl_start(opaque, job, err);
}

static systole_status wait(void *opaque, uint64_t limit_cycles, systole_report *report,
                           systole_trace_fn trace, void *user, systole_error *err) {
  (void)user;
  systole_status status = systole_opencl_wait(opaque, limit_cycles, report, err);
  if (!status && trace)
    status = systole_fail(err, SYSTOLE_E_UNSUPPORTED, "trace: opencl does not tell when instructions end: expected --backend rtl or model");
  return status;
}

// All SRAMs are read at the first look after a run.
static systole_status copy_srams(systole_opencl *o, systole_error *err) {
  const uint64_t bytes = systole_opencl_sram_bytes(&o->config);
  if (!o->scratch)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "peek: %s shows no SRAMs", o->chosen.name);
  if (o->srams) return SYSTOLE_OK;
  o->srams = malloc(bytes);
  if (!o->srams) return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
  return systole_opencl_read(o, o->scratch, 0, o->srams, bytes, err);
}

static systole_status peek(void *opaque, unsigned space, uint32_t word, void *bytes, systole_error *err) {
  systole_opencl *o = opaque;
  if (space >= SYSTOLE_SPACES || word >= systole_config_words(&o->config, space))
    return systole_fail(err, SYSTOLE_E_RANGE, "there is no word %u in space %u", (unsigned)word, space);
  systole_status status = copy_srams(o, err);
  if (status) return status;
  const uint8_t *at = o->srams;
  for (unsigned s = 0; s < space; s++)
    at += (size_t)systole_config_words(&o->config, s) * o->config.dim * systole_sram_element_bytes(s);
  const size_t size = (size_t)o->config.dim * systole_sram_element_bytes(space);
  memcpy(bytes, at + word * size, size);
  return SYSTOLE_OK;
}

static double seconds(void *opaque) { return ((const systole_opencl *)opaque)->kernel_seconds; }

const systole_transport systole_transport_opencl = {
    "opencl", "any OpenCL device: a board's binary, or the portable kernel on a CPU or GPU",
    open_device, close_device, alloc, release, write, read, start, wait, peek, NULL, seconds};
