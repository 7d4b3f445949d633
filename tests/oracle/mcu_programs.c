// Random RV32IM programs for somebody else's RISC-V machine, with what the
// controller's core makes of them.
//   mcu_programs DIR SEED COUNT
// writes DIR/N.bin, an image for address 0, and DIR/N.want, the bytes from STATE to
// CODE at its end: registers x1 to x31, then data. On a machine with semihosting
// the image writes those bytes to the console and leaves. tests/oracle/qemu.sh
// compares.
//
// A program is nested: branches and jumps skip some items of it, loops repeat some.
// Traps go to a handler that adds cause, address and value to x30 and goes on after
// them.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fuzz/dice.h"
#include "sim/mcu/alone.h"

// Where things lie. STATE is within reach of a store with base x0.
enum { HANDLER = 0x080, END = 0x100, BLOCKS = 0x300, STATE = 0x400, DATA = STATE + 128, BASE = 0xC00, CODE = 0x1000,
       IMAGE = 0x8000, ITEMS = 300, WANTED = (CODE - STATE) / 4, CYCLES = 10000000 };

// Registers with a role: x1 to x25 are free.
enum { FREE = 26, COUNTER = 26, DATA_BASE = 27, RETURN = 28, SPARE = 29, SUM = 30, VALUE = 31, A0 = 10, A1 = 11, A7 = 17 };

enum { LUI = 0x37, AUIPC = 0x17, JAL = 0x6F, JALR = 0x67, BRANCH = 0x63, LOAD = 0x03, STORE = 0x23, OP_IMM = 0x13,
       OP = 0x33, FENCE = 0x0F, SYSTEM = 0x73, ECALL = 0x73, EBREAK = 0x100073, MRET = 0x30200073 };
enum { ADD, SLL, SLT, SLTU, XOR, SRL, OR, AND };
enum { BEQ = 0, BNE = 1, BLT = 4, LW = 2, SW = 2, CSRRW = 1, CSRRS = 2, CSRRSI = 6 };
enum { MSTATUS = 0x300, MTVEC = 0x305, MSCRATCH = 0x340, MEPC, MCAUSE, MTVAL, MVENDORID = 0xF11, MHARTID = 0xF14 };

typedef struct {
  uint64_t dice;
  uint32_t word[IMAGE / 4], at;
  unsigned depth;
} writer;

static unsigned roll(writer *w, unsigned sides) { return (unsigned)systole_roll(&w->dice, sides); }

// ---- encodings -------------------------------------------------------------------

static void emit(writer *w, uint32_t word) {
  w->word[w->at / 4] = word;
  w->at += 4;
}

static uint32_t i_type(unsigned opcode, unsigned rd, unsigned funct3, unsigned rs1, uint32_t imm) {
  return opcode | rd << 7 | funct3 << 12 | rs1 << 15 | imm << 20;
}
static uint32_t s_type(unsigned funct3, unsigned rs1, unsigned rs2, uint32_t imm) {
  return STORE | (imm & 31) << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | (imm >> 5 & 127) << 25;
}
static uint32_t b_type(unsigned funct3, unsigned rs1, unsigned rs2, uint32_t imm) {
  return BRANCH | (imm >> 11 & 1) << 7 | (imm >> 1 & 15) << 8 | funct3 << 12 | rs1 << 15 | rs2 << 20 |
         (imm >> 5 & 63) << 25 | (imm >> 12 & 1) << 31;
}
static uint32_t j_type(unsigned rd, uint32_t imm) {
  return JAL | rd << 7 | (imm >> 12 & 255) << 12 | (imm >> 11 & 1) << 20 | (imm >> 1 & 1023) << 21 | (imm >> 20 & 1) << 31;
}
static uint32_t r_type(unsigned rd, unsigned funct3, unsigned rs1, unsigned rs2, unsigned funct7) {
  return OP | rd << 7 | funct3 << 12 | rs1 << 15 | rs2 << 20 | funct7 << 25;
}
static void load_constant(writer *w, unsigned rd, uint32_t value) {
  emit(w, LUI | rd << 7 | ((value + 0x800) & 0xFFFFF000u));
  emit(w, i_type(OP_IMM, rd, ADD, rd, value & 0xFFF));
}
static void read_csr(writer *w, unsigned rd, unsigned csr) { emit(w, i_type(SYSTEM, rd, CSRRS, 0, csr)); }
static void write_csr(writer *w, unsigned csr, unsigned rs1) { emit(w, i_type(SYSTEM, 0, CSRRW, rs1, csr)); }

