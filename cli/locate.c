#include "cli/locate.h"

#include <stdlib.h>
#include <string.h>

// ---- memory before the run ---------------------------------------------------

systole_status systole_memory_keep(const systole_program *program, systole_loaded *loaded,
                                   uint8_t *memory[SYSTOLE_SEGMENTS], systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (uint32_t i = 0; i < program->segment_count && !status; i++) {
    const systole_segment *s = &program->segments[i];
    if (s->kind == SYSTOLE_SEGMENT_CONST) continue;
    if (!memory[s->index]) memory[s->index] = malloc(s->bytes + 1);
    status = memory[s->index] ? systole_buffer_read(systole_loaded_segment(loaded, s->index), 0,
                                                    memory[s->index], s->bytes, err)
                              : systole_fail(err, SYSTOLE_E_MEMORY, "compare: out of memory");
  }
  return status;
}

void systole_memory_release(uint8_t *memory[SYSTOLE_SEGMENTS]) {
  for (int i = 0; i < SYSTOLE_SEGMENTS; i++) {
    free(memory[i]);
    memory[i] = NULL;
  }
}

static systole_status restore(const systole_repetition *r, systole_loaded *loaded,
                              systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (uint32_t i = 0; i < r->program->segment_count && !status; i++) {
    const systole_segment *s = &r->program->segments[i];
    if (s->kind != SYSTOLE_SEGMENT_CONST)
      status = systole_buffer_write(systole_loaded_segment(loaded, s->index), 0,
                                    r->memory[s->index], s->bytes, err);
  }
  return status;
}

// ---- one repetition ----------------------------------------------------------

static systole_status cut(const systole_repetition *r, systole_loaded *loaded, uint32_t line,
                          systole_error *err) {
  systole_line end = {{0}};
  systole_line_set(&end, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode, SYSTOLE_OP_END);
  return systole_buffer_write(systole_loaded_code(loaded, r->entry), (uint64_t)line * SYSTOLE_LINE_BYTES,
                              end.word, SYSTOLE_LINE_BYTES, err);
}

// A fault is part of the result, not a failure: the other side may have none.
static systole_status run(const systole_repetition *r, const systole_side *side, uint32_t line,
                          systole_report *report, systole_error *err) {
  systole_status status = restore(r, side->loaded, err);
  if (!status) status = cut(r, side->loaded, line, err);
  if (!status) status = systole_submit(side->loaded, r->entry, r->scalars, err);
  if (!status) status = systole_wait(side->device, r->limit, report, err);
  return status == SYSTOLE_E_FAULT ? SYSTOLE_OK : status;
}

static void close_sides(systole_side sides[2]) {
  for (int i = 0; i < 2; i++) {
    systole_unload(sides[i].loaded);
    systole_close(sides[i].device);
  }
}

// Runs the lines before `line` on both and compares what is left.
static systole_status repeat(const systole_repetition *r, uint32_t line, systole_difference *difference,
                             systole_error *err) {
  systole_side sides[2] = {{0}, {0}};
  systole_report reports[2];
  systole_status status = SYSTOLE_OK;
  for (int i = 0; i < 2 && !status; i++) status = r->open(r->user, i, &sides[i], err);
  for (int i = 0; i < 2 && !status; i++) status = run(r, &sides[i], line, &reports[i], err);
  if (!status) status = systole_compare_sides(sides, r->program, r->config, difference, NULL, err);
  if (!status) systole_compare_reports(&reports[0], &reports[1], difference);
  close_sides(sides);
  return status;
}

// ---- bisection ---------------------------------------------------------------

// Lines on which an instruction starts: binding lines are not among them.
static uint32_t find_starts(const systole_entry *entry, uint32_t *starts) {
  uint32_t count = 0;
  for (uint32_t line = 0; line < entry->line_count; line++) {
    starts[count++] = line;
    line += (uint32_t)systole_line_get(&entry->lines[line], SYSTOLE_LSB_bound, SYSTOLE_WIDTH_bound);
  }
  return count;
}

// After the first `high` instructions the sides differ, after `low` they agree.
static systole_status bisect(const systole_repetition *r, const uint32_t *starts, uint32_t count,
                             systole_location *location, systole_error *err) {
  systole_difference d;
  uint32_t low = 0, high = count - 1;
  systole_status status = repeat(r, starts[high], &location->difference, err);
  if (status || !location->difference.found) return status;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    status = repeat(r, starts[middle], &d, err);
    if (status) return status;
    if (d.found) high = middle, location->difference = d;
    else low = middle;
  }
  location->found = true;
  location->line = starts[high - 1];
  return SYSTOLE_OK;
}

systole_status systole_locate(const systole_repetition *repetition, systole_location *location,
                              systole_error *err) {
  const systole_entry *entry = systole_program_entry(repetition->program, repetition->entry);
  uint32_t *starts = malloc(((size_t)entry->line_count + 1) * sizeof *starts);
  memset(location, 0, sizeof *location);
  if (!starts) return systole_fail(err, SYSTOLE_E_MEMORY, "compare: out of memory");
  systole_status status = bisect(repetition, starts, find_starts(entry, starts), location, err);
  free(starts);
  return status;
}
