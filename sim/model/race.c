#include "sim/model/race.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/model/race_clock.h"
#include "sim/model/race_dram.h"
#include "sim/model/sram.h"
#include "sim/model/touch.h"

// What is known of an SRAM word. Numbers are those of race_clock.h, 0 for none.
// Only one engine writes a space.
typedef struct {
  uint32_t read[SYSTOLE_ENGINES];
  uint32_t written;
  uint32_t serial, step;  // last step that read it, if in instruction `serial`
} word;

// Program lines of an engine's instructions, by number minus one.
typedef struct {
  uint32_t *lines;
  size_t count, room;
} history;

struct systole_race_checker {
  systole_config config;
  systole_job job;
  systole_clocks clocks;
  history histories[SYSTOLE_ENGINES];
  word *words[SYSTOLE_SPACES];
  systole_accesses accesses;
  uint32_t serial;                         // of the instruction being added
  const systole_instruction *instruction;  // it
  bool found;
  systole_race race;
};

static const char *const engine_names[] = {
#define ENGINE(name, code, text) [code] = #name,
#include "hw/isa/isa.def"
};

static const char *const space_names[] = {
#define SPACE(name, code, element, writer, readers, text) [code] = #name,
#include "hw/isa/isa.def"
};

static const unsigned writers[] = {
#define SPACE(name, code, element, writer, readers, text) [code] = SYSTOLE_ENGINE_##writer,
#include "hw/isa/isa.def"
};

systole_status systole_race_create(const systole_config *config, const systole_job *job,
                                   systole_race_checker **checker, systole_error *err) {
  systole_race_checker *fresh = calloc(1, sizeof *fresh);
  bool complete = fresh != NULL;
  for (unsigned s = 0; complete && s < SYSTOLE_SPACES; s++) {
    fresh->words[s] = calloc(systole_config_words(config, s), sizeof *fresh->words[s]);
    complete = fresh->words[s] != NULL;
  }
  *checker = complete ? fresh : NULL;
  if (!complete) {
    systole_race_destroy(fresh);
    return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for the race checker");
  }
  fresh->config = *config;
  fresh->job = *job;
  return SYSTOLE_OK;
}

void systole_race_destroy(systole_race_checker *checker) {
  if (checker == NULL) return;
  for (unsigned s = 0; s < SYSTOLE_SPACES; s++) free(checker->words[s]);
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) free(checker->histories[e].lines);
  systole_accesses_free(&checker->accesses);
  free(checker);
}

static bool remember(history *h, uint32_t line) {
  if (h->count == h->room) {
    const size_t room = h->room ? 2 * h->room : 256;
    uint32_t *lines = realloc(h->lines, room * sizeof *lines);
    if (lines == NULL) return false;
    h->lines = lines;
    h->room = room;
  }
  h->lines[h->count++] = line;
  return true;
}

static void found_at(systole_race_checker *c, unsigned engine, uint32_t number, bool first_writes,
                     const systole_touch *touch, uint32_t at) {
  if (c->found) return;
  c->found = true;
  c->race.first.index = c->histories[engine].lines[number - 1];
  c->race.first.engine = engine;
  c->race.first.writes = first_writes;
  c->race.second.index = c->instruction->index;
  c->race.second.engine = c->instruction->engine;
  c->race.second.writes = touch->write;
  c->race.place = touch->space;
  c->race.where = at;
}

static void visit_read(systole_race_checker *c, const systole_touch *touch, uint32_t at) {
  const unsigned self = c->instruction->engine, writer = writers[touch->space];
  word *w = &c->words[touch->space][at];
  const uint32_t number = c->clocks.now[self].over[self];
  if (w->written > c->clocks.now[self].over[writer])
    found_at(c, writer, w->written, true, touch, at);
  w->read[self] = number;
  if (self != writer) return;
  if (w->serial != c->serial || w->step < touch->step) w->step = (uint32_t)touch->step;
  w->serial = c->serial;
}

static void visit_write(systole_race_checker *c, const systole_touch *touch, uint32_t at) {
  const unsigned self = c->instruction->engine;
  word *w = &c->words[touch->space][at];
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    if (e != self && w->read[e] > c->clocks.now[self].over[e])
      found_at(c, e, w->read[e], false, touch, at);
  w->written = c->clocks.now[self].over[self];
  if (w->serial == c->serial && w->step > touch->step)
    found_at(c, self, w->written, true, touch, at);
}

