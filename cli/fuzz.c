// systole fuzz: random programs on the Verilated RTL and on the C model, which
// must agree in everything that both can see.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/fuzzfile.h"
#include "cli/options.h"
#include "cli/report.h"
#include "driver/rtl_object.h"
#include "hw/isa/table.h"
#include "sim/fuzz/compare.h"
#include "sim/fuzz/dice.h"
#include "sim/fuzz/generate.h"
#include "sim/fuzz/layout.h"
#include "sim/fuzz/shrink.h"
#include "sim/model/model.h"

enum { KEY_FUZZ_SEED = 0x4000, KEY_FIRST, KEY_FAULTS, KEY_OUT, KEY_REPLAY, REPLAYS = 256, SHRINK_TRIES = 1500,
       MOST_DIFFERENCES = 5, DEFAULT_DELAY = 120, DEFAULT_STALL = 12 };

typedef struct {
  systole_cli_options common;
  int64_t seed, first, count;
  bool faults;
  const char *out;
  const char *replays[REPLAYS];
  unsigned replay_count;
} arguments;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The programs:", 1},
    {"seed", KEY_FUZZ_SEED, "S", 0, "which programs (default 1)", 1},
    {"count", 'n', "N", 0, "how many (default 100); 0: until stopped", 1},
    {"first", KEY_FIRST, "I", 0, "begin with the I-th, to see one again", 1},
    {"faults", KEY_FAULTS, 0, 0, "spoil something in each, so that the machine stops with an error", 1},
    {"out", KEY_OUT, "DIR", 0, "where programs that differ are written (default .)", 1},
    {"replay", KEY_REPLAY, "FILE.s", 0, "run a program written before instead (may be repeated)", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  systole_cli_options *o = &a->common;
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = o; return 0;
    case KEY_FUZZ_SEED:
      return systole_cli_number(text, 0, INT64_MAX, &a->seed) ? 0 : systole_cli_refuse(o, "--seed", text, "a number from 0 on");
    case 'n':
      return systole_cli_number(text, 0, INT64_MAX, &a->count) ? 0 : systole_cli_refuse(o, "--count", text, "a number from 0 on");
    case KEY_FIRST:
      return systole_cli_number(text, 0, INT64_MAX, &a->first) ? 0 : systole_cli_refuse(o, "--first", text, "a number from 0 on");
    case KEY_FAULTS: a->faults = true; return 0;
    case KEY_OUT: a->out = text; return 0;
    case KEY_REPLAY:
      if (a->replay_count == REPLAYS) return systole_cli_refuse(o, "--replay", text, "at most 256 files");
      a->replays[a->replay_count++] = text;
      return 0;
    case ARGP_KEY_ARG: return systole_cli_refuse(o, "argument", text, "only options");
    default: return ARGP_ERR_UNKNOWN;
  }
}

// ---- the campaign --------------------------------------------------------------

typedef struct {
  const arguments *arguments;
  systole_config config;
  const systole_machine_api *apis[2];
  systole_fuzz_places places;
  systole_fuzz_walk walk;
  systole_fuzz_case c;
  systole_fuzz_result result;
  uint64_t programs, instructions, lines, cycles, differences, skipped, opcodes[256], causes[32];
  double started;
} campaign;

static void count(campaign *k) {
  k->programs++;
  k->lines += k->c.line_count;
  k->cycles += k->result.cycles;
  k->instructions += k->result.report.retired;
  k->causes[k->result.report.cause % 32]++;
  for (unsigned i = 0; i < k->c.item_count; i++) k->opcodes[systole_fuzz_opcode(&k->c.items[i])]++;
}

// Delays of this program: the given ones are the most, and a third has none.
static void draw_memory(campaign *k, uint64_t seed) {
  const systole_cli_options *o = &k->arguments->common;
  uint64_t dice = seed;
  k->c.dram = o->dram;
  if (!k->c.dram.preset[0]) strcpy(k->c.dram.preset, k->config.memory);
  k->c.dram.seed = o->dram.seed ? o->dram.seed : systole_dice(&dice) >> 1;
  if (!o->dram.max_delay && !o->dram.max_stall) {
    k->c.dram.max_delay = DEFAULT_DELAY;
    k->c.dram.max_stall = DEFAULT_STALL;
  }
  if (systole_chance(&dice, 33)) k->c.dram.max_delay = 0;
  if (systole_chance(&dice, 33)) k->c.dram.max_stall = 0;
}

