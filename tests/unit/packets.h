// Packets for tests: valid ones for memory as packets_regions lays it out, and
// random ones.
#ifndef SYSTOLE_TESTS_UNIT_PACKETS_H
#define SYSTOLE_TESTS_UNIT_PACKETS_H

#include "hw/isa/commands.h"

enum { PACKETS_REGIONS = SYSTOLE_QUEUES * SYSTOLE_LIMIT_REGIONS };

typedef struct {
  uint64_t base, bytes;  // bytes 0: absent
} packets_region;

// In region 1 of a queue, by offset. PACKETS_NEXT, _TOKENS and _LOGITS too count
// from the region's start.
enum {
  PACKETS_CODE = 0x1000, PACKETS_PREFILL = 0x2000, PACKETS_LINES = 20, PACKETS_REPORT = 0x3000,
  PACKETS_PROMPT = 0x3800, PACKETS_IO = 0x4000, PACKETS_IO_BYTES = 0x2000, PACKETS_TOKENS = 0x4000,
  PACKETS_NEXT = 0x4200, PACKETS_LOGITS = 0x4300, PACKETS_ROWS = 8, PACKETS_VOCAB = 1000,
};

extern const packets_region packets_regions[PACKETS_REGIONS];  // those of queue 1 from 8 on

// The four words of a place.
void packets_place(uint32_t *words, unsigned word, unsigned region, uint64_t offset, uint64_t bytes);

// Each writes a packet (of at most SYSTOLE_PACKET_WORDS) and returns its lines.
uint32_t packets_run(uint32_t *words, uint32_t tag);
uint32_t packets_decode(uint32_t *words, uint32_t tag, uint32_t position, uint32_t steps);
uint32_t packets_generate(uint32_t *words, uint32_t tag, uint32_t prompt, uint32_t most);

// Valid, valid but for a few changes, or noise; at most 16 lines.
uint32_t packets_random(uint32_t *words, uint64_t *dice);

#endif
