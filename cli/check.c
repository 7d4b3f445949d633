// systole check: one text on two back ends, in step. Two devices must agree in
// every bit: tokens, logits, memory, SRAMs, counters. Where they do not, the
// run is repeated to find the first instruction that differs. Beside the fp32
// reference bits mean nothing: there the cosine of the logits counts.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/accuracy.h"
#include "cli/command.h"
#include "cli/generate.h"
#include "cli/hash.h"
#include "cli/locate.h"
#include "cli/setup.h"
#include "compiler/asm/asm.h"
#include "compiler/llama/plan.h"

enum { KEY_BACKENDS = 0x3000, KEY_FLIP, KEY_COSINE, KEY_IGNORE_EOS, MOST_TOKENS = 1000000 };

typedef struct {
  systole_model_command command;
  const char *prompt;
  int64_t tokens;
  bool ignore_eos;
  char backends[2][32];
  char flip[80];     // name of a segment of the second's memory to spoil, or ""
  int64_t flip_byte;
  double cosine;     // least that is allowed beside the reference
} arguments;

typedef struct {
  const arguments *arguments;
  const systole_setup *setup;
  systole_session *sessions[2];
  bool bits;         // two devices: every bit counts
  float *logits[2];  // [vocab]
  uint64_t hash[2];  // of all logits
  systole_figures figures[2];
  uint8_t *before[SYSTOLE_SEGMENTS];  // memory before the step
  int32_t *tokens;   // generated
  uint32_t count, steps;
  uint64_t bytes, agree;
  double cosine_min, cosine_sum;
  systole_difference difference;      // the first, if found
  uint32_t different_step;
  char instruction[SYSTOLE_ASM_TEXT + 256];
} comparison;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The comparison:", 1},
    {"prompt", 'p', "TEXT", 0, "what to continue (required)", 1},
    {"tokens", 'n', "N", 0, "tokens to generate at most (default 16)", 1},
    {"ignore-eos", KEY_IGNORE_EOS, 0, 0, "go on after an end token, to --tokens or the context's end", 1},
    {"backends", KEY_BACKENDS, "A,B", 0, "the two: rtl, model, opencl, reference (default rtl,model)", 1},
    {"cosine", KEY_COSINE, "C", 0, "beside the reference: least cosine of the logits (default 0.99)", 1},
    {"flip", KEY_FLIP, "SEGMENT:BYTE", 0, "spoil the lowest bit of a byte of the second's weights, to see the "
     "check find it", 1},
    {0}};

// ---- arguments ---------------------------------------------------------------

static error_t take_backends(arguments *a, const char *text) {
  const char *comma = strchr(text, ',');
  size_t first = comma ? (size_t)(comma - text) : 0, second = comma ? strlen(comma + 1) : 0;
  if (!first || !second || first >= sizeof a->backends[0] || second >= sizeof a->backends[1])
    return systole_cli_refuse(&a->command.common, "--backends", text, "two names with a comma, such as rtl,model");
  snprintf(a->backends[0], sizeof a->backends[0], "%.*s", (int)first, text);
  snprintf(a->backends[1], sizeof a->backends[1], "%s", comma + 1);
  return 0;
}

static error_t take_flip(arguments *a, const char *text) {
  const char *colon = strchr(text, ':');
  size_t length = colon ? (size_t)(colon - text) : 0;
  if (!length || length >= sizeof a->flip || !systole_cli_number(colon + 1, 0, INT64_MAX, &a->flip_byte))
    return systole_cli_refuse(&a->command.common, "--flip", text, "a segment and a byte, such as weights:100");
  snprintf(a->flip, sizeof a->flip, "%.*s", (int)length, text);
  return 0;
}

