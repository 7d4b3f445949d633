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

// What is asked for: parts of names, without regard to case; NULL asks for nothing.
typedef struct {
  const char *platform, *device;
  bool compiles;    // only devices that compile OpenCL C
  unsigned number;  // of those that will do, from 0 on
} systole_opencl_wish;

// The message of a refusal lists what there is.
systole_status systole_opencl_choose(const systole_opencl_wish *wish, systole_opencl_choice *choice,
                                     systole_error *err);

#endif
