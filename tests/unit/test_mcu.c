// The model of the controller's core: every instruction against what C says, every
// trap, register, interrupt, and the table of times. (RTL and model are compared
// by tests/rtl/test_mcu_core.c.)
#include <string.h>

#include "sim/model/mcu.h"
#include "tests/unit/harness.h"

void suite_mcu(void);

enum { BYTES = 4096, VECTOR = 0x800, START = 34 };
enum { RD = 5, RS1 = 6, RS2 = 7 };
enum { ECALL = 0x73, EBREAK = 0x100073, MRET = 0x30200073, WFI = 0x10500073, NOP = 0x13 };

typedef struct {
  systole_mcu mcu;
  uint8_t tcm[BYTES];
  systole_mcu_answer answer;  // of the bus, `done` in cycles after the request
  uint64_t at;
  bool write;
  uint32_t address, data;
  unsigned strobes, fences;
} bench;

static systole_mcu_answer access(void *user, uint64_t at, bool write, uint32_t address, uint32_t data, unsigned strobes) {
  bench *b = user;
  b->at = at;
  b->write = write;
  b->address = address;
  b->data = data;
  b->strobes = strobes;
  systole_mcu_answer answer = b->answer;
  if (answer.done != SYSTOLE_MCU_NEVER) answer.done += at;
  return answer;
}

static void fence(void *user, uint64_t at) {
  bench *b = user;
  b->fences++;
  b->at = at;
}

static void put(bench *b, uint32_t address, uint32_t word) { memcpy(b->tcm + address, &word, 4); }

static void make(bench *b) {
  memset(b, 0, sizeof *b);
  b->mcu = (systole_mcu){.tcm = b->tcm, .tcm_bytes = BYTES, .bus = {b, access, fence}};
  systole_mcu_reset(&b->mcu);
  b->mcu.mtvec = VECTOR;
}

static uint32_t r_type(unsigned opcode, unsigned funct3, unsigned funct7) {
  return opcode | RD << 7 | funct3 << 12 | RS1 << 15 | RS2 << 20 | funct7 << 25;
}
static uint32_t i_type(unsigned opcode, unsigned funct3, uint32_t imm) {
  return opcode | RD << 7 | funct3 << 12 | RS1 << 15 | imm << 20;
}
static uint32_t s_type(unsigned funct3, uint32_t imm) {
  return 0x23 | (imm & 31) << 7 | funct3 << 12 | RS1 << 15 | RS2 << 20 | (imm >> 5 & 127) << 25;
}
static uint32_t b_type(unsigned funct3, uint32_t imm) {
  return 0x63 | (imm >> 11 & 1) << 7 | (imm >> 1 & 15) << 8 | funct3 << 12 | RS1 << 15 | RS2 << 20 |
         (imm >> 5 & 63) << 25 | (imm >> 12 & 1) << 31;
}
static uint32_t j_type(uint32_t imm) {
  return 0x6F | RD << 7 | (imm >> 12 & 255) << 12 | (imm >> 11 & 1) << 20 | (imm >> 1 & 1023) << 21 | (imm >> 20 & 1) << 31;
}
static uint32_t csr_type(unsigned funct3, unsigned number) { return i_type(0x73, funct3, number); }

// One instruction at `pc` with a in rs1 and b in rs2. Returns the cycles it took.
static uint64_t run_at(bench *b, uint32_t pc, uint32_t word, uint32_t x, uint32_t y) {
  const uint64_t before = b->mcu.cycle;
  put(b, pc, word);
  b->mcu.pc = pc;
  b->mcu.x[RD] = 0xDEADBEEF;
  b->mcu.x[RS1] = x;
  b->mcu.x[RS2] = y;
  b->mcu.stale = 0;
  CU_ASSERT_EQUAL(systole_mcu_step(&b->mcu, before), SYSTOLE_MCU_STEPPED);
  return b->mcu.cycle - before;
}

