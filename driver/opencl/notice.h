// What a platform tells of an error in words, which a code cannot carry: through the
// callback of a context, perhaps from a thread of its own, perhaps late.
#ifndef SYSTOLE_DRIVER_OPENCL_NOTICE_H
#define SYSTOLE_DRIVER_OPENCL_NOTICE_H

#include "driver/opencl/opencl.h"

enum { SYSTOLE_OPENCL_NOTICE = 400 };

// For clCreateContext, with the transport as its user data. The pointer is only
// compared: a platform may call when the transport is gone.
void CL_CALLBACK systole_opencl_notice(const char *text, const void *data, size_t bytes, void *opaque);

void systole_opencl_forget_notice(void);

// ": " and the last notice since then, or "" if there was none.
void systole_opencl_last_notice(const systole_opencl *o, char text[SYSTOLE_OPENCL_NOTICE]);

#endif
