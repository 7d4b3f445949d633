// The instruction set as tables that a program can walk: what the assembler,
// the disassembler, the documentation and random programs are made from.
// All of it is expanded from isa.def.
#ifndef SYSTOLE_ISA_TABLE_H
#define SYSTOLE_ISA_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/isa/isa.h"

typedef enum {
  SYSTOLE_KIND_U,    // unsigned
  SYSTOLE_KIND_S,    // signed
  SYSTOLE_KIND_F,    // fp32 bits
  SYSTOLE_KIND_B,    // flag
  SYSTOLE_KIND_ENUM  // one of the named values
} systole_kind;

typedef struct {
  const char *name;  // "VX"
  unsigned opcode, engine;
  const char *text;
} systole_isa_instruction;

typedef struct {
  unsigned opcode;  // of its instruction
  const char *name;
  unsigned lsb, width;
  systole_kind kind;
  const char *kind_name;  // "U", or the enumeration's name
  unsigned bind;          // bind code, 0 if it cannot be bound
  const char *text;
} systole_isa_field;

typedef struct {
  const char *kind;  // the enumeration's name
  const char *name;
  unsigned code;
  const char *text;
} systole_isa_value;

typedef struct {
  const char *name;
  unsigned code;
  const char *text;
} systole_isa_name;

// Each table ends with an element whose name is NULL.
extern const systole_isa_instruction systole_isa_instructions[];
extern const systole_isa_field systole_isa_fields[];   // those of one instruction are adjacent
extern const systole_isa_value systole_isa_values[];
extern const systole_isa_name systole_isa_engines[];
extern const systole_isa_name systole_isa_spaces[];
extern const systole_isa_name systole_isa_causes[];

// NULL if there is none; names compare without regard to case.
const systole_isa_instruction *systole_isa_find(const char *name, size_t length);
const systole_isa_instruction *systole_isa_by_opcode(unsigned opcode);
const systole_isa_field *systole_isa_field_find(unsigned opcode, const char *name, size_t length);
const systole_isa_field *systole_isa_field_by_bind(unsigned opcode, unsigned bind);
const systole_isa_value *systole_isa_value_find(const char *kind, const char *name, size_t length);
const systole_isa_value *systole_isa_value_by_code(const char *kind, unsigned code);

// The name of a code, or "?" if the table has none.
const char *systole_isa_name_of(const systole_isa_name *table, unsigned code);

// True if the text of `length` characters is `name`, without regard to case.
bool systole_isa_same(const char *name, const char *text, size_t length);

#endif
