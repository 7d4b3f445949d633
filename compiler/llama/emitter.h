// What the files of the LLaMA emitter share: the state while a program is
// written, and the small steps that layers are made of.
#ifndef SYSTOLE_COMPILER_LLAMA_EMITTER_H
#define SYSTOLE_COMPILER_LLAMA_EMITTER_H

#include "compiler/llama/emit.h"

typedef struct {
  const systole_llama_plan *plan;
  const systole_llama_constants *constants;
  const systole_llama_io *io;
  systole_schedule *schedule;
  systole_error *err;
  systole_status status;  // the first failure; later steps do nothing
  uint32_t layer;
  struct {
    systole_block block;
    uint64_t first, end;  // bytes of SYSTOLE_SEG_PARAMETERS
  } span;                 // parameters that one load has brought; empty: none
  uint32_t acc_next;      // ACC is used round and round
} systole_emitter;


void systole_emit_symbol(systole_emitter *e, const char *what);  // layers.N.what
void systole_emit_vx(systole_emitter *e, const systole_op_vx *vx);
void systole_emit_mx(systole_emitter *e, const systole_op_mx *mx);
void systole_emit_st(systole_emitter *e, const systole_op_st *st, int object);
void systole_emit_ld(systole_emitter *e, const systole_op_ld *ld, int object);
void systole_emit_prefetch(systole_emitter *e, const systole_op_ld *ld);
systole_block systole_emit_block(systole_emitter *e, unsigned space, uint32_t words);

// A vector of parameters in PAR: operand B of a VX operation.
typedef struct {
  systole_block block;
  uint32_t word;  // within the block
} systole_vector;

// Prefetches the parameters from `first` to `end` with one load, if they take
// no more than a third of PAR's ring and leave room for the `beside` words of
// other loads that come while they are in use: a ring is given back in order.
// `wanted` is a row count of 0 or 1.
void systole_emit_span(systole_emitter *e, uint64_t first, uint64_t end, uint64_t beside,
                       systole_value wanted);

// `words` words of parameters: from the span, or prefetched for themselves.
systole_vector systole_emit_vector(systole_emitter *e, uint64_t offset, uint32_t words,
                                   systole_value wanted);

// A place for rows x columns words in ACC. Places follow one another and start
// again at 0 at the end; what is written before another place is read must be
// announced together: the next places, `words` in all, will not overlap.
uint32_t systole_emit_acc(systole_emitter *e, uint32_t words);
void systole_emit_acc_together(systole_emitter *e, uint32_t words);

// acc[rows * parts, columns] = A x columns [first, first + columns) of the matrix,
// whose tiles are prefetched. A lies in QNT, k_tiles words a row; with two parts
// the high and low part of each row are neighbours.
uint32_t systole_emit_product(systole_emitter *e, const systole_matrix *matrix, uint32_t first,
                              uint32_t columns, uint32_t a, systole_value rows,
                              systole_value wanted);

// D = acc * row scale * column scales (+ C, and reduced, as `vx` says), for a
// product of `columns` tile columns at `acc`. vx->s holds the rows' scales and
// rs.scale_low, where there are two parts, those of the low part.
void systole_emit_scaled(systole_emitter *e, const systole_op_vx *vx, uint32_t acc,
                         uint32_t columns);

// Tile columns of this matrix that one block takes.
uint32_t systole_emit_block_columns(const systole_emitter *e, const systole_matrix *matrix);

// inverse[i] = 127 / absmax[i] for vectors of row scalars: `vectors` of them,
// row_words apart, `count` scalars each.
void systole_emit_inverse(systole_emitter *e, uint32_t absmax, uint32_t inverse, uint32_t vectors,
                          uint32_t row_words, systole_value count);

// Quantises the rows that `vx` describes (A, perhaps times B; m, n) to QNT word
// qnt, `width` words a row and part. Their absmax must be in rs.absmax.
void systole_emit_split(systole_emitter *e, const systole_op_vx *vx, uint32_t width, uint32_t qnt);

// rs.scale_low = scales of the low parts, from those of the rows at RS word `scale`.
void systole_emit_low_scale(systole_emitter *e, uint32_t scale, systole_value count);

// Rows of VM, `width` words each, quantised; rs.absmax keeps their scale.
void systole_emit_quantise(systole_emitter *e, uint32_t vm, uint32_t width, uint32_t qnt,
                           bool have_absmax);

// x += A x matrix, and the sum of squares of the new x, A in QNT with its row
// scale in rs.absmax.
void systole_emit_residual(systole_emitter *e, const systole_matrix *matrix, uint32_t a);

// qnt.x = quantised RMSNorm of `count` rows at VM word x, whose sums of squares
// are in rs.sumsq; the row scales go to rs.scale.
void systole_emit_norm(systole_emitter *e, uint32_t x, systole_value count, uint64_t weight,
                       systole_value wanted);

systole_value systole_emit_rows(const systole_emitter *e);  // tokens of this run
void systole_emit_attention(systole_emitter *e);
void systole_emit_ffn(systole_emitter *e);

// Words of PAR that the scales of one layer's cached keys and values take.
uint64_t systole_cache_scale_words(const systole_emitter *e);

#endif
