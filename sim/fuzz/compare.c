#include "sim/fuzz/compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/isa/table.h"
#include "sim/model/instruction.h"
#include "sim/model/sram.h"

typedef struct {
  unsigned engine;
  uint32_t line;
  uint64_t start, end;
} ending;

typedef struct {
  const systole_machine_api *api;
  systole_memory *memory;
  systole_machine *machine;
  systole_report report;
  ending *endings;
  size_t count, room;
} side;

typedef struct {
  const systole_fuzz_case *c;
  side sides[2];
  bool timed;  // both keep time
  systole_fuzz_result *result;
} comparison;

__attribute__((format(printf, 2, 3))) static void differ(comparison *k, const char *format, ...) {
  va_list list;
  if (k->result->differs) return;
  va_start(list, format);
  vsnprintf(k->result->text, sizeof k->result->text, format, list);
  va_end(list);
  k->result->differs = true;
}

// ---- runs --------------------------------------------------------------------

static void trace(void *user, unsigned engine, uint32_t line, uint64_t start, uint64_t end) {
  side *s = user;
  if (s->count == s->room) {
    const size_t room = s->room ? 2 * s->room : 256;
    ending *more = realloc(s->endings, room * sizeof *more);
    if (more == NULL) return;
    s->endings = more;
    s->room = room;
  }
  s->endings[s->count++] = (ending){engine, line, start, end};
}

static systole_status open_side(const systole_fuzz_case *c, const systole_machine_api *api, side *s,
                                systole_error *err) {
  *s = (side){.api = api};
  const systole_status status = systole_fuzz_memory(c, &s->memory, err);
  if (status != SYSTOLE_OK) return status;
  return api->create(&c->config, s->memory, &c->dram, &s->machine, err);
}

static void close_side(side *s) {
  if (s->machine != NULL) s->api->destroy(s->machine);
  systole_memory_destroy(s->memory);
  free(s->endings);
}

// ---- what is compared ----------------------------------------------------------

static const char *engine_name(unsigned engine) {
  return systole_isa_name_of(systole_isa_engines, engine);
}

static void differ_at(comparison *k, const ending *a, const ending *b) {
  if (k->result->differs) return;
  k->result->engine = (int)a->engine;
  k->result->line = a->line;
  if (a->line != b->line)
    differ(k, "%s ends line %" PRIu32 " on %s and line %" PRIu32 " on %s", engine_name(a->engine),
           a->line, k->sides[0].api->name, b->line, k->sides[1].api->name);
  else
    differ(k, "%s line %" PRIu32 ": cycles %" PRIu64 " to %" PRIu64 " on %s, %" PRIu64 " to %" PRIu64
           " on %s", engine_name(a->engine), a->line, a->start, a->end, k->sides[0].api->name,
           b->start, b->end, k->sides[1].api->name);
}

// The next ending of an engine from *at on, NULL if there is none.
static const ending *next_ending(const side *s, unsigned engine, size_t *at) {
  while (*at < s->count && s->endings[*at].engine != engine) ++*at;
  return *at < s->count ? &s->endings[(*at)++] : NULL;
}

// In the order of the first machine's endings; each engine has its own order.
static void compare_traces(comparison *k) {
  size_t next[SYSTOLE_ENGINES] = {0};
  const side *a = &k->sides[0], *b = &k->sides[1];
  for (size_t i = 0; i < a->count && !k->result->differs; i++) {
    const ending *x = &a->endings[i];
    const ending *y = next_ending(b, x->engine, &next[x->engine]);
    if (y == NULL) {
      k->result->engine = (int)x->engine;
      k->result->line = x->line;
      differ(k, "%s ends line %" PRIu32 " on %s, and no more on %s", engine_name(x->engine), x->line,
             a->api->name, b->api->name);
    } else if (x->line != y->line || x->start != y->start || x->end != y->end) {
      differ_at(k, x, y);
    }
  }
  if (a->count < b->count)
    differ(k, "%zu instructions end on %s, %zu on %s", a->count, a->api->name, b->count, b->api->name);
}

