#include "hw/isa/table.h"

#include <string.h>

const systole_isa_instruction systole_isa_instructions[] = {
#define INSTRUCTION(name, opcode, engine, text) {#name, opcode, SYSTOLE_ENGINE_##engine, text},
#include "hw/isa/isa.def"
    {0}};

// A kind is a letter or an enumeration's name; the letters are looked up by text.
const systole_isa_field systole_isa_fields[] = {
#define SYSTOLE_KIND_OF(kind)          \
  (sizeof #kind > 2     ? SYSTOLE_KIND_ENUM \
   : #kind[0] == 'S'    ? SYSTOLE_KIND_S    \
   : #kind[0] == 'F'    ? SYSTOLE_KIND_F    \
   : #kind[0] == 'B'    ? SYSTOLE_KIND_B    \
                        : SYSTOLE_KIND_U)
#define FIELD(instruction, name, lsb, width, kind, bind, text) \
  {SYSTOLE_OP_##instruction, #name, lsb, width, SYSTOLE_KIND_OF(kind), #kind, bind, text},
#include "hw/isa/isa.def"
    {0}};

const systole_isa_value systole_isa_values[] = {
#define ENUM(kind, value, code, text) {#kind, #value, code, text},
#include "hw/isa/isa.def"
    {0}};

const systole_isa_name systole_isa_engines[] = {
#define ENGINE(name, code, text) {#name, code, text},
#include "hw/isa/isa.def"
    {0}};

const systole_isa_name systole_isa_spaces[] = {
#define SPACE(name, code, element, writer, readers, text) {#name, code, text},
#include "hw/isa/isa.def"
    {0}};

const systole_isa_name systole_isa_causes[] = {
#define CAUSE(name, code, text) {#name, code, text},
#include "hw/isa/isa.def"
    {0}};

static char upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c; }

bool systole_isa_same(const char *name, const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!name[i] || upper(name[i]) != upper(text[i])) return false;
  return name[length] == 0;
}

const systole_isa_instruction *systole_isa_find(const char *name, size_t length) {
  for (const systole_isa_instruction *i = systole_isa_instructions; i->name; i++)
    if (systole_isa_same(i->name, name, length)) return i;
  return NULL;
}

const systole_isa_instruction *systole_isa_by_opcode(unsigned opcode) {
  for (const systole_isa_instruction *i = systole_isa_instructions; i->name; i++)
    if (i->opcode == opcode) return i;
  return NULL;
}

const systole_isa_field *systole_isa_field_find(unsigned opcode, const char *name, size_t length) {
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    if (f->opcode == opcode && systole_isa_same(f->name, name, length)) return f;
  return NULL;
}

const systole_isa_field *systole_isa_field_by_bind(unsigned opcode, unsigned bind) {
  for (const systole_isa_field *f = systole_isa_fields; f->name && bind; f++)
    if (f->opcode == opcode && f->bind == bind) return f;
  return NULL;
}

const systole_isa_value *systole_isa_value_find(const char *kind, const char *name, size_t length) {
  for (const systole_isa_value *v = systole_isa_values; v->name; v++)
    if (!strcmp(v->kind, kind) && systole_isa_same(v->name, name, length)) return v;
  return NULL;
}

const systole_isa_value *systole_isa_value_by_code(const char *kind, unsigned code) {
  for (const systole_isa_value *v = systole_isa_values; v->name; v++)
    if (!strcmp(v->kind, kind) && v->code == code) return v;
  return NULL;
}

const char *systole_isa_name_of(const systole_isa_name *table, unsigned code) {
  for (; table->name; table++)
    if (table->code == code) return table->name;
  return "?";
}