static error_t take_cosine(arguments *a, const char *text) {
  char *end;
  a->cosine = strtod(text, &end);
  if (end != text && !*end && a->cosine >= -1 && a->cosine <= 1) return 0;
  return systole_cli_refuse(&a->command.common, "--cosine", text, "a number from -1 to 1");
}

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  systole_cli_options *common = &a->command.common;
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->command; return 0;
    case 'p': a->prompt = text; return 0;
    case 'n':
      if (systole_cli_number(text, 1, MOST_TOKENS, &a->tokens)) return 0;
      return systole_cli_refuse(common, "--tokens", text, "a number from 1 to 1000000");
    case KEY_IGNORE_EOS: a->ignore_eos = true; return 0;
    case KEY_BACKENDS: return take_backends(a, text);
    case KEY_FLIP: return take_flip(a, text);
    case KEY_COSINE: return take_cosine(a, text);
    case ARGP_KEY_ARG: return systole_cli_refuse(common, "argument", text, "only options; the text goes after --prompt");
    case ARGP_KEY_END:
      return a->prompt ? 0 : systole_cli_refuse(common, "--prompt", "is missing", "the text to continue");
    default: return ARGP_ERR_UNKNOWN;
  }
}

// ---- the two sides -----------------------------------------------------------

static systole_status flip(const arguments *a, const systole_program *program,
                           systole_loaded *loaded, systole_error *err) {
  const systole_segment *s = systole_program_segment(program, a->flip);
  uint8_t byte;
  if (!s || s->kind != SYSTOLE_SEGMENT_CONST || (uint64_t)a->flip_byte >= s->bytes)
    return systole_fail(err, SYSTOLE_E_USAGE, "--flip %s:%" PRId64 ": expected a byte of the segment weights, parameters or embedding",
                        a->flip, a->flip_byte);
  systole_buffer *buffer = systole_loaded_segment(loaded, s->index);
  systole_status status = systole_buffer_read(buffer, (uint64_t)a->flip_byte, &byte, 1, err);
  byte ^= 1;
  return status ? status : systole_buffer_write(buffer, (uint64_t)a->flip_byte, &byte, 1, err);
}

// Only the first of two RTL machines may write the waveform.
static systole_options device_options(const arguments *a, int which) {
  systole_options device = systole_cli_device(&a->command);
  if (strcmp(a->backends[which], "rtl") || (which && !strcmp(a->backends[0], "rtl"))) device.waves = NULL;
  if (strcmp(a->backends[which], "model")) device.check_races = false;
  return device;
}

static systole_status open_session(comparison *c, int which, systole_error *err) {
  const arguments *a = c->arguments;
  systole_options device = device_options(a, which);
  systole_session_params params = {
      .backend = a->backends[which], .checkpoint = &c->setup->checkpoint, .config = &c->setup->config,
      .program = c->setup->program, .options = &device, .limit = a->command.common.limit,
      .context = systole_setup_context(c->setup, &a->command)};
  c->figures[which].config = c->setup->config;
  c->figures[which].backend = a->backends[which];
  systole_status status = systole_session_open(&params, &c->sessions[which], err);
  systole_loaded *loaded = status ? NULL : systole_session_loaded(c->sessions[which]);
  if (loaded && which && a->flip[0]) status = flip(a, c->setup->program, loaded, err);
  return status;
}

// A fresh device for systole_locate; user is the comparison.
static systole_status open_side(void *user, int which, systole_side *side, systole_error *err) {
  const comparison *c = user;
  const arguments *a = c->arguments;
  systole_options device = device_options(a, which);
  device.waves = NULL;
  device.check_races = false;
  systole_status status = systole_open(a->backends[which], &c->setup->config, &device, &side->device, err);
  if (!status) status = systole_load(side->device, c->setup->program, &side->loaded, err);
  if (!status && which && a->flip[0]) status = flip(a, c->setup->program, side->loaded, err);
  return status;
}

// ---- comparing ---------------------------------------------------------------

static void name_instruction(comparison *c, const systole_session_run *run, uint32_t line) {
  char text[SYSTOLE_ASM_TEXT];
  const char *symbol = systole_entry_symbol(run->entry, line);
  systole_disasm(&run->entry->lines[line], run->entry->line_count - line, text);
  snprintf(c->instruction, sizeof c->instruction, "entry %.40s, %.120s, line %" PRIu32 ": %s",
           run->entry->name, symbol ? symbol : "no symbol", line, text);
}

