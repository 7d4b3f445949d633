#include "sim/model/tile.h"

#include <string.h>

enum { ROWS = 4, COLUMNS = SYSTOLE_TILE_COLUMNS };

static void load_rows(systole_tile *tile, const int8_t *words) {
  for (unsigned r = 0; r < tile->rows; r++)
    for (unsigned s = 0; s < tile->dim; s++)
      tile->weight[r * tile->pitch + s] = words[r * tile->dim + s];
}

static void load_columns(systole_tile *tile, const int8_t *words) {
  for (unsigned s = 0; s < tile->dim; s++)
    for (unsigned r = 0; r < tile->rows; r++)
      tile->weight[r * tile->pitch + s] = words[s * tile->dim + r];
}

void systole_tile_load(systole_tile *tile, const int8_t *words, unsigned dim, unsigned rows,
                       bool transposed) {
  tile->dim = dim;
  tile->rows = rows;
  tile->pitch = dim < COLUMNS ? COLUMNS : dim;
  if (dim < COLUMNS) memset(tile->weight, 0, sizeof(float) * rows * tile->pitch);
  if (transposed)
    load_columns(tile, words);
  else
    load_rows(tile, words);
}

static void put(const float *sums, unsigned count, bool add, int32_t *c) {
  if (add)
    for (unsigned s = 0; s < count; s++)
      c[s] = (int32_t)((uint32_t)c[s] + (uint32_t)(int32_t)sums[s]);
  else
    for (unsigned s = 0; s < count; s++) c[s] = (int32_t)sums[s];
}

// Four rows times COLUMNS columns: the sums stay in registers.
static void multiply_four(const systole_tile *tile, const float *a, unsigned column,
                          float sums[ROWS][COLUMNS]) {
  float s0[COLUMNS] = {0}, s1[COLUMNS] = {0}, s2[COLUMNS] = {0}, s3[COLUMNS] = {0};
  const float *weight = tile->weight + column;
  for (unsigned r = 0; r < tile->rows; r++, weight += tile->pitch, a += ROWS)
    for (unsigned s = 0; s < COLUMNS; s++) {
      s0[s] += a[0] * weight[s];
      s1[s] += a[1] * weight[s];
      s2[s] += a[2] * weight[s];
      s3[s] += a[3] * weight[s];
    }
  memcpy(sums[0], s0, sizeof s0);
  memcpy(sums[1], s1, sizeof s1);
  memcpy(sums[2], s2, sizeof s2);
  memcpy(sums[3], s3, sizeof s3);
}

static void multiply_one(const systole_tile *tile, const float *a, unsigned column,
                         float sums[COLUMNS]) {
  float s0[COLUMNS] = {0};
  const float *weight = tile->weight + column;
  for (unsigned r = 0; r < tile->rows; r++, weight += tile->pitch, a += ROWS)
    for (unsigned s = 0; s < COLUMNS; s++) s0[s] += a[0] * weight[s];
  memcpy(sums, s0, sizeof s0);
}

// The rows' activations as fp32, the rows interleaved.
static void interleave(const systole_tile *tile, const int8_t *a, int64_t a_pitch, unsigned rows,
                       float *out) {
  for (unsigned i = 0; i < rows; i++)
    for (unsigned r = 0; r < tile->rows; r++) out[r * ROWS + i] = a[(int64_t)i * a_pitch + r];
}

static void multiply_block(const systole_tile *tile, const int8_t *a, int64_t a_pitch,
                           unsigned rows, bool add, int32_t *c, int64_t c_pitch) {
  float in[SYSTOLE_TILE_DIM * ROWS], sums[ROWS][COLUMNS];
  const unsigned count = tile->dim < COLUMNS ? tile->dim : COLUMNS;
  if (rows > 1) memset(in, 0, sizeof(float) * ROWS * tile->rows);
  interleave(tile, a, a_pitch, rows, in);
  for (unsigned column = 0; column < tile->dim; column += COLUMNS) {
    if (rows > 1)
      multiply_four(tile, in, column, sums);
    else
      multiply_one(tile, in, column, sums[0]);
    for (unsigned i = 0; i < rows; i++)
      put(sums[i], count, add, c + (int64_t)i * c_pitch + column);
  }
}

void systole_tile_multiply(const systole_tile *tile, const int8_t *a, int64_t a_pitch, uint64_t m,
                           bool add, int32_t *c, int64_t c_pitch) {
  for (uint64_t i = 0; i < m; i += ROWS) {
    const unsigned rows = m - i < ROWS ? (unsigned)(m - i) : ROWS;
    multiply_block(tile, a + (int64_t)i * a_pitch, a_pitch, rows, add, c + (int64_t)i * c_pitch,
                   c_pitch);
  }
}
