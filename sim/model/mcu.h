// The controller's core as an instruction-set simulator, exact to the cycle.
// What an instruction does and how long it takes is that of
// hw/rtl/systole_mcu_core.sv; the table of times is there.
//
// A caller steps it one instruction at a time, up to a cycle of its choice, and
// can so interleave it with whatever else has a time:
//
//   systole_mcu mcu = {.tcm = bytes, .tcm_bytes = 32768, .bus = {user, access, fence}};
//   systole_mcu_reset(&mcu);
//   while ((what = systole_mcu_step(&mcu, limit)) == SYSTOLE_MCU_STEPPED) {}
//
// Nothing here allocates or fails: every image has a meaning.
#ifndef SYSTOLE_SIM_MODEL_MCU_H
#define SYSTOLE_SIM_MODEL_MCU_H

#include <stdbool.h>
#include <stdint.h>

enum { SYSTOLE_MCU_TIMER, SYSTOLE_MCU_EXTERNAL, SYSTOLE_MCU_LINES };

// A cycle that never comes.
#define SYSTOLE_MCU_NEVER UINT64_MAX

typedef struct {
  uint32_t data;  // of a load: the word, of which the bytes in `strobes` count
  bool error;     // the access is refused and traps
  uint64_t done;  // cycle of d_done_i, `at` or later; NEVER: the core waits for ever
} systole_mcu_answer;

// What is outside the TCM.
typedef struct {
  void *user;
  // A load or store whose request is first high in cycle `at`. The address is a
  // word's, strobes its bytes (bit 0 the lowest), data the word to write. It may
  // change `line`; instructions after this one see that.
  systole_mcu_answer (*access)(void *user, uint64_t at, bool write, uint32_t address, uint32_t data, unsigned strobes);
  // FENCE or FENCE.I, whose signal is high in cycle `at`. May be NULL.
  void (*fence)(void *user, uint64_t at);
} systole_mcu_bus;

// What the retire port tells.
typedef struct {
  uint64_t cycle;  // the instruction's last one
  uint32_t pc, instr, value;
  uint8_t rd;  // 0 if none is written
  bool trap;   // it did not retire but trapped, or an interrupt took its place
  uint8_t cause;  // of a trap: code, + 16 for an interrupt
} systole_mcu_retired;

typedef struct {
  // The caller's
  uint8_t *tcm;        // at address 0
  uint32_t tcm_bytes;  // a power of two
  systole_mcu_bus bus;
  void (*retired)(void *user, const systole_mcu_retired *);  // may be NULL
  void *retired_user;
  bool exit_call;  // stop at `ecall` with 93 in a7
  // Interrupt lines: a line is high from its cycle on, NEVER while it is low. Set
  // it at any time between steps or in `access`; it must not rise in a cycle that
  // the core has passed. To lower a line in cycle C, step with limit C - 1 first.
  uint64_t line[SYSTOLE_MCU_LINES];

  // To be looked at
  uint64_t cycle;  // the first cycle of the next instruction; asleep: where it has waited to
  uint32_t pc;     // of the next instruction; asleep: of the WFI
  uint32_t x[32];
  bool asleep;     // in WFI
  bool stuck;      // an access will never end
  uint32_t waits_for;  // the address of that access

  // The registers
  uint32_t mtvec, mscratch, mepc, mcause, mtval;
  uint32_t enabled;             // mie
  bool interrupts, previous;    // MIE, MPIE
  uint64_t cycle_ahead;         // mcycle - cycle
  uint64_t instret;

  // Words fetched before a store changed them: of the next two instructions.
  unsigned stale;  // how many are left
  uint32_t stale_words[2];
} systole_mcu;

typedef enum {
  SYSTOLE_MCU_STEPPED,  // one instruction retired or trapped
  SYSTOLE_MCU_LATER,    // the next instruction begins after the limit
  SYSTOLE_MCU_ASLEEP,   // WFI waits beyond the limit; see systole_mcu_wakes
  SYSTOLE_MCU_STUCK,    // an access never ends
  SYSTOLE_MCU_EXIT      // exit_call: the ecall trapped as ever; x[10] is the code
} systole_mcu_event;

// As after rst_ni: cycle 0 is the first out of reset, pc 0, registers 0, both lines
// low. Keeps the caller's part.
void systole_mcu_reset(systole_mcu *mcu);

// One instruction, if its first cycle is not after `limit`; a WFI also ends only
// if its last cycle is not. An instruction that began in time may end after it.
systole_mcu_event systole_mcu_step(systole_mcu *mcu, uint64_t limit);

// Steps until something else than STEPPED.
systole_mcu_event systole_mcu_run(systole_mcu *mcu, uint64_t limit);

// Asleep: the cycle in which a line that is set ends the WFI, NEVER if none does.
uint64_t systole_mcu_wakes(const systole_mcu *mcu);

// How an instruction computes (mcu_compute.c): OP and OP-IMM with `other` as bit
// 30 has it, and the M extension.
uint32_t systole_mcu_alu(unsigned funct3, bool other, uint32_t a, uint32_t b);
uint32_t systole_mcu_muldiv(unsigned funct3, uint32_t a, uint32_t b);

// Control and status registers (mcu_csr.c), as seen in `mcu->cycle`. False: there is
// no such register.
bool systole_mcu_csr_read(const systole_mcu *mcu, unsigned number, uint32_t *value);
void systole_mcu_csr_write(systole_mcu *mcu, unsigned number, uint32_t value);

#endif
