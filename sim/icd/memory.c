// Memory objects: buffers and parts of them.
#include <stdlib.h>
#include <string.h>

#include "sim/icd/icd.h"

static const cl_mem_flags device_access = CL_MEM_READ_WRITE | CL_MEM_WRITE_ONLY | CL_MEM_READ_ONLY;
static const cl_mem_flags host_access = CL_MEM_HOST_WRITE_ONLY | CL_MEM_HOST_READ_ONLY | CL_MEM_HOST_NO_ACCESS;
static const cl_mem_flags host_pointer = CL_MEM_USE_HOST_PTR | CL_MEM_ALLOC_HOST_PTR | CL_MEM_COPY_HOST_PTR;

static bool at_most_one(cl_mem_flags flags) { return (flags & (flags - 1)) == 0; }

static bool good_flags(cl_mem_flags flags, cl_mem_flags allowed) {
  return !(flags & ~allowed) && at_most_one(flags & device_access) && at_most_one(flags & host_access) &&
         !(flags & CL_MEM_USE_HOST_PTR && flags & (CL_MEM_ALLOC_HOST_PTR | CL_MEM_COPY_HOST_PTR));
}

bool icd_memory_flags_exist(cl_mem_flags flags) {
  return good_flags(flags, device_access | host_access | host_pointer);
}

// ---- buffers ---------------------------------------------------------------------

static cl_int create_buffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_mem *memory) {
  if (!icd_is(ICD_CONTEXT, context)) return CL_INVALID_CONTEXT;
  if (!icd_memory_flags_exist(flags)) return CL_INVALID_VALUE;
  if (!bytes || bytes > icd.settings.bank_bytes) return CL_INVALID_BUFFER_SIZE;
  if (!host == !!(flags & (CL_MEM_USE_HOST_PTR | CL_MEM_COPY_HOST_PTR))) return CL_INVALID_HOST_PTR;
  cl_mem m = icd_object_new(ICD_MEMORY);
  if (!m) return CL_OUT_OF_HOST_MEMORY;
  icd_use(context);
  m->context = context;
  m->flags = flags & device_access ? flags : flags | CL_MEM_READ_WRITE;
  m->bytes = bytes;
  m->host = flags & CL_MEM_USE_HOST_PTR ? host : NULL;
  cl_int status = icd_space_take(m);
  if (status) {
    icd_void(ICD_MEMORY, m);
    return status;
  }
  if (host) memcpy(m->data, host, bytes);
  *memory = m;
  return CL_SUCCESS;
}

cl_mem systole_clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *errcode_ret) {
  cl_mem memory = NULL;
  icd_lock();
  cl_int status = create_buffer(context, flags, bytes, host, &memory);
  return icd_made(memory, status, errcode_ret);
}

// What a part does not say it has from the whole, and it may not say more.
static cl_int inherit_flags(cl_mem_flags whole, cl_mem_flags *part) {
  cl_mem_flags flags = *part;
  if (!good_flags(flags, device_access | host_access)) return CL_INVALID_VALUE;
  if (whole & CL_MEM_WRITE_ONLY && flags & (CL_MEM_READ_WRITE | CL_MEM_READ_ONLY)) return CL_INVALID_VALUE;
  if (whole & CL_MEM_READ_ONLY && flags & (CL_MEM_READ_WRITE | CL_MEM_WRITE_ONLY)) return CL_INVALID_VALUE;
  if (whole & CL_MEM_HOST_WRITE_ONLY && flags & CL_MEM_HOST_READ_ONLY) return CL_INVALID_VALUE;
  if (whole & CL_MEM_HOST_READ_ONLY && flags & CL_MEM_HOST_WRITE_ONLY) return CL_INVALID_VALUE;
  if (whole & CL_MEM_HOST_NO_ACCESS && flags & (CL_MEM_HOST_READ_ONLY | CL_MEM_HOST_WRITE_ONLY)) return CL_INVALID_VALUE;
  if (!(flags & device_access)) flags |= whole & device_access;
  if (!(flags & host_access)) flags |= whole & host_access;
  *part = flags | (whole & host_pointer);
  return CL_SUCCESS;
}

