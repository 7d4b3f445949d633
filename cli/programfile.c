#include "cli/programfile.h"

#include <stdbool.h>
#include <string.h>

#include "compiler/asm/source.h"

static bool ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length > tail && !strcmp(text + length - tail, end);
}

systole_status systole_cli_program(const char *path, const char *hw, systole_program **program,
                                   systole_error *err) {
  if (ends_with(path, ".s") || ends_with(path, ".asm"))
    return systole_source_read(path, hw ? hw : "edge16", program, err);
  return systole_program_read(path, program, err);
}
