// What the commands on a language model open first: its checkpoint, the
// configuration, and the program compiled for both.
#ifndef SYSTOLE_CLI_SETUP_H
#define SYSTOLE_CLI_SETUP_H

#include <stdio.h>

#include "cli/options.h"
#include "compiler/compile.h"

typedef struct {
  const char *model;   // a Hugging Face folder; NULL: models/define
  uint32_t context, chunk, activation_bits;  // 0: the compiler's choice
  bool check_races;    // a race in any run is an error; back end `model`
} systole_model_options;

typedef struct {
  systole_cli_options common;
  systole_model_options model;
} systole_model_command;

// --model --context --chunk --activations --check-races and the common options. Use as the only child of a
// command's argp; in ARGP_KEY_INIT set state->child_inputs[0] to the command's
// systole_model_command.
extern const struct argp_child systole_cli_model[];

typedef struct {
  char dir[4096];      // of the checkpoint
  systole_checkpoint checkpoint;
  systole_config config;
  systole_program *program;  // NULL if it was not wanted
} systole_setup;

// Whether a back end is `reference`, or SYSTOLE_E_USAGE naming all there are.
systole_status systole_backend_check(const char *name, bool *reference, systole_error *err);

// `compile`: make the program too. systole_setup_close also after a failure.
systole_status systole_setup_open(const systole_model_command *command, bool compile,
                                  systole_setup *setup, systole_error *err);
void systole_setup_close(systole_setup *setup);

// A whole command: parses, runs, closes, and gives the exit code. `command` is
// a part of `arguments`.
typedef systole_status (*systole_model_run)(void *arguments, systole_setup *setup, systole_error *err);
int systole_model_main(const struct argp *argp, int argc, char **argv, void *arguments,
                       systole_model_command *command, systole_model_run run);

// Where text and tables go: standard output, but for --json - which has it to itself.
FILE *systole_cli_out(const systole_cli_options *common);

// The device as the options describe it.
systole_options systole_cli_device(const systole_model_command *command);

// The tokens of a text, at least one; `what` names it in messages. *ids is for
// the caller to free().
systole_status systole_setup_encode(const systole_setup *setup, const char *what, const char *text,
                                    size_t size, int32_t **ids, size_t *count, systole_error *err);

// The same for --prompt, which must also fit the context.
systole_status systole_setup_encode_prompt(const systole_setup *setup,
                                           const systole_model_command *command, const char *prompt,
                                           int32_t **ids, size_t *count, systole_error *err);

// The context that every back end has: the program's, or what was asked for.
uint32_t systole_setup_context(const systole_setup *setup, const systole_model_command *command);

// SYSTOLE_E_IO if a report could not be written to `path` ("-" and NULL are
// fine), so that this shows before the work and not after it.
systole_status systole_writable(const char *path, systole_error *err);

#endif
