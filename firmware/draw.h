// A token drawn by chance, in integers alone, so that every back end draws the
// same, and hosts can too: of the logits offered, those of the TOP_K largest keys,
// each with the weight e^-((largest - logit) * sharpness / 65536), and a draw among
// the weights. The steps are in docs/firmware.md.
#ifndef SYSTOLE_FIRMWARE_DRAW_H
#define SYSTOLE_FIRMWARE_DRAW_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/isa/commands.h"

typedef struct {
  int32_t key;  // orders as the logit does
  uint32_t id;
} fw_choice;

typedef struct {
  uint32_t most, found;  // candidates: wanted, 1 to TOP_K, and there
  int32_t bar;           // what a key must exceed to get in
  fw_choice best[SYSTOLE_LIMIT_TOP_K];
} fw_draw;

static inline void fw_draw_start(fw_draw *draw, uint32_t top_k) {
  draw->most = top_k;
  draw->found = 0;
  draw->bar = INT32_MIN;
}

// The order of fp32 values as that of integers, and back.
static inline int32_t fw_draw_key(uint32_t bits) {
  return (int32_t)(bits ^ ((uint32_t)((int32_t)bits >> 31) & 0x7FFFFFFFu));
}

// Lets a candidate in whose key is above the bar.
void fw_draw_take(fw_draw *draw, uint32_t id, uint32_t bits);

// The logits of tokens, in the order of their ids.
static inline void fw_draw_offer(fw_draw *draw, uint32_t id, uint32_t bits) {
  if (fw_draw_key(bits) > draw->bar) fw_draw_take(draw, id, bits);
}

// One of them; UINT32_MAX if none is a number.
uint32_t fw_draw_choose(fw_draw *draw, uint32_t sharpness, uint64_t *random);

#endif
