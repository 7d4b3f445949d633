// From a line of the program to an instruction: binding and every check that
// the sequencer makes, in the order of docs/machine.md. Nothing is executed.
#ifndef SYSTOLE_MODEL_RESOLVE_H
#define SYSTOLE_MODEL_RESOLVE_H

#include "hw/configs/config.h"
#include "hw/isa/isa.h"
#include "sim/machine.h"
#include "sim/model/instruction.h"

// Resolves the line at `index` of the program. `binding` is the line after it;
// it is read only if the line's flag `bound` is set. The job gives segments and
// the number of program lines; scalars are the sixteen current ones. Returns
// the cause, CAUSE_NONE if the instruction may be dispatched. On a fault
// out->index, out->opcode and, for a known opcode, out->engine are valid.
systole_cause systole_resolve(const systole_config *config, const systole_job *job,
                              const int32_t scalars[SYSTOLE_SCALARS], const systole_line *line,
                              const systole_line *binding, uint32_t index,
                              systole_instruction *out);

// What a binding line asks for of a line with some opcode: fields, and the terms
// of their sums in the order of the fields.
typedef struct {
  unsigned word, shift, width;  // from bit `shift` on of two words of the line
  bool is_signed;
  uint32_t cap;
} systole_bound_field;

typedef struct {
  unsigned scalar;
  int32_t mult;
  bool last;  // of its field
} systole_bound_term;

typedef struct {
  unsigned slots;  // up to the last that is not zero
  unsigned fields, terms;
  systole_bound_field field[SYSTOLE_BINDING_SLOTS];
  systole_bound_term term[SYSTOLE_BINDING_SLOTS];
} systole_bound;

void systole_bound_read(systole_bound *bound, unsigned opcode, const systole_line *binding);
// RANGE: writes the bound values into a line as it is in the program.
systole_cause systole_bound_fill(const systole_bound *bound, const int32_t scalars[SYSTOLE_SCALARS],
                                 systole_line *line);

// What the checks ask of a configuration.
typedef struct {
  unsigned dim, dim_shift, bus_bytes;  // dim: 1 << shift
  uint32_t words[8];                   // of each space
} systole_limits;

systole_limits systole_limits_of(const systole_config *config);

// systole_resolve for a line, and its binding line if it is bound, known to be
// legal, in two steps: what the line alone says, but for out->line; then what the
// scalars say (`bound` NULL: the line is not bound), as often as they change.
static inline void systole_resolve_begin(const systole_line *line, uint32_t index, systole_instruction *out);
systole_cause systole_resolve_rest(const systole_limits *limits, const systole_job *job,
                                   const int32_t scalars[SYSTOLE_SCALARS], const systole_line *line,
                                   const systole_bound *bound, systole_instruction *out);

// Its steps, in the order in which systole_resolve takes them.

// ILLEGAL: opcode, reserved bits, enumerations, semaphore nibbles, port rules,
// and the form of the binding line (NULL if there is none).
systole_cause systole_resolve_legal(const systole_line *line, const systole_line *binding);
systole_cause systole_resolve_legal_binding(const systole_line *binding, unsigned opcode);

// Slots of a binding line up to the last that is not zero; bits beyond the last
// slot do not count.
unsigned systole_resolve_slots(const systole_line *binding);

// The 80 bits of a slot; it begins at a multiple of 16 bits.
typedef struct {
  uint64_t low, high;
} systole_slot_bits;

static inline systole_slot_bits systole_slot_bits_of(const systole_line *binding, unsigned number) {
  const unsigned at = number * SYSTOLE_BINDING_BITS, shift = at % 32;
  const uint32_t *word = &binding->word[at / 32];
  const uint64_t low = (word[0] | (uint64_t)word[1] << 32) >> shift | (uint64_t)word[2] << 32 << (32 - shift);
  return (systole_slot_bits){low, word[2] >> shift & 0xFFFF};
}

// RANGE: writes the bound values into the line.
systole_cause systole_resolve_bind(const systole_line *binding,
                                   const int32_t scalars[SYSTOLE_SCALARS], systole_line *line);

// Whether some count is zero.
bool systole_resolve_noop(const systole_line *line);

// RANGE: the rules on counts. Then *noop, and unless it is one ALIGN, SRAM,
// SEGMENT: alignment and bounding boxes.
systole_cause systole_resolve_bounds(const systole_limits *limits, const systole_job *job,
                                     const systole_line *line, bool *noop);

// The engine of an opcode, -1 if there is no such opcode.
int systole_opcode_engine(unsigned opcode);

static inline bool systole_line_bound(const systole_line *line) {
  return systole_line_get(line, SYSTOLE_LSB_bound, SYSTOLE_WIDTH_bound);
}

// Four times 4 bits to four times 16.
static inline uint64_t systole_spread_units(uint64_t nibbles) {
  const uint64_t bytes = (nibbles | nibbles << 24) & 0x000000FF000000FF;
  return (bytes | bytes << 12) & 0x000F000F000F000F;
}

static inline void systole_resolve_begin(const systole_line *line, uint32_t index, systole_instruction *out) {
  const uint8_t opcode = line->word[0] & 0xFF;
  const int engine = systole_opcode_engine(opcode);
  out->index = index;
  out->opcode = opcode;
  out->engine = (uint8_t)(engine < 0 ? SYSTOLE_ENGINE_SEQ : engine);
  out->lines = systole_line_bound(line) ? 2 : 1;
  out->checked = out->noop = false;
  out->wait = systole_spread_units(systole_line_get(line, SYSTOLE_LSB_wait, SYSTOLE_WIDTH_wait));
  out->raise = systole_spread_units(systole_line_get(line, SYSTOLE_LSB_raise, SYSTOLE_WIDTH_raise));
  out->address = out->index_address = out->cycles = 0;
}

#endif
