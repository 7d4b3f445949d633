// systole compare-trace: where two traces of one program part.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/trace_items.h"

// An engine has at most 16 instructions inside, one more shows what comes next.
enum { ENGINES = SYSTOLE_TRACE_STEPS + 1, AHEAD = 17 };

typedef struct {
  systole_cli_options common;
  const char *paths[2];
  unsigned count;
} arguments;

typedef struct {
  systole_trace_file files[2];
  uint64_t instructions, steps;
} comparison;

// ---- equal or not --------------------------------------------------------------

static bool same_place(const systole_trace_item *a, const systole_trace_item *b) {
  return a->engine == b->engine && a->line == b->line && !strcmp(a->step, b->step) && !strcmp(a->symbol, b->symbol);
}

static bool same(const systole_trace_item *a, const systole_trace_item *b) {
  return same_place(a, b) && a->start == b->start && a->end == b->end &&
         (a->engine != SYSTOLE_TRACE_STEPS || cJSON_Compare(a->counters, b->counters, true));
}

// The cycle from which two instructions were not the same.
static uint64_t parted(const systole_trace_item *a, const systole_trace_item *b) {
  bool late = same_place(a, b) && a->start == b->start;
  uint64_t first = late ? a->end : a->start, second = late ? b->end : b->start;
  return first < second ? first : second;
}

// ---- the first difference --------------------------------------------------------

// What follows in one file, engine by engine, as far as it can matter.
typedef struct {
  systole_trace_item items[ENGINES][AHEAD];
  unsigned count[ENGINES];
  bool covered[ENGINES];
} ahead;

static void keep(ahead *a, const systole_trace_item *i, uint64_t limit) {
  if (a->count[i->engine] < AHEAD && !a->covered[i->engine]) a->items[i->engine][a->count[i->engine]++] = *i;
  else cJSON_Delete(i->counters);
  // An engine starts its instructions in order.
  if (i->engine == SYSTOLE_TRACE_STEPS || i->start >= limit) a->covered[i->engine] = true;
}

static bool all_covered(const ahead *a) {
  if (a->covered[SYSTOLE_TRACE_STEPS]) return true;
  for (int e = 0; e < SYSTOLE_TRACE_STEPS; e++)
    if (!a->covered[e]) return false;
  return true;
}

// Files are in order of ending, so what began before `limit` and ended after it
// may still be to come.
static systole_status look_ahead(systole_trace_file *f, uint64_t limit, ahead *a, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  bool end = false;
  while (!status && !end && !all_covered(a)) {
    systole_trace_item i;
    status = systole_trace_item_next(f, &i, &end, err);
    if (!status && !end) keep(a, &i, limit);
  }
  return status;
}

static const char *engine_text(unsigned engine) {
  static const char *const names[] = {"engine LD", "engine MX", "engine VX", "engine ST", "the whole run"};
  return names[engine];
}

static void describe(const systole_trace_item *i, char text[512]) {
  if (!i) snprintf(text, 512, "nothing");
  else if (i->engine == SYSTOLE_TRACE_STEPS) snprintf(text, 512, "step %s of %" PRIu64 " cycles", i->step, i->end);
  else snprintf(text, 512, "step %s, line %" PRIu64 ", %s, from %" PRIu64 " to %" PRIu64, i->step, i->line, i->symbol, i->start, i->end);
}

// Two ends of a step: the counter that is not the same.
static systole_status differ_in_counter(const comparison *c, const systole_trace_item *a, const systole_trace_item *b, systole_error *err) {
  for (const cJSON *x = a->counters->child; x; x = x->next) {
    const cJSON *y = cJSON_GetObjectItemCaseSensitive(b->counters, x->string);
    if (!y || !cJSON_IsNumber(x) || cJSON_Compare(x, y, true)) continue;
    return systole_fail(err, SYSTOLE_E_DIFFER, "first difference: step %s, every instruction at the same time, counter %.40s: %.0f in %.200s, %.0f in %.200s",
                        a->step, x->string, x->valuedouble, c->files[0].path, y->valuedouble, c->files[1].path);
  }
  return systole_fail(err, SYSTOLE_E_DIFFER, "first difference: step %s: its counters", a->step);
}

static systole_status differ(const comparison *c, const systole_trace_item *a, const systole_trace_item *b, systole_error *err) {
  char texts[2][512];
  if (a && b && a->engine == SYSTOLE_TRACE_STEPS && b->engine == SYSTOLE_TRACE_STEPS && !strcmp(a->step, b->step)) return differ_in_counter(c, a, b, err);
  if (a && b && a->engine != SYSTOLE_TRACE_STEPS && same_place(a, b))
    return systole_fail(err, SYSTOLE_E_DIFFER, "first difference: %s, step %s, line %" PRIu64 ", %s: from %" PRIu64 " to %" PRIu64 " in %.200s, from %" PRIu64 " to %" PRIu64 " in %.200s",
                        engine_text(a->engine), a->step, a->line, a->symbol, a->start, a->end, c->files[0].path, b->start, b->end, c->files[1].path);
  describe(a, texts[0]);
  describe(b, texts[1]);
  return systole_fail(err, SYSTOLE_E_DIFFER, "first difference: %s: %.300s in %.150s, %.300s in %.150s", engine_text(a ? a->engine : b->engine),
                      texts[0], c->files[0].path, texts[1], c->files[1].path);
}

