#include "sim/model/mx.h"

#include <string.h>

#include "sim/model/few.h"
#include "sim/model/panel.h"
#include "sim/model/tile.h"

enum {
  DEPTH = SYSTOLE_PANEL_DEPTH,
  COLUMNS = SYSTOLE_PANEL_COLUMNS,
  ROWS = SYSTOLE_PANEL_ROWS,
  BLOCK = 128  // rows of activations that are kept widened
};

// The descriptor, unpacked; strides in elements of their memories.
typedef struct {
  unsigned dim;
  bool transposed, accumulate;
  uint64_t m, k, tiles;  // tiles: along n
  const int8_t *a, *w;
  int32_t *c;
  uint64_t a_row, a_tile, w_k, w_n, c_row, c_tile;
} product;

static product get_product(const systole_line *line, const systole_srams *srams) {
  const uint64_t dim = srams->dim;
  const bool quantised = SYSTOLE_GET(line, MX, a_space) == SYSTOLE_SPACE_QNT;
  return (product){.dim = srams->dim,
                   .transposed = SYSTOLE_GET(line, MX, transposed),
                   .accumulate = SYSTOLE_GET(line, MX, accumulate),
                   .m = SYSTOLE_GET(line, MX, m),
                   .k = SYSTOLE_GET(line, MX, k),
                   .tiles = (SYSTOLE_GET(line, MX, n) + dim - 1) / dim,
                   .a = (quantised ? srams->qnt : srams->act) + SYSTOLE_GET(line, MX, a) * dim,
                   .w = srams->wgt + SYSTOLE_GET(line, MX, w) * dim,
                   .c = srams->acc + SYSTOLE_GET(line, MX, c) * dim,
                   .a_row = SYSTOLE_GET(line, MX, a_row) * dim,
                   .a_tile = SYSTOLE_GET(line, MX, a_tile) * dim,
                   .w_k = SYSTOLE_GET(line, MX, w_k) * dim,
                   .w_n = SYSTOLE_GET(line, MX, w_n) * dim,
                   .c_row = SYSTOLE_GET(line, MX, c_row) * dim,
                   .c_tile = SYSTOLE_GET(line, MX, c_tile) * dim};
}

static unsigned smaller(uint64_t a, uint64_t b) { return (unsigned)(a < b ? a : b); }

// ---- in the order of the definition ----------------------------------------------

static void multiply_in_order(const product *p) {
  for (uint64_t nt = 0; nt < p->tiles; nt++)
    for (uint64_t kt = 0; kt * p->dim < p->k; kt++)
      for (uint64_t i = 0; i < p->m; i++)
        systole_tile_row(p->w + kt * p->w_k + nt * p->w_n, p->dim,
                         smaller(p->k - kt * p->dim, p->dim), p->transposed,
                         p->a + i * p->a_row + kt * p->a_tile, p->accumulate || kt > 0,
                         p->c + i * p->c_row + nt * p->c_tile);
}

// Whether no word of ACC belongs to two results, so that order is free. (Not
// said of all strides for which it is true, but of those that are used.)
static bool separate(const product *p) {
  const bool rows_apart = p->m == 1 || p->c_row > (p->tiles - 1) * p->c_tile;
  const bool tiles_apart = p->tiles == 1 || p->c_tile > (p->m - 1) * p->c_row;
  return (rows_apart && (p->tiles == 1 || p->c_tile > 0)) ||
         (tiles_apart && (p->m == 1 || p->c_row > 0));
}

// ---- in blocks: BLOCK rows, DEPTH of k, COLUMNS columns --------------------------

// Which part of the product is at hand.
typedef struct {
  uint64_t row, k, column;
  unsigned rows, depth, columns;
  float *a;  // rows x DEPTH
  systole_panel panel;
} block;

static void widen_row(const product *p, const block *b, uint64_t i, float *out) {
  const int8_t *a = p->a + (b->row + i) * p->a_row + b->k / p->dim * p->a_tile;
  if (p->a_tile == p->dim) {
    systole_panel_widen(out, a, b->depth);
    return;
  }
  for (unsigned r = 0; r < b->depth; r += p->dim, a += p->a_tile)
    systole_panel_widen(out + r, a, smaller(b->depth - r, p->dim));
}

