#include "sim/model/resolve.h"

#include <stddef.h>

static systole_cause check_boxes(const systole_config *config, const systole_job *job,
                                 const systole_line *line) {
  systole_cause cause = systole_resolve_align(config, line);
  if (cause == SYSTOLE_CAUSE_NONE) cause = systole_resolve_sram(config, line);
  if (cause == SYSTOLE_CAUSE_NONE) cause = systole_resolve_segment(config, job, line);
  return cause;
}

static void get_semaphores(systole_instruction *out) {
  const uint64_t wait = systole_line_get(&out->line, SYSTOLE_LSB_wait, SYSTOLE_WIDTH_wait);
  const uint64_t raise = systole_line_get(&out->line, SYSTOLE_LSB_raise, SYSTOLE_WIDTH_raise);
  out->waits = wait != 0;
  out->raises = raise != 0;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    out->wait[e] = wait >> (4 * e) & 15;
    out->raise[e] = raise >> (4 * e) & 15;
  }
}

// Bases are multiples of 128: the register's low bits are taken as zero.
static uint64_t absolute(const systole_job *job, uint64_t segment, uint64_t offset) {
  return (job->segments[segment].base & ~127ull) + offset;
}

static void get_addresses(const systole_job *job, systole_instruction *out) {
  const systole_line *line = &out->line;
  out->address = out->index_address = 0;
  if (out->engine == SYSTOLE_ENGINE_ST)
    out->address = absolute(job, SYSTOLE_GET(line, ST, segment), SYSTOLE_GET(line, ST, offset));
  if (out->engine == SYSTOLE_ENGINE_LD)
    out->address = absolute(job, SYSTOLE_GET(line, LD, segment), SYSTOLE_GET(line, LD, offset));
  if (out->opcode == SYSTOLE_OP_LDG)
    out->index_address = absolute(job, SYSTOLE_GET(line, LDG, index_segment),
                                  SYSTOLE_GET(line, LDG, index_offset));
}

static bool is_bound(const systole_line *line) {
  return systole_line_get(line, SYSTOLE_LSB_bound, SYSTOLE_WIDTH_bound);
}

void systole_resolve_begin(const systole_line *line, uint32_t index, systole_instruction *out) {
  const int engine = systole_opcode_engine(line->word[0] & 0xFF);
  *out = (systole_instruction){.line = *line,
                               .index = index,
                               .opcode = (uint8_t)(line->word[0] & 0xFF),
                               .engine = (uint8_t)(engine < 0 ? SYSTOLE_ENGINE_SEQ : engine),
                               .lines = is_bound(line) ? 2 : 1};
  get_semaphores(out);
}

systole_cause systole_resolve_rest(const systole_config *config, const systole_job *job,
                                   const int32_t scalars[SYSTOLE_SCALARS], const systole_bound *bound,
                                   systole_instruction *out) {
  systole_cause cause = bound ? systole_bound_fill(bound, scalars, &out->line) : SYSTOLE_CAUSE_NONE;
  out->checked = cause == SYSTOLE_CAUSE_NONE;
  if (cause == SYSTOLE_CAUSE_NONE) cause = systole_resolve_counts(config, &out->line);
  if (cause != SYSTOLE_CAUSE_NONE) return cause;
  out->noop = systole_resolve_noop(&out->line);
  get_addresses(job, out);
  return out->noop ? SYSTOLE_CAUSE_NONE : check_boxes(config, job, &out->line);
}

systole_cause systole_resolve(const systole_config *config, const systole_job *job,
                              const int32_t scalars[SYSTOLE_SCALARS], const systole_line *line,
                              const systole_line *binding, uint32_t index,
                              systole_instruction *out) {
  const bool bound = is_bound(line);
  const systole_cause cause = systole_resolve_legal(line, bound ? binding : NULL);
  systole_bound slots;
  systole_resolve_begin(line, index, out);
  if (cause != SYSTOLE_CAUSE_NONE) return cause;
  if (bound) systole_bound_read(&slots, line, binding);
  return systole_resolve_rest(config, job, scalars, bound ? &slots : NULL, out);
}
