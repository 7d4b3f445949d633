#include "compiler/schedule/hazard.h"

#include <stdlib.h>
#include <string.h>

enum { ENGINES = 4, SPACES = 7, OBJECTS = 65536, CHUNK = 16 };

// The last instruction (1-based, 0 none) that wrote a place, and the last one
// of each engine that read it since.
typedef struct {
  uint32_t writer;
  uint32_t reader[ENGINES];
} place;

// Words that follow each other. Most are touched together, so that one place
// stands for all of them until an instruction touches only some.
typedef struct {
  bool split;
  place whole, words[CHUNK];
} chunk;

typedef struct {
  uint8_t engine;
  uint16_t wait, raise;
  uint32_t needs[ENGINES];  // the latest instruction of each engine that must have ended
} entry;

struct systole_hazards {
  chunk *chunks[SPACES];
  place *objects;
  uint32_t size[SPACES];
  entry *entries;
  uint32_t count, room;
  bool outside;  // an instruction left its SRAM; solve says so
};

systole_status systole_hazards_create(const systole_config *config, systole_hazards **out,
                                      systole_error *err) {
  systole_hazards *h = calloc(1, sizeof *h);
  bool ok = h && (h->objects = calloc(OBJECTS, sizeof *h->objects));
  for (unsigned s = 0; ok && s < SPACES; s++) {
    h->size[s] = systole_config_words(config, s);
    ok = (h->chunks[s] = calloc(h->size[s] / CHUNK + 1, sizeof *h->chunks[s])) != NULL;
  }
  if (!ok) {
    systole_hazards_destroy(h);
    return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for the table of hazards");
  }
  *out = h;
  return SYSTOLE_OK;
}

void systole_hazards_destroy(systole_hazards *h) {
  if (!h) return;
  for (unsigned s = 0; s < SPACES; s++) free(h->chunks[s]);
  free(h->objects);
  free(h->entries);
  free(h);
}

systole_status systole_hazards_next(systole_hazards *h, systole_engine engine, systole_error *err) {
  if (h->count == h->room) {
    uint32_t room = h->room ? 2 * h->room : 1024;
    entry *entries = realloc(h->entries, room * sizeof *entries);
    if (!entries) return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for %u instructions", room);
    h->entries = entries;
    h->room = room;
  }
  h->entries[h->count++] = (entry){.engine = (uint8_t)engine};
  return SYSTOLE_OK;
}

static void need(const systole_hazards *h, entry *self, uint32_t instruction) {
  if (!instruction || instruction == h->count) return;
  unsigned engine = h->entries[instruction - 1].engine;
  if (engine != self->engine && instruction > self->needs[engine])
    self->needs[engine] = instruction;
}

static void touch(systole_hazards *h, place *p, bool write) {
  entry *self = &h->entries[h->count - 1];
  need(h, self, p->writer);
  if (!write) {
    p->reader[self->engine] = h->count;
    return;
  }
  for (unsigned e = 0; e < ENGINES; e++) need(h, self, p->reader[e]);
  *p = (place){.writer = h->count};
}

static void touch_word(systole_hazards *h, chunk *c, unsigned word, bool write) {
  if (!c->split)
    for (unsigned i = 0; i < CHUNK; i++) c->words[i] = c->whole;
  c->split = true;
  touch(h, &c->words[word], write);
}

// All words of a chunk. After a write they are alike again.
static void touch_chunk(systole_hazards *h, chunk *c, bool write) {
  for (unsigned i = 0; c->split && i < CHUNK; i++) touch(h, &c->words[i], write);
  if (c->split && write) c->whole = c->words[0];
  else if (!c->split) touch(h, &c->whole, write);
  if (write) c->split = false;
}

static void touch_run(systole_hazards *h, unsigned space, uint64_t word, uint64_t count, bool write) {
  const uint64_t size = h->size[space], end = word + count < size ? word + count : size;
  if (count && word + count > size) h->outside = true;
  while (word < end) {
    chunk *c = &h->chunks[space][word / CHUNK];
    if (word % CHUNK == 0 && end - word >= CHUNK) {
      touch_chunk(h, c, write);
      word += CHUNK;
    } else {
      touch_word(h, c, word % CHUNK, write);
      word++;
    }
  }
}

void systole_hazards_words(systole_hazards *h, unsigned space, uint32_t base, uint32_t rows,
                           uint32_t row_step, uint32_t columns, uint32_t column_step, bool write) {
  for (uint32_t r = 0; r < (row_step ? rows : 1); r++) {
    const uint64_t row = base + (uint64_t)r * row_step;
    if (column_step == 1) {
      touch_run(h, space, row, columns, write);
      continue;
    }
    for (uint32_t c = 0; c < columns; c++)
      touch_run(h, space, row + (uint64_t)c * column_step, 1, write);
  }
}

void systole_hazards_dram(systole_hazards *h, int object, bool write) {
  touch(h, &h->objects[object], write);
}

// Engines run in order, so having waited for instruction p of an engine means
// that all its earlier ones have ended too: one token per newly needed
// producer is enough, and tokens match one to one in order.
systole_status systole_hazards_solve(systole_hazards *h, systole_error *err) {
  if (h->outside)
    return systole_fail(err, SYSTOLE_E_RANGE, "the schedule leaves an SRAM of the configuration");
  for (unsigned producer = 0; producer < ENGINES; producer++)
    for (unsigned consumer = 0; consumer < ENGINES; consumer++) {
      uint32_t waited = 0;
      for (uint32_t i = 0; i < h->count; i++) {
        entry *e = &h->entries[i];
        if (e->engine != consumer || e->needs[producer] <= waited) continue;
        waited = e->needs[producer];
        e->wait = (uint16_t)(e->wait + (1u << 4 * producer));
        entry *p = &h->entries[waited - 1];
        p->raise = (uint16_t)(p->raise + (1u << 4 * consumer));
      }
      // However far the producer runs ahead, it cannot pass its consumer's
      // place in the program by more than the tokens in between.
      uint32_t open = 0, most = 0;
      for (uint32_t i = 0; i < h->count; i++) {
        if (h->entries[i].engine == consumer && (h->entries[i].wait >> 4 * producer & 15)) open--;
        if (h->entries[i].engine == producer && (h->entries[i].raise >> 4 * consumer & 15)) open++;
        if (open > most) most = open;
      }
      if (most > SYSTOLE_SEMAPHORE_MAX - 64)
        return systole_fail(err, SYSTOLE_E_RANGE,
                            "the schedule leaves %u tokens open from engine %u to %u, more than a "
                            "semaphore holds",
                            most, producer, consumer);
    }
  return SYSTOLE_OK;
}

uint16_t systole_hazards_wait(const systole_hazards *h, uint32_t instruction) {
  return h->entries[instruction].wait;
}

uint16_t systole_hazards_raise(const systole_hazards *h, uint32_t instruction) {
  return h->entries[instruction].raise;
}
