// What OpenCL answers, in our words.
#ifndef SYSTOLE_DRIVER_OPENCL_ERROR_H
#define SYSTOLE_DRIVER_OPENCL_ERROR_H

#include "driver/opencl/cl.h"

#include "hw/base/status.h"

// "CL_INVALID_BINARY", or NULL for a number that OpenCL 1.2 does not have.
const char *systole_opencl_error_name(cl_int code);

// Fails with `opencl: CALL: NAME (number): text`, and with the status that the
// code stands for.
systole_status systole_opencl_fail(systole_error *err, const char *call, cl_int code,
                                   const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
