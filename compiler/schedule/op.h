// One instruction before it has a place in the program: the fields of the ISA
// under their own names, with values that may depend on scalars.
#ifndef SYSTOLE_COMPILER_SCHEDULE_OP_H
#define SYSTOLE_COMPILER_SCHEDULE_OP_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/isa/isa.h"

// imm + sum of scalar * mult over the terms with mult != 0, never above `most`,
// which sizes buffers and bounds what the instruction can touch.
typedef struct {
  int64_t imm;
  uint32_t most;
  struct {
    int scalar;
    int32_t mult;
  } term[2];
} systole_value;

static inline systole_value systole_fixed(int64_t imm) {
  return (systole_value){.imm = imm, .most = (uint32_t)imm};
}

static inline systole_value systole_linear(int64_t imm, int scalar, int32_t mult, uint32_t most) {
  return (systole_value){.imm = imm, .most = most, .term = {{scalar, mult}}};
}

// A buffer in WGT or PAR whose address the scheduler chooses; 0 means none, so
// that an address is then absolute.
typedef int systole_block;

typedef struct {
  unsigned space, segment;
  systole_block block;  // dst is relative to it
  systole_value rows, words, offset, dst;
  uint32_t pitch;
  uint16_t dst_row, dst_word;
  uint32_t reach;  // words from dst.imm on that consecutive words stay within, whatever dst is; 0: unknown
  bool gather;
  unsigned index_segment;
  uint64_t index_offset;
  uint32_t limit;
} systole_op_ld;

typedef struct {
  unsigned a_space;
  bool transposed, accumulate;
  systole_value m, k, n, a;
  uint16_t a_row, a_tile;
  systole_block block;  // w is relative to it
  uint32_t w;
  uint16_t w_k, w_n;
  uint16_t c, c_row, c_tile;
} systole_op_mx;

typedef struct {
  unsigned a_space, mul, b_space, add, c_space, func, d_space, reduce;
  bool swap, add_neg, carry, limits;
  systole_value m, n, a;
  uint16_t a_row, b_row, c_row, d_row;
  systole_block b_block;  // b is relative to it
  uint32_t b, c, s, d, r, x, index;
  float mul_imm, add_imm;
  systole_value high;  // with limits; low is 0
  int16_t high_step;
} systole_op_vx;

typedef struct {
  unsigned space, segment;
  systole_value rows, elements, offset;
  uint32_t pitch, src, src_row;
} systole_op_st;

typedef struct {
  systole_opcode opcode;
  const char *symbol;  // owned by the program under construction
  // DRAM that several instructions of one program share: 0 none, else the
  // number of an object, of which this instruction reads or writes a part.
  int dram_read, dram_write;
  union {
    systole_op_ld ld;
    systole_op_mx mx;
    systole_op_vx vx;
    systole_op_st st;
  };
} systole_op;

static inline systole_engine systole_op_engine(const systole_op *op) {
  switch (op->opcode) {
    case SYSTOLE_OP_LD:
    case SYSTOLE_OP_LDG: return SYSTOLE_ENGINE_LD;
    case SYSTOLE_OP_MX: return SYSTOLE_ENGINE_MX;
    case SYSTOLE_OP_VX: return SYSTOLE_ENGINE_VX;
    case SYSTOLE_OP_ST: return SYSTOLE_ENGINE_ST;
    default: return SYSTOLE_ENGINE_SEQ;
  }
}

#endif