static uint64_t run(bench *b, uint32_t word, uint32_t x, uint32_t y) { return run_at(b, 0x100, word, x, y); }

// ---- what computes -----------------------------------------------------------------

static const uint32_t corners[] = {0, 1, 2, 3, 5, 31, 32, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x12345678, 0x7FFFFFFE, 0x7FFFFFFF,
                                   0x80000000, 0x80000001, 0x87654321, 0xAAAAAAAA, 0xFFFFF800, 0xFFFFFFFE, 0xFFFFFFFF};
enum { CORNERS = sizeof corners / sizeof *corners };

static uint32_t op_add(uint32_t a, uint32_t b) { return (uint32_t)((uint64_t)a + b); }
static uint32_t op_sub(uint32_t a, uint32_t b) { return (uint32_t)((int64_t)a - (int64_t)b); }
static uint32_t op_sll(uint32_t a, uint32_t b) { return (uint32_t)((uint64_t)a << (b % 32)); }
static uint32_t op_slt(uint32_t a, uint32_t b) { return (int32_t)a < (int32_t)b; }
static uint32_t op_sltu(uint32_t a, uint32_t b) { return a < b; }
static uint32_t op_xor(uint32_t a, uint32_t b) { return (a | b) - (a & b); }
static uint32_t op_srl(uint32_t a, uint32_t b) { return (uint32_t)((uint64_t)a / (1ull << b % 32)); }
static uint32_t op_or(uint32_t a, uint32_t b) { return ~(~a & ~b); }
static uint32_t op_and(uint32_t a, uint32_t b) { return ~(~a | ~b); }
static uint32_t op_mul(uint32_t a, uint32_t b) { return (uint32_t)((uint64_t)a * b); }
static uint32_t op_mulhu(uint32_t a, uint32_t b) { return (uint32_t)((uint64_t)a * b >> 32); }
// Signed from unsigned: a negative factor counts 2^32 times the other too much.
static uint32_t op_mulh(uint32_t a, uint32_t b) { return op_mulhu(a, b) - (a >> 31 ? b : 0) - (b >> 31 ? a : 0); }
static uint32_t op_mulhsu(uint32_t a, uint32_t b) { return op_mulhu(a, b) - (a >> 31 ? b : 0); }
static uint32_t op_div(uint32_t a, uint32_t b) { return b ? (uint32_t)((int64_t)(int32_t)a / (int32_t)b) : UINT32_MAX; }
static uint32_t op_divu(uint32_t a, uint32_t b) { return b ? a / b : UINT32_MAX; }
static uint32_t op_rem(uint32_t a, uint32_t b) { return b ? (uint32_t)((int64_t)(int32_t)a % (int32_t)b) : a; }
static uint32_t op_remu(uint32_t a, uint32_t b) { return b ? a % b : a; }
// Towards minus infinity, which C's division is not.
static uint32_t op_sra(uint32_t a, uint32_t b) {
  const int64_t by = INT64_C(1) << b % 32, n = (int32_t)a;
  return (uint32_t)(n >= 0 ? n / by : -((-n + by - 1) / by));
}

static void operations_compute_as_c_does(void) {
  static const struct {
    unsigned funct3, funct7, cycles;
    uint32_t (*c)(uint32_t, uint32_t);
  } ops[] = {{0, 0, 1, op_add}, {0, 32, 1, op_sub}, {1, 0, 1, op_sll}, {2, 0, 1, op_slt}, {3, 0, 1, op_sltu}, {4, 0, 1, op_xor},
             {5, 0, 1, op_srl}, {5, 32, 1, op_sra}, {6, 0, 1, op_or}, {7, 0, 1, op_and}, {0, 1, 2, op_mul}, {1, 1, 2, op_mulh},
             {2, 1, 2, op_mulhsu}, {3, 1, 2, op_mulhu}, {4, 1, 34, op_div}, {5, 1, 34, op_divu}, {6, 1, 34, op_rem}, {7, 1, 34, op_remu}};
  bench b;
  make(&b);
  for (unsigned i = 0; i < sizeof ops / sizeof *ops; i++)
    for (unsigned x = 0; x < CORNERS; x++)
      for (unsigned y = 0; y < CORNERS; y++) {
        CU_ASSERT_EQUAL(run(&b, r_type(0x33, ops[i].funct3, ops[i].funct7), corners[x], corners[y]), ops[i].cycles);
        CU_ASSERT_EQUAL(b.mcu.x[RD], ops[i].c(corners[x], corners[y]));
      }
}

