#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_HW = 0x1000, KEY_BACKEND, KEY_JSON, KEY_WAVES, KEY_MEMORY, KEY_SEED, KEY_DELAY, KEY_STALL, KEY_LIMIT,
       KEY_PLATFORM, KEY_DEVICE, KEY_BINARY, KEY_CONTROL };

static const struct argp_option common_options[] = {
    {0, 0, 0, 0, "The machine:", 10},
    {"hw", KEY_HW, "NAME|FILE", 0, "configuration: tiny4, tiny8, edge16 (default), base32, big128, or an .ini file", 10},
    {"backend", KEY_BACKEND, "rtl|model|opencl", 0, "who computes: the Verilated RTL (default), the C model, or an OpenCL device", 10},
    {"control", KEY_CONTROL, "firmware|direct", 0, "who starts runs: the controller's firmware, from a queue of commands, or this host (default: firmware where there is a controller)", 10},
    {"memory", KEY_MEMORY, "PRESET", 0, "memory timing: ideal, ddr4-2400, hbm2 (default: the configuration's)", 10},
    {"mem-seed", KEY_SEED, "N", 0, "seed of the random delays", 10},
    {"mem-delay", KEY_DELAY, "CYCLES", 0, "random extra cycles before a burst answers, 0 to CYCLES", 10},
    {"mem-stall", KEY_STALL, "CYCLES", 0, "random extra cycles before an address is taken", 10},
    {"limit", KEY_LIMIT, "CYCLES", 0, "give up after so many cycles (opencl: 10 microseconds each)", 10},
    {"opencl-platform", KEY_PLATFORM, "NAME", 0, "opencl: a part of the platform's name (default: the first that will do)", 10},
    {"opencl-device", KEY_DEVICE, "NAME", 0, "opencl: a part of the device's name", 10},
    {"opencl-binary", KEY_BINARY, "FILE", 0, "opencl: the kernel's binary (default: the portable kernel, compiled)", 10},
    {0, 0, 0, 0, "Output:", 11},
    {"json", KEY_JSON, "FILE", 0, "write the report as JSON, - for standard output", 11},
    {"waves", KEY_WAVES, "FILE", 0, "write a waveform (.fst), rtl only", 11},
    {0}};

bool systole_cli_number(const char *text, int64_t low, int64_t high, int64_t *value) {
  char *end;
  errno = 0;
  bool hexadecimal = !strncmp(text, "0x", 2);
  long long number = strtoll(text, &end, hexadecimal ? 16 : 10);
  if (end == text || *end || errno || number < low || number > high) return false;
  *value = number;
  return true;
}

error_t systole_cli_refuse(systole_cli_options *options, const char *option, const char *value,
                           const char *expected) {
  systole_fail(&options->error, SYSTOLE_E_USAGE, "%s %.200s: expected %s", option, value, expected);
  return EINVAL;
}

static error_t take_memory(systole_cli_options *o, const char *text) {
  if (!*text || strlen(text) >= sizeof o->dram.preset)
    return systole_cli_refuse(o, "--memory", text, "the name of a memory preset, such as ideal");
  strcpy(o->dram.preset, text);
  return 0;
}

static error_t take_control(systole_cli_options *o, const char *text) {
  bool firmware = !strcmp(text, "firmware");
  if (!firmware && strcmp(text, "direct")) return systole_cli_refuse(o, "--control", text, "firmware or direct");
  o->control = firmware ? SYSTOLE_CONTROL_FIRMWARE : SYSTOLE_CONTROL_DIRECT;
  return 0;
}

static error_t take_cycles(systole_cli_options *o, const char *option, const char *text, uint32_t *out) {
  int64_t value;
  if (!systole_cli_number(text, 0, 1000000, &value))
    return systole_cli_refuse(o, option, text, "a number of cycles from 0 to 1000000");
  *out = (uint32_t)value;
  return 0;
}

