// systole info: what there is, what is in a file, and whether a device works.
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/programfile.h"
#include "cli/report.h"

#ifndef SYSTOLE_ROOT
#define SYSTOLE_ROOT "."
#endif

typedef struct {
  systole_cli_options common;
  const char *program;
  bool selftest;
} arguments;

static const struct argp_option options[] = {
    {"selftest", 's', 0, 0, "run a small program with known answers on --backend and --hw", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->common; return 0;
    case 's': a->selftest = true; return 0;
    case ARGP_KEY_ARG:
      if (a->program) return systole_cli_refuse(&a->common, "argument", text, "one program file");
      a->program = text;
      return 0;
    default: return ARGP_ERR_UNKNOWN;
  }
}

// ---- configurations ------------------------------------------------------------

static void print_config(const systole_config *c) {
  printf("%s  (hash %016" PRIx64 ")\n", c->name, c->hash);
  printf("  array %u x %u, weight door %u rows a cycle, bus %u bytes, queues %u, %u MHz, memory %s\n", c->dim,
         c->dim, c->load_rows, c->bus_bytes, c->queue_depth, c->clock_mhz, c->memory);
  printf("  words: WGT %u  ACT %u  QNT %u  ACC %u  PAR %u  VM %u  RS %u\n", c->wgt_words, c->act_words, c->qnt_words,
         c->acc_words, c->par_words, c->vm_words, c->rs_words);
  printf("  peak %.1f GMAC/s, memory %.2f GB/s each way\n", 1e-3 * c->dim * c->dim * c->clock_mhz,
         1e-3 * c->bus_bytes * c->clock_mhz);
}

static cJSON *config_json(const systole_config *c) {
  char hash[24];
  cJSON *o = cJSON_CreateObject();
  snprintf(hash, sizeof hash, "%016" PRIx64, c->hash);
  cJSON_AddStringToObject(o, "name", c->name);
  cJSON_AddStringToObject(o, "hash", hash);
  const struct {
    const char *name;
    unsigned value;
  } numbers[] = {{"dim", c->dim}, {"load_rows", c->load_rows}, {"bus_bytes", c->bus_bytes},
                 {"wgt_words", c->wgt_words}, {"act_words", c->act_words}, {"qnt_words", c->qnt_words},
                 {"acc_words", c->acc_words}, {"par_words", c->par_words}, {"vm_words", c->vm_words},
                 {"rs_words", c->rs_words}, {"queue_depth", c->queue_depth}, {"clock_mhz", c->clock_mhz}};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    cJSON_AddNumberToObject(o, numbers[i].name, numbers[i].value);
  cJSON_AddStringToObject(o, "memory", c->memory);
  return o;
}

static int is_config(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return length > 4 && !strcmp(entry->d_name + length - 4, ".ini");
}

static systole_status list_configs(const arguments *a, systole_error *err) {
  struct dirent **names;
  cJSON *all = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(all, "configurations");
  int count = scandir(SYSTOLE_ROOT "/hw/configs", &names, is_config, alphasort);
  bool quiet = a->common.json && !strcmp(a->common.json, "-");
  for (int i = 0; i < count; i++) {
    systole_config config;
    names[i]->d_name[strlen(names[i]->d_name) - 4] = 0;
    if (!systole_config_load(names[i]->d_name, &config, NULL)) {
      if (!quiet) print_config(&config);
      cJSON_AddItemToArray(list, config_json(&config));
    }
    free(names[i]);
  }
  if (count >= 0) free(names);
  for (unsigned i = 0; !quiet && systole_transport_name(i); i++)
    printf("back end %-6s %s\n", systole_transport_name(i), systole_transport_text(i));
  return systole_json_write(a->common.json, all, err);
}

static systole_status show_config(const arguments *a, systole_error *err) {
  systole_config config;
  systole_status status = systole_cli_config(&a->common, NULL, &config, err);
  if (status) return status;
  if (!a->common.json || strcmp(a->common.json, "-")) print_config(&config);
  return systole_json_write(a->common.json, config_json(&config), err);
}

// ---- program files ---------------------------------------------------------------

static void print_program(const systole_program *p) {
  printf("for configuration %s (hash %016" PRIx64 ")\n", p->config_name, p->config_hash);
  for (uint32_t i = 0; i < p->metadata_count; i++)
    printf("  %-20s %s\n", p->metadata[i].key, p->metadata[i].value);
  for (uint32_t i = 0; i < p->entry_count; i++)
    printf("entry   %-20s %u lines, %u symbols\n", p->entries[i].name, p->entries[i].line_count, p->entries[i].symbol_count);
  for (uint32_t i = 0; i < p->segment_count; i++)
    printf("segment %2u %-17s %-5s %" PRIu64 " bytes, %" PRIu64 " with content\n", p->segments[i].index,
           p->segments[i].name, systole_segment_kind_text(p->segments[i].kind), p->segments[i].bytes,
           p->segments[i].content_bytes);
  for (uint32_t i = 0; i < p->scalar_count; i++)
    printf("scalar  %2u %-17s %s\n", p->scalars[i].index, p->scalars[i].name, p->scalars[i].text);
}