static bool make_case(campaign *k, uint64_t seed) {
  k->c.config = k->config;
  draw_memory(k, seed);
  if (!systole_fuzz_generate(&k->c, &k->places, &k->walk, seed)) return false;
  if (!k->arguments->faults) return true;
  for (unsigned t = 0; t < 8; t++)
    if (systole_fuzz_spoil(&k->c, &k->places, &k->walk, seed + 1 + t)) return true;
  systole_fuzz_case_free(&k->c);
  return false;
}

static void print_text(const campaign *k, const char *head, const systole_fuzz_result *r) {
  printf("  %s: %s\n", head, r->text);
  if (r->engine >= 0)
    printf("    at line %" PRIu32 " (%s)\n", r->line, systole_isa_name_of(systole_isa_engines, (unsigned)r->engine));
  (void)k;
}

// Keeps the case as it differed in PATH, and what is left of it after shrinking.
static systole_status report_difference(campaign *k, uint64_t number, systole_error *err) {
  systole_fuzz_shrinker shrinker = {{k->apis[0], k->apis[1]}, &k->places, &k->walk, SHRINK_TRIES};
  char path[4096], why[600];
  const char *hw = k->arguments->common.hw ? k->arguments->common.hw : k->config.name;
  printf("program %" PRIu64 " of seed %" PRId64 " on %s%s%s differs\n", number, k->arguments->seed, k->config.name,
         k->c.fault ? ", with " : "", k->c.fault ? k->c.fault : "");
  print_text(k, "whole", &k->result);
  systole_status status = systole_fuzz_cut(&shrinker, &k->c, &k->result, err);
  if (!status) print_text(k, "first", &k->result);
  if (!status) status = systole_fuzz_shrink(&shrinker, &k->c, &k->result, err);
  if (status) return status;
  print_text(k, "shrunk", &k->result);
  systole_fuzz_lay_out(&k->c, &k->places, &k->walk, 0);
  snprintf(path, sizeof path, "%s/fuzz-%s-%" PRId64 "-%" PRIu64 ".s", k->arguments->out, k->config.name, k->arguments->seed, number);
  snprintf(why, sizeof why, "%s%s%s", k->result.text, k->c.fault ? "; spoiled: " : "", k->c.fault ? k->c.fault : "");
  status = systole_fuzzfile_write(&k->c, hw, why, path, err);
  if (!status) printf("  %u lines in %s; see it again with: systole fuzz --hw %s --replay %s\n", (unsigned)k->c.line_count, path, hw, path);
  fflush(stdout);
  return status;
}

static systole_status run_one(campaign *k, uint64_t number, systole_error *err) {
  const uint64_t seed = systole_dice_mix((uint64_t)k->arguments->seed * 0x9E3779B97F4A7C15u + number);
  if (!make_case(k, seed)) return k->skipped++, SYSTOLE_OK;
  systole_status status = systole_fuzz_compare(&k->c, k->apis, SYSTOLE_COMPARE_ALL, &k->result, err);
  count(k);
  if (!status && k->result.differs) {
    k->differences++;
    status = report_difference(k, number, err);
  }
  systole_fuzz_case_free(&k->c);
  return status;
}

static systole_status run_random(campaign *k, systole_error *err) {
  const arguments *a = k->arguments;
  systole_status status = SYSTOLE_OK;
  for (int64_t i = 0; (i < a->count || !a->count) && !status && k->differences < MOST_DIFFERENCES; i++) {
    status = run_one(k, (uint64_t)(a->first + i), err);
    if (i % 1000 == 999) {
      fprintf(stderr, "%s: %" PRIu64 " programs, %" PRIu64 " differences\n", k->config.name, k->programs, k->differences);
    }
  }
  return status;
}

static systole_status run_replays(campaign *k, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (unsigned i = 0; i < k->arguments->replay_count && !status; i++) {
    const char *path = k->arguments->replays[i];
    status = systole_fuzzfile_read(path, k->arguments->common.hw, &k->c, err);
    if (status) break;
    status = systole_fuzz_compare(&k->c, k->apis, SYSTOLE_COMPARE_ALL, &k->result, err);
    count(k);
    k->differences += k->result.differs;
    if (!status && k->result.differs) printf("%s differs\n", path), print_text(k, "whole", &k->result);
    systole_fuzz_case_free(&k->c);
  }
  return status;
}

