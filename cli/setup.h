// What the commands on a language model open first: its checkpoint, the
// configuration, and the program compiled for both.
#ifndef SYSTOLE_CLI_SETUP_H
#define SYSTOLE_CLI_SETUP_H

#include "cli/options.h"
#include "compiler/compile.h"

typedef struct {
  const char *model;   // a Hugging Face folder; NULL: models/define
  uint32_t context, chunk;  // 0: the compiler's choice
} systole_model_options;

// --model --context --chunk. Use as a child of a command's argp; its input is
// a systole_model_input.
typedef struct {
  systole_model_options *model;
  systole_cli_options *common;  // for refusals
} systole_model_input;
extern const struct argp systole_cli_model;

typedef struct {
  char dir[4096];      // of the checkpoint
  systole_checkpoint checkpoint;
  systole_config config;
  systole_program *program;  // NULL if it was not wanted
} systole_setup;

// Whether a back end is `reference`, or SYSTOLE_E_USAGE naming all there are.
systole_status systole_backend_check(const char *name, bool *reference, systole_error *err);

// `compile`: make the program too. systole_setup_close also after a failure.
systole_status systole_setup_open(const systole_model_options *model,
                                  const systole_cli_options *common, bool compile,
                                  systole_setup *setup, systole_error *err);
void systole_setup_close(systole_setup *setup);

// The tokens of a prompt: at least one, at most `context`. *ids is for the
// caller to free().
systole_status systole_setup_encode(const systole_setup *setup, const char *what, const char *text,
                                    size_t size, int32_t **ids, size_t *count, systole_error *err);

// The context that every back end has: the program's, or what was asked for.
uint32_t systole_setup_context(const systole_setup *setup, const systole_model_options *model);

// SYSTOLE_E_IO if a report could not be written to `path` ("-" and NULL are
// fine), so that this shows before the work and not after it.
systole_status systole_writable(const char *path, systole_error *err);

#endif
