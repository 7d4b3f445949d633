// Whole programs as text: the instructions of asm.h, one a line, comments from
// `;` on, and these directives.
//
//   .hw NAME                      the configuration (name or .ini path); first, if given
//   .entry NAME                   starts an entry; without one, `main`
//   .segment I name=N kind=K bytes=B [file=PATH | fill=BYTE]   K: const, state, io
//   .scalar I name=N TEXT         what scalar I means
//   .symbol NAME                  names the lines from here to the next .symbol or .entry
//   .meta KEY TEXT
//   .line W0 .. W15               a line word by word, whatever it means
//
// `loop` needs no `lines`: they are counted up to its `endloop`. Disassembly is
// text that assembles to identical lines; the content of segments is left out.
#ifndef SYSTOLE_COMPILER_ASM_SOURCE_H
#define SYSTOLE_COMPILER_ASM_SOURCE_H

#include <stdbool.h>
#include <stdio.h>

#include "compiler/program/program.h"

// `label` is the file's name for messages (LABEL:LINE: ...). File names in
// .segment are relative to `folder`. `hw` is the configuration when the text
// has no .hw; NULL if it must have one.
systole_status systole_source_assemble(const char *text, size_t size, const char *label,
                                       const char *folder, const char *hw,
                                       systole_program **program, systole_error *err);

// The same from a file.
systole_status systole_source_read(const char *path, const char *hw, systole_program **program,
                                   systole_error *err);

// Prints a program as text. Write errors are left in `out` for ferror().
systole_status systole_source_print(const systole_program *program, FILE *out, systole_error *err);

// Prints the lines of one entry, each with its number as a comment if `numbers`.
systole_status systole_source_print_lines(const systole_entry *entry, bool numbers, FILE *out,
                                          systole_error *err);

#endif