// ---- what is the same in all -------------------------------------------------------

// SUM = 33 SUM + VALUE
static void add_to_sum(writer *w) {
  emit(w, i_type(OP_IMM, SPARE, SLL, SUM, 5));
  emit(w, r_type(SUM, ADD, SUM, SPARE, 0));
  emit(w, r_type(SUM, ADD, SUM, VALUE, 0));
}

// Not everybody has everything as we do. mtval of EBREAK may be 0; QEMU 7.2 has the
// instruction's own address there for misaligned JAL and branches, and clears MPP at
// MRET though there is no user mode. So those mtvals are left out, and mstatus is
// looked at in traps alone. Nor does it trap misaligned loads and stores.
static void emit_handler(writer *w) {
  w->at = HANDLER;
  read_csr(w, VALUE, MSTATUS);
  add_to_sum(w);
  read_csr(w, VALUE, MCAUSE);
  add_to_sum(w);
  emit(w, i_type(OP_IMM, SPARE, ADD, VALUE, (uint32_t)-1));
  const uint32_t fetch_fault = w->at;
  emit(w, 0);
  read_csr(w, SPARE, MEPC);
  emit(w, i_type(OP_IMM, RETURN, ADD, SPARE, 4));
  emit(w, i_type(LOAD, SPARE, LW, SPARE, 0));
  emit(w, i_type(OP_IMM, SPARE, AND, SPARE, 0x7F));  // the opcode
  emit(w, i_type(OP_IMM, VALUE, ADD, SPARE, (uint32_t)-JAL));
  const uint32_t of_jal = w->at;
  emit(w, 0);
  emit(w, i_type(OP_IMM, VALUE, ADD, SPARE, (uint32_t)-BRANCH));
  const uint32_t of_branch = w->at;
  emit(w, 0);
  read_csr(w, VALUE, MCAUSE);
  emit(w, i_type(OP_IMM, VALUE, ADD, VALUE, (uint32_t)-3));
  const uint32_t of_ebreak = w->at;
  emit(w, 0);
  w->word[fetch_fault / 4] = b_type(BEQ, SPARE, 0, w->at - fetch_fault);
  read_csr(w, VALUE, MTVAL);
  add_to_sum(w);
  w->word[of_jal / 4] = b_type(BEQ, VALUE, 0, w->at - of_jal);
  w->word[of_branch / 4] = b_type(BEQ, VALUE, 0, w->at - of_branch);
  w->word[of_ebreak / 4] = b_type(BEQ, VALUE, 0, w->at - of_ebreak);
  read_csr(w, VALUE, MEPC);
  add_to_sum(w);
  write_csr(w, MEPC, RETURN);
  emit(w, MRET);
}

static void semihost(writer *w, unsigned call) {
  load_constant(w, A0, call);
  w->at = (w->at + 15) / 16 * 16;
  for (uint32_t at = w->at; at > 0 && !w->word[at / 4 - 1]; at -= 4) w->word[at / 4 - 1] = OP_IMM;  // nops up to here
  emit(w, i_type(OP_IMM, 0, SLL, 0, 31));
  emit(w, EBREAK);
  emit(w, i_type(OP_IMM, 0, SRL, 0, 0x407));
}

