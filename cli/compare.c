#include "cli/compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/isa/table.h"

enum { WORD_MOST = 128 * 4 };  // bytes of a word of any SRAM

static void describe_bits(const void *bytes, char text[48]) {
  uint32_t bits;
  float value;
  memcpy(&bits, bytes, sizeof bits);
  memcpy(&value, bytes, sizeof value);
  snprintf(text, 48, "0x%08" PRIX32 " (%.9g)", bits, (double)value);
}

// Fills in both values of element `element`, 1 or 4 bytes each.
static void describe(const uint8_t *a, const uint8_t *b, uint64_t element, unsigned size,
                     systole_difference *d) {
  d->found = true;
  if (size == 4) {
    describe_bits(a + element * 4, d->first);
    describe_bits(b + element * 4, d->second);
    return;
  }
  snprintf(d->first, sizeof d->first, "%d", (int8_t)a[element]);
  snprintf(d->second, sizeof d->second, "%d", (int8_t)b[element]);
}

static uint64_t first_byte(const uint8_t *a, const uint8_t *b, uint64_t bytes) {
  uint64_t at = 0;
  while (at < bytes && a[at] == b[at]) at++;
  return at;
}

// ---- memory ------------------------------------------------------------------

static systole_status read_both(const systole_side sides[2], unsigned index, uint64_t bytes,
                                uint8_t *both, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (int i = 0; i < 2 && !status; i++)
    status = systole_buffer_read(systole_loaded_segment(sides[i].loaded, index), 0,
                                 both + (uint64_t)i * bytes, bytes, err);
  return status;
}

static void compare_bytes(const systole_segment *s, const uint8_t *both, systole_difference *d) {
  const uint8_t *a = both, *b = both + s->bytes;
  uint64_t at = first_byte(a, b, s->bytes);
  if (at == s->bytes) return;
  unsigned size = s->bytes - at / 4 * 4 >= 4 ? 4 : 1;
  describe(a, b, at / size, size, d);
  snprintf(d->place, sizeof d->place, "segment %.60s, byte %" PRIu64, s->name, at / size * size);
}

static systole_status compare_segment(const systole_side sides[2], const systole_segment *s,
                                      systole_difference *d, systole_error *err) {
  uint8_t *both = malloc(2 * s->bytes + 1);
  if (!both) return systole_fail(err, SYSTOLE_E_MEMORY, "compare: out of memory");
  systole_status status = read_both(sides, s->index, s->bytes, both, err);
  if (!status) compare_bytes(s, both, d);
  free(both);
  return status;
}

// ---- SRAMs -------------------------------------------------------------------

static unsigned element_bytes(unsigned space) {
  return space == SYSTOLE_SPACE_WGT || space == SYSTOLE_SPACE_ACT || space == SYSTOLE_SPACE_QNT ? 1 : 4;
}

static systole_status compare_word(const systole_side sides[2], unsigned dim, unsigned space,
                                   uint32_t word, systole_difference *d, systole_error *err) {
  uint8_t a[WORD_MOST], b[WORD_MOST];
  unsigned size = element_bytes(space);
  systole_status status = systole_peek(sides[0].device, space, word, a, err);
  if (!status) status = systole_peek(sides[1].device, space, word, b, err);
  if (status || !memcmp(a, b, (size_t)dim * size)) return status;
  uint64_t element = first_byte(a, b, (uint64_t)dim * size) / size;
  describe(a, b, element, size, d);
  snprintf(d->place, sizeof d->place, "%s word %" PRIu32 ", element %" PRIu64,
           systole_isa_name_of(systole_isa_spaces, space), word, element);
  return SYSTOLE_OK;
}

static systole_status compare_srams(const systole_side sides[2], const systole_config *config,
                                    systole_difference *d, uint64_t *bytes, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (unsigned space = 0; systole_isa_spaces[space].name && !d->found && !status; space++) {
    uint32_t words = systole_config_words(config, space);
    for (uint32_t w = 0; w < words && !d->found && !status; w++)
      status = compare_word(sides, config->dim, space, w, d, err);
    if (bytes && !status) *bytes += (uint64_t)words * config->dim * element_bytes(space);
  }
  // A board shows no SRAMs: what is stored is compared, and what is not is seen in a later run.
  return status == SYSTOLE_E_UNSUPPORTED ? SYSTOLE_OK : status;
}

systole_status systole_compare_sides(const systole_side sides[2], const systole_program *program,
                                     const systole_config *config, systole_difference *difference,
                                     uint64_t *bytes, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  memset(difference, 0, sizeof *difference);
  for (uint32_t i = 0; i < program->segment_count && !status && !difference->found; i++) {
    const systole_segment *s = &program->segments[i];
    if (s->kind == SYSTOLE_SEGMENT_CONST) continue;
    status = compare_segment(sides, s, difference, err);
    if (bytes) *bytes += s->bytes;
  }
  if (status || difference->found) return status;
  return compare_srams(sides, config, difference, bytes, err);
}

void systole_compare_reports(const systole_report *first, const systole_report *second,
                             systole_difference *difference) {
  const bool timed = first->cycles && second->cycles;
  const struct {
    const char *name;
    uint64_t a, b;
  } counters[] = {{"instructions retired", first->retired, second->retired},
                  {"MACs", first->macs, second->macs},
                  {"bytes read", first->read_bytes, second->read_bytes},
                  {"bytes written", first->write_bytes, second->write_bytes},
                  {"cycles", timed ? first->cycles : 0, timed ? second->cycles : 0}};
  for (size_t i = 0; i < sizeof counters / sizeof *counters && !difference->found; i++) {
    if (counters[i].a == counters[i].b) continue;
    difference->found = true;
    snprintf(difference->place, sizeof difference->place, "counter: %s", counters[i].name);
    snprintf(difference->first, sizeof difference->first, "%" PRIu64, counters[i].a);
    snprintf(difference->second, sizeof difference->second, "%" PRIu64, counters[i].b);
  }
}
