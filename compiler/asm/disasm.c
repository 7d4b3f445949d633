// Text from one instruction. Whatever would not assemble to the same bytes is
// found by assembling it, so there is no second list of what is legal.
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "hw/isa/table.h"

typedef struct {
  char *text;
  size_t used;
} output;

__attribute__((format(printf, 2, 3))) static void put(output *o, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  int length = vsnprintf(o->text + o->used, SYSTOLE_ASM_TEXT - o->used, fmt, args);
  va_end(args);
  if (length > 0) o->used += (size_t)length;
  if (o->used >= SYSTOLE_ASM_TEXT) o->used = SYSTOLE_ASM_TEXT - 1;
}

// Decimal if that gives the same bits back.
static void put_float(output *o, uint32_t bits) {
  float number;
  char text[32];
  memcpy(&number, &bits, sizeof number);
  for (int digits = 1; isfinite(number) && digits <= 9; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, (double)number);
    float back = strtof(text, NULL);
    if (memcmp(&back, &bits, sizeof bits)) continue;
    put(o, "%s", text);
    return;
  }
  put(o, "0x%08X", (unsigned)bits);
}

static int64_t number_of(const systole_line *line, const systole_isa_field *f) {
  uint64_t value = systole_line_get(line, f->lsb, f->width);
  if (f->kind == SYSTOLE_KIND_S && value >> (f->width - 1)) return (int64_t)value - ((int64_t)1 << f->width);
  return (int64_t)value;
}

static void put_field(output *o, const systole_line *line, const systole_isa_field *f) {
  int64_t value = number_of(line, f);
  if (f->kind == SYSTOLE_KIND_ENUM) {
    const systole_isa_value *v = systole_isa_value_by_code(f->kind_name, (unsigned)value);
    if (v && strcmp(v->name, "NONE")) put(o, " %s=%s", f->name, v->name);
  } else if (value) {
    put(o, " %s", f->name);
    if (f->kind == SYSTOLE_KIND_F) put(o, "="), put_float(o, (uint32_t)value);
    else if (f->kind != SYSTOLE_KIND_B) put(o, "=%lld", (long long)value);
  }
}

// ---- bindings ------------------------------------------------------------

typedef struct {
#define BINDING(name, lsb, width, kind, text) uint32_t name;
#include "hw/isa/isa.def"
} slot;

static slot slot_of(const systole_line *binding, unsigned i) {
  return (slot){
#define BINDING(name, lsb, width, kind, text) \
  .name = (uint32_t)systole_line_get(binding, SYSTOLE_BINDING_BITS * i + (lsb), width),
#include "hw/isa/isa.def"
  };
}

static void put_term(output *o, slot s) {
  put(o, "s%u", (unsigned)s.scalar);
  if (s.mult != 1) put(o, "*%ld", (long)(int32_t)s.mult);
  if (s.cap != UINT32_MAX) put(o, "<=%lu", (unsigned long)s.cap);
}

// All bound fields, in the order of their slots.
static void put_bindings(output *o, unsigned opcode, const systole_line *line,
                         const systole_line *binding) {
  unsigned last = 0;
  for (unsigned i = 0; i < SYSTOLE_BINDING_SLOTS; i++) {
    slot s = slot_of(binding, i);
    const systole_isa_field *f = systole_isa_field_by_bind(opcode, s.field);
    if (!f) continue;
    if (s.field == last) {
      put(o, "+");
    } else {
      put(o, " %s=", f->name);
      if (number_of(line, f)) put(o, "%lld+", (long long)number_of(line, f));
    }
    put_term(o, s);
    last = s.field;
  }
  if (!last) put(o, " bound");
}

static bool is_bound(unsigned opcode, const systole_isa_field *f, const systole_line *binding) {
  if (!binding || !f->bind) return false;
  for (unsigned i = 0; i < SYSTOLE_BINDING_SLOTS; i++)
    if (systole_isa_field_by_bind(opcode, slot_of(binding, i).field) == f) return true;
  return false;
}

// ---- instructions --------------------------------------------------------

static void put_semaphores(output *o, const char *name, const systole_line *line, unsigned lsb) {
  const char *before = name;
  for (unsigned e = 0; e < SYSTOLE_ENGINE_SEQ; e++) {
    unsigned count = (unsigned)systole_line_get(line, lsb + 4 * e, 4);
    if (!count) continue;
    put(o, before == name ? " %s=" : "%s", before);
    put(o, "%s:%u", systole_isa_engines[e].name, count);
    before = ",";
  }
}

static void put_mnemonic(output *o, const char *name) {
  for (; *name; name++) put(o, "%c", *name >= 'A' && *name <= 'Z' ? *name - 'A' + 'a' : *name);
}

static void put_instruction(output *o, const systole_isa_instruction *in, const systole_line *line,
                            const systole_line *binding) {
  put_mnemonic(o, in->name);
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    if (f->opcode == in->opcode && !is_bound(in->opcode, f, binding)) put_field(o, line, f);
  if (binding) put_bindings(o, in->opcode, line, binding);
  put_semaphores(o, "wait", line, SYSTOLE_LSB_wait);
  put_semaphores(o, "raise", line, SYSTOLE_LSB_raise);
}

void systole_disasm_raw(const systole_line *line, char text[SYSTOLE_ASM_TEXT]) {
  output o = {text, 0};
  put(&o, ".line");
  for (int i = 0; i < 16; i++) put(&o, " 0x%lX", (unsigned long)line->word[i]);
}

unsigned systole_disasm(const systole_line *lines, size_t available, char text[SYSTOLE_ASM_TEXT]) {
  output o = {text, 0};
  const systole_isa_instruction *in =
      systole_isa_by_opcode((unsigned)systole_line_get(lines, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode));
  unsigned count = 1 + (unsigned)systole_line_get(lines, SYSTOLE_LSB_bound, 1), again = 0;
  systole_line back[SYSTOLE_ASM_LINES];
  if (in && count <= available) {
    put_instruction(&o, in, lines, count == 2 ? &lines[1] : NULL);
    if (!systole_asm(text, o.used, back, &again, NULL) && again == count &&
        !memcmp(back, lines, count * sizeof *lines))
      return count;
  }
  systole_disasm_raw(lines, text);
  return 1;
}

unsigned systole_disasm_structured(const systole_line *lines, size_t available,
                                   char text[SYSTOLE_ASM_TEXT]) {
  systole_line copy[2] = {lines[0]};
  if (available > 1) copy[1] = lines[1];
  SYSTOLE_SET(copy, LOOP, lines, 0);
  return systole_disasm(copy, available < 2 ? available : 2, text);
}
