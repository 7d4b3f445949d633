// Random values for fields, by what the table of the instruction set says of
// them: a field that is added there is drawn from the day it is added.
#ifndef SYSTOLE_FUZZ_VALUES_H
#define SYSTOLE_FUZZ_VALUES_H

#include "hw/configs/config.h"
#include "hw/isa/table.h"

// Bits of a random float: from 2^-7 to 2^8, halves of integers, or, if `wild`,
// often special: NaNs, infinities, subnormals, edges of integers. Most have
// `bits` bits after the leading one: products of two with 12 are often ties.
uint32_t systole_fuzz_float(uint64_t *dice, bool wild, unsigned bits);

// Bits for a number of floats: often all 23.
unsigned systole_fuzz_float_bits(uint64_t *dice);

// Words of SRAMs where something has been written.
enum { SYSTOLE_FUZZ_RECENT = 16 };
typedef struct {
  uint32_t word[SYSTOLE_FUZZ_RECENT];
  unsigned count;  // ever; the last 16 are kept
} systole_fuzz_recent;

// A value that may or may not suit. `reach`: how far numbers mostly go.
uint64_t systole_fuzz_value(const systole_config *config, const systole_isa_field *field,
                            uint64_t reach, const systole_fuzz_recent *recent, uint64_t *dice);

// Whether the instruction does nothing when this field is zero.
bool systole_fuzz_is_count(const systole_isa_field *field);

#endif
