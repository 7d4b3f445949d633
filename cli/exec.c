// systole exec: runs one entry of a program with files for its segments.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/programfile.h"
#include "cli/report.h"
#include "cli/traced.h"
#include "hw/base/output.h"

enum { KEY_ENTRY = 1, KEY_IN, KEY_OUT, KEY_SCALAR, KEY_RACES, KEY_TRACE, ASSIGNMENTS = 32 };

// NAME=TEXT from the command line, kept until the program is known.
typedef struct {
  const char *text[ASSIGNMENTS];
  unsigned count;
} assignments;

typedef struct {
  systole_cli_options common;
  const char *program, *entry, *trace;
  assignments in, out, scalars;
  bool races;
} arguments;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The run:", 1},
    {"entry", KEY_ENTRY, "NAME", 0, "where to start (default: main, or the only entry)", 1},
    {"in", KEY_IN, "SEG=FILE", 0, "fill a segment (number or name) from a file before the run", 1},
    {"out", KEY_OUT, "SEG=FILE", 0, "write a segment to a file after the run", 1},
    {"scalar", KEY_SCALAR, "I=V", 0, "set a scalar register (number or name)", 1},
    {"check-races", KEY_RACES, 0, 0, "find instructions that no semaphore orders (model only)", 1},
    {"trace", KEY_TRACE, "FILE", 0, "write a timeline of every instruction, for Perfetto (see docs/counters.md)", 12},
    {0}};

static error_t keep(arguments *a, assignments *list, const char *option, const char *text) {
  if (!strchr(text, '=') || list->count == ASSIGNMENTS)
    return systole_cli_refuse(&a->common, option, text, "NAME=VALUE, at most 32 times");
  list->text[list->count++] = text;
  return 0;
}

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->common; return 0;
    case KEY_ENTRY: a->entry = text; return 0;
    case KEY_IN: return keep(a, &a->in, "--in", text);
    case KEY_OUT: return keep(a, &a->out, "--out", text);
    case KEY_SCALAR: return keep(a, &a->scalars, "--scalar", text);
    case KEY_RACES: a->races = true; return 0;
    case KEY_TRACE: a->trace = text; return 0;
    case ARGP_KEY_ARG:
      if (a->program) return systole_cli_refuse(&a->common, "argument", text, "one program file");
      a->program = text;
      return 0;
    case ARGP_KEY_NO_ARGS: return systole_cli_refuse(&a->common, "PROGRAM", "is missing", "a program file");
    default: return ARGP_ERR_UNKNOWN;
  }
}

// ---- assignments -------------------------------------------------------------

// The part before `=`, and the part after it through *value.
static void split(const char *text, char name[256], const char **value) {
  const char *equals = strchr(text, '=');
  size_t length = (size_t)(equals - text) < 255 ? (size_t)(equals - text) : 255;
  memcpy(name, text, length);
  name[length] = 0;
  *value = equals + 1;
}

static systole_status find_segment(const systole_program *p, const char *text, const systole_segment **segment,
                                   const char **path, systole_error *err) {
  char name[256];
  int64_t index = -1;
  split(text, name, path);
  systole_cli_number(name, 0, 15, &index);
  *segment = systole_program_segment(p, name);
  for (uint32_t i = 0; !*segment && i < p->segment_count; i++)
    if (p->segments[i].index == index) *segment = &p->segments[i];
  if (*segment) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_USAGE, "segment %s: expected a segment of the program (see `systole info PROGRAM`)", name);
}

static systole_status set_scalars(const arguments *a, const systole_program *p, int32_t *scalars, systole_error *err) {
  for (unsigned i = 0; i < a->scalars.count; i++) {
    char name[256];
    const char *text;
    int64_t index, value;
    split(a->scalars.text[i], name, &text);
    const systole_scalar *scalar = systole_program_scalar(p, name);
    if (scalar) index = scalar->index;
    else if (!systole_cli_number(name, 0, 15, &index))
      return systole_fail(err, SYSTOLE_E_USAGE, "--scalar %s: expected 0 to 15 or a scalar's name", name);
    if (!systole_cli_number(text, INT32_MIN, INT32_MAX, &value))
      return systole_fail(err, SYSTOLE_E_USAGE, "--scalar %s=%.80s: expected a signed 32-bit number", name, text);
    scalars[index] = (int32_t)value;
  }
  return SYSTOLE_OK;
}

static systole_status read_segment(const systole_segment *segment, systole_buffer *buffer, const char *path, systole_error *err) {
  static const size_t piece = 1 << 20;
  uint64_t at = 0;
  systole_status status = SYSTOLE_OK;
  uint8_t *bytes = malloc(piece);
  FILE *file = bytes ? fopen(path, "rb") : NULL;
  if (!file) status = systole_fail(err, SYSTOLE_E_IO, "%s: cannot be read: expected the content of segment %s", path, segment->name);
  for (size_t got = 1; !status && got; at += got) {
    got = fread(bytes, 1, piece, file);
    if (got > segment->bytes - at)
      status = systole_fail(err, SYSTOLE_E_RANGE, "%s: expected at most the %llu bytes of segment %s", path,
                            (unsigned long long)segment->bytes, segment->name);
    else status = systole_buffer_write(buffer, at, bytes, got, err);
  }
  if (!status && ferror(file)) status = systole_fail(err, SYSTOLE_E_IO, "%s: cannot be read", path);
  if (file) fclose(file);
  free(bytes);
  return status;
}

