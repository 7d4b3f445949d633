// Events: of commands, and those that the host sets itself.
#include <stdlib.h>
#include <time.h>

#include "sim/icd/icd.h"

static cl_ulong now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (cl_ulong)t.tv_sec * 1000000000u + (cl_ulong)t.tv_nsec;
}

cl_event icd_event_new(cl_context context, cl_command_queue queue, cl_command_type type) {
  cl_event event = icd_object_new(ICD_EVENT);
  if (!event) return NULL;
  icd_use(context);
  if (queue) icd_use(queue);
  event->context = context;
  event->queue = queue;
  event->type = type;
  event->status = queue ? CL_QUEUED : CL_SUBMITTED;
  event->times[ICD_QUEUED] = now();
  return event;
}

void icd_event_end(cl_event event) {
  while (event->callbacks) {
    icd_callback *c = event->callbacks;
    event->callbacks = c->next;
    free(c);
  }
  if (event->queue) icd_unuse(ICD_QUEUE, event->queue);
  icd_unuse(ICD_CONTEXT, event->context);
}

// ---- states ----------------------------------------------------------------------

// Calls, without the lock, whoever waits for a state that has been reached.
static void fire(cl_event event) {
  icd_use(event);
  for (icd_callback **link = &event->callbacks; *link;) {
    icd_callback *c = *link;
    if (c->at < event->status) {
      link = &c->next;
      continue;
    }
    *link = c->next;
    cl_int status = event->status < 0 ? event->status : c->at;
    event->object.told++;
    icd_unlock(CL_SUCCESS);
    c->notify(event, status, c->user);
    free(c);
    icd_lock();
    event->object.told--;
    link = &event->callbacks;  // it may be another list by now
  }
  icd_unuse(ICD_EVENT, event);
}

static void stamp(cl_event event, cl_int status) {
  if (status == CL_SUBMITTED) event->times[ICD_SUBMITTED] = now();
  if (status == CL_RUNNING) event->times[ICD_STARTED] = now();
  // A run of the machine has set its end itself.
  if (status <= CL_COMPLETE && !event->times[ICD_ENDED]) event->times[ICD_ENDED] = now();
}

void icd_event_set(cl_event event, cl_int status) {
  stamp(event, status);
  event->status = status;
  pthread_cond_broadcast(&icd.changed);
  fire(event);
}

void icd_event_wait(cl_event event) {
  event->context->waiting++;
  while (event->status > CL_COMPLETE) pthread_cond_wait(&icd.changed, &icd.lock);
  event->context->waiting--;
}

static cl_int add_callback(cl_event event, cl_int at, icd_event_notify notify, void *user) {
  if (!icd_is(ICD_EVENT, event)) return CL_INVALID_EVENT;
  if (!notify || at < CL_COMPLETE || at > CL_SUBMITTED) return CL_INVALID_VALUE;
  icd_callback *c = malloc(sizeof *c);
  if (!c) return CL_OUT_OF_HOST_MEMORY;
  *c = (icd_callback){event->callbacks, at, notify, user};
  event->callbacks = c;
  fire(event);
  return CL_SUCCESS;
}

cl_int systole_clSetEventCallback(cl_event event, cl_int at, icd_event_notify notify, void *user) {
  icd_lock();
  return icd_unlock(add_callback(event, at, notify, user));
}

// ---- waiting -----------------------------------------------------------------------

static cl_int wait_for(cl_uint count, const cl_event *events) {
  cl_int status = CL_SUCCESS;
  if (!count || !events) return CL_INVALID_VALUE;
  for (cl_uint i = 0; i < count; i++) {
    if (!icd_is(ICD_EVENT, events[i])) return CL_INVALID_EVENT;
    if (events[i]->context != events[0]->context) return CL_INVALID_CONTEXT;
  }
  for (cl_uint i = 0; i < count; i++)
    if (events[i]->status > CL_COMPLETE && !icd_may_wait()) return CL_INVALID_OPERATION;
  for (cl_uint i = 0; i < count; i++) icd_use(events[i]);
  for (cl_uint i = 0; i < count; i++) {
    icd_event_wait(events[i]);
    if (events[i]->status < 0) status = CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST;
  }
  for (cl_uint i = 0; i < count; i++) icd_unuse(ICD_EVENT, events[i]);
  return status;
}

cl_int systole_clWaitForEvents(cl_uint count, const cl_event *events) {
  icd_lock();
  return icd_unlock(wait_for(count, events));
}

// ---- user events -------------------------------------------------------------------

cl_event systole_clCreateUserEvent(cl_context context, cl_int *errcode_ret) {
  icd_lock();
  if (!icd_is(ICD_CONTEXT, context)) return icd_made(NULL, CL_INVALID_CONTEXT, errcode_ret);
  cl_event event = icd_event_new(context, NULL, CL_COMMAND_USER);
  return icd_made(event, event ? CL_SUCCESS : CL_OUT_OF_HOST_MEMORY, errcode_ret);
}

cl_int systole_clSetUserEventStatus(cl_event event, cl_int status) {
  icd_lock();
  if (!icd_is(ICD_EVENT, event) || event->queue) return icd_unlock(CL_INVALID_EVENT);
  if (status > CL_COMPLETE) return icd_unlock(CL_INVALID_VALUE);
  if (event->status <= CL_COMPLETE) return icd_unlock(CL_INVALID_OPERATION);
  icd_event_set(event, status);
  return icd_unlock(CL_SUCCESS);
}

// ---- the rest ------------------------------------------------------------------------

cl_int systole_clRetainEvent(cl_event event) { return icd_retain(ICD_EVENT, event); }
cl_int systole_clReleaseEvent(cl_event event) { return icd_release(ICD_EVENT, event); }

static cl_int info(cl_event event, cl_event_info name, icd_asked asked) {
  if (!icd_is(ICD_EVENT, event)) return CL_INVALID_EVENT;
  switch (name) {
    case CL_EVENT_COMMAND_QUEUE: return ICD_ANSWER(asked, cl_command_queue, event->queue);
    case CL_EVENT_CONTEXT: return ICD_ANSWER(asked, cl_context, event->context);
    case CL_EVENT_COMMAND_TYPE: return ICD_ANSWER(asked, cl_command_type, event->type);
    case CL_EVENT_COMMAND_EXECUTION_STATUS: return ICD_ANSWER(asked, cl_int, event->status);
    case CL_EVENT_REFERENCE_COUNT: return ICD_ANSWER(asked, cl_uint, event->object.refs);
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetEventInfo(cl_event event, cl_event_info name, size_t room, void *to, size_t *size) {
  icd_lock();
  return icd_unlock(info(event, name, (icd_asked){room, to, size}));
}

static cl_int profile(cl_event event, cl_profiling_info name, icd_asked asked) {
  if (!icd_is(ICD_EVENT, event)) return CL_INVALID_EVENT;
  if (name < CL_PROFILING_COMMAND_QUEUED || name > CL_PROFILING_COMMAND_END) return CL_INVALID_VALUE;
  if (!event->queue || !(event->queue->properties & CL_QUEUE_PROFILING_ENABLE) || event->status != CL_COMPLETE)
    return CL_PROFILING_INFO_NOT_AVAILABLE;
  return ICD_ANSWER(asked, cl_ulong, event->times[name - CL_PROFILING_COMMAND_QUEUED]);
}

cl_int systole_clGetEventProfilingInfo(cl_event event, cl_profiling_info name, size_t room, void *to, size_t *size) {
  icd_lock();
  return icd_unlock(profile(event, name, (icd_asked){room, to, size}));
}