static cJSON *program_json(const systole_program *p) {
  cJSON *o = cJSON_CreateObject(), *entries, *segments, *metadata;
  cJSON_AddStringToObject(o, "hw", p->config_name);
  entries = cJSON_AddArrayToObject(o, "entries");
  segments = cJSON_AddArrayToObject(o, "segments");
  metadata = cJSON_AddObjectToObject(o, "metadata");
  for (uint32_t i = 0; i < p->entry_count; i++) {
    cJSON *e = cJSON_CreateObject();
    cJSON_AddStringToObject(e, "name", p->entries[i].name);
    cJSON_AddNumberToObject(e, "lines", p->entries[i].line_count);
    cJSON_AddItemToArray(entries, e);
  }
  for (uint32_t i = 0; i < p->segment_count; i++) {
    cJSON *s = cJSON_CreateObject();
    cJSON_AddNumberToObject(s, "index", p->segments[i].index);
    cJSON_AddStringToObject(s, "name", p->segments[i].name);
    cJSON_AddStringToObject(s, "kind", systole_segment_kind_text(p->segments[i].kind));
    cJSON_AddNumberToObject(s, "bytes", (double)p->segments[i].bytes);
    cJSON_AddItemToArray(segments, s);
  }
  for (uint32_t i = 0; i < p->metadata_count; i++)
    cJSON_AddStringToObject(metadata, p->metadata[i].key, p->metadata[i].value);
  return o;
}

static systole_status show_program(const arguments *a, systole_error *err) {
  systole_program *program;
  systole_status status = systole_cli_program(a->program, a->common.hw, &program, err);
  if (status) return status;
  if (!a->common.json || strcmp(a->common.json, "-")) print_program(program);
  status = systole_json_write(a->common.json, program_json(program), err);
  systole_program_destroy(program);
  return status;
}

// ---- the self-test ---------------------------------------------------------------

// The firmware's own checks, where it is in control, and its version.
static systole_status selftest_firmware(systole_device *device, uint32_t *version, systole_error *err) {
  *version = 0;
  if (systole_device_control(device) != SYSTOLE_CONTROL_FIRMWARE) return SYSTOLE_OK;
  systole_status status = systole_submit_selftest(device, err);
  if (!status) status = systole_wait(device, 0, NULL, err);
  return status ? status : systole_firmware_version(device, version, err);
}

static systole_status selftest(const arguments *a, systole_error *err) {
  systole_figures figures = {.backend = a->common.backend};
  systole_report report = {0};
  systole_device *device;
  uint32_t version = 0;
  systole_status status = systole_cli_config(&a->common, NULL, &figures.config, err);
  if (!status) status = systole_cli_open(&a->common, &figures.config, NULL, &device, err);
  if (status) return status;
  status = systole_selftest(device, &report, err);
  if (!status) status = selftest_firmware(device, &version, err);
  systole_close(device);
  if (status) return status;
  if (!a->common.json || strcmp(a->common.json, "-")) {
    printf("self-test passed on %s, %s: %" PRIu64 " instructions, %" PRIu64 " cycles", a->common.backend,
           figures.config.name, report.retired, report.cycles);
    if (version) printf("; firmware %u.%u and its own checks", version >> 16, version & 0xFFFF);
    putchar('\n');
  }
  figures.cycles = report.cycles, figures.macs = report.macs, figures.retired = report.retired;
  figures.read_bytes = report.read_bytes, figures.write_bytes = report.write_bytes;
  cJSON *object = cJSON_CreateObject();
  systole_figures_json(&figures, object);
  return systole_json_write(a->common.json, object, err);
}

int systole_command_info(int argc, char **argv) {
  static const struct argp_child children[] = {{&systole_cli_common, 0, NULL, 0}, {0}};
  static const struct argp argp = {
      options, parse, "[PROGRAM]",
      "Without arguments: the configurations and back ends. With --hw: one configuration. With a program: "
      "its entries, segments, scalars and metadata. With --selftest: whether a device computes what it "
      "should, the same test on every back end.",
      children, NULL, NULL};
  arguments a = {0};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  systole_status status = a.selftest       ? selftest(&a, &err)
                          : a.program      ? show_program(&a, &err)
                          : a.common.hw    ? show_config(&a, &err)
                                           : list_configs(&a, &err);
  return systole_cli_exit(argv[0], status, &err);
}
