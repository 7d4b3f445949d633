#include "cli/setup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/load/file.h"
#include "sim/dram/dram.h"

#ifndef SYSTOLE_ROOT
#define SYSTOLE_ROOT "."
#endif

// ---- options -----------------------------------------------------------------

enum { KEY_MODEL = 0x2000, KEY_CONTEXT, KEY_CHUNK, KEY_ACTIVATIONS, KEY_RACES, LARGEST = 1 << 24 };

static const struct argp_option model_options[] = {
    {0, 0, 0, 0, "The language model:", 5},
    {"model", KEY_MODEL, "DIR", 0,
     "Hugging Face folder: config.json, *.safetensors, tokenizer.json (default: models/define)", 5},
    {"context", KEY_CONTEXT, "N", 0, "tokens of the KV cache (default: the model's, or what fits)", 5},
    {"chunk", KEY_CHUNK, "N", 0, "most tokens of one prefill run (default: 64, or what fits)", 5},
    {"activations", KEY_ACTIVATIONS, "BITS", 0,
     "what the inputs of weight matrices are quantised to: 16 (default), or 8, which halves "
     "prefill's array time and suits models trained for it", 5},
    {"check-races", KEY_RACES, 0, 0, "with --backend model: look for races in every run (slow)", 5},
    {0}};

static error_t take_count(systole_cli_options *common, const char *option, const char *text,
                          uint32_t *out) {
  int64_t value;
  if (!systole_cli_number(text, 1, LARGEST, &value))
    return systole_cli_refuse(common, option, text, "a number of tokens from 1 to 16777216");
  *out = (uint32_t)value;
  return 0;
}

static error_t parse_model(int key, char *text, struct argp_state *state) {
  systole_model_command *c = state->input;
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &c->common; return 0;
    case KEY_MODEL: c->model.model = text; return 0;
    case KEY_RACES: c->model.check_races = true; return 0;
    case KEY_CONTEXT: return take_count(&c->common, "--context", text, &c->model.context);
    case KEY_CHUNK: return take_count(&c->common, "--chunk", text, &c->model.chunk);
    case KEY_ACTIVATIONS:
      if (strcmp(text, "8") && strcmp(text, "16"))
        return systole_cli_refuse(&c->common, "--activations", text, "8 or 16");
      c->model.activation_bits = text[0] == '8' ? 8 : 16;
      return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

static const struct argp_child common_child[] = {{&systole_cli_common, 0, NULL, 0}, {0}};
static const struct argp model_argp = {.options = model_options, .parser = parse_model,
                                       .children = common_child};
const struct argp_child systole_cli_model[] = {{&model_argp, 0, NULL, 0}, {0}};

FILE *systole_cli_out(const systole_cli_options *common) {
  return common->json && !strcmp(common->json, "-") ? stderr : stdout;
}

systole_options systole_cli_device(const systole_model_command *command) {
  const systole_cli_options *common = &command->common;
  return (systole_options){.dram = common->dram, .waves = common->waves, .hw = common->hw,
                           .opencl = common->opencl,
                           .control = common->control,
                           .check_races = command->model.check_races};
}

systole_status systole_backend_check(const char *name, bool *reference, systole_error *err) {
  char names[256] = "reference";
  *reference = !strcmp(name, "reference");
  for (unsigned i = 0; systole_transport_name(i); i++) {
    if (!strcmp(name, systole_transport_name(i))) return SYSTOLE_OK;
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, ", %s", systole_transport_name(i));
  }
  if (*reference) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_USAGE, "--backend %.80s: expected one of %s", name, names);
}

// ---- opening -----------------------------------------------------------------

// The model of this project, wherever the command is run from.
static void find_folder(const char *model, char dir[4096]) {
  const char *folder = model ? model : SYSTOLE_ROOT "/models/define";
  if (!model && !systole_file_exists(folder)) folder = "models/define";
  snprintf(dir, 4096, "%s", folder);
}

// The fp32 reference never looks at the preset.
static systole_status check_memory(const systole_cli_options *common, const systole_config *config,
                                   systole_error *err) {
  systole_dram *dram = NULL;
  systole_dram_params params = common->dram;
  if (!params.preset[0]) return SYSTOLE_OK;
  systole_status status = systole_dram_create(&params, config, &dram, err);
  systole_dram_destroy(dram);
  return status;
}

