#include "sim/fuzz/generate.h"

#include <string.h>

#include "hw/isa/table.h"
#include "sim/fuzz/dice.h"
#include "sim/fuzz/instruction.h"
#include "sim/fuzz/layout.h"
#include "sim/fuzz/segments.h"
#include "sim/fuzz/values.h"
#include "sim/model/sram.h"

enum { MOST = 60, REPAIRS = 100 };

typedef struct {
  systole_fuzz_maker maker;
  unsigned open[SYSTOLE_LOOP_DEPTH], depth;
  unsigned wanted;
} generator;

// ---- items -------------------------------------------------------------------

static systole_fuzz_item *append(systole_fuzz_case *c, const systole_fuzz_item *item) {
  systole_fuzz_item *slot = &c->items[c->item_count++];
  *slot = *item;
  slot->id = c->item_count;
  return slot;
}

static void add_loop(generator *g) {
  systole_fuzz_maker *m = &g->maker;
  systole_fuzz_item item = {.line = {{SYSTOLE_OP_LOOP}}};
  const unsigned counter = (unsigned)systole_roll(&m->dice, SYSTOLE_SCALARS);
  const uint64_t count = systole_chance(&m->dice, 10) ? 0 : 1 + systole_roll(&m->dice, 4);
  SYSTOLE_SET(&item.line, LOOP, count, count);
  SYSTOLE_SET(&item.line, LOOP, counter, counter);
  if (systole_chance(&m->dice, 20)) systole_fuzz_bind(m, &item);
  item.open = systole_chance(&m->dice, 50);
  append(m->c, &item);
  m->scalars[counter] = (int32_t)systole_roll(&m->dice, count + 1);
  g->open[g->depth++] = counter;
}

static void end_loop(generator *g) {
  systole_fuzz_item item = {.line = {{SYSTOLE_OP_ENDLOOP}}};
  item.open = systole_chance(&g->maker.dice, 50);
  if (systole_chance(&g->maker.dice, 5)) systole_line_set(&item.line, SYSTOLE_LSB_bound, 1, 1);
  append(g->maker.c, &item);
  g->depth--;
}

// Loads first, so that there is something to work on.
static unsigned draw_opcode(generator *g) {
  unsigned opcodes[32], count = 0;
  if (g->maker.c->item_count < 5 && systole_chance(&g->maker.dice, 70)) return SYSTOLE_OP_LD;
  for (const systole_isa_instruction *in = systole_isa_instructions; in->name; in++)
    if (in->engine != SYSTOLE_ENGINE_SEQ && count < 32) opcodes[count++] = in->opcode;
  if (systole_chance(&g->maker.dice, 30)) return SYSTOLE_OP_VX;
  return opcodes[systole_roll(&g->maker.dice, count)];
}

static void add_instruction(generator *g) {
  systole_fuzz_item item;
  systole_fuzz_maker *m = &g->maker;
  if (!systole_fuzz_make(m, draw_opcode(g), &item)) return;
  if (systole_chance(&m->dice, 35)) systole_fuzz_bind(m, &item);
  systole_fuzz_remember(m, &item);
  append(m->c, &item);
}

// The largest segment of floats or of bytes.
static unsigned largest_segment(const systole_fuzz_case *c, bool floats) {
  unsigned best = floats ? 4 : 5;
  for (unsigned s = best; s < SYSTOLE_STATUS_SEGMENT; s += 2)
    if (c->segments[s].limit > c->segments[best].limit) best = s;
  return best;
}

// One load that fills the first words of an SRAM.
static void fill_space(generator *g, const systole_isa_value *space) {
  systole_fuzz_maker *m = &g->maker;
  const systole_fuzz_case *c = m->c;
  const bool floats = systole_sram_element_bytes(space->code) == 4;
  const unsigned segment = largest_segment(c, floats);
  const unsigned word = c->config.dim * (floats ? 4 : 1);
  uint64_t words = c->segments[segment].limit / word;
  systole_fuzz_item item = {.line = {{SYSTOLE_OP_LD}}};
  if (words > 2 * m->reach) words = 2 * m->reach;
  if (words > systole_config_words(&c->config, space->code)) words = systole_config_words(&c->config, space->code);
  SYSTOLE_SET(&item.line, LD, segment, segment);
  SYSTOLE_SET(&item.line, LD, space, space->code);
  SYSTOLE_SET(&item.line, LD, rows, 1);
  SYSTOLE_SET(&item.line, LD, words, words);
  SYSTOLE_SET(&item.line, LD, dst_word, 1);
  systole_fuzz_remember(m, &item);
  append(m->c, &item);
}

