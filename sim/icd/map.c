// Mapping. A mapped buffer is the device's own bytes, unless the host gave it a
// place of its own (CL_MEM_USE_HOST_PTR): then bytes are copied there when it
// is mapped and back when it is unmapped.
#include <stdlib.h>

#include "sim/icd/copy.h"

static cl_int check_map(cl_command_queue queue, cl_mem buffer, cl_map_flags flags, size_t offset, size_t bytes) {
  const cl_map_flags write = CL_MAP_WRITE | CL_MAP_WRITE_INVALIDATE_REGION;
  cl_int status = icd_check_buffer(queue, buffer);
  if (status) return status;
  if (flags & ~(CL_MAP_READ | write)) return CL_INVALID_VALUE;
  if (flags & CL_MAP_WRITE_INVALIDATE_REGION && flags & (CL_MAP_READ | CL_MAP_WRITE)) return CL_INVALID_VALUE;
  if (icd_check_range(buffer, offset, bytes)) return CL_INVALID_VALUE;
  if ((flags & CL_MAP_READ && !icd_host_may_read(buffer)) || (flags & write && !icd_host_may_write(buffer)))
    return CL_INVALID_OPERATION;
  return CL_SUCCESS;
}

// A mapping that came to nothing: the host has no pointer to undo it with.
static void forget(cl_mem buffer, const icd_mapping *mapping) {
  icd_mapping **link = &buffer->mappings;
  while (*link && *link != mapping) link = &(*link)->next;
  if (!*link) return;
  icd_mapping *m = *link;
  *link = m->next;
  free(m);
}

static cl_int map(cl_command_queue queue, cl_mem buffer, cl_bool blocking, cl_map_flags flags, size_t offset,
                  size_t bytes, cl_uint count, const cl_event *waits, cl_event *event, void **at) {
  icd_command *c;
  if (blocking && !icd_may_wait()) return CL_INVALID_OPERATION;
  cl_int status = icd_command_new(queue, CL_COMMAND_MAP_BUFFER, count, waits, &c);
  if (status) return status;
  status = check_map(queue, buffer, flags, offset, bytes);
  icd_mapping *m = status ? NULL : malloc(sizeof *m);
  if (!m) return icd_command_end(c, status ? status : CL_OUT_OF_HOST_MEMORY, false, event);
  uint8_t *place = buffer->host ? (uint8_t *)buffer->host + offset : buffer->data + offset;
  *m = (icd_mapping){buffer->mappings, place, offset, bytes, flags};
  buffer->mappings = m;
  icd_command_uses(c, buffer);
  if (buffer->host && !(flags & CL_MAP_WRITE_INVALIDATE_REGION)) icd_copy_line(c, place, buffer->data + offset, bytes);
  icd_use(buffer);
  status = icd_command_end(c, status, blocking, event);
  if (status) forget(buffer, m);
  else *at = place;
  icd_unuse(ICD_MEMORY, buffer);
  return status;
}

void *systole_clEnqueueMapBuffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking, cl_map_flags flags,
                                 size_t offset, size_t bytes, cl_uint count, const cl_event *waits, cl_event *event,
                                 cl_int *errcode_ret) {
  void *at = NULL;
  icd_lock();
  cl_int status = map(queue, buffer, blocking, flags, offset, bytes, count, waits, event, &at);
  return icd_made(at, status, errcode_ret);
}

static icd_mapping **find(cl_mem buffer, const void *at) {
  icd_mapping **link = &buffer->mappings;
  while (*link && (*link)->at != at) link = &(*link)->next;
  return link;
}

static cl_int unmap(cl_command_queue queue, cl_mem buffer, void *at, cl_uint count, const cl_event *waits,
                    cl_event *event) {
  icd_command *c;
  cl_int status = icd_command_new(queue, CL_COMMAND_UNMAP_MEM_OBJECT, count, waits, &c);
  if (status) return status;
  status = icd_check_buffer(queue, buffer);
  icd_mapping **link = status ? NULL : find(buffer, at);
  if (!link || !*link) return icd_command_end(c, status ? status : CL_INVALID_VALUE, false, event);
  icd_mapping *m = *link;
  *link = m->next;
  icd_command_uses(c, buffer);
  if (buffer->host && m->flags & (CL_MAP_WRITE | CL_MAP_WRITE_INVALIDATE_REGION))
    icd_copy_line(c, buffer->data + m->offset, m->at, m->bytes);
  free(m);
  return icd_command_end(c, status, false, event);
}

cl_int systole_clEnqueueUnmapMemObject(cl_command_queue queue, cl_mem buffer, void *at, cl_uint count,
                                       const cl_event *waits, cl_event *event) {
  icd_lock();
  return icd_unlock(unmap(queue, buffer, at, count, waits, event));
}