static systole_status write_segment(systole_buffer *buffer, const char *path, systole_error *err) {
  static const uint64_t piece = 1 << 20;
  uint64_t left = systole_buffer_bytes(buffer), at = 0;
  systole_output output = {0};
  uint8_t *bytes = malloc(piece);
  systole_status status = bytes ? systole_output_open(path, &output, err) : systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  for (; !status && at < left;) {
    uint64_t take = left - at < piece ? left - at : piece;
    status = systole_buffer_read(buffer, at, bytes, take, err);
    if (!status) fwrite(bytes, 1, take, output.file);
    at += take;
  }
  if (!status) status = systole_output_commit(&output, err);
  systole_output_discard(&output);
  free(bytes);
  return status;
}

static systole_status move_segments(const assignments *list, bool in, const systole_program *p, systole_loaded *loaded,
                                    systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (unsigned i = 0; !status && i < list->count; i++) {
    const systole_segment *segment;
    const char *path;
    status = find_segment(p, list->text[i], &segment, &path, err);
    if (status) break;
    systole_buffer *buffer = systole_loaded_segment(loaded, segment->index);
    status = in ? read_segment(segment, buffer, path, err) : write_segment(buffer, path, err);
  }
  return status;
}

// ---- the run -----------------------------------------------------------------

static systole_status choose_entry(const arguments *a, const systole_program *p, const systole_entry **entry, systole_error *err) {
  *entry = systole_program_entry(p, a->entry ? a->entry : "main");
  if (!*entry && !a->entry && p->entry_count == 1) *entry = &p->entries[0];
  if (*entry) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_USAGE, "%s: entry %.80s: expected --entry with one of the program's (see `systole info PROGRAM`)",
                      a->program, a->entry ? a->entry : "main");
}

static systole_status run_entry(const arguments *a, systole_device *device, systole_loaded *loaded,
                                const systole_entry *entry, const systole_program *p,
                                systole_figures *figures, systole_error *err) {
  const systole_trace_params trace = {a->trace, a->common.backend, &figures->config, p, &a->common.dram};
  int32_t scalars[16] = {0};
  systole_status status = set_scalars(a, p, scalars, err);
  if (!status) status = move_segments(&a->in, true, p, loaded, err);
  if (!status) status = systole_traced_run(&trace, device, loaded, entry, scalars, a->common.limit, figures, err);
  return status ? status : move_segments(&a->out, false, p, loaded, err);
}

static systole_status run_program(const arguments *a, const systole_program *p, systole_figures *figures, systole_error *err) {
  systole_device *device;
  systole_loaded *loaded = NULL;
  const systole_entry *entry;
  const systole_options extra = {.check_races = a->races};
  systole_status status = choose_entry(a, p, &entry, err);
  if (!status) status = systole_cli_config(&a->common, p->config_name, &figures->config, err);
  if (!status) status = systole_cli_open(&a->common, &figures->config, &extra, &device, err);
  if (status) return status;
  status = systole_load(device, p, &loaded, err);
  if (!status) status = run_entry(a, device, loaded, entry, p, figures, err);
  systole_unload(loaded);
  systole_close(device);
  return status;
}

static systole_status report(const arguments *a, const systole_figures *figures, systole_error *err) {
  cJSON *object = cJSON_CreateObject();
  if (!a->common.json || strcmp(a->common.json, "-")) {
    if (a->races) printf("no races\n");
    systole_figures_print(figures, stdout);
  }
  cJSON_AddStringToObject(object, "program", a->program);
  systole_figures_json(figures, object);
  return systole_json_write(a->common.json, object, err);
}

static systole_status exec(const arguments *a, systole_error *err) {
  systole_program *program;
  systole_figures figures = {.backend = a->common.backend};
  systole_status status = systole_cli_program(a->program, a->common.hw, &program, err);
  if (status) return status;
  status = run_program(a, program, &figures, err);
  systole_program_destroy(program);
  return status ? status : report(a, &figures, err);
}

int systole_command_exec(int argc, char **argv) {
  static const struct argp_child children[] = {{&systole_cli_common, 0, NULL, 0}, {0}};
  static const struct argp argp = {
      options, parse, "PROGRAM",
      "Runs a program: a .syp file, or text for the assembler (.s). Its segments start with the content "
      "in the file, or zero.\v"
      "Example: systole exec layer.syp --in input=x.bin --scalar position=7 --out 3=y.bin\n\n"
      "If the machine stops with an error, the message names the cause, the engine, the line with its "
      "symbol and text, and after the watchdog what each engine waited for.",
      children, NULL, NULL};
  arguments a = {0};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  return systole_cli_exit(argv[0], exec(&a, &err), &err);
}
