// The thread that carries out commands, one at a time, from whichever queue has
// one that may start.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "sim/icd/icd.h"

static pthread_t worker;

bool icd_may_wait(void) { return !icd.working || !pthread_equal(pthread_self(), worker); }

static bool may_start(const icd_command *c) {
  for (cl_uint i = 0; i < c->wait_count; i++)
    if (c->waits[i]->status > CL_COMPLETE) return false;
  return true;
}

// In order: only the first. Out of order: the first that neither waits nor
// stands behind a barrier.
static icd_command *next_of(cl_command_queue queue) {
  const bool in_order = !(queue->properties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
  for (icd_command *c = queue->first; c; c = c->next) {
    if (may_start(c) && (c == queue->first || !c->after_all)) return c;
    if (in_order || c->gate) break;
  }
  return NULL;
}

// The queue that is served goes to the end of the line.
static icd_command *next_command(void) {
  for (cl_command_queue *link = &icd.queues; *link; link = &(*link)->next) {
    cl_command_queue queue = *link;
    icd_command *c = next_of(queue);
    if (!c) continue;
    *link = queue->next;
    queue->next = NULL;
    for (link = &icd.queues; *link;) link = &(*link)->next;
    *link = queue;
    return c;
  }
  return NULL;
}

static void unlink_from_queue(icd_command *command) {
  cl_command_queue queue = command->event->queue;
  icd_command **link = &queue->first;
  while (*link != command) link = &(*link)->next;
  *link = command->next;
  if (!*link) queue->end = link;
}

static bool a_wait_failed(const icd_command *c) {
  for (cl_uint i = 0; i < c->wait_count; i++)
    if (c->waits[i]->status < 0) return true;
  return false;
}

static void carry_out(icd_command *c) {
  cl_int status = CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST;
  if (!a_wait_failed(c)) {
    icd_event_set(c->event, CL_SUBMITTED);
    icd_event_set(c->event, CL_RUNNING);
    status = c->run ? c->run(c) : CL_COMPLETE;
  }
  icd_event_set(c->event, status);
  unlink_from_queue(c);
  icd_command_drop(c);
  pthread_cond_broadcast(&icd.changed);
}

static void *work(void *unused) {
  (void)unused;
  icd_lock();
  for (;;) {
    icd_command *c = next_command();
    if (c) carry_out(c);
    else pthread_cond_wait(&icd.changed, &icd.lock);
  }
  return NULL;
}

// A process that ends while a machine runs: its object must not be torn down
// under the worker. Two seconds at most; then so be it. The worker goes on, for a host's
// own cleanup may come after this, but starts no machine any more. A child of fork
// has no worker, and may have the lock as another thread held it.
static void stop(void) {
  struct timespec limit;
  if (getpid() != icd.process) return;
  clock_gettime(CLOCK_REALTIME, &limit);
  limit.tv_sec += 2;
  icd_lock();
  icd.quit = true;
  __atomic_store_n(&icd.stop, true, __ATOMIC_RELAXED);
  pthread_cond_broadcast(&icd.changed);
  while (icd.running && pthread_cond_timedwait(&icd.changed, &icd.lock, &limit) != ETIMEDOUT) {
  }
  icd_unlock(CL_SUCCESS);
}

cl_int icd_worker_start(void) {
  if (icd.working) return CL_SUCCESS;
  if (pthread_create(&worker, NULL, work, NULL)) return CL_OUT_OF_RESOURCES;
  pthread_detach(worker);
  atexit(stop);
  icd.process = getpid();
  icd.working = true;
  return CL_SUCCESS;
}
