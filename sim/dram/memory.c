#include "sim/dram/memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint64_t base, bytes;
  uint8_t *data;
  bool lent;
} region;

struct systole_memory {
  region *regions;  // by rising base
  size_t count, room;
  size_t last;  // the region of the last access, or any index
};

systole_status systole_memory_create(systole_memory **memory, systole_error *err) {
  *memory = calloc(1, sizeof **memory);
  if (!*memory) return systole_fail(err, SYSTOLE_E_MEMORY, "memory: no room for its table");
  return SYSTOLE_OK;
}

void systole_memory_destroy(systole_memory *memory) {
  if (!memory) return;
  for (size_t i = 0; i < memory->count; i++)
    if (!memory->regions[i].lent) free(memory->regions[i].data);
  free(memory->regions);
  free(memory);
}

// How many regions begin at or below the address: the only one that can hold
// it is the last of them.
static size_t regions_up_to(const systole_memory *memory, uint64_t address) {
  size_t low = 0, high = memory->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (memory->regions[middle].base <= address)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// Where in the table the region belongs, which has room for it afterwards.
static systole_status make_room(systole_memory *memory, uint64_t base, uint64_t bytes, size_t *place,
                                systole_error *err) {
  if (bytes == 0 || bytes > SIZE_MAX || base + (bytes - 1) < base)
    return systole_fail(err, SYSTOLE_E_USAGE,
                        "memory: a region of %" PRIu64 " bytes at 0x%" PRIx64
                        " is empty or leaves the address space",
                        bytes, base);
  size_t at = regions_up_to(memory, base);
  const region *below = at > 0 ? &memory->regions[at - 1] : NULL;
  const region *above = at < memory->count ? &memory->regions[at] : NULL;
  const region *hit = NULL;
  if (below && base - below->base < below->bytes) hit = below;
  if (above && above->base - base < bytes) hit = above;
  if (hit)
    return systole_fail(err, SYSTOLE_E_USAGE,
                        "memory: %" PRIu64 " bytes at 0x%" PRIx64 " overlap the region of %" PRIu64
                        " bytes at 0x%" PRIx64,
                        bytes, base, hit->bytes, hit->base);
  if (memory->count == memory->room) {
    size_t room = memory->room ? 2 * memory->room : 8;
    region *grown = realloc(memory->regions, room * sizeof *grown);
    if (!grown) return systole_fail(err, SYSTOLE_E_MEMORY, "memory: no room for %zu regions", room);
    memory->regions = grown;
    memory->room = room;
  }
  *place = at;
  return SYSTOLE_OK;
}

static void insert(systole_memory *memory, size_t at, region new) {
  memmove(memory->regions + at + 1, memory->regions + at,
          (memory->count - at) * sizeof *memory->regions);
  memory->regions[at] = new;
  memory->count++;
}

systole_status systole_memory_map(systole_memory *memory, uint64_t base, uint64_t bytes,
                                  systole_error *err) {
  size_t at;
  systole_status status = make_room(memory, base, bytes, &at, err);
  if (status) return status;
  uint8_t *data = calloc((size_t)bytes, 1);
  if (!data)
    return systole_fail(err, SYSTOLE_E_MEMORY, "memory: the host has no %" PRIu64 " bytes", bytes);
  insert(memory, at, (region){base, bytes, data, false});
  return SYSTOLE_OK;
}

systole_status systole_memory_lend(systole_memory *memory, uint64_t base, uint64_t bytes, uint8_t *data,
                                   systole_error *err) {
  size_t at;
  systole_status status = make_room(memory, base, bytes, &at, err);
  if (!status) insert(memory, at, (region){base, bytes, data, true});
  return status;
}

systole_status systole_memory_unmap(systole_memory *memory, uint64_t base, systole_error *err) {
  size_t at = regions_up_to(memory, base);
  if (at == 0 || memory->regions[at - 1].base != base)
    return systole_fail(err, SYSTOLE_E_USAGE, "memory: no region begins at 0x%" PRIx64, base);
  at--;
  if (!memory->regions[at].lent) free(memory->regions[at].data);
  memmove(memory->regions + at, memory->regions + at + 1,
          (memory->count - at - 1) * sizeof *memory->regions);
  memory->count--;
  return SYSTOLE_OK;
}

uint8_t *systole_memory_at(systole_memory *memory, uint64_t address, uint64_t bytes) {
  size_t at = memory->last;
  if (at >= memory->count || address < memory->regions[at].base ||
      address - memory->regions[at].base >= memory->regions[at].bytes) {
    at = regions_up_to(memory, address);
    if (at == 0) return NULL;
    memory->last = --at;
  }
  const region *r = &memory->regions[at];
  uint64_t skip = address - r->base;
  if (skip > r->bytes || r->bytes - skip < bytes) return NULL;
  return r->data + skip;
}
