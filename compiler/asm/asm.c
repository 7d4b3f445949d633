// One instruction from text. See asm.h for the syntax.
#include "compiler/asm/asm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/scan.h"
#include "hw/isa/table.h"

typedef struct {
  const systole_isa_instruction *instruction;
  systole_line line, binding;
  unsigned slots;       // binding slots in use
  bool bound;           // a binding line follows
  bool wait, raise;     // given already
  const systole_isa_field *given[64];
  unsigned given_count;
  systole_error *err;
} state;

static systole_status refuse(state *s, systole_token token, const char *expected) {
  return systole_fail(s->err, SYSTOLE_E_FORMAT, "%s: `%.*s`: expected %s", s->instruction->name,
                      systole_token_shown(token), token.text, expected);
}

// ---- values --------------------------------------------------------------

static systole_status refuse_value(state *s, const systole_isa_field *f, systole_token value,
                                   const char *expected) {
  return systole_fail(s->err, SYSTOLE_E_FORMAT, "%s: %s=%.*s: expected %s", s->instruction->name,
                      f->name, systole_token_shown(value), value.text, expected);
}

static systole_status set_enum(state *s, const systole_isa_field *f, systole_token value) {
  const systole_isa_value *v = systole_isa_value_find(f->kind_name, value.text, value.length);
  if (v) {
    systole_line_set(&s->line, f->lsb, f->width, v->code);
    return SYSTOLE_OK;
  }
  char names[256] = "one of";
  for (v = systole_isa_values; v->name; v++)
    if (!strcmp(v->kind, f->kind_name) && strlen(names) + strlen(v->name) + 2 < sizeof names)
      strcat(strcat(names, " "), v->name);
  return refuse_value(s, f, value, names);
}

static systole_status set_float(state *s, const systole_isa_field *f, systole_token value) {
  uint32_t bits;
  if (!systole_scan_float(value, &bits))
    return refuse_value(s, f, value, "a decimal number or its bits such as 0x3F800000");
  systole_line_set(&s->line, f->lsb, f->width, bits);
  return SYSTOLE_OK;
}

static systole_status set_integer(state *s, const systole_isa_field *f, systole_token value,
                                  int64_t number) {
  bool is_signed = f->kind == SYSTOLE_KIND_S;
  int64_t high = ((int64_t)1 << (f->width - is_signed)) - 1, low = is_signed ? -high - 1 : 0;
  if (number < low || number > high)
    return systole_fail(s->err, SYSTOLE_E_RANGE, "%s: %s=%.*s: expected %lld to %lld",
                        s->instruction->name, f->name, systole_token_shown(value), value.text,
                        (long long)low, (long long)high);
  systole_line_set(&s->line, f->lsb, f->width, (uint64_t)number);
  return SYSTOLE_OK;
}

// ---- bindings ------------------------------------------------------------

static void put_slot(state *s, unsigned bind, unsigned scalar, int64_t mult, uint64_t cap) {
  unsigned at = SYSTOLE_BINDING_BITS * s->slots++;
#define BINDING(name, lsb, width, kind, text) const unsigned lsb_##name = (lsb), width_##name = (width);
#include "hw/isa/isa.def"
  systole_line_set(&s->binding, at + lsb_field, width_field, bind);
  systole_line_set(&s->binding, at + lsb_scalar, width_scalar, scalar);
  systole_line_set(&s->binding, at + lsb_mult, width_mult, (uint64_t)mult);
  systole_line_set(&s->binding, at + lsb_cap, width_cap, cap);
  s->bound = true;
}

// One term sN[*MULT][<=CAP] at the front of rest, which moves past it.
static systole_status take_term(state *s, const systole_isa_field *f, systole_token value,
                                systole_token *rest) {
  int64_t scalar, mult = 1, cap = UINT32_MAX;
  if (!systole_scan_skip(rest, "s") || !systole_scan_integer(rest, &scalar) || scalar < 0 ||
      scalar >= SYSTOLE_SCALARS)
    return refuse_value(s, f, value, "a number, then terms sN*MULT<=CAP with N from 0 to 15");
  if (systole_scan_skip(rest, "*") &&
      (!systole_scan_integer(rest, &mult) || mult < INT32_MIN || mult > INT32_MAX))
    return refuse_value(s, f, value, "a signed 32-bit multiplier after *");
  if (systole_scan_skip(rest, "<=") &&
      (!systole_scan_integer(rest, &cap) || cap < 0 || cap > UINT32_MAX))
    return refuse_value(s, f, value, "an unsigned 32-bit cap after <=");
  if (s->slots == SYSTOLE_BINDING_SLOTS)
    return refuse_value(s, f, value, "at most 6 scalar terms in an instruction");
  put_slot(s, f->bind, (unsigned)scalar, mult, (uint64_t)cap);
  return SYSTOLE_OK;
}

static systole_status set_number(state *s, const systole_isa_field *f, systole_token value) {
  systole_token rest = value;
  int64_t number = 0;
  bool immediate = systole_scan_integer(&rest, &number);
  systole_status status = set_integer(s, f, value, number);
  if (status || (immediate && !rest.length)) return status;
  if (immediate && !systole_scan_skip(&rest, "+")) return refuse_value(s, f, value, "a number");
  if (!f->bind)
    return refuse_value(s, f, value, "a number (this field cannot be bound to a scalar)");
  do status = take_term(s, f, value, &rest);
  while (!status && systole_scan_skip(&rest, "+"));
  if (!status && rest.length) return refuse_value(s, f, value, "terms sN*MULT<=CAP joined by +");
  return status;
}

