// One LLaMA program as a serial list of operations: embedding, layers, final
// norm, output head and arg-max, all on the device.
#ifndef SYSTOLE_COMPILER_LLAMA_EMIT_H
#define SYSTOLE_COMPILER_LLAMA_EMIT_H

#include "compiler/llama/plan.h"
#include "compiler/pack/pack.h"

// Offsets in SYSTOLE_SEG_WEIGHTS and SYSTOLE_SEG_PARAMETERS.
typedef struct {
  uint64_t attention_norm, ffn_norm;
  systole_matrix qkv, out, gate, up, down;
} systole_llama_layer;

typedef struct {
  systole_llama_layer *layers;
  uint64_t final_norm;
  systole_matrix head;
  uint64_t rotary;           // [position][cos, sin][head_words * DIM]
  uint32_t embedding_pitch;  // bytes of an embedding row
} systole_llama_constants;

// Appends the program that the plan describes to the schedule.
systole_status systole_llama_emit(const systole_llama_plan *plan,
                                  const systole_llama_constants *constants,
                                  const systole_llama_io *io, systole_schedule *schedule,
                                  systole_error *err);

// Bytes of the cache segments: int8 keys and values, and their scales.
uint64_t systole_llama_cache_bytes(const systole_llama_shape *shape);
uint64_t systole_llama_cache_scale_bytes(const systole_llama_shape *shape);

#endif
