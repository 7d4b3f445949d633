// The inner product of the matrix engine: rows of activations times a panel of
// weights, a few tiles wide and many deep. Products of int8 summed over at most
// 1,024 rows stay within 2^24, so fp32 holds every partial sum exactly, in any
// order, and vector units do it quickly.
#ifndef SYSTOLE_MODEL_PANEL_H
#define SYSTOLE_MODEL_PANEL_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __AVX512F__
enum { SYSTOLE_PANEL_VECTOR = 16 };  // lanes that the kernel takes as one
#else
enum { SYSTOLE_PANEL_VECTOR = 8 };
#endif

enum {
  SYSTOLE_PANEL_COLUMNS = 2 * SYSTOLE_PANEL_VECTOR,
  SYSTOLE_PANEL_DEPTH = 256,  // rows of weights; a power of two and of every DIM a multiple
  SYSTOLE_PANEL_ROWS = 8      // activations: pad to a multiple of these
};

// W'[r][s] at weight[r][s].
typedef struct {
  _Alignas(64) float weight[SYSTOLE_PANEL_DEPTH][SYSTOLE_PANEL_COLUMNS];
} systole_panel;

// Puts columns s..s+width-1 of `rows` rows of a tile into the panel at (row,
// column); width is a power of two from 4 on. `words` is the first word of the
// tile, each of dim bytes: word r, byte s, or transposed word s, byte r. Rows of
// the tile beyond `rows` may be loaded as well.
void systole_panel_load(systole_panel *panel, unsigned row, unsigned column, const int8_t *words,
                        unsigned dim, unsigned s, unsigned width, unsigned rows, bool transposed);

// out[i] := a[i]
void systole_panel_widen(float *restrict out, const int8_t *restrict a, unsigned count);

// sums[i][s] := sum over r < depth of a[i * PANEL_DEPTH + r] * W'[r][s], for i <
// rows <= PANEL_ROWS and the first `columns` columns. All PANEL_ROWS of a and
// COLUMNS are read and all sums may be written.
void systole_panel_multiply(const systole_panel *panel, const float *a, unsigned depth,
                            unsigned columns, unsigned rows,
                            float sums[SYSTOLE_PANEL_ROWS][SYSTOLE_PANEL_COLUMNS]);

// c[s] := sums[s], or added to what was there, wrapping.
void systole_panel_put(const float *restrict sums, unsigned width, bool add, int32_t *restrict c);

#endif