static systole_status locate(comparison *c, systole_error *err) {
  const systole_session_run *run = systole_session_last_run(c->sessions[0]);
  systole_repetition repetition = {
      .program = c->setup->program, .config = &c->setup->config, .entry = run->entry->name,
      .scalars = run->scalars, .memory = c->before, .limit = c->arguments->command.common.limit,
      .open = open_side, .user = c};
  systole_location location;
  systole_status status = systole_locate(&repetition, &location, err);
  if (status) return status;
  c->different_step = c->steps;
  snprintf(c->instruction, sizeof c->instruction, "entry %.40s, unknown instruction: repeated on fresh devices nothing differs",
           run->entry->name);
  if (!location.found) return SYSTOLE_OK;
  c->difference = location.difference;
  name_instruction(c, run, location.line);
  return SYSTOLE_OK;
}

static systole_status compare_bits(comparison *c, systole_error *err) {
  systole_side sides[2];
  for (int i = 0; i < 2; i++)
    sides[i] = (systole_side){systole_session_device(c->sessions[i]), systole_session_loaded(c->sessions[i])};
  systole_status status = systole_compare_sides(sides, c->setup->program, &c->setup->config, &c->difference,
                                                &c->bytes, err);
  if (status) return status;
  systole_compare_reports(&systole_session_last_run(c->sessions[0])->report,
                          &systole_session_last_run(c->sessions[1])->report, &c->difference);
  return c->difference.found ? locate(c, err) : SYSTOLE_OK;
}

// Tokens and logits; only runs that compute logits have them.
static systole_status compare_logits(comparison *c, systole_error *err) {
  int32_t tokens[2], vocab = c->setup->checkpoint.model.vocab;
  systole_status status = SYSTOLE_OK;
  for (int i = 0; i < 2 && !status; i++) {
    status = systole_session_next(c->sessions[i], &tokens[i], err);
    if (!status) status = systole_session_logits(c->sessions[i], c->logits[i], err);
    if (!status) systole_hash_floats(&c->hash[i], c->logits[i], (uint32_t)vocab);
  }
  if (status) return status;
  double cosine = systole_cosine(c->logits[0], c->logits[1], vocab);
  c->agree += tokens[0] == tokens[1];
  c->cosine_sum += cosine;
  if (!c->count || !(cosine >= c->cosine_min)) c->cosine_min = cosine;
  c->tokens[c->count++] = tokens[0];
  if (c->bits || cosine >= c->arguments->cosine) return SYSTOLE_OK;
  c->different_step = c->steps;
  c->difference.found = true;
  snprintf(c->difference.place, sizeof c->difference.place, "cosine of the logits (%.6f allowed)", c->arguments->cosine);
  snprintf(c->difference.first, sizeof c->difference.first, "%.6f", cosine);
  snprintf(c->difference.second, sizeof c->difference.second, "next tokens %ld and %ld", (long)tokens[0], (long)tokens[1]);
  return SYSTOLE_OK;
}

// ---- steps -------------------------------------------------------------------

// One run on one side: a chunk of the prompt, or with count 0 a decode step.
typedef struct {
  const int32_t *ids;
  uint32_t count;
  int32_t token;
  bool last;
} piece;

static systole_status advance(comparison *c, int which, const piece *p, systole_error *err) {
  systole_session *s = c->sessions[which];
  if (!p->count) return systole_session_step(s, p->token, &c->figures[which], err);
  return systole_session_feed(s, p->ids, p->count, p->last ? SYSTOLE_LOGITS_LAST : SYSTOLE_LOGITS_NONE,
                              NULL, &c->figures[which], err);
}

// What the session will write before it runs.
static void put_input(comparison *c, const char *key, const int32_t *ids, uint32_t count) {
  const char *offset = systole_program_metadata(c->setup->program, key);
  if (offset) memcpy(c->before[SYSTOLE_SEG_IO] + strtoull(offset, NULL, 10), ids, count * sizeof *ids);
}

static systole_status keep_memory(comparison *c, const piece *p, systole_error *err) {
  systole_status status = systole_memory_keep(c->setup->program, systole_session_loaded(c->sessions[0]), c->before, err);
  if (!status && p->count) put_input(c, "io_tokens", p->ids, p->count);
  if (!status && !p->count) put_input(c, "io_next", &p->token, 1);
  return status;
}

