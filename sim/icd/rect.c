// Boxes of bytes: between a buffer and the host, or between two buffers.
#include "sim/icd/copy.h"

typedef struct {
  const size_t *origin;
  size_t row, slice;
} box;

// Pitches of 0 mean that rows (slices) touch.
static cl_int settle(box *b, const size_t region[3]) {
  if (!b->origin) return CL_INVALID_VALUE;
  if (!b->row) b->row = region[0];
  if (b->row < region[0]) return CL_INVALID_VALUE;
  size_t least;
  if (__builtin_mul_overflow(region[1], b->row, &least)) return CL_INVALID_VALUE;
  if (!b->slice) b->slice = least;
  return b->slice < least || b->slice % b->row ? CL_INVALID_VALUE : CL_SUCCESS;
}

// Where the box begins and the first byte behind it, counted from the buffer's
// (or host's) start; false if that is beyond a size_t.
static bool extent(const box *b, const size_t region[3], size_t *from, size_t *to) {
  size_t slices, rows, end;
  if (__builtin_mul_overflow(b->origin[2], b->slice, &slices) || __builtin_mul_overflow(b->origin[1], b->row, &rows) ||
      __builtin_add_overflow(slices, rows, from) || __builtin_add_overflow(*from, b->origin[0], from))
    return false;
  return !__builtin_mul_overflow(region[2] - 1, b->slice, &end) && !__builtin_add_overflow(end, *from, &end) &&
         !__builtin_add_overflow(end, (region[1] - 1) * b->row + region[0], to);
}

static cl_int check_inside(const struct _cl_mem *buffer, box *b, const size_t region[3], size_t *from) {
  size_t to;
  cl_int status = settle(b, region);
  if (status) return status;
  return extent(b, region, from, &to) && to <= buffer->bytes ? CL_SUCCESS : CL_INVALID_VALUE;
}

static bool empty(const size_t *region) { return !region || !region[0] || !region[1] || !region[2]; }

static void set_copy(icd_command *c, uint8_t *to, const box *to_box, const uint8_t *from, const box *from_box,
                     const size_t region[3]) {
  c->as.copy = (icd_copy){to, from, {region[0], region[1], region[2]}, to_box->row, to_box->slice, from_box->row,
                          from_box->slice};
  c->run = icd_copy_run;
}

// ---- between a buffer and the host ---------------------------------------------------

typedef struct {
  cl_mem buffer;
  box device, host;
  const size_t *region;
  uint8_t *at;
} transfer;

static cl_int prepare_transfer(icd_command *c, cl_command_queue queue, bool read, transfer *t) {
  size_t device_at, host_at, host_end;
  cl_int status = icd_check_buffer(queue, t->buffer);
  if (!status && (!t->at || empty(t->region))) status = CL_INVALID_VALUE;
  if (!status) status = check_inside(t->buffer, &t->device, t->region, &device_at);
  if (!status) status = settle(&t->host, t->region);
  if (!status && !extent(&t->host, t->region, &host_at, &host_end)) status = CL_INVALID_VALUE;
  if (!status && !(read ? icd_host_may_read(t->buffer) : icd_host_may_write(t->buffer))) status = CL_INVALID_OPERATION;
  if (status) return status;
  icd_command_uses(c, t->buffer);
  if (read) set_copy(c, t->at + host_at, &t->host, t->buffer->data + device_at, &t->device, t->region);
  else set_copy(c, t->buffer->data + device_at, &t->device, t->at + host_at, &t->host, t->region);
  return CL_SUCCESS;
}

static cl_int enqueue_transfer(cl_command_queue queue, bool read, transfer *t, cl_bool blocking, cl_uint count,
                               const cl_event *waits, cl_event *event) {
  icd_command *c;
  if (blocking && !icd_may_wait()) return CL_INVALID_OPERATION;
  cl_int status =
      icd_command_new(queue, read ? CL_COMMAND_READ_BUFFER_RECT : CL_COMMAND_WRITE_BUFFER_RECT, count, waits, &c);
  if (status) return status;
  return icd_command_end(c, prepare_transfer(c, queue, read, t), blocking, event);
}

