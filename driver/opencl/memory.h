// Buffers: one cl_mem each, zeroed.
#ifndef SYSTOLE_DRIVER_OPENCL_MEMORY_H
#define SYSTOLE_DRIVER_OPENCL_MEMORY_H

#include "driver/opencl/opencl.h"

// As in driver/transport.h; SYSTOLE_E_MEMORY if the device cannot have it.
systole_status systole_opencl_alloc(systole_opencl *o, uint64_t bytes, void **memory,
                                    systole_error *err);
void systole_opencl_release(systole_opencl *o, void *memory);  // NULL is allowed
systole_status systole_opencl_write(systole_opencl *o, void *memory, uint64_t offset,
                                    const void *data, uint64_t bytes, systole_error *err);
systole_status systole_opencl_read(systole_opencl *o, void *memory, uint64_t offset, void *data,
                                   uint64_t bytes, systole_error *err);

// What a kernel's argument wants; NULL for NULL.
cl_mem systole_opencl_object(void *memory);

#endif
