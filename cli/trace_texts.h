// The texts and symbols of a program's lines, found once: a line runs many times.
// What is kept grows with the program, not with the run.
#ifndef SYSTOLE_CLI_TRACE_TEXTS_H
#define SYSTOLE_CLI_TRACE_TEXTS_H

#include "compiler/program/program.h"

typedef struct {
  char *text;          // NULL until asked for
  const char *symbol;  // the entry's name for a line without one
} systole_line_text;

typedef struct {
  const systole_program *program;
  systole_line_text **entries;  // [entry][line], NULL until asked for
} systole_line_texts;

// Zero it before the first program. The texts of a line; "" without memory.
systole_line_text systole_line_texts_get(systole_line_texts *texts, const systole_program *program,
                                         const systole_entry *entry, uint32_t line);
void systole_line_texts_free(systole_line_texts *texts);

#endif
