// Queues and events: order, waiting, failing, callbacks, threads.
#define _XOPEN_SOURCE 700  // nanosleep
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "tests/icd/card.h"

static cl_int status_of(cl_event event) {
  cl_int status = 12345;
  SUCCEEDS(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof status, &status, NULL));
  return status;
}

static cl_event user_event(const card *c) {
  cl_int status;
  cl_event event = clCreateUserEvent(c->context, &status);
  CU_ASSERT_EQUAL(status, CL_SUCCESS);
  return event;
}

static void rest(void) {
  const struct timespec millisecond = {0, 1000000};
  nanosleep(&millisecond, NULL);
}

// A command ends by itself: the host may poll and never wait.
static void polling_ends(void) {
  card c;
  cl_event event;
  int polls = 0;
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, 64);
  SUCCEEDS(clEnqueueFillBuffer(c.queue, memory, "x", 1, 0, 64, 0, NULL, &event));
  SUCCEEDS(clFlush(c.queue));
  for (; status_of(event) != CL_COMPLETE && polls < 10000; polls++) rest();
  CU_ASSERT(polls < 10000);
  SUCCEEDS(clReleaseEvent(event));
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

static void user_event_holds_back(void) {
  card c;
  char word[4] = "";
  cl_event event;
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, 64);
  cl_event gate = user_event(&c);
  SUCCEEDS(clEnqueueWriteBuffer(c.queue, memory, CL_TRUE, 0, 4, "old.", 0, NULL, NULL));
  SUCCEEDS(clEnqueueWriteBuffer(c.queue, memory, CL_FALSE, 0, 4, "new.", 1, &gate, &event));
  for (int i = 0; i < 5; i++) rest();
  CU_ASSERT_EQUAL(status_of(event), CL_QUEUED);
  CU_ASSERT_EQUAL(clSetUserEventStatus(event, CL_COMPLETE), CL_INVALID_EVENT);
  CU_ASSERT_EQUAL(clSetUserEventStatus(gate, CL_RUNNING), CL_INVALID_VALUE);
  SUCCEEDS(clSetUserEventStatus(gate, CL_COMPLETE));
  CU_ASSERT_EQUAL(clSetUserEventStatus(gate, CL_COMPLETE), CL_INVALID_OPERATION);
  SUCCEEDS(clWaitForEvents(1, &event));
  SUCCEEDS(clEnqueueReadBuffer(c.queue, memory, CL_TRUE, 0, 4, word, 0, NULL, NULL));
  CU_ASSERT_EQUAL(memcmp(word, "new.", 4), 0);
  SUCCEEDS(clReleaseEvent(event));
  SUCCEEDS(clReleaseEvent(gate));
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

