// The page docs/commands.md.
#ifndef SYSTOLE_ISA_GENERATE_COMMANDS_H
#define SYSTOLE_ISA_GENERATE_COMMANDS_H

#include <stdio.h>

void systole_generate_commands(FILE *out);

#endif
