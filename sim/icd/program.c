// Programs: binaries that name a configuration, and sources that nothing here
// compiles.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/icd/icd.h"

static cl_int new_program(cl_context context, cl_program *program) {
  cl_program p = icd_object_new(ICD_PROGRAM);
  if (!p) return CL_OUT_OF_HOST_MEMORY;
  icd_use(context);
  p->context = context;
  *program = p;
  return CL_SUCCESS;
}

static cl_int check_list(cl_context context, cl_uint count, const cl_device_id *devices) {
  cl_int status = icd_check_devices(count, devices);
  for (cl_uint i = 0; !status && i < count; i++)
    if (!icd_context_has(context, devices[i])) status = CL_INVALID_DEVICE;
  return status;
}

static int place_of(cl_program program, cl_device_id device) {
  for (cl_uint i = 0; i < program->device_count; i++)
    if (program->devices[i] == device) return (int)i;
  return -1;
}

// ---- from a binary ---------------------------------------------------------------

// The first device's reason goes to `err`; each device's to `verdicts`.
static cl_int check_binaries(cl_uint count, const cl_device_id *devices, const size_t *sizes,
                             const unsigned char *const *binaries, cl_int *verdicts, systole_error *err) {
  cl_int status = CL_SUCCESS;
  for (cl_uint i = 0; i < count; i++) {
    cl_int one = CL_SUCCESS;
    systole_error other;
    if (!sizes[i] || !binaries[i]) one = CL_INVALID_VALUE;
    else if (icd_binary_check(&devices[i]->config, binaries[i], sizes[i], status ? &other : err)) one = CL_INVALID_BINARY;
    else if (icd_device_power(devices[i], status ? &other : err)) one = CL_OUT_OF_RESOURCES;
    if (verdicts) verdicts[i] = one;
    if (!status) status = one;
  }
  return status;
}

static cl_int from_binary(cl_context context, cl_uint count, const cl_device_id *devices, const size_t *sizes,
                          const unsigned char *const *binaries, cl_int *verdicts, cl_program *program) {
  systole_error err = {""};
  if (!icd_is(ICD_CONTEXT, context)) return CL_INVALID_CONTEXT;
  cl_int status = check_list(context, count, devices);
  if (!status && (!sizes || !binaries)) status = CL_INVALID_VALUE;
  if (status) return status;
  status = check_binaries(count, devices, sizes, binaries, verdicts, &err);
  if (!status) status = new_program(context, program);
  if (status) {
    if (err.text[0]) icd_context_tell(context, err.text);
    return status;
  }
  for (cl_uint i = 0; i < count; i++)
    if (place_of(*program, devices[i]) < 0) (*program)->devices[(*program)->device_count++] = devices[i];
  for (cl_uint i = 0; i < (*program)->device_count; i++) (*program)->built[i] = CL_BUILD_NONE;
  return CL_SUCCESS;
}

cl_program systole_clCreateProgramWithBinary(cl_context context, cl_uint count, const cl_device_id *devices,
                                             const size_t *sizes, const unsigned char **binaries, cl_int *verdicts,
                                             cl_int *errcode_ret) {
  cl_program program = NULL;
  icd_lock();
  cl_int status = from_binary(context, count, devices, sizes, binaries, verdicts, &program);
  return icd_made(program, status, errcode_ret);
}

// ---- from elsewhere --------------------------------------------------------------

// The strings as one; a length of 0 (or no lengths) means up to the end.
static char *join(cl_uint count, const char **strings, const size_t *lengths) {
  size_t total = 0, used = 0;
  for (cl_uint i = 0; i < count; i++) total += lengths && lengths[i] ? lengths[i] : strlen(strings[i]);
  char *text = malloc(total + 1);
  for (cl_uint i = 0; text && i < count; i++) {
    size_t bytes = lengths && lengths[i] ? lengths[i] : strlen(strings[i]);
    memcpy(text + used, strings[i], bytes);
    used += bytes;
  }
  if (text) text[used] = 0;
  return text;
}

static cl_int from_source(cl_context context, cl_uint count, const char **strings, const size_t *lengths,
                          cl_program *program) {
  if (!icd_is(ICD_CONTEXT, context)) return CL_INVALID_CONTEXT;
  if (!count || !strings) return CL_INVALID_VALUE;
  for (cl_uint i = 0; i < count; i++)
    if (!strings[i]) return CL_INVALID_VALUE;
  char *source = join(count, strings, lengths);
  cl_int status = source ? new_program(context, program) : CL_OUT_OF_HOST_MEMORY;
  if (status) {
    free(source);
    return status;
  }
  cl_program p = *program;
  p->source = source;
  p->device_count = context->device_count;
  memcpy(p->devices, context->devices, sizeof p->devices);
  for (cl_uint i = 0; i < p->device_count; i++) p->built[i] = CL_BUILD_NONE;
  return CL_SUCCESS;
}

