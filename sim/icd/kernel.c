// Kernels: there is one, and its arguments are control registers.
#include <string.h>

#include "sim/icd/icd.h"

static cl_int create(cl_program program, const char *name, cl_kernel *kernel) {
  if (!icd_is(ICD_PROGRAM, program)) return CL_INVALID_PROGRAM;
  if (!name) return CL_INVALID_VALUE;
  cl_uint built = 0;
  for (cl_uint i = 0; i < program->device_count; i++) built += program->built[i] == CL_BUILD_SUCCESS;
  if (!built) return CL_INVALID_PROGRAM_EXECUTABLE;
  if (strcmp(name, SYSTOLE_KERNEL_NAME)) return CL_INVALID_KERNEL_NAME;
  cl_kernel k = icd_object_new(ICD_KERNEL);
  if (!k) return CL_OUT_OF_HOST_MEMORY;
  icd_use(program);
  program->kernels++;
  k->program = program;
  *kernel = k;
  return CL_SUCCESS;
}

cl_kernel systole_clCreateKernel(cl_program program, const char *name, cl_int *errcode_ret) {
  cl_kernel kernel = NULL;
  icd_lock();
  cl_int status = create(program, name, &kernel);
  return icd_made(kernel, status, errcode_ret);
}

cl_int systole_clCreateKernelsInProgram(cl_program program, cl_uint room, cl_kernel *kernels, cl_uint *count) {
  cl_kernel kernel = NULL;
  icd_lock();
  if (kernels && !room) return icd_unlock(icd_is(ICD_PROGRAM, program) ? CL_INVALID_VALUE : CL_INVALID_PROGRAM);
  cl_int status = create(program, SYSTOLE_KERNEL_NAME, &kernel);
  if (status) return icd_unlock(status);
  if (count) *count = 1;
  icd_unlock(CL_SUCCESS);
  if (kernels) *kernels = kernel;
  else icd_release(ICD_KERNEL, kernel);  // only their number was asked for
  return CL_SUCCESS;
}

void icd_kernel_end(cl_kernel kernel) {
  kernel->program->kernels--;
  icd_unuse(ICD_PROGRAM, kernel->program);
}

cl_int systole_clRetainKernel(cl_kernel kernel) { return icd_retain(ICD_KERNEL, kernel); }
cl_int systole_clReleaseKernel(cl_kernel kernel) { return icd_release(ICD_KERNEL, kernel); }

// ---- arguments -------------------------------------------------------------------

// The argument does not keep its buffer: a host that releases it has to set
// another one before the next start.
static cl_int set_buffer(cl_kernel kernel, size_t size, const void *value, icd_argument *argument) {
  cl_mem memory = NULL;
  if (size != sizeof memory) return CL_INVALID_ARG_SIZE;
  if (value) memcpy(&memory, value, sizeof memory);
  if (memory && (!icd_is(ICD_MEMORY, memory) || memory->context != kernel->program->context)) return CL_INVALID_MEM_OBJECT;
  *argument = (icd_argument){.given = true, .memory = memory, .serial = memory ? memory->object.serial : 0};
  return CL_SUCCESS;
}

static cl_int set(cl_kernel kernel, cl_uint index, size_t size, const void *value) {
  systole_argument is;
  if (!icd_is(ICD_KERNEL, kernel)) return CL_INVALID_KERNEL;
  if (index >= SYSTOLE_ARGUMENTS) return CL_INVALID_ARG_INDEX;
  systole_argument_describe(index, &is);
  if (is.is_buffer) return set_buffer(kernel, size, value, &kernel->arguments[index]);
  if (!value) return CL_INVALID_ARG_VALUE;
  if (size != is.bytes) return CL_INVALID_ARG_SIZE;
  uint32_t word;
  kernel->arguments[index] = (icd_argument){.given = true};
  if (size == sizeof word) memcpy(&word, value, size), kernel->arguments[index].value = word;
  else memcpy(&kernel->arguments[index].value, value, size);
  return CL_SUCCESS;
}

cl_int systole_clSetKernelArg(cl_kernel kernel, cl_uint index, size_t size, const void *value) {
  icd_lock();
  return icd_unlock(set(kernel, index, size, value));
}

