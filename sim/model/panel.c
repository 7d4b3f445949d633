#include "sim/model/panel.h"

#include <string.h>

enum {
  VECTOR = SYSTOLE_PANEL_VECTOR,
  COLUMNS = SYSTOLE_PANEL_COLUMNS,
  DEPTH = SYSTOLE_PANEL_DEPTH,
  ROWS = SYSTOLE_PANEL_ROWS
};

typedef float vector __attribute__((vector_size(4 * VECTOR)));

// The width is a constant wherever these are inlined, so that a row is a few
// vector instructions.
static inline void widen_rows(float *restrict out, const int8_t *restrict from, unsigned dim,
                              unsigned rows, const unsigned width) {
  for (unsigned r = 0; r < rows; r++, out += COLUMNS, from += dim)
    for (unsigned s = 0; s < width; s++) out[s] = from[s];
}

static void load_rows(float *out, const int8_t *from, unsigned dim, unsigned rows,
                      unsigned width) {
  switch (width) {
    case 4: widen_rows(out, from, dim, rows, 4); break;
    case 8: widen_rows(out, from, dim, rows, 8); break;
    case 16: widen_rows(out, from, dim, rows, 16); break;
    default: widen_rows(out, from, dim, rows, 32); break;
  }
}

// The index of an element, in binary, rotated left by one.
static inline void shuffle(int8_t *restrict out, const int8_t *restrict in, const unsigned half) {
  for (unsigned i = 0; i < half; i++) {
    out[2 * i] = in[i];
    out[2 * i + 1] = in[i + half];
  }
}

// A transposed square of 16 or 8: rotates the index by half of its bits, which
// vector units do quicker than they move single bytes.
static void load_square_16(float *restrict out, const int8_t *restrict from, unsigned dim) {
  int8_t x[256], y[256];
  for (unsigned s = 0; s < 16; s++) memcpy(x + 16 * s, from + s * dim, 16);
  shuffle(y, x, 128), shuffle(x, y, 128), shuffle(y, x, 128), shuffle(x, y, 128);
  widen_rows(out, x, 16, 16, 16);
}

static void load_square_8(float *restrict out, const int8_t *restrict from, unsigned dim) {
  int8_t x[64], y[64];
  for (unsigned s = 0; s < 8; s++) memcpy(x + 8 * s, from + s * dim, 8);
  shuffle(y, x, 32), shuffle(x, y, 32), shuffle(y, x, 32);
  widen_rows(out, y, 8, 8, 8);
}

static void load_square_4(float *restrict out, const int8_t *restrict from, unsigned dim) {
  for (unsigned r = 0; r < 4; r++)
    for (unsigned s = 0; s < 4; s++) out[r * COLUMNS + s] = from[s * dim + r];
}

// Rows beyond `rows`, up to the end of a square, are loaded as well.
static void load_columns(float *out, const int8_t *from, unsigned dim, unsigned rows,
                         unsigned width) {
  const unsigned side = dim < 16 ? dim : 16;
  for (unsigned s = 0; s < width; s += side)
    for (unsigned r = 0; r < rows; r += side) {
      float *to = out + r * COLUMNS + s;
      const int8_t *square = from + s * dim + r;
      if (side == 16)
        load_square_16(to, square, dim);
      else if (side == 8)
        load_square_8(to, square, dim);
      else
        load_square_4(to, square, dim);
    }
}

void systole_panel_load(systole_panel *panel, unsigned row, unsigned column, const int8_t *words,
                        unsigned dim, unsigned s, unsigned width, unsigned rows, bool transposed) {
  float *out = &panel->weight[row][column];
  if (transposed)
    load_columns(out, words + s * dim, dim, rows, width);
  else
    load_rows(out, words + s, dim, rows, width);
}

void systole_panel_widen(float *restrict out, const int8_t *restrict a, unsigned count) {
  for (unsigned r = 0; r < count; r++) out[r] = a[r];
}

// By pointer: how a vector is passed depends on the host, even where all is inlined.
static inline void load(vector *v, const float *from) { memcpy(v, from, sizeof *v); }

static inline void save(float *to, const vector *v) { memcpy(to, v, sizeof *v); }

// Four rows, two vectors of columns: eight sums in flight hide the latency of a
// multiply-add.
static void multiply_wide(const float *w, const float *a, unsigned depth, float (*sums)[COLUMNS]) {
  vector l0 = {0}, l1 = {0}, l2 = {0}, l3 = {0}, h0 = {0}, h1 = {0}, h2 = {0}, h3 = {0};
  for (unsigned r = 0; r < depth; r++, w += COLUMNS, a++) {
    vector low, high;
    load(&low, w), load(&high, w + VECTOR);
    l0 += a[0] * low, h0 += a[0] * high;
    l1 += a[DEPTH] * low, h1 += a[DEPTH] * high;
    l2 += a[2 * DEPTH] * low, h2 += a[2 * DEPTH] * high;
    l3 += a[3 * DEPTH] * low, h3 += a[3 * DEPTH] * high;
  }
  save(sums[0], &l0), save(sums[0] + VECTOR, &h0);
  save(sums[1], &l1), save(sums[1] + VECTOR, &h1);
  save(sums[2], &l2), save(sums[2] + VECTOR, &h2);
  save(sums[3], &l3), save(sums[3] + VECTOR, &h3);
}

// Eight rows, one vector of columns.
static void multiply_tall(const float *w, const float *a, unsigned depth, float (*sums)[COLUMNS]) {
  vector s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0}, s4 = {0}, s5 = {0}, s6 = {0}, s7 = {0};
  for (unsigned r = 0; r < depth; r++, w += COLUMNS, a++) {
    vector low;
    load(&low, w);
    s0 += a[0] * low, s1 += a[DEPTH] * low;
    s2 += a[2 * DEPTH] * low, s3 += a[3 * DEPTH] * low;
    s4 += a[4 * DEPTH] * low, s5 += a[5 * DEPTH] * low;
    s6 += a[6 * DEPTH] * low, s7 += a[7 * DEPTH] * low;
  }
  save(sums[0], &s0), save(sums[1], &s1), save(sums[2], &s2), save(sums[3], &s3);
  save(sums[4], &s4), save(sums[5], &s5), save(sums[6], &s6), save(sums[7], &s7);
}

void systole_panel_multiply(const systole_panel *panel, const float *a, unsigned depth,
                            unsigned columns, unsigned rows, float sums[ROWS][COLUMNS]) {
  const float *w = panel->weight[0];
  if (columns <= VECTOR) {
    multiply_tall(w, a, depth, sums);
    return;
  }
  for (unsigned i = 0; i < rows; i += 4) multiply_wide(w, a + i * DEPTH, depth, sums + i);
}

// ---- results ------------------------------------------------------------------------

static inline void put(const float *restrict sums, const unsigned width, bool add,
                       int32_t *restrict c) {
  if (add)
    for (unsigned s = 0; s < width; s++)
      c[s] = (int32_t)((uint32_t)c[s] + (uint32_t)(int32_t)sums[s]);
  else
    for (unsigned s = 0; s < width; s++) c[s] = (int32_t)sums[s];
}

void systole_panel_put(const float *restrict sums, unsigned width, bool add, int32_t *restrict c) {
  switch (width) {
    case 4: put(sums, 4, add, c); break;
    case 8: put(sums, 8, add, c); break;
    case 16: put(sums, 16, add, c); break;
    default: put(sums, 32, add, c); break;
  }
}
