// The core's window to memory, with the line it keeps: the times of
// systole_window.sv. An access is planned when the machine rests, and done when
// time has come to its bytes.
#ifndef SYSTOLE_MODEL_WINDOW_H
#define SYSTOLE_MODEL_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/dram/dram.h"
#include "sim/dram/memory.h"

enum { SYSTOLE_WINDOW_LINE = 64 };

typedef struct {
  systole_memory *memory;
  systole_dram *dram;  // of the core's accesses
  unsigned bus_bytes;
  uint64_t base;  // where it begins; a multiple of 128
  bool valid;     // the line in hand
  uint64_t tag;   // its address
  uint8_t line[SYSTOLE_WINDOW_LINE];
  // The access under way
  bool planned;
  uint64_t bytes;   // the cycle in which the last of its bytes pass
  uint64_t answer;  // the last of what memory says
} systole_window;

typedef struct {
  uint32_t data;
  bool error;
  uint64_t done;  // cycle of the answer to the core
} systole_window_answer;

uint64_t systole_window_address(const systole_window *window, uint32_t address);

// Whether the line in hand answers a load.
bool systole_window_hits(const systole_window *window, uint64_t address);
uint32_t systole_window_word(const systole_window *window, uint64_t address);

// An access that begins in cycle `at`: sets `bytes` and `answer`.
void systole_window_plan(systole_window *window, uint64_t at, bool write, uint64_t address);
// What was planned is done.
systole_window_answer systole_window_do(systole_window *window, bool write, uint64_t address, uint32_t data,
                                        unsigned strobes);

#endif