// A machine that stops where the other does not is a difference.
static systole_status settle(comparison *c, const systole_status status[2], systole_error errors[2],
                             systole_error *err) {
  if (!status[0] && !status[1]) return SYSTOLE_OK;
  int bad = status[0] ? 0 : 1;
  bool alone = c->bits && !status[!bad] && status[bad] == SYSTOLE_E_FAULT;
  return systole_fail(err, alone ? SYSTOLE_E_DIFFER : status[bad], "step %" PRIu32 ": %s: %.900s", c->steps,
                      c->arguments->backends[bad], errors[bad].text);
}

static systole_status step(comparison *c, const piece *p, systole_error *err) {
  systole_status status = SYSTOLE_OK, done[2];
  systole_error errors[2];
  if (c->bits) status = keep_memory(c, p, err);
  if (status) return status;
  for (int i = 0; i < 2; i++) done[i] = advance(c, i, p, &errors[i]);
  status = settle(c, done, errors, err);
  if (!status && c->bits) status = compare_bits(c, err);
  if (!status && p->last && !c->difference.found) status = compare_logits(c, err);
  c->steps++;
  return status;
}

// The prompt, cut as one run takes it, so that every step is one run.
static systole_status feed_prompt(comparison *c, const int32_t *ids, uint32_t count, systole_error *err) {
  const char *text = c->setup->program ? systole_program_metadata(c->setup->program, "prefill_rows") : NULL;
  uint32_t rows = text ? (uint32_t)strtoul(text, NULL, 10) : count;
  systole_status status = SYSTOLE_OK;
  for (uint32_t at = 0; at < count && !status && !c->difference.found; at += rows) {
    uint32_t take = count - at < rows ? count - at : rows;
    piece p = {.ids = ids + at, .count = take, .last = at + take == count};
    status = step(c, &p, err);
  }
  return status;
}

static bool finished(const comparison *c) {
  return c->difference.found || c->count == (uint64_t)c->arguments->tokens ||
         (!c->arguments->ignore_eos && systole_model_is_eos(&c->setup->checkpoint.model, c->tokens[c->count - 1])) ||
         systole_session_position(c->sessions[0]) == systole_session_context(c->sessions[0]);
}

static systole_status compare(comparison *c, const int32_t *ids, uint32_t count, systole_error *err) {
  systole_status status = feed_prompt(c, ids, count, err);
  while (!status && !finished(c)) {
    piece p = {.token = c->tokens[c->count - 1], .last = true};
    status = step(c, &p, err);
  }
  return status;
}

// ---- the report --------------------------------------------------------------

// A board does not.
static bool shows_srams(const comparison *c) {
  uint8_t word[128 * 4];
  for (int i = 0; i < 2; i++)
    if (systole_peek(systole_session_device(c->sessions[i]), SYSTOLE_SPACE_WGT, 0, word, NULL)) return false;
  return true;
}

static void print(const comparison *c, FILE *out) {
  const arguments *a = c->arguments;
  if (c->difference.found) return;
  fprintf(out, "%s and %s agree over %" PRIu32 " runs and %" PRIu32 " tokens\n", a->backends[0], a->backends[1], c->steps, c->count);
  if (c->bits) {
    fprintf(out, "  every bit of %" PRIu64 " bytes of memory%s, logits among them, and the counters\n", c->bytes,
            shows_srams(c) ? " and SRAMs" : " (one of them shows no SRAMs)");
    return;
  }
  fprintf(out, "  cosine of the logits: mean %.6f, least %.6f; same next token %" PRIu64 " times of %" PRIu32 "\n",
          c->cosine_sum / c->count, c->cosine_min, c->agree, c->count);
}

static void put_difference(const comparison *c, cJSON *o) {
  if (!c->difference.found) {
    cJSON_AddNullToObject(o, "difference");
    return;
  }
  cJSON *d = cJSON_AddObjectToObject(o, "difference");
  cJSON_AddNumberToObject(d, "step", c->different_step);
  cJSON_AddStringToObject(d, "instruction", c->instruction);
  cJSON_AddStringToObject(d, "place", c->difference.place);
  cJSON_AddStringToObject(d, "first", c->difference.first);
  cJSON_AddStringToObject(d, "second", c->difference.second);
}

