// The inner product of the matrix engine for one or two rows of activations,
// where widening the weights costs more than multiplying them: four weights are
// taken at once as the bytes of an integer, in fp32 as in panel.h.
#ifndef SYSTOLE_MODEL_FEW_H
#define SYSTOLE_MODEL_FEW_H

#include <stdint.h>

#ifdef __AVX512F__
enum { SYSTOLE_FEW_VECTOR = 16 };
#else
enum { SYSTOLE_FEW_VECTOR = 8 };
#endif

enum {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  SYSTOLE_FEW_ROWS = 2,  // at most
#else
  SYSTOLE_FEW_ROWS = 0,  // not written for this host
#endif
  SYSTOLE_FEW_DEPTH = 256,                    // rows of weights
  SYSTOLE_FEW_BYTES = 4 * SYSTOLE_FEW_VECTOR  // weights taken at once
};

// Rows of activations, each value repeated for every four columns of its row of
// weights, as many as are taken at once.
typedef struct {
  unsigned dim, columns, depth, rows;  // columns: min(dim, FEW_BYTES)
  _Alignas(64) float a[SYSTOLE_FEW_ROWS + 1][SYSTOLE_FEW_DEPTH * SYSTOLE_FEW_VECTOR];
} systole_few;

// Whether tiles of this DIM can be taken so.
static inline int systole_few_fits(unsigned dim) { return dim * dim >= SYSTOLE_FEW_BYTES; }

// Rows of depth <= FEW_DEPTH elements, `pitch` apart.
void systole_few_load(systole_few *few, unsigned dim, const float *a, unsigned pitch,
                      unsigned depth, unsigned rows);

// sums[i][s] := sum over r of a[i][r] * W'[r][s], for s < few->columns. Tiles of
// DIM words of DIM bytes lie `next` bytes apart; `words` is the first column.
void systole_few_multiply(const systole_few *few, const int8_t *words, uint64_t next,
                          float (*sums)[SYSTOLE_FEW_BYTES]);

#endif
