// Command queues.
#include "sim/icd/icd.h"

static cl_int create(cl_context context, cl_device_id device, cl_command_queue_properties properties,
                     cl_command_queue *queue) {
  const cl_command_queue_properties known = CL_QUEUE_PROFILING_ENABLE | CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE;
  if (!icd_is(ICD_CONTEXT, context)) return CL_INVALID_CONTEXT;
  if (!icd_is_device(device) || !icd_context_has(context, device)) return CL_INVALID_DEVICE;
  if (properties & ~known) return CL_INVALID_VALUE;
  cl_int status = icd_worker_start();
  if (status) return status;
  cl_command_queue q = icd_object_new(ICD_QUEUE);
  if (!q) return CL_OUT_OF_HOST_MEMORY;
  icd_use(context);
  q->context = context;
  q->device = device;
  q->properties = properties;
  q->end = &q->first;
  q->next = icd.queues;
  icd.queues = q;
  *queue = q;
  return CL_SUCCESS;
}

cl_command_queue systole_clCreateCommandQueue(cl_context context, cl_device_id device,
                                              cl_command_queue_properties properties, cl_int *errcode_ret) {
  cl_command_queue queue = NULL;
  icd_lock();
  cl_int status = create(context, device, properties, &queue);
  return icd_made(queue, status, errcode_ret);
}

// OpenCL 2.0's way to ask for the same, which newer hosts use whatever the device.
cl_command_queue systole_clCreateCommandQueueWithProperties(cl_context context, cl_device_id device,
                                                            const cl_queue_properties *properties, cl_int *errcode_ret) {
  cl_command_queue queue = NULL;
  cl_command_queue_properties wanted = 0;
  cl_int status = CL_SUCCESS;
  icd_lock();
  for (; properties && properties[0]; properties += 2) {
    if (properties[0] == CL_QUEUE_PROPERTIES) wanted = properties[1];
    else status = CL_INVALID_VALUE;
  }
  if (!icd_is(ICD_CONTEXT, context)) status = CL_INVALID_CONTEXT;
  if (!status) status = create(context, device, wanted, &queue);
  return icd_made(queue, status, errcode_ret);
}

// Commands hold their queue, so there are none left.
void icd_queue_end(cl_command_queue queue) {
  cl_command_queue *link = &icd.queues;
  while (*link != queue) link = &(*link)->next;
  *link = queue->next;
  icd_unuse(ICD_CONTEXT, queue->context);
}

cl_int systole_clRetainCommandQueue(cl_command_queue queue) { return icd_retain(ICD_QUEUE, queue); }
cl_int systole_clReleaseCommandQueue(cl_command_queue queue) { return icd_release(ICD_QUEUE, queue); }

// The worker looks at every command at once: there is nothing to flush.
cl_int systole_clFlush(cl_command_queue queue) {
  icd_lock();
  return icd_unlock(icd_is(ICD_QUEUE, queue) ? CL_SUCCESS : CL_INVALID_COMMAND_QUEUE);
}

// What is pushed meanwhile is not waited for.
cl_int systole_clFinish(cl_command_queue queue) {
  icd_lock();
  if (!icd_is(ICD_QUEUE, queue)) return icd_unlock(CL_INVALID_COMMAND_QUEUE);
  if (!icd_may_wait()) return icd_unlock(CL_INVALID_OPERATION);
  const uint64_t last = queue->pushed;
  icd_use(queue);
  queue->context->waiting++;
  while (queue->first && queue->first->number <= last) pthread_cond_wait(&icd.changed, &icd.lock);
  queue->context->waiting--;
  icd_unuse(ICD_QUEUE, queue);
  return icd_unlock(CL_SUCCESS);
}

static cl_int info(cl_command_queue queue, cl_command_queue_info name, icd_asked asked) {
  if (!icd_is(ICD_QUEUE, queue)) return CL_INVALID_COMMAND_QUEUE;
  switch (name) {
    case CL_QUEUE_CONTEXT: return ICD_ANSWER(asked, cl_context, queue->context);
    case CL_QUEUE_DEVICE: return ICD_ANSWER(asked, cl_device_id, queue->device);
    case CL_QUEUE_REFERENCE_COUNT: return ICD_ANSWER(asked, cl_uint, queue->object.refs);
    case CL_QUEUE_PROPERTIES: return ICD_ANSWER(asked, cl_command_queue_properties, queue->properties);
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetCommandQueueInfo(cl_command_queue queue, cl_command_queue_info name, size_t room, void *to,
                                     size_t *size) {
  icd_lock();
  return icd_unlock(info(queue, name, (icd_asked){room, to, size}));
}
