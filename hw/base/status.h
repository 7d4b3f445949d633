// Status and error text shared by every C part of Systole.
//
// A function that can fail returns a systole_status and, on failure, writes
// one line into the caller's systole_error: what is wrong, where, and what was
// expected. Nothing here allocates and nothing is global.
#ifndef SYSTOLE_BASE_STATUS_H
#define SYSTOLE_BASE_STATUS_H

#include <stddef.h>

typedef enum {
  SYSTOLE_OK = 0,
  SYSTOLE_E_USAGE,        // an argument that makes no sense
  SYSTOLE_E_IO,           // a file cannot be opened, read or written
  SYSTOLE_E_FORMAT,       // a file's content breaks its format
  SYSTOLE_E_UNSUPPORTED,  // well formed, but not something Systole does
  SYSTOLE_E_RANGE,        // a value outside its limits
  SYSTOLE_E_MEMORY,       // the host ran out of memory
  SYSTOLE_E_CONFIG,       // made for another hardware configuration
  SYSTOLE_E_FAULT,        // the accelerator stopped with an error
  SYSTOLE_E_TIMEOUT,      // the accelerator did not finish in time
  SYSTOLE_E_DIFFER        // a comparison found a difference
} systole_status;

typedef struct {
  char text[1024];  // one line, no newline, always terminated
} systole_error;

// Formats one line into err (which may be NULL) and returns status, so that a
// failure is one statement: return systole_fail(err, SYSTOLE_E_IO, "...").
systole_status systole_fail(systole_error *err, systole_status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

// The status's own name in words, for messages ("out of range").
const char *systole_status_text(systole_status status);

#endif
