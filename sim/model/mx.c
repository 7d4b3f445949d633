#include "sim/model/mx.h"

#include "sim/model/tile.h"

// One tile for all rows. The weights stay int8 where there are few rows.
static void multiply(const int8_t *words, unsigned dim, unsigned rows, bool transposed,
                     const int8_t *a, int64_t a_row, uint64_t m, bool add, int32_t *c,
                     int64_t c_row) {
  const uint64_t few = dim < 32 ? 3 : 8;  // measured
  systole_tile tile;
  if (m > few) {
    systole_tile_load(&tile, words, dim, rows, transposed);
    systole_tile_multiply(&tile, a, a_row, m, add, c, c_row);
    return;
  }
  for (uint64_t i = 0; i < m; i++)
    systole_tile_row(words, dim, rows, transposed, a + (int64_t)i * a_row, add,
                     c + (int64_t)i * c_row);
}

void systole_model_mx(const systole_line *line, systole_srams *srams) {
  const unsigned dim = srams->dim;
  const uint64_t m = SYSTOLE_GET(line, MX, m);
  const uint64_t k = SYSTOLE_GET(line, MX, k);
  const uint64_t n = SYSTOLE_GET(line, MX, n);
  const int64_t a_row = (int64_t)SYSTOLE_GET(line, MX, a_row) * dim;
  const int64_t c_row = (int64_t)SYSTOLE_GET(line, MX, c_row) * dim;
  const bool transposed = SYSTOLE_GET(line, MX, transposed);
  const bool accumulate = SYSTOLE_GET(line, MX, accumulate);
  const int8_t *a = SYSTOLE_GET(line, MX, a_space) == SYSTOLE_SPACE_QNT ? srams->qnt : srams->act;
  if (m == 0) return;
  for (uint64_t nt = 0; nt * dim < n; nt++)
    for (uint64_t kt = 0; kt * dim < k; kt++) {
      const uint64_t w = SYSTOLE_GET(line, MX, w) + kt * SYSTOLE_GET(line, MX, w_k) +
                         nt * SYSTOLE_GET(line, MX, w_n);
      const uint64_t from = SYSTOLE_GET(line, MX, a) + kt * SYSTOLE_GET(line, MX, a_tile);
      const uint64_t to = SYSTOLE_GET(line, MX, c) + nt * SYSTOLE_GET(line, MX, c_tile);
      const unsigned rows = k - kt * dim < dim ? (unsigned)(k - kt * dim) : dim;
      multiply(srams->wgt + w * dim, dim, rows, transposed, a + from * dim, a_row, m,
               accumulate || kt > 0, srams->acc + to * dim, c_row);
    }
}
