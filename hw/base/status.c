#include "hw/base/status.h"

#include <stdarg.h>
#include <stdio.h>

systole_status systole_fail(systole_error *err, systole_status status, const char *fmt, ...) {
  if (err) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    for (char *p = err->text; *p; p++)
      if (*p == '\n' || *p == '\r') *p = ' ';
  }
  return status;
}

const char *systole_status_text(systole_status status) {
  switch (status) {
    case SYSTOLE_OK: return "ok";
    case SYSTOLE_E_USAGE: return "wrong usage";
    case SYSTOLE_E_IO: return "input or output failed";
    case SYSTOLE_E_FORMAT: return "malformed";
    case SYSTOLE_E_UNSUPPORTED: return "not supported";
    case SYSTOLE_E_RANGE: return "out of range";
    case SYSTOLE_E_MEMORY: return "out of memory";
    case SYSTOLE_E_CONFIG: return "made for another configuration";
    case SYSTOLE_E_FAULT: return "the accelerator reported a fault";
    case SYSTOLE_E_TIMEOUT: return "timed out";
    case SYSTOLE_E_DIFFER: return "results differ";
  }
  return "unknown status";
}
