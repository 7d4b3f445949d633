// The one state of the process, its lock, and the answers of clGet*Info.
#include <stdio.h>
#include <string.h>

#include "sim/icd/icd.h"

icd_state icd = {.lock = PTHREAD_MUTEX_INITIALIZER,
                 .changed = PTHREAD_COND_INITIALIZER,
                 .platform = {&icd_dispatch}};

// A wrong setting leaves the platform without devices: it would not be the one
// that was asked for.
static void look_around(void) {
  systole_error err;
  icd.ready = true;
  systole_status status = icd_settings_read(&icd.settings, &err);
  if (!status) status = systole_memory_create(&icd.memory, &err);
  if (status) fprintf(stderr, "systole-icd: %s\n", err.text);
  else icd_machines_find();
}

void icd_lock(void) {
  pthread_mutex_lock(&icd.lock);
  if (!icd.ready) look_around();
}

cl_int icd_unlock(cl_int status) {
  pthread_mutex_unlock(&icd.lock);
  return status;
}

void *icd_made(void *object, cl_int status, cl_int *errcode_ret) {
  if (errcode_ret) *errcode_ret = status;
  icd_unlock(status);
  return status ? NULL : object;
}

cl_int icd_answer(icd_asked asked, const void *value, size_t bytes) {
  if (asked.to && asked.room < bytes) return CL_INVALID_VALUE;
  if (asked.to && bytes) memcpy(asked.to, value, bytes);
  if (asked.size) *asked.size = bytes;
  return CL_SUCCESS;
}

cl_int icd_answer_text(icd_asked asked, const char *text) { return icd_answer(asked, text, strlen(text) + 1); }
