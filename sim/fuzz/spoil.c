// Programs that go wrong: one thing spoiled in a case that was good.
#include <string.h>

#include "hw/isa/table.h"
#include "sim/fuzz/barrier.h"
#include "sim/fuzz/dice.h"
#include "sim/fuzz/generate.h"
#include "sim/fuzz/layout.h"

typedef struct {
  systole_fuzz_case *c;
  uint64_t dice;
} spoiler;

static systole_fuzz_item *any_item(spoiler *s) {
  return &s->c->items[systole_roll(&s->dice, s->c->item_count)];
}

// ---- what the sequencer finds --------------------------------------------------

static void flip_bit(spoiler *s) {
  systole_fuzz_item *item = any_item(s);
  const bool bound = systole_line_get(&item->line, SYSTOLE_LSB_bound, 1);
  systole_line *line = bound && systole_chance(&s->dice, 40) ? &item->binding : &item->line;
  const unsigned bit = (unsigned)systole_roll(&s->dice, 512);
  line->word[bit / 32] ^= UINT32_C(1) << bit % 32;
}

static void set_wild(spoiler *s) {
  systole_fuzz_item *item = any_item(s);
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    if (f->opcode == systole_fuzz_opcode(item) && systole_chance(&s->dice, 10))
      systole_line_set(&item->line, f->lsb, f->width, systole_dice_any(&s->dice, 64));
}

static void set_scalars(spoiler *s) {
  for (unsigned i = 0; i < SYSTOLE_SCALARS; i++)
    s->c->scalars[i] = (int32_t)systole_dice_any(&s->dice, 32);
}

static void shrink_segment(spoiler *s) {
  systole_fuzz_segment *segment = &s->c->segments[systole_roll(&s->dice, SYSTOLE_SEGMENTS)];
  if (segment->limit > 0) segment->limit = systole_roll(&s->dice, segment->limit);
}

static void add_line(spoiler *s, unsigned opcode, unsigned at) {
  systole_fuzz_case *c = s->c;
  if (c->item_count == SYSTOLE_FUZZ_ITEMS) return;
  memmove(c->items + at + 1, c->items + at, (c->item_count - at) * sizeof *c->items);
  c->item_count++;
  c->items[at] = (systole_fuzz_item){.line = {{opcode}}, .id = 1000 + c->item_count};
  if (opcode == SYSTOLE_OP_LOOP) SYSTOLE_SET(&c->items[at].line, LOOP, count, 1);
}

static void nest(spoiler *s) {
  const unsigned at = (unsigned)systole_roll(&s->dice, s->c->item_count);
  for (unsigned i = 0; i <= SYSTOLE_LOOP_DEPTH; i++) add_line(s, SYSTOLE_OP_LOOP, at);
}

static void spoil_loops(spoiler *s) {
  const unsigned at = (unsigned)systole_roll(&s->dice, s->c->item_count + 1);
  switch (systole_roll(&s->dice, 3)) {
    case 0: add_line(s, SYSTOLE_OP_ENDLOOP, at); break;
    case 1: nest(s); break;
    default:
      add_line(s, SYSTOLE_OP_LOOP, at);
      s->c->items[at].own_lines = true;
      SYSTOLE_SET(&s->c->items[at].line, LOOP, lines, SYSTOLE_FUZZ_LINES + 1);
  }
}

static void lose_end(spoiler *s) { s->c->no_end = true; }

// ---- what engines find, or nobody ----------------------------------------------

static void lose_raise(spoiler *s) {
  s->c->lost_raise = any_item(s)->id;
  s->c->watchdog = 3000 + 8 * (s->c->dram.max_delay + s->c->dram.max_stall);
}

static void overflow(spoiler *s) {
  const unsigned from = (unsigned)systole_roll(&s->dice, SYSTOLE_ENGINES);
  const unsigned to = (from + 1 + (unsigned)systole_roll(&s->dice, 3)) % SYSTOLE_ENGINES;
  const unsigned at = (unsigned)systole_roll(&s->dice, s->c->item_count + 1);
  for (unsigned i = 0; i < 18 && s->c->item_count < SYSTOLE_FUZZ_ITEMS; i++) {
    add_line(s, SYSTOLE_OP_LD, at);
    s->c->items[at].line = systole_fuzz_nothing(from);
    systole_line_set(&s->c->items[at].line, SYSTOLE_LSB_raise + 4 * to, 4, 15);
  }
}

