// Random images for the controller's core: they read and write whatever it
// reaches, start a case's program, wait in all ways, abort, and take what traps
// and interrupts come of it. None ends by itself.
#ifndef SYSTOLE_FUZZ_FIRMWARE_H
#define SYSTOLE_FUZZ_FIRMWARE_H

#include "sim/fuzz/case.h"

// Memory that an image may write beside the case's segments, which it only reads.
#define SYSTOLE_FUZZ_SCRATCH UINT64_C(0x7000000000)
enum { SYSTOLE_FUZZ_SCRATCH_BYTES = 0x3000 };

enum { SYSTOLE_FUZZ_FIRMWARE_WORDS = 4096 };

// Returns how many words it has.
unsigned systole_fuzz_firmware(const systole_fuzz_case *c, uint64_t seed,
                               uint32_t image[SYSTOLE_FUZZ_FIRMWARE_WORDS]);

#endif
