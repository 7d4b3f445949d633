// Makes small random Llama checkpoints as Hugging Face folders, so that tests
// can have any shape without shipping weights.
#ifndef SYSTOLE_TESTS_UNIT_CHECKPOINT_MAKER_H
#define SYSTOLE_TESTS_UNIT_CHECKPOINT_MAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/load/safetensors.h"
#include "hw/base/status.h"

typedef struct {
  int hidden, heads, kv_heads, head_size, layers, ffn;
  int vocab;            // at least 257 for the tokenizer: 256 bytes, <|end|>, then merges
  int context;
  bool tied;
  systole_dtype dtype;  // F32, F16 or BF16
  uint64_t seed;
  int shards;           // 0 or 1: model.safetensors; more: that many, with an index
  bool no_tokenizer;    // leave tokenizer.json out; vocab may then be anything from 1
} systole_maker;

// hidden 64, 4 heads, 2 kv heads, head size 16, 2 layers, ffn 128, vocab 512,
// context 128, tied, F32, seed 1.
systole_maker systole_maker_default(void);

// Writes config.json, the weights and tokenizer.json (byte-level BPE, <|end|>
// = 256 as begin and end token) into an existing folder. The same parameters
// give the same bytes. Weights are normal with deviation 1/sqrt(inputs), norms
// are near 1, so that logits spread and no activation explodes.
systole_status systole_maker_write(const systole_maker *maker, const char *dir,
                                   systole_error *err);

#endif
