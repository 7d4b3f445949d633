#include "firmware/draw.h"

// ---- candidates --------------------------------------------------------------

// NaN and -infinity are never drawn.
static bool may_be_drawn(uint32_t bits) { return (bits & 0x7FFFFFFFu) <= 0x7F800000u && bits != 0xFF800000u; }

// Which of two is given up first: the smaller logit, of equals the later token.
static bool is_less(fw_choice a, fw_choice b) { return a.key < b.key || (a.key == b.key && a.id > b.id); }

// Puts one into a heap, whose least is at 0, from a free place downwards.
static void sink(fw_choice *heap, uint32_t count, uint32_t at, fw_choice one) {
  for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
    if (child + 1 < count && is_less(heap[child + 1], heap[child])) child++;
    if (!is_less(heap[child], one)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = one;
}

static void make_heap(fw_choice *choices, uint32_t count) {
  for (uint32_t at = count / 2; at-- > 0;) sink(choices, count, at, choices[at]);
}

// A heap, largest first.
static void sort(fw_choice *heap, uint32_t count) {
  for (; count > 1; count--) {
    const fw_choice last = heap[count - 1];
    heap[count - 1] = heap[0];
    sink(heap, count - 1, 0, last);
  }
}

void fw_draw_take(fw_draw *draw, uint32_t id, uint32_t bits) {
  const fw_choice one = {fw_draw_key(bits), id};
  if (!may_be_drawn(bits)) return;
  if (draw->found == draw->most) sink(draw->best, draw->found, 0, one);
  else draw->best[draw->found++] = one;
  if (draw->found < draw->most) return;
  if (draw->bar == INT32_MIN) make_heap(draw->best, draw->found);
  draw->bar = draw->best[0].key;
}

// ---- weights -----------------------------------------------------------------

// A logit in units of 2^-16, saturated at 2^15, towards zero.
static int64_t fixed(int32_t key) {
  const uint32_t bits = (uint32_t)fw_draw_key((uint32_t)key);
  const int shift = (int)(bits >> 23 & 0xFF) - 134;
  const uint32_t significand = (bits & 0x7FFFFFu) | 0x800000u;
  uint32_t value = shift >= 8 ? 0x7FFFFFFFu : shift >= 0 ? significand << shift : shift > -24 ? significand >> -shift : 0;
  return bits >> 31 ? -(int64_t)value : value;
}

// 2^32 * 2^-(2^-i), i from 1.
static const uint32_t roots[16] = {
    0xB504F334, 0xD744FCCB, 0xEAC0C6E8, 0xF5257D15, 0xFA83B2DB, 0xFD3E0C0D, 0xFE9E115C, 0xFF4ECB59,
    0xFFA75652, 0xFFD3A752, 0xFFE9D2B3, 0xFFF4E91C, 0xFFFA747F, 0xFFFD3A3B, 0xFFFE9D1D, 0xFFFF4E8E};

// 2^24 * e^-(x / 2^16).
static uint32_t weigh(uint64_t x) {
  const uint64_t y = x >> 22 ? (uint64_t)64 << 16 : x * 94548 >> 16;  // log2(e) * 2^16
  const uint32_t whole = (uint32_t)(y >> 16);
  uint32_t weight = 1u << 24;
  if (whole > 24) return 0;
  for (unsigned i = 0; i < 16; i++)
    if (y >> (15 - i) & 1) weight = (uint32_t)((uint64_t)weight * roots[i] >> 32);
  return weight >> whole;
}

static uint32_t weigh_all(const fw_choice *best, uint32_t count, uint32_t sharpness, uint32_t *weights) {
  const int64_t largest = fixed(best[0].key);
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint64_t below = (uint64_t)(largest - fixed(best[i].key));
    weights[i] = weigh(below * sharpness >> 16);
    sum += weights[i];
  }
  return sum;
}

// ---- chance ------------------------------------------------------------------

// splitmix64 (Steele, Lea, Flood), its high half.
static uint32_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return (uint32_t)((z ^ (z >> 31)) >> 32);
}

uint32_t fw_draw_choose(fw_draw *draw, uint32_t sharpness, uint64_t *random) {
  uint32_t weights[SYSTOLE_LIMIT_TOP_K], at = 0;
  if (!draw->found) return UINT32_MAX;
  if (draw->found < draw->most) make_heap(draw->best, draw->found);
  sort(draw->best, draw->found);
  uint32_t point = weigh_all(draw->best, draw->found, sharpness, weights);
  point = (uint32_t)((uint64_t)next_random(random) * point >> 32);
  while (at < draw->found - 1 && point >= weights[at]) point -= weights[at++];
  return draw->best[at].id;
}
