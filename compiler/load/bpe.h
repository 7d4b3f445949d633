// Byte-pair encoding: a vocabulary, and merges in order of preference. A word
// starts as its characters; the neighbours whose merge comes first in the list
// are joined until none is left. Sennrich et al. 2016.
#ifndef SYSTOLE_COMPILER_LOAD_BPE_H
#define SYSTOLE_COMPILER_LOAD_BPE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/load/text.h"
#include "hw/base/status.h"

// Ids stay below this: above any vocabulary in use, and low enough that a lying
// file cannot make us allocate much.
#define SYSTOLE_BPE_SIZE_MAX (1 << 22)

typedef struct {
  uint64_t pair;  // left id << 32 | right id
  int32_t rank, joined;
} systole_merge;

typedef struct {
  char **piece;       // by id; NULL where the vocabulary has a hole
  int32_t size;       // one more than the highest id
  int32_t *slot;      // hash table of ids by piece, -1 if empty
  size_t slots;       // a power of two
  systole_merge *merge;  // hash table by pair, rank -1 if empty
  size_t merges;      // a power of two
  int32_t unk;        // -1: characters without a token are left out
  int32_t byte[256];  // ids of <0x00> .. <0xFF>, -1 where there is none
  bool byte_fallback, fuse_unk, ignore_merges;
} systole_bpe;

// The "model" of a tokenizer.json.
systole_status systole_bpe_read(const cJSON *model, const char *label, systole_bpe *out,
                                systole_error *err);
void systole_bpe_free(systole_bpe *bpe);

// The id of these bytes, or -1.
int32_t systole_bpe_find(const systole_bpe *bpe, const char *text, size_t size);

// Appends the ids of one word, in O(n log n). n must be below 2^29.
systole_status systole_bpe_encode(const systole_bpe *bpe, const char *word, size_t size,
                                  systole_ids *out, systole_error *err);

#endif
