#include "sim/fuzz/places.h"

#include <stdlib.h>
#include <string.h>

#include "hw/isa/isa.h"
#include "sim/model/touch.h"

systole_status systole_fuzz_places_create(const systole_config *config, systole_fuzz_places *places,
                                          systole_error *err) {
  *places = (systole_fuzz_places){.dim = config->dim};
  for (unsigned s = 0; s < SYSTOLE_FUZZ_SPACES; s++) {
    places->words[s] = calloc(systole_config_words(config, s), sizeof *places->words[s]);
    if (places->words[s] != NULL) continue;
    systole_fuzz_places_destroy(places);
    return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for the table of hazards");
  }
  return SYSTOLE_OK;
}

void systole_fuzz_places_destroy(systole_fuzz_places *places) {
  for (unsigned s = 0; s < SYSTOLE_FUZZ_SPACES; s++) free(places->words[s]);
  *places = (systole_fuzz_places){0};
}

typedef struct {
  systole_fuzz_places *places;
  unsigned engine;
  uint32_t number, since, *needs;
} entering;

static void need(const entering *e, unsigned engine, uint32_t number) {
  if (engine == e->engine || number <= e->since || number == e->number) return;
  if (e->needs[engine] < number) e->needs[engine] = number;
}

// Who writes a space is fixed, so the writer's engine needs no keeping.
static const unsigned writers[] = {
#define SPACE(name, code, element, writer, readers, text) [code] = SYSTOLE_ENGINE_##writer,
#include "hw/isa/isa.def"
};

static void enter_touch(void *user, const systole_touch *touch) {
  const entering *e = user;
  for (uint32_t i = 0; i < touch->count; i++) {
    systole_fuzz_place *p = &e->places->words[touch->space][touch->word + i];
    need(e, writers[touch->space], p->writer);
    if (!touch->write) {
      p->reader[e->engine] = e->number;
      continue;
    }
    for (unsigned other = 0; other < SYSTOLE_ENGINES; other++) need(e, other, p->reader[other]);
    memset(p->reader, 0, sizeof p->reader);
    p->writer = e->number;
  }
}

void systole_fuzz_places_enter(systole_fuzz_places *places, const systole_instruction *instruction,
                               uint32_t number, uint32_t since, uint32_t needs[SYSTOLE_ENGINES]) {
  entering e = {places, instruction->engine, number, since, needs};
  systole_touches(instruction, places->dim, enter_touch, &e);
}

typedef struct {
  systole_fuzz_places *places;
  bool results;  // writes row scalars only as results, so no word twice
  bool race;
} looking;

static void look_touch(void *user, const systole_touch *touch) {
  looking *l = user;
  const uint32_t serial = l->places->serial;
  for (uint32_t i = 0; i < touch->count; i++) {
    systole_fuzz_place *p = &l->places->words[touch->space][touch->word + i];
    if (!touch->write) {
      if (p->serial != serial || p->step < touch->step) p->step = (uint32_t)touch->step;
      p->serial = serial;
      continue;
    }
    if (p->serial == serial && p->step > touch->step) l->race = true;
    if (l->results && touch->space == SYSTOLE_SPACE_RS && p->wrote == serial) l->race = true;
    p->wrote = serial;
  }
}

bool systole_fuzz_places_self_race(systole_fuzz_places *places,
                                   const systole_instruction *instruction) {
  const bool vx = instruction->opcode == SYSTOLE_OP_VX;
  looking l = {.places = places,
               .results = vx && SYSTOLE_GET(&instruction->line, VX, reduce) != 0};
  places->serial++;
  systole_touches(instruction, places->dim, look_touch, &l);
  return l.race;
}

// ---- what is there to work on ----------------------------------------------------

void systole_fuzz_places_clear(systole_fuzz_places *places) { places->program++; }

static void leave_touch(void *user, const systole_touch *touch) {
  const systole_fuzz_places *places = user;
  for (uint32_t i = 0; i < touch->count && touch->write; i++)
    places->words[touch->space][touch->word + i].alive = places->program;
}

void systole_fuzz_places_leave(systole_fuzz_places *places, const systole_instruction *instruction) {
  systole_touches(instruction, places->dim, leave_touch, places);
}

typedef struct {
  const systole_fuzz_places *places;
  uint64_t reads[SYSTOLE_FUZZ_SPACES], alive[SYSTOLE_FUZZ_SPACES];
} counting;

static void count_touch(void *user, const systole_touch *touch) {
  counting *c = user;
  for (uint32_t i = 0; i < touch->count && !touch->write; i++) {
    c->reads[touch->space]++;
    if (c->places->words[touch->space][touch->word + i].alive == c->places->program)
      c->alive[touch->space]++;
  }
}

unsigned systole_fuzz_places_alive(systole_fuzz_places *places,
                                   const systole_instruction *instruction) {
  counting c = {.places = places};
  unsigned sum = 0, spaces = 0;
  systole_touches(instruction, places->dim, count_touch, &c);
  for (unsigned s = 0; s < SYSTOLE_FUZZ_SPACES; s++) {
    if (c.reads[s] == 0) continue;
    sum += (unsigned)(100 * c.alive[s] / c.reads[s]);
    spaces++;
  }
  return spaces ? sum / spaces : 100;
}