static void failure_spreads_along_wait_lists(void) {
  card c;
  cl_event first, second, both[2];
  char word[4];
  card_open(&c, 0);
  cl_mem memory = new_buffer(&c, 64);
  cl_event gate = user_event(&c);
  SUCCEEDS(clEnqueueMarkerWithWaitList(c.queue, 1, &gate, &first));
  SUCCEEDS(clEnqueueFillBuffer(c.queue, memory, "x", 1, 0, 64, 1, &first, &second));
  SUCCEEDS(clSetUserEventStatus(gate, -77));
  both[0] = first, both[1] = second;
  CU_ASSERT_EQUAL(clWaitForEvents(2, both), CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  CU_ASSERT_EQUAL(status_of(gate), -77);
  CU_ASSERT_EQUAL(status_of(first), CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  CU_ASSERT_EQUAL(status_of(second), CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  CU_ASSERT_EQUAL(clEnqueueReadBuffer(c.queue, memory, CL_TRUE, 0, 4, word, 1, &second, NULL),
                  CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
  SUCCEEDS(clEnqueueReadBuffer(c.queue, memory, CL_TRUE, 0, 4, word, 0, NULL, NULL));  // the queue goes on
  SUCCEEDS(clReleaseEvent(first));
  SUCCEEDS(clReleaseEvent(second));
  SUCCEEDS(clReleaseEvent(gate));
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

// Out of order a command passes one that waits; not a barrier.
static void out_of_order_passes_what_waits(void) {
  card c;
  cl_event early, late;
  card_open(&c, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
  cl_mem memory = new_buffer(&c, 64);
  cl_event gate = user_event(&c);
  SUCCEEDS(clEnqueueFillBuffer(c.queue, memory, "a", 1, 0, 32, 1, &gate, NULL));
  SUCCEEDS(clEnqueueFillBuffer(c.queue, memory, "b", 1, 32, 32, 0, NULL, &early));
  SUCCEEDS(clWaitForEvents(1, &early));
  SUCCEEDS(clEnqueueBarrier(c.queue));
  SUCCEEDS(clEnqueueFillBuffer(c.queue, memory, "c", 1, 32, 32, 0, NULL, &late));
  for (int i = 0; i < 5; i++) rest();
  CU_ASSERT_EQUAL(status_of(late), CL_QUEUED);
  SUCCEEDS(clSetUserEventStatus(gate, CL_COMPLETE));
  SUCCEEDS(clFinish(c.queue));
  CU_ASSERT_EQUAL(status_of(late), CL_COMPLETE);
  SUCCEEDS(clReleaseEvent(early));
  SUCCEEDS(clReleaseEvent(late));
  SUCCEEDS(clReleaseEvent(gate));
  SUCCEEDS(clReleaseMemObject(memory));
  card_close(&c);
}

static void queues_do_not_wait_for_each_other(void) {
  card c;
  cl_event event;
  card_open(&c, 0);
  cl_command_queue other = clCreateCommandQueue(c.context, c.device, 0, NULL);
  cl_event gate = user_event(&c);
  SUCCEEDS(clEnqueueMarkerWithWaitList(c.queue, 1, &gate, &event));
  SUCCEEDS(clEnqueueMarkerWithWaitList(other, 0, NULL, NULL));
  SUCCEEDS(clFinish(other));
  CU_ASSERT_EQUAL(status_of(event), CL_QUEUED);
  SUCCEEDS(clEnqueueWaitForEvents(other, 1, &event));
  SUCCEEDS(clSetUserEventStatus(gate, CL_COMPLETE));
  SUCCEEDS(clFinish(other));
  CU_ASSERT_EQUAL(status_of(event), CL_COMPLETE);
  SUCCEEDS(clReleaseEvent(event));
  SUCCEEDS(clReleaseEvent(gate));
  SUCCEEDS(clReleaseCommandQueue(other));
  card_close(&c);
}

// ---- callbacks ---------------------------------------------------------------------------

typedef struct {
  atomic_int calls, sum;
  atomic_bool done;
} tally;

static void CL_CALLBACK count(cl_event event, cl_int status, void *user) {
  tally *t = user;
  (void)event;
  t->calls++;
  t->sum += status;
  if (status <= CL_COMPLETE) t->done = true;
}

static void await(tally *t) {
  for (int i = 0; i < 10000 && !t->done; i++) rest();
  CU_ASSERT(t->done);
}

static void callbacks_are_called_once_each(void) {
  card c;
  tally t = {0}, failed = {0};
  cl_event event;
  card_open(&c, 0);
  cl_event gate = user_event(&c);
  SUCCEEDS(clEnqueueMarkerWithWaitList(c.queue, 1, &gate, &event));
  SUCCEEDS(clSetEventCallback(event, CL_SUBMITTED, count, &t));
  SUCCEEDS(clSetEventCallback(event, CL_RUNNING, count, &t));
  SUCCEEDS(clSetEventCallback(event, CL_COMPLETE, count, &t));
  CU_ASSERT_EQUAL(clSetEventCallback(event, CL_QUEUED, count, &t), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clSetEventCallback(event, -1, count, &t), CL_INVALID_VALUE);
  CU_ASSERT_EQUAL(clSetEventCallback(event, CL_COMPLETE, NULL, &t), CL_INVALID_VALUE);
  SUCCEEDS(clSetUserEventStatus(gate, CL_COMPLETE));
  await(&t);
  CU_ASSERT_EQUAL(t.calls, 3);
  CU_ASSERT_EQUAL(t.sum, CL_SUBMITTED + CL_RUNNING + CL_COMPLETE);
  SUCCEEDS(clSetEventCallback(event, CL_COMPLETE, count, &t));  // it is over: called at once
  CU_ASSERT_EQUAL(t.calls, 4);
  SUCCEEDS(clReleaseEvent(gate));
  SUCCEEDS(clReleaseEvent(event));
  gate = user_event(&c);
  SUCCEEDS(clSetEventCallback(gate, CL_COMPLETE, count, &failed));
  SUCCEEDS(clSetUserEventStatus(gate, -5));
  CU_ASSERT_EQUAL(failed.sum, -5);
  SUCCEEDS(clReleaseEvent(gate));
  card_close(&c);
}

typedef struct {
  card c;
  cl_mem memory;
  cl_event pending;
  tally t;
} chain;

// From a callback, a host may enqueue and set events, and release its own.
static void CL_CALLBACK go_on(cl_event event, cl_int status, void *user) {
  chain *next = user;
  cl_event after;
  (void)status;
  clReleaseEvent(event);
  clEnqueueFillBuffer(next->c.queue, next->memory, "z", 1, 0, 64, 0, NULL, &after);
  clSetEventCallback(after, CL_COMPLETE, count, &next->t);
  clReleaseEvent(after);
}

static void callback_may_enqueue(void) {
  chain link = {.t = {0}};
  cl_event event;
  card_open(&link.c, 0);
  link.memory = new_buffer(&link.c, 64);
  SUCCEEDS(clEnqueueMarker(link.c.queue, &event));
  SUCCEEDS(clSetEventCallback(event, CL_COMPLETE, go_on, &link));
  await(&link.t);
  SUCCEEDS(clFinish(link.c.queue));
  SUCCEEDS(clReleaseMemObject(link.memory));
  card_close(&link.c);
}

// What blocks would wait for ever there, and is refused instead.
static void CL_CALLBACK try_to_wait(cl_event event, cl_int status, void *user) {
  static const size_t zero[3], box[3] = {8, 1, 1};
  chain *link = user;
  cl_command_queue q = link->c.queue;
  cl_int map = CL_SUCCESS;
  char bytes[8];
  (void)event;
  link->t.sum += clFinish(q) == CL_INVALID_OPERATION;
  link->t.sum += clWaitForEvents(1, &link->pending) == CL_INVALID_OPERATION;
  link->t.sum += clEnqueueReadBuffer(q, link->memory, CL_TRUE, 0, 8, bytes, 0, NULL, NULL) == CL_INVALID_OPERATION;
  link->t.sum += clEnqueueWriteBufferRect(q, link->memory, CL_TRUE, zero, zero, box, 0, 0, 0, 0, bytes, 0, NULL, NULL) ==
                 CL_INVALID_OPERATION;
  link->t.sum += !clEnqueueMapBuffer(q, link->memory, CL_TRUE, CL_MAP_READ, 0, 8, 0, NULL, NULL, &map);
  link->t.sum += map == CL_INVALID_OPERATION;
  link->t.done = status == CL_COMPLETE;
}

static void callback_may_not_wait(void) {
  chain link = {.t = {0}};
  cl_event event;
  card_open(&link.c, 0);
  link.memory = new_buffer(&link.c, 64);
  cl_event gate = user_event(&link.c);
  SUCCEEDS(clEnqueueMarkerWithWaitList(link.c.queue, 1, &gate, &event));
  SUCCEEDS(clEnqueueMarker(link.c.queue, &link.pending));
  SUCCEEDS(clSetEventCallback(event, CL_COMPLETE, try_to_wait, &link));
  SUCCEEDS(clSetUserEventStatus(gate, CL_COMPLETE));
  await(&link.t);
  CU_ASSERT_EQUAL(link.t.sum, 6);
  SUCCEEDS(clFinish(link.c.queue));
  SUCCEEDS(clReleaseEvent(gate));
  SUCCEEDS(clReleaseEvent(event));
  SUCCEEDS(clReleaseEvent(link.pending));
  SUCCEEDS(clReleaseMemObject(link.memory));
  card_close(&link.c);
}

// A command that waits for `gate` and calls back when it runs and when it is over.
static void told_behind(const card *c, cl_event *gate, cl_event *event,
                        void(CL_CALLBACK *notify)(cl_event, cl_int, void *), tally *t) {
  *gate = user_event(c);
  SUCCEEDS(clEnqueueMarkerWithWaitList(c->queue, 1, gate, event));
  SUCCEEDS(clSetEventCallback(*event, CL_RUNNING, notify, t));
  SUCCEEDS(clSetEventCallback(*event, CL_COMPLETE, notify, t));
}

// Called with an event that the host has released: for as long, it can be asked and kept.
static void CL_CALLBACK ask_and_keep(cl_event event, cl_int status, void *user) {
  tally *t = user;
  t->sum += status_of(event) == status;
  t->sum += clRetainEvent(event) == CL_SUCCESS && clReleaseEvent(event) == CL_SUCCESS;
  if (status <= CL_COMPLETE) t->done = true;
}

static void callback_may_ask_its_event(void) {
  card c;
  tally t = {0};
  cl_event gate, event;
  card_open(&c, 0);
  told_behind(&c, &gate, &event, ask_and_keep, &t);
  SUCCEEDS(clReleaseEvent(event));
  SUCCEEDS(clSetUserEventStatus(gate, CL_COMPLETE));
  await(&t);
  CU_ASSERT_EQUAL(t.sum, 4);
  SUCCEEDS(clFinish(c.queue));
  CU_ASSERT_EQUAL(clRetainEvent(event), CL_INVALID_EVENT);
  SUCCEEDS(clReleaseEvent(gate));
  card_close(&c);
}

// A command whose wait failed never ran: its callbacks hear of the failure alone.
static void what_never_ran_is_not_told_to_run(void) {
  const cl_int failed = CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST;
  card c;
  tally t = {0};
  cl_event gate, event;
  card_open(&c, 0);
  told_behind(&c, &gate, &event, count, &t);
  SUCCEEDS(clSetUserEventStatus(gate, -5));
  CU_ASSERT_EQUAL(clWaitForEvents(1, &event), failed);
  for (int i = 0; i < 10000 && t.calls < 2; i++) rest();
  CU_ASSERT_EQUAL(t.sum, 2 * failed);
  SUCCEEDS(clReleaseEvent(event));
  SUCCEEDS(clReleaseEvent(gate));
  card_close(&c);
}

// ---- threads -----------------------------------------------------------------------------

static void *hammer(void *user) {
  card c;
  float values[LANES];
  (void)user;
  card_open(&c, CL_QUEUE_PROFILING_ENABLE);
  cl_mem code = set_program(&c, doubling), in = new_buffer(&c, 64), out = new_buffer(&c, 64);
  set_segment(c.kernel, 1, in, 32);
  set_segment(c.kernel, 2, out, 32);
  for (int round = 0; round < 20; round++) {
    for (int i = 0; i < LANES; i++) values[i] = (float)(round + i);
    clEnqueueWriteBuffer(c.queue, in, CL_FALSE, 0, 32, values, 0, NULL, NULL);
    start(&c, NULL);
    cl_mem other = new_buffer(&c, 5000);
    clReleaseMemObject(other);
    read_floats(&c, out, values, LANES);
    for (int i = 0; i < LANES; i++) CU_ASSERT_EQUAL(values[i], 2 * (float)(round + i));
  }
  clReleaseMemObject(code), clReleaseMemObject(in), clReleaseMemObject(out);
  card_close(&c);
  return NULL;
}

static void threads_share_the_device(void) {
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) CU_ASSERT_EQUAL(pthread_create(&threads[i], NULL, hammer, NULL), 0);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}

static void profile_needs_to_be_asked_for(void) {
  card c;
  cl_event event;
  cl_ulong time;
  card_open(&c, 0);
  SUCCEEDS(clEnqueueMarker(c.queue, &event));
  SUCCEEDS(clWaitForEvents(1, &event));
  CU_ASSERT_EQUAL(clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof time, &time, NULL),
                  CL_PROFILING_INFO_NOT_AVAILABLE);
  CU_ASSERT_EQUAL(clGetEventProfilingInfo(event, 1, sizeof time, &time, NULL), CL_INVALID_VALUE);
  SUCCEEDS(clReleaseEvent(event));
  card_close(&c);
}

void suite_events(void) {
  static const systole_test tests[] = {{"polling", polling_ends},
                                       {"user event", user_event_holds_back},
                                       {"failure spreads", failure_spreads_along_wait_lists},
                                       {"out of order", out_of_order_passes_what_waits},
                                       {"queues", queues_do_not_wait_for_each_other},
                                       {"callbacks", callbacks_are_called_once_each},
                                       {"callback enqueues", callback_may_enqueue},
                                       {"callback waits", callback_may_not_wait},
                                       {"callback asks", callback_may_ask_its_event},
                                       {"never ran", what_never_ran_is_not_told_to_run},
                                       {"threads", threads_share_the_device},
                                       {"no profile", profile_needs_to_be_asked_for},
                                       {0}};
  systole_test_suite("icd_events", tests);
}
