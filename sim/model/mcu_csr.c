#include "sim/model/mcu.h"

enum { MSTATUS = 0x300, MISA = 0x301, MIE = 0x304, MTVEC = 0x305, MSTATUSH = 0x310, MCOUNTINHIBIT = 0x320,
       MSCRATCH = 0x340, MEPC = 0x341, MCAUSE = 0x342, MTVAL = 0x343, MIP = 0x344, MCYCLE = 0xB00, MINSTRET = 0xB02,
       MCYCLEH = 0xB80, MINSTRETH = 0xB82, CYCLE = 0xC00, INSTRET = 0xC02, CYCLEH = 0xC80, INSTRETH = 0xC82,
       TSELECT = 0x7A0, TDATA3 = 0x7A3, MVENDORID = 0xF11, MCONFIGPTR = 0xF15 };

static uint32_t pending(const systole_mcu *m) {
  return (uint32_t)(m->line[SYSTOLE_MCU_TIMER] <= m->cycle) << 7 |
         (uint32_t)(m->line[SYSTOLE_MCU_EXTERNAL] <= m->cycle) << 11;
}

// The event counters that count nothing, and the registers that read 0.
static bool reads_zero(unsigned number) {
  const unsigned group = number >> 5;
  if ((group == 0x323 >> 5 || group == 0xB03 >> 5 || group == 0xB83 >> 5) && (number & 31) > 2) return true;
  return number == MSTATUSH || number == MCOUNTINHIBIT || (number >= TSELECT && number <= TDATA3) ||
         (number >= MVENDORID && number <= MCONFIGPTR);
}

bool systole_mcu_csr_read(const systole_mcu *m, unsigned number, uint32_t *value) {
  const uint64_t cycle = m->cycle + m->cycle_ahead;
  switch (number) {
    case MSTATUS: *value = 3u << 11 | (uint32_t)m->previous << 7 | (uint32_t)m->interrupts << 3; return true;
    case MISA: *value = 0x40001100; return true;
    case MIE: *value = m->enabled; return true;
    case MTVEC: *value = m->mtvec; return true;
    case MSCRATCH: *value = m->mscratch; return true;
    case MEPC: *value = m->mepc; return true;
    case MCAUSE: *value = m->mcause; return true;
    case MTVAL: *value = m->mtval; return true;
    case MIP: *value = pending(m); return true;
    case MCYCLE: case CYCLE: *value = (uint32_t)cycle; return true;
    case MCYCLEH: case CYCLEH: *value = (uint32_t)(cycle >> 32); return true;
    case MINSTRET: case INSTRET: *value = (uint32_t)m->instret; return true;
    case MINSTRETH: case INSTRETH: *value = (uint32_t)(m->instret >> 32); return true;
    default: *value = 0; return reads_zero(number);
  }
}

static uint64_t with_half(uint64_t old, bool high, uint32_t value) {
  return high ? (uint64_t)value << 32 | (uint32_t)old : (old >> 32 << 32) | value;
}

// A counter has what was written in the cycle after the write.
static void write_cycle(systole_mcu *m, bool high, uint32_t value) {
  m->cycle_ahead = with_half(m->cycle + m->cycle_ahead, high, value) - (m->cycle + 1);
}

// This instruction counts too when it retires, just after.
static void write_instret(systole_mcu *m, bool high, uint32_t value) {
  m->instret = with_half(m->instret, high, value) - 1;
}

void systole_mcu_csr_write(systole_mcu *m, unsigned number, uint32_t value) {
  switch (number) {
    case MSTATUS:
      m->interrupts = value >> 3 & 1;
      m->previous = value >> 7 & 1;
      return;
    case MIE: m->enabled = value & (1u << 11 | 1u << 7); return;
    case MTVEC: m->mtvec = value & ~2u; return;
    case MSCRATCH: m->mscratch = value; return;
    case MEPC: m->mepc = value & ~3u; return;
    case MCAUSE: m->mcause = value & 0x8000000Fu; return;
    case MTVAL: m->mtval = value; return;
    case MCYCLE: case MCYCLEH: write_cycle(m, number == MCYCLEH, value); return;
    case MINSTRET: case MINSTRETH: write_instret(m, number == MINSTRETH, value); return;
    default: return;  // the others keep what they are
  }
}
