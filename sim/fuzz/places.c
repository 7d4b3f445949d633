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
