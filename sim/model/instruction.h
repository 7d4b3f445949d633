// An instruction as an engine receives it: bound, checked, addresses absolute.
// The functional half executes it, the timing half times it, the race checker
// orders it; none of them looks at the program again.
#ifndef SYSTOLE_MODEL_INSTRUCTION_H
#define SYSTOLE_MODEL_INSTRUCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/isa/isa.h"

enum { SYSTOLE_ENGINES = 4 };  // LD, MX, VX, ST; the sequencer is not one

typedef struct {
  systole_line line;  // bound values filled in
  uint32_t index;     // line in the program
  uint8_t opcode;
  uint8_t engine;     // SYSTOLE_ENGINE_*
  uint8_t lines;      // 1, or 2 with its binding line
  bool checked;       // legal and bound: a fault was found in what it asks for
  bool noop;          // some count is zero: touches nothing
  bool waits, raises; // whether any of these is not zero
  uint8_t wait[SYSTOLE_ENGINES];   // to take from semaphore e -> self
  uint8_t raise[SYSTOLE_ENGINES];  // to add to semaphore self -> e
  uint64_t address;        // LD, LDG, ST: absolute address of row 0
  uint64_t index_address;  // LDG: absolute address of the list of indices
  uint64_t cycles;         // MX, VX on the model: from start to end
} systole_instruction;

// What executing one instruction came to.
typedef struct {
  uint32_t cause, detail;  // CAUSE_NONE if all is well
  uint64_t bytes;          // moved to or from DRAM, as the counters count them
} systole_outcome;

#endif
