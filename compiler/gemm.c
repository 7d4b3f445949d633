#include "compiler/gemm.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/schedule/schedule.h"

// How the product is cut. Every buffer has at least two slots where its SRAM
// has room, so that each engine works on another block than its neighbour.
typedef struct {
  const systole_config *config;
  uint32_t m, k, n, k_tiles, n_tiles;
  uint32_t rows;        // of a block of A and C
  uint32_t k_block;     // tiles of K held at once; all of them if they fit
  uint32_t n_block;     // tiles of N in a block of W and C, at most
  uint32_t w_slots, w_words;  // slots of WGT and their size
  uint32_t a_slots;     // slots of ACT: one if it holds all of A
  uint32_t a_step, w_step, c_step;  // blocks begun so far
  systole_schedule *schedule;
} plan;

static uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

static uint32_t tiles_of(uint32_t count, uint32_t dim) { return (count + dim - 1) / dim; }

// Four times DIM rows hide the loading of a tile from memory four times over;
// more would only fill the SRAMs.
static plan make_plan(const systole_config *c, uint32_t m, uint32_t k, uint32_t n) {
  plan p = {.config = c, .m = m, .k = k, .n = n, .k_tiles = tiles_of(k, c->dim),
            .n_tiles = tiles_of(n, c->dim)};
  p.w_slots = c->wgt_words / c->dim < 4 ? c->wgt_words / c->dim : 4;
  p.w_words = c->wgt_words / p.w_slots;
  uint32_t words = least(c->acc_words, c->vm_words) / 2;
  p.rows = least(least(m, 4 * c->dim), least(words, c->act_words / 2));
  p.a_slots = p.rows == m && (uint64_t)m * p.k_tiles <= c->act_words ? 1 : 2;
  p.k_block = least(p.k_tiles, least(c->act_words / p.a_slots / p.rows, p.w_words / c->dim));
  if (p.k_block < p.k_tiles) {
    p.a_slots = 2;
    p.k_block = least(p.k_block, c->act_words / 2 / p.rows);
  }
  p.n_block = least(p.n_tiles, least(words / p.rows, p.w_words / (p.k_block * c->dim)));
  return p;
}

systole_gemm_shape systole_gemm_shape_of(const systole_config *c, uint32_t m, uint32_t k, uint32_t n) {
  plan p = make_plan(c, m, k, n);
  uint64_t tiles = (uint64_t)p.k_tiles * p.n_tiles;
  return (systole_gemm_shape){.a_bytes = (uint64_t)m * p.k_tiles * c->dim,
                              .w_bytes = tiles * c->dim * c->dim,
                              .c_bytes = (uint64_t)m * n * 4};
}

// ---- one block of each engine's work ---------------------------------------------

typedef struct {
  uint32_t row, rows;        // of A and C
  uint32_t n_tile, n_tiles;  // of W and C
  uint32_t k_tile, k_tiles;
} block;

static uint32_t slot(uint32_t step, uint32_t slots, uint32_t words) { return step % slots * (words / slots); }

// Rows that follow each other in memory are one long row.
static void load(plan *p, unsigned space, unsigned segment, uint32_t rows, uint32_t words,
                 uint64_t offset, uint32_t pitch, uint32_t dst) {
  bool whole = pitch == words * p->config->dim && (uint64_t)rows * words <= UINT16_MAX;
  systole_op op = {.opcode = SYSTOLE_OP_LD};
  op.ld = (systole_op_ld){.space = space, .segment = segment,
                          .rows = systole_fixed(whole ? 1 : rows),
                          .words = systole_fixed(whole ? rows * words : words),
                          .dst = systole_fixed(dst), .pitch = whole ? 0 : pitch,
                          .dst_row = (uint16_t)words, .dst_word = 1};
  op.ld.offset = systole_fixed((int64_t)offset);
  systole_schedule_add(p->schedule, &op);
}

static void load_a(plan *p, block b) {
  uint32_t pitch = p->k_tiles * p->config->dim;
  load(p, SYSTOLE_SPACE_ACT, SYSTOLE_GEMM_A, b.rows, b.k_tiles,
       (uint64_t)b.row * pitch + (uint64_t)b.k_tile * p->config->dim, pitch,
       slot(p->a_step, p->a_slots, p->config->act_words));
}

