// Random memories for the controller's core: instructions of every kind, legal
// and not, over data, with a handler of traps that goes on after whatever failed.
// What comes of them is defined to the last bit, so two cores can be compared.
#ifndef SYSTOLE_FUZZ_MCU_H
#define SYSTOLE_FUZZ_MCU_H

#include <stdint.h>

// The whole of a TCM of that size, which begins at address 0.
enum { SYSTOLE_FUZZ_MCU_BYTES = 16384 };
void systole_fuzz_mcu(uint64_t seed, uint8_t tcm[SYSTOLE_FUZZ_MCU_BYTES]);

#endif
