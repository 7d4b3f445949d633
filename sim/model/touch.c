#include "sim/model/touch.h"

typedef struct {
  const systole_line *line;
  unsigned dim;
  systole_touch_fn visit;
  void *user;
} walk;

static void touch(const walk *w, unsigned space, uint64_t word, uint64_t count, bool write,
                  uint64_t step) {
  const systole_touch t = {space, (uint32_t)word, (uint32_t)count, write, step};
  w->visit(w->user, &t);
}

static uint64_t tiles(const walk *w, uint64_t count) { return (count + w->dim - 1) / w->dim; }

// LDG has these fields in the same places.
static void walk_ld(const walk *w) {
  const unsigned space = (unsigned)SYSTOLE_GET(w->line, LD, space);
  const uint64_t rows = SYSTOLE_GET(w->line, LD, rows), words = SYSTOLE_GET(w->line, LD, words);
  const uint64_t dst = SYSTOLE_GET(w->line, LD, dst);
  const uint64_t row = SYSTOLE_GET(w->line, LD, dst_row);
  const uint64_t word = SYSTOLE_GET(w->line, LD, dst_word);
  for (uint64_t i = 0; i < rows; i++) {
    if (word == 1) touch(w, space, dst + i * row, words, true, i);
    for (uint64_t j = 0; j < words && word != 1; j++)
      touch(w, space, dst + i * row + j * word, 1, true, i);
  }
}

static void walk_st(const walk *w) {
  const unsigned space = (unsigned)SYSTOLE_GET(w->line, ST, space);
  const uint64_t elements = SYSTOLE_GET(w->line, ST, elements);
  for (uint64_t i = 0; i < SYSTOLE_GET(w->line, ST, rows); i++) {
    const uint64_t from = SYSTOLE_GET(w->line, ST, src) + i * SYSTOLE_GET(w->line, ST, src_row);
    const uint64_t first = from / w->dim, last = (from + elements - 1) / w->dim;
    touch(w, space, first, last - first + 1, false, i);
  }
}

// An accumulator's step is its N tile and row: what comes back to it for the
// next K tile is the same step, another one is a race.
static void walk_mx(const walk *w) {
  const systole_line *line = w->line;
  const uint64_t m = SYSTOLE_GET(line, MX, m);
  const uint64_t kt = tiles(w, SYSTOLE_GET(line, MX, k)), nt = tiles(w, SYSTOLE_GET(line, MX, n));
  const bool adds = kt > 1 || SYSTOLE_GET(line, MX, accumulate);
  for (uint64_t i = 0; i < m; i++)
    for (uint64_t t = 0; t < kt; t++)
      touch(w, (unsigned)SYSTOLE_GET(line, MX, a_space),
            SYSTOLE_GET(line, MX, a) + i * SYSTOLE_GET(line, MX, a_row) +
                t * SYSTOLE_GET(line, MX, a_tile), 1, false, 0);
  for (uint64_t j = 0; j < nt; j++)
    for (uint64_t t = 0; t < kt; t++)
      touch(w, SYSTOLE_SPACE_WGT,
            SYSTOLE_GET(line, MX, w) + t * SYSTOLE_GET(line, MX, w_k) +
                j * SYSTOLE_GET(line, MX, w_n), w->dim, false, 0);
  for (unsigned write = adds ? 0 : 1; write < 2; write++)
    for (uint64_t j = 0; j < nt; j++)
      for (uint64_t i = 0; i < m; i++)
        touch(w, SYSTOLE_SPACE_ACC,
              SYSTOLE_GET(line, MX, c) + i * SYSTOLE_GET(line, MX, c_row) +
                  j * SYSTOLE_GET(line, MX, c_tile), 1, write != 0, j * m + i);
}