static void visit(void *user, const systole_touch *touch) {
  systole_race_checker *c = user;
  for (uint32_t i = 0; i < touch->count; i++) {
    if (touch->write)
      visit_write(c, touch, touch->word + i);
    else
      visit_read(c, touch, touch->word + i);
  }
}

// ARGMAX writes values and indices in the same step: they must not meet.
static void check_results(systole_race_checker *c) {
  const systole_line *line = &c->instruction->line;
  if (c->instruction->opcode != SYSTOLE_OP_VX || c->instruction->noop) return;
  if (SYSTOLE_GET(line, VX, reduce) != SYSTOLE_VXREDUCE_ARGMAX) return;
  const uint64_t words = (SYSTOLE_GET(line, VX, m) + c->config.dim - 1) / c->config.dim;
  const uint64_t r = SYSTOLE_GET(line, VX, r), x = SYSTOLE_GET(line, VX, x);
  const uint64_t low = r < x ? r : x, high = r < x ? x : r;
  const systole_touch touch = {SYSTOLE_SPACE_RS, (uint32_t)high, 1, true, 0};
  if (high - low < words)
    found_at(c, SYSTOLE_ENGINE_VX, c->clocks.now[SYSTOLE_ENGINE_VX].over[SYSTOLE_ENGINE_VX], true,
             &touch, (uint32_t)high);
}

static bool add_access(systole_race_checker *c, uint64_t segment, uint64_t address, uint64_t rows,
                       uint64_t pitch, uint64_t row_bytes) {
  const unsigned engine = c->instruction->engine;
  const systole_access access = {.address = address,
                                 .pitch = pitch,
                                 .rows = rows,
                                 .row_bytes = row_bytes,
                                 .base = c->job.segments[segment].base & ~127ull,
                                 .index = c->instruction->index,
                                 .clock = c->clocks.now[engine],
                                 .engine = (uint8_t)engine,
                                 .segment = (uint8_t)segment};
  return systole_accesses_add(&c->accesses, &access);
}

// The rows that the list names, or the whole table if the list is not at hand.
static bool add_gather(systole_race_checker *c, systole_memory *memory, uint64_t row_bytes) {
  const systole_instruction *in = c->instruction;
  const uint64_t segment = SYSTOLE_GET(&in->line, LDG, segment);
  const uint64_t rows = SYSTOLE_GET(&in->line, LDG, rows);
  const uint64_t pitch = SYSTOLE_GET(&in->line, LDG, pitch);
  const uint64_t limit = SYSTOLE_GET(&in->line, LDG, limit);
  if (!add_access(c, SYSTOLE_GET(&in->line, LDG, index_segment), in->index_address, 1, 0, 4 * rows))
    return false;
  const uint8_t *list = memory ? systole_memory_at(memory, in->index_address, 4 * rows) : NULL;
  if (list == NULL) return add_access(c, segment, in->address, limit, pitch, row_bytes);
  for (uint64_t i = 0; i < rows; i++, list += 4) {
    const uint32_t index = list[0] | list[1] << 8 | list[2] << 16 | (uint32_t)list[3] << 24;
    if (index >= limit) return true;
    if (!add_access(c, segment, in->address + index * pitch, 1, 0, row_bytes)) return false;
  }
  return true;
}

// An ST into the program races with the fetch: nothing orders the sequencer.
static void check_program(systole_race_checker *c, uint64_t rows, uint64_t pitch,
                          uint64_t row_bytes) {
  const uint64_t base = c->job.segments[SYSTOLE_PROGRAM_SEGMENT].base & ~127ull;
  const uint64_t end = base + (uint64_t)c->job.lines * SYSTOLE_LINE_BYTES;
  for (uint64_t i = 0; i < rows && !c->found; i++) {
    const uint64_t from = c->instruction->address + i * pitch;
    if (from >= end || from + row_bytes <= base) continue;
    const uint64_t at = from > base ? from : base;
    const unsigned segment = (unsigned)SYSTOLE_GET(&c->instruction->line, ST, segment);
    c->found = true;
    c->race = (systole_race){
        {(uint32_t)((at - base) / SYSTOLE_LINE_BYTES), SYSTOLE_ENGINE_SEQ, false},
        {c->instruction->index, SYSTOLE_ENGINE_ST, true},
        true,
        segment,
        at - (c->job.segments[segment].base & ~127ull)};
  }
}

