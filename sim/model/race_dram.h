// Races in DRAM. Only ST writes there, so only pages that some ST writes are
// looked at closely: the accesses are kept until the program ends. Every ST row
// begins at a multiple of 4 and every load covers multiples of 4, so a granule
// of 4 bytes is exact.
#ifndef SYSTOLE_MODEL_RACE_DRAM_H
#define SYSTOLE_MODEL_RACE_DRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/model/race_clock.h"

// Rows of bytes that one instruction reads (LD) or writes (ST).
typedef struct {
  uint64_t address, pitch, rows, row_bytes;
  uint64_t base;  // of the segment, for the report
  uint32_t index;
  systole_clock clock;
  uint8_t engine, segment;
} systole_access;

typedef struct {
  systole_access *list;
  size_t count, room;
} systole_accesses;

// False if the host's memory does not suffice.
bool systole_accesses_add(systole_accesses *accesses, const systole_access *access);
void systole_accesses_free(systole_accesses *accesses);

// Two accesses of the list that race, and where.
typedef struct {
  const systole_access *first, *second;
  uint64_t address;
} systole_clash;

// 1 with a clash, 0 without, -1 without memory.
int systole_accesses_clash(const systole_accesses *accesses, systole_clash *clash);

#endif
