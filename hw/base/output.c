#define _GNU_SOURCE  // O_TMPFILE
#include "hw/base/output.h"

#include <errno.h>
#include <fcntl.h>
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

// A file without a name, which an interrupt cannot leave behind. -1 where the
// system has none.
static int open_nameless(const char *path) {
#ifdef O_TMPFILE
  const char *slash = strrchr(path, '/');
  char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
  int number = folder ? open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;
  free(folder);
  return number;
#else
  (void)path;
  return -1;
#endif
}

// Gives a nameless file its temporary name: a link cannot take another's place,
// a rename can.
static bool name_it(const systole_output *o) {
  char self[64];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fileno(o->file));
  int number = mkstemp(o->temporary);  // a name that is free
  if (number < 0) return false;
  close(number);
  remove(o->temporary);
  return linkat(AT_FDCWD, self, AT_FDCWD, o->temporary, AT_SYMLINK_FOLLOW) == 0;
}

static bool open_beside(systole_output *o) {
  int nameless = open_nameless(o->path);
  o->nameless = nameless >= 0 && (o->file = fdopen(nameless, "wb"));
  if (o->nameless) return true;
  if (nameless >= 0) close(nameless);
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
    if (output->nameless && !failed) failed = output->nameless = !name_it(output);
    failed = fclose(output->file) != 0 || failed;
    if (failed || chmod(output->temporary, 0644) || rename(output->temporary, output->path)) {
      status = refuse(output->path, err);
      if (!output->nameless) remove(output->temporary);
    }
  }
  forget(output);
  return status;
}

void systole_output_discard(systole_output *output) {
  if (!output->file) return;
  if (output->file != stdout) {
    fclose(output->file);
    if (!output->nameless) remove(output->temporary);
  }
  forget(output);
}
