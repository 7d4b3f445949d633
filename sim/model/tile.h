// The inner product of the matrix engine: rows of activations times one tile of
// weights. Products of int8 summed over at most 128 rows stay below 2^24, so
// fp32 holds every partial sum exactly, in any order, and every compiler
// vectorises it.
#ifndef SYSTOLE_MODEL_TILE_H
#define SYSTOLE_MODEL_TILE_H

#include <stdbool.h>
#include <stdint.h>

enum {
  SYSTOLE_TILE_DIM = 128,    // largest DIM
  SYSTOLE_TILE_COLUMNS = 16  // columns that the kernel takes at once
};

// W'[r][s] at weight[r * pitch + s]; columns beyond DIM are zero.
typedef struct {
  unsigned dim, rows, pitch;
  float weight[SYSTOLE_TILE_DIM * SYSTOLE_TILE_DIM];
} systole_tile;

// Takes a tile of DIM words of DIM bytes; `rows` of W' count, the rest is zero.
// Transposed: word s, byte r holds W'[r][s].
void systole_tile_load(systole_tile *tile, const int8_t *words, unsigned dim, unsigned rows,
                       bool transposed);

// For i < m: c[i * c_pitch + s] = (add ? c : 0) + sum over r of a[i * a_pitch + r] * W'[r][s].
// The sum with the old value wraps.
void systole_tile_multiply(const systole_tile *tile, const int8_t *a, int64_t a_pitch, uint64_t m,
                           bool add, int32_t *c, int64_t c_pitch);

// The same for one row, without a tile: loading one costs more than a few rows do.
void systole_tile_row(const int8_t *words, unsigned dim, unsigned rows, bool transposed,
                      const int8_t *a, bool add, int32_t *c);

#endif
