// A model's shape, from the config.json of a Hugging Face folder.
//
// What every architecture has stands in systole_model; what only one has stands
// in a struct of its own, chosen by `arch`. To add an architecture: an enum
// value, a struct in the union, a reader in config.c's table, and its tensors
// in checkpoint.c's table. Nothing else knows architectures by name.
#ifndef SYSTOLE_COMPILER_LOAD_CONFIG_H
#define SYSTOLE_COMPILER_LOAD_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/base/status.h"

typedef enum {
  SYSTOLE_ARCH_LLAMA = 1  // LlamaForCausalLM
} systole_arch;

// LlamaForCausalLM: RMSNorm, rotary positions over the two halves of a head,
// grouped-query attention, SwiGLU. No biases anywhere.
typedef struct {
  int32_t hidden;      // width of the residual stream
  int32_t ffn;         // intermediate_size
  int32_t layers;
  int32_t heads;       // query heads
  int32_t kv_heads;    // divides heads
  int32_t head_size;   // even; heads * head_size need not equal hidden
  float norm_eps;      // rms_norm_eps
  float rope_theta;
} systole_llama;

enum { SYSTOLE_EOS_MAX = 8 };

typedef struct {
  systole_arch arch;
  int32_t vocab;             // rows of the embedding
  int32_t context;           // max_position_embeddings
  bool tied;                 // the output head is the embedding
  int32_t bos;               // -1 if the model has none
  int32_t eos[SYSTOLE_EOS_MAX];
  int32_t eos_count;         // may be 0
  union {
    systole_llama llama;     // arch == SYSTOLE_ARCH_LLAMA
  };
} systole_model;

// Reads DIR's config.json from `path`. Fields Systole needs and does not find,
// or finds with a wrong type or range, are SYSTOLE_E_FORMAT; values it
// understands but does not implement (another architecture, another rope
// scaling, biases) are SYSTOLE_E_UNSUPPORTED. The message names file, field and
// what was expected.
systole_status systole_model_read(const char *path, systole_model *out, systole_error *err);

// The same from `size` bytes in memory; `label` stands for the file's name in messages.
systole_status systole_model_parse(const char *json, size_t size, const char *label,
                                   systole_model *out, systole_error *err);

// The architecture's name as in config.json ("LlamaForCausalLM").
const char *systole_arch_name(systole_arch arch);

// True if generation stops at this token.
bool systole_model_is_eos(const systole_model *model, int32_t token);

#endif
