#include "sim/fuzz/walk.h"

#include <string.h>

#include "sim/model/resolve.h"

void systole_fuzz_match(const systole_fuzz_case *c, int match[SYSTOLE_FUZZ_ITEMS]) {
  unsigned open[SYSTOLE_FUZZ_ITEMS], depth = 0;
  for (unsigned i = 0; i < c->item_count; i++) {
    const unsigned opcode = systole_fuzz_opcode(&c->items[i]);
    match[i] = -1;
    if (opcode == SYSTOLE_OP_LOOP) open[depth++] = i;
    if (opcode != SYSTOLE_OP_ENDLOOP || depth == 0) continue;
    match[i] = (int)open[--depth];
    match[open[depth]] = (int)i;
  }
}

typedef struct {
  const systole_fuzz_case *c;
  systole_fuzz_walk *walk;
  systole_job job;
  int match[SYSTOLE_FUZZ_ITEMS];
  int32_t scalars[SYSTOLE_SCALARS];
  struct {
    unsigned body;
    uint32_t count;
    unsigned counter;
  } loops[SYSTOLE_LOOP_DEPTH];
  unsigned depth, at;
} walker;

static bool open_loop(walker *w, const systole_instruction *in) {
  const uint32_t count = (uint32_t)SYSTOLE_GET(&in->line, LOOP, count);
  const unsigned counter = (unsigned)SYSTOLE_GET(&in->line, LOOP, counter);
  if (w->depth == SYSTOLE_LOOP_DEPTH || w->c->items[w->at].own_lines) return false;
  w->scalars[counter] = 0;
  if (count == 0) {
    w->at = (unsigned)(w->match[w->at] < 0 ? (int)w->at : w->match[w->at]) + 1;
    return true;
  }
  w->at++;
  w->loops[w->depth].body = w->at;
  w->loops[w->depth].count = count;
  w->loops[w->depth++].counter = counter;
  return true;
}

static bool close_loop(walker *w) {
  if (w->depth == 0) return false;
  const unsigned counter = w->loops[w->depth - 1].counter;
  const uint32_t pass = (uint32_t)w->scalars[counter] + 1;
  w->scalars[counter] = (int32_t)pass;
  if (pass < w->loops[w->depth - 1].count) {
    w->at = w->loops[w->depth - 1].body;
  } else {
    w->at++;
    w->depth--;
  }
  return true;
}

// One instruction; false at the end or a fault.
static bool step(walker *w) {
  const systole_fuzz_item *item = &w->c->items[w->at];
  systole_fuzz_step *s = &w->walk->steps[w->walk->count];
  systole_fuzz_walk *walk = w->walk;
  walk->cause = systole_resolve(&w->c->config, &w->job, w->scalars, &item->line, &item->binding,
                                w->at, &s->instruction);
  if (walk->cause != SYSTOLE_CAUSE_NONE || s->instruction.opcode == SYSTOLE_OP_END) return false;
  bool fine = true;
  s->item = w->at;
  walk->count++;
  if (s->instruction.opcode == SYSTOLE_OP_LOOP) fine = open_loop(w, &s->instruction);
  else if (s->instruction.opcode == SYSTOLE_OP_ENDLOOP) fine = close_loop(w);
  else w->at++;
  if (!fine) walk->cause = SYSTOLE_CAUSE_LOOP;
  return fine;
}

void systole_fuzz_walk_items(const systole_fuzz_case *c, systole_fuzz_walk *walk) {
  walker w = {.c = c, .walk = walk, .job = systole_fuzz_job(c)};
  walk->count = 0;
  walk->cause = SYSTOLE_CAUSE_NONE;
  memcpy(w.scalars, c->scalars, sizeof w.scalars);
  systole_fuzz_match(c, w.match);
  while (walk->count < SYSTOLE_FUZZ_STEPS && w.at < c->item_count)
    if (!step(&w)) break;
  walk->endless = walk->count == SYSTOLE_FUZZ_STEPS;
  walk->item = w.at;
}
