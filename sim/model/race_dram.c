#include "sim/model/race_dram.h"

#include <stdlib.h>

enum { PAGE = 4096, GRANULE = 4, GRANULES = PAGE / GRANULE };

// The last load and the last store of each granule: position in the list plus
// one, 0 for none.
typedef struct {
  uint64_t number;
  uint32_t load[GRANULES], store[GRANULES];
} page;

// The pages that some ST writes, hashed by number.
typedef struct {
  page **slots;
  size_t size, used;  // size: power of two
} pages;

bool systole_accesses_add(systole_accesses *accesses, const systole_access *access) {
  if (accesses->count == accesses->room) {
    const size_t room = accesses->room ? 2 * accesses->room : 256;
    systole_access *list = realloc(accesses->list, room * sizeof *list);
    if (list == NULL) return false;
    accesses->list = list;
    accesses->room = room;
  }
  accesses->list[accesses->count++] = *access;
  return true;
}

void systole_accesses_free(systole_accesses *accesses) {
  free(accesses->list);
  *accesses = (systole_accesses){0};
}

static page **find(const pages *set, uint64_t number) {
  size_t at = (size_t)((number * 0x9E3779B97F4A7C15u) >> 32) & (set->size - 1);
  while (set->slots[at] != NULL && set->slots[at]->number != number)
    at = (at + 1) & (set->size - 1);
  return &set->slots[at];
}

static bool grow(pages *set) {
  pages bigger = {.size = set->size ? 2 * set->size : 64, .used = set->used};
  bigger.slots = calloc(bigger.size, sizeof *bigger.slots);
  if (bigger.slots == NULL) return false;
  for (size_t i = 0; i < set->size; i++)
    if (set->slots[i] != NULL) *find(&bigger, set->slots[i]->number) = set->slots[i];
  free(set->slots);
  *set = bigger;
  return true;
}

static bool add_page(pages *set, uint64_t number) {
  if (2 * set->used >= set->size && !grow(set)) return false;
  page **slot = find(set, number);
  if (*slot != NULL) return true;
  *slot = calloc(1, sizeof **slot);
  if (*slot == NULL) return false;
  (*slot)->number = number;
  set->used++;
  return true;
}

static bool add_written_pages(pages *set, const systole_access *access) {
  for (uint64_t i = 0; i < access->rows; i++) {
    const uint64_t first = access->address + i * access->pitch;
    const uint64_t last = first + access->row_bytes - 1;
    for (uint64_t number = first / PAGE; number <= last / PAGE; number++)
      if (!add_page(set, number)) return false;
  }
  return true;
}

static void free_pages(pages *set) {
  for (size_t i = 0; i < set->size; i++) free(set->slots[i]);
  free(set->slots);
}

typedef struct {
  const systole_accesses *accesses;
  pages written;
  systole_clash *clash;
} search;

// Marks a granule as touched by access `at`; true if it clashes with the other
// engine's last access there.
static bool mark(search *s, page *p, uint64_t granule, size_t at) {
  const systole_access *access = &s->accesses->list[at];
  const bool writes = access->engine == SYSTOLE_ENGINE_ST;
  const uint32_t other = writes ? p->load[granule] : p->store[granule];
  (writes ? p->store : p->load)[granule] = (uint32_t)at + 1;
  if (other == 0) return false;
  const systole_access *before = &s->accesses->list[other - 1];
  if (before->clock.over[before->engine] <= access->clock.over[before->engine]) return false;
  *s->clash = (systole_clash){before, access, p->number * PAGE + granule * GRANULE};
  return true;
}

static bool mark_range(search *s, uint64_t first, uint64_t last, size_t at) {
  for (uint64_t number = first / PAGE; number <= last / PAGE; number++) {
    page *p = *find(&s->written, number);
    if (p == NULL) continue;
    const uint64_t from = number == first / PAGE ? first % PAGE / GRANULE : 0;
    const uint64_t to = number == last / PAGE ? last % PAGE / GRANULE : GRANULES - 1;
    for (uint64_t granule = from; granule <= to; granule++)
      if (mark(s, p, granule, at)) return true;
  }
  return false;
}

static bool mark_access(search *s, size_t at) {
  const systole_access *access = &s->accesses->list[at];
  for (uint64_t i = 0; i < access->rows; i++) {
    const uint64_t first = access->address + i * access->pitch;
    if (mark_range(s, first, first + access->row_bytes - 1, at)) return true;
  }
  return false;
}

int systole_accesses_clash(const systole_accesses *accesses, systole_clash *clash) {
  search s = {.accesses = accesses, .clash = clash};
  int result = 0;
  for (size_t at = 0; at < accesses->count && result == 0; at++)
    if (accesses->list[at].engine == SYSTOLE_ENGINE_ST &&
        !add_written_pages(&s.written, &accesses->list[at]))
      result = -1;
  if (s.written.size != 0)
    for (size_t at = 0; at < accesses->count && result == 0; at++)
      if (mark_access(&s, at)) result = 1;
  free_pages(&s.written);
  return result;
}