static cl_int create_part(cl_mem whole, cl_mem_flags flags, cl_buffer_create_type type, const void *info, cl_mem *memory) {
  cl_buffer_region region;
  if (!icd_is(ICD_MEMORY, whole) || whole->parent) return CL_INVALID_MEM_OBJECT;
  if (type != CL_BUFFER_CREATE_TYPE_REGION || !info) return CL_INVALID_VALUE;
  cl_int status = inherit_flags(whole->flags, &flags);
  if (status) return status;
  memcpy(&region, info, sizeof region);
  if (!region.size) return CL_INVALID_BUFFER_SIZE;
  if (region.origin > whole->bytes || region.size > whole->bytes - region.origin) return CL_INVALID_VALUE;
  if (region.origin % ICD_ALIGN) return CL_MISALIGNED_SUB_BUFFER_OFFSET;
  cl_mem m = icd_object_new(ICD_MEMORY);
  if (!m) return CL_OUT_OF_HOST_MEMORY;
  icd_use(whole->context);
  icd_use(whole);
  whole->object.told++;
  m->context = whole->context;
  m->flags = flags;
  m->bytes = region.size;
  m->host = whole->host ? (char *)whole->host + region.origin : NULL;
  m->parent = whole;
  m->origin = region.origin;
  m->address = whole->address + region.origin;
  m->data = whole->data + region.origin;
  *memory = m;
  return CL_SUCCESS;
}

cl_mem systole_clCreateSubBuffer(cl_mem whole, cl_mem_flags flags, cl_buffer_create_type type, const void *info,
                                 cl_int *errcode_ret) {
  cl_mem memory = NULL;
  icd_lock();
  cl_int status = create_part(whole, flags, type, info, &memory);
  return icd_made(memory, status, errcode_ret);
}

// ---- the end -----------------------------------------------------------------------

static void call_destructors(cl_mem memory) {
  while (memory->destructors) {
    icd_destructor *d = memory->destructors;
    memory->destructors = d->next;
    icd_unlock(CL_SUCCESS);
    d->notify(memory, d->user);
    free(d);
    icd_lock();
  }
}

void icd_memory_end(cl_mem memory) {
  call_destructors(memory);
  while (memory->mappings) {
    icd_mapping *m = memory->mappings;
    memory->mappings = m->next;
    free(m);
  }
  if (memory->parent) {
    memory->parent->object.told--;
    icd_unuse(ICD_MEMORY, memory->parent);
  } else if (memory->place) {
    icd_space_give(memory);
  }
  icd_unuse(ICD_CONTEXT, memory->context);
}

cl_int systole_clRetainMemObject(cl_mem memory) { return icd_retain(ICD_MEMORY, memory); }
cl_int systole_clReleaseMemObject(cl_mem memory) { return icd_release(ICD_MEMORY, memory); }

static cl_int add_destructor(cl_mem memory, icd_mem_notify notify, void *user) {
  if (!icd_is(ICD_MEMORY, memory)) return CL_INVALID_MEM_OBJECT;
  if (!notify) return CL_INVALID_VALUE;
  icd_destructor *d = malloc(sizeof *d);
  if (!d) return CL_OUT_OF_HOST_MEMORY;
  *d = (icd_destructor){memory->destructors, notify, user};  // the last one is called first
  memory->destructors = d;
  return CL_SUCCESS;
}

cl_int systole_clSetMemObjectDestructorCallback(cl_mem memory, icd_mem_notify notify, void *user) {
  icd_lock();
  return icd_unlock(add_destructor(memory, notify, user));
}

// ---- questions ---------------------------------------------------------------------

static cl_uint count_mappings(const struct _cl_mem *memory) {
  cl_uint count = 0;
  for (const icd_mapping *m = memory->mappings; m; m = m->next) count++;
  return count;
}

static cl_int info(cl_mem memory, cl_mem_info name, icd_asked asked) {
  if (!icd_is(ICD_MEMORY, memory)) return CL_INVALID_MEM_OBJECT;
  switch (name) {
    case CL_MEM_TYPE: return ICD_ANSWER(asked, cl_mem_object_type, CL_MEM_OBJECT_BUFFER);
    case CL_MEM_FLAGS: return ICD_ANSWER(asked, cl_mem_flags, memory->flags);
    case CL_MEM_SIZE: return ICD_ANSWER(asked, size_t, memory->bytes);
    case CL_MEM_HOST_PTR: return icd_answer(asked, &memory->host, sizeof memory->host);
    case CL_MEM_MAP_COUNT: return ICD_ANSWER(asked, cl_uint, count_mappings(memory));
    case CL_MEM_REFERENCE_COUNT: return ICD_ANSWER(asked, cl_uint, memory->object.refs);
    case CL_MEM_CONTEXT: return ICD_ANSWER(asked, cl_context, memory->context);
    case CL_MEM_ASSOCIATED_MEMOBJECT: return ICD_ANSWER(asked, cl_mem, memory->parent);
    case CL_MEM_OFFSET: return ICD_ANSWER(asked, size_t, memory->origin);
    default: return CL_INVALID_VALUE;
  }
}

cl_int systole_clGetMemObjectInfo(cl_mem memory, cl_mem_info name, size_t room, void *to, size_t *size) {
  icd_lock();
  return icd_unlock(info(memory, name, (icd_asked){room, to, size}));
}
