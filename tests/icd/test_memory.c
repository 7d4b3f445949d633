// Buffers: what is refused, and that bytes arrive where they should.
#include <stdlib.h>
#include <string.h>

#include "tests/icd/card.h"

enum { BYTES = 4096 };

static void fill_host(uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)(i * 7 + i / 251);
}

static cl_int creation(const card *c, cl_mem_flags flags, size_t bytes, void *host) {
  cl_int status = 12345;
  cl_mem memory = clCreateBuffer(c->context, flags, bytes, host, &status);
  CU_ASSERT_EQUAL(memory == NULL, status != CL_SUCCESS);
  if (memory) SUCCEEDS(clReleaseMemObject(memory));
  return status;
}

static void creation_is_checked(void) {
  card c;
  char host[64] = "";
  card_open(&c, 0);
  SUCCEEDS(creation(&c, 0, 1, NULL));
  SUCCEEDS(creation(&c, CL_MEM_COPY_HOST_PTR | CL_MEM_READ_ONLY, 64, host));
  SUCCEEDS(creation(&c, CL_MEM_USE_HOST_PTR, 64, host));
  SUCCEEDS(creation(&c, CL_MEM_ALLOC_HOST_PTR | CL_MEM_COPY_HOST_PTR, 64, host));
  CU_ASSERT_EQUAL(creation(&c, 0, 0, NULL), CL_INVALID_BUFFER_SIZE);
  CU_ASSERT_EQUAL(creation(&c, 0, SIZE_MAX, NULL), CL_INVALID_BUFFER_SIZE);
  CU_ASSERT_EQUAL(creation(&c, 0, 64, host), CL_INVALID_HOST_PTR);
  CU_ASSERT_EQUAL(creation(&c, CL_MEM_COPY_HOST_PTR, 64, NULL), CL_INVALID_HOST_PTR);
  CU_ASSERT_EQUAL(creation(&c, CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR, 64, host), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(creation(&c, CL_MEM_READ_ONLY | CL_MEM_WRITE_ONLY, 64, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(creation(&c, (cl_mem_flags)1 << 40, 64, NULL), CL_INVALID_VALUE);
  card_close(&c);
}

// Two banks of 4 MiB (main.c).
static void full_banks_are_refused(void) {
  card c;
  cl_mem held[3];
  card_open(&c, 0);
  CU_ASSERT_EQUAL(creation(&c, 0, (4 << 20) + 1, NULL), CL_INVALID_BUFFER_SIZE);
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 2; i++) held[i] = new_buffer(&c, 4 << 20);
    CU_ASSERT_EQUAL(creation(&c, 0, 1, NULL), CL_MEM_OBJECT_ALLOCATION_FAILURE);
    SUCCEEDS(clReleaseMemObject(held[1]));
    held[1] = new_buffer(&c, 2 << 20);
    held[2] = new_buffer(&c, 1 << 20);  // beside it
    for (int i = 0; i < 3; i++) SUCCEEDS(clReleaseMemObject(held[i]));
  }
  card_close(&c);
}

static void bytes_go_there_and_back(void) {
  card c;
  uint8_t out[BYTES], back[BYTES] = {0};
  card_open(&c, 0);
  cl_mem a = new_buffer(&c, BYTES), b = new_buffer(&c, BYTES);
  fill_host(out, BYTES);
  SUCCEEDS(clEnqueueWriteBuffer(c.queue, a, CL_FALSE, 0, BYTES, out, 0, NULL, NULL));
  SUCCEEDS(clEnqueueCopyBuffer(c.queue, a, b, 100, 200, 1000, 0, NULL, NULL));
  SUCCEEDS(clEnqueueReadBuffer(c.queue, b, CL_TRUE, 200, 1000, back, 0, NULL, NULL));
  CU_ASSERT_EQUAL(memcmp(back, out + 100, 1000), 0);
  SUCCEEDS(clEnqueueFillBuffer(c.queue, a, "abcd", 4, 8, 40, 0, NULL, NULL));
  SUCCEEDS(clEnqueueReadBuffer(c.queue, a, CL_TRUE, 0, 64, back, 0, NULL, NULL));
  CU_ASSERT_EQUAL(memcmp(back, out, 8), 0);
  CU_ASSERT_EQUAL(memcmp(back + 8, "abcdabcdabcdabcdabcdabcdabcdabcdabcdabcd", 40), 0);
  CU_ASSERT_EQUAL(memcmp(back + 48, out + 48, 16), 0);
  SUCCEEDS(clReleaseMemObject(a));
  SUCCEEDS(clReleaseMemObject(b));
  card_close(&c);
}

static void ranges_are_checked(void) {
  card c;
  uint8_t host[256] = {0};
  cl_int status;
  card_open(&c, 0);
  cl_command_queue q = c.queue;
  cl_mem a = new_buffer(&c, 128);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(q, a, CL_TRUE, 0, 0, host, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(q, a, CL_TRUE, 0, 129, host, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(q, a, CL_TRUE, 128, 1, host, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(q, a, CL_TRUE, SIZE_MAX, 2, host, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(q, a, CL_TRUE, 0, 1, NULL, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueWriteBuffer(q, a, CL_TRUE, 1, SIZE_MAX, host, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueCopyBuffer(q, a, a, 0, 64, 65, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueCopyBuffer(q, a, a, 0, 32, 33, 0, NULL, NULL), CL_MEM_COPY_OVERLAP);
  CU_ASSERT_EQUAL(clEnqueueFillBuffer(q, a, host, 3, 0, 3, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueFillBuffer(q, a, host, 256, 0, 256, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueFillBuffer(q, a, host, 4, 2, 4, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueFillBuffer(q, a, NULL, 4, 0, 4, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_PTR_NULL(clEnqueueMapBuffer(q, a, CL_TRUE, CL_MAP_READ, 100, 29, 0, NULL, NULL, &status));
  CU_ASSERT_EQUAL(status, CL_INVALID_VALUE);
  CU_ASSERT_PTR_NULL(clEnqueueMapBuffer(q, a, CL_TRUE, 1 << 9, 0, 1, 0, NULL, NULL, &status));
  CU_ASSERT_EQUAL(status, CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueUnmapMemObject(q, a, host, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueMigrateMemObjects(q, 0, NULL, 0, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clEnqueueMigrateMemObjects(q, 1, &a, 1 << 9, 0, NULL, NULL), CL_INVALID_VALUE);
  SUCCEEDS(clEnqueueMigrateMemObjects(q, 1, &a, CL_MIGRATE_MEM_OBJECT_HOST, 0, NULL, NULL));
  SUCCEEDS(clFinish(q));
  SUCCEEDS(clReleaseMemObject(a));
  card_close(&c);
}

static void host_access_is_kept(void) {
  card c;
  uint8_t host[16] = {0};
  cl_int status;
  card_open(&c, 0);
  cl_mem read = clCreateBuffer(c.context, CL_MEM_HOST_READ_ONLY, 16, NULL, NULL);
  cl_mem write = clCreateBuffer(c.context, CL_MEM_HOST_WRITE_ONLY, 16, NULL, NULL);
  cl_mem none = clCreateBuffer(c.context, CL_MEM_HOST_NO_ACCESS, 16, NULL, NULL);
  CU_ASSERT_EQUAL(clEnqueueWriteBuffer(c.queue, read, CL_TRUE, 0, 16, host, 0, NULL, NULL), CL_INVALID_OPERATION);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(c.queue, write, CL_TRUE, 0, 16, host, 0, NULL, NULL), CL_INVALID_OPERATION);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(c.queue, none, CL_TRUE, 0, 16, host, 0, NULL, NULL), CL_INVALID_OPERATION);
  clEnqueueMapBuffer(c.queue, none, CL_TRUE, CL_MAP_READ, 0, 16, 0, NULL, NULL, &status);
  CU_ASSERT_EQUAL(status, CL_INVALID_OPERATION);
  SUCCEEDS(clReleaseMemObject(read));
  SUCCEEDS(clReleaseMemObject(write));
  SUCCEEDS(clReleaseMemObject(none));
  card_close(&c);
}

// A box of 3 slices of 4 rows of 5 bytes, from one grid to another and back.
static void boxes_arrive(void) {
  enum { GRID = 10 * 10 * 10 };
  card c;
  uint8_t out[GRID], back[GRID];
  const size_t from[3] = {1, 2, 3}, to[3] = {4, 3, 2}, zero[3] = {0}, region[3] = {5, 4, 3};
  card_open(&c, 0);
  cl_mem a = new_buffer(&c, GRID), b = new_buffer(&c, GRID);
  fill_host(out, GRID);
  SUCCEEDS(clEnqueueWriteBufferRect(c.queue, a, CL_FALSE, from, zero, region, 10, 100, 10, 100, out, 0, NULL, NULL));
  SUCCEEDS(clEnqueueCopyBufferRect(c.queue, a, b, from, to, region, 10, 100, 10, 100, 0, NULL, NULL));
  SUCCEEDS(clEnqueueReadBufferRect(c.queue, b, CL_TRUE, to, zero, region, 10, 100, 0, 0, back, 0, NULL, NULL));
  for (size_t z = 0; z < 3; z++)
    for (size_t y = 0; y < 4; y++) CU_ASSERT_EQUAL(memcmp(back + 20 * z + 5 * y, out + 100 * z + 10 * y, 5), 0);
  SUCCEEDS(clReleaseMemObject(a));
  SUCCEEDS(clReleaseMemObject(b));
  card_close(&c);
}

static cl_int copy_box(const card *c, cl_mem memory, size_t x, size_t y, size_t z, size_t row, size_t slice) {
  const size_t from[3] = {0}, to[3] = {x, y, z}, region[3] = {4, 3, 2};
  cl_int status = clEnqueueCopyBufferRect(c->queue, memory, memory, from, to, region, row, slice, row, slice, 0, NULL, NULL);
  SUCCEEDS(clFinish(c->queue));
  return status;
}

// Against the plain definition: the two boxes share a byte.
static void overlap_is_exact(void) {
  card c;
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, 1000);
  for (size_t z = 0; z < 4; z++)
    for (size_t y = 0; y < 5; y++)
      for (size_t x = 0; x < 10; x++) {
        bool touched[1000] = {false}, shared = false;
        for (size_t i = 0; i < 24; i++) touched[i % 4 + 10 * (i / 4 % 3) + 60 * (i / 12)] = true;
        for (size_t i = 0; i < 24; i++) shared |= touched[x + i % 4 + 10 * (y + i / 4 % 3) + 60 * (z + i / 12)];
        CU_ASSERT_EQUAL(copy_box(&c, memory, x, y, z, 10, 60), shared ? CL_MEM_COPY_OVERLAP : CL_SUCCESS);
      }
  CU_ASSERT_EQUAL(copy_box(&c, memory, 0, 0, 0, 3, 60), CL_INVALID_VALUE);        // a row longer than its pitch
  CU_ASSERT_EQUAL(copy_box(&c, memory, 0, 0, 0, 10, 29), CL_INVALID_VALUE);       // slices that overlap
  CU_ASSERT_EQUAL(copy_box(&c, memory, 0, 0, 20, 10, 60), CL_INVALID_VALUE);      // beyond the end
  CU_ASSERT_EQUAL(copy_box(&c, memory, 0, SIZE_MAX, 0, 10, 60), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(copy_box(&c, memory, 0, 0, 3, SIZE_MAX / 2, 0), CL_INVALID_VALUE);
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

static cl_mem part_of(cl_mem whole, size_t origin, size_t size, cl_mem_flags flags, cl_int *status) {
  const cl_buffer_region region = {origin, size};
  return clCreateSubBuffer(whole, flags, CL_BUFFER_CREATE_TYPE_REGION, &region, status);
}

static void parts_share_bytes(void) {
  card c;
  cl_int status;
  char back[4] = "", *map;
  size_t offset = 0;
  card_open(&c, 0);
  cl_mem whole = new_buffer(&c, 1024), part = part_of(whole, 256, 128, 0, &status), owner = NULL;
  CU_ASSERT_EQUAL(status, CL_SUCCESS);
  SUCCEEDS(clEnqueueWriteBuffer(c.queue, part, CL_TRUE, 4, 4, "word", 0, NULL, NULL));
  SUCCEEDS(clEnqueueReadBuffer(c.queue, whole, CL_TRUE, 260, 4, back, 0, NULL, NULL));
  CU_ASSERT_EQUAL(memcmp(back, "word", 4), 0);
  SUCCEEDS(clGetMemObjectInfo(part, CL_MEM_OFFSET, sizeof offset, &offset, NULL));
  SUCCEEDS(clGetMemObjectInfo(part, CL_MEM_ASSOCIATED_MEMOBJECT, sizeof owner, &owner, NULL));
  CU_ASSERT(offset == 256 && owner == whole);
  CU_ASSERT_EQUAL(clEnqueueCopyBuffer(c.queue, whole, part, 250, 0, 7, 0, NULL, NULL), CL_MEM_COPY_OVERLAP);
  part_of(whole, 100, 64, 0, &status);
  CU_ASSERT_EQUAL(status, CL_MISALIGNED_SUB_BUFFER_OFFSET);
  part_of(whole, 0, 0, 0, &status);
  CU_ASSERT_EQUAL(status, CL_INVALID_BUFFER_SIZE);
  part_of(whole, 1024, 1, 0, &status);
  CU_ASSERT_EQUAL(status, CL_INVALID_VALUE);
  part_of(part, 0, 64, 0, &status);
  CU_ASSERT_EQUAL(status, CL_INVALID_MEM_OBJECT);
  part_of(whole, 0, 64, CL_MEM_COPY_HOST_PTR, &status);
  CU_ASSERT_EQUAL(status, CL_INVALID_VALUE);
  SUCCEEDS(clReleaseMemObject(whole));  // the part keeps its bytes, and tells its handle
  SUCCEEDS(clRetainMemObject(owner));
  SUCCEEDS(clReleaseMemObject(owner));
  map = clEnqueueMapBuffer(c.queue, part, CL_TRUE, CL_MAP_READ, 4, 4, 0, NULL, NULL, &status);
  CU_ASSERT_EQUAL(memcmp(map, "word", 4), 0);
  SUCCEEDS(clEnqueueUnmapMemObject(c.queue, part, map, 0, NULL, NULL));
  SUCCEEDS(clFinish(c.queue));
  SUCCEEDS(clReleaseMemObject(part));
  CU_ASSERT_EQUAL(clRetainMemObject(owner), CL_INVALID_MEM_OBJECT);
  card_close(&c);
}

static cl_uint map_count(cl_mem memory) {
  cl_uint count = 99;
  SUCCEEDS(clGetMemObjectInfo(memory, CL_MEM_MAP_COUNT, sizeof count, &count, NULL));
  return count;
}

static void mapped_bytes_are_the_buffers(void) {
  card c;
  char back[8] = "";
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, 64);
  char *one = clEnqueueMapBuffer(c.queue, memory, CL_TRUE, CL_MAP_WRITE_INVALIDATE_REGION, 8, 8, 0, NULL, NULL, NULL);
  char *two = clEnqueueMapBuffer(c.queue, memory, CL_TRUE, CL_MAP_READ, 32, 8, 0, NULL, NULL, NULL);
  CU_ASSERT_EQUAL(map_count(memory), 2);
  memcpy(one, "mapped..", 8);
  SUCCEEDS(clEnqueueUnmapMemObject(c.queue, memory, one, 0, NULL, NULL));
  SUCCEEDS(clEnqueueUnmapMemObject(c.queue, memory, two, 0, NULL, NULL));
  CU_ASSERT_EQUAL(clEnqueueUnmapMemObject(c.queue, memory, two, 0, NULL, NULL), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(map_count(memory), 0);
  SUCCEEDS(clEnqueueReadBuffer(c.queue, memory, CL_TRUE, 8, 8, back, 0, NULL, NULL));
  CU_ASSERT_EQUAL(memcmp(back, "mapped..", 8), 0);
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

static void failed_map_leaves_nothing(void) {
  card c;
  cl_int status;
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, 64);
  cl_event gate = clCreateUserEvent(c.context, NULL);
  SUCCEEDS(clSetUserEventStatus(gate, -5));
  void *map = clEnqueueMapBuffer(c.queue, memory, CL_TRUE, CL_MAP_READ, 0, 64, 1, &gate, NULL, &status);
  CU_ASSERT_PTR_NULL(map);
  CU_ASSERT_EQUAL(status, CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  CU_ASSERT_EQUAL(map_count(memory), 0);
  SUCCEEDS(clReleaseEvent(gate));
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

// Each byte has its place, whatever is left over.
static void patterns_repeat(void) {
  card c;
  char back[96];
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, sizeof back);
  for (size_t width = 1; width <= 4; width *= 2)
    for (size_t bytes = width; bytes + 8 <= sizeof back; bytes += width) {
      SUCCEEDS(clEnqueueFillBuffer(c.queue, memory, ".", 1, 0, sizeof back, 0, NULL, NULL));
      SUCCEEDS(clEnqueueFillBuffer(c.queue, memory, "abcd", width, 4, bytes, 0, NULL, NULL));
      SUCCEEDS(clEnqueueReadBuffer(c.queue, memory, CL_TRUE, 0, sizeof back, back, 0, NULL, NULL));
      for (size_t i = 0; i < sizeof back; i++)
        CU_ASSERT_EQUAL(back[i], i < 4 || i >= 4 + bytes ? '.' : "abcd"[(i - 4) % width]);
    }
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

static void host_pointer_is_where_it_maps(void) {
  card c;
  char host[64] = "first", back[8] = "";
  card_open(&c, 0);
  cl_mem memory = clCreateBuffer(c.context, CL_MEM_USE_HOST_PTR, sizeof host, host, NULL);
  SUCCEEDS(clEnqueueReadBuffer(c.queue, memory, CL_TRUE, 0, 6, back, 0, NULL, NULL));
  CU_ASSERT_STRING_EQUAL(back, "first");
  SUCCEEDS(clEnqueueWriteBuffer(c.queue, memory, CL_TRUE, 0, 7, "second", 0, NULL, NULL));
  char *map = clEnqueueMapBuffer(c.queue, memory, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0, 64, 0, NULL, NULL, NULL);
  CU_ASSERT_PTR_EQUAL(map, host);
  CU_ASSERT_STRING_EQUAL(host, "second");
  memcpy(host, "third", 6);
  SUCCEEDS(clEnqueueUnmapMemObject(c.queue, memory, map, 0, NULL, NULL));
  SUCCEEDS(clEnqueueReadBuffer(c.queue, memory, CL_TRUE, 0, 6, back, 0, NULL, NULL));
  CU_ASSERT_STRING_EQUAL(back, "third");
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

static void CL_CALLBACK append(cl_mem memory, void *user) {
  char **at = user;
  (void)memory;
  *(*at)++ = 'x';
}

static void CL_CALLBACK append_other(cl_mem memory, void *user) {
  char **at = user;
  (void)memory;
  *(*at)++ = 'y';
}

static void destructors_run_last_first(void) {
  card c;
  char text[8] = "", *at = text;
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, 64);
  SUCCEEDS(clSetMemObjectDestructorCallback(memory, append, &at));
  SUCCEEDS(clSetMemObjectDestructorCallback(memory, append_other, &at));
  CU_ASSERT_EQUAL(clSetMemObjectDestructorCallback(memory, NULL, NULL), CL_INVALID_VALUE);
  SUCCEEDS(clRetainMemObject(memory));
  SUCCEEDS(clReleaseMemObject(memory));
  CU_ASSERT_STRING_EQUAL(text, "");
  SUCCEEDS(clReleaseMemObject(memory));
  CU_ASSERT_STRING_EQUAL(text, "yx");
  // A whole lasts until its last part is gone.
  cl_int status;
  at = text;
  memory = new_buffer(&c, 1024);
  cl_mem part = part_of(memory, 256, 128, 0, &status);
  SUCCEEDS(clSetMemObjectDestructorCallback(memory, append, &at));
  SUCCEEDS(clSetMemObjectDestructorCallback(part, append_other, &at));
  SUCCEEDS(clReleaseMemObject(memory));
  CU_ASSERT_PTR_EQUAL(at, text);
  SUCCEEDS(clReleaseMemObject(part));
  CU_ASSERT_STRING_EQUAL(text, "yx");
  card_close(&c);
}

void suite_memory(void) {
  static const systole_test tests[] = {{"creation", creation_is_checked},
                                       {"full banks", full_banks_are_refused},
                                       {"there and back", bytes_go_there_and_back},
                                       {"ranges", ranges_are_checked},
                                       {"host access", host_access_is_kept},
                                       {"boxes", boxes_arrive},
                                       {"overlap", overlap_is_exact},
                                       {"parts", parts_share_bytes},
                                       {"mapping", mapped_bytes_are_the_buffers},
                                       {"failed mapping", failed_map_leaves_nothing},
                                       {"patterns", patterns_repeat},
                                       {"host pointer", host_pointer_is_where_it_maps},
                                       {"destructors", destructors_run_last_first},
                                       {0}};
  systole_test_suite("icd_memory", tests);
}