static void spoil_index(spoiler *s) {
  s->c->wild_data = true;
  for (unsigned i = 0; i < s->c->item_count; i++) {
    systole_line *line = &s->c->items[i].line;
    if (line->word[0] % 256 == SYSTOLE_OP_LDG && SYSTOLE_GET(line, LDG, limit) > 1)
      SYSTOLE_SET(line, LDG, limit, 1 + systole_roll(&s->dice, 6));
  }
}

static void make_hole(spoiler *s) {
  const unsigned number = (unsigned)systole_roll(&s->dice, SYSTOLE_SEGMENTS);
  const systole_fuzz_segment *segment = &s->c->segments[number];
  uint64_t blocks = (segment->limit + 127) / 128;
  if (number == SYSTOLE_PROGRAM_SEGMENT) blocks = (s->c->line_count * SYSTOLE_LINE_BYTES + 127) / 128;
  else if (segment->bytes == NULL || blocks == 0) return;
  s->c->hole.segment = number;
  s->c->hole.offset = 128 * systole_roll(&s->dice, blocks);
  s->c->hole.bytes = 128 * (1 + systole_roll(&s->dice, blocks - s->c->hole.offset / 128));
}

static void stop_early(spoiler *s) { s->c->max_cycles = 20 + systole_roll(&s->dice, 3000); }

// How one can see that it is as meant before anything runs.
typedef enum { STOPS_SEQUENCER, RUNS } meaning;

typedef struct {
  const char *name;
  void (*spoil)(spoiler *s);
  meaning meaning;
} kind;

static const kind kinds[] = {{"a bit flipped", flip_bit, STOPS_SEQUENCER},
                             {"a wild value", set_wild, STOPS_SEQUENCER},
                             {"wild scalars", set_scalars, STOPS_SEQUENCER},
                             {"a segment too small", shrink_segment, STOPS_SEQUENCER},
                             {"loops out of place", spoil_loops, STOPS_SEQUENCER},
                             {"no END", lose_end, STOPS_SEQUENCER},
                             {"a raise lost", lose_raise, RUNS},
                             {"a semaphore overflows", overflow, RUNS},
                             {"a bad index", spoil_index, RUNS},
                             {"memory that refuses", make_hole, RUNS},
                             {"a stop by the host", stop_early, RUNS}};
enum { KINDS = sizeof kinds / sizeof *kinds, TRIES = 40 };

static bool is_meant(systole_fuzz_case *c, const systole_fuzz_case *good, const kind *k,
                     systole_fuzz_places *places, systole_fuzz_walk *walk) {
  if (!systole_fuzz_lay_out(c, places, walk, 0)) return false;
  if (k->spoil == lose_raise && c->line_count == good->line_count &&
      !memcmp(c->lines, good->lines, c->line_count * sizeof *c->lines))
    return false;
  if (k->meaning == RUNS)
    return walk->cause == SYSTOLE_CAUSE_NONE && (c->lost_raise || systole_fuzz_is_ordered(c, NULL));
  const bool ends_late = walk->cause != SYSTOLE_CAUSE_NONE || c->no_end ||
                         c->segments[0].limit < c->line_count * (uint64_t)SYSTOLE_LINE_BYTES;
  return ends_late && systole_fuzz_is_ordered(c, NULL);
}

bool systole_fuzz_spoil(systole_fuzz_case *c, systole_fuzz_places *places, systole_fuzz_walk *walk,
                        uint64_t seed) {
  const systole_fuzz_case good = *c;
  spoiler s = {c, seed};
  if (c->item_count == 0) return false;
  const kind *k = &kinds[systole_roll(&s.dice, KINDS)];
  for (unsigned t = 0; t < TRIES; t++) {
    *c = good;
    c->fault = k->name;
    k->spoil(&s);
    if (is_meant(c, &good, k, places, walk)) return true;
  }
  *c = good;
  return false;
}
