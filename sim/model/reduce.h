// Reductions along a row, as VX defines them: four interleaved partial sums
// joined by a fixed tree, or the first best by key.
#ifndef SYSTOLE_MODEL_REDUCE_H
#define SYSTOLE_MODEL_REDUCE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/isa/isa.h"

typedef struct {
  unsigned kind;  // SYSTOLE_VXREDUCE_*
  uint32_t partial[SYSTOLE_SUM_PARTIALS];
  uint32_t value, index;  // the best so far
} systole_reduction;

// The start of a row without carry.
systole_reduction systole_reduction_start(unsigned kind);

// SUM, SUMSQ: takes the sums of words j, j + 1, ... of the row.
void systole_reduction_add(systole_reduction *reduction, uint64_t j, const uint32_t *sums,
                           unsigned words);

// MAX, ABSMAX, ARGMAX: takes the next lanes of the row; the first has the index
// `index`.
void systole_reduction_compare(systole_reduction *reduction, const uint32_t *v, unsigned count,
                               uint32_t index);

// The row's result (for ARGMAX the value; its index is reduction->index).
uint32_t systole_reduction_end(const systole_reduction *reduction);

#endif
