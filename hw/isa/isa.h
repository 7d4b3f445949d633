// The instruction set and the registers as C constants, expanded from isa.def,
// registers.def and core.def.
#ifndef SYSTOLE_ISA_H
#define SYSTOLE_ISA_H

#include <stdint.h>

enum { SYSTOLE_ISA_VERSION = 0x00010000 };  // major << 16 | minor

enum {
#define CONSTANT(name, value, text) SYSTOLE_##name = (value),
#include "hw/isa/isa.def"
};

typedef enum {
#define ENGINE(name, code, text) SYSTOLE_ENGINE_##name = (code),
#include "hw/isa/isa.def"
} systole_engine;

typedef enum {
#define SPACE(name, code, element, writer, readers, text) SYSTOLE_SPACE_##name = (code),
#include "hw/isa/isa.def"
} systole_space;

typedef enum {
#define INSTRUCTION(name, opcode, engine, text) SYSTOLE_OP_##name = (opcode),
#include "hw/isa/isa.def"
} systole_opcode;

// Enumerated field values: SYSTOLE_VXMUL_ROW and the like.
enum {
#define ENUM(name, value, code, text) SYSTOLE_##name##_##value = (code),
#include "hw/isa/isa.def"
};

typedef enum {
#define CAUSE(name, code, text) SYSTOLE_CAUSE_##name = (code),
#include "hw/isa/isa.def"
} systole_cause;

// Where a field lies in its line: SYSTOLE_LSB_VX_a_row, SYSTOLE_WIDTH_VX_a_row,
// and its bind code SYSTOLE_BIND_VX_a_row.
enum {
#define FIELD(instruction, name, lsb, width, kind, bind, text) \
  SYSTOLE_LSB_##instruction##_##name = (lsb),                  \
  SYSTOLE_WIDTH_##instruction##_##name = (width),              \
  SYSTOLE_BIND_##instruction##_##name = (bind),
#define COMMON(name, lsb, width, kind, text) \
  SYSTOLE_LSB_##name = (lsb), SYSTOLE_WIDTH_##name = (width),
#include "hw/isa/isa.def"
};

// Register offsets: SYSTOLE_REG_CTRL and the like.
enum {
#define REGISTER(name, offset, access, count, stride, text) SYSTOLE_REG_##name = (offset),
#include "hw/isa/registers.def"
};

// Bits of registers: SYSTOLE_LSB_CTRL_START and the like.
enum {
#define REGBIT(reg, name, lsb, width, text) SYSTOLE_LSB_##reg##_##name = (lsb),
#include "hw/isa/registers.def"
#define LOCALBIT(reg, name, lsb, width, text) SYSTOLE_LSB_CORE_##reg##_##name = (lsb),
#include "hw/isa/core.def"
};

// The core's addresses: SYSTOLE_CORE_WINDOW begins the region WINDOW and
// SYSTOLE_CORE_WINDOW_BYTES is its size (not enumerators: they exceed an int).
#define REGION(name, base, bytes, text) \
  static const uint32_t SYSTOLE_CORE_##name = (base), SYSTOLE_CORE_##name##_BYTES = (bytes);
#include "hw/isa/core.def"

// Offsets of local registers: SYSTOLE_CORE_REG_DOORBELL and the like.
enum {
#define LOCAL(name, offset, access, text) SYSTOLE_CORE_REG_##name = (offset),
#include "hw/isa/core.def"
};

typedef struct {
  uint32_t word[16];  // little-endian: word[0] holds bits 0..31
} systole_line;

// A field lies in one word, in two, or with more than 32 bits in three.
static inline uint64_t systole_line_get(const systole_line *line, unsigned lsb, unsigned width) {
  const uint32_t *word = &line->word[lsb / 32];
  const unsigned shift = lsb % 32, last = shift + width - 1;
  uint64_t value = word[0] >> shift;
  if (last >= 32) value |= (uint64_t)word[1] << 32 >> shift;
  if (last >= 64) value |= (uint64_t)word[2] << (64 - shift);
  return width < 64 ? value & ((1ull << width) - 1) : value;
}

static inline void systole_line_set(systole_line *line, unsigned lsb, unsigned width,
                                    uint64_t value) {
  for (unsigned put = 0; put < width;) {
    unsigned bit = lsb + put, take = 32 - bit % 32;
    if (take > width - put) take = width - put;
    uint32_t mask = (0xFFFFFFFFu >> (32 - take)) << (bit % 32);
    uint32_t part = (uint32_t)(value >> put) << (bit % 32);
    line->word[bit / 32] = (line->word[bit / 32] & ~mask) | (part & mask);
    put += take;
  }
}

#define SYSTOLE_GET(line, instruction, field)                        \
  systole_line_get((line), SYSTOLE_LSB_##instruction##_##field,      \
                   SYSTOLE_WIDTH_##instruction##_##field)
#define SYSTOLE_SET(line, instruction, field, value)                 \
  systole_line_set((line), SYSTOLE_LSB_##instruction##_##field,      \
                   SYSTOLE_WIDTH_##instruction##_##field, (uint64_t)(value))

#endif
