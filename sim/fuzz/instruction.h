// One random instruction that the machine may be given.
#ifndef SYSTOLE_FUZZ_INSTRUCTION_H
#define SYSTOLE_FUZZ_INSTRUCTION_H

#include "sim/fuzz/case.h"
#include "sim/fuzz/places.h"
#include "sim/fuzz/values.h"

typedef struct {
  systole_fuzz_case *c;           // its configuration, segments and scalars
  systole_fuzz_places *places;
  uint64_t dice;
  uint64_t reach;                 // how far SRAM words and strides mostly go
  systole_fuzz_recent recent;
  uint64_t cycles;                // that an instruction may take, roughly
  int32_t scalars[SYSTOLE_SCALARS];  // as they may be where it stands
} systole_fuzz_maker;

// False if none was found (a table with nothing legal for this opcode).
bool systole_fuzz_make(systole_fuzz_maker *maker, unsigned opcode, systole_fuzz_item *item);

// Remembers what it writes, for those that come after it.
void systole_fuzz_remember(systole_fuzz_maker *maker, const systole_fuzz_item *item);

// Binds some of its fields to scalars so that under maker->scalars the
// instruction stays acceptable.
void systole_fuzz_bind(systole_fuzz_maker *maker, systole_fuzz_item *item);

#endif
