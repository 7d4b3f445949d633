#include "driver/opencl/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/load/file.h"

#ifndef SYSTOLE_ROOT
#define SYSTOLE_ROOT "."
#endif

static const char folder[] = SYSTOLE_ROOT "/hw/opencl";
static const char directive[] = "#include \"";

// Included files are looked for one level deep: they include nothing.
static systole_status append_file(FILE *out, const char *name, bool outer, systole_error *err);

static systole_status append_line(FILE *out, const char *line, size_t length, bool outer,
                                  systole_error *err) {
  char name[80];
  const size_t skip = sizeof directive - 1;
  if (!outer || length <= skip || strncmp(line, directive, skip)) {
    fprintf(out, "%.*s\n", (int)length, line);
    return SYSTOLE_OK;
  }
  snprintf(name, sizeof name, "%.*s", (int)strcspn(line + skip, "\"\n"), line + skip);
  return append_file(out, name, false, err);
}

static systole_status append_file(FILE *out, const char *name, bool outer, systole_error *err) {
  char path[4096], *text;
  size_t size;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  systole_status status = systole_file_read(path, &text, &size, err);
  if (status) return status;
  for (const char *at = text; !status && at < text + size;) {
    const char *end = memchr(at, '\n', (size_t)(text + size - at));
    const size_t length = end ? (size_t)(end - at) : (size_t)(text + size - at);
    status = append_line(out, at, length, outer, err);
    at += length + 1;
  }
  free(text);
  return status;
}

systole_status systole_opencl_source(char **text, systole_error *err) {
  size_t size;
  *text = NULL;
  FILE *out = open_memstream(text, &size);
  if (!out) return systole_fail(err, SYSTOLE_E_MEMORY, "opencl: out of memory");
  systole_status status = append_file(out, "systole.cl", true, err);
  bool broken = ferror(out);
  broken = fclose(out) || broken;
  if (!status && broken) status = systole_fail(err, SYSTOLE_E_MEMORY, "opencl: out of memory");
  if (!status) return SYSTOLE_OK;
  free(*text);
  *text = NULL;
  return status;
}

void systole_opencl_build_options(const systole_config *c, unsigned items, bool integer,
                                  char options[SYSTOLE_OPENCL_OPTIONS]) {
  snprintf(options, SYSTOLE_OPENCL_OPTIONS,
           "-cl-std=CL1.2 -DSYSTOLE_DIM=%u -DSYSTOLE_LOAD_ROWS=%u -DSYSTOLE_BUS_BYTES=%u "
           "-DSYSTOLE_WGT_WORDS=%u -DSYSTOLE_ACT_WORDS=%u -DSYSTOLE_QNT_WORDS=%u "
           "-DSYSTOLE_ACC_WORDS=%u -DSYSTOLE_PAR_WORDS=%u -DSYSTOLE_VM_WORDS=%u "
           "-DSYSTOLE_RS_WORDS=%u -DSYSTOLE_QUEUE_DEPTH=%u -DSYSTOLE_HASH=0x%llxul "
           "-DSYSTOLE_ITEMS=%u -DSYSTOLE_INTEGER=%d",
           c->dim, c->load_rows, c->bus_bytes, c->wgt_words, c->act_words, c->qnt_words,
           c->acc_words, c->par_words, c->vm_words, c->rs_words, c->queue_depth,
           (unsigned long long)c->hash, items, integer);
}
