// Random calls on live, released, foreign and null handles, with arguments that
// are often wrong. What must hold: nothing crashes, every status is one that
// OpenCL has, and in the end, when all that is live has been released, the whole
// memory can be allocated again. The same seed makes the same calls.
//
//   icd_fuzz [calls [seed]]
#define _XOPEN_SOURCE 700  // setenv
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/icd/card.h"

enum { SLOTS = 24, HOST = 8192, MIB = 1 << 20 };

// The last few objects of each kind, live or not: `live` counts our references.
typedef struct {
  void *handle[SLOTS];
  unsigned live[SLOTS];
} pool;

static struct {
  uint64_t random, count, seed;
  const char *call;
  pool memories, events;
  card card;
  uint8_t host[HOST];
  uint64_t good, refused;
} f;

static uint64_t next_random(void) {  // xorshift64*, Vigna 2016
  f.random ^= f.random >> 12;
  f.random ^= f.random << 25;
  f.random ^= f.random >> 27;
  return f.random * 0x2545f4914f6cdd1du;
}

static size_t below(size_t limit) { return (size_t)(next_random() >> 11) % limit; }
static bool one_in(size_t n) { return below(n) == 0; }

static void stop(const char *what, long value) {
  fprintf(stderr, "icd_fuzz: %s: %s (%ld)\n", f.call, what, value);
  abort();
}

static bool ended(cl_int status) {
  bool known = (status <= 0 && status >= -19) || (status <= -30 && status >= -72);
  if (!known) stop("a status that OpenCL does not have", status);
  if (status) f.refused++;
  else f.good++;
  return status == CL_SUCCESS;
}

// ---- handles -------------------------------------------------------------------------------

static void keep(pool *p, void *handle) {
  for (int i = 0; i < SLOTS; i++)
    if (!p->live[i]) {
      p->handle[i] = handle;
      p->live[i] = 1;
      return;
    }
  stop("more objects than are kept", SLOTS);
}

static bool full(const pool *p) {
  for (int i = 0; i < SLOTS; i++)
    if (!p->live[i]) return false;
  return true;
}

static int any(void) { return (int)below(SLOTS); }

// Mostly one that is live.
static void *pick(const pool *p) {
  for (int tries = 0; tries < 20; tries++) {
    int i = any();
    if (p->live[i]) return p->handle[i];
  }
  return p->handle[any()];
}

static size_t odd_size(void) {
  switch (below(6)) {
    case 0: return 0;
    case 1: return SIZE_MAX - below(64);
    case 2: return below(16);
    case 3: return 128 * below(32);
    default: return below(HOST / 2);
  }
}

// Wait lists, sometimes with what is no event; the events are all set by now.
static cl_uint waits(cl_event list[3]) {
  cl_uint count = (cl_uint)below(6);
  if (count > 3) return 0;
  for (cl_uint i = 0; i < count; i++) list[i] = pick(&f.events);
  return count;
}

static void CL_CALLBACK ignore(cl_event event, cl_int status, void *user) { (void)event, (void)status, (void)user; }
static void CL_CALLBACK ignore_memory(cl_mem memory, void *user) { (void)memory, (void)user; }

// ---- calls ---------------------------------------------------------------------------------

static void make_buffer(void) {
  cl_int status;
  if (full(&f.memories)) return;
  cl_mem memory = clCreateBuffer(f.card.context, one_in(8) ? next_random() & 0x3FF : CL_MEM_READ_WRITE, odd_size(),
                                 one_in(8) ? f.host : NULL, &status);
  if (ended(status)) keep(&f.memories, memory);
}

static void make_part(void) {
  cl_int status;
  cl_mem whole = pick(&f.memories);
  const cl_buffer_region region = {odd_size(), odd_size()};
  if (full(&f.memories) || !whole) return;
  cl_mem memory = clCreateSubBuffer(whole, 0, CL_BUFFER_CREATE_TYPE_REGION, &region, &status);
  if (ended(status)) keep(&f.memories, memory);
}

static void keep_event(cl_int status, cl_event event) {
  if (!ended(status) || !event) return;
  if (one_in(4)) clSetEventCallback(event, CL_COMPLETE, ignore, NULL);
  if (full(&f.events)) clReleaseEvent(event);
  else keep(&f.events, event);
}

