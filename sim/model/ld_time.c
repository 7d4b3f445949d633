#include "sim/model/ld_time.h"

#include "sim/model/sram.h"

void systole_ld_time_open(systole_ld_time *ld, const systole_config *config,
                          systole_memory *memory) {
  ld->bus_bytes = config->bus_bytes;
  ld->bus_shift = 0;
  while (1u << ld->bus_shift < config->bus_bytes) ld->bus_shift++;
  ld->dim = config->dim;
  ld->memory = memory;
  ld->stage = SYSTOLE_LD_IDLE;
  ld->request = SYSTOLE_NEVER;
  ld->ready = ld->starts = ld->ends = ld->last_done = 0;
  ld->flights = ld->landed = ld->last_beat = 0;
  ld->list_taken = ld->landing = false;
  for (unsigned i = 0; i < SYSTOLE_LD_FLIGHTS; i++) ld->flight_end[i] = SYSTOLE_NEVER;
}

static systole_ld_started *newest(systole_ld_time *ld) {
  return &ld->started[(ld->starts - 1) % SYSTOLE_LD_STARTED];
}

// The oldest flight whose end was not known ends in this cycle.
static void land_flight(systole_ld_time *ld, uint64_t last_cycle) {
  ld->flight_end[ld->landed++ % SYSTOLE_LD_FLIGHTS] = last_cycle;
}

// ---- Gathers

// A beat of the list that memory does not have is an error. Time alone may run
// without the list: then all indices are 0.
static void read_list(systole_ld_time *ld) {
  const uint64_t bytes = 4 * ld->rows, bus = ld->bus_bytes;
  ld->list_error = false;
  for (uint64_t at = 0; at < bytes; at += bus)
    if (systole_memory_at(ld->memory, ld->index_address + at, bus) == NULL) ld->list_error = true;
  for (uint64_t i = 0; i < ld->rows; i++) {
    const uint8_t *p = systole_memory_at(ld->memory, ld->index_address + 4 * i, 4);
    ld->indices[i] = p == NULL ? 0 : p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
  }
}

static void close_gather(systole_ld_time *ld, uint64_t begin) {
  ld->stage = SYSTOLE_LD_CLOSE;
  ld->close = begin;
  ld->request = SYSTOLE_NEVER;
}

// All beats have come or are known to come: the end is known.
static void finish_gather(systole_ld_time *ld) {
  const uint64_t done = systole_later(ld->close, ld->last_beat + 1) + 1;
  newest(ld)->done = ld->ready = ld->last_done = done;
  land_flight(ld, done - 1);
  ld->stage = SYSTOLE_LD_IDLE;
}

// A row begins: its index is read and judged, or there is none left.
static void begin_row(systole_ld_time *ld, uint64_t cycle) {
  if (ld->row == ld->rows) {
    close_gather(ld, cycle);
  } else if (ld->indices[ld->row] >= ld->limit) {
    newest(ld)->bad_index = true;
    newest(ld)->index = ld->indices[ld->row];
    close_gather(ld, cycle + 3);
  } else {
    ld->stage = SYSTOLE_LD_ROWS;
    ld->address = ld->base + ld->indices[ld->row++] * ld->pitch;
    ld->left = ld->row_beats;
    ld->request = cycle + 4;
  }
}

static void begin_list(systole_ld_time *ld, uint64_t alone) {
  ld->stage = SYSTOLE_LD_LIST;
  ld->address = ld->index_address;
  ld->left = (4 * ld->rows + ld->bus_bytes - 1) >> ld->bus_shift;
  ld->request = alone + 1;
}

// ---- Starts

static void start_gather(systole_ld_time *ld, const systole_instruction *in, uint64_t now) {
  ld->limit = SYSTOLE_GET(&in->line, LDG, limit);
  ld->index_address = in->index_address;
  ld->list_taken = false;
  ld->row = 0;
  read_list(ld);
  if (ld->flights == 1) {
    begin_list(ld, now + 2);
  } else if (ld->landed == ld->flights - 1) {
    const uint64_t before = ld->flight_end[(ld->landed - 1) % SYSTOLE_LD_FLIGHTS];
    begin_list(ld, systole_later(now + 1, before) + 1);
  } else {
    ld->stage = SYSTOLE_LD_ALONE;
  }
}

