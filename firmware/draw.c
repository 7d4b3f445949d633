#include "firmware/draw.h"

// ---- candidates --------------------------------------------------------------

enum { END_KEY = INT32_MAX };

// Puts one into a heap from a free place downwards. At 1 is the one that is given up
// first: the smaller logit, of equals the later token. Behind the last stands one that
// is never less (END_KEY), so that there are always two to compare.
static inline void sink(fw_choice *heap, uint32_t count, uint32_t at, fw_choice one) {
  fw_choice *place = heap + at;
  for (at *= 2; at <= count; at *= 2) {
    fw_choice *child = heap + at;
    int32_t key = child[0].key;
    if (child[1].key < key || (child[1].key == key && child[1].id > child[0].id)) at++, child++, key = child->key;
    if (key > one.key || (key == one.key && child->id < one.id)) break;
    place->key = key;
    place->id = child->id;
    place = child;
  }
  *place = one;
}

static void make_heap(fw_choice *choices, uint32_t count) {
  choices[count + 1].key = END_KEY;
  for (uint32_t at = count / 2; at; at--) sink(choices, count, at, choices[at]);
}

// Apart, so that others need not save registers for its sake.
__attribute__((noinline)) static void append(fw_draw *draw, fw_choice one) {
  draw->best[++draw->found] = one;
  if (draw->found < draw->most) return;
  make_heap(draw->best, draw->most);
  draw->bar = draw->best[1].key;
}

void fw_draw_offer(fw_draw *draw, uint32_t id, uint32_t bits) {
  const fw_choice one = {fw_draw_key(bits), id};
  if (one.key <= draw->bar || one.key > 0x7F800000) return;  // above infinity are NaNs
  if (draw->found < draw->most) {
    append(draw, one);
    return;
  }
  sink(draw->best, draw->most, 1, one);
  draw->bar = draw->best[1].key;
}

// To complements the same order is the reverse one: a heap's least is the largest.
// That one to 1; the others as they are, often they are not asked for.
static void turn_over(fw_draw *draw) {
  fw_choice *best = draw->best;
  uint32_t first = 1;
  for (uint32_t i = 1; i <= draw->found; i++) {
    best[i] = (fw_choice){~best[i].key, ~best[i].id};
    if (best[i].key < best[first].key || (best[i].key == best[first].key && best[i].id > best[first].id)) first = i;
  }
  const fw_choice largest = best[first];
  best[first] = best[1];
  best[1] = largest;
}

// ---- weights -----------------------------------------------------------------

enum { WHOLE = 1 << 24 };  // weight of the largest

// A logit in units of 2^-16, saturated at 2^15, towards zero.
static int32_t fixed(int32_t key) {
  const uint32_t bits = (uint32_t)fw_draw_key((uint32_t)key);
  const int shift = (int)(bits >> 23 & 0xFF) - 134;
  const uint32_t significand = (bits & 0x7FFFFFu) | 0x800000u;
  uint32_t value = shift >= 8 ? 0x7FFFFFFFu : shift >= 0 ? significand << shift : shift > -24 ? significand >> -shift : 0;
  return bits >> 31 ? -(int32_t)value : (int32_t)value;
}

// WHOLE * 2^-(y / 2^16). The roots are 2^32 * 2^-(2^-i), i from 1; of the first four
// there are 16 products. No loop, for the firmware's sake.
#define ROOT(i, root) \
  if (y & 0x10000u >> (i)) weight = (uint32_t)((uint64_t)weight * (root) >> 32);

uint32_t fw_draw_power(uint32_t y) {
  // With 0xB504F334, 0xD744FCCB, 0xEAC0C6E8 and 0xF5257D15.
  static const uint32_t first_four[16] = {
      0x1000000, 0x0F5257D, 0x0EAC0C6, 0x0E0CCDE, 0x0D744FC, 0x0CE248B, 0x0C56729, 0x0BD08A2,
      0x0B504F3, 0x0AD583E, 0x0A5FED6, 0x09EF531, 0x09837F0, 0x091C3D3, 0x08B95C1, 0x085AAC2};
  uint32_t weight = first_four[y >> 12 & 15];
  if (y >> 16 > 24) return 0;
  ROOT(5, 0xFA83B2DB) ROOT(6, 0xFD3E0C0D) ROOT(7, 0xFE9E115C) ROOT(8, 0xFF4ECB59)
  ROOT(9, 0xFFA75652) ROOT(10, 0xFFD3A752) ROOT(11, 0xFFE9D2B3) ROOT(12, 0xFFF4E91C)
  ROOT(13, 0xFFFA747F) ROOT(14, 0xFFFD3A3B) ROOT(15, 0xFFFE9D1D) ROOT(16, 0xFFFF4E8E)
  return weight >> (y >> 16);
}

// WHOLE * e^-(x / 2^16), of one that has been turned over.
static uint32_t weigh(fw_choice one, int32_t largest, uint32_t sharpness) {
  const uint32_t below = (uint32_t)largest - (uint32_t)fixed(~one.key);
  const uint64_t x = (uint64_t)below * sharpness >> 16;
  return x >> 22 ? 0 : fw_draw_power((uint32_t)(x * 94548 >> 16));  // log2(e) * 2^16
}

// ---- chance ------------------------------------------------------------------

// splitmix64 (Steele, Lea, Flood), its high half.
static uint32_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return (uint32_t)((z ^ (z >> 31)) >> 32);
}

// Which of those behind the largest covers a point; the next largest first, so that few
// of them have to be put in order.
static uint32_t choose_other(fw_draw *draw, int32_t largest, uint32_t sharpness, uint32_t point) {
  fw_choice *others = draw->best + 1;
  uint32_t left = draw->found - 1;
  make_heap(others, left);
  for (; left > 1; left--) {
    const uint32_t weight = weigh(others[1], largest, sharpness);
    if (point < weight) break;
    const fw_choice last = others[left];
    point -= weight;
    others[left].key = END_KEY;
    sink(others, left - 1, 1, last);
  }
  return ~others[1].id;
}

uint32_t fw_draw_choose(fw_draw *draw, uint32_t sharpness, uint64_t *random) {
  uint32_t sum = WHOLE;
  if (!draw->found) return UINT32_MAX;
  turn_over(draw);
  const int32_t largest = fixed(~draw->best[1].key);
  for (uint32_t i = 2; i <= draw->found; i++) sum += weigh(draw->best[i], largest, sharpness);
  const uint32_t point = (uint32_t)((uint64_t)next_random(random) * sum >> 32);
  return point < WHOLE ? ~draw->best[1].id : choose_other(draw, largest, sharpness, point - WHOLE);
}
