// Binding: fields that take their value from scalar registers.
#include "sim/model/resolve.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

typedef struct {
  unsigned field, scalar;
  int64_t mult;
  uint32_t cap;
} slot;

// Bits lsb..lsb+width-1 of 80 that begin with `low`.
ALWAYS_INLINE uint64_t slice(uint64_t low, uint64_t high, unsigned lsb, unsigned width) {
  const uint64_t from = lsb == 0 ? low : lsb < 64 ? low >> lsb | high << (64 - lsb) : high >> (lsb - 64);
  return width < 64 ? from & ((1ull << width) - 1) : from;
}

// A slot begins at a multiple of 16 bits.
static slot get_slot(const systole_line *binding, unsigned number) {
  const unsigned at = number * SYSTOLE_BINDING_BITS, shift = at % 32;
  const uint32_t *word = &binding->word[at / 32];
  const uint64_t high = (uint64_t)word[2] >> shift;
  const uint64_t low = (word[0] | (uint64_t)word[1] << 32) >> shift | (uint64_t)word[2] << 32 << (32 - shift);
  slot s;
#define BINDING(name, lsb, width, kind, text) \
  const uint64_t raw_##name = slice(low, high, lsb, width);
#include "hw/isa/isa.def"
  s.field = (unsigned)raw_field;
  s.scalar = (unsigned)raw_scalar;
  s.mult = (int32_t)(uint32_t)raw_mult;
  s.cap = (uint32_t)raw_cap;
  return s;
}

typedef struct {
  unsigned lsb, width;
  bool is_signed;
} place;

// Where the field with a bind code lies; width 0 if there is none.
static place find_field(unsigned opcode, unsigned code) {
#define FIELD(instruction, name, lsb, width, kind, bind, text)      \
  if (bind != 0 && opcode == SYSTOLE_OP_##instruction && code == bind) \
    return (place){lsb, width, #kind[0] == 'S' && #kind[1] == 0};
#include "hw/isa/isa.def"
  return (place){0, 0, false};
}

// The immediate as a 64-bit number; sums wrap, so it stays unsigned.
static uint64_t immediate(const systole_line *line, place field) {
  const uint64_t raw = systole_line_get(line, field.lsb, field.width);
  const uint64_t sign = field.is_signed ? 1ull << (field.width - 1) : 0;
  return (raw ^ sign) - sign;
}

static uint64_t clamp(uint64_t sum, uint32_t cap) {
  if (sum >> 63) return 0;
  return cap != UINT32_MAX && sum > cap ? cap : sum;
}

unsigned systole_resolve_slots(const systole_line *binding) {
  enum { SLOT_WORDS = SYSTOLE_BINDING_SLOTS * SYSTOLE_BINDING_BITS / 32 };  // what follows is no slot's
  for (unsigned w = SLOT_WORDS; w-- > 0;) {
    if (binding->word[w] == 0) continue;
    const unsigned top = 31 - (unsigned)__builtin_clz(binding->word[w]);
    return (32 * w + top) / SYSTOLE_BINDING_BITS + 1;
  }
  return 0;
}

systole_cause systole_resolve_bind(const systole_line *binding,
                                   const int32_t scalars[SYSTOLE_SCALARS], systole_line *line) {
  const unsigned opcode = line->word[0] & 0xFF;
  const unsigned slots = systole_resolve_slots(binding);
  for (unsigned i = 0; i < slots;) {
    slot s = get_slot(binding, i);
    if (s.field == 0) {
      i++;
      continue;
    }
    const unsigned code = s.field;
    const place field = find_field(opcode, code);
    uint64_t sum = immediate(line, field);
    uint32_t cap = s.cap;
    while (s.field == code) {
      sum += (uint64_t)(scalars[s.scalar] * s.mult);
      cap = s.cap;
      if (++i == slots) break;
      s = get_slot(binding, i);
    }
    const uint64_t value = clamp(sum, cap);
    if (value >> (field.width - field.is_signed)) return SYSTOLE_CAUSE_RANGE;
    systole_line_set(line, field.lsb, field.width, value);
  }
  return SYSTOLE_CAUSE_NONE;
}