// ---- questions -------------------------------------------------------------------

static cl_int info(cl_kernel kernel, cl_kernel_info name, icd_asked asked) {
  if (!icd_is(ICD_KERNEL, kernel)) return CL_INVALID_KERNEL;
  switch (name) {
    case CL_KERNEL_FUNCTION_NAME: return icd_answer_text(asked, SYSTOLE_KERNEL_NAME);
    case CL_KERNEL_NUM_ARGS: return ICD_ANSWER(asked, cl_uint, SYSTOLE_ARGUMENTS);
    case CL_KERNEL_REFERENCE_COUNT: return ICD_ANSWER(asked, cl_uint, kernel->object.refs);
    case CL_KERNEL_CONTEXT: return ICD_ANSWER(asked, cl_context, kernel->program->context);
    case CL_KERNEL_PROGRAM: return ICD_ANSWER(asked, cl_program, kernel->program);
    case CL_KERNEL_ATTRIBUTES: return icd_answer_text(asked, "");  // it is not made from source
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetKernelInfo(cl_kernel kernel, cl_kernel_info name, size_t room, void *to, size_t *size) {
  icd_lock();
  return icd_unlock(info(kernel, name, (icd_asked){room, to, size}));
}

static cl_int argument_info(cl_kernel kernel, cl_uint index, cl_kernel_arg_info name, icd_asked asked) {
  systole_argument is;
  if (!icd_is(ICD_KERNEL, kernel)) return CL_INVALID_KERNEL;
  if (index >= SYSTOLE_ARGUMENTS) return CL_INVALID_ARG_INDEX;
  systole_argument_describe(index, &is);
  switch (name) {
    case CL_KERNEL_ARG_NAME: return icd_answer_text(asked, is.name);
    case CL_KERNEL_ARG_TYPE_NAME: return icd_answer_text(asked, is.type);
    case CL_KERNEL_ARG_ADDRESS_QUALIFIER:
      return ICD_ANSWER(asked, cl_kernel_arg_address_qualifier,
                        is.is_buffer ? CL_KERNEL_ARG_ADDRESS_GLOBAL : CL_KERNEL_ARG_ADDRESS_PRIVATE);
    case CL_KERNEL_ARG_ACCESS_QUALIFIER:
      return ICD_ANSWER(asked, cl_kernel_arg_access_qualifier, CL_KERNEL_ARG_ACCESS_NONE);
    case CL_KERNEL_ARG_TYPE_QUALIFIER: return ICD_ANSWER(asked, cl_kernel_arg_type_qualifier, CL_KERNEL_ARG_TYPE_NONE);
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetKernelArgInfo(cl_kernel kernel, cl_uint index, cl_kernel_arg_info name, size_t room, void *to,
                                  size_t *size) {
  icd_lock();
  return icd_unlock(argument_info(kernel, index, name, (icd_asked){room, to, size}));
}

// The device may be left out where there is only one.
static bool names_device(cl_kernel kernel, cl_device_id device) {
  const struct _cl_program *program = kernel->program;
  for (cl_uint i = 0; i < program->device_count; i++)
    if (program->devices[i] == device) return true;
  return !device && program->device_count == 1;
}

static cl_int group_info(cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info name, icd_asked asked) {
  if (!icd_is(ICD_KERNEL, kernel)) return CL_INVALID_KERNEL;
  if (!names_device(kernel, device)) return CL_INVALID_DEVICE;
  switch (name) {
    case CL_KERNEL_WORK_GROUP_SIZE:
    case CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE: return ICD_ANSWER(asked, size_t, 1);
    case CL_KERNEL_COMPILE_WORK_GROUP_SIZE: return icd_answer(asked, (size_t[3]){1, 1, 1}, 3 * sizeof(size_t));
    case CL_KERNEL_LOCAL_MEM_SIZE:
    case CL_KERNEL_PRIVATE_MEM_SIZE: return ICD_ANSWER(asked, cl_ulong, 0);
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetKernelWorkGroupInfo(cl_kernel kernel, cl_device_id device, cl_kernel_work_group_info name,
                                        size_t room, void *to, size_t *size) {
  icd_lock();
  return icd_unlock(group_info(kernel, device, name, (icd_asked){room, to, size}));
}
