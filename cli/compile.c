// systole compile: a checkpoint to a program file for one configuration.
#include "compiler/compile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/setup.h"

typedef struct {
  systole_model_command command;
  const char *output;
} arguments;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The program:", 1},
    {"output", 'o', "FILE", 0, "where it goes (.syp; required)", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->command; return 0;
    case 'o': a->output = text; return 0;
    case ARGP_KEY_ARG: return systole_cli_refuse(&a->command.common, "argument", text, "only options; the file goes after -o");
    case ARGP_KEY_END:
      if (!a->output) return systole_cli_refuse(&a->command.common, "-o", "is missing", "a file for the program");
      if (!*a->output || !strcmp(a->output, "-"))
        return systole_cli_refuse(&a->command.common, "-o", a->output, "the name of a file");
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
  if (!a->command.common.json) return SYSTOLE_OK;
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
  return systole_json_write(a->command.common.json, o, err);
}

static systole_status run(void *opaque, systole_setup *setup, systole_error *err) {
  const arguments *a = opaque;
  systole_status status = systole_writable(a->output, err);
  if (!status) status = systole_writable(a->command.common.json, err);
  if (!status) status = systole_setup_open(&a->command, true, setup, err);
  if (!status) status = systole_program_write(setup->program, a->output, err);
  if (status) return status;
  print(setup->program, a->output, systole_cli_out(&a->command.common));
  return write_json(a, setup->program, err);
}

int systole_command_compile(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .children = systole_cli_model,
                                   .doc = "Quantises a language model and writes it as a program for one configuration."};
  arguments a = {0};
  return systole_model_main(&argp, argc, argv, &a, &a.command, run);
}
