#include "sim/fuzz/mcu.h"

#include <string.h>

#include "sim/fuzz/dice.h"

// Code lies from 0 to DATA, data up to HANDLER; the handler ends the memory.
enum { CODE = 0x40, DATA = 0x2000, HANDLER = 0x3C00, BODY = HANDLER + 0x40 };

// Registers with a role, which random instructions seldom write.
enum { CAUSE = 21, EPC = 22, BOUND = 23, PC = 24, INTERRUPTS = 25, VECTOR = 26, IN_CODE = 27, IN_DATA = 28, BUS = 29, EDGE = 30,
       FREE_REGISTERS = 21 };

enum { LUI = 0x37, AUIPC = 0x17, JAL = 0x6F, JALR = 0x67, BRANCH = 0x63, LOAD = 0x03, STORE = 0x23, OP_IMM = 0x13,
       OP = 0x33, FENCE = 0x0F, SYSTEM = 0x73, ECALL = 0x73, EBREAK = 0x100073, MRET = 0x30200073, WFI = 0x10500073 };
enum { ADD, SLL, SLT, SLTU, XOR, SRL, OR, AND };
enum { CSRRW = 1, CSRRS = 2, CSRRWI = 5, CSRRSI = 6 };
enum { MSTATUS = 0x300, MIE = 0x304, MTVEC = 0x305, MEPC = 0x341, MCAUSE = 0x342 };

typedef struct {
  uint64_t dice;
  uint8_t *tcm;
  uint32_t at;
} writer;

static void emit(writer *w, uint32_t word) {
  memcpy(w->tcm + w->at, &word, 4);
  w->at += 4;
}

// ---- encodings -------------------------------------------------------------------

static uint32_t encode_i(unsigned opcode, unsigned rd, unsigned funct3, unsigned rs1, uint32_t imm) {
  return opcode | rd << 7 | funct3 << 12 | rs1 << 15 | imm << 20;
}
static uint32_t encode_r(unsigned rd, unsigned funct3, unsigned rs1, unsigned rs2, unsigned funct7) {
  return OP | rd << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | funct7 << 25;
}
static uint32_t encode_s(unsigned funct3, unsigned rs1, unsigned rs2, uint32_t imm) {
  return STORE | (imm & 31) << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | (imm >> 5 & 127) << 25;
}
static uint32_t encode_b(unsigned funct3, unsigned rs1, unsigned rs2, uint32_t imm) {
  return BRANCH | (imm >> 11 & 1) << 7 | (imm >> 1 & 15) << 8 | funct3 << 12 | rs1 << 15 | rs2 << 20 |
         (imm >> 5 & 63) << 25 | (imm >> 12 & 1) << 31;
}
static uint32_t encode_j(unsigned rd, uint32_t imm) {
  return JAL | rd << 7 | (imm >> 12 & 255) << 12 | (imm >> 11 & 1) << 20 | (imm >> 1 & 1023) << 21 | (imm >> 20 & 1) << 31;
}

static void load_constant(writer *w, unsigned rd, uint32_t value) {
  emit(w, LUI | rd << 7 | ((value + 0x800) & 0xFFFFF000u));
  emit(w, encode_i(OP_IMM, rd, ADD, rd, value & 0xFFF));
}

// ---- random instructions ---------------------------------------------------------

static unsigned roll(writer *w, unsigned sides) { return (unsigned)systole_roll(&w->dice, sides); }
static unsigned reads(writer *w) { return roll(w, 32); }
static unsigned writes(writer *w) { return systole_chance(&w->dice, 97) ? roll(w, FREE_REGISTERS) : roll(w, 32); }
static uint32_t random_word(writer *w) { return (uint32_t)systole_dice(&w->dice); }

// Mostly aligned, near its base.
static uint32_t offset(writer *w, unsigned funct3) {
  const uint32_t mask = systole_chance(&w->dice, 90) ? 0u - (1u << (funct3 & 3)) : UINT32_MAX;
  return (roll(w, 2) ? roll(w, 32) - 16 : random_word(w)) & mask & 0xFFF;
}

