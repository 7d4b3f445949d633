// Everything that moves bytes in a straight line or fills them.
#include <string.h>

#include "sim/icd/copy.h"

// Bytes are moved without the lock: what asks or enqueues meanwhile need not wait.
cl_int icd_copy_run(icd_command *command) {
  const icd_copy *c = &command->as.copy;
  icd_unlock(CL_SUCCESS);
  for (size_t z = 0; z < c->region[2]; z++)
    for (size_t y = 0; y < c->region[1]; y++)
      memmove(c->to + z * c->to_slice + y * c->to_row, c->from + z * c->from_slice + y * c->from_row, c->region[0]);
  icd_lock();
  return CL_COMPLETE;
}

void icd_copy_line(icd_command *command, void *to, const void *from, size_t bytes) {
  command->as.copy = (icd_copy){.to = to, .from = from, .region = {bytes, 1, 1}};
  command->run = icd_copy_run;
}

cl_int icd_check_range(const struct _cl_mem *buffer, size_t offset, size_t bytes) {
  return bytes && offset <= buffer->bytes && bytes <= buffer->bytes - offset ? CL_SUCCESS : CL_INVALID_VALUE;
}

bool icd_host_may_read(const struct _cl_mem *buffer) {
  return !(buffer->flags & (CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_NO_ACCESS));
}

bool icd_host_may_write(const struct _cl_mem *buffer) {
  return !(buffer->flags & (CL_MEM_HOST_READ_ONLY | CL_MEM_HOST_NO_ACCESS));
}

cl_int icd_command_end(icd_command *command, cl_int status, bool blocking, cl_event *event) {
  if (!status) return icd_command_push(command, blocking, event);
  icd_command_drop(command);
  return status;
}

// ---- read and write ----------------------------------------------------------------

static cl_int transfer(cl_command_queue queue, bool read, cl_mem buffer, cl_bool blocking, size_t offset, size_t bytes,
                       void *host, cl_uint count, const cl_event *waits, cl_event *event) {
  icd_command *c;
  if (blocking && !icd_may_wait()) return CL_INVALID_OPERATION;
  cl_int status = icd_command_new(queue, read ? CL_COMMAND_READ_BUFFER : CL_COMMAND_WRITE_BUFFER, count, waits, &c);
  if (status) return status;
  status = icd_check_buffer(queue, buffer);
  if (!status) status = host ? icd_check_range(buffer, offset, bytes) : CL_INVALID_VALUE;
  if (!status && !(read ? icd_host_may_read(buffer) : icd_host_may_write(buffer))) status = CL_INVALID_OPERATION;
  if (!status) {
    icd_command_uses(c, buffer);
    if (read) icd_copy_line(c, host, buffer->data + offset, bytes);
    else icd_copy_line(c, buffer->data + offset, host, bytes);
  }
  return icd_command_end(c, status, blocking, event);
}

cl_int systole_clEnqueueReadBuffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset, size_t bytes,
                                   void *host, cl_uint count, const cl_event *waits, cl_event *event) {
  icd_lock();
  return icd_unlock(transfer(queue, true, buffer, blocking, offset, bytes, host, count, waits, event));
}

cl_int systole_clEnqueueWriteBuffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking, size_t offset,
                                    size_t bytes, const void *host, cl_uint count, const cl_event *waits,
                                    cl_event *event) {
  icd_lock();
  // Only read from: the two directions share one function.
  return icd_unlock(transfer(queue, false, buffer, blocking, offset, bytes, (void *)(uintptr_t)host, count, waits, event));
}

// ---- copy --------------------------------------------------------------------------

static bool overlap(const uint8_t *a, const uint8_t *b, size_t bytes) {
  return a < b ? (size_t)(b - a) < bytes : (size_t)(a - b) < bytes;
}

static cl_int copy(cl_command_queue queue, cl_mem from, cl_mem to, size_t from_offset, size_t to_offset, size_t bytes,
                   cl_uint count, const cl_event *waits, cl_event *event) {
  icd_command *c;
  cl_int status = icd_command_new(queue, CL_COMMAND_COPY_BUFFER, count, waits, &c);
  if (status) return status;
  status = icd_check_buffer(queue, from);
  if (!status) status = icd_check_buffer(queue, to);
  if (!status) status = icd_check_range(from, from_offset, bytes);
  if (!status) status = icd_check_range(to, to_offset, bytes);
  if (!status && overlap(from->data + from_offset, to->data + to_offset, bytes)) status = CL_MEM_COPY_OVERLAP;
  if (!status) {
    icd_command_uses(c, from);
    icd_command_uses(c, to);
    icd_copy_line(c, to->data + to_offset, from->data + from_offset, bytes);
  }
  return icd_command_end(c, status, false, event);
}

