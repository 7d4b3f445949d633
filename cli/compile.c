// systole compile: a checkpoint to a program file for one configuration.
#include "compiler/compile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/setup.h"

typedef struct {
  systole_cli_options common;
  systole_model_options model;
  systole_model_input model_input;
  const char *output;
} arguments;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The program:", 1},
    {"output", 'o', "FILE", 0, "where it goes (.syp; required)", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  switch (key) {
    case ARGP_KEY_INIT:
      a->model_input = (systole_model_input){&a->model, &a->common};
      state->child_inputs[0] = &a->common;
      state->child_inputs[1] = &a->model_input;
      return 0;
    case 'o': a->output = text; return 0;
    case ARGP_KEY_ARG: return systole_cli_refuse(&a->common, "argument", text, "only options; the file goes after -o");
    case ARGP_KEY_END:
      if (!a->output) return systole_cli_refuse(&a->common, "-o", "is missing", "a file for the program");
      if (!*a->output || !strcmp(a->output, "-"))
        return systole_cli_refuse(&a->common, "-o", a->output, "the name of a file");
      return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

static void print(const systole_program *p, const char *path, FILE *out) {
  uint64_t bytes = 0;
  fprintf(out, "%s: for %s (%016" PRIx64 ")\n", path, p->config_name, p->config_hash);
  for (uint32_t i = 0; i < p->entry_count; i++)
    fprintf(out, "  entry %-13s %10" PRIu32 " lines\n", p->entries[i].name, p->entries[i].line_count);
  for (uint32_t i = 0; i < p->segment_count; i++) {
    const systole_segment *s = &p->segments[i];
    fprintf(out, "  segment %2u %-14s %-5s %12" PRIu64 " bytes\n", s->index, s->name,
            systole_segment_kind_text(s->kind), s->bytes);
    bytes += s->bytes;
  }
  fprintf(out, "  %-35s %10" PRIu64 " bytes of device memory\n", "together", bytes);
  for (uint32_t i = 0; i < p->metadata_count; i++)
    fprintf(out, "  %-20s %s\n", p->metadata[i].key, p->metadata[i].value);
}

static systole_status write_json(const arguments *a, const systole_program *p, systole_error *err) {
  if (!a->common.json) return SYSTOLE_OK;
  cJSON *o = cJSON_CreateObject(), *entries, *segments, *metadata;
  cJSON_AddStringToObject(o, "program", a->output);
  cJSON_AddStringToObject(o, "hw", p->config_name);
  entries = cJSON_AddObjectToObject(o, "entries");
  for (uint32_t i = 0; i < p->entry_count; i++)
    cJSON_AddNumberToObject(entries, p->entries[i].name, p->entries[i].line_count);
  segments = cJSON_AddObjectToObject(o, "segments");
  for (uint32_t i = 0; i < p->segment_count; i++)
    cJSON_AddNumberToObject(segments, p->segments[i].name, (double)p->segments[i].bytes);
  metadata = cJSON_AddObjectToObject(o, "metadata");
  for (uint32_t i = 0; i < p->metadata_count; i++)
    cJSON_AddStringToObject(metadata, p->metadata[i].key, p->metadata[i].value);
  return systole_json_write(a->common.json, o, err);
}

static systole_status run(const arguments *a, systole_setup *setup, systole_error *err) {
  systole_status status = systole_writable(a->output, err);
  if (!status) status = systole_writable(a->common.json, err);
  if (!status) status = systole_setup_open(&a->model, &a->common, true, setup, err);
  if (!status) status = systole_program_write(setup->program, a->output, err);
  if (status) return status;
  bool json_only = a->common.json && !strcmp(a->common.json, "-");
  print(setup->program, a->output, json_only ? stderr : stdout);
  return write_json(a, setup->program, err);
}

int systole_command_compile(int argc, char **argv) {
  static const struct argp_child children[] = {{&systole_cli_common, 0, NULL, 0}, {&systole_cli_model, 0, NULL, 0}, {0}};
  static const struct argp argp = {.options = options, .parser = parse, .children = children,
                                   .doc = "Quantises a language model and writes it as a program for one configuration."};
  arguments a = {0};
  systole_setup setup = {0};
  systole_error err;
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  systole_status status = run(&a, &setup, &err);
  systole_setup_close(&setup);
  return systole_cli_exit(argv[0], status, &err);
}
