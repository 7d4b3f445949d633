// From a binary or a text to a kernel that can be started.
#ifndef SYSTOLE_DRIVER_OPENCL_KERNEL_H
#define SYSTOLE_DRIVER_OPENCL_KERNEL_H

#include "driver/opencl/opencl.h"

// Fills in program, kernel, arguments and items.
systole_status systole_opencl_kernel_create(systole_opencl *o, const systole_opencl_options *options,
                                            systole_error *err);

// The status record's place and, for a kernel that wants it, the scratch.
systole_status systole_opencl_kernel_memory(systole_opencl *o, systole_error *err);

#endif