// Returns where the words of the state are loaded, one after another.
static uint32_t emit_end(writer *w) {
  enum { OPEN = 1, WRITE = 5, EXIT = 0x18, STOPPED = 0x20026, FOR_WRITING = 4 };
  w->at = END;
  for (unsigned r = 1; r < 32; r++) emit(w, s_type(SW, 0, r, STATE + 4 * r));
  const uint32_t blocks[] = {BLOCKS + 12, FOR_WRITING, 3, 0x74743A /* ":tt" */, 0, STATE, CODE - STATE};
  memcpy(w->word + BLOCKS / 4, blocks, sizeof blocks);
  load_constant(w, A1, BLOCKS);
  semihost(w, OPEN);
  emit(w, s_type(SW, 0, A0, BLOCKS + 16));
  load_constant(w, A1, BLOCKS + 16);
  semihost(w, WRITE);
  load_constant(w, A1, STOPPED);
  semihost(w, EXIT);
  load_constant(w, 1, STATE);
  load_constant(w, 2, CODE);
  const uint32_t loads = w->at;
  emit(w, i_type(LOAD, 3, LW, 1, 0));
  emit(w, i_type(OP_IMM, 1, ADD, 1, 4));
  emit(w, b_type(BLT, 1, 2, loads - w->at));
  load_constant(w, A7, 93);
  load_constant(w, A0, 0);
  emit(w, ECALL);
  return loads;
}

// ---- items -----------------------------------------------------------------------

static uint32_t corner(writer *w) {
  static const uint32_t corners[] = {0, 1, 2, 3, 0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFF, 0x80000000, 0x80000001, 0x7FFFFFFE,
                                     0xFFFF, 0x10000, 0xFFFF0000, 0xFF, 0x80, 0x8000, 0x7FFF, 0xAAAAAAAA, 0x55555555};
  if (systole_chance(&w->dice, 60)) return corners[roll(w, sizeof corners / sizeof *corners)];
  return (uint32_t)systole_dice_any(&w->dice, 32);
}

// A register to write, x0 too; not a7, which an ECALL with 93 in it looks at.
static unsigned target(writer *w) {
  const unsigned r = roll(w, FREE);
  return r == A7 ? 0 : r;
}

static unsigned target_but_x0(writer *w) { return 1 + roll(w, A7 - 1); }

static void compute(writer *w) {
  const unsigned funct3 = roll(w, 8), a = roll(w, 32), b = roll(w, 32), kind = roll(w, 8);
  const unsigned other = funct3 == ADD || funct3 == SRL ? 0x20 * roll(w, 2) : 0;
  const unsigned funct7 = systole_chance(&w->dice, 50) ? 1 : kind ? other : roll(w, 128);  // seldom an illegal one
  emit(w, r_type(target(w), funct3, a, b, funct7));
}

static void compute_imm(writer *w) {
  const unsigned funct3 = roll(w, 8), a = roll(w, 32);
  uint32_t imm = roll(w, 4096);
  if ((funct3 & 3) == 1 && roll(w, 8)) imm &= funct3 == SRL ? 0x41F : 0x1F;
  emit(w, i_type(OP_IMM, target(w), funct3, a, imm));
}

// Both operands fresh.
static void compute_corners(writer *w) {
  const unsigned a = target_but_x0(w), b = target_but_x0(w), funct3 = roll(w, 8);
  load_constant(w, a, corner(w));
  load_constant(w, b, corner(w));
  emit(w, r_type(VALUE, funct3, a, b, 1));
  add_to_sum(w);
}

static void access(writer *w) {
  const unsigned funct3 = roll(w, 8), size = 1u << (funct3 & 3), r = target(w);
  const uint32_t offset = (DATA - BASE + roll(w, CODE - DATA)) & ~(size - 1);
  if (systole_chance(&w->dice, 50)) emit(w, i_type(LOAD, r, funct3, DATA_BASE, offset & 0xFFF));
  else emit(w, s_type(funct3, DATA_BASE, r, offset));
}

// Beyond the 4 MiB there is nothing.
static void access_nothing(writer *w) {
  const unsigned r = target_but_x0(w), size = roll(w, 3);
  load_constant(w, r, 0x400000 + 0x1000 * roll(w, 16));
  if (systole_chance(&w->dice, 50)) emit(w, i_type(LOAD, target(w), size, r, 4 * roll(w, 16)));
  else emit(w, s_type(size, r, roll(w, 32), 4 * roll(w, 16)));
}