// ---- fields --------------------------------------------------------------

static systole_status set_field(state *s, const systole_isa_field *f, systole_token token,
                                systole_token value) {
  for (unsigned i = 0; i < s->given_count; i++)
    if (s->given[i] == f) return refuse(s, token, "each field only once");
  if (s->given_count < sizeof s->given / sizeof s->given[0]) s->given[s->given_count++] = f;
  if (f->kind == SYSTOLE_KIND_B) {
    if (value.text) return refuse(s, token, "a flag's bare name");
    systole_line_set(&s->line, f->lsb, f->width, 1);
    return SYSTOLE_OK;
  }
  if (!value.text) return refuse(s, token, "field=value");
  if (f->kind == SYSTOLE_KIND_ENUM) return set_enum(s, f, value);
  if (f->kind == SYSTOLE_KIND_F) return set_float(s, f, value);
  return set_number(s, f, value);
}

// A list ENGINE:COUNT,ENGINE:COUNT into the nibbles at lsb.
static systole_status set_semaphores(state *s, unsigned lsb, systole_token token,
                                     systole_token value) {
  static const char expected[] = "a list such as MX:1,LD:2 with counts from 1 to 15";
  while (value.length) {
    unsigned engine = 0;
    while (engine < SYSTOLE_ENGINE_SEQ &&
           !systole_scan_skip(&value, systole_isa_engines[engine].name))
      engine++;
    int64_t count;
    if (engine == SYSTOLE_ENGINE_SEQ || !systole_scan_skip(&value, ":") ||
        !systole_scan_integer(&value, &count) || count < 1 || count > 15 ||
        systole_line_get(&s->line, lsb + 4 * engine, 4))
      return refuse(s, token, expected);
    systole_line_set(&s->line, lsb + 4 * engine, 4, (uint64_t)count);
    if (value.length && (!systole_scan_skip(&value, ",") || !value.length))
      return refuse(s, token, expected);
  }
  return SYSTOLE_OK;
}

static systole_status set_common(state *s, unsigned lsb, bool *given, systole_token token,
                                 systole_token value) {
  if (*given) return refuse(s, token, "each field only once");
  *given = true;
  if (!value.length) return refuse(s, token, "a list such as MX:1,LD:2");
  return set_semaphores(s, lsb, token, value);
}

static systole_status take_operand(state *s, systole_token token) {
  systole_token name = token, value = {0};
  const char *equals = memchr(token.text, '=', token.length);
  if (equals) {
    name.length = (size_t)(equals - token.text);
    value = (systole_token){equals + 1, token.length - name.length - 1};
  }
  if (systole_isa_same("wait", name.text, name.length))
    return set_common(s, SYSTOLE_LSB_wait, &s->wait, token, value);
  if (systole_isa_same("raise", name.text, name.length))
    return set_common(s, SYSTOLE_LSB_raise, &s->raise, token, value);
  if (!equals && systole_isa_same("bound", name.text, name.length)) {
    s->bound = true;
    return SYSTOLE_OK;
  }
  const systole_isa_field *f =
      systole_isa_field_find(s->instruction->opcode, name.text, name.length);
  return f ? set_field(s, f, token, value)
           : refuse(s, token, "a field of this instruction (see docs/isa.md)");
}

// An enumeration without a value 0 must be named.
static systole_status check_enums(state *s) {
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    if (f->opcode == s->instruction->opcode && f->kind == SYSTOLE_KIND_ENUM &&
        !systole_isa_value_by_code(f->kind_name, (unsigned)systole_line_get(&s->line, f->lsb, f->width)))
      return systole_fail(s->err, SYSTOLE_E_FORMAT, "%s: %s is missing: expected %s=NAME (%s)",
                          s->instruction->name, f->name, f->name, f->text);
  return SYSTOLE_OK;
}

systole_status systole_asm(const char *text, size_t size, systole_line lines[SYSTOLE_ASM_LINES],
                           unsigned *count, systole_error *err) {
  systole_token rest = {text, size}, token = systole_scan_word(&rest);
  state s = {.err = err, .instruction = systole_isa_find(token.text, token.length)};
  if (!s.instruction)
    return systole_fail(err, SYSTOLE_E_FORMAT, "`%.*s`: expected an instruction such as mx, or a directive",
                        systole_token_shown(token), token.text);
  systole_line_set(&s.line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode, s.instruction->opcode);
  for (token = systole_scan_word(&rest); token.length; token = systole_scan_word(&rest)) {
    systole_status status = take_operand(&s, token);
    if (status) return status;
  }
  systole_status status = check_enums(&s);
  if (status) return status;
  systole_line_set(&s.line, SYSTOLE_LSB_bound, 1, s.bound);
  lines[0] = s.line;
  if (s.bound) lines[1] = s.binding;
  *count = 1u + s.bound;
  return SYSTOLE_OK;
}