// ---- the end -----------------------------------------------------------------

static void print_sums(const campaign *k) {
  const double seconds = systole_seconds() - k->started;
  printf("%" PRIu64 " programs on %s, seed %" PRId64 "%s: %" PRIu64 " lines, %" PRIu64 " instructions, %" PRIu64
         " cycles in %.1f s (%.1f programs/s)\n", k->programs, k->config.name, k->arguments->seed,
         k->arguments->faults ? ", with faults" : "", k->lines, k->instructions, k->cycles, seconds,
         (double)k->programs / (seconds > 0 ? seconds : 1));
  printf("  instructions:");
  for (const systole_isa_instruction *in = systole_isa_instructions; in->name; in++)
    if (k->opcodes[in->opcode]) printf(" %s %" PRIu64, in->name, k->opcodes[in->opcode]);
  printf("\n  ends:");
  for (const systole_isa_name *n = systole_isa_causes; n->name; n++)
    if (k->causes[n->code]) printf(" %s %" PRIu64, n->name, k->causes[n->code]);
  printf("\n%" PRIu64 " differences\n", k->differences);
}

static systole_status write_json(const campaign *k, systole_error *err) {
  cJSON *o = cJSON_CreateObject(), *causes = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "hw", k->config.name);
  cJSON_AddNumberToObject(o, "seed", (double)k->arguments->seed);
  cJSON_AddNumberToObject(o, "programs", (double)k->programs);
  cJSON_AddNumberToObject(o, "differences", (double)k->differences);
  cJSON_AddNumberToObject(o, "instructions", (double)k->instructions);
  cJSON_AddNumberToObject(o, "cycles", (double)k->cycles);
  cJSON_AddNumberToObject(o, "seconds", systole_seconds() - k->started);
  for (const systole_isa_name *n = systole_isa_causes; n->name; n++)
    if (k->causes[n->code]) cJSON_AddNumberToObject(causes, n->name, (double)k->causes[n->code]);
  cJSON_AddItemToObject(o, "ends", causes);
  return systole_json_write(k->arguments->common.json, o, err);
}

static systole_status run_campaign(campaign *k, systole_error *err) {
  void *object;
  const systole_options none = {.hw = k->arguments->common.hw};
  systole_status status = systole_rtl_object_open(&k->config, &none, &object, &k->apis[0], err);
  if (status) return status;
  k->apis[1] = systole_model_api();
  status = systole_fuzz_places_create(&k->config, &k->places, err);
  if (!status) status = k->arguments->replay_count ? run_replays(k, err) : run_random(k, err);
  systole_fuzz_places_destroy(&k->places);
  systole_rtl_object_close(object);
  if (status) return status;
  if (!k->arguments->common.json || strcmp(k->arguments->common.json, "-")) print_sums(k);
  if (!status) status = write_json(k, err);
  if (!status && k->differences)
    status = systole_fail(err, SYSTOLE_E_DIFFER, "%" PRIu64 " of %" PRIu64 " programs differ", k->differences, k->programs);
  return status;
}

static systole_status fuzz(const arguments *a, systole_error *err) {
  campaign *k = calloc(1, sizeof *k);
  if (!k) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  k->arguments = a;
  k->started = systole_seconds();
  systole_status status = systole_cli_config(&a->common, NULL, &k->config, err);
  if (!status) status = run_campaign(k, err);
  free(k);
  return status;
}

int systole_command_fuzz(int argc, char **argv) {
  static const struct argp_child children[] = {{&systole_cli_common, 0, NULL, 0}, {0}};
  static const struct argp argp = {
      options, parse, NULL,
      "Runs random legal programs on the Verilated RTL and on the C model and compares report, trace, every "
      "word of every SRAM and every byte of memory. A program that differs is cut down to the first "
      "instruction that makes a difference, shrunk, and written as assembler text.\v"
      "Without --mem-delay and --mem-stall each program draws its own. Exit status: 0 no difference, 1 a "
      "difference.",
      children, NULL, NULL};
  arguments a = {.seed = 1, .count = 100, .out = "."};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  return systole_cli_exit(argv[0], fuzz(&a, &err), &err);
}