static void jump_nowhere(writer *w) {
  load_constant(w, VALUE, 0x400000 + 4 * roll(w, 1024));
  emit(w, AUIPC | RETURN << 7);
  emit(w, i_type(OP_IMM, RETURN, ADD, RETURN, 12));
  emit(w, i_type(JALR, target(w), 0, VALUE, roll(w, 2)));
}

static void jump_misaligned(writer *w) {
  const uint32_t offset = 4 * roll(w, 100) + 2, funct3 = (roll(w, 6) + 2) % 8;
  const unsigned a = roll(w, 32), b = roll(w, 32);
  switch (roll(w, 3)) {
    case 0: emit(w, j_type(target(w), offset)); return;
    case 1: emit(w, b_type(funct3 < 2 ? funct3 : funct3 | 4, a, b, offset)); return;
    default: load_constant(w, VALUE, CODE + offset); emit(w, i_type(JALR, target(w), 0, VALUE, roll(w, 2))); return;
  }
}

static void csr_access(writer *w) {
  static const unsigned readable[] = {MTVEC, MEPC, MCAUSE, MHARTID, MVENDORID};
  static const unsigned absent[] = {0x001, 0x002, 0x105, 0x141, 0x180, 0x3B0, 0x5A0, 0x8C0, 0xBC0, 0xCC0, 0xFC0};
  const unsigned funct3 = (roll(w, 6) + 1 + 5) % 8, rd = target(w), kind = roll(w, 10), from = roll(w, 32);
  if (kind < 6) emit(w, i_type(SYSTEM, rd, funct3 & 3 ? funct3 : funct3 | 1, from, MSCRATCH));
  else if (kind < 8) read_csr(w, rd, readable[roll(w, sizeof readable / sizeof *readable)]);
  else if (kind < 9) emit(w, i_type(SYSTEM, rd, CSRRW, from, MHARTID));
  else if (roll(w, 2)) emit(w, i_type(SYSTEM, 0, CSRRSI + roll(w, 2), 8, MSTATUS));  // MIE; mie is 0
  else emit(w, i_type(SYSTEM, rd, funct3 & 3 ? funct3 : funct3 | 1, from, absent[roll(w, sizeof absent / sizeof *absent)]));
}

static void illegal(writer *w) {
  static const unsigned opcodes[] = {0x0B, 0x2B, 0x5B, 0x7B, 0x1B, 0x3B, 0x6B, 0x57, 0x77, 0x07, 0x27, 0x2F, 0x43, 0x53, 0x1F, 0x7F};
  const uint32_t word = (uint32_t)systole_dice(&w->dice) & ~0x7Fu;
  switch (roll(w, 5)) {
    case 0: emit(w, (word & ~0x7000u) | BRANCH | 0x2000 | (word & 0x1000)); return;
    case 1: emit(w, (word & ~0x7000u) | JALR | 0x1000 * (1 + roll(w, 7))); return;
    case 2: emit(w, (word & ~0x7000u) | FENCE | 0x1000 * (3 + roll(w, 5))); return;
    case 3: emit(w, roll(w, 2) ? 0 : 0xFFFFFFFF); return;
    default: emit(w, word | opcodes[roll(w, sizeof opcodes / sizeof *opcodes)]); return;
  }
}

static void item(writer *w);

static void items(writer *w, unsigned count) {
  w->depth++;
  while (w->depth < 5 && count--) item(w);
  w->depth--;
}

static void skip(writer *w) {
  const uint32_t at = w->at, funct3 = roll(w, 6), kind = roll(w, 4);
  const unsigned a = roll(w, 32), b = roll(w, 32), rd = target(w);
  emit(w, 0);
  if (kind == 0) emit(w, 0);
  items(w, roll(w, 4));
  const uint32_t offset = w->at - at;
  if (kind == 0) {
    w->word[at / 4] = AUIPC | VALUE << 7;
    w->word[at / 4 + 1] = i_type(JALR, rd, 0, VALUE, offset);
  } else {
    w->word[at / 4] = kind == 1 ? j_type(rd, offset) : b_type(funct3 < 2 ? funct3 : funct3 + 2, a, b, offset);
  }
}

