#include "sim/fuzz/values.h"

#include <string.h>

#include "hw/isa/isa.h"
#include "sim/fuzz/dice.h"
#include "sim/model/resolve.h"

// Zeros, ones, infinities, NaNs, subnormals and their neighbours, ties of
// quantising, edges of int8, of int32 and of EXP2.
static const uint32_t special[] = {
    0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000,
    0x7F800001, 0x00000001, 0x807FFFFF, 0x00800000, 0x80800000, 0x7F7FFFFF, 0xFF7FFFFF, 0x3F000000,
    0x3FC00000, 0x40200000, 0xBF000000, 0x42FE0000, 0x42FF0000, 0xC2FF0000, 0x43000000, 0x4F000000,
    0xCF000000, 0x42FFFFFF, 0x43000001, 0xC2FC0000, 0xC3150000, 0x33800000, 0x4B000000, 0x4B800001,
    0x3EFFFFFF, 0x3F7FFFFF, 0x3F800001, 0x20000000};

static uint32_t moderate(uint64_t random, unsigned bits) {
  const uint64_t mantissa = random & 0x7FFFFF & 0x7FFFFFull << (23 - bits);
  return (uint32_t)((random & 0x80000000) | mantissa | (120 + random / 0x100000000 % 16) << 23);
}

unsigned systole_fuzz_float_bits(uint64_t *dice) {
  switch (systole_roll(dice, 4)) {
    case 0: return 12;
    case 1: return (unsigned)systole_roll(dice, 24);
    default: return 23;
  }
}

// An odd number of halves, up to 127.5: the ties of quantising.
static uint32_t tie(uint64_t random) {
  const float value = (float)(random % 128) + 0.5f;
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits | (uint32_t)(random >> 32 & 0x80000000);
}

uint32_t systole_fuzz_float(uint64_t *dice, bool wild, unsigned bits) {
  const uint64_t random = systole_dice(dice);
  switch (systole_roll(dice, wild ? 8 : 64)) {
    case 0: return special[random % (sizeof special / sizeof *special)];
    case 1: return wild ? (uint32_t)random : moderate(random, bits);
    case 2: return 0x3F800000 + (uint32_t)(random % 9 - 4) * 0x00800000;  // powers of two
    case 3: case 4: return tie(random);
    default: return moderate(random, bits);
  }
}

static uint64_t enumerated(const systole_isa_field *field, uint64_t *dice) {
  unsigned count = 0, codes[64];
  for (const systole_isa_value *v = systole_isa_values; v->name && count < 64; v++)
    if (!strcmp(v->kind, field->kind_name)) codes[count++] = v->code;
  return codes[systole_roll(dice, count)];
}

static uint64_t log_uniform(unsigned width, uint64_t *dice) {
  return systole_dice(dice) >> (64 - width) >> systole_roll(dice, width);
}

static uint64_t number(const systole_config *config, unsigned width, uint64_t reach,
                       const systole_fuzz_recent *recent, uint64_t *dice) {
  const unsigned dim = config->dim;
  const unsigned kept = recent->count < SYSTOLE_FUZZ_RECENT ? recent->count : SYSTOLE_FUZZ_RECENT;
  if (width <= 4) return systole_dice(dice);
  if (kept > 0 && systole_chance(dice, 40)) return recent->word[systole_roll(dice, kept)];
  switch (systole_roll(dice, 12)) {
    case 0: return systole_roll(dice, 4);
    case 1: return systole_roll(dice, 2 * dim + 1);
    case 2:
    case 3: return dim * systole_roll(dice, reach / dim + 2);
    case 4: return (uint64_t)config->bus_bytes * systole_roll(dice, 64);
    case 5: return systole_config_words(config, (unsigned)systole_roll(dice, 7)) -
                   systole_roll(dice, 2 * dim + 1);
    case 6: return log_uniform(width, dice);
    case 7: return 128 * systole_roll(dice, 16);
    case 8: return 4 * systole_roll(dice, 128);
    default: return systole_roll(dice, reach);
  }
}

static uint64_t signed_number(const systole_config *config, uint64_t reach, uint64_t *dice) {
  if (systole_chance(dice, 10)) return systole_dice(dice);
  const uint64_t value = systole_chance(dice, 50) ? systole_roll(dice, 4)
                                                  : systole_roll(dice, reach + 2 * config->dim);
  return systole_chance(dice, 30) ? 0 - value : value;
}

uint64_t systole_fuzz_value(const systole_config *config, const systole_isa_field *field,
                            uint64_t reach, const systole_fuzz_recent *recent, uint64_t *dice) {
  const uint64_t all = field->width == 64 ? UINT64_MAX : (UINT64_C(1) << field->width) - 1;
  switch (field->kind) {
    case SYSTOLE_KIND_ENUM: return enumerated(field, dice);
    case SYSTOLE_KIND_B: return systole_chance(dice, 30);
    case SYSTOLE_KIND_F:
      return systole_fuzz_float(dice, systole_chance(dice, 30), systole_fuzz_float_bits(dice));
    case SYSTOLE_KIND_S: return signed_number(config, reach, dice) & all;
    default: return number(config, field->width, reach, recent, dice) & all;
  }
}

bool systole_fuzz_is_count(const systole_isa_field *field) {
  systole_line line = {{field->opcode}};
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    if (f->opcode == field->opcode && f->kind == SYSTOLE_KIND_U)
      systole_line_set(&line, f->lsb, f->width, f == field ? 0 : 1);
  return systole_resolve_noop(&line);
}