// What the manual's table of special divisions says, in figures.
static void divisions_by_zero_and_overflow(void) {
  static const struct {
    unsigned funct3;
    uint32_t a, b, result;
  } cases[] = {{4, 7, 0, 0xFFFFFFFF}, {5, 7, 0, 0xFFFFFFFF}, {6, 7, 0, 7}, {7, 7, 0, 7}, {4, 0xFFFFFFF9, 0, 0xFFFFFFFF},
               {6, 0xFFFFFFF9, 0, 0xFFFFFFF9}, {4, 0x80000000, 0xFFFFFFFF, 0x80000000}, {6, 0x80000000, 0xFFFFFFFF, 0},
               {4, 0xFFFFFFF9, 2, 0xFFFFFFFD}, {6, 0xFFFFFFF9, 2, 0xFFFFFFFF}, {4, 7, 0xFFFFFFFE, 0xFFFFFFFD}, {6, 7, 0xFFFFFFFE, 1}};
  bench b;
  make(&b);
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    run(&b, r_type(0x33, cases[i].funct3, 1), cases[i].a, cases[i].b);
    CU_ASSERT_EQUAL(b.mcu.x[RD], cases[i].result);
  }
}

static void immediates_are_signed_12_bits(void) {
  static uint32_t (*const c[8])(uint32_t, uint32_t) = {op_add, op_sll, op_slt, op_sltu, op_xor, op_srl, op_or, op_and};
  bench b;
  make(&b);
  for (unsigned funct3 = 0; funct3 < 8; funct3++)
    for (unsigned x = 0; x < CORNERS; x++)
      for (unsigned imm = 0; imm < 4096; imm += 31) {
        const bool shift = funct3 == 1 || funct3 == 5;
        const uint32_t field = shift ? imm % 32 : imm, value = shift || imm < 2048 ? field : imm - 4096;
        CU_ASSERT_EQUAL(run(&b, i_type(0x13, funct3, field), corners[x], 0), 1);
        CU_ASSERT_EQUAL(b.mcu.x[RD], c[funct3](corners[x], value));
        if (funct3 != 5) continue;
        run(&b, i_type(0x13, 5, field | 0x400), corners[x], 0);
        CU_ASSERT_EQUAL(b.mcu.x[RD], op_sra(corners[x], field));
      }
  for (unsigned x = 0; x < CORNERS; x++) {
    const uint32_t upper = corners[x] & 0xFFFFF000u;
    CU_ASSERT_EQUAL(run(&b, 0x37 | RD << 7 | upper, 0, 0), 1);
    CU_ASSERT_EQUAL(b.mcu.x[RD], upper);
    CU_ASSERT_EQUAL(run(&b, 0x17 | RD << 7 | upper, 0, 0), 1);
    CU_ASSERT_EQUAL(b.mcu.x[RD], upper + 0x100);
  }
}

static void x0_stays_zero(void) {
  bench b;
  make(&b);
  run(&b, i_type(0x13, 0, 5) & ~(31u << 7), 1, 0);
  CU_ASSERT_EQUAL(b.mcu.x[0], 0);
}

// ---- memory ------------------------------------------------------------------------

