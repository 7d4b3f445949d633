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
  uint64_t wait;   // to take from semaphore e -> self, 16 bits for each engine e
  uint64_t raise;  // to add to semaphore self -> e, the same way
  uint64_t address;        // LD, LDG, ST: absolute address of row 0
  uint64_t index_address;  // LDG: absolute address of the list of indices
  uint64_t cycles;         // MX, VX on the model: from start to end
} systole_instruction;

// What `wait` or `raise` says of engine e.
static inline unsigned systole_units(uint64_t units, unsigned e) { return units >> (16 * e) & 0xFFFF; }

// What executing one instruction came to.
typedef struct {
  uint32_t cause, detail;  // CAUSE_NONE if all is well
  uint64_t bytes;          // moved to or from DRAM, as the counters count them
} systole_outcome;

#endif
