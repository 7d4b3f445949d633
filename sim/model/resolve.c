#include "sim/model/resolve.h"

#include <stddef.h>

// Bases are multiples of 128: the register's low bits are taken as zero.
static uint64_t absolute(const systole_job *job, uint64_t segment, uint64_t offset) {
  return (job->segments[segment].base & ~127ull) + offset;
}

static void get_addresses(const systole_job *job, systole_instruction *out) {
  const systole_line *line = &out->line;
  if (out->engine == SYSTOLE_ENGINE_ST)
    out->address = absolute(job, SYSTOLE_GET(line, ST, segment), SYSTOLE_GET(line, ST, offset));
  if (out->engine == SYSTOLE_ENGINE_LD)
    out->address = absolute(job, SYSTOLE_GET(line, LD, segment), SYSTOLE_GET(line, LD, offset));
  if (out->opcode == SYSTOLE_OP_LDG)
    out->index_address = absolute(job, SYSTOLE_GET(line, LDG, index_segment),
                                  SYSTOLE_GET(line, LDG, index_offset));
}

systole_cause systole_resolve_rest(const systole_limits *limits, const systole_job *job,
                                   const int32_t scalars[SYSTOLE_SCALARS], const systole_line *line,
                                   const systole_bound *bound, systole_instruction *out) {
  out->line = *line;
  const systole_cause cause = bound ? systole_bound_fill(bound, scalars, &out->line) : SYSTOLE_CAUSE_NONE;
  out->checked = cause == SYSTOLE_CAUSE_NONE;
  if (cause != SYSTOLE_CAUSE_NONE) return cause;
  get_addresses(job, out);
  return systole_resolve_bounds(limits, job, &out->line, &out->noop);
}

systole_cause systole_resolve(const systole_config *config, const systole_job *job,
                              const int32_t scalars[SYSTOLE_SCALARS], const systole_line *line,
                              const systole_line *binding, uint32_t index,
                              systole_instruction *out) {
  const bool bound = systole_line_bound(line);
  const systole_cause cause = systole_resolve_legal(line, bound ? binding : NULL);
  const systole_limits limits = systole_limits_of(config);
  systole_bound slots;
  systole_resolve_begin(line, index, out);
  out->line = *line;
  if (cause != SYSTOLE_CAUSE_NONE) return cause;
  if (bound) systole_bound_read(&slots, out->opcode, binding);
  return systole_resolve_rest(&limits, job, scalars, line, bound ? &slots : NULL, out);
}