static void start_copy(systole_ld_time *ld, const systole_instruction *in, uint64_t now) {
  const unsigned space = (unsigned)SYSTOLE_GET(&in->line, LD, space);
  const uint64_t bytes =
      SYSTOLE_GET(&in->line, LD, words) * ld->dim * systole_sram_element_bytes(space);
  ld->rows = SYSTOLE_GET(&in->line, LD, rows);
  ld->pitch = SYSTOLE_GET(&in->line, LD, pitch);
  ld->base = in->address;
  ld->row_beats = bytes >> ld->bus_shift;
  ld->flight_end[ld->flights++ % SYSTOLE_LD_FLIGHTS] = SYSTOLE_NEVER;
  ld->ready = SYSTOLE_NEVER;
  if (in->opcode == SYSTOLE_OP_LDG) {
    start_gather(ld, in, now);
    return;
  }
  if (ld->pitch == bytes) {
    ld->row_beats *= ld->rows;
    ld->rows = 1;
  }
  ld->stage = SYSTOLE_LD_RUNS;
  ld->address = ld->base;
  ld->left = ld->row_beats;
  ld->row = 1;
  ld->request = now + 3;
}

// A no-op ends after all that started before it.
static void end_noop(systole_ld_time *ld, systole_ld_started *noop) {
  if (ld->last_done == SYSTOLE_NEVER) return;
  noop->done = ld->ready = ld->last_done = systole_later(noop->start, ld->last_done) + 1;
}

void systole_ld_time_start(systole_ld_time *ld, const systole_instruction *in, uint64_t now) {
  systole_ld_started *started = &ld->started[ld->starts++ % SYSTOLE_LD_STARTED];
  *started = (systole_ld_started){.start = now, .done = SYSTOLE_NEVER, .noop = in->noop};
  if (in->noop) {
    ld->ready = SYSTOLE_NEVER;
    end_noop(ld, started);
  } else {
    start_copy(ld, in, now);
    ld->last_done = SYSTOLE_NEVER;
  }
}

// ---- Bursts

bool systole_ld_time_end_run(systole_ld_time *ld, uint64_t now) {
  if (ld->stage == SYSTOLE_LD_LIST) {
    ld->list_taken = true;
    ld->request = SYSTOLE_NEVER;
  } else if (ld->stage == SYSTOLE_LD_ROWS) {
    begin_row(ld, now + 1);
  } else if (ld->row < ld->rows) {
    ld->address = ld->base + ld->row++ * ld->pitch;
    ld->left = ld->row_beats;
  } else {
    ld->stage = SYSTOLE_LD_IDLE;
    ld->request = SYSTOLE_NEVER;
    ld->ready = now + 1;
    ld->landing = true;
  }
  return ld->request == SYSTOLE_NEVER;
}

// The last burst of an LD is answered up to a known cycle: what waits for that
// moves on. Only the newest can wait: a no-op or a gather lets nothing start.
static void land(systole_ld_time *ld) {
  uint64_t i = ld->ends;
  while (ld->started[i % SYSTOLE_LD_STARTED].done != SYSTOLE_NEVER) i++;
  ld->started[i % SYSTOLE_LD_STARTED].done = ld->last_beat + 1;
  ld->landing = false;
  land_flight(ld, ld->last_beat);
  if (ld->stage == SYSTOLE_LD_ALONE) {
    begin_list(ld, systole_later(newest(ld)->start + 1, ld->last_beat) + 1);
  } else if (ld->landed == ld->flights) {
    ld->last_done = ld->last_beat + 1;
    if (newest(ld)->noop) end_noop(ld, newest(ld));
  }
}

bool systole_ld_time_answered(systole_ld_time *ld, uint64_t last) {
  const uint64_t landed = ld->landed;
  if (ld->landing) {
    land(ld);
  } else if (ld->stage == SYSTOLE_LD_CLOSE) {
    finish_gather(ld);
  } else if (ld->stage == SYSTOLE_LD_LIST && ld->list_taken) {
    if (ld->list_error) close_gather(ld, last + 2);
    else begin_row(ld, last + 2);
    if (ld->stage == SYSTOLE_LD_CLOSE) finish_gather(ld);
  }
  return ld->landed != landed;
}
