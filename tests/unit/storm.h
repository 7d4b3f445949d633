// Random packets against the firmware.
#ifndef SYSTOLE_TESTS_UNIT_STORM_H
#define SYSTOLE_TESTS_UNIT_STORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Rounds of one to three packets in queue 0, while queue 1 works. Every packet is
// answered once, in order; no access leaves what the firmware may touch; queue
// 1's memory and answers are as if it were alone. False: `text` says what was not.
bool storm(uint64_t seed, uint32_t rounds, char *text, size_t size);

#endif
