// systole COMMAND [ARGUMENTS]
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static const struct {
  const char *name, *text;
  int (*run)(int argc, char **argv);
} commands[] = {
#define COMMAND(name, text) {#name, text, systole_command_##name},
#include "cli/commands.def"
#undef COMMAND
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

// A command's name as it is typed: compare_trace is compare-trace.
static void typed_name(const char *name, char typed[32]) {
  snprintf(typed, 32, "%s", name);
  for (; *typed; typed++)
    if (*typed == '_') *typed = '-';
}

static void print_help(FILE *out) {
  fprintf(out, "Usage: systole COMMAND [ARGUMENTS]\n\nSystole is a transformer accelerator in Verilog, with "
               "a model of it in C.\n\n");
  for (int i = 0; i < COMMANDS; i++) {
    char name[32];
    typed_name(commands[i].name, name);
    fprintf(out, "  %-14s %s\n", name, commands[i].text);
  }
  fprintf(out, "\n`systole COMMAND --help` explains a command. Exit status: 0 done, 1 a difference or a "
               "failed check, 2 bad input, wrong usage or a fault of the machine.\n");
}

int main(int argc, char **argv) {
  char name[64];
  if (argc < 2) {
    fprintf(stderr, "systole: expected a command; `systole --help` lists them\n");
    return 2;
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
    print_help(stdout);
    return 0;
  }
  for (int i = 0; i < COMMANDS; i++) {
    typed_name(commands[i].name, name);
    if (strcmp(argv[1], name)) continue;
    snprintf(name, sizeof name, "systole %s", argv[1]);
    argv[1] = name;
    return commands[i].run(argc - 1, argv + 1);
  }
  fprintf(stderr, "systole: %.80s: expected a command; `systole --help` lists them\n", argv[1]);
  return 2;
}
