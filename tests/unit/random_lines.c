#include "tests/unit/random_lines.h"

#include <string.h>

#include "hw/isa/table.h"

uint64_t systole_random(uint64_t *state) {  // splitmix64, Steele et al. 2014
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static unsigned below(uint64_t *state, unsigned limit) { return (unsigned)(systole_random(state) % limit); }

static uint64_t random_value(uint64_t *state, const systole_isa_field *f) {
  unsigned count = 0, codes[64];
  if (f->kind != SYSTOLE_KIND_ENUM) return below(state, 3) ? systole_random(state) >> below(state, 60) : 0;
  for (const systole_isa_value *v = systole_isa_values; v->name; v++)
    if (!strcmp(v->kind, f->kind_name)) codes[count++] = v->code;
  return codes[below(state, count)];
}

// Up to six slots; those of one field are adjacent.
static void bind(uint64_t *state, unsigned opcode, systole_line *binding) {
  unsigned slot = 0;
  for (unsigned code = 1; code < 16 && slot < SYSTOLE_BINDING_SLOTS; code++) {
    if (!systole_isa_field_by_bind(opcode, code) || below(state, 2)) continue;
    for (unsigned terms = 1 + below(state, 3); terms && slot < SYSTOLE_BINDING_SLOTS; terms--, slot++) {
      unsigned at = SYSTOLE_BINDING_BITS * slot;
      systole_line_set(binding, at, 8, code);
      systole_line_set(binding, at + 8, 4, below(state, 16));
      systole_line_set(binding, at + 16, 32, below(state, 3) ? systole_random(state) : 1);
      systole_line_set(binding, at + 48, 32, below(state, 2) ? systole_random(state) : UINT32_MAX);
    }
  }
}

unsigned systole_random_lines(uint64_t *state, systole_line lines[2]) {
  unsigned count = 0;
  while (systole_isa_instructions[count].name) count++;
  const systole_isa_instruction *in = &systole_isa_instructions[below(state, count)];
  memset(lines, 0, 2 * sizeof *lines);
  systole_line_set(lines, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode, in->opcode);
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    if (f->opcode == in->opcode) systole_line_set(lines, f->lsb, f->width, random_value(state, f));
  systole_line_set(lines, SYSTOLE_LSB_wait, 16, below(state, 2) ? systole_random(state) : 0);
  systole_line_set(lines, SYSTOLE_LSB_raise, 16, below(state, 2) ? systole_random(state) : 0);
  if (below(state, 2)) return 1;
  systole_line_set(lines, SYSTOLE_LSB_bound, 1, 1);
  bind(state, in->opcode, &lines[1]);
  return 2;
}
