#include "sim/fuzz/shrink.h"

#include <string.h>

#include "hw/isa/table.h"
#include "sim/fuzz/layout.h"

typedef struct {
  systole_fuzz_shrinker *s;
  systole_fuzz_case *best;
  systole_fuzz_result *result;
  systole_fuzz_case trial;  // what is being tried; best until then
  systole_status status;
  systole_error *err;
} shrinking;

// Keeps the trial if it is a case that still differs.
static bool keep(shrinking *k) {
  systole_fuzz_result result;
  if (k->status != SYSTOLE_OK || k->s->tries == 0) return false;
  if (!systole_fuzz_lay_out(&k->trial, k->s->places, k->s->walk, 0)) return false;
  // Without a raise engines may wait for ever, but nothing comes too early.
  if (!k->trial.lost_raise && !systole_fuzz_is_ordered(&k->trial, NULL)) return false;
  k->s->tries--;
  k->status = systole_fuzz_compare(&k->trial, k->s->apis, SYSTOLE_COMPARE_ALL, &result, k->err);
  if (k->status != SYSTOLE_OK || !result.differs) return false;
  *k->best = k->trial;
  *k->result = result;
  return true;
}

static systole_fuzz_case *begin(shrinking *k) {
  k->trial = *k->best;
  return &k->trial;
}

// An item and, if it begins or ends a loop, its other end.
static void drop_item(systole_fuzz_case *c, unsigned i) {
  int match[SYSTOLE_FUZZ_ITEMS];
  systole_fuzz_match(c, match);
  const int other = match[i];
  if (other > (int)i) systole_fuzz_drop(c, (unsigned)other, 1);
  systole_fuzz_drop(c, i, 1);
  if (other >= 0 && other < (int)i) systole_fuzz_drop(c, (unsigned)other, 1);
}

// The first `count` items, and the ends of the loops they open.
static void cut_at(systole_fuzz_case *c, unsigned count) {
  for (unsigned i = c->item_count; i > count; i--) {
    int match[SYSTOLE_FUZZ_ITEMS];
    systole_fuzz_match(c, match);
    if (match[i - 1] < 0 || match[i - 1] >= (int)count) systole_fuzz_drop(c, i - 1, 1);
  }
}

static void cut(shrinking *k) {
  for (unsigned count = 0; count < k->best->item_count; count++) {
    cut_at(begin(k), count);
    if (keep(k)) return;
  }
}

static void drop_ranges(shrinking *k) {
  for (unsigned size = k->best->item_count / 2; size > 1; size /= 2)
    for (unsigned i = 0; i + size <= k->best->item_count;) {
      systole_fuzz_drop(begin(k), i, size);
      if (!keep(k)) i += size;
    }
}

static void drop_items(shrinking *k) {
  for (unsigned i = k->best->item_count; i > 0; i--) {
    if (i > k->best->item_count) continue;
    drop_item(begin(k), i - 1);
    keep(k);
  }
}

// ---- what surrounds the items ----------------------------------------------------

static void simplify_run(shrinking *k) {
  begin(k)->repeats = 1, keep(k);
  begin(k)->token_seed = 0, keep(k);
  begin(k)->dram.max_delay = 0, keep(k);
  begin(k)->dram.max_stall = 0, keep(k);
  for (unsigned i = 0; i < k->best->item_count; i++)
    if (k->best->items[i].open) begin(k)->items[i].open = false, keep(k);
}

// The content stays the case's, to be freed, with none of it in use.
static void drop_segment(shrinking *k, unsigned number) {
  systole_fuzz_segment *s = &begin(k)->segments[number];
  if (s->limit == 0) return;
  s->limit = s->size = s->kept = 0;
  keep(k);
}

static void simplify_data(shrinking *k) {
  for (unsigned s = 1; s < SYSTOLE_SEGMENTS; s++) drop_segment(k, s);
  for (unsigned s = 1; s < SYSTOLE_SEGMENTS; s++)
    for (unsigned half = 0; half < 8 && k->best->segments[s].kept > 0; half++) {
      begin(k)->segments[s].kept = half == 0 ? 0 : k->best->segments[s].kept / 2 & ~3ull;
      if (!keep(k) && half > 0) break;
    }
  for (unsigned s = 0; s < SYSTOLE_SCALARS; s++)
    if (k->best->scalars[s] != 0) begin(k)->scalars[s] = 0, keep(k);
}

// ---- fields ------------------------------------------------------------------

// The values that its scalars give it, in the first pass.
static void unbind(shrinking *k, unsigned i) {
  if (!systole_line_get(&k->best->items[i].line, SYSTOLE_LSB_bound, 1)) return;
  systole_fuzz_item *item = &begin(k)->items[i];
  systole_fuzz_walk_items(k->best, k->s->walk);
  for (unsigned s = k->s->walk->count; s > 0; s--)
    if (k->s->walk->steps[s - 1].item == i) item->line = k->s->walk->steps[s - 1].instruction.line;
  systole_line_set(&item->line, SYSTOLE_LSB_bound, 1, 0);
  keep(k);
}

static bool try_value(shrinking *k, unsigned i, const systole_isa_field *f, uint64_t value) {
  systole_line_set(&begin(k)->items[i].line, f->lsb, f->width, value);
  return keep(k);
}

static void simplify_field(shrinking *k, unsigned i, const systole_isa_field *f) {
  const systole_line *line = &k->best->items[i].line;
  const uint64_t now = systole_line_get(line, f->lsb, f->width);
  if (now == 0) return;
  if (f->kind == SYSTOLE_KIND_F) {
    if (now != 0x3F800000) try_value(k, i, f, 0x3F800000);
    return;
  }
  if (try_value(k, i, f, 0) || f->kind == SYSTOLE_KIND_B || f->kind == SYSTOLE_KIND_ENUM) return;
  if (now > 1 && try_value(k, i, f, 1)) return;
  for (uint64_t half = now / 2; half > 1; half /= 2)
    if (!try_value(k, i, f, half)) break;
  if (now > 2) try_value(k, i, f, systole_line_get(line, f->lsb, f->width) - 1);
}

static void simplify_items(shrinking *k) {
  for (unsigned i = 0; i < k->best->item_count; i++) {
    unbind(k, i);
    for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
      if (f->opcode == systole_fuzz_opcode(&k->best->items[i])) simplify_field(k, i, f);
  }
}

systole_status systole_fuzz_cut(systole_fuzz_shrinker *s, systole_fuzz_case *c,
                                systole_fuzz_result *result, systole_error *err) {
  shrinking k = {.s = s, .best = c, .result = result, .err = err};
  cut(&k);
  return k.status;
}

systole_status systole_fuzz_shrink(systole_fuzz_shrinker *s, systole_fuzz_case *c,
                                   systole_fuzz_result *result, systole_error *err) {
  shrinking k = {.s = s, .best = c, .result = result, .err = err};
  drop_ranges(&k);
  drop_items(&k);
  simplify_run(&k);
  simplify_items(&k);
  simplify_data(&k);
  drop_items(&k);
  return k.status;
}