static void loads_extend(void) {
  static const struct {
    unsigned funct3, offset;
    uint32_t value;
  } cases[] = {{0, 0, 0xFFFFFF81}, {0, 1, 0x72}, {0, 2, 0xFFFFFFF3}, {0, 3, 0x64}, {1, 0, 0x7281}, {1, 2, 0x64F3}, {2, 0, 0x64F37281},
               {4, 0, 0x81}, {4, 2, 0xF3}, {5, 0, 0x7281}, {5, 4, 0x8001}, {1, 4, 0xFFFF8001}};
  bench b;
  make(&b);
  put(&b, 0x200, 0x64F37281);
  put(&b, 0x204, 0x00008001);
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    CU_ASSERT_EQUAL(run(&b, i_type(0x03, cases[i].funct3, cases[i].offset), 0x200, 0), 2);
    CU_ASSERT_EQUAL(b.mcu.x[RD], cases[i].value);
    CU_ASSERT_EQUAL(run(&b, i_type(0x03, cases[i].funct3, 0xFFC), 0x204 + cases[i].offset, 0), 2);
    CU_ASSERT_EQUAL(b.mcu.x[RD], cases[i].value);
  }
}

static void stores_write_their_bytes(void) {
  static const struct {
    unsigned funct3;
    uint32_t offset, word;
  } cases[] = {{0, 0, 0x111111DD}, {0, 3, 0xDD111111}, {1, 0, 0x1111CCDD}, {1, 2, 0xCCDD1111}, {2, 0, 0xAABBCCDD}};
  bench b;
  make(&b);
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint32_t word;
    put(&b, 0x200, 0x11111111);
    CU_ASSERT_EQUAL(run(&b, s_type(cases[i].funct3, cases[i].offset - 0x20), 0x220, 0xAABBCCDD), 1);
    memcpy(&word, b.tcm + 0x200, 4);
    CU_ASSERT_EQUAL(word, cases[i].word);
  }
}

static void the_bus_is_asked_for_the_rest(void) {
  bench b;
  make(&b);
  b.answer = (systole_mcu_answer){.data = 0x80FF7F01, .done = 4};
  const uint64_t before = b.mcu.cycle;
  CU_ASSERT_EQUAL(run(&b, i_type(0x03, 0, 3), 0x40000010, 0), 1 + 5);
  CU_ASSERT_EQUAL(b.mcu.x[RD], 0xFFFFFF80);
  CU_ASSERT_EQUAL(b.at, before + 1);
  CU_ASSERT(!b.write && b.address == 0x40000010 && b.strobes == 8);
  b.answer.done = 0;
  CU_ASSERT_EQUAL(run(&b, s_type(1, 2), BYTES, 0xAABBCCDD), 2);
  CU_ASSERT(b.write && b.address == BYTES && b.strobes == 12 && b.data >> 16 == 0xCCDD);
  b.answer.error = true;
  CU_ASSERT_EQUAL(run(&b, i_type(0x03, 2, 0), 0xFFFFFFF8, 0), 3);
  CU_ASSERT(b.mcu.x[RD] == 0xDEADBEEF && b.mcu.mcause == 5 && b.mcu.mtval == 0xFFFFFFF8 && b.mcu.mepc == 0x100);
  run(&b, s_type(0, 1), 0xFFFFFFF8, 0);
  CU_ASSERT(b.mcu.mcause == 7 && b.mcu.mtval == 0xFFFFFFF9);
}

static void an_access_without_end(void) {
  bench b;
  make(&b);
  b.answer.done = SYSTOLE_MCU_NEVER;
  put(&b, 0, i_type(0x03, 2, 8));
  b.mcu.x[RS1] = 0x50000000;
  CU_ASSERT_EQUAL(systole_mcu_run(&b.mcu, 1000), SYSTOLE_MCU_STUCK);
  CU_ASSERT(b.mcu.waits_for == 0x50000008 && b.mcu.pc == 0);
  CU_ASSERT_EQUAL(systole_mcu_step(&b.mcu, 2000), SYSTOLE_MCU_STUCK);
}

// ---- control -----------------------------------------------------------------------