static void transfer(void) {
  cl_event list[3], event = NULL;
  cl_uint count = waits(list);
  cl_mem memory = pick(&f.memories);
  cl_command_queue queue = f.card.queue;
  size_t offset = odd_size(), bytes = odd_size();
  if (bytes > HOST) bytes = HOST;  // what lies behind the host's pointer is the host's business
  switch (below(3)) {
    case 0:
      keep_event(clEnqueueReadBuffer(queue, memory, one_in(2), offset, bytes, f.host, count, count ? list : NULL, &event), event);
      break;
    case 1:
      keep_event(clEnqueueWriteBuffer(queue, memory, one_in(2), offset, bytes, f.host, count, count ? list : NULL, &event), event);
      break;
    default:
      keep_event(clEnqueueFillBuffer(queue, memory, f.host, below(130), offset, odd_size(), count, count ? list : NULL, &event), event);
  }
}

static void copy(void) {
  cl_event event = NULL;
  keep_event(clEnqueueCopyBuffer(f.card.queue, pick(&f.memories), pick(&f.memories), odd_size(), odd_size(), odd_size(), 0,
                                 NULL, &event), event);
}

static void copy_box(void) {
  cl_event event = NULL;
  const size_t from[3] = {below(9), below(9), below(9)}, to[3] = {below(99), below(9), odd_size()};
  const size_t region[3] = {below(9), below(5), below(5)};
  size_t row = one_in(4) ? odd_size() : 16, slice = one_in(4) ? odd_size() : 256;
  keep_event(clEnqueueCopyBufferRect(f.card.queue, pick(&f.memories), pick(&f.memories), from, to, region, row, slice, row,
                                     slice, 0, NULL, &event), event);
}

static void read_box(void) {
  const size_t from[3] = {below(9), below(9), odd_size()}, to[3] = {below(8), below(8), below(4)};
  const size_t region[3] = {below(9), below(5), below(5)};
  ended(clEnqueueReadBufferRect(f.card.queue, pick(&f.memories), CL_TRUE, from, to, region, odd_size(), odd_size(), 16, 256,
                                f.host, 0, NULL, NULL));
}

static void map(void) {
  cl_int status;
  cl_mem memory = pick(&f.memories);
  uint8_t *at = clEnqueueMapBuffer(f.card.queue, memory, CL_TRUE, below(9), odd_size(), odd_size(), 0, NULL, NULL, &status);
  if (!ended(status)) return;
  at[0] ^= 1;
  ended(clEnqueueUnmapMemObject(f.card.queue, memory, one_in(8) ? f.host : at, 0, NULL, NULL));
}

static void set_argument(void) {
  cl_mem memory = pick(&f.memories);
  uint64_t value = one_in(2) ? next_random() : below(4096);
  cl_uint index = (cl_uint)below(52);
  if (index < 32 && index % 2 == 0) ended(clSetKernelArg(f.card.kernel, index, sizeof memory, one_in(4) ? NULL : &memory));
  else ended(clSetKernelArg(f.card.kernel, index, one_in(6) ? below(9) : index < 32 ? 8 : 4, one_in(20) ? NULL : &value));
}

// The program is whatever bytes are there: it faults, or ends, or is stopped.
static void run_kernel(void) {
  cl_event event = NULL, list[3];
  const size_t size[3] = {one_in(8) ? below(4) : 1, 1, 1};
  cl_uint count = waits(list), watchdog = 500;
  clSetKernelArg(f.card.kernel, SYSTOLE_ARGUMENT_WATCHDOG, sizeof watchdog, &watchdog);
  keep_event(clEnqueueNDRangeKernel(f.card.queue, f.card.kernel, one_in(9) ? (cl_uint)below(5) : 1, NULL, size, NULL, count,
                                    count ? list : NULL, &event), event);
}

// A good one, so that some runs go through.
static void run_good(void) {
  cl_event event = NULL;
  const size_t one = 1;
  cl_mem code = set_program(&f.card, doubling), data = new_buffer(&f.card, 256);
  set_segment(f.card.kernel, 1, data, 256);
  set_segment(f.card.kernel, 2, data, 256);
  set_word(f.card.kernel, SYSTOLE_ARGUMENT_WATCHDOG, 0);
  keep_event(clEnqueueNDRangeKernel(f.card.queue, f.card.kernel, 1, NULL, &one, NULL, 0, NULL, &event), event);
  clReleaseMemObject(code);
  clReleaseMemObject(data);
}

static void set_user_event(void) {
  cl_int status;
  if (full(&f.events)) return;
  cl_event gate = clCreateUserEvent(f.card.context, &status), event = NULL;
  if (!ended(status)) return;
  keep_event(clEnqueueMarkerWithWaitList(f.card.queue, 1, &gate, &event), event);
  ended(clSetUserEventStatus(gate, one_in(3) ? -(cl_int)below(9) - 1 : one_in(9) ? (cl_int)below(5) : CL_COMPLETE));
  clSetUserEventStatus(gate, CL_COMPLETE);  // at the latest now
  clReleaseEvent(gate);
}

