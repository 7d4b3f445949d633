// Programs named on a command line: a .syp file, or assembler text (.s, .asm).
#ifndef SYSTOLE_CLI_PROGRAMFILE_H
#define SYSTOLE_CLI_PROGRAMFILE_H

#include "compiler/program/program.h"

// hw: the configuration of text without .hw, or NULL.
systole_status systole_cli_program(const char *path, const char *hw, systole_program **program,
                                   systole_error *err);

#endif
