#include "sim/fuzz/instruction.h"

#include <string.h>

#include "sim/fuzz/accept.h"
#include "sim/fuzz/dice.h"
#include "sim/fuzz/values.h"
#include "sim/model/resolve.h"
#include "sim/model/touch.h"

enum { FIELDS = 64, STARTS = 600, TRIES = 4 };

typedef struct {
  const systole_isa_field *field[FIELDS];
  bool counts[FIELDS];
  unsigned count;
} fields;

static fields fields_of(unsigned opcode) {
  fields f = {.count = 0};
  for (const systole_isa_field *t = systole_isa_fields; t->name; t++) {
    if (t->opcode != opcode || f.count == FIELDS) continue;
    f.counts[f.count] = systole_fuzz_is_count(t);
    f.field[f.count++] = t;
  }
  return f;
}

static void shuffle(fields *f, uint64_t *dice) {
  for (unsigned i = f->count; i > 1; i--) {
    const unsigned j = (unsigned)systole_roll(dice, i);
    const systole_isa_field *field = f->field[j];
    const bool counts = f->counts[j];
    f->field[j] = f->field[i - 1];
    f->counts[j] = f->counts[i - 1];
    f->field[i - 1] = field;
    f->counts[i - 1] = counts;
  }
}

static bool suits(systole_fuzz_maker *m, const systole_line *line, const systole_line *binding) {
  systole_instruction in;
  const systole_job job = systole_fuzz_job(m->c);
  return systole_resolve(&m->c->config, &job, m->scalars, line, binding, 0, &in) ==
             SYSTOLE_CAUSE_NONE &&
         systole_fuzz_cost(&m->c->config, &in) <= m->cycles &&
         systole_fuzz_acceptable(m->c, m->places, &in);
}

// Enumerations and flags at random, counts one, other numbers mostly zero.
static void draw_start(systole_fuzz_maker *m, const fields *f, systole_line *line) {
  for (unsigned i = 0; i < f->count; i++) {
    const systole_isa_field *field = f->field[i];
    const bool number = field->kind == SYSTOLE_KIND_U || field->kind == SYSTOLE_KIND_S;
    uint64_t value = systole_fuzz_value(&m->c->config, field, m->reach, &m->recent, &m->dice);
    if (number && field->width > 4 && systole_chance(&m->dice, 60)) value = 0;
    systole_line_set(line, field->lsb, field->width, f->counts[i] ? 1 : value);
  }
}

static bool resolved(const systole_fuzz_maker *m, const systole_line *line, const systole_line *binding,
                     systole_instruction *in) {
  const systole_job job = systole_fuzz_job(m->c);
  return systole_resolve(&m->c->config, &job, m->scalars, line, binding, 0, in) ==
         SYSTOLE_CAUSE_NONE;
}

static unsigned alive(const systole_fuzz_maker *m, const systole_line *line) {
  systole_instruction in;
  return resolved(m, line, NULL, &in) ? systole_fuzz_places_alive(m->places, &in) : 0;
}

// Every number once more, in random order, if it suits and does not
// lead where there are only zeros.
static void grow(systole_fuzz_maker *m, const fields *f, systole_line *line) {
  unsigned best = alive(m, line);
  for (unsigned i = 0; i < f->count; i++) {
    const systole_isa_field *field = f->field[i];
    if (field->kind != SYSTOLE_KIND_U && field->kind != SYSTOLE_KIND_S) continue;
    for (unsigned t = 0; t < TRIES; t++) {
      systole_line other = *line;
      uint64_t value = systole_fuzz_value(&m->c->config, field, m->reach, &m->recent, &m->dice) >> t;
      if (f->counts[i] && value == 0) continue;
      systole_line_set(&other, field->lsb, field->width, value);
      if (!suits(m, &other, NULL)) continue;
      const unsigned now = alive(m, &other);
      if (now < best && !systole_chance(&m->dice, 5)) continue;
      best = now;
      *line = other;
      break;
    }
  }
}

// Makes it do nothing, now and then, with whatever else its fields say.
static void empty(systole_fuzz_maker *m, const fields *f, systole_line *line) {
  systole_line other = *line;
  if (!systole_chance(&m->dice, 4)) return;
  for (unsigned i = 0; i < f->count; i++) {
    const systole_isa_field *field = f->field[i];
    if (f->counts[i] || (field->kind == SYSTOLE_KIND_U && systole_chance(&m->dice, 20)))
      systole_line_set(&other, field->lsb, field->width,
                       f->counts[i] ? systole_roll(&m->dice, 2) : systole_dice(&m->dice));
  }
  if (suits(m, &other, NULL)) *line = other;
}

