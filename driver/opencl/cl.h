// OpenCL as this driver uses it: version 1.2, and nothing that came later.
#ifndef SYSTOLE_DRIVER_OPENCL_CL_H
#define SYSTOLE_DRIVER_OPENCL_CL_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#endif
