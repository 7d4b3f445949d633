#include "sim/model/reduce.h"

#include "sim/model/fp32_inline.h"

enum { MAX_DIM = 128 };
static const uint32_t minus_infinity = 0xFF800000u;

systole_reduction systole_reduction_start(unsigned kind) {
  systole_reduction r = {.kind = kind, .index = UINT32_MAX};
  r.value = kind == SYSTOLE_VXREDUCE_ABSMAX ? 0 : minus_infinity;
  return r;
}

// A balanced tree of neighbours.
static uint32_t sum_lanes(uint32_t *t, unsigned dim) {
  for (; dim > 1; dim /= 2)
    for (unsigned l = 0; l < dim / 2; l++) t[l] = systole_fp32i_add(t[2 * l], t[2 * l + 1]);
  return t[0];
}

static void take_sum(systole_reduction *r, uint64_t j, const uint32_t *v, const uint8_t *outside,
                     unsigned dim) {
  uint32_t t[MAX_DIM];
  for (unsigned l = 0; l < dim; l++) {
    const uint32_t term = r->kind == SYSTOLE_VXREDUCE_SUM ? v[l] : systole_fp32i_mul(v[l], v[l]);
    t[l] = outside[l] ? 0 : term;
  }
  const uint32_t word = sum_lanes(t, dim);
  uint32_t *partial = &r->partial[j % SYSTOLE_SUM_PARTIALS];
  // The first word starts its partial: +0 plus a word that is -0 would be +0.
  *partial = j < SYSTOLE_SUM_PARTIALS ? word : systole_fp32i_add(*partial, word);
}

static void take_best(systole_reduction *r, const uint32_t *v, const uint8_t *outside,
                      unsigned dim, uint32_t index) {
  const uint32_t mask = r->kind == SYSTOLE_VXREDUCE_ABSMAX ? 0x7FFFFFFFu : UINT32_MAX;
  int32_t best = systole_fp32i_key(r->value);
  for (unsigned l = 0; l < dim; l++) {
    const uint32_t candidate = v[l] & mask;
    if (outside[l] || systole_fp32i_key(candidate) <= best) continue;
    best = systole_fp32i_key(candidate);
    r->value = candidate;
    r->index = index + l;
  }
}

void systole_reduction_take(systole_reduction *reduction, uint64_t j, const uint32_t *v,
                            const uint8_t *outside, unsigned dim, uint32_t index) {
  if (reduction->kind <= SYSTOLE_VXREDUCE_SUMSQ)
    take_sum(reduction, j, v, outside, dim);
  else
    take_best(reduction, v, outside, dim, index);
}

uint32_t systole_reduction_end(const systole_reduction *reduction) {
  const uint32_t *p = reduction->partial;
  if (reduction->kind > SYSTOLE_VXREDUCE_SUMSQ) return reduction->value;
  return systole_fp32i_add(systole_fp32i_add(p[0], p[1]), systole_fp32i_add(p[2], p[3]));
}