static void compare_number(comparison *k, const char *name, uint64_t a, uint64_t b) {
  if (a != b)
    differ(k, "%s is %" PRIu64 " on %s, %" PRIu64 " on %s", name, a, k->sides[0].api->name, b,
           k->sides[1].api->name);
}

static void compare_fault(comparison *k) {
  const systole_report *a = &k->sides[0].report, *b = &k->sides[1].report;
  if (memcmp(&a->cause, &b->cause, 4 * sizeof a->cause))
    differ(k, "%s: %s of %s at line %" PRIu32 ", detail %" PRIu32 "; %s: %s of %s at line %" PRIu32
           ", detail %" PRIu32, k->sides[0].api->name, systole_isa_name_of(systole_isa_causes, a->cause),
           engine_name(a->engine), a->index, a->detail, k->sides[1].api->name,
           systole_isa_name_of(systole_isa_causes, b->cause), engine_name(b->engine), b->index,
           b->detail);
}

static void compare_engines(comparison *k, unsigned e) {
  const systole_report *a = &k->sides[0].report, *b = &k->sides[1].report;
  char name[40];
#define SAME(field)                                            \
  snprintf(name, sizeof name, "%s " #field, engine_name(e));   \
  compare_number(k, name, a->engines[e].field, b->engines[e].field)
  SAME(state);
  SAME(index);
  if (!k->timed) return;
  SAME(busy);
  SAME(wait_sem);
  SAME(wait_mem);
  SAME(idle);
#undef SAME
}

static void compare_registers(comparison *k) {
  const systole_report *a = &k->sides[0].report, *b = &k->sides[1].report;
#define SAME(field) compare_number(k, #field, a->field, b->field)
  SAME(seq_state);
  SAME(seq_index);
  SAME(retired);
  SAME(macs);
  SAME(read_bytes);
  SAME(write_bytes);
  if (k->timed) SAME(cycles);
#undef SAME
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) compare_engines(k, e);
}

// Bytes of a and b that differ first, or -1.
static long first_byte(const uint8_t *a, const uint8_t *b, size_t bytes) {
  for (size_t i = 0; i < bytes; i++)
    if (a[i] != b[i]) return (long)i;
  return -1;
}

static uint32_t element_of(const uint8_t *bytes, size_t at, size_t width) {
  uint32_t value = 0;
  for (size_t i = 0; i < width; i++) value |= (uint32_t)bytes[at + i] << 8 * i;
  return value;
}

static void differ_word(comparison *k, unsigned space, uint32_t word, const uint8_t *a,
                        const uint8_t *b, size_t at) {
  const size_t width = systole_sram_element_bytes(space);
  const int digits = 2 * (int)width;
  at -= at % width;
  differ(k, "%s word %" PRIu32 " element %zu is 0x%0*" PRIX32 " on %s, 0x%0*" PRIX32 " on %s",
         systole_isa_name_of(systole_isa_spaces, space), word, at / width, digits,
         element_of(a, at, width), k->sides[0].api->name, digits, element_of(b, at, width),
         k->sides[1].api->name);
}

static systole_status compare_space(comparison *k, unsigned space, systole_error *err) {
  const size_t bytes = (size_t)systole_sram_element_bytes(space) * k->c->config.dim;
  uint8_t words[2][4 * 128];
  for (uint32_t w = 0; w < systole_config_words(&k->c->config, space); w++) {
    for (unsigned s = 0; s < 2; s++) {
      const side *of = &k->sides[s];
      const systole_status status = of->api->peek(of->machine, space, w, words[s], err);
      if (status != SYSTOLE_OK) return status;
    }
    if (memcmp(words[0], words[1], bytes) == 0) continue;
    differ_word(k, space, w, words[0], words[1], (size_t)first_byte(words[0], words[1], bytes));
    return SYSTOLE_OK;
  }
  return SYSTOLE_OK;
}

