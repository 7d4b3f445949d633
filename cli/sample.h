// Choosing a token from logits by chance: temperature, then the K most likely,
// then the most likely that together reach probability P. The same seed and
// logits give the same tokens on every host.
#ifndef SYSTOLE_CLI_SAMPLE_H
#define SYSTOLE_CLI_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/base/status.h"

typedef struct {
  double temperature;  // 0: greedy; the sampler is then not needed
  int32_t top_k;       // 0: all
  double top_p;        // 1: all
  uint64_t seed;
} systole_sampling;

typedef struct systole_sampler systole_sampler;

// Whether the controller's firmware can draw so; then the host draws as it does.
bool systole_sampling_by_firmware(const systole_sampling *sampling);

systole_status systole_sampler_create(const systole_sampling *sampling, int32_t vocab,
                                      systole_sampler **sampler, systole_error *err);
void systole_sampler_destroy(systole_sampler *sampler);  // NULL is allowed

// A token for logits [vocab]. NaN and -infinity are never chosen;
// SYSTOLE_E_RANGE if nothing else is there.
systole_status systole_sampler_draw(systole_sampler *sampler, const float *logits, int32_t *token,
                                    systole_error *err);

#endif
