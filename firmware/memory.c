// What the compiler calls for copies and fills.
#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memset(void *to, int value, size_t bytes);

void *memcpy(void *restrict to, const void *restrict from, size_t bytes) {
  unsigned char *t = to;
  const unsigned char *f = from;
  for (size_t i = 0; i < bytes; i++) t[i] = f[i];
  return to;
}

void *memset(void *to, int value, size_t bytes) {
  unsigned char *t = to;
  for (size_t i = 0; i < bytes; i++) t[i] = (unsigned char)value;
  return to;
}
