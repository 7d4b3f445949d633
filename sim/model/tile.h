// One row of activations times one tile, in the order of docs/machine.md: for
// the rare product whose results overwrite each other.
#ifndef SYSTOLE_MODEL_TILE_H
#define SYSTOLE_MODEL_TILE_H

#include <stdbool.h>
#include <stdint.h>

// c[s] := (add ? c[s] : 0) + sum over r < rows of a[r] * W'[r][s], wrapping, for
// s < dim. W'[r][s] is word r, byte s; transposed word s, byte r.
void systole_tile_row(const int8_t *words, unsigned dim, unsigned rows, bool transposed,
                      const int8_t *a, bool add, int32_t *c);

#endif
