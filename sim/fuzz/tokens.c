#include "sim/fuzz/tokens.h"

#include <string.h>

#include "sim/fuzz/accept.h"
#include "sim/fuzz/dice.h"
#include "sim/model/resolve.h"

typedef struct {
  const systole_fuzz_case *c;
  const systole_fuzz_walk *walk;
  systole_fuzz_tokens *tokens;
  unsigned engine[SYSTOLE_FUZZ_ITEMS];
  unsigned region[SYSTOLE_FUZZ_ITEMS];                  // its first item
  unsigned needs[SYSTOLE_FUZZ_ITEMS][SYSTOLE_ENGINES];  // item + 1, 0 none
} finder;

static void find_regions(finder *f) {
  unsigned first = 0;
  memset(f->tokens, 0, sizeof *f->tokens);
  memset(f->needs, 0, sizeof f->needs);
  for (unsigned i = 0; i < f->c->item_count; i++) {
    const unsigned opcode = systole_fuzz_opcode(&f->c->items[i]);
    const int engine = systole_opcode_engine(opcode);
    f->engine[i] = engine < 0 ? SYSTOLE_ENGINE_SEQ : (unsigned)engine;
    if (f->engine[i] != SYSTOLE_ENGINE_SEQ) f->tokens->used[f->engine[i]] = true;
    if (opcode == SYSTOLE_OP_LOOP || opcode == SYSTOLE_OP_ENDLOOP) first = i + 1;
    f->region[i] = first;
  }
}

// An item stands for all its instances, those of every pass.
static void find_sram_needs(finder *f, systole_fuzz_places *places) {
  const uint32_t base = places->last;
  for (unsigned i = 0; i < f->c->item_count; i++) {
    uint32_t needs[SYSTOLE_ENGINES] = {0};
    for (unsigned s = 0; s < f->walk->count; s++)
      if (f->walk->steps[s].item == i && f->engine[i] != SYSTOLE_ENGINE_SEQ)
        systole_fuzz_places_enter(places, &f->walk->steps[s].instruction, base + i + 1,
                                  base + f->region[i], needs);
    for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
      if (needs[e] != 0) f->needs[i][e] = needs[e] - base;
  }
  places->last = base + f->c->item_count;
}

static bool meet(const systole_config *config, const systole_instruction *a,
                 const systole_instruction *b) {
  systole_fuzz_range x[2], y[2];
  const unsigned nx = systole_fuzz_ranges(config, a, x), ny = systole_fuzz_ranges(config, b, y);
  for (unsigned i = 0; i < nx; i++)
    for (unsigned j = 0; j < ny; j++)
      if (x[i].from < y[j].to && y[j].from < x[i].to) return true;
  return false;
}

// Only LD and ST touch DRAM, and only ST writes it.
static void find_dram_needs(finder *f) {
  for (unsigned s = 0; s < f->walk->count; s++)
    for (unsigned t = 0; t < f->walk->count; t++) {
      const unsigned early = f->walk->steps[s].item, late = f->walk->steps[t].item;
      if (early >= late || early < f->region[late]) continue;
      if (f->engine[early] + f->engine[late] != SYSTOLE_ENGINE_LD + SYSTOLE_ENGINE_ST ||
          f->engine[early] == f->engine[late])
        continue;
      if (f->needs[late][f->engine[early]] > early) continue;
      if (meet(&f->c->config, &f->walk->steps[s].instruction, &f->walk->steps[t].instruction))
        f->needs[late][f->engine[early]] = early + 1;
    }
}

// ---- one semaphore of one region -------------------------------------------------

// A number of its own for each (item, semaphore), whatever the others do.
static uint64_t luck(const finder *f, unsigned item, unsigned from, unsigned to) {
  if (f->c->token_seed == 0) return 0;
  return systole_dice_mix(f->c->token_seed + f->c->items[item].id * 64u + from * 8 + to);
}

// How many tokens may be open: what a loop's passes pile up must stay below
// the semaphore's end.
static unsigned room(const finder *f) {
  const unsigned most = 200 / (f->c->config.queue_depth + 2);
  return most > 8 ? 8 : most;
}

typedef struct {
  unsigned first, end, from, to;
} semaphore;

// The producers that some consumer needs, each once.
static void raise_needed(finder *f, semaphore s) {
  unsigned waited = 0;
  for (unsigned i = s.first; i < s.end; i++) {
    if (f->engine[i] != s.to || f->needs[i][s.from] <= waited) continue;
    waited = f->needs[i][s.from];
    f->tokens->raise[waited - 1][s.to] = 1;
  }
}

static unsigned last_of(const finder *f, semaphore s) {
  unsigned last = s.first;
  for (unsigned i = s.first; i < s.end; i++)
    if (f->engine[i] == s.to) last = i;
  return last;
}

// Takes at each consumer what makes its producer certain, sometimes more, and
// all that is left at the last.
static void take(finder *f, semaphore s) {
  const unsigned last = last_of(f, s);
  unsigned raised = 0, taken = 0, after[SYSTOLE_FUZZ_ITEMS + 1] = {0};
  for (unsigned i = s.first; i < s.end; i++) {
    const uint64_t lucky = luck(f, i, s.from, s.to);
    if (f->engine[i] == s.from) {
      uint8_t *raise = &f->tokens->raise[i][s.to];
      if (i < last && lucky % 5 == 1 && raised - taken + 4 < room(f))
        *raise = (uint8_t)(*raise + 1 + lucky / 8 % 3);
      raised += *raise;
      after[i + 1] = raised;
    }
    if (f->engine[i] != s.to) continue;
    const unsigned open = raised - taken, needed = after[f->needs[i][s.from]];
    unsigned count = needed > taken ? needed - taken : 0;
    if (i == last || (lucky % 4 == 1 && open <= 15)) count = open;
    if (count > 15) f->tokens->crowded = true;
    f->tokens->wait[i][s.from] = (uint8_t)count;
    taken += count;
  }
}

static void find_region_tokens(finder *f, unsigned first, unsigned end) {
  for (unsigned from = 0; from < SYSTOLE_ENGINES; from++)
    for (unsigned to = 0; to < SYSTOLE_ENGINES; to++) {
      const semaphore s = {first, end, from, to};
      if (from == to) continue;
      raise_needed(f, s);
      take(f, s);
    }
}

void systole_fuzz_tokens_find(const systole_fuzz_case *c, const systole_fuzz_walk *walk,
                              systole_fuzz_places *places, systole_fuzz_tokens *tokens) {
  finder f = {.c = c, .walk = walk, .tokens = tokens};
  find_regions(&f);
  find_sram_needs(&f, places);
  find_dram_needs(&f);
  for (unsigned i = 0, end; i < c->item_count; i = end) {
    for (end = i + 1; end < c->item_count && f.region[end] == f.region[i];) end++;
    find_region_tokens(&f, i, end);
  }
}