static error_t take_uint64(systole_cli_options *o, const char *option, const char *text, uint64_t *out) {
  int64_t value;
  if (!systole_cli_number(text, 0, INT64_MAX, &value))
    return systole_cli_refuse(o, option, text, "a number from 0 on");
  *out = (uint64_t)value;
  return 0;
}

static error_t parse_common(int key, char *text, struct argp_state *state) {
  systole_cli_options *o = state->input;
  switch (key) {
    case KEY_HW: o->hw = text; return 0;
    case KEY_BACKEND: o->backend = text; return 0;
    case KEY_JSON: o->json = text; return 0;
    case KEY_WAVES: o->waves = text; return 0;
    case KEY_PLATFORM: o->opencl.platform = text; return 0;
    case KEY_DEVICE: o->opencl.device = text; return 0;
    case KEY_BINARY: o->opencl.binary = text; return 0;
    case KEY_CONTROL: return take_control(o, text);
    case KEY_MEMORY: return take_memory(o, text);
    case KEY_SEED: return take_uint64(o, "--mem-seed", text, &o->dram.seed);
    case KEY_LIMIT: return take_uint64(o, "--limit", text, &o->limit);
    case KEY_DELAY: return take_cycles(o, "--mem-delay", text, &o->dram.max_delay);
    case KEY_STALL: return take_cycles(o, "--mem-stall", text, &o->dram.max_stall);
    default: return ARGP_ERR_UNKNOWN;
  }
}

const struct argp systole_cli_common = {.options = common_options, .parser = parse_common};

// ---- parsing with one-line errors -----------------------------------------------

typedef struct {
  void *input;
} wrapped;

// argp would add a second line ("Try ... --help"); without a stream it does not,
// and getopt's own line, or the parser's, is all there is.
static error_t parse_quietly(int key, char *text, struct argp_state *state) {
  (void)text;
  if (key != ARGP_KEY_INIT) return ARGP_ERR_UNKNOWN;
  state->err_stream = NULL;
  state->child_inputs[0] = ((wrapped *)state->input)->input;
  return 0;
}

systole_status systole_cli_parse(const struct argp *argp, int argc, char **argv, void *input,
                                 systole_cli_options *options) {
  struct argp inner = *argp;
  inner.doc = inner.args_doc = NULL;  // they are said once, by the parent
  const struct argp_child children[] = {{&inner, 0, NULL, 0}, {0}};
  const struct argp quiet = {.parser = parse_quietly, .args_doc = argp->args_doc,
                             .doc = argp->doc, .children = children};
  wrapped w = {input};
  options->backend = "rtl";
  if (!argp_parse(&quiet, argc, argv, 0, NULL, &w)) return SYSTOLE_OK;
  if (options->error.text[0]) fprintf(stderr, "%s: %s\n", argv[0], options->error.text);
  return SYSTOLE_E_USAGE;
}

// ---- the machine ----------------------------------------------------------------

systole_status systole_cli_config(const systole_cli_options *options, const char *fallback,
                                  systole_config *config, systole_error *err) {
  return systole_config_load(options->hw ? options->hw : fallback ? fallback : "edge16", config, err);
}

systole_status systole_cli_open(const systole_cli_options *options, const systole_config *config,
                                const systole_options *extra, systole_device **device,
                                systole_error *err) {
  systole_options all = extra ? *extra : (systole_options){0};
  all.dram = options->dram;
  all.waves = options->waves;
  all.hw = options->hw;
  all.opencl = options->opencl;
  all.control = options->control;
  return systole_open(options->backend, config, &all, device, err);
}

int systole_cli_exit(const char *name, systole_status status, const systole_error *err) {
  if (status == SYSTOLE_OK) return 0;
  fflush(stdout);
  fprintf(stderr, "%s: %s\n", name, err->text);
  return status == SYSTOLE_E_DIFFER ? 1 : 2;
}