// The rows that pad the block are zero.
static void widen_rows(const product *p, block *b) {
  for (unsigned i = 0; i < b->rows; i++) widen_row(p, b, i, b->a + i * DEPTH);
  for (unsigned i = b->rows; i % ROWS != 0; i++) memset(b->a + i * DEPTH, 0, DEPTH * sizeof *b->a);
}

static unsigned piece(const product *p) { return p->dim < COLUMNS ? p->dim : COLUMNS; }

static void load_panel(const product *p, block *b) {
  const unsigned width = piece(p);
  for (unsigned at = 0; at < b->columns; at += width) {
    const uint64_t nt = (b->column + at) / p->dim;
    const unsigned s = (unsigned)((b->column + at) % p->dim);
    const int8_t *words = p->w + nt * p->w_n + b->k / p->dim * p->w_k;
    for (unsigned r = 0; r < b->depth; r += p->dim, words += p->w_k)
      systole_panel_load(&b->panel, r, at, words, p->dim, s, width, smaller(b->depth - r, p->dim),
                         p->transposed);
  }
}

// Row i of the block: `count` columns from `column` on.
static void put_row(const product *p, const block *b, uint64_t i, uint64_t column, unsigned count,
                    const float *sums) {
  const unsigned width = smaller(piece(p), count);
  const bool add = p->accumulate || b->k > 0;
  int32_t *c = p->c + (b->row + i) * p->c_row;
  for (unsigned at = 0; at < count; at += width) {
    const uint64_t nt = (column + at) / p->dim, s = (column + at) % p->dim;
    systole_panel_put(sums + at, width, add, c + nt * p->c_tile + s);
  }
}

static void multiply_columns(const product *p, block *b) {
  float sums[ROWS][COLUMNS];
  load_panel(p, b);
  for (unsigned i = 0; i < b->rows; i += ROWS) {
    const unsigned rows = smaller(b->rows - i, ROWS);
    systole_panel_multiply(&b->panel, b->a + i * DEPTH, b->depth, b->columns, rows, sums);
    for (unsigned r = 0; r < rows; r++) put_row(p, b, i + r, b->column, b->columns, sums[r]);
  }
}

static void multiply_panels(const product *p, block *b) {
  const uint64_t columns = p->tiles * p->dim;
  widen_rows(p, b);
  for (b->column = 0; b->column < columns; b->column += COLUMNS) {
    b->columns = smaller(columns - b->column, COLUMNS);
    multiply_columns(p, b);
  }
}

static void multiply_few(const product *p, block *b) {
  systole_few few;
  float sums[SYSTOLE_FEW_ROWS + 1][SYSTOLE_FEW_BYTES];
  for (unsigned i = 0; i < b->rows; i++) widen_row(p, b, i, b->a + i * DEPTH);
  systole_few_load(&few, p->dim, b->a, DEPTH, b->depth, b->rows);
  for (uint64_t q = 0; q < p->tiles * p->dim; q += few.columns) {
    const int8_t *words = p->w + b->k / p->dim * p->w_k + q / p->dim * p->w_n + q % p->dim;
    systole_few_multiply(&few, words, p->w_k, sums);
    for (unsigned i = 0; i < b->rows; i++) put_row(p, b, i, q, few.columns, sums[i]);
  }
}

static void multiply_in_blocks(const product *p) {
  float a[BLOCK * DEPTH];
  block b;
  const bool few = p->m <= SYSTOLE_FEW_ROWS && systole_few_fits(p->dim) && !p->transposed;
  b.a = a;
  // The kernel reads whole vectors of columns, filled or not.
  if (!few && p->tiles * p->dim % SYSTOLE_PANEL_VECTOR != 0) memset(&b.panel, 0, sizeof b.panel);
  for (b.row = 0; b.row < p->m; b.row += BLOCK)
    for (b.k = 0; b.k < p->k; b.k += DEPTH) {
      b.rows = smaller(p->m - b.row, BLOCK);
      b.depth = smaller(p->k - b.k, DEPTH);
      if (few)
        multiply_few(p, &b);
      else
        multiply_panels(p, &b);
    }
}

void systole_model_mx(const systole_line *line, systole_srams *srams) {
  const product p = get_product(line, srams);
  if (p.m == 0 || p.k == 0 || p.tiles == 0) return;
  if (separate(&p))
    multiply_in_blocks(&p);
  else
    multiply_in_order(&p);
}
