#include "hw/base/output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static systole_status refuse(const char *path, systole_error *err) {
  return systole_fail(err, SYSTOLE_E_IO, "%s: cannot be written: %s", path, strerror(errno));
}

static void forget(systole_output *output) {
  free(output->path);
  free(output->temporary);
  *output = (systole_output){0};
}

static bool open_beside(systole_output *o) {
  int number = mkstemp(o->temporary);
  if (number >= 0 && !(o->file = fdopen(number, "wb"))) {
    close(number);
    remove(o->temporary);
  }
  return o->file != NULL;
}

systole_status systole_output_open(const char *path, systole_output *output, systole_error *err) {
  size_t size = strlen(path) + 8;
  *output = (systole_output){.path = strdup(path), .temporary = malloc(size)};
  if (!output->path || !output->temporary) {
    forget(output);
    return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", path);
  }
  if (!strcmp(path, "-")) {
    output->file = stdout;
    return SYSTOLE_OK;
  }
  snprintf(output->temporary, size, "%s.XXXXXX", path);
  if (open_beside(output)) return SYSTOLE_OK;
  systole_status status = refuse(path, err);
  forget(output);
  return status;
}

systole_status systole_output_commit(systole_output *output, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  bool failed = fflush(output->file) != 0 || ferror(output->file);
  if (output->file == stdout) {
    if (failed) status = refuse("standard output", err);
  } else {
    failed = fclose(output->file) != 0 || failed;
    if (failed || chmod(output->temporary, 0644) || rename(output->temporary, output->path)) {
      status = refuse(output->path, err);
      remove(output->temporary);
    }
  }
  forget(output);
  return status;
}

void systole_output_discard(systole_output *output) {
  if (!output->file) return;
  if (output->file != stdout) {
    fclose(output->file);
    remove(output->temporary);
  }
  forget(output);
}
