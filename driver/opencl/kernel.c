#include "driver/opencl/kernel.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/load/file.h"
#include "driver/opencl/error.h"
#include "driver/opencl/memory.h"
#include "driver/opencl/notice.h"
#include "driver/opencl/source.h"
#include "hw/isa/arguments.h"

// ---- a binary ----------------------------------------------------------------

static systole_status create_from_binary(systole_opencl *o, systole_error *err) {
  char *bytes;
  size_t size;
  cl_int code, loaded = CL_SUCCESS;
  systole_status status = systole_file_read(o->binary, &bytes, &size, err);
  if (status) return status;
  if (!size) {
    free(bytes);
    return systole_fail(err, SYSTOLE_E_FORMAT, "%.400s: it is empty: expected a kernel's binary for %s", o->binary, o->chosen.name);
  }
  const unsigned char *binary = (const unsigned char *)bytes;
  char why[SYSTOLE_OPENCL_NOTICE];
  systole_opencl_forget_notice();
  o->program = clCreateProgramWithBinary(o->context, 1, &o->chosen.device, &size, &binary, &loaded, &code);
  free(bytes);
  if (!code && loaded) code = loaded;
  if (!code) return SYSTOLE_OK;
  // There is no program that could have a log.
  systole_opencl_last_notice(o, why);
  return systole_opencl_fail(err, "clCreateProgramWithBinary", code, "%.400s: expected a kernel's binary for %s%s", o->binary, o->chosen.name, why);
}

// ---- a text ------------------------------------------------------------------

// As few as a CPU's vectors want, as many as fill a core of a GPU.
static unsigned choose_items(const systole_opencl *o, const systole_opencl_options *options) {
  enum { MANY = 256, FEWEST = 64 };
  cl_device_type type = CL_DEVICE_TYPE_CPU;
  size_t most = 1;
  unsigned items = MANY;
  if (options->items) return options->items;
  clGetDeviceInfo(o->chosen.device, CL_DEVICE_TYPE, sizeof type, &type, NULL);
  clGetDeviceInfo(o->chosen.device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof most, &most, NULL);
  while (items > most) items /= 2;
  return type & CL_DEVICE_TYPE_CPU || items < FEWEST ? 1 : items;
}

static bool has_ieee(const systole_opencl *o) {
  const cl_device_fp_config needed = CL_FP_DENORM | CL_FP_INF_NAN | CL_FP_ROUND_TO_NEAREST;
  cl_device_fp_config has = 0;
  clGetDeviceInfo(o->chosen.device, CL_DEVICE_SINGLE_FP_CONFIG, sizeof has, &has, NULL);
  return (has & needed) == needed;
}

static systole_status create_from_source(systole_opencl *o, systole_error *err) {
  char *text;
  cl_int code;
  systole_status status = systole_opencl_source(&text, err);
  if (status) return status;
  const char *lines = text;
  o->program = clCreateProgramWithSource(o->context, 1, &lines, NULL, &code);
  free(text);
  return code ? systole_opencl_fail(err, "clCreateProgramWithSource", code, "the portable kernel on %s", o->chosen.name) : SYSTOLE_OK;
}

// ---- building ----------------------------------------------------------------

// The first line of the log that tells of an error, or its beginning.
static systole_status fail_build(const systole_opencl *o, cl_int code, systole_error *err) {
  static const size_t most = 1 << 16;
  char *log = calloc(1, most + 1);
  if (log) clGetProgramBuildInfo(o->program, o->chosen.device, CL_PROGRAM_BUILD_LOG, most, log, NULL);
  const char *line = log ? strstr(log, "error") : NULL;
  while (line && line > log && line[-1] != '\n') line--;
  if (!line) line = log && log[0] ? log : "no build log";
  systole_status status = systole_opencl_fail(err, "clBuildProgram", code, "%.300s: %.*s", o->binary ? o->binary : "hw/opencl/systole.cl",
                                              (int)strcspn(line, "\n"), line);
  free(log);
  return status;
}

static systole_status build(systole_opencl *o, const systole_opencl_options *options, systole_error *err) {
  char flags[SYSTOLE_OPENCL_OPTIONS] = "";
  if (!o->binary)
    systole_opencl_build_options(&o->config, choose_items(o, options), options->integer || !has_ieee(o), flags);
  cl_int code = clBuildProgram(o->program, 1, &o->chosen.device, flags, NULL, NULL);
  return code ? fail_build(o, code, err) : SYSTOLE_OK;
}

// A kernel that names no size of work-group is a task of one item.
static size_t items_of(const systole_opencl *o) {
  size_t size[3] = {0, 0, 0};
  cl_int code = clGetKernelWorkGroupInfo(o->kernel, o->chosen.device, CL_KERNEL_COMPILE_WORK_GROUP_SIZE, sizeof size, size, NULL);
  return code || !size[0] ? 1 : size[0];
}

static systole_status take_kernel(systole_opencl *o, systole_error *err) {
  const char *name = o->binary ? o->binary : "hw/opencl/systole.cl";
  cl_uint arguments = 0;
  cl_int code;
  o->kernel = clCreateKernel(o->program, SYSTOLE_KERNEL_NAME, &code);
  if (code) return systole_opencl_fail(err, "clCreateKernel", code, "%.300s: expected a kernel named " SYSTOLE_KERNEL_NAME, name);
  code = clGetKernelInfo(o->kernel, CL_KERNEL_NUM_ARGS, sizeof arguments, &arguments, NULL);
  if (code) return systole_opencl_fail(err, "clGetKernelInfo", code, "%.300s: expected its number of arguments", name);
  if (arguments < SYSTOLE_ARGUMENTS || arguments > SYSTOLE_ARGUMENTS + 1)
    return systole_fail(err, SYSTOLE_E_FORMAT, "opencl: %.300s: a kernel of %u arguments: expected the %u of hw/isa/arguments.h", name,
                        (unsigned)arguments, (unsigned)SYSTOLE_ARGUMENTS);
  o->arguments = arguments;
  o->items = items_of(o);
  return SYSTOLE_OK;
}

// The SRAMs, then what hw/opencl/machine.cl keeps behind them.
static uint64_t scratch_bytes(const systole_config *config) {
  enum { FIXED = 128 + 1024, QUEUED = 4 * (SYSTOLE_LINE_BYTES + 8) };
  return systole_opencl_sram_bytes(config) + FIXED + (uint64_t)QUEUED * config->queue_depth;
}

systole_status systole_opencl_kernel_create(systole_opencl *o, const systole_opencl_options *options,
                                            systole_error *err) {
  systole_status status = o->binary ? create_from_binary(o, err) : create_from_source(o, err);
  if (!status) status = build(o, options, err);
  return status ? status : take_kernel(o, err);
}

systole_status systole_opencl_kernel_memory(systole_opencl *o, systole_error *err) {
  systole_status status = systole_opencl_alloc(o, SYSTOLE_STATUS_BYTES, &o->status, err);
  if (!status && o->arguments > SYSTOLE_ARGUMENT_SCRATCH)
    status = systole_opencl_alloc(o, scratch_bytes(&o->config), &o->scratch, err);
  return status;
}
