// The form of a trace file: the JSON of the Chrome trace event format, the
// header on the first line, then one event a line, then the end. So a file of
// any length is written, and read again, piece by piece.
//
//   {"displayTimeUnit":"ns","otherData":{...},"traceEvents":[
//   {"ph":"X",...},
//   {"ph":"X",...}
//   ]}
#ifndef SYSTOLE_CLI_TRACE_FILE_H
#define SYSTOLE_CLI_TRACE_FILE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "hw/base/status.h"

enum { SYSTOLE_TRACE_FORMAT = 1, SYSTOLE_TRACE_LINE = 1 << 18 };

// ---- writing: errors show in ferror ------------------------------------------

// A JSON string with its quotation marks.
void systole_trace_string(FILE *file, const char *text);

// ---- reading -----------------------------------------------------------------

typedef struct {
  const char *path;
  FILE *file;
  char *text;       // one line, SYSTOLE_TRACE_LINE bytes
  uint64_t line;
  bool more;        // the last event had a comma behind it
  cJSON *about;     // otherData
} systole_trace_file;

// Checks the header. systole_trace_close also after a failure.
systole_status systole_trace_open(const char *path, systole_trace_file *file, systole_error *err);
void systole_trace_close(systole_trace_file *file);

// The next event, for the caller to delete; NULL after the last. A file that
// breaks off is SYSTOLE_E_FORMAT.
systole_status systole_trace_next(systole_trace_file *file, cJSON **event, systole_error *err);

// A string (unchanged on failure) or a whole number (up to 2^53) of an object, or SYSTOLE_E_FORMAT.
systole_status systole_trace_text(const systole_trace_file *file, const cJSON *object,
                                  const char *name, const char **text, systole_error *err);
systole_status systole_trace_number(const systole_trace_file *file, const cJSON *object,
                                    const char *name, uint64_t *number, systole_error *err);

#endif
