#include "sim/model/ld.h"

#include <stddef.h>
#include <string.h>

typedef struct {
  systole_srams *srams;
  systole_memory *memory;
  unsigned space, bus_bytes;
  uint64_t rows, words, word_bytes, pitch;
  uint64_t dst, dst_row, dst_word;
} copy;

// LDG has these fields in the same places.
static copy get_copy(const systole_line *line, unsigned bus_bytes, systole_memory *memory,
                     systole_srams *srams) {
  const unsigned space = (unsigned)SYSTOLE_GET(line, LD, space);
  return (copy){.srams = srams,
                .memory = memory,
                .space = space,
                .bus_bytes = bus_bytes,
                .rows = SYSTOLE_GET(line, LD, rows),
                .words = SYSTOLE_GET(line, LD, words),
                .word_bytes = (uint64_t)srams->dim * systole_sram_element_bytes(space),
                .pitch = SYSTOLE_GET(line, LD, pitch),
                .dst = SYSTOLE_GET(line, LD, dst),
                .dst_row = SYSTOLE_GET(line, LD, dst_row),
                .dst_word = SYSTOLE_GET(line, LD, dst_word)};
}

static void bad_beat(systole_outcome *outcome, uint64_t address) {
  if (outcome->cause != SYSTOLE_CAUSE_NONE) return;
  outcome->cause = SYSTOLE_CAUSE_AXI_READ;
  outcome->detail = (uint32_t)address;
}

// Beats without memory behind them read as zero; the first is the fault.
static void read_beats(const copy *c, uint64_t address, uint64_t bytes, uint8_t *out,
                       systole_outcome *outcome) {
  for (uint64_t done = 0; done < bytes; done += c->bus_bytes) {
    const uint64_t left = bytes - done, take = left < c->bus_bytes ? left : c->bus_bytes;
    const uint8_t *beat = systole_memory_at(c->memory, address + done, c->bus_bytes);
    if (beat == NULL) bad_beat(outcome, address + done);
    if (beat == NULL)
      memset(out + done, 0, take);
    else
      memcpy(out + done, beat, take);
  }
}

static void read_bytes(const copy *c, uint64_t address, uint64_t bytes, uint8_t *out,
                       systole_outcome *outcome) {
  const uint8_t *from = systole_memory_at(c->memory, address, bytes);
  if (from != NULL)
    memcpy(out, from, bytes);
  else
    read_beats(c, address, bytes, out, outcome);
}

static void load_row(const copy *c, uint64_t row, uint64_t address, systole_outcome *outcome) {
  const uint64_t first = c->dst + row * c->dst_row;
  outcome->bytes += c->words * c->word_bytes;
  if (c->dst_word == 1) {
    read_bytes(c, address, c->words * c->word_bytes,
               systole_sram_word(c->srams, c->space, (uint32_t)first), outcome);
    return;
  }
  for (uint64_t j = 0; j < c->words; j++)
    read_bytes(c, address + j * c->word_bytes, c->word_bytes,
               systole_sram_word(c->srams, c->space, (uint32_t)(first + j * c->dst_word)), outcome);
}

static void gather(const copy *c, uint64_t address, uint64_t index_address, uint64_t limit,
                   systole_outcome *outcome) {
  enum { MOST = 1024 };
  uint8_t list[4 * MOST];
  const uint64_t rows = c->rows < MOST ? c->rows : MOST;
  outcome->bytes += (4 * rows + c->bus_bytes - 1) / c->bus_bytes * c->bus_bytes;
  read_bytes(c, index_address, 4 * rows, list, outcome);
  if (outcome->cause != SYSTOLE_CAUSE_NONE) return;
  for (uint64_t i = 0; i < rows; i++) {
    const uint8_t *p = list + 4 * i;
    const uint32_t index = p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
    if (index >= limit) {
      if (outcome->cause == SYSTOLE_CAUSE_NONE)
        *outcome = (systole_outcome){SYSTOLE_CAUSE_INDEX, index, outcome->bytes};
      return;
    }
    load_row(c, i, address + index * c->pitch, outcome);
  }
}

systole_outcome systole_model_ld(const systole_line *line, uint64_t address,
                                 uint64_t index_address, unsigned bus_bytes,
                                 systole_memory *memory, systole_srams *srams) {
  systole_outcome outcome = {SYSTOLE_CAUSE_NONE, 0, 0};
  const copy c = get_copy(line, bus_bytes, memory, srams);
  if (c.rows == 0 || c.words == 0) return outcome;
  if ((line->word[0] & 0xFF) == SYSTOLE_OP_LDG)
    gather(&c, address, index_address, SYSTOLE_GET(line, LDG, limit), &outcome);
  else
    for (uint64_t i = 0; i < c.rows; i++) load_row(&c, i, address + i * c.pitch, &outcome);
  return outcome;
}