cl_program systole_clCreateProgramWithSource(cl_context context, cl_uint count, const char **strings,
                                             const size_t *lengths, cl_int *errcode_ret) {
  cl_program program = NULL;
  icd_lock();
  cl_int status = from_source(context, count, strings, lengths, &program);
  return icd_made(program, status, errcode_ret);
}

// No device has a kernel built in.
cl_program systole_clCreateProgramWithBuiltInKernels(cl_context context, cl_uint count, const cl_device_id *devices,
                                                     const char *names, cl_int *errcode_ret) {
  (void)names;
  icd_lock();
  cl_int status = icd_is(ICD_CONTEXT, context) ? check_list(context, count, devices) : CL_INVALID_CONTEXT;
  return icd_made(NULL, status ? status : CL_INVALID_VALUE, errcode_ret);
}

// ---- building --------------------------------------------------------------------

static cl_int check_build(cl_program program, cl_uint count, const cl_device_id *devices, bool notify, bool user) {
  if (!icd_is(ICD_PROGRAM, program)) return CL_INVALID_PROGRAM;
  if (!count != !devices || (!notify && user)) return CL_INVALID_VALUE;
  for (cl_uint i = 0; i < count; i++)
    if (!icd_is_device(devices[i]) || place_of(program, devices[i]) < 0) return CL_INVALID_DEVICE;
  return program->kernels ? CL_INVALID_OPERATION : CL_SUCCESS;
}

static cl_int build(cl_program program, cl_uint count, const cl_device_id *devices, const char *options) {
  if (!count) count = program->device_count, devices = program->devices;
  for (cl_uint i = 0; i < count; i++) {
    const int place = place_of(program, devices[i]);
    char *copy = strdup(options ? options : "");
    if (!copy) return CL_OUT_OF_HOST_MEMORY;
    free(program->options[place]);
    program->options[place] = copy;
    program->built[place] = program->source ? CL_BUILD_ERROR : CL_BUILD_SUCCESS;
  }
  return program->source ? CL_COMPILER_NOT_AVAILABLE : CL_SUCCESS;
}

cl_int systole_clBuildProgram(cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
                              icd_program_notify notify, void *user) {
  icd_lock();
  cl_int status = check_build(program, count, devices, notify != NULL, user != NULL);
  if (status) return icd_unlock(status);
  status = icd_unlock(build(program, count, devices, options));
  if (notify) notify(program, user);
  return status;
}

cl_int systole_clCompileProgram(cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
                                cl_uint header_count, const cl_program *headers, const char **names,
                                icd_program_notify notify, void *user) {
  (void)options, (void)headers;
  icd_lock();
  cl_int status = check_build(program, count, devices, notify != NULL, user != NULL);
  if (!status && (!header_count != !headers || !header_count != !names)) status = CL_INVALID_VALUE;
  if (!status) status = program->source ? CL_COMPILER_NOT_AVAILABLE : CL_INVALID_OPERATION;
  return icd_unlock(status);
}

cl_program systole_clLinkProgram(cl_context context, cl_uint count, const cl_device_id *devices, const char *options,
                                 cl_uint program_count, const cl_program *programs, icd_program_notify notify,
                                 void *user, cl_int *errcode_ret) {
  (void)options;
  icd_lock();
  cl_int status = icd_is(ICD_CONTEXT, context) ? CL_SUCCESS : CL_INVALID_CONTEXT;
  if (!status && (!count != !devices || !program_count || !programs || (!notify && user))) status = CL_INVALID_VALUE;
  for (cl_uint i = 0; !status && i < program_count; i++)
    if (!icd_is(ICD_PROGRAM, programs[i])) status = CL_INVALID_PROGRAM;
  if (!status && count) status = check_list(context, count, devices);
  return icd_made(NULL, status ? status : CL_LINKER_NOT_AVAILABLE, errcode_ret);
}

// ---- the end -----------------------------------------------------------------------

void icd_program_end(cl_program program) {
  free(program->source);
  for (cl_uint i = 0; i < program->device_count; i++) free(program->options[i]);
  icd_unuse(ICD_CONTEXT, program->context);
}

cl_int systole_clRetainProgram(cl_program program) { return icd_retain(ICD_PROGRAM, program); }
cl_int systole_clReleaseProgram(cl_program program) { return icd_release(ICD_PROGRAM, program); }

// ---- questions ---------------------------------------------------------------------