cl_int systole_clEnqueueCopyBuffer(cl_command_queue queue, cl_mem from, cl_mem to, size_t from_offset, size_t to_offset,
                                   size_t bytes, cl_uint count, const cl_event *waits, cl_event *event) {
  icd_lock();
  return icd_unlock(copy(queue, from, to, from_offset, to_offset, bytes, count, waits, event));
}

// ---- fill --------------------------------------------------------------------------

static cl_int fill_run(icd_command *command) {
  const icd_fill *f = &command->as.fill;
  icd_unlock(CL_SUCCESS);
  memcpy(f->to, f->pattern, f->pattern_bytes);
  for (size_t done = f->pattern_bytes; done < f->bytes;) {  // twice as much each time
    const size_t more = f->bytes - done < done ? f->bytes - done : done;
    memcpy(f->to + done, f->to, more);
    done += more;
  }
  icd_lock();
  return CL_COMPLETE;
}

static cl_int check_pattern(const void *pattern, size_t bytes, size_t offset, size_t size) {
  bool power = bytes && bytes <= 128 && !(bytes & (bytes - 1));
  return pattern && power && offset % bytes == 0 && size % bytes == 0 ? CL_SUCCESS : CL_INVALID_VALUE;
}

static cl_int fill(cl_command_queue queue, cl_mem buffer, const void *pattern, size_t pattern_bytes, size_t offset,
                   size_t bytes, cl_uint count, const cl_event *waits, cl_event *event) {
  icd_command *c;
  cl_int status = icd_command_new(queue, CL_COMMAND_FILL_BUFFER, count, waits, &c);
  if (status) return status;
  status = icd_check_buffer(queue, buffer);
  if (!status) status = icd_check_range(buffer, offset, bytes);
  if (!status) status = check_pattern(pattern, pattern_bytes, offset, bytes);
  if (!status) {
    icd_command_uses(c, buffer);
    c->as.fill = (icd_fill){.to = buffer->data + offset, .bytes = bytes, .pattern_bytes = pattern_bytes};
    memcpy(c->as.fill.pattern, pattern, pattern_bytes);
    c->run = fill_run;
  }
  return icd_command_end(c, status, false, event);
}

cl_int systole_clEnqueueFillBuffer(cl_command_queue queue, cl_mem buffer, const void *pattern, size_t pattern_bytes,
                                   size_t offset, size_t bytes, cl_uint count, const cl_event *waits, cl_event *event) {
  icd_lock();
  return icd_unlock(fill(queue, buffer, pattern, pattern_bytes, offset, bytes, count, waits, event));
}

// ---- migration -----------------------------------------------------------------------

// All devices share one memory, so nothing moves.
static cl_int migrate(cl_command_queue queue, cl_uint buffer_count, const cl_mem *buffers, cl_mem_migration_flags flags,
                      cl_uint count, const cl_event *waits, cl_event *event) {
  icd_command *c;
  cl_int status = icd_command_new(queue, CL_COMMAND_MIGRATE_MEM_OBJECTS, count, waits, &c);
  if (status) return status;
  if (!buffer_count || !buffers) status = CL_INVALID_VALUE;
  if (flags & ~(cl_mem_migration_flags)(CL_MIGRATE_MEM_OBJECT_HOST | CL_MIGRATE_MEM_OBJECT_CONTENT_UNDEFINED))
    status = CL_INVALID_VALUE;
  for (cl_uint i = 0; !status && i < buffer_count; i++) status = icd_check_buffer(queue, buffers[i]);
  return icd_command_end(c, status, false, event);
}

cl_int systole_clEnqueueMigrateMemObjects(cl_command_queue queue, cl_uint buffer_count, const cl_mem *buffers,
                                          cl_mem_migration_flags flags, cl_uint count, const cl_event *waits,
                                          cl_event *event) {
  icd_lock();
  return icd_unlock(migrate(queue, buffer_count, buffers, flags, count, waits, event));
}
