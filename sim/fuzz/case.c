#include "sim/fuzz/case.h"

#include <stdlib.h>
#include <string.h>

#include "sim/dram/memory.h"

systole_job systole_fuzz_job(const systole_fuzz_case *c) {
  systole_job job = {.lines = c->line_count, .watchdog = c->watchdog, .max_cycles = c->max_cycles};
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++) {
    job.segments[s].base = c->segments[s].base;
    job.segments[s].limit = c->segments[s].limit;
  }
  memcpy(job.scalars, c->scalars, sizeof job.scalars);
  return job;
}

// Maps [from, to) of a segment and fills it.
static systole_status map_part(const systole_fuzz_segment *s, uint64_t from, uint64_t to,
                               systole_memory *memory, systole_error *err) {
  if (from >= to) return SYSTOLE_OK;
  const systole_status status = systole_memory_map(memory, s->base + from, to - from, err);
  if (status != SYSTOLE_OK || s->bytes == NULL || from >= s->kept) return status;
  const uint64_t end = to < s->kept ? to : s->kept;
  memcpy(systole_memory_at(memory, s->base + from, to - from), s->bytes + from, end - from);
  return SYSTOLE_OK;
}

// Maps a segment without its hole.
static systole_status map_segment(const systole_fuzz_case *c, unsigned number, uint64_t size,
                                  systole_memory *memory, systole_error *err) {
  const systole_fuzz_segment *s = &c->segments[number];
  const bool cut = c->hole.bytes != 0 && c->hole.segment == number;
  const uint64_t from = cut ? c->hole.offset : size, to = cut ? from + c->hole.bytes : size;
  systole_status status = map_part(s, 0, from, memory, err);
  if (status == SYSTOLE_OK) status = map_part(s, to, size, memory, err);
  return status;
}

static void put_line(const systole_line *line, uint8_t *to) {
  for (unsigned b = 0; b < SYSTOLE_LINE_BYTES; b++)
    to[b] = (uint8_t)(line->word[b / 4] >> 8 * (b % 4));
}

static systole_status map_program(const systole_fuzz_case *c, systole_memory *memory,
                                  systole_error *err) {
  const uint64_t base = c->segments[SYSTOLE_PROGRAM_SEGMENT].base;
  const systole_status status = map_segment(c, SYSTOLE_PROGRAM_SEGMENT, SYSTOLE_FUZZ_PROGRAM,
                                            memory, err);
  for (uint32_t l = 0; status == SYSTOLE_OK && l < c->line_count; l++) {
    uint8_t *to = systole_memory_at(memory, base + l * SYSTOLE_LINE_BYTES, SYSTOLE_LINE_BYTES);
    if (to != NULL) put_line(&c->lines[l], to);
  }
  return status;
}

systole_status systole_fuzz_memory(const systole_fuzz_case *c, systole_memory **memory,
                                   systole_error *err) {
  systole_status status = systole_memory_create(memory, err);
  if (status != SYSTOLE_OK) return status;
  status = map_program(c, *memory, err);
  for (unsigned s = 1; s < SYSTOLE_SEGMENTS && status == SYSTOLE_OK; s++)
    if (c->segments[s].bytes != NULL)
      status = map_segment(c, s, c->segments[s].size, *memory, err);
  if (status != SYSTOLE_OK) {
    systole_memory_destroy(*memory);
    *memory = NULL;
  }
  return status;
}

void systole_fuzz_drop(systole_fuzz_case *c, unsigned first, unsigned count) {
  memmove(c->items + first, c->items + first + count,
          (c->item_count - first - count) * sizeof *c->items);
  c->item_count -= count;
}

void systole_fuzz_case_free(systole_fuzz_case *c) {
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++) {
    free((void *)(uintptr_t)c->segments[s].bytes);
    c->segments[s].bytes = NULL;
  }
}
