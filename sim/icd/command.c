// A command from the call that enqueues it to its end, and the commands that
// only stand in line: markers and barriers.
#include <stdlib.h>
#include <string.h>

#include "sim/icd/icd.h"

static cl_int check_waits(cl_command_queue queue, cl_uint count, const cl_event *waits) {
  if (!count != !waits) return CL_INVALID_EVENT_WAIT_LIST;
  for (cl_uint i = 0; i < count; i++)
    if (!icd_is(ICD_EVENT, waits[i])) return CL_INVALID_EVENT_WAIT_LIST;
  for (cl_uint i = 0; i < count; i++)
    if (waits[i]->context != queue->context) return CL_INVALID_CONTEXT;
  return CL_SUCCESS;
}

cl_int icd_command_new(cl_command_queue queue, cl_command_type type, cl_uint wait_count, const cl_event *waits,
                       icd_command **command) {
  if (!icd_is(ICD_QUEUE, queue)) return CL_INVALID_COMMAND_QUEUE;
  cl_int status = check_waits(queue, wait_count, waits);
  if (status) return status;
  icd_command *c = calloc(1, sizeof *c);
  if (c) c->waits = calloc(wait_count + 1, sizeof *c->waits);
  if (c && c->waits) c->event = icd_event_new(queue->context, queue, type);
  if (!c || !c->event) {
    if (c) free(c->waits);
    free(c);
    return CL_OUT_OF_HOST_MEMORY;
  }
  for (; c->wait_count < wait_count; c->wait_count++) icd_use(c->waits[c->wait_count] = waits[c->wait_count]);
  *command = c;
  return CL_SUCCESS;
}

void icd_command_uses(icd_command *command, cl_mem memory) {
  icd_use(memory);
  command->used[command->used_count++] = memory;
}

// The event lives on if the host has it.
void icd_command_drop(icd_command *command) {
  for (cl_uint i = 0; i < command->wait_count; i++) icd_unuse(ICD_EVENT, command->waits[i]);
  for (unsigned i = 0; i < command->used_count; i++) icd_unuse(ICD_MEMORY, command->used[i]);
  if (!command->number) icd_void(ICD_EVENT, command->event);
  else icd_unuse(ICD_EVENT, command->event);
  free(command->waits);
  free(command);
}

cl_int icd_command_push(icd_command *command, bool blocking, cl_event *event) {
  cl_event mine = command->event;
  cl_command_queue queue = mine->queue;
  cl_int status = CL_SUCCESS;
  icd_use(mine);  // for the command
  icd_use(mine);  // for this call
  if (event) *event = mine;
  else mine->object.refs = 0;
  command->number = ++queue->pushed;
  *queue->end = command;
  queue->end = &command->next;
  pthread_cond_broadcast(&icd.changed);
  if (blocking) {
    icd_event_wait(mine);
    if (mine->status < 0) status = mine->status;
  }
  icd_unuse(ICD_EVENT, mine);
  return status;
}

cl_int icd_check_buffer(cl_command_queue queue, cl_mem buffer) {
  if (!icd_is(ICD_MEMORY, buffer)) return CL_INVALID_MEM_OBJECT;
  return buffer->context == queue->context ? CL_SUCCESS : CL_INVALID_CONTEXT;
}

// ---- markers and barriers ----------------------------------------------------------

static cl_int stand(cl_command_queue queue, cl_command_type type, bool gate, cl_uint count, const cl_event *waits,
                    cl_event *event) {
  icd_command *c;
  cl_int status = icd_command_new(queue, type, count, waits, &c);
  if (status) return status;
  c->after_all = !count;
  c->gate = gate;
  return icd_command_push(c, false, event);
}

cl_int systole_clEnqueueMarkerWithWaitList(cl_command_queue queue, cl_uint count, const cl_event *waits, cl_event *event) {
  icd_lock();
  return icd_unlock(stand(queue, CL_COMMAND_MARKER, false, count, waits, event));
}

cl_int systole_clEnqueueBarrierWithWaitList(cl_command_queue queue, cl_uint count, const cl_event *waits,
                                            cl_event *event) {
  icd_lock();
  return icd_unlock(stand(queue, CL_COMMAND_BARRIER, true, count, waits, event));
}

cl_int systole_clEnqueueMarker(cl_command_queue queue, cl_event *event) {
  icd_lock();
  if (!icd_is(ICD_QUEUE, queue)) return icd_unlock(CL_INVALID_COMMAND_QUEUE);
  return icd_unlock(event ? stand(queue, CL_COMMAND_MARKER, false, 0, NULL, event) : CL_INVALID_VALUE);
}

cl_int systole_clEnqueueBarrier(cl_command_queue queue) {
  icd_lock();
  return icd_unlock(stand(queue, CL_COMMAND_BARRIER, true, 0, NULL, NULL));
}

// Its errors have names of their own.
cl_int systole_clEnqueueWaitForEvents(cl_command_queue queue, cl_uint count, const cl_event *waits) {
  icd_lock();
  if (!icd_is(ICD_QUEUE, queue)) return icd_unlock(CL_INVALID_COMMAND_QUEUE);
  if (!count || !waits) return icd_unlock(CL_INVALID_VALUE);
  cl_int status = stand(queue, CL_COMMAND_BARRIER, true, count, waits, NULL);
  return icd_unlock(status == CL_INVALID_EVENT_WAIT_LIST ? CL_INVALID_EVENT : status);
}
