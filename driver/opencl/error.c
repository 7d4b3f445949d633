#include "driver/opencl/error.h"

#include <stdarg.h>
#include <stdio.h>

typedef struct {
  cl_int code;
  const char *name;
  systole_status status;
} meaning;

#define MEANS(name, status) {name, #name, status}

// SYSTOLE_E_UNSUPPORTED is what the others are: a call that this driver makes
// and that OpenCL will not have.
static const meaning meanings[] = {
    MEANS(CL_DEVICE_NOT_FOUND, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_DEVICE_NOT_AVAILABLE, SYSTOLE_E_IO),
    MEANS(CL_COMPILER_NOT_AVAILABLE, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_MEM_OBJECT_ALLOCATION_FAILURE, SYSTOLE_E_MEMORY),
    MEANS(CL_OUT_OF_RESOURCES, SYSTOLE_E_MEMORY),
    MEANS(CL_OUT_OF_HOST_MEMORY, SYSTOLE_E_MEMORY),
    MEANS(CL_PROFILING_INFO_NOT_AVAILABLE, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_MEM_COPY_OVERLAP, SYSTOLE_E_RANGE),
    MEANS(CL_BUILD_PROGRAM_FAILURE, SYSTOLE_E_FORMAT),
    MEANS(CL_MAP_FAILURE, SYSTOLE_E_IO),
    MEANS(CL_MISALIGNED_SUB_BUFFER_OFFSET, SYSTOLE_E_RANGE),
    MEANS(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, SYSTOLE_E_IO),
    MEANS(CL_INVALID_VALUE, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_DEVICE_TYPE, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_PLATFORM, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_DEVICE, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_CONTEXT, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_QUEUE_PROPERTIES, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_COMMAND_QUEUE, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_HOST_PTR, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_MEM_OBJECT, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_BINARY, SYSTOLE_E_FORMAT),
    MEANS(CL_INVALID_BUILD_OPTIONS, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_PROGRAM, SYSTOLE_E_FORMAT),
    MEANS(CL_INVALID_PROGRAM_EXECUTABLE, SYSTOLE_E_FORMAT),
    MEANS(CL_INVALID_KERNEL_NAME, SYSTOLE_E_FORMAT),
    MEANS(CL_INVALID_KERNEL_DEFINITION, SYSTOLE_E_FORMAT),
    MEANS(CL_INVALID_KERNEL, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_ARG_INDEX, SYSTOLE_E_FORMAT),
    MEANS(CL_INVALID_ARG_VALUE, SYSTOLE_E_FORMAT),
    MEANS(CL_INVALID_ARG_SIZE, SYSTOLE_E_FORMAT),
    MEANS(CL_INVALID_KERNEL_ARGS, SYSTOLE_E_FORMAT),
    MEANS(CL_INVALID_WORK_DIMENSION, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_WORK_GROUP_SIZE, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_WORK_ITEM_SIZE, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_EVENT, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_OPERATION, SYSTOLE_E_UNSUPPORTED),
    MEANS(CL_INVALID_BUFFER_SIZE, SYSTOLE_E_MEMORY),
    MEANS(CL_INVALID_COMPILER_OPTIONS, SYSTOLE_E_UNSUPPORTED),
};

static const meaning *find(cl_int code) {
  for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
    if (meanings[i].code == code) return &meanings[i];
  return NULL;
}

const char *systole_opencl_error_name(cl_int code) {
  const meaning *m = find(code);
  return m ? m->name : NULL;
}

systole_status systole_opencl_fail(systole_error *err, const char *call, cl_int code,
                                   const char *fmt, ...) {
  const meaning *m = find(code);
  char text[sizeof err->text];
  va_list args;
  va_start(args, fmt);
  vsnprintf(text, sizeof text, fmt, args);
  va_end(args);
  return systole_fail(err, m ? m->status : SYSTOLE_E_UNSUPPORTED, "opencl: %s: %s (%d): %.900s", call,
                      m ? m->name : "an error of the vendor", (int)code, text);
}