static bool is_built(cl_program program) {
  for (cl_uint i = 0; i < program->device_count; i++)
    if (program->built[i] == CL_BUILD_SUCCESS) return true;
  return false;
}

// A program that came as source has no binaries: their sizes are 0.
static cl_int answer_sizes(cl_program program, icd_asked asked) {
  size_t sizes[ICD_DEVICES] = {0};
  char text[ICD_BINARY_BYTES];
  for (cl_uint i = 0; !program->source && i < program->device_count; i++)
    sizes[i] = icd_binary_write(&program->devices[i]->config, text);
  return icd_answer(asked, sizes, program->device_count * sizeof sizes[0]);
}

// The value is an array of pointers to where the host wants each binary.
static cl_int answer_binaries(cl_program program, icd_asked asked) {
  const size_t bytes = program->device_count * sizeof(unsigned char *);
  unsigned char **to = asked.to;
  char text[ICD_BINARY_BYTES];
  if (to && asked.room < bytes) return CL_INVALID_VALUE;
  for (cl_uint i = 0; to && !program->source && i < program->device_count; i++) {
    size_t size = icd_binary_write(&program->devices[i]->config, text);
    if (to[i]) memcpy(to[i], text, size);
  }
  if (asked.size) *asked.size = bytes;
  return CL_SUCCESS;
}

static cl_int info(cl_program program, cl_program_info name, icd_asked asked) {
  if (!icd_is(ICD_PROGRAM, program)) return CL_INVALID_PROGRAM;
  switch (name) {
    case CL_PROGRAM_REFERENCE_COUNT: return ICD_ANSWER(asked, cl_uint, program->object.refs);
    case CL_PROGRAM_CONTEXT: return ICD_ANSWER(asked, cl_context, program->context);
    case CL_PROGRAM_NUM_DEVICES: return ICD_ANSWER(asked, cl_uint, program->device_count);
    case CL_PROGRAM_DEVICES:
      return icd_answer(asked, program->devices, program->device_count * sizeof program->devices[0]);
    case CL_PROGRAM_SOURCE: return icd_answer_text(asked, program->source ? program->source : "");
    case CL_PROGRAM_BINARY_SIZES: return answer_sizes(program, asked);
    case CL_PROGRAM_BINARIES: return answer_binaries(program, asked);
    case CL_PROGRAM_NUM_KERNELS:
      return is_built(program) ? ICD_ANSWER(asked, size_t, 1) : CL_INVALID_PROGRAM_EXECUTABLE;
    case CL_PROGRAM_KERNEL_NAMES:
      return is_built(program) ? icd_answer_text(asked, SYSTOLE_KERNEL_NAME) : CL_INVALID_PROGRAM_EXECUTABLE;
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetProgramInfo(cl_program program, cl_program_info name, size_t room, void *to, size_t *size) {
  icd_lock();
  return icd_unlock(info(program, name, (icd_asked){room, to, size}));
}

static cl_int answer_log(cl_build_status status, const systole_config *config, icd_asked asked) {
  char text[256] = "";
  if (status == CL_BUILD_SUCCESS) snprintf(text, sizeof text, "configuration %s", config->name);
  if (status == CL_BUILD_ERROR)
    snprintf(text, sizeof text,
             "the device has no compiler: expected clCreateProgramWithBinary with the file %s.bin that `make icd HW=%s` makes",
             config->name, config->name);
  return icd_answer_text(asked, text);
}

static cl_int build_info(cl_program program, cl_device_id device, cl_program_build_info name, icd_asked asked) {
  if (!icd_is(ICD_PROGRAM, program)) return CL_INVALID_PROGRAM;
  int place = icd_is_device(device) ? place_of(program, device) : -1;
  if (place < 0) return CL_INVALID_DEVICE;
  cl_build_status status = program->built[place];
  switch (name) {
    case CL_PROGRAM_BUILD_STATUS: return ICD_ANSWER(asked, cl_build_status, status);
    case CL_PROGRAM_BUILD_OPTIONS: return icd_answer_text(asked, program->options[place] ? program->options[place] : "");
    case CL_PROGRAM_BUILD_LOG: return answer_log(status, &device->config, asked);
    case CL_PROGRAM_BINARY_TYPE:
      return ICD_ANSWER(asked, cl_program_binary_type,
                        status == CL_BUILD_SUCCESS ? CL_PROGRAM_BINARY_TYPE_EXECUTABLE : CL_PROGRAM_BINARY_TYPE_NONE);
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetProgramBuildInfo(cl_program program, cl_device_id device, cl_program_build_info name, size_t room,
                                     void *to, size_t *size) {
  icd_lock();
  return icd_unlock(build_info(program, device, name, (icd_asked){room, to, size}));
}
