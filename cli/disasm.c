// systole disasm: a program file as text.
#include <stdio.h>

#include "cli/command.h"
#include "cli/options.h"
#include "compiler/asm/source.h"
#include "hw/base/output.h"

typedef struct {
  systole_cli_options common;  // for its error
  const char *program, *output, *entry;
  bool numbers;
} arguments;

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "where to print (default: standard output)", 1},
    {"entry", 'e', "NAME", 0, "only the instructions of this entry", 1},
    {"numbers", 'n', 0, 0, "with --entry: each line's number, as reports name it", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  switch (key) {
    case 'o': a->output = text; return 0;
    case 'e': a->entry = text; return 0;
    case 'n': a->numbers = true; return 0;
    case ARGP_KEY_ARG:
      if (a->program) return systole_cli_refuse(&a->common, "argument", text, "one program file");
      a->program = text;
      return 0;
    case ARGP_KEY_NO_ARGS: return systole_cli_refuse(&a->common, "PROGRAM", "is missing", "a program file");
    default: return ARGP_ERR_UNKNOWN;
  }
}

static systole_status print(const arguments *a, const systole_program *program, FILE *out, systole_error *err) {
  if (!a->entry) return systole_source_print(program, out, err);
  const systole_entry *entry = systole_program_entry(program, a->entry);
  if (!entry) return systole_fail(err, SYSTOLE_E_USAGE, "%s: entry %.80s: expected one of the program's", a->program, a->entry);
  return systole_source_print_lines(entry, a->numbers, out, err);
}

static systole_status disassemble(const arguments *a, systole_error *err) {
  systole_program *program;
  systole_output output = {0};
  systole_status status = systole_program_read(a->program, &program, err);
  if (status) return status;
  status = systole_output_open(a->output, &output, err);
  if (!status) status = print(a, program, output.file, err);
  if (!status) status = systole_output_commit(&output, err);
  systole_output_discard(&output);
  systole_program_destroy(program);
  return status;
}

int systole_command_disasm(int argc, char **argv) {
  static const struct argp argp = {
      options, parse, "PROGRAM",
      "Prints a program in the syntax of `systole asm`, with the names of its parts. Assembling the "
      "text gives the same instructions back; the content of segments is left out.",
      NULL, NULL, NULL};
  arguments a = {.output = "-"};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  return systole_cli_exit(argv[0], disassemble(&a, &err), &err);
}
