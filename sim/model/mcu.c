#include "sim/model/mcu.h"

#include <string.h>

// Codes of mcause; 16 added for an interrupt.
enum { FETCH_MISALIGNED = 0, FETCH_FAULT = 1, ILLEGAL = 2, BREAKPOINT = 3, LOAD_MISALIGNED = 4, LOAD_FAULT = 5,
       STORE_MISALIGNED = 6, STORE_FAULT = 7, ECALL = 11, TIMER = 16 + 7, EXTERNAL = 16 + 11 };

// Cycles in execute, where they are more than one; a redirection adds an empty one.
enum { LOAD_CYCLES = 2, MUL_CYCLES = 2, DIV_CYCLES = 34, REDIRECT = 1 };
enum { FIRST_CYCLE = 34, EXIT_CALL = 93, WFI = 0x10500073 };

// The instruction under way.
typedef struct {
  uint32_t word;
  uint32_t a, b;  // rs1, rs2
  systole_mcu_event event;
} step;

static unsigned rd_of(uint32_t word) { return word >> 7 & 31; }
static unsigned funct3_of(uint32_t word) { return word >> 12 & 7; }
static uint32_t funct7_of(uint32_t word) { return word >> 25; }

static uint32_t extend(uint32_t value, unsigned bits) {
  const uint32_t sign = 1u << (bits - 1);
  return (value ^ sign) - sign;
}
static uint32_t imm_i(uint32_t w) { return extend(w >> 20, 12); }
static uint32_t imm_s(uint32_t w) { return extend(w >> 25 << 5 | (w >> 7 & 31), 12); }
static uint32_t imm_b(uint32_t w) {
  return extend((w >> 31) << 12 | (w >> 7 & 1) << 11 | (w >> 25 & 63) << 5 | (w >> 8 & 15) << 1, 13);
}
static uint32_t imm_j(uint32_t w) {
  return extend((w >> 31) << 20 | (w >> 12 & 255) << 12 | (w >> 20 & 1) << 11 | (w >> 21 & 1023) << 1, 21);
}

static uint32_t tcm_word(const systole_mcu *m, uint32_t address) {
  uint32_t word;
  memcpy(&word, m->tcm + address, 4);
  return word;
}

// ---- how an instruction ends -----------------------------------------------------

static void tell(const systole_mcu *m, const step *s, unsigned rd, uint32_t value, bool trap, unsigned cause) {
  const systole_mcu_retired r = {m->cycle, m->pc, s->word, rd ? value : 0, (uint8_t)rd, trap, (uint8_t)cause};
  m->retired(m->retired_user, &r);
}

// Last in cycle m->cycle, with rd written; rd 0: nothing.
static void retire(systole_mcu *m, const step *s, unsigned rd, uint32_t value) {
  if (rd) m->x[rd] = value;
  if (m->retired) tell(m, s, rd, value, false, 0);
  m->instret++;
  m->cycle++;
  m->pc += 4;
}

static void retire_to(systole_mcu *m, const step *s, unsigned rd, uint32_t value, uint32_t target) {
  retire(m, s, rd, value);
  m->cycle += REDIRECT;
  m->pc = target;
  m->stale = 0;
}

static void trap(systole_mcu *m, const step *s, unsigned cause, uint32_t value) {
  const bool interrupt = cause >= 16;
  if (m->retired) tell(m, s, 0, 0, true, cause);
  m->mepc = m->pc;
  m->mcause = (uint32_t)interrupt << 31 | (cause & 15);
  m->mtval = value;
  m->previous = m->interrupts;
  m->interrupts = false;
  m->pc = (m->mtvec & ~3u) + (interrupt && (m->mtvec & 1) ? 4 * (cause & 15) : 0);
  m->cycle += 1 + REDIRECT;
  m->stale = 0;
}

static void illegal(systole_mcu *m, const step *s) { trap(m, s, ILLEGAL, s->word); }