static bool add_dram(systole_race_checker *c, systole_memory *memory) {
  const systole_instruction *in = c->instruction;
  const systole_line *line = &in->line;
  const uint64_t dim = c->config.dim;
  if (in->noop) return true;
  if (in->engine == SYSTOLE_ENGINE_ST) {
    const uint64_t bytes = SYSTOLE_GET(line, ST, elements) *
                           systole_sram_element_bytes((unsigned)SYSTOLE_GET(line, ST, space));
    const uint64_t rows = SYSTOLE_GET(line, ST, rows), pitch = SYSTOLE_GET(line, ST, pitch);
    check_program(c, rows, pitch, bytes);
    return add_access(c, SYSTOLE_GET(line, ST, segment), in->address, rows, pitch, bytes);
  }
  if (in->engine != SYSTOLE_ENGINE_LD) return true;
  const uint64_t bytes = SYSTOLE_GET(line, LD, words) * dim *
                         systole_sram_element_bytes((unsigned)SYSTOLE_GET(line, LD, space));
  if (in->opcode == SYSTOLE_OP_LDG) return add_gather(c, memory, bytes);
  return add_access(c, SYSTOLE_GET(line, LD, segment), in->address, SYSTOLE_GET(line, LD, rows),
                    SYSTOLE_GET(line, LD, pitch), bytes);
}

systole_status systole_race_add(systole_race_checker *c, const systole_instruction *instruction,
                                systole_memory *memory, systole_error *err) {
  if (!systole_clocks_start(&c->clocks, instruction))
    return systole_fail(err, SYSTOLE_E_USAGE,
                        "line %" PRIu32 " (%s) takes from a semaphore what has not been raised",
                        instruction->index, engine_names[instruction->engine]);
  c->instruction = instruction;
  c->serial++;
  bool room = remember(&c->histories[instruction->engine], instruction->index);
  if (room) {
    systole_touches(instruction, c->config.dim, visit, c);
    check_results(c);
    room = add_dram(c, memory);
  }
  c->instruction = NULL;
  systole_clocks_end(&c->clocks, instruction);
  if (room) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for the race checker");
}

static void keep_clash(systole_race_checker *c, const systole_clash *clash) {
  const systole_access *a = clash->first, *b = clash->second;
  c->found = true;
  c->race = (systole_race){{a->index, a->engine, a->engine == SYSTOLE_ENGINE_ST},
                           {b->index, b->engine, b->engine == SYSTOLE_ENGINE_ST},
                           true,
                           b->segment,
                           clash->address - b->base};
}

static systole_status describe(const systole_race *race, systole_error *err) {
  char where[64];
  if (race->dram)
    snprintf(where, sizeof where, "offset %" PRIu64 " of segment %u", race->where, race->place);
  else
    snprintf(where, sizeof where, "word %" PRIu64 " of %s", race->where, space_names[race->place]);
  if (race->first.engine == race->second.engine)
    return systole_fail(err, SYSTOLE_E_DIFFER, "race: line %" PRIu32 " (%s) with itself at %s",
                        race->first.index, engine_names[race->first.engine], where);
  return systole_fail(err, SYSTOLE_E_DIFFER,
                      "race: line %" PRIu32 " (%s) %s %s, line %" PRIu32
                      " (%s) %s it, and no semaphore orders them",
                      race->first.index, engine_names[race->first.engine],
                      race->first.writes ? "writes" : "reads", where, race->second.index,
                      engine_names[race->second.engine], race->second.writes ? "writes" : "reads");
}

systole_status systole_race_finish(systole_race_checker *c, systole_race *race,
                                   systole_error *err) {
  systole_clash clash;
  const int clashes = c->found ? 0 : systole_accesses_clash(&c->accesses, &clash);
  if (clashes < 0) return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for the race checker");
  if (clashes > 0) keep_clash(c, &clash);
  if (!c->found) return SYSTOLE_OK;
  if (race != NULL) *race = c->race;
  return describe(&c->race, err);
}

void systole_race_observe(void *user, const systole_instruction *instruction, bool after) {
  systole_race_watch *watch = user;
  if (after || watch->status != SYSTOLE_OK) return;
  watch->status = systole_race_add(watch->checker, instruction, watch->memory, &watch->error);
}
