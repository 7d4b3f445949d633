#include "sim/model/mx.h"

#include "sim/model/tile.h"

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
  systole_tile tile;
  for (uint64_t nt = 0; nt * dim < n; nt++)
    for (uint64_t kt = 0; kt * dim < k; kt++) {
      const uint64_t w = SYSTOLE_GET(line, MX, w) + kt * SYSTOLE_GET(line, MX, w_k) +
                         nt * SYSTOLE_GET(line, MX, w_n);
      const uint64_t from = SYSTOLE_GET(line, MX, a) + kt * SYSTOLE_GET(line, MX, a_tile);
      const uint64_t to = SYSTOLE_GET(line, MX, c) + nt * SYSTOLE_GET(line, MX, c_tile);
      const unsigned rows = k - kt * dim < dim ? (unsigned)(k - kt * dim) : dim;
      systole_tile_load(&tile, srams->wgt + w * dim, dim, rows, transposed);
      systole_tile_multiply(&tile, a + from * dim, a_row, m, accumulate || kt > 0,
                            srams->acc + to * dim, c_row);
    }
}
