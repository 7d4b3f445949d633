// The portable kernel, hw/opencl/systole.cl, as one text, and the options that
// it is compiled with.
#ifndef SYSTOLE_DRIVER_OPENCL_SOURCE_H
#define SYSTOLE_DRIVER_OPENCL_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "hw/configs/config.h"

enum { SYSTOLE_OPENCL_OPTIONS = 1024 };

// *text is for the caller to free(). #include "FILE" at the start of a line is
// replaced by the file, so that no path has to go through a vendor's options.
systole_status systole_opencl_source(char **text, systole_error *err);

// items: of the work-group. integer: fp32 in integers, for devices whose own is
// not IEEE's.
void systole_opencl_build_options(const systole_config *config, unsigned items, bool integer,
                                  char options[SYSTOLE_OPENCL_OPTIONS]);

#endif
