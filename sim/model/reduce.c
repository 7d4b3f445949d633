#include "sim/model/reduce.h"

#include "sim/model/host_fp32.h"
#include "sim/model/lanes.h"

static const uint32_t minus_infinity = 0xFF800000u;

systole_reduction systole_reduction_start(unsigned kind) {
  systole_reduction r = {.kind = kind, .index = UINT32_MAX};
  r.value = kind == SYSTOLE_VXREDUCE_ABSMAX ? 0 : minus_infinity;
  return r;
}

void systole_reduction_add(systole_reduction *reduction, uint64_t j, const uint32_t *sums,
                           unsigned words) {
  uint32_t *partial = reduction->partial;
  for (unsigned w = 0; w < words; w++, j++) {
    uint32_t *p = &partial[j % SYSTOLE_SUM_PARTIALS];
    // The first word starts its partial: +0 plus a word that is -0 would be +0.
    *p = j < SYSTOLE_SUM_PARTIALS ? sums[w] : systole_host_add(*p, sums[w]);
  }
}

// A later value replaces the best only if its key is greater, so the first of
// equals counts. Keys are their own inverse.
void systole_reduction_compare(systole_reduction *reduction, const uint32_t *v, unsigned count,
                               uint32_t index) {
  const uint32_t mask = reduction->kind == SYSTOLE_VXREDUCE_ABSMAX ? 0x7FFFFFFFu : UINT32_MAX;
  if (count == 0) return;
  const int32_t top = systole_lanes_top(v, mask, count);
  if (top <= systole_fp32i_key(reduction->value)) return;
  reduction->value = (uint32_t)systole_fp32i_key((uint32_t)top);
  if (reduction->kind != SYSTOLE_VXREDUCE_ARGMAX) return;
  unsigned at = 0;
  while (v[at] != reduction->value) at++;
  reduction->index = index + at;
}

uint32_t systole_reduction_end(const systole_reduction *reduction) {
  const uint32_t *p = reduction->partial;
  if (reduction->kind > SYSTOLE_VXREDUCE_SUMSQ) return reduction->value;
  return systole_host_add(systole_host_add(p[0], p[1]), systole_host_add(p[2], p[3]));
}
