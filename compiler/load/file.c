#include "compiler/load/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *systole_path_join(const char *dir, const char *name) {
  size_t size = strlen(dir) + strlen(name) + 2;
  char *path = malloc(size);
  if (path) snprintf(path, size, "%s/%s", dir, name);
  return path;
}

bool systole_file_exists(const char *path) {
  struct stat st;
  return stat(path, &st) == 0;
}

static systole_status read_open_file(FILE *file, const char *path, char **bytes, size_t *size,
                                     systole_error *err) {
  struct stat st;
  if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
    return systole_fail(err, SYSTOLE_E_IO, "%s: expected a regular file", path);
  if (st.st_size > (1 << 30))
    return systole_fail(err, SYSTOLE_E_RANGE, "%s: %lld bytes, expected at most 1 GiB", path,
                        (long long)st.st_size);
  size_t want = (size_t)st.st_size;
  char *buffer = malloc(want + 1);
  if (!buffer) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", path);
  if (fread(buffer, 1, want, file) != want) {
    free(buffer);
    return systole_fail(err, SYSTOLE_E_IO, "%s: cannot read all of it", path);
  }
  buffer[want] = 0;
  *bytes = buffer;
  *size = want;
  return SYSTOLE_OK;
}

systole_status systole_file_read(const char *path, char **bytes, size_t *size, systole_error *err) {
  FILE *file = fopen(path, "rb");
  if (!file) return systole_fail(err, SYSTOLE_E_IO, "%s: %s", path, strerror(errno));
  systole_status status = read_open_file(file, path, bytes, size, err);
  fclose(file);
  return status;
}
