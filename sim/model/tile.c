#include "sim/model/tile.h"

void systole_tile_row(const int8_t *words, unsigned dim, unsigned rows, bool transposed,
                      const int8_t *a, bool add, int32_t *c) {
  const unsigned row = transposed ? 1 : dim, column = transposed ? dim : 1;
  for (unsigned s = 0; s < dim; s++) {
    int32_t sum = 0;
    for (unsigned r = 0; r < rows; r++) sum += a[r] * words[r * row + s * column];
    c[s] = add ? (int32_t)((uint32_t)c[s] + (uint32_t)sum) : sum;
  }
}
