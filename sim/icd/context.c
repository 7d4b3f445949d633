// Contexts.
#include <stdlib.h>
#include <string.h>

#include "sim/icd/icd.h"

bool icd_context_has(cl_context context, cl_device_id device) {
  for (cl_uint i = 0; i < context->device_count; i++)
    if (context->devices[i] == device) return true;
  return false;
}

static bool queue_is_held(const void *object, const void *context) {
  const struct _cl_command_queue *queue = object;
  return queue->context == context && queue->object.refs;
}

static bool event_is_held(const void *object, const void *context) {
  const struct _cl_event *event = object;
  return event->context == context && (event->object.refs || event->callbacks);
}

static bool memory_is_held(const void *object, const void *context) {
  const struct _cl_mem *memory = object;
  return memory->context == context && memory->object.refs;
}

// Whether the host has let go of all by which it could learn what comes of the
// context's commands.
bool icd_context_is_abandoned(cl_context context) {
  return !context->object.refs && !context->waiting && !icd_any(ICD_QUEUE, queue_is_held, context) &&
         !icd_any(ICD_EVENT, event_is_held, context) && !icd_any(ICD_MEMORY, memory_is_held, context);
}

void icd_context_tell(cl_context context, const char *text) {
  icd_context_notify notify = context->notify;
  void *user = context->user;
  if (!notify || icd_context_is_abandoned(context)) return;
  icd_use(context);
  icd_unlock(CL_SUCCESS);
  notify(text, NULL, 0, user);
  icd_lock();
  icd_unuse(ICD_CONTEXT, context);
}

// Pairs of a name and a value, ended by 0. The bytes with the end go to `bytes`.
static cl_int check_properties(const cl_context_properties *p, size_t *bytes) {
  bool platform = false, sync = false;
  *bytes = 0;
  if (!p) return CL_SUCCESS;
  size_t i = 0;
  for (; p[i]; i += 2) {
    bool *seen = p[i] == CL_CONTEXT_PLATFORM ? &platform : p[i] == CL_CONTEXT_INTEROP_USER_SYNC ? &sync : NULL;
    if (!seen || *seen) return CL_INVALID_PROPERTY;
    *seen = true;
    if (seen == &platform && (cl_platform_id)p[i + 1] != &icd.platform) return CL_INVALID_PLATFORM;
    if (seen == &sync && p[i + 1] != CL_TRUE && p[i + 1] != CL_FALSE) return CL_INVALID_PROPERTY;
  }
  *bytes = (i + 1) * sizeof *p;
  return CL_SUCCESS;
}

static cl_int create(const cl_context_properties *properties, cl_uint count, const cl_device_id *devices,
                     icd_context_notify notify, void *user, cl_context *context) {
  size_t bytes;
  cl_int status = check_properties(properties, &bytes);
  if (!status) status = icd_check_devices(count, devices);
  if (status) return status;
  if (!notify && user) return CL_INVALID_VALUE;
  cl_context_properties *copy = malloc(bytes + 1);
  cl_context c = copy ? icd_object_new(ICD_CONTEXT) : NULL;
  if (!c) {
    free(copy);
    return CL_OUT_OF_HOST_MEMORY;
  }
  if (bytes) memcpy(copy, properties, bytes);
  c->properties = copy, c->property_bytes = bytes;
  c->notify = notify, c->user = user;
  for (cl_uint i = 0; i < count; i++)
    if (!icd_context_has(c, devices[i])) {
      c->devices[c->device_count++] = devices[i];
      devices[i]->contexts++;
    }
  *context = c;
  return CL_SUCCESS;
}

cl_context systole_clCreateContext(const cl_context_properties *properties, cl_uint count, const cl_device_id *devices,
                                   icd_context_notify notify, void *user, cl_int *errcode_ret) {
  cl_context context = NULL;
  icd_lock();
  cl_int status = create(properties, count, devices, notify, user, &context);
  return icd_made(context, status, errcode_ret);
}

cl_context systole_clCreateContextFromType(const cl_context_properties *properties, cl_device_type type,
                                           icd_context_notify notify, void *user, cl_int *errcode_ret) {
  cl_device_id devices[ICD_DEVICES];
  cl_uint count = 0;
  cl_context context = NULL;
  cl_int status = systole_clGetDeviceIDs(&icd.platform, type, ICD_DEVICES, devices, &count);
  icd_lock();
  if (!status) status = create(properties, count, devices, notify, user, &context);
  return icd_made(context, status, errcode_ret);
}

void icd_context_end(cl_context context) {
  for (cl_uint i = 0; i < context->device_count; i++)
    if (--context->devices[i]->contexts == 0) icd_device_off(context->devices[i]);
  free(context->properties);
}

cl_int systole_clRetainContext(cl_context context) { return icd_retain(ICD_CONTEXT, context); }
cl_int systole_clReleaseContext(cl_context context) { return icd_release(ICD_CONTEXT, context); }

static cl_int info(cl_context context, cl_context_info name, icd_asked asked) {
  if (!icd_is(ICD_CONTEXT, context)) return CL_INVALID_CONTEXT;
  switch (name) {
    case CL_CONTEXT_REFERENCE_COUNT: return ICD_ANSWER(asked, cl_uint, context->object.refs);
    case CL_CONTEXT_NUM_DEVICES: return ICD_ANSWER(asked, cl_uint, context->device_count);
    case CL_CONTEXT_DEVICES:
      return icd_answer(asked, context->devices, context->device_count * sizeof context->devices[0]);
    case CL_CONTEXT_PROPERTIES: return icd_answer(asked, context->properties, context->property_bytes);
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetContextInfo(cl_context context, cl_context_info name, size_t room, void *to, size_t *size) {
  icd_lock();
  return icd_unlock(info(context, name, (icd_asked){room, to, size}));
}

// There are no images, so no format of one.
cl_int systole_clGetSupportedImageFormats(cl_context context, cl_mem_flags flags, cl_mem_object_type type,
                                          cl_uint entries, cl_image_format *formats, cl_uint *count) {
  icd_lock();
  if (!icd_is(ICD_CONTEXT, context)) return icd_unlock(CL_INVALID_CONTEXT);
  const bool image = type >= CL_MEM_OBJECT_IMAGE2D && type <= CL_MEM_OBJECT_IMAGE1D_BUFFER;
  if (!image || !icd_memory_flags_exist(flags) || (formats && !entries)) return icd_unlock(CL_INVALID_VALUE);
  if (count) *count = 0;
  return icd_unlock(CL_SUCCESS);
}
