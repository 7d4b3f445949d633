// What the firmware stands on: the core's local registers, the machine's
// control registers, a window to memory, and sleep. On the core these are plain
// loads and stores; elsewhere whoever links the firmware gives the functions,
// so that it can be tested as a program of the host.
#ifndef SYSTOLE_FIRMWARE_PLATFORM_H
#define SYSTOLE_FIRMWARE_PLATFORM_H

#include <stdint.h>

#include "hw/isa/isa.h"

#ifdef __riscv

static inline volatile uint32_t *fw_word(uint32_t address) {
  return (volatile uint32_t *)(uintptr_t)address;
}

static inline uint32_t fw_local_read(uint32_t offset) { return *fw_word(SYSTOLE_CORE_LOCAL + offset); }
static inline void fw_local_write(uint32_t offset, uint32_t value) {
  *fw_word(SYSTOLE_CORE_LOCAL + offset) = value;
}
static inline uint32_t fw_machine_read(uint32_t offset) { return *fw_word(SYSTOLE_CORE_MACHINE + offset); }
static inline void fw_machine_write(uint32_t offset, uint32_t value) {
  *fw_word(SYSTOLE_CORE_MACHINE + offset) = value;
}
static inline uint32_t fw_window_read(uint32_t offset) { return *fw_word(SYSTOLE_CORE_WINDOW + offset); }
static inline void fw_window_write(uint32_t offset, uint32_t value) {
  *fw_word(SYSTOLE_CORE_WINDOW + offset) = value;
}

// Forgets the line of memory that was read last: what is read next is what hosts
// have written by now.
static inline void fw_refresh(void) { __asm__ volatile("fence" ::: "memory"); }

// Until an interrupt is pending that IRQ_ENABLE or the timer lets through.
static inline void fw_sleep(void) { __asm__ volatile("wfi" ::: "memory"); }

// Accesses to memory that were answered with an error, since boot (start.S).
extern volatile uint32_t fw_bus_errors;
static inline uint32_t fw_errors(void) { return fw_bus_errors; }

#else

uint32_t fw_local_read(uint32_t offset);
void fw_local_write(uint32_t offset, uint32_t value);
uint32_t fw_machine_read(uint32_t offset);
void fw_machine_write(uint32_t offset, uint32_t value);
uint32_t fw_window_read(uint32_t offset);
void fw_window_write(uint32_t offset, uint32_t value);
void fw_refresh(void);
void fw_sleep(void);
uint32_t fw_errors(void);

#endif

// Points the window at an address; offsets then count from there, and may be
// anything below 2 GiB less 128.
typedef struct {
  uint32_t low;  // of the address, which the window's base cannot hold
} fw_view;

static inline fw_view fw_look(uint64_t address) {
  fw_local_write(SYSTOLE_CORE_REG_WINDOW_LO, (uint32_t)address & ~127u);
  fw_local_write(SYSTOLE_CORE_REG_WINDOW_HI, (uint32_t)(address >> 32));
  return (fw_view){(uint32_t)address & 127u};
}

static inline uint32_t fw_load(fw_view view, uint32_t offset) { return fw_window_read(view.low + offset); }
static inline void fw_store(fw_view view, uint32_t offset, uint32_t value) {
  fw_window_write(view.low + offset, value);
}

static inline uint64_t fw_time(void) {
  uint32_t high, low;
  do {
    high = fw_local_read(SYSTOLE_CORE_REG_MTIME_HI);
    low = fw_local_read(SYSTOLE_CORE_REG_MTIME_LO);
  } while (high != fw_local_read(SYSTOLE_CORE_REG_MTIME_HI));
  return (uint64_t)high << 32 | low;
}

// Never passes through a value that has already come.
static inline void fw_alarm(uint64_t at) {
  fw_local_write(SYSTOLE_CORE_REG_MTIMECMP_HI, 0xFFFFFFFFu);
  fw_local_write(SYSTOLE_CORE_REG_MTIMECMP_LO, (uint32_t)at);
  fw_local_write(SYSTOLE_CORE_REG_MTIMECMP_HI, (uint32_t)(at >> 32));
}

#endif
