// The bytes behind the memory bus: regions at chosen addresses with gaps
// between them. An access outside every region is what an AXI slave answers
// with an error.
#ifndef SYSTOLE_MEMORY_H
#define SYSTOLE_MEMORY_H

#include <stdint.h>

#include "hw/base/status.h"

typedef struct systole_memory systole_memory;

systole_status systole_memory_create(systole_memory **memory, systole_error *err);
void systole_memory_destroy(systole_memory *memory);

// Adds a zeroed region [base, base + bytes), which must not overlap another.
systole_status systole_memory_map(systole_memory *memory, uint64_t base, uint64_t bytes,
                                  systole_error *err);
// The same with bytes of the caller's, which have to stay until it is unmapped.
systole_status systole_memory_lend(systole_memory *memory, uint64_t base, uint64_t bytes, uint8_t *data,
                                   systole_error *err);
systole_status systole_memory_unmap(systole_memory *memory, uint64_t base, systole_error *err);

// Where [address, address + bytes) lies on the host, or NULL if it is not
// wholly inside one region. Remembers the last region, so runs of accesses
// to neighbours are quick.
uint8_t *systole_memory_at(systole_memory *memory, uint64_t address, uint64_t bytes);

#endif
