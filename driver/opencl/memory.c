#include "driver/opencl/memory.h"

#include <stdlib.h>
#include <string.h>

#include "driver/opencl/error.h"

typedef struct {
  cl_mem object;
  uint64_t bytes;  // what the device gave
} piece;

cl_mem systole_opencl_object(void *memory) { return memory ? ((piece *)memory)->object : NULL; }

static systole_status check_room(const systole_opencl *o, uint64_t bytes, systole_error *err) {
  cl_ulong one = UINT64_MAX, all = UINT64_MAX;
  clGetDeviceInfo(o->chosen.device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof one, &one, NULL);
  clGetDeviceInfo(o->chosen.device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof all, &all, NULL);
  if (bytes > one)
    return systole_fail(err, SYSTOLE_E_MEMORY, "opencl: a buffer of %llu bytes: expected at most the %llu that %s allows in one (CL_DEVICE_MAX_MEM_ALLOC_SIZE)",
                        (unsigned long long)bytes, (unsigned long long)one, o->chosen.name);
  if (o->allocated > all || bytes > all - o->allocated)
    return systole_fail(err, SYSTOLE_E_MEMORY, "opencl: a buffer of %llu bytes beside %llu: expected at most the %llu that %s has (CL_DEVICE_GLOBAL_MEM_SIZE)",
                        (unsigned long long)bytes, (unsigned long long)o->allocated, (unsigned long long)all, o->chosen.name);
  return SYSTOLE_OK;
}

// In pieces of zeros: fills are among what small drivers do not have.
static systole_status clear(systole_opencl *o, void *memory, uint64_t bytes, systole_error *err) {
  static const uint8_t zeros[1 << 16];
  systole_status status = SYSTOLE_OK;
  for (uint64_t at = 0; at < bytes && !status; at += sizeof zeros)
    status = systole_opencl_write(o, memory, at, zeros, bytes - at < sizeof zeros ? bytes - at : sizeof zeros, err);
  return status;
}

static systole_status create(systole_opencl *o, piece *p, systole_error *err) {
  cl_int code;
  systole_status status = check_room(o, p->bytes, err);
  if (status) return status;
  p->object = clCreateBuffer(o->context, CL_MEM_READ_WRITE, p->bytes, NULL, &code);
  if (code) return systole_opencl_fail(err, "clCreateBuffer", code, "%llu bytes on %s", (unsigned long long)p->bytes, o->chosen.name);
  o->allocated += p->bytes;
  return clear(o, p, p->bytes, err);
}

systole_status systole_opencl_alloc(systole_opencl *o, uint64_t bytes, void **memory,
                                    systole_error *err) {
  enum { ALIGN = 128 };  // the machine reads whole beats
  if (bytes > UINT64_MAX - ALIGN || (size_t)bytes != bytes)
    return systole_fail(err, SYSTOLE_E_MEMORY, "opencl: a buffer of %llu bytes: expected a size that the host can say", (unsigned long long)bytes);
  piece *p = calloc(1, sizeof *p);
  if (!p) return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
  p->bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
  systole_status status = create(o, p, err);
  if (status) systole_opencl_release(o, p);
  else *memory = p;
  return status;
}

void systole_opencl_release(systole_opencl *o, void *memory) {
  piece *p = memory;
  if (!p) return;
  if (p->object) {
    clReleaseMemObject(p->object);
    o->allocated -= p->bytes;
  }
  free(p);
}

// A device whose last run did not end answers nothing any more.
static systole_status check_alive(const systole_opencl *o, systole_error *err) {
  if (!o->lost) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_TIMEOUT, "opencl: %s: its last run has not ended: expected the device to be closed and opened again",
                      o->chosen.name);
}

systole_status systole_opencl_write(systole_opencl *o, void *memory, uint64_t offset,
                                    const void *data, uint64_t bytes, systole_error *err) {
  systole_status status = check_alive(o, err);
  if (status || !bytes) return status;
  cl_int code = clEnqueueWriteBuffer(o->queue, systole_opencl_object(memory), CL_TRUE, offset, bytes, data, 0, NULL, NULL);
  if (!code) return SYSTOLE_OK;
  return systole_opencl_fail(err, "clEnqueueWriteBuffer", code, "%llu bytes to %s", (unsigned long long)bytes, o->chosen.name);
}

systole_status systole_opencl_read(systole_opencl *o, void *memory, uint64_t offset, void *data,
                                   uint64_t bytes, systole_error *err) {
  systole_status status = check_alive(o, err);
  if (status || !bytes) return status;
  cl_int code = clEnqueueReadBuffer(o->queue, systole_opencl_object(memory), CL_TRUE, offset, bytes, data, 0, NULL, NULL);
  if (!code) return SYSTOLE_OK;
  return systole_opencl_fail(err, "clEnqueueReadBuffer", code, "%llu bytes from %s", (unsigned long long)bytes, o->chosen.name);
}
