#include "cli/trace_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool plain(unsigned char c) { return c >= 0x20 && c != '"' && c != '\\'; }

void systole_trace_string(FILE *file, const char *text) {
  fputc('"', file);
  while (*text) {
    size_t length = 0;
    while (plain((unsigned char)text[length])) length++;
    fwrite(text, 1, length, file);
    text += length;
    if (!*text) break;
    if (*text == '"' || *text == '\\') fprintf(file, "\\%c", *text++);
    else fprintf(file, "\\u%04x", (unsigned)(unsigned char)*text++);
  }
  fputc('"', file);
}

// ---- reading -----------------------------------------------------------------

static systole_status malformed(const systole_trace_file *f, const char *expected, systole_error *err) {
  return systole_fail(err, SYSTOLE_E_FORMAT, "%.700s: line %llu: expected %s, in a trace as --trace writes it", f->path,
                      (unsigned long long)f->line, expected);
}

// One line without its end. False at the end of the file and for a line that is
// cut off or too long to be one of ours.
static bool read_line(systole_trace_file *f) {
  f->line++;
  if (!fgets(f->text, SYSTOLE_TRACE_LINE - 2, f->file)) return false;
  size_t length = strlen(f->text);
  if (!length || f->text[length - 1] != '\n') return false;
  f->text[length - 1] = 0;
  return true;
}

static systole_status read_header(systole_trace_file *f, systole_error *err) {
  uint64_t format = 0;
  if (!read_line(f)) return malformed(f, "the header of a trace", err);
  strcat(f->text, "]}");  // read_line leaves room
  cJSON *header = cJSON_Parse(f->text);
  f->about = cJSON_DetachItemFromObjectCaseSensitive(header, "otherData");
  bool events = cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(header, "traceEvents"));
  cJSON_Delete(header);
  if (!f->about || !events) return malformed(f, "the header of a trace", err);
  systole_status status = systole_trace_number(f, f->about, "format", &format, err);
  if (status || format == SYSTOLE_TRACE_FORMAT) return status;
  return malformed(f, "format 1", err);
}

systole_status systole_trace_open(const char *path, systole_trace_file *f, systole_error *err) {
  *f = (systole_trace_file){.path = path, .text = malloc(SYSTOLE_TRACE_LINE), .more = true};
  if (!f->text) return systole_fail(err, SYSTOLE_E_MEMORY, "%.700s: out of memory", path);
  f->file = fopen(path, "rb");
  if (!f->file) return systole_fail(err, SYSTOLE_E_IO, "%.700s: cannot be read: %s", path, strerror(errno));
  return read_header(f, err);
}

void systole_trace_close(systole_trace_file *f) {
  if (f->file) fclose(f->file);
  cJSON_Delete(f->about);
  free(f->text);
  *f = (systole_trace_file){0};
}

static systole_status finish(systole_trace_file *f, systole_error *err) {
  if (f->more) return malformed(f, "an event", err);
  if (fgetc(f->file) != EOF) return malformed(f, "nothing after the end", err);
  return SYSTOLE_OK;
}

systole_status systole_trace_next(systole_trace_file *f, cJSON **event, systole_error *err) {
  *event = NULL;
  if (!read_line(f)) return malformed(f, "an event or the end", err);
  if (!strcmp(f->text, "]}")) return finish(f, err);
  if (!f->more) return malformed(f, "the end", err);
  size_t length = strlen(f->text);
  f->more = length && f->text[length - 1] == ',';
  if (f->more) f->text[length - 1] = 0;
  *event = cJSON_ParseWithOpts(f->text, NULL, true);
  if (cJSON_IsObject(*event)) return SYSTOLE_OK;
  cJSON_Delete(*event);
  *event = NULL;
  return malformed(f, "an event", err);
}

static systole_status missing(const systole_trace_file *f, const char *what, const char *name, systole_error *err) {
  char expected[128];
  snprintf(expected, sizeof expected, "%s `%s`", what, name);
  return malformed(f, expected, err);
}

systole_status systole_trace_text(const systole_trace_file *f, const cJSON *object, const char *name,
                                  const char **text, systole_error *err) {
  const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
  if (!value) return missing(f, "the text", name, err);
  *text = value;
  return SYSTOLE_OK;
}

systole_status systole_trace_number(const systole_trace_file *f, const cJSON *object, const char *name,
                                    uint64_t *number, systole_error *err) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
  double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
  if (!(value >= 0 && value <= 9007199254740992.0)) return missing(f, "the number", name, err);
  *number = (uint64_t)value;
  if ((double)*number != value) return missing(f, "the whole number", name, err);
  return SYSTOLE_OK;
}
