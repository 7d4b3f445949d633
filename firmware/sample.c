// A token drawn from logits in memory.
#include "firmware/draw.h"
#include "firmware/firmware.h"

uint32_t fw_sample(uint64_t logits, uint32_t count, uint32_t sharpness, uint32_t top_k, uint64_t *random) {
  const fw_view view = fw_look(logits);
  fw_draw draw;
  fw_draw_start(&draw, top_k);
  for (uint32_t id = 0; id < count; id++) fw_draw_offer(&draw, id, fw_load(view, 4 * id));
  return fw_draw_choose(&draw, sharpness, random);
}