static void compare_block(comparison *k, unsigned number, uint64_t offset) {
  const uint64_t address = k->c->segments[number].base + offset;
  const uint8_t *a = systole_memory_at(k->sides[0].memory, address, 128);
  const uint8_t *b = systole_memory_at(k->sides[1].memory, address, 128);
  const long at = a == NULL || b == NULL ? -1 : first_byte(a, b, 128);
  if (at >= 0)
    differ(k, "segment %u byte %" PRIu64 " is 0x%02X on %s, 0x%02X on %s", number,
           offset + (uint64_t)at, a[at], k->sides[0].api->name, b[at], k->sides[1].api->name);
}

// The status record holds times, which only timed machines share.
static void compare_memory(comparison *k) {
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++) {
    if (k->c->segments[s].bytes == NULL || (s == SYSTOLE_STATUS_SEGMENT && !k->timed)) continue;
    for (uint64_t at = 0; at < k->c->segments[s].size && !k->result->differs; at += 128)
      compare_block(k, s, at);
  }
}

static bool is_by_engine(const comparison *k) {
  for (unsigned s = 0; s < 2; s++) {
    const systole_report *r = &k->sides[s].report;
    if (r->cause != SYSTOLE_CAUSE_NONE && r->engine != SYSTOLE_ENGINE_SEQ) return true;
  }
  return false;
}

// The first instruction whose time differs says more than what comes of it, so
// traces come first.
static systole_status compare_results(comparison *k, systole_error *err) {
  const bool bitten = k->sides[0].report.cause == SYSTOLE_CAUSE_WATCHDOG;
  systole_status status = SYSTOLE_OK;
  if (!k->timed && is_by_engine(k)) {
    if (!k->sides[0].report.cause != !k->sides[1].report.cause) compare_fault(k);
    return SYSTOLE_OK;
  }
  if (k->timed && !bitten) compare_traces(k);
  compare_fault(k);
  compare_registers(k);
  if (bitten) return SYSTOLE_OK;
  for (unsigned s = 0; s < SYSTOLE_SPACES && status == SYSTOLE_OK && !k->result->differs; s++)
    status = compare_space(k, s, err);
  compare_memory(k);
  return status;
}

static systole_status run_both(comparison *k, systole_error *err) {
  const systole_job job = systole_fuzz_job(k->c);
  for (unsigned s = 0; s < 2; s++) {
    side *of = &k->sides[s];
    of->count = 0;
    const systole_status status = of->api->run(of->machine, &job, &of->report, trace, of, err);
    if (status == SYSTOLE_E_TIMEOUT) differ(k, "%s does not end", of->api->name);
    else if (status != SYSTOLE_OK) return status;
  }
  k->result->report = k->sides[0].report;
  k->result->cycles += k->sides[0].report.cycles;
  return k->result->differs ? SYSTOLE_OK : compare_results(k, err);
}

systole_status systole_fuzz_compare(const systole_fuzz_case *c,
                                    const systole_machine_api *const apis[2],
                                    systole_fuzz_what what, systole_fuzz_result *result,
                                    systole_error *err) {
  comparison k = {.c = c, .timed = what == SYSTOLE_COMPARE_ALL, .result = result};
  *result = (systole_fuzz_result){.engine = -1};
  systole_status status = open_side(c, apis[0], &k.sides[0], err);
  if (status == SYSTOLE_OK) status = open_side(c, apis[1], &k.sides[1], err);
  for (unsigned i = 0; i < c->repeats && status == SYSTOLE_OK && !result->differs; i++) {
    status = run_both(&k, err);
    // How far the others came is not known, so neither is what a second run finds.
    if (result->report.cause == SYSTOLE_CAUSE_WATCHDOG) break;
    if (!k.timed && is_by_engine(&k)) break;
  }
  close_side(&k.sides[0]);
  close_side(&k.sides[1]);
  return status;
}