// There is one counter: a loop in this one ends both.
static void repeat(writer *w) {
  emit(w, i_type(OP_IMM, COUNTER, ADD, 0, 1 + roll(w, 5)));
  const uint32_t at = w->at;
  items(w, 1 + roll(w, 8));
  emit(w, i_type(OP_IMM, COUNTER, ADD, COUNTER, (uint32_t)-1));
  emit(w, b_type(BLT, 0, COUNTER, at - w->at));
}

static void item(writer *w) {
  const unsigned kind = roll(w, 100);
  if (kind < 30) compute(w);
  else if (kind < 42) compute_imm(w);
  else if (kind < 54) compute_corners(w);
  else if (kind < 58) emit(w, (roll(w, 2) ? LUI : AUIPC) | target(w) << 7 | (uint32_t)systole_dice(&w->dice) << 12);
  else if (kind < 72) access(w);
  else if (kind < 82) skip(w);
  else if (kind < 87) repeat(w);
  else if (kind < 90) csr_access(w);
  else if (kind < 92) illegal(w);
  else if (kind < 94) emit(w, roll(w, 2) ? ECALL : EBREAK);
  else if (kind < 95) emit(w, FENCE | roll(w, 2) << 12);
  else if (kind < 96) access_nothing(w);
  else if (kind < 97) jump_nowhere(w);
  else if (kind < 98) jump_misaligned(w);
  else load_constant(w, target_but_x0(w), corner(w));
}

// ---- programs --------------------------------------------------------------------

static uint32_t make(writer *w, uint64_t seed) {
  *w = (writer){.dice = seed};
  emit(w, j_type(0, CODE));
  emit_handler(w);
  const uint32_t loads = emit_end(w);
  for (unsigned i = DATA / 4; i < CODE / 4; i++) w->word[i] = corner(w);
  w->at = CODE;
  load_constant(w, VALUE, HANDLER);
  write_csr(w, MTVEC, VALUE);
  write_csr(w, MSCRATCH, 0);
  for (unsigned r = 1; r < 32; r++) load_constant(w, r, r == DATA_BASE ? BASE : r == A7 ? 0 : corner(w));
  for (unsigned i = 0; i < ITEMS; i++) item(w);
  emit(w, j_type(0, END - w->at));
  return loads;
}

typedef struct {
  uint32_t loads, words[WANTED];
  unsigned count;
} listener;

static void hear(void *user, const systole_mcu_retired *r) {
  listener *l = user;
  if (r->pc == l->loads && l->count < WANTED) l->words[l->count++] = r->value;
}

static bool save(const char *folder, uint64_t number, const char *kind, const void *bytes, size_t size) {
  char path[4096];
  if (snprintf(path, sizeof path, "%s/%" PRIu64 ".%s", folder, number, kind) >= (int)sizeof path) return false;
  FILE *f = fopen(path, "wb");
  if (!f) return false;
  const bool whole = fwrite(bytes, 1, size, f) == size;
  return !fclose(f) && whole;
}

static bool one(const char *folder, uint64_t seed) {
  static writer w;
  static listener l;
  systole_mcu_alone_result result;
  systole_error err = {0};
  l = (listener){.loads = make(&w, seed)};
  const systole_status status = systole_mcu_alone_model()->run((const uint8_t *)w.word, sizeof w.word, CYCLES, hear, &l, &result, &err);
  if (status || !result.exited || l.count != WANTED) {
    fprintf(stderr, "mcu_programs: seed %" PRIu64 ": the program did not end as it should, pc 0x%08" PRIx32 "\n", seed, result.pc);
    return false;
  }
  return save(folder, seed, "bin", w.word, sizeof w.word) && save(folder, seed, "want", l.words, sizeof l.words);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: mcu_programs DIR SEED COUNT\n");
    return 2;
  }
  const uint64_t seed = strtoull(argv[2], NULL, 0), count = strtoull(argv[3], NULL, 0);
  for (uint64_t i = 0; i < count; i++)
    if (!one(argv[1], seed + i)) {
      fprintf(stderr, "mcu_programs: seed %" PRIu64 ": nothing written to %s\n", seed + i, argv[1]);
      return 1;
    }
  return 0;
}