// ---- interrupts ------------------------------------------------------------------

static bool line_high(const systole_mcu *m, unsigned line, unsigned bit) {
  return m->line[line] <= m->cycle && (m->enabled >> bit & 1);
}

static bool interrupted(systole_mcu *m, const step *s) {
  if (!m->interrupts) return false;
  if (line_high(m, SYSTOLE_MCU_EXTERNAL, 11)) trap(m, s, EXTERNAL, 0);
  else if (line_high(m, SYSTOLE_MCU_TIMER, 7)) trap(m, s, TIMER, 0);
  else return false;
  return true;
}

uint64_t systole_mcu_wakes(const systole_mcu *m) {
  uint64_t wakes = SYSTOLE_MCU_NEVER;
  if (m->enabled >> 7 & 1) wakes = m->line[SYSTOLE_MCU_TIMER];
  if ((m->enabled >> 11 & 1) && m->line[SYSTOLE_MCU_EXTERNAL] < wakes) wakes = m->line[SYSTOLE_MCU_EXTERNAL];
  return wakes < m->cycle ? m->cycle : wakes;
}

static systole_mcu_event sleep_on(systole_mcu *m, const step *s, uint64_t limit) {
  const uint64_t wakes = systole_mcu_wakes(m);
  m->asleep = wakes > limit || wakes == SYSTOLE_MCU_NEVER;
  if (m->asleep) {
    if (limit >= m->cycle && limit != SYSTOLE_MCU_NEVER) m->cycle = limit + 1;
    return SYSTOLE_MCU_ASLEEP;
  }
  m->cycle = wakes;
  retire(m, s, 0, 0);
  return SYSTOLE_MCU_STEPPED;
}

// ---- memory ----------------------------------------------------------------------

// True if the request was answered; m->cycle is then the answer's.
static bool ask(systole_mcu *m, step *s, bool write, uint32_t address, uint32_t data, unsigned strobes,
                systole_mcu_answer *answer) {
  *answer = m->bus.access(m->bus.user, m->cycle + 1, write, address & ~3u, data, strobes);
  m->stuck = answer->done == SYSTOLE_MCU_NEVER;
  if (m->stuck) {
    m->waits_for = address;
    s->event = SYSTOLE_MCU_STUCK;
    return false;
  }
  m->cycle = answer->done;
  if (answer->error) trap(m, s, write ? STORE_FAULT : LOAD_FAULT, address);
  return !answer->error;
}

static void load(systole_mcu *m, step *s) {
  const unsigned funct3 = funct3_of(s->word), bytes = 1u << (funct3 & 3);
  const uint32_t address = s->a + imm_i(s->word);
  uint32_t word;
  if (funct3 == 3 || funct3 > 5) {
    illegal(m, s);
    return;
  }
  if (address & (bytes - 1)) {
    trap(m, s, LOAD_MISALIGNED, address);
    return;
  }
  if (address < m->tcm_bytes) {
    m->cycle += LOAD_CYCLES - 1;
    word = tcm_word(m, address & ~3u);
  } else {
    systole_mcu_answer answer;
    if (!ask(m, s, false, address, 0, ((1u << bytes) - 1) << (address & 3), &answer)) return;
    word = answer.data;
  }
  word >>= 8 * (address & 3);
  if (bytes < 4) word = funct3 & 4 ? word & ((1u << 8 * bytes) - 1) : extend(word & ((1u << 8 * bytes) - 1), 8 * bytes);
  retire(m, s, rd_of(s->word), word);
}

// The next two instructions have been fetched when a store is done.
static void keep_fetched(systole_mcu *m) {
  for (unsigned i = m->stale; i < 2; i++) {
    const uint32_t pc = m->pc + 4 + 4 * i;
    m->stale_words[i] = pc < m->tcm_bytes ? tcm_word(m, pc) : 0;
  }
  m->stale = 2;
}

