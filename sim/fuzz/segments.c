#include "sim/fuzz/segments.h"

#include <stdlib.h>
#include <string.h>

#include "sim/fuzz/dice.h"
#include "sim/fuzz/values.h"

enum { MAX_INDEX = 40 };

static void put32(uint8_t *to, uint32_t value) {
  for (unsigned b = 0; b < 4; b++) to[b] = (uint8_t)(value >> 8 * b);
}

static void fill_bytes(uint8_t *bytes, uint64_t size, uint64_t *dice) {
  const unsigned shift = (unsigned)systole_roll(dice, 6);  // small numbers or large ones
  for (uint64_t i = 0; i < size; i++) bytes[i] = (uint8_t)((int8_t)systole_dice(dice) >> shift);
}

static void fill_floats(uint8_t *bytes, uint64_t size, uint64_t *dice) {
  const bool wild = systole_chance(dice, 25);
  const unsigned bits = systole_fuzz_float_bits(dice);
  for (uint64_t i = 0; i < size; i += 4) put32(bytes + i, systole_fuzz_float(dice, wild, bits));
}

static void fill_indices(uint8_t *bytes, uint64_t size, uint64_t *dice) {
  const uint64_t limit = 1 + systole_roll(dice, MAX_INDEX);
  for (uint64_t i = 0; i < size; i += 4) put32(bytes + i, (uint32_t)systole_roll(dice, limit));
}

static bool fill(systole_fuzz_segment *s, unsigned number, uint64_t *dice) {
  const uint64_t size = (s->limit + 127) / 128 * 128;
  uint8_t *bytes = malloc(size);
  if (bytes == NULL) return false;
  s->fixed = number <= 3;
  s->bytes = bytes;
  s->size = s->kept = size;
  if (s->fixed) fill_indices(bytes, size, dice);
  else if (number % 2) fill_bytes(bytes, size, dice);
  else fill_floats(bytes, size, dice);
  return true;
}

// Up to `most` bytes, small sizes as often as large ones.
static uint64_t draw_size(uint64_t most, uint64_t *dice) {
  uint64_t size = 1 + systole_roll(dice, most >> systole_roll(dice, 6));
  if (systole_chance(dice, 70)) size = (size + 127) / 128 * 128;
  return size;
}

// Where the next segment may begin: neighbours touch, or lie a little or a 4 GiB apart.
static uint64_t gap(uint64_t *dice) {
  switch (systole_roll(dice, 6)) {
    case 0: return 0;
    case 1: return 4096 * systole_roll(dice, 4);
    case 2: return UINT64_C(1) << 32;
    default: return 128 * systole_roll(dice, 64);
  }
}

// A segment that lies inside another one.
static void alias(systole_fuzz_case *c, unsigned number, uint64_t *dice) {
  const systole_fuzz_segment *host = &c->segments[4 + systole_roll(dice, 10)];
  systole_fuzz_segment *s = &c->segments[number];
  const uint64_t skip = 128 * systole_roll(dice, host->limit / 128 + 1);
  if (host->bytes == NULL || host->limit <= skip) return;
  s->base = host->base + skip;
  s->limit = 1 + systole_roll(dice, host->limit - skip);
}

bool systole_fuzz_segments(systole_fuzz_case *c, uint64_t *dice) {
  uint64_t next = systole_chance(dice, 50) ? 0x1000 : 0xFFFF8000u;
  const uint64_t most = 256u * c->config.dim + 4096;
  c->segments[SYSTOLE_PROGRAM_SEGMENT].base = next + 128 * systole_roll(dice, 40);
  c->segments[SYSTOLE_PROGRAM_SEGMENT].limit = SYSTOLE_FUZZ_PROGRAM;
  next = c->segments[SYSTOLE_PROGRAM_SEGMENT].base + SYSTOLE_FUZZ_PROGRAM + gap(dice);
  for (unsigned number = 1; number < SYSTOLE_SEGMENTS; number++) {
    systole_fuzz_segment *s = &c->segments[number];
    if (systole_chance(dice, number == SYSTOLE_STATUS_SEGMENT ? 60 : 10)) continue;
    s->base = next;
    s->limit = draw_size(most, dice);
    if (!fill(s, number, dice)) return false;
    next = s->base + (s->limit + 127) / 128 * 128 + gap(dice);
  }
  for (unsigned number = 4; number < SYSTOLE_STATUS_SEGMENT; number++)
    if (c->segments[number].limit == 0) alias(c, number, dice);
  return true;
}

void systole_fuzz_scalars(systole_fuzz_case *c, uint64_t *dice) {
  for (unsigned i = 0; i < SYSTOLE_SCALARS; i++)
    switch (systole_roll(dice, 6)) {
      case 0: c->scalars[i] = 0; break;
      case 1: c->scalars[i] = (int32_t)systole_dice(dice); break;
      case 2: c->scalars[i] = -(int32_t)systole_roll(dice, 20); break;
      default: c->scalars[i] = (int32_t)systole_roll(dice, 4 * c->config.dim); break;
    }
}