static bool make_one(systole_fuzz_maker *m, unsigned opcode, systole_fuzz_item *item) {
  fields f = fields_of(opcode);
  *item = (systole_fuzz_item){.line = {{opcode}}};
  unsigned tries = 0;
  do draw_start(m, &f, &item->line);
  while (!suits(m, &item->line, NULL) && ++tries < STARTS);
  if (tries == STARTS) return false;
  shuffle(&f, &m->dice);
  grow(m, &f, &item->line);
  if (alive(m, &item->line) < 60) grow(m, &f, &item->line);
  empty(m, &f, &item->line);
  return true;
}

// The best of a few: zeros times zeros hide what is wrong.
bool systole_fuzz_make(systole_fuzz_maker *m, unsigned opcode, systole_fuzz_item *item) {
  int best = -1;
  const unsigned tries = 1 + (unsigned)systole_roll(&m->dice, 16);
  for (unsigned t = 0; t < tries && best < 90; t++) {
    systole_fuzz_item other;
    systole_instruction in;
    if (!make_one(m, opcode, &other) || !resolved(m, &other.line, NULL, &in)) continue;
    const int now = (int)systole_fuzz_places_alive(m->places, &in);
    if (now <= best) continue;
    *item = other;
    best = now;
  }
  return best >= 0;
}

static void remember_touch(void *user, const systole_touch *touch) {
  systole_fuzz_maker *m = user;
  if (!touch->write) return;
  const uint32_t word = touch->word + (uint32_t)systole_roll(&m->dice, touch->count);
  m->recent.word[m->recent.count++ % SYSTOLE_FUZZ_RECENT] = word;
}

void systole_fuzz_remember(systole_fuzz_maker *m, const systole_fuzz_item *item) {
  systole_instruction in;
  if (!resolved(m, &item->line, &item->binding, &in)) return;
  systole_touches(&in, m->c->config.dim, remember_touch, m);
  systole_fuzz_places_leave(m->places, &in);
}

// ---- binding -----------------------------------------------------------------

typedef struct {
  uint64_t field, scalar, mult, cap;
} slot;

static void put_slot(systole_line *binding, unsigned number, const slot *s) {
  const unsigned at = SYSTOLE_BINDING_BITS * number;
#define BINDING(name, lsb, width, kind, text) systole_line_set(binding, at + (lsb), width, s->name);
#include "hw/isa/isa.def"
}

static int32_t draw_mult(uint64_t *dice) {
  switch (systole_roll(dice, 6)) {
    case 0: return 0;
    case 1: return (int32_t)systole_dice(dice);
    case 2: return -(int32_t)systole_roll(dice, 8);
    default: return (int32_t)systole_roll(dice, 9);
  }
}

// One field over 1 to 3 slots, meant to come to its present value or nearby.
static unsigned bind_field(systole_fuzz_maker *m, const systole_isa_field *field,
                           systole_line *line, systole_line *binding, unsigned first) {
  const uint64_t wanted = systole_line_get(line, field->lsb, field->width);
  const uint64_t all = (UINT64_C(1) << field->width) - 1;
  unsigned slots = 1 + (systole_chance(&m->dice, 25) ? (unsigned)systole_roll(&m->dice, 2) : 0);
  uint64_t sum = 0;
  if (slots > SYSTOLE_BINDING_SLOTS - first) slots = SYSTOLE_BINDING_SLOTS - first;
  for (unsigned i = 0; i < slots; i++) {
    slot s = {field->bind, systole_roll(&m->dice, SYSTOLE_SCALARS), (uint32_t)draw_mult(&m->dice),
              UINT32_MAX};
    sum += (uint64_t)((int64_t)m->scalars[s.scalar] * (int32_t)(uint32_t)s.mult);
    if (systole_chance(&m->dice, 25)) s.cap = systole_chance(&m->dice, 70) ? wanted : systole_dice(&m->dice) & 63;
    put_slot(binding, first + i, &s);
  }
  uint64_t imm = systole_chance(&m->dice, 70) ? wanted - sum : systole_roll(&m->dice, 8);
  if (imm > all && field->kind == SYSTOLE_KIND_U) imm = systole_chance(&m->dice, 50) ? 0 : wanted;
  systole_line_set(line, field->lsb, field->width, imm);
  return slots;
}

void systole_fuzz_bind(systole_fuzz_maker *m, systole_fuzz_item *item) {
  fields f = fields_of(item->line.word[0] & 0xFF);
  systole_line best = item->line, binding = {{0}};
  unsigned slots = 0;
  shuffle(&f, &m->dice);
  systole_line_set(&best, SYSTOLE_LSB_bound, SYSTOLE_WIDTH_bound, 1);
  for (unsigned i = 0; i < f.count && slots < SYSTOLE_BINDING_SLOTS; i++) {
    systole_line line = best, other = binding;
    if (f.field[i]->bind == 0 || systole_chance(&m->dice, 40)) continue;
    const unsigned more = bind_field(m, f.field[i], &line, &other, slots);
    if (!suits(m, &line, &other)) continue;
    best = line;
    binding = other;
    slots += more;
  }
  if (slots == 0 && !systole_chance(&m->dice, 10)) return;
  item->line = best;
  item->binding = binding;
}