static void store(systole_mcu *m, step *s) {
  const unsigned funct3 = funct3_of(s->word), bytes = 1u << (funct3 & 3);
  const uint32_t address = s->a + imm_s(s->word);
  if (funct3 > 2) {
    illegal(m, s);
    return;
  }
  if (address & (bytes - 1)) {
    trap(m, s, STORE_MISALIGNED, address);
    return;
  }
  if (address < m->tcm_bytes) {
    if ((address >> 2) - (m->pc >> 2) - 1 < 2) keep_fetched(m);
    memcpy(m->tcm + address, &s->b, bytes);
  } else {
    systole_mcu_answer answer;
    const uint32_t lanes = bytes == 4 ? s->b : bytes == 2 ? (s->b & 0xFFFF) * 0x10001u : (s->b & 0xFF) * 0x1010101u;
    if (!ask(m, s, true, address, lanes, ((1u << bytes) - 1) << (address & 3), &answer)) return;
  }
  retire(m, s, 0, 0);
}

static void fence(systole_mcu *m, const step *s) {
  if (funct3_of(s->word) > 1) {
    illegal(m, s);
    return;
  }
  if (m->bus.fence) m->bus.fence(m->bus.user, m->cycle + 1);
  if (funct3_of(s->word)) retire_to(m, s, 0, 0, m->pc + 4);
  else retire(m, s, 0, 0);
}

// ---- the rest --------------------------------------------------------------------

static void jump(systole_mcu *m, const step *s, unsigned rd, uint32_t target) {
  if (target & 2) trap(m, s, FETCH_MISALIGNED, target);
  else retire_to(m, s, rd, m->pc + 4, target);
}

static void branch(systole_mcu *m, const step *s) {
  static const unsigned char compare[8] = {0, 0, 0, 0, 2, 2, 3, 3};  // SLT and SLTU
  const unsigned funct3 = funct3_of(s->word);
  if (funct3 >> 1 == 1) {
    illegal(m, s);
    return;
  }
  const bool holds = compare[funct3] ? systole_mcu_alu(compare[funct3], false, s->a, s->b) : s->a == s->b;
  if (holds != (funct3 & 1)) jump(m, s, 0, m->pc + imm_b(s->word));
  else retire(m, s, 0, 0);
}

static void compute_imm(systole_mcu *m, const step *s) {
  const unsigned funct3 = funct3_of(s->word), funct7 = funct7_of(s->word);
  const bool other = funct3 == 5 && funct7 == 0x20;
  if ((funct3 == 1 || funct3 == 5) && funct7 && !other) illegal(m, s);
  else retire(m, s, rd_of(s->word), systole_mcu_alu(funct3, other, s->a, imm_i(s->word)));
}

static void compute(systole_mcu *m, const step *s) {
  const unsigned funct3 = funct3_of(s->word), funct7 = funct7_of(s->word);
  uint32_t value;
  if (funct7 == 1) {
    m->cycle += (funct3 & 4 ? DIV_CYCLES : MUL_CYCLES) - 1;
    value = systole_mcu_muldiv(funct3, s->a, s->b);
  } else if (funct7 == 0 || (funct7 == 0x20 && (funct3 == 0 || funct3 == 5))) {
    value = systole_mcu_alu(funct3, funct7 != 0, s->a, s->b);
  } else {
    illegal(m, s);
    return;
  }
  retire(m, s, rd_of(s->word), value);
}

static void access_csr(systole_mcu *m, const step *s) {
  const unsigned funct3 = funct3_of(s->word), number = s->word >> 20, source = s->word >> 15 & 31;
  const uint32_t operand = funct3 & 4 ? source : s->a;
  const bool write = (funct3 & 3) == 1 || source;
  uint32_t old;
  if (!systole_mcu_csr_read(m, number, &old) || (write && number >> 10 == 3)) {
    illegal(m, s);
    return;
  }
  if (write)
    systole_mcu_csr_write(m, number, (funct3 & 3) == 1 ? operand : (funct3 & 3) == 2 ? old | operand : old & ~operand);
  retire(m, s, rd_of(s->word), old);
}

