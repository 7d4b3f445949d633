#include "sim/model/window.h"

#include <string.h>

enum { TO_AXI = 1, TO_DATA = 1 };  // from the request to its address; from its handshake to the data's

uint64_t systole_window_address(const systole_window *w, uint32_t address) {
  return w->base + (address & 0x7FFFFFFF);
}

bool systole_window_hits(const systole_window *w, uint64_t address) {
  return w->valid && address / SYSTOLE_WINDOW_LINE == w->tag / SYSTOLE_WINDOW_LINE;
}

uint32_t systole_window_word(const systole_window *w, uint64_t address) {
  uint32_t word;
  memcpy(&word, w->line + address % SYSTOLE_WINDOW_LINE / 4 * 4, 4);
  return word;
}

// The beats of a line, and where the first of them begins.
static unsigned line_beats(const systole_window *w) {
  return w->bus_bytes < SYSTOLE_WINDOW_LINE ? SYSTOLE_WINDOW_LINE / w->bus_bytes : 1;
}
static uint64_t line_begin(const systole_window *w, uint64_t address) {
  const uint64_t unit = w->bus_bytes < SYSTOLE_WINDOW_LINE ? SYSTOLE_WINDOW_LINE : w->bus_bytes;
  return address / unit * unit;
}

void systole_window_plan(systole_window *w, uint64_t at, bool write, uint64_t address) {
  const uint64_t origin = at + TO_AXI;  // memory's cycle 0
  systole_dram_settle(w->dram);
  if (write) {
    const uint64_t accepted = systole_dram_write_stall(w->dram);
    const uint64_t bus = w->bus_bytes;
    w->bytes = origin + accepted + TO_DATA;
    w->answer = origin + systole_dram_write(w->dram, accepted + TO_DATA, address / bus * bus, 1);
  } else {
    const uint64_t accepted = systole_dram_read_stall(w->dram);
    const unsigned beats = line_beats(w);
    w->answer = origin + systole_dram_read(w->dram, accepted, line_begin(w, address), beats) + beats - 1;
    w->bytes = w->answer;
  }
  w->valid = false;
  w->planned = true;
}

static systole_window_answer store(systole_window *w, uint64_t address, uint32_t data, unsigned strobes) {
  const uint64_t bus = w->bus_bytes;
  uint8_t *to = systole_memory_at(w->memory, address / bus * bus, bus);
  for (unsigned b = 0; to != NULL && b < 4; b++)
    if (strobes >> b & 1) to[address % bus / 4 * 4 + b] = (uint8_t)(data >> 8 * b);
  return (systole_window_answer){.error = to == NULL, .done = w->answer + 1};
}

static systole_window_answer load(systole_window *w, uint64_t address) {
  const uint64_t begin = line_begin(w, address), line = address / SYSTOLE_WINDOW_LINE * SYSTOLE_WINDOW_LINE;
  bool error = false;
  for (unsigned i = 0; i < line_beats(w); i++) {
    const uint64_t at = begin + (uint64_t)i * w->bus_bytes;
    const uint8_t *from = systole_memory_at(w->memory, at, w->bus_bytes);
    if (from == NULL) error = true;
    else if (w->bus_bytes <= SYSTOLE_WINDOW_LINE) memcpy(w->line + (at - line), from, w->bus_bytes);
    else memcpy(w->line, from + (line - at), sizeof w->line);
  }
  w->valid = !error;
  w->tag = line;
  if (error) return (systole_window_answer){.error = true, .done = w->answer + 1};
  return (systole_window_answer){.data = systole_window_word(w, address), .done = w->answer + 2};
}

systole_window_answer systole_window_do(systole_window *w, bool write, uint64_t address, uint32_t data,
                                        unsigned strobes) {
  w->planned = false;
  return write ? store(w, address, data, strobes) : load(w, address);
}