// Of all pairs that are not the same the one that parted first; an instruction
// that only one file has is parted from where it starts.
static systole_status choose(const comparison *c, const ahead *a, const ahead *b, systole_error *err) {
  const systole_trace_item *first = NULL, *second = NULL;
  uint64_t least = UINT64_MAX;
  for (unsigned e = 0; e < ENGINES; e++)
    for (unsigned k = 0; k < AHEAD && (k < a->count[e] || k < b->count[e]); k++) {
      const systole_trace_item *x = k < a->count[e] ? &a->items[e][k] : NULL, *y = k < b->count[e] ? &b->items[e][k] : NULL;
      if ((x && y && same(x, y)) || (!x && b->covered[e] && a->covered[e]) || (!y && a->covered[e] && b->covered[e])) continue;
      uint64_t at = x && y ? parted(x, y) : x ? x->start : y->start;
      if (e == SYSTOLE_TRACE_STEPS && at < UINT64_MAX) at = UINT64_MAX - 1;  // a step parts only if nothing else does
      if (at < least) least = at, first = x, second = y;
    }
  if (first || second) return differ(c, first, second, err);
  return systole_fail(err, SYSTOLE_E_DIFFER, "first difference: at the same times, but another order among instructions that end in one cycle");
}

static void forget(ahead *a) {
  for (unsigned k = 0; k < a->count[SYSTOLE_TRACE_STEPS]; k++) cJSON_Delete(a->items[SYSTOLE_TRACE_STEPS][k].counters);
  free(a);
}

// x, y: the first two that are not the same, in the order of ending; NULL at an end.
static systole_status locate(comparison *c, const systole_trace_item *x, const systole_trace_item *y, systole_error *err) {
  ahead *sides[2] = {calloc(1, sizeof(ahead)), calloc(1, sizeof(ahead))};
  uint64_t limit = x && y ? (x->end < y->end ? x->end : y->end) : x ? x->end : y->end;
  systole_status status = sides[0] && sides[1] ? SYSTOLE_OK : systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  if (!status && x) keep(sides[0], x, limit);
  if (!status && y) keep(sides[1], y, limit);
  if (!status && x) status = look_ahead(&c->files[0], limit, sides[0], err);
  if (!status && y) status = look_ahead(&c->files[1], limit, sides[1], err);
  if (!status) status = choose(c, sides[0], sides[1], err);
  for (int i = 0; i < 2; i++)
    if (sides[i]) forget(sides[i]);
  return status;
}

static systole_status compare_items(comparison *c, systole_error *err) {
  for (;;) {
    systole_trace_item items[2];
    bool end[2] = {true, true};
    systole_status status = systole_trace_item_next(&c->files[0], &items[0], &end[0], err);
    if (!status) status = systole_trace_item_next(&c->files[1], &items[1], &end[1], err);
    if (status || (end[0] && end[1])) {
      if (!end[0]) cJSON_Delete(items[0].counters);
      return status;
    }
    if (end[0] || end[1] || !same(&items[0], &items[1]))
      return locate(c, end[0] ? NULL : &items[0], end[1] ? NULL : &items[1], err);
    if (items[0].engine == SYSTOLE_TRACE_STEPS) c->steps++;
    else c->instructions++;
    for (int i = 0; i < 2; i++) cJSON_Delete(items[i].counters);
  }
}

// ---- what may be compared --------------------------------------------------------

// hash, name: keys of the header; the same key twice where there is no name.
static systole_status match(const comparison *c, const char *what, const char *hash, const char *name, systole_error *err) {
  const char *hashes[2], *names[2];
  systole_status status = SYSTOLE_OK;
  for (int i = 0; i < 2 && !status; i++) {
    status = systole_trace_text(&c->files[i], c->files[i].about, hash, &hashes[i], err);
    if (!status) status = systole_trace_text(&c->files[i], c->files[i].about, name, &names[i], err);
  }
  if (status || !strcmp(hashes[0], hashes[1])) return status;
  bool named = strcmp(names[0], names[1]) && strcmp(hash, name);
  return systole_fail(err, SYSTOLE_E_CONFIG, "expected two traces of the same %s: %.250s is of %.80s, %.250s of %.80s", what,
                      c->files[0].path, named ? names[0] : hashes[0], c->files[1].path, named ? names[1] : hashes[1]);
}

static systole_status compare(const arguments *a, systole_error *err) {
  comparison c = {0};
  systole_status status = SYSTOLE_OK;
  for (int i = 0; i < 2 && !status; i++) status = systole_trace_open(a->paths[i], &c.files[i], err);
  if (!status) status = match(&c, "configuration", "configuration_hash", "configuration", err);
  if (!status) status = match(&c, "program", "program_hash", "program_hash", err);
  if (!status) status = compare_items(&c, err);
  if (!status)
    printf("the same start and end for %" PRIu64 " instructions in %" PRIu64 " step%s, and the same counters\n", c.instructions, c.steps,
           c.steps == 1 ? "" : "s");
  for (int i = 0; i < 2; i++) systole_trace_close(&c.files[i]);
  return status;
}

// ---- the command -----------------------------------------------------------------

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  switch (key) {
    case ARGP_KEY_ARG:
      if (a->count == 2) return systole_cli_refuse(&a->common, "argument", text, "two trace files");
      a->paths[a->count++] = text;
      return 0;
    case ARGP_KEY_END:
      return a->count == 2 ? 0 : systole_cli_refuse(&a->common, "FILE", "is missing", "two trace files");
    default: return ARGP_ERR_UNKNOWN;
  }
}

int systole_command_compare_trace(int argc, char **argv) {
  static const struct argp argp = {
      .parser = parse, .args_doc = "FILE FILE",
      .doc = "Compares two traces written by --trace, instruction by instruction, and tells the first that starts or "
             "ends at another cycle, or the first counter that differs if none does. They may come from different back "
             "ends and memories, but must be of the same program and configuration.\v"
             "Exit status: 0 the same, 1 a difference, 2 bad input."};
  arguments a = {0};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  return systole_cli_exit(argv[0], compare(&a, &err), &err);
}
