// The constant segments of a LLaMA program, packed from a checkpoint.
#ifndef SYSTOLE_COMPILER_LLAMA_CONSTANTS_H
#define SYSTOLE_COMPILER_LLAMA_CONSTANTS_H

#include "compiler/llama/emit.h"
#include "compiler/load/checkpoint.h"

typedef struct {
  systole_llama_constants at;
  systole_blob weights, parameters, embedding;  // the caller frees `bytes`
} systole_llama_packed;

// Without a checkpoint (NULL) the segments are laid out but have no content:
// blobs have a size and no bytes.
systole_status systole_llama_pack(const systole_checkpoint *checkpoint,
                                  const systole_llama_shape *shape, systole_llama_packed *packed,
                                  systole_error *err);

// Frees what pack allocated, blobs that were not taken over included.
void systole_llama_packed_free(systole_llama_packed *packed);

#endif
