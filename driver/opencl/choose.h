// Which device of which platform.
#ifndef SYSTOLE_DRIVER_OPENCL_CHOOSE_H
#define SYSTOLE_DRIVER_OPENCL_CHOOSE_H

#include "driver/opencl/cl.h"
#include <stdbool.h>

#include "hw/base/status.h"

typedef struct {
  cl_platform_id platform;
  cl_device_id device;
  char name[256];  // of the device
} systole_opencl_choice;

// The first device whose platform and own name contain what is asked for, without
// regard to case; NULL asks for nothing. With `compiles`, only devices that
// compile OpenCL C count. The message of a refusal lists what there is.
systole_status systole_opencl_choose(const char *platform, const char *device, bool compiles,
                                     systole_opencl_choice *choice, systole_error *err);

#endif
