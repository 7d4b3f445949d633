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

static slot get_slot(const systole_line *binding, unsigned number) {
  const systole_slot_bits bits = systole_slot_bits_of(binding, number);
  slot s;
#define BINDING(name, lsb, width, kind, text) \
  const uint64_t raw_##name = slice(bits.low, bits.high, lsb, width);
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

// Where the field with a bind code lies; width 0 if there is none. One comparison
// for each field, of a key: a compiler makes that a search.
static place find_field(unsigned opcode, unsigned code) {
  const unsigned key = opcode << 8 | code;
#define FIELD(instruction, name, lsb, width, kind, bind, text)   \
  if (bind != 0 && key == (SYSTOLE_OP_##instruction << 8 | bind)) \
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

void systole_bound_read(systole_bound *bound, const systole_line *line, const systole_line *binding) {
  const unsigned opcode = line->word[0] & 0xFF;
  unsigned code = 0;  // of the field in hand
  bound->fields = bound->terms = 0;
  bound->slots = systole_resolve_slots(binding);
  for (unsigned i = 0; i < bound->slots; i++) {
    const slot s = get_slot(binding, i);
    if (s.field != 0 && s.field != code) {
      const place field = find_field(opcode, s.field);
      bound->field[bound->fields++] = (systole_bound_field){.lsb = field.lsb, .width = field.width,
                                                            .is_signed = field.is_signed,
                                                            .immediate = immediate(line, field)};
    }
    code = s.field;
    if (code == 0) continue;
    systole_bound_field *field = &bound->field[bound->fields - 1];
    field->cap = s.cap;
    field->terms++;
    bound->term[bound->terms++] = (systole_bound_term){s.scalar, s.mult};
  }
}

systole_cause systole_bound_fill(const systole_bound *bound, const int32_t scalars[SYSTOLE_SCALARS],
                                 systole_line *line) {
  const systole_bound_term *term = bound->term;
  for (const systole_bound_field *f = bound->field; f < bound->field + bound->fields; f++) {
    uint64_t sum = f->immediate;
    for (const systole_bound_term *end = term + f->terms; term < end; term++)
      sum += (uint64_t)(scalars[term->scalar] * term->mult);
    const uint64_t value = clamp(sum, f->cap);
    if (value >> (f->width - f->is_signed)) return SYSTOLE_CAUSE_RANGE;
    systole_line_set(line, f->lsb, f->width, value);
  }
  return SYSTOLE_CAUSE_NONE;
}

systole_cause systole_resolve_bind(const systole_line *binding,
                                   const int32_t scalars[SYSTOLE_SCALARS], systole_line *line) {
  systole_bound bound;
  systole_bound_read(&bound, line, binding);
  return systole_bound_fill(&bound, scalars, line);
}
