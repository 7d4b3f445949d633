// systole estimate: the cycles of a language model from its config.json alone,
// or of a list of matrix products.
#include "cli/estimate.h"

#include <string.h>

#include "cli/command.h"
#include "cli/setup.h"

enum { KEY_CONFIG = 0x3000, KEY_TOPOLOGY, KEY_PREFILL, KEY_DECODE, KEY_BATCH, KEY_CONTEXT,
       KEY_CHUNK, KEY_ACTIVATIONS, KEY_LAYERS, LARGEST = 1 << 24 };

static const struct argp_option options[] = {
    {0, 0, 0, 0, "A language model:", 1},
    {"config", KEY_CONFIG, "FILE", 0, "its config.json, or the folder with it; weights are not needed", 1},
    {"prefill", KEY_PREFILL, "N", 0, "tokens of the prompt (default 64)", 1},
    {"decode", KEY_DECODE, "N", 0, "tokens decoded after it (default 8; 0 for none)", 1},
    {"batch", KEY_BATCH, "N", 0, "texts at once: 1", 1},
    {"context", KEY_CONTEXT, "N", 0, "tokens of the KV cache (default: the model's, or what fits)", 1},
    {"chunk", KEY_CHUNK, "N", 0, "most tokens of one prefill run (default: 64, or what fits)", 1},
    {"activations", KEY_ACTIVATIONS, "BITS", 0, "16 (default) or 8, as `systole run` has it", 1},
    {"layers", KEY_LAYERS, 0, 0, "what each part of the model takes, by engine", 1},
    {0, 0, 0, 0, "Matrix products:", 2},
    {"topology", KEY_TOPOLOGY, "FILE", 0,
     "a SCALE-Sim list of layers (.csv): products, or convolutions as im2col products", 2},
    {0}};

static error_t take(systole_estimate *e, const char *option, const char *text, int64_t low, int64_t *out) {
  if (systole_cli_number(text, low, LARGEST, out)) return 0;
  return systole_cli_refuse(&e->common, option, text,
                            low ? "a number from 1 to 16777216" : "a number from 0 to 16777216");
}

static error_t check_all(systole_estimate *e) {
  if (!e->config == !e->topology)
    return systole_cli_refuse(&e->common, e->config ? "--config and --topology" : "--config",
                              e->config ? "together" : "is missing",
                              "one of --config FILE and --topology FILE");
  return 0;
}

static error_t take_batch(systole_estimate *e, const char *text) {
  int64_t batch;
  error_t bad = take(e, "--batch", text, 1, &batch);
  if (bad || batch == 1) return bad;
  return systole_cli_refuse(&e->common, "--batch", text, "1: the machine runs one text at a time");
}

static error_t parse(int key, char *text, struct argp_state *state) {
  systole_estimate *e = state->input;
  switch (key) {
    case ARGP_KEY_INIT:
      state->child_inputs[0] = &e->common;
      e->common.backend = "model";
      return 0;
    case KEY_CONFIG: e->config = text; return 0;
    case KEY_TOPOLOGY: e->topology = text; return 0;
    case KEY_PREFILL: return take(e, "--prefill", text, 1, &e->prefill);
    case KEY_DECODE: return take(e, "--decode", text, 0, &e->decode);
    case KEY_BATCH: return take_batch(e, text);
    case KEY_CONTEXT: return take(e, "--context", text, 1, &e->context);
    case KEY_CHUNK: return take(e, "--chunk", text, 1, &e->chunk);
    case KEY_ACTIVATIONS:
      if (strcmp(text, "8") && strcmp(text, "16"))
        return systole_cli_refuse(&e->common, "--activations", text, "8 or 16");
      e->activations = text[0] == '8' ? 8 : 16;
      return 0;
    case KEY_LAYERS: e->layers = true; return 0;
    case ARGP_KEY_ARG: return systole_cli_refuse(&e->common, "argument", text, "only options");
    case ARGP_KEY_END: return check_all(e);
    default: return ARGP_ERR_UNKNOWN;
  }
}

systole_options systole_estimate_device(const systole_estimate *e) {
  return (systole_options){.dram = e->common.dram, .waves = e->common.waves, .hw = e->common.hw,
                           .time_alone = !strcmp(e->common.backend, "model")};
}

static systole_status estimate(const systole_estimate *e, systole_error *err) {
  bool reference;
  systole_status status = systole_backend_check(e->common.backend, &reference, err);
  if (!status && reference)
    status = systole_fail(err, SYSTOLE_E_USAGE, "--backend reference: expected model or rtl, which keep time");
  if (!status) status = systole_writable(e->common.json, err);
  if (status) return status;
  return e->config ? systole_estimate_model(e, err) : systole_estimate_topology(e, err);
}

int systole_command_estimate(int argc, char **argv) {
  static const struct argp_child children[] = {{&systole_cli_common, 0, NULL, 0}, {0}};
  static const struct argp argp = {
      options, parse, NULL,
      "Tells the cycles that the RTL would take, to the cycle, without computing a value: of a language "
      "model from its config.json, or of a list of matrix products.\v"
      "The back end is the C model unless --backend rtl asks for the Verilated RTL, over memory that is "
      "all zeros. All tokens have id 0 and so gather one row of the embedding: with a memory preset "
      "that has banks, another text may differ by a few cycles.",
      children, NULL, NULL};
  systole_estimate e = {.prefill = 64, .decode = 8};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &e, &e.common)) return 2;
  return systole_cli_exit(argv[0], estimate(&e, &err), &err);
}