systole_status systole_setup_open(const systole_model_command *command, bool compile,
                                  systole_setup *setup, systole_error *err) {
  const systole_model_options *model = &command->model;
  const systole_cli_options *common = &command->common;
  memset(setup, 0, sizeof *setup);
  find_folder(model->model, setup->dir);
  systole_status status = systole_cli_config(common, NULL, &setup->config, err);
  if (!status) status = check_memory(common, &setup->config, err);
  if (!status) status = systole_checkpoint_open(setup->dir, &setup->checkpoint, err);
  uint32_t most = (uint32_t)setup->checkpoint.model.context;
  if (!status && model->context > most)
    status = systole_fail(err, SYSTOLE_E_RANGE, "--context %lu: expected at most the model's %lu (max_position_embeddings)",
                          (unsigned long)model->context, (unsigned long)most);
  systole_compile_options options = {.context = model->context, .chunk = model->chunk,
                                    .activation_bits = model->activation_bits};
  if (!status && compile)
    status = systole_compile(&setup->checkpoint, &setup->config, &options, &setup->program, err);
  return status;
}

void systole_setup_close(systole_setup *setup) {
  systole_program_destroy(setup->program);
  systole_checkpoint_close(&setup->checkpoint);
}

int systole_model_main(const struct argp *argp, int argc, char **argv, void *arguments,
                       systole_model_command *command, systole_model_run run) {
  systole_setup setup = {0};
  systole_error err;
  if (systole_cli_parse(argp, argc, argv, arguments, &command->common)) return 2;
  systole_status status = run(arguments, &setup, &err);
  systole_setup_close(&setup);
  return systole_cli_exit(argv[0], status, &err);
}

uint32_t systole_setup_context(const systole_setup *setup, const systole_model_command *command) {
  const char *text = setup->program ? systole_program_metadata(setup->program, "context") : NULL;
  if (text) return (uint32_t)strtoul(text, NULL, 10);
  return command->model.context ? command->model.context : (uint32_t)setup->checkpoint.model.context;
}

systole_status systole_setup_encode(const systole_setup *setup, const char *what, const char *text,
                                    size_t size, int32_t **ids, size_t *count, systole_error *err) {
  systole_error inner;
  if (!setup->checkpoint.tokenizer)
    return systole_fail(err, SYSTOLE_E_IO, "%.700s/tokenizer.json: expected the tokenizer of the model, the file is missing",
                        setup->dir);
  systole_status status =
      systole_tokenizer_encode(setup->checkpoint.tokenizer, text, size, true, ids, count, &inner);
  if (status) return systole_fail(err, status, "%s: %.900s", what, inner.text);
  if (*count) return SYSTOLE_OK;
  free(*ids);
  *ids = NULL;
  return systole_fail(err, SYSTOLE_E_USAGE, "%s: expected at least one token, this tokenizer adds no begin token", what);
}

systole_status systole_setup_encode_prompt(const systole_setup *setup,
                                           const systole_model_command *command, const char *prompt,
                                           int32_t **ids, size_t *count, systole_error *err) {
  uint32_t context = systole_setup_context(setup, command);
  systole_status status =
      systole_setup_encode(setup, "--prompt", prompt, strlen(prompt), ids, count, err);
  if (status || *count <= context) return status;
  return systole_fail(err, SYSTOLE_E_RANGE, "--prompt: %zu tokens: expected at most the context of %lu",
                      *count, (unsigned long)context);
}

systole_status systole_writable(const char *path, systole_error *err) {
  char folder[4096];
  struct stat info;
  if (!path || !strcmp(path, "-")) return SYSTOLE_OK;
  if (!*path || strlen(path) >= sizeof folder)
    return systole_fail(err, SYSTOLE_E_USAGE, "output file: expected a path that is not empty and not too long");
  strcpy(folder, path);
  char *slash = strrchr(folder, '/');
  if (slash) slash[slash == folder] = 0;
  if (!stat(path, &info) && S_ISDIR(info.st_mode))
    return systole_fail(err, SYSTOLE_E_IO, "%.900s: cannot be written: it is a folder", path);
  if (access(slash ? folder : ".", W_OK))
    return systole_fail(err, SYSTOLE_E_IO, "%.900s: cannot be written: %s", path, strerror(errno));
  return SYSTOLE_OK;
}
