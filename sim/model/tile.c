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

// Products of int8 fit int16, which vector units multiply quickly.
static int16_t product(int8_t a, int8_t b) { return (int16_t)(a * b); }

static void row_times_rows(const int8_t *restrict words, unsigned dim, unsigned rows,
                           const int8_t *restrict a, int32_t *restrict sums) {
  memset(sums, 0, sizeof *sums * dim);
  for (unsigned r = 0; r < rows; r++, words += dim)
    for (unsigned s = 0; s < dim; s++) sums[s] += product(a[r], words[s]);
}

static void row_times_columns(const int8_t *restrict words, unsigned dim, unsigned rows,
                              const int8_t *restrict a, int32_t *restrict sums) {
  for (unsigned s = 0; s < dim; s++, words += dim) {
    int32_t sum = 0;
    for (unsigned r = 0; r < rows; r++) sum += (int16_t)a[r] * (int16_t)words[r];
    sums[s] = sum;
  }
}

void systole_tile_row(const int8_t *words, unsigned dim, unsigned rows, bool transposed,
                      const int8_t *a, bool add, int32_t *c) {
  int32_t sums[SYSTOLE_TILE_DIM];
  if (transposed)
    row_times_columns(words, dim, rows, a, sums);
  else
    row_times_rows(words, dim, rows, a, sums);
  for (unsigned s = 0; s < dim; s++)
    c[s] = add ? (int32_t)((uint32_t)c[s] + (uint32_t)sums[s]) : sums[s];
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
  if (rows < ROWS) memset(in, 0, sizeof(float) * ROWS * tile->rows);
  interleave(tile, a, a_pitch, rows, in);
  for (unsigned column = 0; column < tile->dim; column += COLUMNS) {
    multiply_four(tile, in, column, sums);
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