static unsigned base(writer *w, unsigned *near) {
  static const unsigned char bases[] = {IN_DATA, IN_DATA, IN_DATA, IN_DATA, BUS, BUS, EDGE, IN_CODE};
  const unsigned at = roll(w, 33);
  *near = at < 32 && bases[at / 4] == EDGE;
  return at < 32 ? bases[at / 4] : reads(w);
}

static void emit_load(writer *w) {
  unsigned near;
  const unsigned funct3 = systole_chance(&w->dice, 98) ? (unsigned)"\0\1\2\2\4\5"[roll(w, 6)] : roll(w, 8), rs1 = base(w, &near);
  const uint32_t imm = offset(w, funct3);
  emit(w, encode_i(LOAD, writes(w), funct3, rs1, near ? (imm & 31) - 16 : imm));
}

static void emit_store(writer *w) {
  unsigned near;
  const unsigned funct3 = systole_chance(&w->dice, 98) ? roll(w, 3) : roll(w, 8), rs1 = base(w, &near);
  const uint32_t imm = offset(w, funct3);
  emit(w, encode_s(funct3, rs1, reads(w), near ? (imm & 31) - 16 : imm));
}

// A store to one of the instructions that follow it, with and without FENCE.I.
static void emit_store_ahead(writer *w) {
  emit(w, AUIPC | PC << 7);
  emit(w, encode_s(2, PC, reads(w), 8 + 4 * roll(w, 3)));
  if (roll(w, 3) == 0) emit(w, encode_i(FENCE, 0, 1, 0, 0));
}

static void emit_branch(writer *w) {
  const uint32_t near = (4 * roll(w, 12) - 12) | (roll(w, 32) ? 0 : 2);
  const unsigned funct3 = roll(w, 40) ? (unsigned)"\0\1\4\5\6\7"[roll(w, 6)] : roll(w, 8), rs1 = reads(w);
  emit(w, encode_b(funct3, rs1, roll(w, 4) ? reads(w) : rs1, near));
}

static void emit_jump(writer *w) {
  const unsigned rd = writes(w);
  if (roll(w, 2)) emit(w, encode_j(rd, (4 * roll(w, 40) - 40) | (roll(w, 32) ? 0 : 2)));
  else emit(w, encode_i(JALR, rd, roll(w, 32) ? 0 : roll(w, 8), roll(w, 20) ? IN_CODE : reads(w), offset(w, 2) | (roll(w, 4) ? 0 : roll(w, 4))));
}

static void emit_csr(writer *w) {
  static const uint16_t numbers[] = {0x300, 0x301, 0x304, 0x305, 0x310, 0x320, 0x323, 0x33F, 0x340, 0x341, 0x342, 0x343, 0x344,
                                     0x344, 0xB00, 0xB02, 0xB03, 0xB1F, 0xB80, 0xB82, 0xB83, 0xB9F, 0xC00, 0xC02, 0xC80, 0xC82,
                                     0xF11, 0xF14, 0xF15, 0xF16, 0x321, 0xB01, 0xC01, 0x7A0, 0x7A1, 0x7A3, 0x7A4, 0x302, 0x306};
  const unsigned number = roll(w, 16) ? numbers[roll(w, sizeof numbers / sizeof *numbers)] : roll(w, 4096);
  unsigned funct3 = roll(w, 8), rs1 = reads(w);
  if ((funct3 & 3) == 0) funct3 |= 2;
  if (roll(w, 2)) rs1 = 0;
  // A vector to nowhere would end the fun.
  if (number == MTVEC && roll(w, 32)) funct3 = CSRRW, rs1 = VECTOR;
  emit(w, encode_i(SYSTEM, writes(w), funct3, rs1, number));
}

static void emit_system(writer *w) {
  static const uint32_t words[] = {ECALL, EBREAK, MRET, WFI, WFI, WFI};
  const unsigned which = roll(w, 10);
  if (which < 6) emit(w, words[which]);
  else if (which < 8) emit(w, encode_i(SYSTEM, 0, roll(w, 4) ? CSRRSI : CSRRSI + 1, 8, MSTATUS));
  else emit(w, encode_i(SYSTEM, 0, roll(w, 4) ? CSRRW : CSRRS, INTERRUPTS, MIE));
}

