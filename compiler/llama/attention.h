// What attention shares with its KV cache.
#ifndef SYSTOLE_COMPILER_LLAMA_ATTENTION_H
#define SYSTOLE_COMPILER_LLAMA_ATTENTION_H

#include "compiler/llama/emitter.h"

enum { SYSTOLE_KEYS, SYSTOLE_VALUES };

// A run of heads inside the fused query-key-value rows.
typedef struct {
  uint32_t first_w;        // word of the first head in a row of vm.qkv
  uint32_t first, heads;   // number of the first head, and how many
  uint32_t absmax, inverse;  // RS
  uint32_t qnt;
} systole_section;

// One step over a section takes one head in prefill, whose rows are tokens, and
// all heads as rows in decode.
uint32_t systole_section_steps(const systole_emitter *e, const systole_section *section);

// Tokens of a cached head: the context in whole words.
uint32_t systole_cache_tokens(const systole_emitter *e);

// Keys or values of some heads in WGT, and their scales as column vectors in
// PAR. Where rows are heads, each query head has a vector of its own, so a key
// head's is loaded `copies` times.
typedef struct {
  int which;
  uint32_t first, heads, copies;
  systole_block data, scales;
} systole_cache_part;

// Appends this run's keys or values (SYSTOLE_KEYS, SYSTOLE_VALUES) and their
// scales to the cache.
void systole_emit_append(systole_emitter *e, const systole_section *section, int which);

// Loads keys and values of `heads` key heads from `first` on, old tokens and new.
void systole_emit_cache(systole_emitter *e, uint32_t first, uint32_t heads, uint32_t copies,
                        systole_cache_part *keys, systole_cache_part *values);

#endif
