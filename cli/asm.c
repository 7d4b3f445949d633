// systole asm: text to a program file.
#include <stdio.h>

#include "cli/command.h"
#include "cli/options.h"
#include "compiler/asm/source.h"

typedef struct {
  systole_cli_options common;  // for its error
  const char *source, *output, *hw;
} arguments;

static const struct argp_option options[] = {
    {"output", 'o', "FILE", 0, "the program file (default: a.syp)", 1},
    {"hw", 'w', "NAME|FILE", 0, "configuration of a text without .hw (default: edge16)", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  switch (key) {
    case 'o': a->output = text; return 0;
    case 'w': a->hw = text; return 0;
    case ARGP_KEY_ARG:
      if (a->source) return systole_cli_refuse(&a->common, "argument", text, "one source file");
      a->source = text;
      return 0;
    case ARGP_KEY_NO_ARGS: return systole_cli_refuse(&a->common, "SOURCE", "is missing", "a file to assemble");
    default: return ARGP_ERR_UNKNOWN;
  }
}

static systole_status assemble(const arguments *a, systole_error *err) {
  systole_program *program;
  systole_status status = systole_source_read(a->source, a->hw, &program, err);
  if (status) return status;
  status = systole_program_write(program, a->output, err);
  systole_program_destroy(program);
  return status;
}

int systole_command_asm(int argc, char **argv) {
  static const struct argp argp = {
      options, parse, "SOURCE",
      "Assembles a program.\v"
      "One instruction a line, `;` starts a comment:\n\n"
      "  .hw edge16\n"
      "  .segment 1 name=input bytes=4096 fill=1\n"
      "  .segment 2 name=output bytes=4096\n"
      "  loop count=s0 counter=15\n"
      "    ld segment=1 space=PAR rows=1 words=4 dst_word=1 wait=VX:1 raise=VX:1\n"
      "  endloop\n"
      "  end\n\n"
      "docs/isa.md explains every instruction, field and directive.",
      NULL, NULL, NULL};
  arguments a = {.output = "a.syp", .hw = "edge16"};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  return systole_cli_exit(argv[0], assemble(&a, &err), &err);
}
