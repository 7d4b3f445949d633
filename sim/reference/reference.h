// The transformer in fp32 on the host: the yardstick for accuracy. It computes
// what PyTorch computes from the same checkpoint, in the plainest way, with a
// key/value cache so that text can be generated token by token.
//
// Memory: weights stored as F32 are used where they are mapped; F16 and BF16
// are converted once. The cache takes
// 2 * layers * kv_heads * context * head_size floats.
#ifndef SYSTOLE_SIM_REFERENCE_REFERENCE_H
#define SYSTOLE_SIM_REFERENCE_REFERENCE_H

#include <stdint.h>

#include "compiler/load/checkpoint.h"
#include "hw/base/status.h"

typedef struct systole_reference systole_reference;

// `context` limits the cache: 0 means all of the model's context, more is
// SYSTOLE_E_RANGE. The checkpoint must outlive the reference.
systole_status systole_reference_create(const systole_checkpoint *checkpoint, int32_t context,
                                        systole_reference **out, systole_error *err);
void systole_reference_destroy(systole_reference *reference);  // NULL is allowed

typedef enum {
  SYSTOLE_LOGITS_NONE,  // fill the cache only; logits may be NULL
  SYSTOLE_LOGITS_LAST,  // [vocab]: of the last token
  SYSTOLE_LOGITS_ALL    // [count, vocab]
} systole_logits;

// Runs `count` tokens (>= 1) at positions start, start + 1, ... and leaves
// their keys and values in the cache. `start` may be anything from 0 to the
// number of positions filled: less than that takes the text back to there.
systole_status systole_reference_forward(systole_reference *reference, const int32_t *tokens,
                                         int32_t count, int32_t start, systole_logits which,
                                         float *logits, systole_error *err);

// Positions filled so far.
int32_t systole_reference_position(const systole_reference *reference);

// Called with `rows` rows of `width` floats for positions first, first + 1, ...
// under these names, N being a layer:
//   embed                      the token embeddings
//   layers.N.attention.norm    layers.N.attention   (after the output matrix)
//   layers.N.ffn.norm          layers.N.ffn         (after the down matrix)
//   layers.N                   the residual stream after the layer
//   norm                       after the final norm
// Long inputs come in several calls. Query, key and value are given after
// rotary positions as layers.N.attention.query, .key and .value.
typedef void systole_reference_hook(void *user, const char *name, int32_t first, int32_t rows,
                                    int32_t width, const float *values);

// hook may be NULL: none.
void systole_reference_set_hook(systole_reference *reference, systole_reference_hook *hook,
                                void *user);

#endif
