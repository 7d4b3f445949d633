// systole run: a prompt in, text out, every operation of it on the device.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"
#include "cli/generate_report.h"
#include "cli/setup.h"

enum { KEY_TEMPERATURE = 0x3000, KEY_TOP_K, KEY_TOP_P, KEY_SEED, KEY_TRACE, KEY_IGNORE_EOS, MOST_TOKENS = 1000000 };

typedef struct {
  systole_model_command command;
  const char *prompt, *trace;
  int64_t tokens;
  bool ignore_eos;
  systole_sampling sampling;
} arguments;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The text:", 1},
    {"prompt", 'p', "TEXT", 0, "what to continue (required; may be empty if the model has a begin token)", 1},
    {"tokens", 'n', "N", 0, "tokens to generate at most (default 64)", 1},
    {"ignore-eos", KEY_IGNORE_EOS, 0, 0, "go on after an end token, to --tokens or the context's end", 1},
    {"temperature", KEY_TEMPERATURE, "T", 0, "draw by chance, on the host; 0 (default): the device's most likely token", 1},
    {"top-k", KEY_TOP_K, "K", 0, "draw from the K most likely only (default: all)", 1},
    {"top-p", KEY_TOP_P, "P", 0, "draw from the most likely that together have probability P (default 1)", 1},
    {"seed", KEY_SEED, "S", 0, "of the draws (default: another each time, printed)", 1},
    {"trace", KEY_TRACE, "FILE", 0, "write a timeline of every instruction, for Perfetto (see docs/counters.md)", 12},
    {0}};

static error_t take_real(arguments *a, const char *option, const char *text, double high, double *out) {
  char *end;
  double value = strtod(text, &end);
  if (end == text || *end || !(value >= 0 && value <= high))
    return systole_cli_refuse(&a->command.common, option, text,
                              high == 1 ? "a number from 0 to 1" : "a number from 0 to 1000");
  *out = value;
  return 0;
}

static error_t take_whole(arguments *a, const char *option, const char *text, int64_t high,
                          const char *expected, int64_t *out) {
  if (systole_cli_number(text, 1, high, out)) return 0;
  return systole_cli_refuse(&a->command.common, option, text, expected);
}

static error_t take_top_k(arguments *a, const char *text) {
  int64_t value = 0;
  error_t error = take_whole(a, "--top-k", text, INT32_MAX, "a number of tokens from 1 on", &value);
  a->sampling.top_k = (int32_t)value;
  return error;
}

static error_t take_seed(arguments *a, const char *text) {
  int64_t value;
  if (!systole_cli_number(text, 0, INT64_MAX, &value))
    return systole_cli_refuse(&a->command.common, "--seed", text, "a number from 0 on");
  a->sampling.seed = (uint64_t)value;
  return 0;
}

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->command; return 0;
    case 'p': a->prompt = text; return 0;
    case 'n': return take_whole(a, "--tokens", text, MOST_TOKENS, "a number from 1 to 1000000", &a->tokens);
    case KEY_TEMPERATURE: return take_real(a, "--temperature", text, 1000, &a->sampling.temperature);
    case KEY_TOP_P: return take_real(a, "--top-p", text, 1, &a->sampling.top_p);
    case KEY_TOP_K: return take_top_k(a, text);
    case KEY_IGNORE_EOS: a->ignore_eos = true; return 0;
    case KEY_TRACE: a->trace = text; return 0;
    case KEY_SEED: return take_seed(a, text);
    case ARGP_KEY_ARG: return systole_cli_refuse(&a->command.common, "argument", text, "only options; the text goes after --prompt");
    case ARGP_KEY_END:
      return a->prompt ? 0 : systole_cli_refuse(&a->command.common, "--prompt", "is missing", "the text to continue");
    default: return ARGP_ERR_UNKNOWN;
  }
}

static systole_status report(const arguments *a, const systole_generation *wish,
                             const systole_generated *made, systole_error *err) {
  FILE *out = wish->out;
  systole_generated_print(wish, made, out);
  if (a->sampling.temperature > 0)
    fprintf(out, "  %-22s %14llu   repeats this text: --seed\n", "seed", (unsigned long long)a->sampling.seed);
  if (!a->command.common.json) return SYSTOLE_OK;
  cJSON *json = systole_generated_json(wish, made);
  if (a->sampling.temperature > 0) cJSON_AddNumberToObject(json, "seed", (double)a->sampling.seed);
  return systole_json_write(a->command.common.json, json, err);
}

static systole_status speak(const arguments *a, const systole_setup *setup, const int32_t *ids,
                            uint32_t count, systole_error *err) {
  systole_options device = systole_cli_device(&a->command);
  systole_session_params params = {
      .backend = a->command.common.backend, .checkpoint = &setup->checkpoint, .config = &setup->config,
      .program = setup->program, .options = &device, .context = a->command.model.context,
      .limit = a->command.common.limit};
  systole_generation wish = {.prompt = ids, .prompt_count = count, .most = (uint32_t)a->tokens,
                             .sampling = &a->sampling, .ignore_ends = a->ignore_eos,
                             .hash = a->command.common.json, .out = systole_cli_out(&a->command.common)};
  systole_generated made = {.prefill.backend = a->command.common.backend, .decode.backend = a->command.common.backend};
  const systole_trace_params trace = {a->trace, a->command.common.backend, &setup->config, setup->program, &device.dram};
  systole_session *session = NULL;
  systole_status status = systole_tracer_open(&trace, &params.tracer, err);
  if (!status) status = systole_session_open(&params, &session, err);
  if (!status) status = systole_generate(session, &setup->checkpoint, &setup->config, &wish, &made, err);
  status = systole_tracer_close(params.tracer, status, err);
  if (!status) status = report(a, &wish, &made, err);
  systole_generated_free(&made);
  systole_session_close(session);
  return status;
}

static systole_status run(void *opaque, systole_setup *setup, systole_error *err) {
  const arguments *a = opaque;
  bool reference;
  int32_t *ids = NULL;
  size_t count = 0;
  systole_status status = systole_backend_check(a->command.common.backend, &reference, err);
  if (!status && reference && a->command.common.waves)
    status = systole_fail(err, SYSTOLE_E_UNSUPPORTED, "--waves: expected the back end rtl");
  if (!status && reference && a->trace)
    status = systole_fail(err, SYSTOLE_E_UNSUPPORTED, "--trace: the back end reference keeps no time: expected --backend rtl");
  if (!status) status = systole_writable(a->command.common.json, err);
  if (!status) status = systole_writable(a->trace, err);
  if (!status) status = systole_writable(a->command.common.waves, err);
  if (!status) status = systole_setup_open(&a->command, !reference, setup, err);
  if (!status) status = systole_setup_encode_prompt(setup, &a->command, a->prompt, &ids, &count, err);
  if (!status) status = speak(a, setup, ids, (uint32_t)count, err);
  free(ids);
  return status;
}

int systole_command_run(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .children = systole_cli_model,
                                   .doc = "Continues a text with a language model on the accelerator, and says what it cost. Back ends: rtl (default), model, opencl, and reference, the fp32 yardstick on the CPU."};
  arguments a = {.tokens = 64, .sampling = {.top_p = 1}};
  a.sampling.seed = (uint64_t)time(NULL);  // unless --seed says another
  return systole_model_main(&argp, argc, argv, &a, &a.command, run);
}
