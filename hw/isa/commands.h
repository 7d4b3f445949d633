// The command protocol of the firmware as C constants, expanded from
// commands.def; for the firmware and for hosts alike.
#ifndef SYSTOLE_ISA_COMMANDS_H
#define SYSTOLE_ISA_COMMANDS_H

#include <stdint.h>

#include "hw/isa/isa.h"

enum { SYSTOLE_FIRMWARE_VERSION = 0x00010000 };  // major << 16 | minor

// SYSTOLE_LIMIT_RING_LINES and the like.
enum {
#define LIMIT(name, value, text) SYSTOLE_LIMIT_##name = (value),
#include "hw/isa/commands.def"
};

typedef enum {
#define COMMAND(name, opcode, text) SYSTOLE_COMMAND_##name = (opcode),
#include "hw/isa/commands.def"
} systole_command_code;

// Where a field lies: its word, and for those inside one word the bits.
// SYSTOLE_WORD_GENERATE_vocab, SYSTOLE_LSB_ANY_tag, SYSTOLE_WIDTH_PLACE_region.
enum {
#define FIELD_OF(owner, name, word, lsb, width)   \
  SYSTOLE_WORD_##owner##_##name = (word),         \
  SYSTOLE_LSB_##owner##_##name = (lsb),           \
  SYSTOLE_WIDTH_##owner##_##name = (width),
#define PACKET(command, name, word, lsb, width, text) FIELD_OF(command, name, word, lsb, width)
#define PLACE(name, word, lsb, width, text) FIELD_OF(PLACE, name, word, lsb, width)
#define FORMULA(name, word, lsb, width, text) FIELD_OF(FORMULA, name, word, lsb, width)
#define COMPLETION(name, word, lsb, width, text) FIELD_OF(COMPLETION, name, word, lsb, width)
#include "hw/isa/commands.def"
#undef FIELD_OF
};

typedef enum {
#define KIND(name, code, text) SYSTOLE_KIND_OF_##name = (code),
#include "hw/isa/commands.def"
} systole_completion_kind;

typedef enum {
#define OUTCOME(name, code, text) SYSTOLE_OUTCOME_##name = (code),
#include "hw/isa/commands.def"
} systole_ending;

// Bytes from the start of a queue's region 0.
enum {
#define RING(name, offset, by, text) SYSTOLE_RING_##name = (offset),
#include "hw/isa/commands.def"
};

enum {
#define MAILBOX(name, offset, text) SYSTOLE_MAILBOX_##name = (offset),
#include "hw/isa/commands.def"
};

enum {
#define TOTAL(name, offset, text) SYSTOLE_TOTAL_##name = (offset),
#include "hw/isa/commands.def"
  SYSTOLE_TOTAL_BYTES = 72
};

// Where a packet's parts start, in words, and how long packets are, in lines.
enum {
  SYSTOLE_PLACE_WORDS = 4,
  SYSTOLE_FORMULA_WORDS = 8,
  SYSTOLE_PACKET_WORDS = 16 * SYSTOLE_LIMIT_PACKET_LINES,
  SYSTOLE_LINES_RUN = 6,       // and of DECODE, before its formulas
  SYSTOLE_LINES_GENERATE = 8   // before its formulas
};

static inline uint32_t systole_bits_get(uint32_t word, unsigned lsb, unsigned width) {
  return word >> lsb & 0xFFFFFFFFu >> (32 - width);
}

#define SYSTOLE_FIELD_GET(words, owner, field)                                             \
  systole_bits_get((words)[SYSTOLE_WORD_##owner##_##field], SYSTOLE_LSB_##owner##_##field, \
                   SYSTOLE_WIDTH_##owner##_##field)
// Into words that are zero there.
#define SYSTOLE_FIELD_PUT(words, owner, field, value)                                          \
  ((words)[SYSTOLE_WORD_##owner##_##field] |= (uint32_t)(value) << SYSTOLE_LSB_##owner##_##field)

#endif
