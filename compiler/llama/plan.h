// Where everything of one LLaMA program lives in the SRAMs, and how many
// tokens it can take at once. A plan is made for a prefill entry (rows are
// tokens) or a decode entry (one token; its heads are the rows of attention).
//
// Widths are in words of DIM elements. A head takes whole words: a head of 8 on
// a DIM of 16 leaves half a word of zeros, so that every operand is aligned.
#ifndef SYSTOLE_COMPILER_LLAMA_PLAN_H
#define SYSTOLE_COMPILER_LLAMA_PLAN_H

#include <stdbool.h>

#include "compiler/load/config.h"
#include "compiler/schedule/schedule.h"
#include "hw/configs/config.h"

// Scalars that the host sets before each run.
enum {
  SYSTOLE_S_POSITION,     // tokens already in the KV cache
  SYSTOLE_S_ROWS,         // tokens of this run
  SYSTOLE_S_TOTAL,        // position + rows
  SYSTOLE_S_TOTAL_WORDS,  // ceil(total / DIM)
  SYSTOLE_S_LOGITS,       // 1: compute logits and arg-max; 0: only fill the cache
  SYSTOLE_S_OLD_WORDS     // floor(position / DIM)
};

// Segments.
enum {
  SYSTOLE_SEG_WEIGHTS = 1,   // int8 tiles
  SYSTOLE_SEG_PARAMETERS,    // fp32: scales, norm weights, rotary table
  SYSTOLE_SEG_EMBEDDING,     // fp32, a row per token
  SYSTOLE_SEG_CACHE,         // int8 keys, then values: [layer][kv head][token][head_words * DIM]
  SYSTOLE_SEG_CACHE_SCALES,  // fp32, likewise without the last dimension
  SYSTOLE_SEG_IO             // tokens, next token, logits: see systole_llama_io
};

typedef struct {
  uint32_t tokens;         // offset of the ids of a prefill, 32 bits each
  uint32_t next;           // offset of the id that arg-max found; decode reads it from here
  uint32_t logits;         // offset of fp32 logits, a row of `logits_pitch` bytes a token
  uint32_t logits_pitch;
  uint64_t bytes;
} systole_llama_io;

// The model's widths on this machine.
typedef struct {
  const systole_llama *model;
  uint32_t vocab, dim;
  uint32_t group;          // query heads that share a key and value head
  uint32_t hidden_w, head_w, query_w, kv_w, qkv_w, ffn_w, vocab_w;
  uint32_t context, context_w;  // tokens, and words of scores
} systole_llama_shape;

typedef struct {
  systole_llama_shape shape;
  bool decode;
  bool all_logits;         // logits of every row, not only of the last
  uint32_t parts;          // int8 rows that the input of a weight matrix is made of: 1 or 2
  uint32_t rows;           // most tokens a run takes
  uint32_t row_w;          // words of a vector of row scalars
  uint32_t batch;          // decode: key heads that attention takes at once
  uint32_t batch_rows_w;   // words of the row scalars of their query heads
  uint32_t batch_kv_w;     // and of the key heads themselves
  uint32_t logit_rows;     // rows the output head sees: 1 or rows
  uint32_t block_tiles;    // weight tiles in a block, at most
  uint32_t block_columns;  // tile columns in a block, at most (ACC and VM)
  uint32_t acc_words;
  systole_ring wgt, par;
  uint32_t par_embedding, par_rotary;
  struct {
    uint32_t x, last, qkv, rotated, scores, out, gate, exp, up, hidden, logits;
    uint32_t rounded;      // while a row is split in two parts; shared with qkv and gate
  } vm;
  struct {
    uint32_t x, query, key, value, weights, out, hidden;
  } qnt;
  struct {  // words of row scalars; query, key, value and their inverses: per head or batch
    uint32_t sumsq, norm, absmax, inverse, scale, scale_low, max, sum, out;
    uint32_t query, key, value, query_inv, key_inv, value_inv, best, best_index;
  } rs;
} systole_llama_plan;

// The widths for a context of `context` tokens.
void systole_llama_measure(const systole_model *model, const systole_config *config,
                           uint32_t context, systole_llama_shape *shape);

// The plan with the most rows, up to `rows`, that fits the configuration, or
// SYSTOLE_E_RANGE naming the memory that is too small even for one row.
systole_status systole_llama_plan_make(const systole_llama_shape *shape,
                                       const systole_config *config, bool decode,
                                       bool all_logits, uint32_t parts, uint32_t rows,
                                       systole_llama_plan *plan, systole_error *err);

// Where things are in the IO segment, for runs of up to `rows` tokens.
systole_llama_io systole_llama_io_layout(const systole_llama_shape *shape, uint32_t rows);

#endif