// Something to work on in every SRAM that is loaded.
static void fill_spaces(generator *g) {
  for (const systole_isa_value *v = systole_isa_values; v->name; v++)
    if (!strcmp(v->kind, "SPACE_LD")) fill_space(g, v);
}

static void add_items(generator *g) {
  systole_fuzz_case *c = g->maker.c;
  if (systole_chance(&g->maker.dice, 60)) fill_spaces(g);
  for (unsigned i = 0; i < g->wanted; i++) {
    if (g->depth < SYSTOLE_LOOP_DEPTH && systole_chance(&g->maker.dice, 7)) add_loop(g);
    if (g->depth > 0 && systole_chance(&g->maker.dice, 20)) end_loop(g);
    if (c->item_count + 8 < SYSTOLE_FUZZ_ITEMS) add_instruction(g);
  }
  while (g->depth > 0) end_loop(g);
}

// ---- until it fits -----------------------------------------------------------

static void calm_loops(systole_fuzz_case *c) {
  for (unsigned i = 0; i < c->item_count; i++) {
    systole_fuzz_item *item = &c->items[i];
    if (systole_fuzz_opcode(item) != SYSTOLE_OP_LOOP) continue;
    systole_line_set(&item->line, SYSTOLE_LSB_bound, SYSTOLE_WIDTH_bound, 0);
    SYSTOLE_SET(&item->line, LOOP, count, 1);
  }
}

// What does not suit in some pass is made anew, without scalars.
static void repair(generator *g, const systole_fuzz_walk *walk, unsigned tries) {
  systole_fuzz_maker *m = &g->maker;
  systole_fuzz_case *c = m->c;
  if (walk->endless || tries == REPAIRS / 4) calm_loops(c);
  if (walk->endless || walk->item >= c->item_count) return;
  systole_fuzz_item *item = &c->items[walk->item], fresh;
  const unsigned opcode = systole_fuzz_opcode(item);
  if (opcode == SYSTOLE_OP_LOOP || opcode == SYSTOLE_OP_ENDLOOP) {
    calm_loops(c);
    return;
  }
  if (tries < REPAIRS / 2 && systole_fuzz_make(m, opcode, &fresh)) {
    fresh.id = item->id;
    *item = fresh;
  } else {
    systole_fuzz_drop(c, walk->item, 1);
  }
}

static bool lay_out(generator *g, systole_fuzz_walk *walk, uint64_t budget) {
  systole_fuzz_case *c = g->maker.c;
  for (unsigned tries = 0; tries < REPAIRS; tries++) {
    if (systole_fuzz_lay_out(c, g->maker.places, walk, budget)) return true;
    repair(g, walk, tries);
    if (tries > REPAIRS / 2) c->token_seed = 0;
  }
  return false;
}

// With barriers where there is a race without.
static bool order(generator *g, systole_fuzz_walk *walk) {
  systole_fuzz_case *c = g->maker.c;
  if (systole_fuzz_is_ordered(c, NULL)) return true;
  for (unsigned i = 0; i < c->item_count; i++) c->items[i].open = false;
  return systole_fuzz_lay_out(c, g->maker.places, walk, 0) && systole_fuzz_is_ordered(c, NULL);
}

bool systole_fuzz_generate(systole_fuzz_case *c, systole_fuzz_places *places,
                           systole_fuzz_walk *walk, uint64_t seed) {
  generator g = {.maker = {.c = c, .places = places, .dice = seed}};
  uint64_t *dice = &g.maker.dice;
  const systole_config config = c->config;
  const systole_dram_params dram = c->dram;
  *c = (systole_fuzz_case){.config = config, .dram = dram, .repeats = 1};
  bool fine = systole_fuzz_segments(c, dice);
  systole_fuzz_scalars(c, dice);
  memcpy(g.maker.scalars, c->scalars, sizeof c->scalars);
  c->token_seed = systole_chance(dice, 70) ? systole_dice(dice) : 0;
  c->repeats = systole_chance(dice, 15) ? 2 : 1;
  g.wanted = 1 + (unsigned)systole_roll(dice, systole_chance(dice, 60) ? 16 : MOST);
  g.maker.reach = config.dim << systole_roll(dice, 5);
  g.maker.cycles = (uint64_t)32 << systole_roll(dice, 6);
  if (g.maker.cycles < 16 * config.dim) g.maker.cycles = 16 * config.dim;
  systole_fuzz_places_clear(places);
  if (fine) add_items(&g);
  fine = fine && lay_out(&g, walk, 4000 + ((uint64_t)500 << systole_roll(dice, 6))) && order(&g, walk);
  if (!fine) systole_fuzz_case_free(c);
  return fine;
}