static systole_status write_json(const comparison *c, systole_error *err) {
  const arguments *a = c->arguments;
  const systole_figures *timed = &c->figures[c->figures[0].cycles || !c->figures[1].cycles ? 0 : 1];
  if (!a->command.common.json) return SYSTOLE_OK;
  cJSON *o = cJSON_CreateObject(), *array;
  systole_figures_json(timed, o);
  array = cJSON_AddArrayToObject(o, "backends");
  for (int i = 0; i < 2; i++) cJSON_AddItemToArray(array, cJSON_CreateString(a->backends[i]));
  cJSON_AddBoolToObject(o, "equal", !c->difference.found);
  cJSON_AddNumberToObject(o, "runs", c->steps);
  array = cJSON_AddArrayToObject(o, "tokens");
  for (uint32_t i = 0; i < c->count; i++) cJSON_AddItemToArray(array, cJSON_CreateNumber(c->tokens[i]));
  cJSON_AddNumberToObject(o, "bytes_compared", (double)c->bytes);
  cJSON_AddNumberToObject(o, "tokens_agree", (double)c->agree);
  cJSON_AddNumberToObject(o, "cosine_min", c->cosine_min);
  array = cJSON_AddArrayToObject(o, "logits_hash");
  for (int i = 0; i < 2; i++) cJSON_AddItemToArray(array, systole_hash_json(c->hash[i]));
  put_difference(c, o);
  return systole_json_write(a->command.common.json, o, err);
}

static systole_status report(const comparison *c, systole_error *err) {
  print(c, systole_cli_out(&c->arguments->command.common));
  systole_status status = write_json(c, err);
  const systole_difference *d = &c->difference;
  if (status || !d->found) return status;
  return systole_fail(err, SYSTOLE_E_DIFFER, "step %" PRIu32 "%s%.500s: %s: %s has %s, %s has %s", c->different_step,
                      c->instruction[0] ? ", " : "", c->instruction, d->place, c->arguments->backends[0], d->first,
                      c->arguments->backends[1], d->second);
}

// ---- setting up --------------------------------------------------------------

static systole_status make_room(comparison *c, systole_error *err) {
  size_t vocab = (size_t)c->setup->checkpoint.model.vocab;
  uint32_t context = systole_setup_context(c->setup, &c->arguments->command);
  c->logits[0] = malloc(vocab * sizeof(float));
  c->logits[1] = malloc(vocab * sizeof(float));
  c->tokens = malloc(((size_t)context + 1) * sizeof *c->tokens);
  if (c->logits[0] && c->logits[1] && c->tokens) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_MEMORY, "check: out of memory");
}

static systole_status compare_prompt(comparison *c, systole_error *err) {
  int32_t *ids = NULL;
  size_t count = 0;
  systole_status status = systole_setup_encode_prompt(c->setup, &c->arguments->command, c->arguments->prompt,
                                                      &ids, &count, err);
  if (!status) status = make_room(c, err);
  for (int i = 0; i < 2 && !status; i++) status = open_session(c, i, err);
  if (!status) status = compare(c, ids, (uint32_t)count, err);
  if (!status) status = report(c, err);
  free(ids);
  return status;
}

static systole_status run(void *opaque, systole_setup *setup, systole_error *err) {
  const arguments *a = opaque;
  bool reference[2] = {false, false};
  comparison c = {.arguments = a, .setup = setup, .hash = {SYSTOLE_HASH_START, SYSTOLE_HASH_START}};
  systole_status status = SYSTOLE_OK;
  for (int i = 0; i < 2 && !status; i++) status = systole_backend_check(a->backends[i], &reference[i], err);
  if (!status) status = systole_writable(a->command.common.json, err);
  if (!status) status = systole_setup_open(&a->command, !reference[0] || !reference[1], setup, err);
  c.bits = !reference[0] && !reference[1];
  if (!status) status = compare_prompt(&c, err);
  for (int i = 0; i < 2; i++) {
    systole_session_close(c.sessions[i]);
    free(c.logits[i]);
  }
  systole_memory_release(c.before);
  free(c.tokens);
  return status;
}

int systole_command_check(int argc, char **argv) {
  static const struct argp argp = {.options = options, .parser = parse, .children = systole_cli_model,
                                   .doc = "Continues a text on two back ends at once and compares every bit."};
  arguments a = {.tokens = 16, .backends = {"rtl", "model"}, .cosine = 0.99};
  return systole_model_main(&argp, argc, argv, &a, &a.command, run);
}
