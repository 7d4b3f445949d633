// Handles: where objects live, which handles are good, and when objects end.
#include <stdlib.h>

#include "sim/icd/icd.h"

enum { CHUNK = 64 };

// An object that others depend on can be had from them (CL_QUEUE_CONTEXT and the
// like), so it `outlives` the host's references and may be retained again. Commands hold
// buffers and events, too, but tell the host of none: there it counts whether a
// part names its whole, or a callback is given its event (`told`).
typedef struct {
  cl_int wrong;
  size_t bytes;
  bool outlives;
} kind_of;

static const kind_of kinds[ICD_KINDS] = {
    [ICD_CONTEXT] = {CL_INVALID_CONTEXT, sizeof(struct _cl_context), true},
    [ICD_QUEUE] = {CL_INVALID_COMMAND_QUEUE, sizeof(struct _cl_command_queue), true},
    [ICD_MEMORY] = {CL_INVALID_MEM_OBJECT, sizeof(struct _cl_mem), false},
    [ICD_PROGRAM] = {CL_INVALID_PROGRAM, sizeof(struct _cl_program), true},
    [ICD_KERNEL] = {CL_INVALID_KERNEL, sizeof(struct _cl_kernel), false},
    [ICD_EVENT] = {CL_INVALID_EVENT, sizeof(struct _cl_event), false},
};

// The slots of each kind, in chunks. At most half of them are taken, so that a
// released handle stays void for a while: slots are given out in turn.
static struct {
  unsigned char **chunks;
  size_t chunk_count, taken, turn;
} pools[ICD_KINDS];

static uint64_t serial;

static icd_object *slot(icd_kind kind, size_t index) {
  return (icd_object *)(void *)(pools[kind].chunks[index / CHUNK] + index % CHUNK * kinds[kind].bytes);
}

static bool grow(icd_kind kind) {
  size_t count = pools[kind].chunk_count;
  unsigned char **chunks = realloc(pools[kind].chunks, (count + 1) * sizeof *chunks);
  if (!chunks) return false;
  pools[kind].chunks = chunks;
  chunks[count] = calloc(CHUNK, kinds[kind].bytes);
  if (!chunks[count]) return false;
  pools[kind].chunk_count++;
  return true;
}

void *icd_object_new(icd_kind kind) {
  if (2 * (pools[kind].taken + 1) > CHUNK * pools[kind].chunk_count && !grow(kind)) return NULL;
  icd_object *object;
  do {
    pools[kind].turn = (pools[kind].turn + 1) % (CHUNK * pools[kind].chunk_count);
    object = slot(kind, pools[kind].turn);
  } while (object->refs || object->uses);
  pools[kind].taken++;
  *object = (icd_object){.dispatch = &icd_dispatch, .refs = 1, .serial = ++serial};
  return object;
}

static bool lives(icd_kind kind, const icd_object *object) {
  return object->refs || ((object->told || (kinds[kind].outlives && object->uses)) && !object->ending);
}

// A handle may be anything: it is compared with what there is, not followed.
bool icd_is(icd_kind kind, const void *handle) {
  uintptr_t at = (uintptr_t)handle, bytes = kinds[kind].bytes;
  for (size_t i = 0; i < pools[kind].chunk_count; i++) {
    uintptr_t base = (uintptr_t)pools[kind].chunks[i];
    if (at >= base && at - base < CHUNK * bytes) return (at - base) % bytes == 0 && lives(kind, handle);
  }
  return false;
}

cl_int icd_wrong(icd_kind kind) { return kinds[kind].wrong; }

static void end(icd_kind kind, void *object) {
  // Held while it ends, for that may give the lock away.
  ((icd_object *)object)->uses++;
  ((icd_object *)object)->ending = true;
  switch (kind) {
    case ICD_CONTEXT: icd_context_end(object); break;
    case ICD_QUEUE: icd_queue_end(object); break;
    case ICD_MEMORY: icd_memory_end(object); break;
    case ICD_PROGRAM: icd_program_end(object); break;
    case ICD_KERNEL: icd_kernel_end(object); break;
    case ICD_EVENT: icd_event_end(object); break;
    case ICD_KINDS: break;
  }
  // Whoever takes the slot next finds zeros behind the header.
  unsigned char *bytes = object;
  for (size_t i = sizeof(icd_object); i < kinds[kind].bytes; i++) bytes[i] = 0;
  ((icd_object *)object)->uses--;
  pools[kind].taken--;
}

static void end_if_free(icd_kind kind, void *object) {
  const icd_object *o = object;
  if (!o->refs && !o->uses) end(kind, object);
  icd_launch_look();
}

bool icd_any(icd_kind kind, bool (*is)(const void *object, const void *of), const void *of) {
  for (size_t i = 0; i < CHUNK * pools[kind].chunk_count; i++) {
    const icd_object *object = slot(kind, i);
    if ((object->refs || object->uses) && is(object, of)) return true;
  }
  return false;
}

void icd_use(void *object) { ((icd_object *)object)->uses++; }

void icd_unuse(icd_kind kind, void *object) {
  ((icd_object *)object)->uses--;
  end_if_free(kind, object);
}

void icd_void(icd_kind kind, void *object) {
  ((icd_object *)object)->refs = 0;
  end_if_free(kind, object);
}

cl_int icd_retain(icd_kind kind, void *handle) {
  icd_lock();
  if (!icd_is(kind, handle)) return icd_unlock(kinds[kind].wrong);
  ((icd_object *)handle)->refs++;
  return icd_unlock(CL_SUCCESS);
}

cl_int icd_release(icd_kind kind, void *handle) {
  icd_lock();
  if (!icd_is(kind, handle) || !((icd_object *)handle)->refs) return icd_unlock(kinds[kind].wrong);
  ((icd_object *)handle)->refs--;
  end_if_free(kind, handle);
  return icd_unlock(CL_SUCCESS);
}
