// MX: C[M,N] = A[M,K] x W[K,N], or C +=. A vector of columns is one item's, with
// up to ROWS rows at a time so that a weight is widened once for all of them.

#define ROWS 4
#define GROUPS (SYSTOLE_DIM / WIDTH)  // vectors of columns in a tile

typedef struct {
  const __global char *a, *w;
  __global int *c;
  ulong a_row, a_tile, w_k, w_n, c_row, c_tile;  // in elements
  uint k;
  bool transposed, accumulate;
} product;

product get_product(const __local machine *m, __global uchar *scratch) {
  product p;
  p.a = (const __global char *)sram(scratch, (uint)GET(MX_A_SPACE)) + GET(MX_A) * SYSTOLE_DIM;
  p.w = (const __global char *)(scratch + AT_WGT) + GET(MX_W) * SYSTOLE_DIM;
  p.c = (__global int *)(scratch + AT_ACC) + GET(MX_C) * SYSTOLE_DIM;
  p.a_row = GET(MX_A_ROW) * SYSTOLE_DIM, p.a_tile = GET(MX_A_TILE) * SYSTOLE_DIM;
  p.w_k = GET(MX_W_K) * SYSTOLE_DIM, p.w_n = GET(MX_W_N) * SYSTOLE_DIM;
  p.c_row = GET(MX_C_ROW) * SYSTOLE_DIM, p.c_tile = GET(MX_C_TILE) * SYSTOLE_DIM;
  p.k = (uint)GET(MX_K);
  p.transposed = GET(MX_TRANSPOSED) != 0, p.accumulate = GET(MX_ACCUMULATE) != 0;
  return p;
}

// Whether no word of ACC belongs to two results, so that order is free. (Not
// said of all strides for which it is true, but of those that are used.)
bool results_apart(const product *p, ulong rows, ulong nt) {
  return apart(rows, p->c_row, nt, p->c_tile, SYSTOLE_DIM) ||
         apart(nt, p->c_tile, rows, p->c_row, SYSTOLE_DIM);
}

// ---- words are rows of the tile ---------------------------------------------------

// `rows` is a constant wherever this is used, so that sums stay in registers.
void multiply_rows(const product *p, const __global char *a, const __global char *w, uint rows,
                   uints *sums) {
  for (uint left = p->k; left > 0; a += p->a_tile, w += p->w_k) {
    const uint depth = min(left, (uint)SYSTOLE_DIM);
    for (uint r = 0; r < depth; r++) {
      const ints weight = TO_INTS(LOAD(w + r * SYSTOLE_DIM));
#pragma unroll
      for (uint i = 0; i < rows; i++) sums[i] += AS_UINTS(weight * (int)a[i * p->a_row + r]);
    }
    left -= depth;
  }
}

// ---- words are columns of the tile ------------------------------------------------

uints add_lanes(uints a, uints b) { return a + b; }

// The sum for one column, lane by lane.
uints dot(const product *p, const __global char *a, const __global char *w) {
  uints sums = 0;
  for (uint left = p->k; left > 0; a += p->a_tile, w += p->w_k) {
    const uint depth = min(left, (uint)SYSTOLE_DIM);
    for (uint r = 0; r < depth; r += WIDTH) {
      const uints product = AS_UINTS(TO_INTS(LOAD(a + r)) * TO_INTS(LOAD(w + r)));
      sums += either(LANES + r < depth, product, (uints)(0));
    }
    left -= depth;
  }
  return sums;
}

void multiply_columns(const product *p, const __global char *a, const __global char *w, uint rows,
                      uints *sums) {
  uint found[WIDTH];
  for (uint i = 0; i < rows; i++) {
    for (uint s = 0; s < WIDTH; s++) {
      uints column = dot(p, a + i * p->a_row, w + s * SYSTOLE_DIM);
      FOLD(column, add_lanes);
      found[s] = column.s0;
    }
    sums[i] = LOAD(found);
  }
}

// ---- blocks ----------------------------------------------------------------------

// Rows from `row` on, columns of group `group` (of all tiles along n).
void multiply_block(const product *p, uint row, uint rows, uint group) {
  const ulong nt = group / GROUPS, at = group % GROUPS * WIDTH;
  const __global char *a = p->a + row * p->a_row;
  const __global char *w = p->w + nt * p->w_n + (p->transposed ? at * SYSTOLE_DIM : at);
  __global int *c = p->c + row * p->c_row + nt * p->c_tile + at;
  uints sums[ROWS] = {0, 0, 0, 0};
  if (p->transposed) multiply_columns(p, a, w, rows, sums);
  else if (rows == 1) multiply_rows(p, a, w, 1, sums);
  else if (rows == 2) multiply_rows(p, a, w, 2, sums);
  else multiply_rows(p, a, w, ROWS, sums);
  for (uint i = 0; i < rows; i++) {
    const ints old = p->accumulate ? LOAD(c + i * p->c_row) : (ints)(0);
    STORE(AS_INTS(AS_UINTS(old) + sums[i]), c + i * p->c_row);
  }
}

void multiply(__local machine *m, __global uchar *scratch) {
  const product p = get_product(m, scratch);
  const uint rows = (uint)GET(MX_M), groups = (uint)tiles(GET(MX_N)) * GROUPS;
  share s = share_out(groups);
  // In order, each item its own lanes of every tile; one item is always in order.
  if (SYSTOLE_ITEMS > 1 && !results_apart(&p, rows, groups / GROUPS))
    s = (share){GROUPS, ITEM, 1, ITEM < GROUPS ? 0 : UINT_MAX};
  for (uint group = s.column; group < groups; group += s.across)
    for (uint row = s.row * ROWS, take; row < rows; row += s.down * ROWS) {
      // Three rows are two and one.
      const uint left = min(rows - row, (uint)ROWS);
      for (uint done = 0; done < left; done += take) {
        take = left - done == 3 ? 2 : left - done;
        multiply_block(&p, row + done, take, group);
      }
    }
}