static void load_w(plan *p, block b) {
  uint32_t dim = p->config->dim, tile = dim * dim;
  load(p, SYSTOLE_SPACE_WGT, SYSTOLE_GEMM_W, b.n_tiles, b.k_tiles * dim,
       ((uint64_t)b.n_tile * p->k_tiles + b.k_tile) * tile, p->k_tiles * tile,
       slot(p->w_step, p->w_slots, p->config->wgt_words));
}

static uint32_t columns_of(const plan *p, block b) {
  uint32_t first = b.n_tile * p->config->dim;
  return least(b.n_tiles * p->config->dim, p->n - first);
}

static void multiply(plan *p, block b) {
  uint32_t dim = p->config->dim;
  systole_op op = {.opcode = SYSTOLE_OP_MX};
  op.mx = (systole_op_mx){.a_space = SYSTOLE_SPACE_ACT, .accumulate = b.k_tile > 0,
                          .m = systole_fixed(b.rows),
                          .k = systole_fixed(least(b.k_tiles * dim, p->k - b.k_tile * dim)),
                          .n = systole_fixed(columns_of(p, b)),
                          .a = systole_fixed(slot(p->a_step, p->a_slots, p->config->act_words)),
                          .a_row = (uint16_t)b.k_tiles, .a_tile = 1,
                          .w = slot(p->w_step, p->w_slots, p->config->wgt_words),
                          .w_k = (uint16_t)dim, .w_n = (uint16_t)(b.k_tiles * dim),
                          .c = (uint16_t)slot(p->c_step, 2, p->config->acc_words),
                          .c_row = (uint16_t)b.n_tiles, .c_tile = 1};
  systole_schedule_add(p->schedule, &op);
}

static void convert(plan *p, block b) {
  systole_op op = {.opcode = SYSTOLE_OP_VX};
  op.vx = (systole_op_vx){.a_space = SYSTOLE_SPACE_ACC, .d_space = SYSTOLE_SPACE_VM,
                          .m = systole_fixed(b.rows), .n = systole_fixed(columns_of(p, b)),
                          .a = systole_fixed(slot(p->c_step, 2, p->config->acc_words)),
                          .a_row = (uint16_t)b.n_tiles, .d_row = (uint16_t)b.n_tiles,
                          .d = slot(p->c_step, 2, p->config->vm_words)};
  systole_schedule_add(p->schedule, &op);
}

static void store(plan *p, block b) {
  uint32_t dim = p->config->dim;
  systole_op op = {.opcode = SYSTOLE_OP_ST};
  op.st = (systole_op_st){.space = SYSTOLE_SPACE_VM, .segment = SYSTOLE_GEMM_C,
                          .rows = systole_fixed(b.rows), .elements = systole_fixed(columns_of(p, b)),
                          .pitch = p->n * 4, .src = slot(p->c_step, 2, p->config->vm_words) * dim,
                          .src_row = b.n_tiles * dim};
  op.st.offset = systole_fixed((int64_t)(((uint64_t)b.row * p->n + (uint64_t)b.n_tile * dim) * 4));
  systole_schedule_add(p->schedule, &op);
}

// ---- the loops ---------------------------------------------------------------

// Tiles of N in the next block. The first blocks of all are small, so that the
// array starts soon, and the last are small, so that little is left to convert
// and store when it stops.
static uint32_t next_width(const plan *p, uint32_t done, uint32_t count, bool first, bool last) {
  uint32_t left = p->n_tiles - done, width = least(left, p->n_block);
  if (first && count < 16) width = least(width, 1u << count);
  return last ? least(width, (left + 1) / 2) : width;
}

// One block of C over all of K.
static void emit_block(plan *p, block b) {
  bool whole = p->k_block == p->k_tiles;  // then A stays for all blocks of these rows
  for (b.k_tile = 0; b.k_tile < p->k_tiles; b.k_tile += p->k_block, p->w_step++) {
    b.k_tiles = least(p->k_block, p->k_tiles - b.k_tile);
    if (!whole || b.n_tile == 0) load_a(p, b);
    load_w(p, b);
    multiply(p, b);
    if (!whole) p->a_step++;
  }
  convert(p, b);
  store(p, b);
  p->c_step++;
}

