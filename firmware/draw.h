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
  fw_choice best[SYSTOLE_LIMIT_TOP_K + 2];  // from 1 on; once they are all there a heap
} fw_draw;

// The order of fp32 values as that of integers, and back; -0 is below 0.
static inline int32_t fw_draw_key(uint32_t bits) {
  return (int32_t)(bits ^ ((uint32_t)((int32_t)bits >> 31) & 0x7FFFFFFFu));
}

// -infinity does not get in, nor what is below it.
static inline void fw_draw_start(fw_draw *draw, uint32_t top_k) {
  draw->most = top_k;
  draw->found = 0;
  draw->bar = fw_draw_key(0xFF800000u);
}

// The logits of tokens, in the order of their ids. Those whose key is not above the
// bar may be left out.
void fw_draw_offer(fw_draw *draw, uint32_t id, uint32_t bits);

// The weight 2^24 * 2^-(y / 2^16).
uint32_t fw_draw_power(uint32_t y);

// One of them; UINT32_MAX if none is a number.
uint32_t fw_draw_choose(fw_draw *draw, uint32_t sharpness, uint64_t *random);

#endif