static void branches(void) {
  static const unsigned funct3s[] = {0, 1, 4, 5, 6, 7};
  bench b;
  make(&b);
  for (unsigned i = 0; i < 6; i++)
    for (unsigned x = 0; x < CORNERS; x++)
      for (unsigned y = 0; y < CORNERS; y++) {
        const uint32_t p = corners[x], q = corners[y];
        const bool holds[] = {p == q, p != q, (int32_t)p < (int32_t)q, (int32_t)p >= (int32_t)q, p < q, p >= q};
        CU_ASSERT_EQUAL(run(&b, b_type(funct3s[i], (uint32_t)-0x40), p, q), holds[i] ? 2 : 1);
        CU_ASSERT_EQUAL(b.mcu.pc, holds[i] ? 0xC0 : 0x104);
      }
  run(&b, b_type(0, 0xFFC), 1, 1);
  CU_ASSERT_EQUAL(b.mcu.pc, 0x100 + 0xFFC);
}

static void jumps_link(void) {
  bench b;
  make(&b);
  CU_ASSERT_EQUAL(run(&b, j_type(0x7FFFC), 0, 0), 2);
  CU_ASSERT(b.mcu.pc == 0x100 + 0x7FFFC && b.mcu.x[RD] == 0x104);
  run(&b, j_type((uint32_t)-0x100), 0, 0);
  CU_ASSERT_EQUAL(b.mcu.pc, 0);
  CU_ASSERT_EQUAL(run(&b, i_type(0x67, 0, 0xFFF), 0x302, 0), 2);  // the lowest bit is dropped
  CU_ASSERT(b.mcu.pc == 0x300 && b.mcu.x[RD] == 0x104);
  run(&b, (i_type(0x67, 0, 4) & ~(31u << 7)) | RS1 << 7, 0x200, 0);  // link and base the same
  CU_ASSERT(b.mcu.pc == 0x204 && b.mcu.x[RS1] == 0x104);
}

static void traps(void) {
  static const struct {
    uint32_t word, x, cause, value;
  } cases[] = {{ECALL, 0, 11, 0}, {EBREAK, 0, 3, 0x100}, {0, 0, 2, 0}, {0xFFFFFFFF, 0, 2, 0xFFFFFFFF},
               {0x6F | 0x00200000, 0, 0, 0x102},                          // JAL by 2
               {0x67 | RS1 << 15, 0x202, 0, 0x202}, {0x03 | 2 << 12 | RS1 << 15, 0x201, 4, 0x201},
               {0x03 | 1 << 12 | RS1 << 15, 0x40000003, 4, 0x40000003}, {0x23 | 2 << 12 | RS1 << 15, 0x202, 6, 0x202},
               {0x23 | 1 << 12 | RS1 << 15, 0x201, 6, 0x201}, {0x02007073 | 31 << 20, 0, 2, 0x02007073 | 31 << 20},
               {0x10200073, 0, 2, 0x10200073},                            // SRET
               {0x00004073, 0, 2, 0x00004073}, {0x40001013, 0, 2, 0x40001013}, {0x0000200F, 0, 2, 0x0000200F},
               {0x00002063, 0, 2, 0x00002063}, {0x00003003, 0, 2, 0x00003003}, {0x00003023, 0, 2, 0x00003023},
               {0x00001067, 0, 2, 0x00001067}, {0x40001033, 0, 2, 0x40001033}, {0x00000001, 0, 2, 1}};
  bench b;
  make(&b);
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    b.mcu.interrupts = i % 2;
    const uint64_t instret = b.mcu.instret;
    CU_ASSERT_EQUAL(run(&b, cases[i].word, cases[i].x, 0), 2);
    CU_ASSERT_EQUAL(b.mcu.mcause, cases[i].cause);
    CU_ASSERT_EQUAL(b.mcu.mtval, cases[i].value);
    CU_ASSERT(b.mcu.mepc == 0x100 && b.mcu.pc == VECTOR && b.mcu.instret == instret);
    CU_ASSERT(!b.mcu.interrupts && b.mcu.previous == i % 2);
  }
  b.mcu.pc = BYTES;
  CU_ASSERT_EQUAL(systole_mcu_step(&b.mcu, b.mcu.cycle), SYSTOLE_MCU_STEPPED);
  CU_ASSERT(b.mcu.mcause == 1 && b.mcu.mtval == BYTES && b.mcu.mepc == BYTES);
  b.mcu.mepc = 0x300;
  CU_ASSERT_EQUAL(run(&b, MRET, 0, 0), 2);
  CU_ASSERT(b.mcu.pc == 0x300 && b.mcu.previous);
}