static void call(systole_mcu *m, step *s) {
  if (m->exit_call && m->x[17] == EXIT_CALL) s->event = SYSTOLE_MCU_EXIT;
  trap(m, s, ECALL, 0);
}

static void return_from_trap(systole_mcu *m, const step *s) {
  m->interrupts = m->previous;
  m->previous = true;
  retire_to(m, s, 0, 0, m->mepc);
}

static void privileged(systole_mcu *m, step *s, uint64_t limit) {
  if (funct3_of(s->word) & 3) {
    access_csr(m, s);
    return;
  }
  switch (s->word) {
    case 0x00000073: call(m, s); return;
    case 0x00100073: trap(m, s, BREAKPOINT, m->pc); return;
    case 0x30200073: return_from_trap(m, s); return;
    case WFI: s->event = sleep_on(m, s, limit); return;
    default: illegal(m, s); return;
  }
}

static void execute(systole_mcu *m, step *s, uint64_t limit) {
  const uint32_t word = s->word;
  s->a = m->x[word >> 15 & 31];
  s->b = m->x[word >> 20 & 31];
  switch (word & 0x7F) {
    case 0x03: load(m, s); return;
    case 0x0F: fence(m, s); return;
    case 0x13: compute_imm(m, s); return;
    case 0x17: retire(m, s, rd_of(word), m->pc + (word & 0xFFFFF000u)); return;
    case 0x23: store(m, s); return;
    case 0x33: compute(m, s); return;
    case 0x37: retire(m, s, rd_of(word), word & 0xFFFFF000u); return;
    case 0x63: branch(m, s); return;
    case 0x67:
      if (funct3_of(word)) illegal(m, s);
      else jump(m, s, rd_of(word), (s->a + imm_i(word)) & ~1u);
      return;
    case 0x6F: jump(m, s, rd_of(word), m->pc + imm_j(word)); return;
    case 0x73: privileged(m, s, limit); return;
    default: illegal(m, s); return;
  }
}

static uint32_t fetch(systole_mcu *m) {
  if (!m->stale) return tcm_word(m, m->pc);
  const uint32_t word = m->stale_words[0];
  m->stale_words[0] = m->stale_words[1];
  m->stale--;
  return word;
}

systole_mcu_event systole_mcu_step(systole_mcu *m, uint64_t limit) {
  step s = {.event = SYSTOLE_MCU_STEPPED};
  if (m->stuck) return SYSTOLE_MCU_STUCK;
  if (m->asleep) {
    s.word = WFI;
    return sleep_on(m, &s, limit);
  }
  if (m->cycle > limit) return SYSTOLE_MCU_LATER;
  const bool outside = m->pc >= m->tcm_bytes;
  if (!outside) s.word = fetch(m);
  if (interrupted(m, &s)) return SYSTOLE_MCU_STEPPED;
  if (outside) trap(m, &s, FETCH_FAULT, m->pc);
  else execute(m, &s, limit);
  return s.event;
}

systole_mcu_event systole_mcu_run(systole_mcu *m, uint64_t limit) {
  systole_mcu_event event;
  do event = systole_mcu_step(m, limit);
  while (event == SYSTOLE_MCU_STEPPED);
  return event;
}

void systole_mcu_reset(systole_mcu *m) {
  systole_mcu fresh = {.tcm = m->tcm, .tcm_bytes = m->tcm_bytes, .bus = m->bus, .retired = m->retired,
                       .retired_user = m->retired_user, .exit_call = m->exit_call, .cycle = FIRST_CYCLE,
                       .line = {SYSTOLE_MCU_NEVER, SYSTOLE_MCU_NEVER}};
  *m = fresh;
}
