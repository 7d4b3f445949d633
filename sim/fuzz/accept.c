#include "sim/fuzz/accept.h"

#include "sim/model/sram.h"

static uint64_t tiles(uint64_t count, unsigned dim) { return (count + dim - 1) / dim; }

// LDG has these fields in the same places as LD.
static uint64_t row_bytes(const systole_config *config, const systole_instruction *in) {
  if (in->engine == SYSTOLE_ENGINE_ST)
    return SYSTOLE_GET(&in->line, ST, elements) *
           systole_sram_element_bytes((unsigned)SYSTOLE_GET(&in->line, ST, space));
  return SYSTOLE_GET(&in->line, LD, words) * config->dim *
         systole_sram_element_bytes((unsigned)SYSTOLE_GET(&in->line, LD, space));
}

unsigned systole_fuzz_ranges(const systole_config *config, const systole_instruction *in,
                             systole_fuzz_range ranges[2]) {
  if (in->noop || (in->engine != SYSTOLE_ENGINE_LD && in->engine != SYSTOLE_ENGINE_ST)) return 0;
  const bool gather = in->opcode == SYSTOLE_OP_LDG;
  const uint64_t rows = SYSTOLE_GET(&in->line, LD, rows), pitch = SYSTOLE_GET(&in->line, LD, pitch);
  const uint64_t reach = gather ? SYSTOLE_GET(&in->line, LDG, limit) : rows;
  ranges[0].from = in->address;
  ranges[0].to = in->address + (reach - 1) * pitch + row_bytes(config, in);
  ranges[1].from = in->index_address;
  ranges[1].to = in->index_address + 4 * rows;
  return gather ? 2 : 1;
}

uint64_t systole_fuzz_cost(const systole_config *config, const systole_instruction *in) {
  const unsigned dim = config->dim;
  const systole_line *line = &in->line;
  if (in->noop) return 4;
  if (in->opcode == SYSTOLE_OP_MX)
    return (SYSTOLE_GET(line, MX, m) + dim) * tiles(SYSTOLE_GET(line, MX, k), dim) *
           tiles(SYSTOLE_GET(line, MX, n), dim);
  if (in->opcode == SYSTOLE_OP_VX)
    return SYSTOLE_GET(line, VX, m) * tiles(SYSTOLE_GET(line, VX, n), dim) + 20;
  if (in->engine == SYSTOLE_ENGINE_SEQ) return 4;
  return SYSTOLE_GET(line, LD, rows) * (row_bytes(config, in) / config->bus_bytes + 3) + 40;
}

static bool overlaps(const systole_fuzz_segment *s, systole_fuzz_range r) {
  return r.from < s->base + s->limit && s->base < r.to;
}

static bool writes_what_it_may(const systole_fuzz_case *c, const systole_instruction *in) {
  systole_fuzz_range ranges[2];
  if (in->engine != SYSTOLE_ENGINE_ST || systole_fuzz_ranges(&c->config, in, ranges) == 0)
    return true;
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++)
    if ((s == SYSTOLE_PROGRAM_SEGMENT || c->segments[s].fixed) &&
        overlaps(&c->segments[s], ranges[0]))
      return false;
  return true;
}

// The second run's program would see the times of the first, which not every
// machine keeps.
static bool reads_what_it_may(const systole_fuzz_case *c, const systole_instruction *in) {
  systole_fuzz_range ranges[2];
  const unsigned count = systole_fuzz_ranges(&c->config, in, ranges);
  if (in->engine != SYSTOLE_ENGINE_LD || c->repeats == 1) return true;
  for (unsigned i = 0; i < count; i++)
    if (overlaps(&c->segments[SYSTOLE_STATUS_SEGMENT], ranges[i])) return false;
  return true;
}

// A list lies in a segment that is never written, so its content is known.
static bool indices_are_good(const systole_fuzz_case *c, const systole_instruction *in) {
  if (in->opcode != SYSTOLE_OP_LDG || in->noop || c->wild_data) return true;
  const systole_fuzz_segment *s = &c->segments[SYSTOLE_GET(&in->line, LDG, index_segment)];
  const uint64_t at = SYSTOLE_GET(&in->line, LDG, index_offset);
  if (!s->fixed) return false;
  for (uint64_t i = 0; i < 4 * SYSTOLE_GET(&in->line, LDG, rows); i += 4) {
    const uint8_t *b = s->bytes + at + i;
    const uint32_t index = b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
    if (at + i < s->kept && index >= SYSTOLE_GET(&in->line, LDG, limit)) return false;
  }
  return true;
}

bool systole_fuzz_acceptable(const systole_fuzz_case *c, systole_fuzz_places *places,
                             const systole_instruction *in) {
  return writes_what_it_may(c, in) && reads_what_it_may(c, in) && indices_are_good(c, in) &&
         !systole_fuzz_places_self_race(places, in);
}
