// OpenCL C has no standard headers and no 64-bit enumerators, and a kernel that
// walks a small table is quicker to compile than one with a line of code for
// each field: so names become #defines, and what is checked of every field
// becomes tables in constant memory.
#include "hw/isa/generate_opencl.h"

#include <ctype.h>
#include <string.h>

#include "hw/isa/isa.h"
#include "hw/isa/table.h"

static void print_upper(FILE *out, const char *text) {
  for (; *text; text++) fputc(toupper((unsigned char)*text), out);
}

static void print_name(FILE *out, const char *group, const char *name) {
  fprintf(out, "#define SYS_");
  if (*group) fprintf(out, "%s_", group);
  print_upper(out, name);
}

static void define_number(FILE *out, const char *group, const char *name, unsigned long value) {
  print_name(out, group, name);
  fprintf(out, " %lu\n", value);
}

// For get(line, SYS_VX_A_ROW): lowest bit and width.
static void define_range(FILE *out, const char *group, const char *name, unsigned lsb,
                         unsigned width) {
  print_name(out, group, name);
  fprintf(out, " %u, %u\n", lsb, width);
}

static void print_numbers(FILE *out) {
  define_number(out, "", "ISA_VERSION", SYSTOLE_ISA_VERSION);
#define CONSTANT(name, value, text) define_number(out, "", #name, value);
#define ENGINE(name, code, text) define_number(out, "ENGINE", #name, code);
#define BYTES_I8 1
#define BYTES_I32 4
#define BYTES_F32 4
#define SPACE(name, code, element, writer, readers, text) \
  define_number(out, "SPACE", #name, code);               \
  define_number(out, "ELEMENT", #name, BYTES_##element);
#define INSTRUCTION(name, opcode, engine, text) define_number(out, "OP", #name, opcode);
#define COMMON(name, lsb, width, kind, text) define_range(out, "", #name, lsb, width);
#define FIELD(instruction, name, lsb, width, kind, bind, text) \
  define_range(out, #instruction, #name, lsb, width);
#define ENUM(name, value, code, text) define_number(out, #name, #value, code);
#define CAUSE(name, code, text) define_number(out, "CAUSE", #name, code);
#define BINDING(name, lsb, width, kind, text) define_range(out, "BINDING", #name, lsb, width);
#include "hw/isa/isa.def"
#define REGISTER(name, offset, access, count, stride, text) define_number(out, "REG", #name, offset);
#include "hw/isa/registers.def"
}

// ---- tables, an entry for each instruction in the order of isa.def ------------

static void print_opcodes(FILE *out) {
  unsigned count = 0;
  while (systole_isa_instructions[count].name) count++;
  fprintf(out, "#define SYS_INSTRUCTIONS %u\n", count);
  fprintf(out, "__constant uint sys_opcode[SYS_INSTRUCTIONS] = {");
  for (unsigned i = 0; i < count; i++) fprintf(out, "%s%u", i ? ", " : "", systole_isa_instructions[i].opcode);
  fprintf(out, "};\n__constant uint sys_engine[SYS_INSTRUCTIONS] = {");
  for (unsigned i = 0; i < count; i++) fprintf(out, "%s%u", i ? ", " : "", systole_isa_instructions[i].engine);
  fprintf(out, "};\n");
}

// The bits that an instruction names, its own and the common ones.
static void print_bits(FILE *out) {
  fprintf(out, "__constant uint sys_bits[SYS_INSTRUCTIONS][16] = {\n");
  for (const systole_isa_instruction *i = systole_isa_instructions; i->name; i++) {
    systole_line mask = {{0}};
#define COMMON(field, lsb, width, kind, text) systole_line_set(&mask, lsb, width, UINT64_MAX);
#include "hw/isa/isa.def"
    for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
      if (f->opcode == i->opcode) systole_line_set(&mask, f->lsb, f->width, UINT64_MAX);
    fprintf(out, "    {");
    for (unsigned w = 0; w < 16; w++) fprintf(out, "%s0x%08xu", w ? ", " : "", (unsigned)mask.word[w]);
    fprintf(out, "},\n");
  }
  fprintf(out, "};\n");
}

static unsigned values_of(const char *kind) {
  unsigned mask = 0;
  for (const systole_isa_value *v = systole_isa_values; v->name; v++)
    if (!strcmp(v->kind, kind)) mask |= 1u << v->code;
  return mask;
}

static unsigned count_enumerated(unsigned opcode) {
  unsigned count = 0;
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    count += f->opcode == opcode && f->kind == SYSTOLE_KIND_ENUM;
  return count;
}

// Fields of an enumeration: lowest bit, width, a bit for each value that exists.
static void print_enumerated(FILE *out) {
  unsigned most = 0;
  for (const systole_isa_instruction *i = systole_isa_instructions; i->name; i++)
    if (count_enumerated(i->opcode) > most) most = count_enumerated(i->opcode);
  fprintf(out, "#define SYS_ENUMERATED %u\n", most);
  fprintf(out, "__constant uint sys_enumerated[SYS_INSTRUCTIONS][SYS_ENUMERATED][3] = {\n");
  for (const systole_isa_instruction *i = systole_isa_instructions; i->name; i++) {
    fprintf(out, "    {");
    for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
      if (f->opcode == i->opcode && f->kind == SYSTOLE_KIND_ENUM)
        fprintf(out, "{%u, %u, 0x%xu}, ", f->lsb, f->width, values_of(f->kind_name));
    fprintf(out, "%s},\n", count_enumerated(i->opcode) ? "" : "{0, 0, 0}");
  }
  fprintf(out, "};\n");
}

static void print_place(FILE *out, unsigned opcode, unsigned bind) {
  const systole_isa_field *f = systole_isa_field_by_bind(opcode, bind);
  if (f) fprintf(out, "{%u, %u, %d}, ", f->lsb, f->width, f->kind == SYSTOLE_KIND_S);
  else fprintf(out, "{0, 0, 0}, ");
}

// The field of a bind code: lowest bit, width (0: none), whether it is signed.
static void print_bindings(FILE *out) {
  unsigned most = 0;
  for (const systole_isa_field *f = systole_isa_fields; f->name; f++)
    if (f->bind > most) most = f->bind;
  fprintf(out, "#define SYS_BIND_CODES %u\n", most + 1);
  fprintf(out, "__constant uint sys_bound[SYS_INSTRUCTIONS][SYS_BIND_CODES][3] = {\n");
  for (const systole_isa_instruction *i = systole_isa_instructions; i->name; i++) {
    fprintf(out, "    {");
    for (unsigned bind = 0; bind <= most; bind++) print_place(out, i->opcode, bind);
    fprintf(out, "},\n");
  }
  fprintf(out, "};\n");
}

// The bits of a slot that its fields name.
static void print_slot(FILE *out) {
  systole_line mask = {{0}};
#define BINDING(field, lsb, width, kind, text) systole_line_set(&mask, lsb, width, UINT64_MAX);
#include "hw/isa/isa.def"
  fprintf(out, "#define SYS_SLOT_BITS 0x%08x%08xul  // and all of those above\n",
          (unsigned)mask.word[1], (unsigned)mask.word[0]);
}

void systole_generate_opencl(FILE *out) {
  fprintf(out, "// Generated by hw/isa/generate_opencl.c from isa.def and registers.def; do not edit.\n");
  print_numbers(out);
  print_opcodes(out);
  print_bits(out);
  print_enumerated(out);
  print_bindings(out);
  print_slot(out);
}