cl_int systole_clEnqueueReadBufferRect(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                       const size_t *device_origin, const size_t *host_origin, const size_t *region,
                                       size_t device_row, size_t device_slice, size_t host_row, size_t host_slice,
                                       void *host, cl_uint count, const cl_event *waits, cl_event *event) {
  transfer t = {buffer, {device_origin, device_row, device_slice}, {host_origin, host_row, host_slice}, region, host};
  icd_lock();
  return icd_unlock(enqueue_transfer(queue, true, &t, blocking, count, waits, event));
}

cl_int systole_clEnqueueWriteBufferRect(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                        const size_t *device_origin, const size_t *host_origin, const size_t *region,
                                        size_t device_row, size_t device_slice, size_t host_row, size_t host_slice,
                                        const void *host, cl_uint count, const cl_event *waits, cl_event *event) {
  transfer t = {buffer, {device_origin, device_row, device_slice}, {host_origin, host_row, host_slice}, region,
                (uint8_t *)(uintptr_t)host};  // only read from
  icd_lock();
  return icd_unlock(enqueue_transfer(queue, false, &t, blocking, count, waits, event));
}

// ---- between buffers ---------------------------------------------------------------

static const uint8_t *row_at(const uint8_t *base, const size_t region[3], size_t row, size_t slice, size_t i) {
  return base + i / region[1] * slice + i % region[1] * row;
}

// The rows of a box lie in rising order, so one walk along both finds two that
// share a byte.
static bool boxes_overlap(const icd_copy *c) {
  const size_t rows = c->region[1] * c->region[2];
  for (size_t i = 0, j = 0; i < rows && j < rows;) {
    const uint8_t *to = row_at(c->to, c->region, c->to_row, c->to_slice, i);
    const uint8_t *from = row_at(c->from, c->region, c->from_row, c->from_slice, j);
    if (to < from + c->region[0] && from < to + c->region[0]) return true;
    if (to < from) i++;
    else j++;
  }
  return false;
}

static cl_int copy(cl_command_queue queue, cl_mem from, cl_mem to, box from_box, box to_box, const size_t *region,
                   cl_uint count, const cl_event *waits, cl_event *event) {
  icd_command *c;
  size_t from_at, to_at;
  cl_int status = icd_command_new(queue, CL_COMMAND_COPY_BUFFER_RECT, count, waits, &c);
  if (status) return status;
  status = icd_check_buffer(queue, from);
  if (!status) status = icd_check_buffer(queue, to);
  if (!status && empty(region)) status = CL_INVALID_VALUE;
  if (!status) status = check_inside(from, &from_box, region, &from_at);
  if (!status) status = check_inside(to, &to_box, region, &to_at);
  if (!status && from == to && (from_box.row != to_box.row || from_box.slice != to_box.slice)) status = CL_INVALID_VALUE;
  if (!status) {
    set_copy(c, to->data + to_at, &to_box, from->data + from_at, &from_box, region);
    if (boxes_overlap(&c->as.copy)) status = CL_MEM_COPY_OVERLAP;
  }
  if (!status) {
    icd_command_uses(c, from);
    icd_command_uses(c, to);
  }
  return icd_command_end(c, status, false, event);
}

cl_int systole_clEnqueueCopyBufferRect(cl_command_queue queue, cl_mem from, cl_mem to, const size_t *from_origin,
                                       const size_t *to_origin, const size_t *region, size_t from_row,
                                       size_t from_slice, size_t to_row, size_t to_slice, cl_uint count,
                                       const cl_event *waits, cl_event *event) {
  icd_lock();
  return icd_unlock(copy(queue, from, to, (box){from_origin, from_row, from_slice}, (box){to_origin, to_row, to_slice},
                         region, count, waits, event));
}