static systole_status emit_rows(plan *p, uint32_t row, systole_error *err) {
  block b = {.row = row, .rows = least(p->rows, p->m - row)};
  bool first = row == 0, last = row + b.rows == p->m;
  for (uint32_t count = 0; b.n_tile < p->n_tiles; b.n_tile += b.n_tiles, count++) {
    b.n_tiles = next_width(p, b.n_tile, count, first, last);
    systole_status status = systole_schedule_symbol(p->schedule, err, "gemm.rows%u.columns%u",
                                                    row, b.n_tile * p->config->dim);
    if (status) return status;
    emit_block(p, b);
  }
  if (p->k_block == p->k_tiles) p->a_step++;
  return SYSTOLE_OK;
}

// ---- the program -------------------------------------------------------------

static systole_status add_symbols(systole_program *program, uint32_t entry,
                                  const systole_scheduled *lines, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (uint32_t first = 0, end = 0; !status && first < lines->count; first = end) {
    while (end < lines->count && lines->symbols[end] == lines->symbols[first]) end++;
    status = systole_program_add_symbol(program, entry, first, end - first, lines->symbols[first], err);
  }
  return status;
}

static systole_status fill(plan *p, systole_program *program, systole_error *err) {
  systole_gemm_shape shape = systole_gemm_shape_of(p->config, p->m, p->k, p->n);
  systole_scheduled lines;
  uint32_t entry;
  systole_status status = SYSTOLE_OK;
  for (uint32_t row = 0; !status && row < p->m; row += p->rows) status = emit_rows(p, row, err);
  if (!status) status = systole_schedule_solve(p->schedule, &lines, err);
  if (!status) status = systole_program_add_entry(program, "main", &entry, err);
  if (!status) status = systole_program_add_lines(program, entry, lines.lines, lines.count, err);
  if (!status) status = add_symbols(program, entry, &lines, err);
  if (!status) status = systole_program_add_segment(program, SYSTOLE_GEMM_A, "a", SYSTOLE_SEGMENT_IO, shape.a_bytes, NULL, 0, err);
  if (!status) status = systole_program_add_segment(program, SYSTOLE_GEMM_W, "w", SYSTOLE_SEGMENT_CONST, shape.w_bytes, NULL, 0, err);
  if (!status) status = systole_program_add_segment(program, SYSTOLE_GEMM_C, "c", SYSTOLE_SEGMENT_IO, shape.c_bytes, NULL, 0, err);
  return status;
}

systole_status systole_gemm_build(const systole_config *config, uint32_t m, uint32_t k, uint32_t n,
                                  systole_program **program, systole_error *err) {
  if (!m || !k || !n || m > SYSTOLE_GEMM_MAX || k > SYSTOLE_GEMM_MAX || n > SYSTOLE_GEMM_MAX)
    return systole_fail(err, SYSTOLE_E_RANGE, "gemm: %u x %u x %u: expected sizes from 1 to %d", m, k, n, SYSTOLE_GEMM_MAX);
  plan p = make_plan(config, m, k, n);
  systole_ring wgt = {0, config->wgt_words}, par = {0, config->par_words};
  systole_program *made = NULL;
  systole_status status = systole_schedule_create(config, wgt, par, &p.schedule, err);
  if (status) return status;
  status = systole_program_create(config, &made, err);
  if (!status) status = fill(&p, made, err);
  systole_schedule_destroy(p.schedule);
  if (status) systole_program_destroy(made);
  else *program = made;
  return status;
}

void systole_gemm_pack_a(const systole_config *config, uint32_t m, uint32_t k, const int8_t *a,
                         uint8_t *out) {
  size_t pitch = (size_t)tiles_of(k, config->dim) * config->dim;
  memset(out, 0, m * pitch);
  for (uint32_t i = 0; i < m; i++) memcpy(out + i * pitch, a + (size_t)i * k, k);
}

void systole_gemm_pack_w(const systole_config *config, uint32_t k, uint32_t n, const int8_t *w,
                         uint8_t *out) {
  uint32_t dim = config->dim, k_tiles = tiles_of(k, dim);
  memset(out, 0, (size_t)k_tiles * tiles_of(n, dim) * dim * dim);
  for (uint32_t i = 0; i < k; i++)
    for (uint32_t j = 0; j < n; j++) {
      size_t tile = (size_t)(j / dim) * k_tiles + i / dim;
      out[(tile * dim + i % dim) * dim + j % dim] = (uint8_t)w[(size_t)i * n + j];
    }
}