// ---- registers ---------------------------------------------------------------------

static void registers_keep_their_legal_bits(void) {
  static const struct {
    unsigned number;
    uint32_t zeros, ones;  // after writing zeros and ones
  } cases[] = {{0x300, 0x1800, 0x1888}, {0x301, 0x40001100, 0x40001100}, {0x304, 0, 0x880}, {0x305, 0, 0xFFFFFFFD},
               {0x310, 0, 0}, {0x320, 0, 0}, {0x323, 0, 0}, {0x33F, 0, 0}, {0x340, 0, 0xFFFFFFFF}, {0x341, 0, 0xFFFFFFFC},
               {0x342, 0, 0x8000000F}, {0x343, 0, 0xFFFFFFFF}, {0x344, 0, 0}, {0x7A0, 0, 0}, {0x7A1, 0, 0}, {0x7A3, 0, 0}, {0xB03, 0, 0}, {0xB1F, 0, 0}, {0xB83, 0, 0}, {0xB9F, 0, 0}};
  bench b;
  make(&b);
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
    for (unsigned ones = 0; ones < 2; ones++) {
      CU_ASSERT_EQUAL(run(&b, csr_type(1, cases[i].number), ones ? UINT32_MAX : 0, 0), 1);
      b.mcu.interrupts = false;
      run(&b, csr_type(2, cases[i].number) & ~(31u << 15), 0, 0);
      CU_ASSERT_EQUAL(b.mcu.x[RD] & ~(8u * (cases[i].number == 0x300)), (ones ? cases[i].ones : cases[i].zeros) & ~(8u * (cases[i].number == 0x300)));
    }
}

static void which_registers_there_are(void) {
  bench b;
  make(&b);
  for (unsigned number = 0; number < 4096; number++) {
    const bool counters = (number >= 0x323 && number <= 0x33F) || (number >= 0xB03 && number <= 0xB1F) || (number >= 0xB83 && number <= 0xB9F);
    const bool readable = counters || number == 0x300 || number == 0x301 || number == 0x304 || number == 0x305 || number == 0x310 || number == 0x320 ||
                          (number >= 0x340 && number <= 0x344) || (number >= 0x7A0 && number <= 0x7A3) || ((number & 0xF7D) == 0xB00) || ((number & 0xF7D) == 0xC00) ||
                          (number >= 0xF11 && number <= 0xF15);
    run(&b, csr_type(2, number) & ~(31u << 15), 0, 0);
    CU_ASSERT_EQUAL(b.mcu.pc == 0x104, readable);
    run(&b, csr_type(6, number) | 31u << 15, 0, 0);
    CU_ASSERT_EQUAL(b.mcu.pc == 0x104, readable && number < 0xC00);
    b.mcu.interrupts = false;
    b.mcu.mtvec = VECTOR;
  }
}

