#include "sim/model/few.h"

#include <string.h>

enum { VECTOR = SYSTOLE_FEW_VECTOR, BYTES = SYSTOLE_FEW_BYTES };

typedef float vector __attribute__((vector_size(BYTES)));
typedef int32_t integers __attribute__((vector_size(BYTES)));
typedef uint32_t naturals __attribute__((vector_size(BYTES)));

static inline void repeat(float *restrict out, const float *restrict a, unsigned count,
                          const unsigned times) {
  for (unsigned r = 0; r < count; r++)
    for (unsigned l = 0; l < times; l++) out[r * times + l] = a[r];
}

static void repeat_each(float *out, const float *a, unsigned count, unsigned times) {
  switch (times) {
    case 2: repeat(out, a, count, 2); break;
    case 4: repeat(out, a, count, 4); break;
    case 8: repeat(out, a, count, 8); break;
    default: repeat(out, a, count, 16); break;
  }
}

// Weights at the end of a tile that k does not reach are multiplied by zero.
void systole_few_load(systole_few *few, unsigned dim, const float *a, unsigned pitch,
                      unsigned depth, unsigned rows) {
  const unsigned columns = dim < BYTES ? dim : BYTES, group = BYTES / columns;
  few->dim = dim;
  few->columns = columns;
  few->depth = (depth + group - 1) / group * group;
  few->rows = rows;
  for (unsigned i = 0; i < rows; i++, a += pitch) {
    repeat_each(few->a[i], a, depth, columns / 4);
    memset(few->a[i] + depth * (columns / 4), 0,
           sizeof(float) * (few->depth - depth) * (columns / 4));
  }
}

// Vectors go by pointer: how they are passed depends on the host, even where
// all is inlined.
static inline void load(vector *v, const float *from) { memcpy(v, from, sizeof *v); }

// w[b] := byte b of each integer.
static inline void load_weights(vector w[4], const int8_t *from) {
  naturals x;
  memcpy(&x, from, sizeof x);
  w[0] = __builtin_convertvector((integers)(x << 24) >> 24, vector);
  w[1] = __builtin_convertvector((integers)(x << 16) >> 24, vector);
  w[2] = __builtin_convertvector((integers)(x << 8) >> 24, vector);
  w[3] = __builtin_convertvector((integers)x >> 24, vector);
}

// Lane l of found[b] is the sum of every (BYTES / columns)-th row for column
// 4 * l + b, modulo columns.
static void gather(const systole_few *few, const vector found[4], float *sums) {
  float lanes[4][VECTOR];
  memcpy(lanes, found, sizeof lanes);
  for (unsigned width = VECTOR; width > few->columns / 4; width /= 2)
    for (unsigned b = 0; b < 4; b++)
      for (unsigned l = 0; l < width / 2; l++) lanes[b][l] += lanes[b][l + width / 2];
  for (unsigned s = 0; s < few->columns; s++) sums[s] = lanes[s % 4][s / 4];
}

static void multiply_one(const systole_few *few, const int8_t *words, uint64_t next,
                         float *sums) {
  const unsigned step = BYTES / few->columns;
  const float *a = few->a[0];
  vector f[4] = {{0}, {0}, {0}, {0}};
  for (unsigned at = 0; at < few->depth; at += few->dim, words += next) {
    const int8_t *w = words;
    const unsigned rows = few->depth - at < few->dim ? few->depth - at : few->dim;
    for (unsigned r = 0; r < rows; r += step, w += step * few->dim, a += VECTOR) {
      vector x, y[4];
      load(&x, a), load_weights(y, w);
      f[0] += x * y[0], f[1] += x * y[1], f[2] += x * y[2], f[3] += x * y[3];
    }
  }
  gather(few, f, sums);
}

static void multiply_two(const systole_few *few, const int8_t *words, uint64_t next,
                         float (*sums)[BYTES]) {
  const unsigned step = BYTES / few->columns;
  const float *a = few->a[0], *b = few->a[1];
  vector f[4] = {{0}, {0}, {0}, {0}}, g[4] = {{0}, {0}, {0}, {0}};
  for (unsigned at = 0; at < few->depth; at += few->dim, words += next) {
    const int8_t *w = words;
    const unsigned rows = few->depth - at < few->dim ? few->depth - at : few->dim;
    for (unsigned r = 0; r < rows; r += step, w += step * few->dim, a += VECTOR, b += VECTOR) {
      vector x, y[4], z;
      load(&x, a), load_weights(y, w), load(&z, b);
      f[0] += x * y[0], f[1] += x * y[1], f[2] += x * y[2], f[3] += x * y[3];
      g[0] += z * y[0], g[1] += z * y[1], g[2] += z * y[2], g[3] += z * y[3];
    }
  }
  gather(few, f, sums[0]);
  gather(few, g, sums[1]);
}

void systole_few_multiply(const systole_few *few, const int8_t *words, uint64_t next,
                          float (*sums)[BYTES]) {
  if (few->rows == 1)
    multiply_one(few, words, next, sums[0]);
  else
    multiply_two(few, words, next, sums);
}
