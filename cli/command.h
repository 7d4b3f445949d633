// The subcommands of systole. To add one: a line in cli/commands.def and a
// file cli/NAME.c with its function.
#ifndef SYSTOLE_CLI_COMMAND_H
#define SYSTOLE_CLI_COMMAND_H

// Exit codes: 0 done, 1 a difference or a failed check, 2 bad input, wrong
// usage or a fault. argv[0] is "systole NAME".
#define COMMAND(name, text) int systole_command_##name(int argc, char **argv);
#include "cli/commands.def"
#undef COMMAND

#endif
