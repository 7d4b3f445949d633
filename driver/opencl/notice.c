#include "driver/opencl/notice.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static struct {
  pthread_mutex_t lock;
  const void *owner;
  char text[SYSTOLE_OPENCL_NOTICE];
} last = {.lock = PTHREAD_MUTEX_INITIALIZER};

// One line of it: the rest would not fit into a message.
void CL_CALLBACK systole_opencl_notice(const char *text, const void *data, size_t bytes, void *opaque) {
  (void)data, (void)bytes;
  if (!text) return;
  pthread_mutex_lock(&last.lock);
  last.owner = opaque;
  snprintf(last.text, sizeof last.text, ": %.*s", (int)strcspn(text, "\n"), text);
  pthread_mutex_unlock(&last.lock);
}

void systole_opencl_forget_notice(void) {
  pthread_mutex_lock(&last.lock);
  last.owner = NULL;
  pthread_mutex_unlock(&last.lock);
}

void systole_opencl_last_notice(const systole_opencl *o, char text[SYSTOLE_OPENCL_NOTICE]) {
  pthread_mutex_lock(&last.lock);
  memcpy(text, last.text, sizeof last.text);
  if (last.owner != o) text[0] = 0;
  pthread_mutex_unlock(&last.lock);
}