// A matrix of m rows, each `words` neighbours; word j of row i in its step.
static void walk_matrix(const walk *w, unsigned space, uint64_t base, uint64_t row, bool write) {
  const uint64_t m = SYSTOLE_GET(w->line, VX, m), words = tiles(w, SYSTOLE_GET(w->line, VX, n));
  for (uint64_t i = 0; i < m; i++)
    for (uint64_t j = 0; j < words; j++)
      touch(w, space, base + i * row + j, 1, write, i * words + j);
}

// Row scalars, DIM rows to a word, in use until the last step of the last of
// their rows; results are written at the end of that step.
static void walk_scalars(const walk *w, uint64_t base, bool write) {
  const uint64_t m = SYSTOLE_GET(w->line, VX, m), words = tiles(w, SYSTOLE_GET(w->line, VX, n));
  for (uint64_t block = 0; block < tiles(w, m); block++) {
    const uint64_t end = (block + 1) * w->dim;
    touch(w, SYSTOLE_SPACE_RS, base + block, 1, write, (end < m ? end : m) * words - 1);
  }
}

static void walk_vx_reads(const walk *w) {
  const systole_line *line = w->line;
  const unsigned b = (unsigned)SYSTOLE_GET(line, VX, b_space);
  const unsigned c = (unsigned)SYSTOLE_GET(line, VX, c_space);
  walk_matrix(w, (unsigned)SYSTOLE_GET(line, VX, a_space), SYSTOLE_GET(line, VX, a),
              SYSTOLE_GET(line, VX, a_row), false);
  if (b != SYSTOLE_SPACE_VXB_NONE)
    walk_matrix(w, b, SYSTOLE_GET(line, VX, b), SYSTOLE_GET(line, VX, b_row), false);
  if (c != SYSTOLE_SPACE_VXC_NONE)
    walk_matrix(w, c, SYSTOLE_GET(line, VX, c), SYSTOLE_GET(line, VX, c_row), false);
  if (SYSTOLE_GET(line, VX, mul) == SYSTOLE_VXMUL_ROW)
    walk_scalars(w, SYSTOLE_GET(line, VX, s), false);
  if (SYSTOLE_GET(line, VX, add) == SYSTOLE_VXADD_ROW)
    walk_scalars(w, SYSTOLE_GET(line, VX, c), false);
  if (!SYSTOLE_GET(line, VX, carry)) return;
  walk_scalars(w, SYSTOLE_GET(line, VX, r), false);
  if (SYSTOLE_GET(line, VX, reduce) == SYSTOLE_VXREDUCE_ARGMAX)
    walk_scalars(w, SYSTOLE_GET(line, VX, x), false);
}

static void walk_vx_writes(const walk *w) {
  const systole_line *line = w->line;
  const unsigned d = (unsigned)SYSTOLE_GET(line, VX, d_space);
  const uint64_t reduce = SYSTOLE_GET(line, VX, reduce);
  if (d != SYSTOLE_SPACE_VXD_NONE)
    walk_matrix(w, d, SYSTOLE_GET(line, VX, d), SYSTOLE_GET(line, VX, d_row), true);
  if (reduce != SYSTOLE_VXREDUCE_NONE) walk_scalars(w, SYSTOLE_GET(line, VX, r), true);
  if (reduce == SYSTOLE_VXREDUCE_ARGMAX) walk_scalars(w, SYSTOLE_GET(line, VX, x), true);
}

void systole_touches(const systole_instruction *instruction, unsigned dim, systole_touch_fn visit,
                     void *user) {
  const walk w = {&instruction->line, dim, visit, user};
  if (instruction->noop) return;
  switch (instruction->engine) {
    case SYSTOLE_ENGINE_LD: walk_ld(&w); break;
    case SYSTOLE_ENGINE_MX: walk_mx(&w); break;
    case SYSTOLE_ENGINE_VX: walk_vx_reads(&w), walk_vx_writes(&w); break;
    case SYSTOLE_ENGINE_ST: walk_st(&w); break;
    default: break;
  }
}