static void stand(void) {
  cl_event event = NULL, list[3];
  cl_uint count = waits(list);
  if (one_in(2)) keep_event(clEnqueueMarkerWithWaitList(f.card.queue, count, count ? list : NULL, &event), event);
  else keep_event(clEnqueueBarrierWithWaitList(f.card.queue, count, one_in(9) ? NULL : list, &event), event);
}

static void ask(void) {
  uint8_t answer[600];
  size_t size;
  cl_uint name = (cl_uint)below(16);
  void *memory = pick(&f.memories), *event = pick(&f.events);
  size_t room = below(sizeof answer);
  ended(clGetDeviceInfo(f.card.device, 0x1000 + (cl_uint)below(0x80), room, answer, &size));
  ended(clGetKernelInfo(f.card.kernel, 0x1190 + name, room, answer, &size));
  ended(clGetContextInfo(f.card.context, 0x1080 + name, room, answer, &size));
  if (memory) ended(clGetMemObjectInfo(memory, 0x1100 + name, room, answer, &size));
  if (event) ended(clGetEventInfo(event, 0x11D0 + name, room, answer, &size));
  if (event) ended(clGetEventProfilingInfo(event, 0x1280 + name, room, answer, &size));
}

static void hold_on(void) {
  cl_event list[3];
  cl_uint count = waits(list);
  if (one_in(2)) ended(clFinish(f.card.queue));
  // The loader follows the first handle of the list.
  else if (count && list[0]) ended(clWaitForEvents(count, list));
}

static void drop_memory(void) {
  int i = any();
  if (!f.memories.live[i]) return;
  if (one_in(4)) clSetMemObjectDestructorCallback(f.memories.handle[i], ignore_memory, NULL);
  ended(clReleaseMemObject(f.memories.handle[i]));
  f.memories.live[i]--;
}

static void drop_event(void) {
  int i = any();
  if (!f.events.live[i]) return;
  ended(clReleaseEvent(f.events.handle[i]));
  f.events.live[i]--;
}

// ---- the run -------------------------------------------------------------------------------

static const struct {
  const char *name;
  void (*call)(void);
} calls[] = {{"buffer", make_buffer}, {"buffer", make_buffer}, {"part", make_part}, {"transfer", transfer},
             {"transfer", transfer},  {"copy", copy},          {"box", copy_box},   {"read box", read_box},
             {"map", map},            {"argument", set_argument}, {"argument", set_argument}, {"run", run_kernel},
             {"good run", run_good},  {"user event", set_user_event}, {"marker", stand}, {"ask", ask},
             {"wait", hold_on},       {"drop", drop_memory},   {"drop", drop_memory}, {"event", drop_event},
             {"event", drop_event}};

static void release_all(void) {
  f.call = "the end";
  ended(clFinish(f.card.queue));
  for (int i = 0; i < SLOTS; i++) {
    for (; f.memories.live[i]; f.memories.live[i]--) ended(clReleaseMemObject(f.memories.handle[i]));
    for (; f.events.live[i]; f.events.live[i]--) ended(clReleaseEvent(f.events.handle[i]));
  }
  cl_mem all[2];
  for (int i = 0; i < 2; i++) {
    cl_int status;
    all[i] = clCreateBuffer(f.card.context, 0, 4 * MIB, NULL, &status);
    if (status) stop("memory that was released cannot be had again", status);
  }
  for (int i = 0; i < 2; i++) clReleaseMemObject(all[i]);
}

static void random_calls(void) {
  f.random = f.seed * 0x9E3779B97F4A7C15u + 1;
  card_open(&f.card, one_in(2) ? CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE : CL_QUEUE_PROFILING_ENABLE);
  for (uint64_t i = 0; i < f.count; i++) {
    size_t which = below(sizeof calls / sizeof calls[0]);
    f.call = calls[which].name;
    calls[which].call();
  }
  release_all();
  card_close(&f.card);
  printf("seed %" PRIu64 ": %" PRIu64 " calls succeeded, %" PRIu64 " were refused\n", f.seed, f.good, f.refused);
}

int main(int argc, char **argv) {
  static const systole_test tests[] = {{"random calls", random_calls}, {0}};
  f.count = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
  f.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  setenv("SYSTOLE_ICD_MAX_CYCLES", "5000", 1);
  setenv("SYSTOLE_ICD_BANKS", "2", 1);
  setenv("SYSTOLE_ICD_BANK_MIB", "4", 1);
  systole_test_suite("icd_fuzz", tests);
  return systole_test_run(NULL);
}