static void csr_operations(void) {
  bench b;
  make(&b);
  b.mcu.mscratch = 0xF0F0;
  run(&b, csr_type(1, 0x340), 0x1234, 0);
  CU_ASSERT(b.mcu.x[RD] == 0xF0F0 && b.mcu.mscratch == 0x1234);
  run(&b, csr_type(2, 0x340), 0xF000000F, 0);
  CU_ASSERT(b.mcu.x[RD] == 0x1234 && b.mcu.mscratch == 0xF000123F);
  run(&b, csr_type(3, 0x340), 0xFF, 0);
  CU_ASSERT_EQUAL(b.mcu.mscratch, 0xF0001200);
  run(&b, csr_type(5, 0x340), 0, 0);  // the register's number is the operand
  CU_ASSERT_EQUAL(b.mcu.mscratch, RS1);
  run(&b, csr_type(6, 0x340) | 24u << 15, 0, 0);
  CU_ASSERT_EQUAL(b.mcu.mscratch, 30);
  run(&b, csr_type(7, 0x340), 0, 0);
  CU_ASSERT_EQUAL(b.mcu.mscratch, 30 & ~RS1);
}

static uint32_t read_csr(bench *b, unsigned number) {
  run(b, csr_type(2, number) & ~(31u << 15), 0, 0);
  return b->mcu.x[RD];
}

static void counters_count(void) {
  bench b;
  make(&b);
  CU_ASSERT_EQUAL(read_csr(&b, 0xB00), START);
  CU_ASSERT_EQUAL(read_csr(&b, 0xC00), START + 1);
  CU_ASSERT_EQUAL(read_csr(&b, 0xB02), 2);
  run(&b, csr_type(1, 0xB00), 0xFFFFFFFF, 0);
  CU_ASSERT_EQUAL(read_csr(&b, 0xB00), 0xFFFFFFFF);
  CU_ASSERT_EQUAL(read_csr(&b, 0xB80), 1);
  CU_ASSERT_EQUAL(read_csr(&b, 0xB00), 1);
  run(&b, csr_type(1, 0xB80), 7, 0);
  CU_ASSERT_EQUAL(read_csr(&b, 0xC00), 2);  // the low half stood still for the write
  CU_ASSERT_EQUAL(read_csr(&b, 0xC80), 7);
  run(&b, csr_type(1, 0xB02), 100, 0);
  CU_ASSERT_EQUAL(read_csr(&b, 0xB02), 100);
  run(&b, csr_type(1, 0xB82), 3, 0);
  CU_ASSERT_EQUAL(read_csr(&b, 0xC82), 3);
  CU_ASSERT_EQUAL(read_csr(&b, 0xC02), 102);
}

// ---- interrupts and sleep ------------------------------------------------------------

static void interrupts_take_an_instructions_place(void) {
  bench b;
  make(&b);
  put(&b, 0x100, NOP);
  b.mcu.pc = 0x100;
  b.mcu.line[SYSTOLE_MCU_TIMER] = START;
  b.mcu.line[SYSTOLE_MCU_EXTERNAL] = START + 1;
  b.mcu.enabled = 0x880;
  b.mcu.mtvec = VECTOR | 1;
  systole_mcu_step(&b.mcu, START);  // MIE is clear
  CU_ASSERT_EQUAL(b.mcu.pc, 0x104);
  b.mcu.interrupts = true;
  b.mcu.enabled = 0x80;
  systole_mcu_step(&b.mcu, START + 1);
  CU_ASSERT(b.mcu.pc == VECTOR + 4 * 7 && b.mcu.mcause == 0x80000007 && b.mcu.mepc == 0x104 && b.mcu.cycle == START + 3);
  b.mcu.interrupts = true;
  b.mcu.enabled = 0x880;
  b.mcu.mtvec = VECTOR;
  systole_mcu_step(&b.mcu, START + 3);
  CU_ASSERT(b.mcu.pc == VECTOR && b.mcu.mcause == 0x8000000B && b.mcu.mtval == 0);  // the external one first
}