static void emit_compute(writer *w) {
  const unsigned rd = writes(w), funct3 = roll(w, 8), rs1 = reads(w), rs2 = reads(w);
  const unsigned kind = roll(w, 10);
  if (kind < 4) emit(w, encode_r(rd, funct3, rs1, rs2, (funct3 == 0 || funct3 == 5) && roll(w, 2) ? 0x20 : 0));
  else if (kind < 5) emit(w, encode_r(rd, funct3 & 3, rs1, rs2, 1));
  else if (kind < 8) emit(w, encode_i(OP_IMM, rd, funct3, rs1, (funct3 & 3) != 1 ? random_word(w) & 0xFFF : rs2 | (funct3 == 5 && roll(w, 2)) << 10));
  else if (kind < 9) emit(w, (roll(w, 2) ? LUI : AUIPC) | rd << 7 | (random_word(w) & 0xFFFFF000u));
  else if (roll(w, 3) == 0) emit(w, encode_r(rd, 4 | funct3, rs1, rs2, 1));
}

static void emit_illegal(writer *w) {
  uint32_t word = random_word(w);
  const uint32_t legal[] = {encode_r(5, roll(w, 8), 6, 7, 0), encode_i(OP_IMM, 5, roll(w, 8), 6, 0), ECALL, MRET, WFI,
                            encode_i(FENCE, 0, 0, 0, 0xFF)};
  const unsigned which = roll(w, 8);
  if (which < 6) word = legal[which] ^ 1u << roll(w, 32);
  emit(w, word);
}

static void emit_any(writer *w) {
  const unsigned what = roll(w, 100);
  if (what < 48) emit_compute(w);
  else if (what < 60) emit_load(w);
  else if (what < 70) emit_store(w);
  else if (what < 72) emit_store_ahead(w);
  else if (what < 82) emit_branch(w);
  else if (what < 86) emit_jump(w);
  else if (what < 92) emit_csr(w);
  else if (what < 96) emit_system(w);
  else if (what < 98) emit_illegal(w);
  else emit(w, encode_i(FENCE, 0, roll(w, 2), 0, 0xFF));
}

// ---- the memory ------------------------------------------------------------------

static void emit_bases(writer *w) {
  load_constant(w, IN_DATA, DATA + 0x800);
  load_constant(w, BUS, 0x40000000);
  load_constant(w, EDGE, SYSTOLE_FUZZ_MCU_BYTES);
  load_constant(w, IN_CODE, DATA / 2);
}

// On with the instruction after, or from the start if that is nowhere.
static void write_handler(writer *w) {
  for (w->at = HANDLER; w->at < BODY;) emit(w, encode_j(0, BODY - w->at));
  emit(w, encode_i(SYSTEM, CAUSE, CSRRS, 0, MCAUSE));
  emit_bases(w);
  load_constant(w, BOUND, DATA);
  emit(w, encode_i(SYSTEM, EPC, CSRRS, 0, MEPC));
  emit(w, encode_i(OP_IMM, EPC, ADD, EPC, 4));
  emit(w, encode_b(6, EPC, BOUND, 8));
  emit(w, encode_i(OP_IMM, EPC, ADD, 0, CODE));
  emit(w, encode_i(SYSTEM, 0, CSRRW, EPC, MEPC));
  emit(w, MRET);
}

void systole_fuzz_mcu(uint64_t seed, uint8_t tcm[SYSTOLE_FUZZ_MCU_BYTES]) {
  writer w = {seed, tcm, 0};
  for (w.at = DATA; w.at < SYSTOLE_FUZZ_MCU_BYTES;) emit(&w, roll(&w, 2) ? random_word(&w) : 0u - roll(&w, 3));
  write_handler(&w);
  w.at = 0;
  load_constant(&w, VECTOR, HANDLER | roll(&w, 2));
  emit(&w, encode_i(SYSTEM, 0, CSRRW, VECTOR, MTVEC));
  load_constant(&w, INTERRUPTS, roll(&w, 4) ? 0x880 : roll(&w, 2) ? 0x80 : 0x800);
  emit_bases(&w);
  emit(&w, encode_i(SYSTEM, 0, CSRRW, INTERRUPTS, MIE));
  while (w.at < DATA - 16) emit_any(&w);
  while (w.at < DATA) emit(&w, encode_j(0, CODE - w.at));
}
