// Binding: fields that take their value from scalar registers.
#include "sim/model/resolve.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

typedef struct {
  unsigned field, scalar;
  int32_t mult;
  uint32_t cap;
} slot;

enum { LAST_PAIR = SYSTOLE_LINE_BYTES / 4 - 2 };  // of words of a line

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

static systole_bound_field bound_field(place field) {
  const unsigned word = field.lsb / 32 < LAST_PAIR ? field.lsb / 32 : LAST_PAIR;
  return (systole_bound_field){.word = word, .shift = field.lsb - 32 * word, .width = field.width,
                               .is_signed = field.is_signed};
}

void systole_bound_read(systole_bound *bound, unsigned opcode, const systole_line *binding) {
  unsigned code = 0;  // of the field in hand
  bound->fields = bound->terms = 0;
  bound->slots = systole_resolve_slots(binding);
  for (unsigned i = 0; i < bound->slots; i++) {
    const slot s = get_slot(binding, i);
    if (s.field != 0) {
      if (s.field != code) bound->field[bound->fields++] = bound_field(find_field(opcode, s.field));
      else bound->term[bound->terms - 1].last = false;
      bound->field[bound->fields - 1].cap = s.cap;
      bound->term[bound->terms++] = (systole_bound_term){s.scalar, s.mult, true};
    }
    code = s.field;
  }
}

// A field that can be bound lies in two words next to each other. Sums wrap, so
// they stay unsigned.
systole_cause systole_bound_fill(const systole_bound *bound, const int32_t scalars[SYSTOLE_SCALARS],
                                 systole_line *line) {
  const systole_bound_term *term = bound->term;
  for (const systole_bound_field *f = bound->field; f < bound->field + bound->fields; f++) {
    uint32_t *word = &line->word[f->word];
    const uint64_t pair = word[0] | (uint64_t)word[1] << 32, ones = (1ull << f->width) - 1;
    const uint64_t sign = (uint64_t)f->is_signed << (f->width - 1);
    uint64_t sum = ((pair >> f->shift & ones) ^ sign) - sign;
    do
      sum += (uint64_t)((int64_t)scalars[term->scalar] * term->mult);
    while (!term++->last);
    const uint64_t value = clamp(sum, f->cap);
    if (value >> (f->width - f->is_signed)) return SYSTOLE_CAUSE_RANGE;
    const uint64_t filled = (pair & ~(ones << f->shift)) | value << f->shift;
    word[0] = (uint32_t)filled;
    word[1] = (uint32_t)(filled >> 32);
  }
  return SYSTOLE_CAUSE_NONE;
}

systole_cause systole_resolve_bind(const systole_line *binding,
                                   const int32_t scalars[SYSTOLE_SCALARS], systole_line *line) {
  systole_bound bound;
  systole_bound_read(&bound, line->word[0] & 0xFF, binding);
  return systole_bound_fill(&bound, scalars, line);
}
