// The check ILLEGAL: what can be seen without scalars, counts or sizes.
#include <stddef.h>

#include "sim/model/resolve.h"

int systole_opcode_engine(unsigned opcode) {
  static const int8_t engines[256] = {
#define INSTRUCTION(name, code, engine, text) [code] = SYSTOLE_ENGINE_##engine + 1,
#include "hw/isa/isa.def"
  };
  return engines[opcode] - 1;
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

// The part of a field that lies in the 64-bit word w, as ones. Written so that
// with the constants of the tables it is one, known when this is compiled.
ALWAYS_INLINE uint64_t cover(unsigned lsb, unsigned width, unsigned w) {
  const unsigned from = lsb > 64 * w ? lsb - 64 * w : 0;
  const unsigned to = lsb + width > 64 * w ? lsb + width - 64 * w : 0;
  if (from >= 64 || to == 0) return 0;
  return (to >= 64 ? UINT64_MAX : (1ull << (to % 64)) - 1) & ~((1ull << (from % 64)) - 1);
}

// The bits of word w of a line that belong to no field.
ALWAYS_INLINE uint64_t stray(const systole_line *line, unsigned opcode, unsigned w) {
  uint64_t mask = 0;
#define COMMON(name, lsb, width, kind, text) mask |= cover(lsb, width, w);
#define FIELD(instruction, name, lsb, width, kind, bind, text) \
  mask |= opcode == SYSTOLE_OP_##instruction ? cover(lsb, width, w) : 0;
#include "hw/isa/isa.def"
  return (line->word[2 * w] | (uint64_t)line->word[2 * w + 1] << 32) & ~mask;
}

ALWAYS_INLINE bool strays(const systole_line *line, unsigned opcode) {
  return (stray(line, opcode, 0) | stray(line, opcode, 1) | stray(line, opcode, 2) |
          stray(line, opcode, 3) | stray(line, opcode, 4) | stray(line, opcode, 5) |
          stray(line, opcode, 6) | stray(line, opcode, 7)) != 0;
}

// Kinds that are no ENUM (U, S, F, B) take every value.
enum kind {
  KIND_U, KIND_S, KIND_F, KIND_B, KIND_SPACE_LD, KIND_SPACE_MX, KIND_SPACE_ST, KIND_SPACE_VXA,
  KIND_SPACE_VXB, KIND_SPACE_VXC, KIND_SPACE_VXD, KIND_VXMUL, KIND_VXADD, KIND_VXFUNC,
  KIND_VXREDUCE
};

// The values of an ENUM, a bit each.
ALWAYS_INLINE uint64_t values_of(enum kind kind) {
  uint64_t values = 0;
#define ENUM(name, value_name, code, text) values |= kind == KIND_##name ? 1ull << (code) : 0;
#include "hw/isa/isa.def"
  return values;
}

ALWAYS_INLINE bool enumerations_legal(const systole_line *line, unsigned opcode) {
  uint64_t legal = 1;
#define FIELD(instruction, name, lsb, width, kind, bind, text)    \
  if (KIND_##kind > KIND_B && opcode == SYSTOLE_OP_##instruction) \
    legal &= values_of(KIND_##kind) >> systole_line_get(line, lsb, width);
#include "hw/isa/isa.def"
  return legal;
}

// An engine neither waits for nor raises a semaphore to itself; the sequencer
// has none at all.
ALWAYS_INLINE bool semaphores_legal(const systole_line *line, unsigned engine) {
  const uint64_t wait = systole_line_get(line, SYSTOLE_LSB_wait, SYSTOLE_WIDTH_wait);
  const uint64_t raise = systole_line_get(line, SYSTOLE_LSB_raise, SYSTOLE_WIDTH_raise);
  return engine == SYSTOLE_ENGINE_SEQ ? (wait | raise) == 0 : ((wait | raise) >> (4 * engine) & 15) == 0;
}

// Which operands share a port of RS, and which fields contradict each other.
static bool vx_legal(const systole_line *line) {
  const bool add_c = SYSTOLE_GET(line, VX, add) == SYSTOLE_VXADD_C;
  const bool add_row = SYSTOLE_GET(line, VX, add) == SYSTOLE_VXADD_ROW;
  const bool mul_row = SYSTOLE_GET(line, VX, mul) == SYSTOLE_VXMUL_ROW;
  const bool carry = SYSTOLE_GET(line, VX, carry);
  const bool reduces = SYSTOLE_GET(line, VX, reduce) != SYSTOLE_VXREDUCE_NONE;
  const bool c_none = SYSTOLE_GET(line, VX, c_space) == SYSTOLE_SPACE_VXC_NONE;
  const bool a_rs = SYSTOLE_GET(line, VX, a_space) == SYSTOLE_SPACE_VXA_RS;
  const bool b_rs = SYSTOLE_GET(line, VX, b_space) == SYSTOLE_SPACE_VXB_RS;
  const bool d_rs = SYSTOLE_GET(line, VX, d_space) == SYSTOLE_SPACE_VXD_RS;
  return !((c_none == add_c) | (add_row & carry) | (a_rs & mul_row) | (b_rs & (add_row | carry)) |
           (d_rs & reduces));
}

// Whether some field of the opcode has this bind code.
static bool is_bindable(unsigned opcode, unsigned code) {
  const unsigned key = opcode << 8 | code;
#define FIELD(instruction, name, lsb, width, kind, bind, text) \
  if (bind != 0 && key == (SYSTOLE_OP_##instruction << 8 | bind)) return true;
#include "hw/isa/isa.def"
  return false;
}

// The bits of a slot in which no field lies.
static uint64_t reserved_of_slot(uint64_t low) {
  uint64_t mask = 0;
#define BINDING(name, lsb, width, kind, text) mask |= cover(lsb, width, 0);
#include "hw/isa/isa.def"
  return low & ~mask;
}

static bool form_legal(const systole_line *binding, unsigned opcode) {
  const unsigned slots = systole_resolve_slots(binding);
  uint32_t seen = 0;
  uint64_t last = 0;
  for (unsigned slot = 0; slot < slots; slot++) {
    const systole_slot_bits bits = systole_slot_bits_of(binding, slot);
    const uint64_t low = bits.low, field = low & 0xFF;
    if (field == 0 && (low | bits.high) != 0) return false;
    if (field != 0 && !is_bindable(opcode, (unsigned)field)) return false;
    if (reserved_of_slot(low) != 0) return false;
    if (field != 0 && field != last && (seen >> field & 1)) return false;
    if (field != 0) seen |= 1u << field;
    last = field;
  }
  const unsigned rest = SYSTOLE_BINDING_SLOTS * SYSTOLE_BINDING_BITS;
  return systole_line_get(binding, rest, SYSTOLE_LINE_BYTES * 8 - rest) == 0;
}

// Inlined for each opcode. Lines are legal: nothing is won by an early end, and
// much lost to branches that cannot be foreseen.
ALWAYS_INLINE bool line_legal(const systole_line *line, unsigned opcode, unsigned engine) {
  const bool legal = !strays(line, opcode) & enumerations_legal(line, opcode) & semaphores_legal(line, engine);
  return opcode == SYSTOLE_OP_VX ? legal & vx_legal(line) : legal;
}

static bool is_legal(const systole_line *line) {
  switch (line->word[0] & 0xFF) {
#define INSTRUCTION(name, code, engine, text) \
  case code:                                  \
    return line_legal(line, code, SYSTOLE_ENGINE_##engine);
#include "hw/isa/isa.def"
    default: return false;
  }
}

systole_cause systole_resolve_legal(const systole_line *line, const systole_line *binding) {
  if (!is_legal(line)) return SYSTOLE_CAUSE_ILLEGAL;
  return binding ? systole_resolve_legal_binding(binding, line->word[0] & 0xFF) : SYSTOLE_CAUSE_NONE;
}

systole_cause systole_resolve_legal_binding(const systole_line *binding, unsigned opcode) {
  return form_legal(binding, opcode) ? SYSTOLE_CAUSE_NONE : SYSTOLE_CAUSE_ILLEGAL;
}
