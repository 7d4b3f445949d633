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

// ---- tokens ------------------------------------------------------------------

typedef struct {
  unsigned producer, consumer;
} pair;

// The producer that instruction `i` waits for: the one that it needs, or one
// that a later instruction of its engine needs and that comes before `i` too,
// so that one token serves up to `most` of them.
static uint32_t target_of(const systole_hazards *h, pair p, uint32_t i, uint32_t most) {
  uint32_t target = h->entries[i].needs[p.producer];
  for (uint32_t j = i + 1; j < h->count && most > 1; j++) {
    const entry *e = &h->entries[j];
    if (e->engine != p.consumer || e->needs[p.producer] <= target) continue;
    if (e->needs[p.producer] > i) break;
    target = e->needs[p.producer];
    most--;
  }
  return target;
}

// Engines run in order, so having waited for instruction p of an engine means
// that all its earlier ones have ended too: one token per newly needed
// producer is enough, and tokens match one to one in order.
static void give_tokens(systole_hazards *h, pair p, uint32_t most) {
  uint32_t waited = 0;
  for (uint32_t i = 0; i < h->count; i++) {
    entry *e = &h->entries[i];
    if (e->engine != p.consumer || e->needs[p.producer] <= waited) continue;
    waited = target_of(h, p, i, most);
    e->wait = (uint16_t)(e->wait + (1u << 4 * p.producer));
    entry *producer = &h->entries[waited - 1];
    producer->raise = (uint16_t)(producer->raise + (1u << 4 * p.consumer));
  }
}

static void take_tokens_back(systole_hazards *h, pair p) {
  for (uint32_t i = 0; i < h->count; i++) {
    entry *e = &h->entries[i];
    if (e->engine == p.consumer) e->wait &= (uint16_t)~(15u << 4 * p.producer);
    if (e->engine == p.producer) e->raise &= (uint16_t)~(15u << 4 * p.consumer);
  }
}

// However far the producer runs ahead, it cannot pass its consumer's place in
// the program by more than the tokens in between.
static uint32_t most_open(const systole_hazards *h, pair p) {
  uint32_t open = 0, most = 0;
  for (uint32_t i = 0; i < h->count; i++) {
    const entry *e = &h->entries[i];
    if (e->engine == p.consumer && (e->wait >> 4 * p.producer & 15)) open--;
    if (e->engine == p.producer && (e->raise >> 4 * p.consumer & 15)) open++;
    if (open > most) most = open;
  }
  return most;
}

// Small blocks in a large ring give back more places than a semaphore counts
// before the first is used again; then a token stands for several of them.
static systole_status solve_pair(systole_hazards *h, pair p, systole_error *err) {
  enum { ALLOWED = SYSTOLE_SEMAPHORE_MAX - 64, MOST_TOGETHER = 4096 };
  uint32_t open = 0;
  for (uint32_t together = 1; together <= MOST_TOGETHER; together *= 2) {
    give_tokens(h, p, together);
    open = most_open(h, p);
    if (open <= ALLOWED) return SYSTOLE_OK;
    take_tokens_back(h, p);
  }
  return systole_fail(err, SYSTOLE_E_RANGE,
                      "the schedule leaves %u tokens open from engine %u to %u, more than a "
                      "semaphore holds",
                      open, p.producer, p.consumer);
}

systole_status systole_hazards_solve(systole_hazards *h, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  if (h->outside)
    return systole_fail(err, SYSTOLE_E_RANGE, "the schedule leaves an SRAM of the configuration");
  for (unsigned producer = 0; producer < ENGINES && !status; producer++)
    for (unsigned consumer = 0; consumer < ENGINES && !status; consumer++)
      status = solve_pair(h, (pair){producer, consumer}, err);
  return status;
}

uint16_t systole_hazards_wait(const systole_hazards *h, uint32_t instruction) {
  return h->entries[instruction].wait;
}

uint16_t systole_hazards_raise(const systole_hazards *h, uint32_t instruction) {
  return h->entries[instruction].raise;
}
