// A Hugging Face folder: config.json, weights and tokenizer.json together,
// checked against each other when it is opened, so that nothing later meets a
// missing tensor or a wrong shape.
#ifndef SYSTOLE_COMPILER_LOAD_CHECKPOINT_H
#define SYSTOLE_COMPILER_LOAD_CHECKPOINT_H

#include "compiler/load/config.h"
#include "compiler/load/safetensors.h"
#include "compiler/load/tokenizer.h"
#include "hw/base/status.h"

// The tensors by the part they play. Matrices are [outputs, inputs], row-major:
// y = W x. With H = hidden, F = ffn, V = vocab, Q = heads * head_size,
// K = kv_heads * head_size:
typedef enum {
  SYSTOLE_W_EMBED,           // [V, H] one row per token
  SYSTOLE_W_FINAL_NORM,      // [H]
  SYSTOLE_W_HEAD,            // [V, H]; the embedding itself where tied
  // From here on one of each per layer.
  SYSTOLE_W_ATTENTION_NORM,  // [H] before attention
  SYSTOLE_W_QUERY,           // [Q, H] rotary pairs are rows i and i + head_size / 2 of a head
  SYSTOLE_W_KEY,             // [K, H] likewise
  SYSTOLE_W_VALUE,           // [K, H]
  SYSTOLE_W_OUTPUT,          // [H, Q]
  SYSTOLE_W_FFN_NORM,        // [H] before the feed-forward part
  SYSTOLE_W_GATE,            // [F, H] goes through SiLU
  SYSTOLE_W_UP,              // [F, H]
  SYSTOLE_W_DOWN,            // [H, F]
  SYSTOLE_W_COUNT
} systole_weight;

typedef struct {
  systole_model model;
  systole_weights *weights;
  systole_tokenizer *tokenizer;  // NULL if the folder has no tokenizer.json
  const systole_tensor **tensor; // layers + 1 rows of SYSTOLE_W_COUNT; use the function below
} systole_checkpoint;

// Opens DIR. Every tensor the architecture needs is there, has the shape that
// config.json implies and a dtype that converts to float, or the call fails
// naming the tensor. Where embedding and head are tied either name serves.
systole_status systole_checkpoint_open(const char *dir, systole_checkpoint *out,
                                       systole_error *err);
void systole_checkpoint_close(systole_checkpoint *checkpoint);  // also of one that failed to open

// The tensor that plays this part in this layer (layer is ignored for the
// parts that are not per layer). Never NULL for an open checkpoint.
const systole_tensor *systole_checkpoint_tensor(const systole_checkpoint *checkpoint,
                                                systole_weight weight, int layer);

#endif
