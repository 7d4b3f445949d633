// What a program's pointers point into; private to compiler/program.
#ifndef SYSTOLE_COMPILER_PROGRAM_STORE_H
#define SYSTOLE_COMPILER_PROGRAM_STORE_H

#include <stdbool.h>

#include "compiler/program/program.h"

struct systole_program_store {
  bool built;          // lines, symbols and contents are each from malloc
  void *map;           // a mapped file, or NULL
  size_t map_bytes;
};

// The rules that building and loading share. `label` leads the message.
systole_status systole_program_check_name(const char *label, const char *what, const char *name,
                                          systole_error *err);
systole_status systole_program_check_segment(const systole_program *program, const char *label,
                                             const systole_segment *segment, systole_error *err);
systole_status systole_program_check_entry(const systole_program *program, const char *label,
                                           const char *name, systole_error *err);
systole_status systole_program_check_scalar(const systole_program *program, const char *label,
                                            unsigned index, systole_error *err);
systole_status systole_program_check_formula(const systole_program *program, const char *label,
                                             const systole_formula *formula, systole_error *err);

#endif
