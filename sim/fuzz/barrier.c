#include "sim/fuzz/barrier.h"

#include <string.h>

#include "hw/isa/table.h"

static unsigned first_value(const char *kind) {
  for (const systole_isa_value *v = systole_isa_values; v->name; v++)
    if (!strcmp(v->kind, kind)) return v->code;
  return 0;
}

systole_line systole_fuzz_nothing(unsigned engine) {
  systole_line line = {{0}};
  const systole_isa_instruction *in = systole_isa_instructions;
  while (in->engine != engine) in++;
  line.word[0] = in->opcode;
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    if (f->opcode == in->opcode && f->kind == SYSTOLE_KIND_ENUM)
      systole_line_set(&line, f->lsb, f->width, first_value(f->kind_name));
  return line;
}

static void set(systole_line *line, unsigned lsb, unsigned engine) {
  systole_line_set(line, lsb + 4 * engine, 4, 1);
}

unsigned systole_fuzz_barrier(const bool used[SYSTOLE_ENGINES], uint64_t seed,
                              systole_line lines[SYSTOLE_FUZZ_BARRIER]) {
  unsigned engines[SYSTOLE_ENGINES], count = 0, out = 0;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    if (used[e]) engines[count++] = e;
  if (count < 2) return 0;
  const unsigned hub = engines[seed % count];
  systole_line middle = systole_fuzz_nothing(hub);
  for (unsigned i = 0; i < count; i++) {
    if (engines[i] == hub) continue;
    set(&middle, SYSTOLE_LSB_wait, engines[i]);
    set(&middle, SYSTOLE_LSB_raise, engines[i]);
    lines[out] = systole_fuzz_nothing(engines[i]);
    set(&lines[out++], SYSTOLE_LSB_raise, hub);
  }
  lines[out++] = middle;
  for (unsigned i = 0; i < count; i++) {
    if (engines[i] == hub) continue;
    lines[out] = systole_fuzz_nothing(engines[i]);
    set(&lines[out++], SYSTOLE_LSB_wait, hub);
  }
  return out;
}