static void wfi_waits_for_what_is_enabled(void) {
  bench b;
  make(&b);
  put(&b, 0, WFI);
  put(&b, 4, NOP);
  b.mcu.line[SYSTOLE_MCU_EXTERNAL] = 50;
  CU_ASSERT_EQUAL(systole_mcu_run(&b.mcu, 100), SYSTOLE_MCU_ASLEEP);
  CU_ASSERT(b.mcu.asleep && b.mcu.cycle == 101 && systole_mcu_wakes(&b.mcu) == SYSTOLE_MCU_NEVER);
  make(&b);
  put(&b, 0, WFI);
  put(&b, 4, NOP);
  b.mcu.enabled = 0x80;
  b.mcu.line[SYSTOLE_MCU_TIMER] = 200;
  CU_ASSERT_EQUAL(systole_mcu_run(&b.mcu, 100), SYSTOLE_MCU_ASLEEP);
  CU_ASSERT_EQUAL(systole_mcu_wakes(&b.mcu), 200);
  CU_ASSERT_EQUAL(systole_mcu_step(&b.mcu, 199), SYSTOLE_MCU_ASLEEP);
  CU_ASSERT_EQUAL(systole_mcu_step(&b.mcu, 200), SYSTOLE_MCU_STEPPED);
  CU_ASSERT(!b.mcu.asleep && b.mcu.cycle == 201 && b.mcu.pc == 4);
  CU_ASSERT_EQUAL(systole_mcu_step(&b.mcu, 200), SYSTOLE_MCU_LATER);
}

// ---- fetching ----------------------------------------------------------------------

// A store to the `ahead`-th instruction after it, with or without FENCE.I between.
static uint32_t store_ahead(unsigned ahead, bool fenced) {
  bench b;
  make(&b);
  for (unsigned i = 0; i < 6; i++) put(&b, 4 * i, i_type(0x13, 0, 1) & ~(31u << 15));  // rd = 1
  put(&b, 0, s_type(2, 4 * ahead) & ~(31u << 15));
  if (fenced) put(&b, 4, 0x100F);
  b.mcu.x[RS2] = i_type(0x13, 0, 99) & ~(31u << 15);  // rd = 99
  for (unsigned i = 0; i <= ahead; i++) systole_mcu_step(&b.mcu, 1000);
  CU_ASSERT_EQUAL(b.fences, fenced);
  return b.mcu.x[RD];
}

static void two_instructions_are_fetched_before_a_store(void) {
  CU_ASSERT_EQUAL(store_ahead(1, false), 1);
  CU_ASSERT_EQUAL(store_ahead(2, false), 1);
  CU_ASSERT_EQUAL(store_ahead(3, false), 99);
  CU_ASSERT_EQUAL(store_ahead(2, true), 99);
}

static void fences_take_their_time(void) {
  bench b;
  make(&b);
  const uint64_t before = b.mcu.cycle;
  CU_ASSERT_EQUAL(run(&b, 0x0FF0000F, 0, 0), 1);
  CU_ASSERT(b.fences == 1 && b.at == before + 1);
  CU_ASSERT_EQUAL(run(&b, 0x0000100F, 0, 0), 2);
  CU_ASSERT_EQUAL(b.fences, 2);
}

void suite_mcu(void) {
  static const systole_test tests[] = {
      {"operations compute as C does", operations_compute_as_c_does},
      {"divisions by zero and overflow", divisions_by_zero_and_overflow},
      {"immediates are signed, 12 bits", immediates_are_signed_12_bits},
      {"x0 stays zero", x0_stays_zero},
      {"loads extend", loads_extend},
      {"stores write their bytes", stores_write_their_bytes},
      {"the bus is asked for the rest", the_bus_is_asked_for_the_rest},
      {"an access without end", an_access_without_end},
      {"branches", branches},
      {"jumps link", jumps_link},
      {"traps", traps},
      {"registers keep their legal bits", registers_keep_their_legal_bits},
      {"which registers there are", which_registers_there_are},
      {"csr operations", csr_operations},
      {"counters count", counters_count},
      {"interrupts take an instruction's place", interrupts_take_an_instructions_place},
      {"WFI waits for what is enabled", wfi_waits_for_what_is_enabled},
      {"two instructions are fetched before a store", two_instructions_are_fetched_before_a_store},
      {"fences take their time", fences_take_their_time},
      {0}};
  systole_test_suite("mcu", tests);
}
