#include "sim/fuzz/layout.h"

#include <string.h>

#include "sim/fuzz/accept.h"
#include "sim/fuzz/barrier.h"
#include "sim/fuzz/tokens.h"
#include "sim/model/resolve.h"

// Whether the steps are what the machine may be given.
static bool check_steps(systole_fuzz_case *c, systole_fuzz_places *places, systole_fuzz_walk *walk,
                        uint64_t budget) {
  uint64_t cost = 0;
  if (walk->endless || (walk->cause != SYSTOLE_CAUSE_NONE && c->fault == NULL)) return false;
  for (unsigned i = 0; i < walk->count; i++) {
    walk->item = walk->steps[i].item;
    if (!systole_fuzz_acceptable(c, places, &walk->steps[i].instruction)) return false;
    cost += systole_fuzz_cost(&c->config, &walk->steps[i].instruction);
    if (budget != 0 && cost > budget) return false;
  }
  return true;
}

// ---- lines -------------------------------------------------------------------

typedef struct {
  systole_fuzz_case *c;
  const systole_fuzz_tokens *tokens;
  uint32_t body[SYSTOLE_FUZZ_ITEMS];  // line after a LOOP
  bool full;
} writer;

static systole_line *put(writer *w, const systole_line *line) {
  systole_fuzz_case *c = w->c;
  if (c->line_count >= SYSTOLE_FUZZ_LINES) {
    w->full = true;
    return &c->lines[SYSTOLE_FUZZ_LINES - 1];
  }
  c->lines[c->line_count] = *line;
  return &c->lines[c->line_count++];
}

static void put_barrier(writer *w) {
  systole_line lines[SYSTOLE_FUZZ_BARRIER];
  const unsigned count = systole_fuzz_barrier(w->tokens->used, w->c->token_seed, lines);
  for (unsigned i = 0; i < count; i++) put(w, &lines[i]);
}

// What the item asks for by itself stays.
static void add_nibble(systole_line *line, unsigned lsb, unsigned count) {
  const uint64_t sum = systole_line_get(line, lsb, 4) + count;
  systole_line_set(line, lsb, 4, sum > 15 ? 15 : sum);
}

static void put_item(writer *w, unsigned i) {
  const systole_fuzz_item *item = &w->c->items[i];
  systole_line *line = put(w, &item->line);
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    add_nibble(line, SYSTOLE_LSB_wait + 4 * e, w->tokens->wait[i][e]);
    if (w->c->lost_raise != item->id)
      add_nibble(line, SYSTOLE_LSB_raise + 4 * e, w->tokens->raise[i][e]);
  }
  if (systole_line_get(line, SYSTOLE_LSB_bound, 1)) put(w, &item->binding);
  w->body[i] = w->c->line_count;
}

static bool is_boundary(const systole_fuzz_item *item) {
  const unsigned opcode = systole_fuzz_opcode(item);
  return opcode == SYSTOLE_OP_LOOP || opcode == SYSTOLE_OP_ENDLOOP;
}

static void close_loop(writer *w, int loop) {
  const bool bound = systole_line_get(&w->c->items[loop].line, SYSTOLE_LSB_bound, 1);
  systole_line *line = &w->c->lines[w->body[loop] - 1 - bound];
  if (!w->c->items[loop].own_lines) SYSTOLE_SET(line, LOOP, lines, w->c->line_count - w->body[loop]);
}

static bool put_program(systole_fuzz_case *c, const systole_fuzz_tokens *tokens) {
  writer w = {.c = c, .tokens = tokens};
  int match[SYSTOLE_FUZZ_ITEMS];
  systole_line end = {{SYSTOLE_OP_END}};
  systole_fuzz_match(c, match);
  c->line_count = 0;
  for (unsigned i = 0; i < c->item_count; i++) {
    if (is_boundary(&c->items[i]) && !c->items[i].open) put_barrier(&w);
    put_item(&w, i);
    if (!w.full && match[i] >= 0 && (unsigned)match[i] < i) close_loop(&w, match[i]);
  }
  if (!c->no_end) put(&w, &end);
  return !w.full;
}

bool systole_fuzz_lay_out(systole_fuzz_case *c, systole_fuzz_places *places,
                          systole_fuzz_walk *walk, uint64_t budget) {
  systole_fuzz_tokens tokens;
  systole_fuzz_walk_items(c, walk);
  if (walk->cause != SYSTOLE_CAUSE_NONE && c->fault == NULL) return false;
  if (!check_steps(c, places, walk, budget)) return false;
  systole_fuzz_tokens_find(c, walk, places, &tokens);
  return put_program(c, &tokens) && !tokens.crowded;
}
