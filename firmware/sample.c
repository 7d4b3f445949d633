// A token drawn from logits in memory.
#include "firmware/draw.h"
#include "firmware/firmware.h"

// A line of memory at a time, and most of them turned away here, each in four cycles. While the bar
// is positive only what is larger as an integer is above it; else all that is smaller
// without a sign than the bar's bits, positive or nearer to zero.
#define OFFER(i, above)                                      \
  {                                                          \
    const uint32_t bits = fw_load(view, 4 * id + 4 * (i));   \
    if (above) fw_draw_offer(draw, id + (i), bits);          \
  }
#define OFFER_LINE(above)                                             \
  OFFER(0, above) OFFER(1, above) OFFER(2, above) OFFER(3, above)     \
  OFFER(4, above) OFFER(5, above) OFFER(6, above) OFFER(7, above)     \
  OFFER(8, above) OFFER(9, above) OFFER(10, above) OFFER(11, above)   \
  OFFER(12, above) OFFER(13, above) OFFER(14, above) OFFER(15, above)

static void offer_all(fw_draw *draw, fw_view view, uint32_t count) {
  uint32_t id = 0;
  for (; id + 16 <= count; id += 16) {
    const int32_t bar = draw->bar;
    const uint32_t low = (uint32_t)fw_draw_key((uint32_t)bar);
    if (bar >= 0) {
      OFFER_LINE((int32_t)bits > bar)
    } else {
      OFFER_LINE(bits < low)
    }
  }
  for (; id < count; id++) OFFER(0, true)
}

uint32_t fw_sample(uint64_t logits, uint32_t count, uint32_t sharpness, uint32_t top_k, uint64_t *random) {
  fw_draw draw;
  fw_draw_start(&draw, top_k);
  offer_all(&draw, fw_look(logits), count);
  return fw_draw_choose(&draw, sharpness, random);
}
