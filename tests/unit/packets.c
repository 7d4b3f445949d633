#include "tests/unit/packets.h"

#include <string.h>

#include "tests/unit/random_lines.h"

// Odd sizes, an absent region, addresses above 4 GiB and near the end.
const packets_region packets_regions[PACKETS_REGIONS] = {
    {.base = 0x100001000, .bytes = SYSTOLE_RING_END},
    {.base = 0x100010000, .bytes = 0x8000},
    {.base = 0xFFFFFFFFFFFF0000, .bytes = 0x1000},
    {.base = 0x7FFFFF80, .bytes = 0x180},
    [8] = {.base = 0x200001000, .bytes = SYSTOLE_RING_END + 200},
    [9] = {.base = 0x200010000, .bytes = 0x8000},
    [10] = {.base = 0x300000000, .bytes = 0x1000}};

void packets_place(uint32_t *words, unsigned word, unsigned region, uint64_t offset, uint64_t bytes) {
  words += word;
  words[SYSTOLE_WORD_PLACE_offset] = (uint32_t)(offset / SYSTOLE_LIMIT_PLACE_UNIT);
  words[SYSTOLE_WORD_PLACE_bytes_lo] = (uint32_t)bytes;
  words[2] = 0;
  SYSTOLE_FIELD_PUT(words, PLACE, bytes_hi, bytes >> 32);
  SYSTOLE_FIELD_PUT(words, PLACE, region, region);
}

static void start(uint32_t *words, uint32_t opcode, uint32_t lines, uint32_t tag) {
  memset(words, 0, 4 * SYSTOLE_PACKET_WORDS);
  words[0] = opcode | lines << 8 | tag << 16;
}

static void put_program(uint32_t *words) {
  const unsigned at = SYSTOLE_WORD_RUN_segments;
  words[SYSTOLE_WORD_RUN_program_lines] = PACKETS_LINES;
  words[SYSTOLE_WORD_RUN_watchdog] = 5000;
  packets_place(words, at, 1, PACKETS_CODE, 64 * PACKETS_LINES);
  packets_place(words, at + 4 * 1, 2, 0x100, 0x200);
  packets_place(words, at + 4 * 6, 1, PACKETS_IO, PACKETS_IO_BYTES);
  packets_place(words, at + 4 * 15, 1, PACKETS_REPORT, SYSTOLE_LIMIT_REPORT_BYTES);
  words[SYSTOLE_WORD_RUN_scalars + 6] = 55;
}

// position, rows, total, its words of 16, logits, words before.
static void put_formulas(uint32_t *words) {
  static const int32_t table[6][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {1, 1, 0, 0}, {1, 1, 15, 4}, {0, 0, 0, 0}, {1, 0, 0, 4}};
  for (unsigned f = 0; f < 6; f++) {
    uint32_t *w = words + SYSTOLE_FORMULA_WORDS * f;
    w[0] = f | (uint32_t)table[f][3] << 8;
    w[SYSTOLE_WORD_FORMULA_position] = (uint32_t)table[f][0];
    w[SYSTOLE_WORD_FORMULA_rows] = (uint32_t)table[f][1];
    w[SYSTOLE_WORD_FORMULA_last] = f == 4;
    w[SYSTOLE_WORD_FORMULA_add] = (uint32_t)table[f][2];
    w[SYSTOLE_WORD_FORMULA_cap] = INT32_MAX;
  }
}

uint32_t packets_run(uint32_t *words, uint32_t tag) {
  start(words, SYSTOLE_COMMAND_RUN, SYSTOLE_LINES_RUN, tag);
  put_program(words);
  return SYSTOLE_LINES_RUN;
}

uint32_t packets_decode(uint32_t *words, uint32_t tag, uint32_t position, uint32_t steps) {
  start(words, SYSTOLE_COMMAND_DECODE, SYSTOLE_LINES_RUN + 3, tag);
  put_program(words);
  put_formulas(words + 16 * SYSTOLE_LINES_RUN);
  words[SYSTOLE_WORD_DECODE_position] = position;
  words[SYSTOLE_WORD_DECODE_steps] = steps;
  words[SYSTOLE_WORD_DECODE_formulas] = 6;
  return SYSTOLE_LINES_RUN + 3;
}

uint32_t packets_generate(uint32_t *words, uint32_t tag, uint32_t prompt, uint32_t most) {
  start(words, SYSTOLE_COMMAND_GENERATE, SYSTOLE_LINES_GENERATE + 3, tag);
  put_program(words);
  put_formulas(words + 16 * SYSTOLE_LINES_GENERATE);
  words[SYSTOLE_WORD_GENERATE_steps] = most;
  words[SYSTOLE_WORD_GENERATE_formulas] = 6;
  words[SYSTOLE_WORD_GENERATE_prefill_lines] = PACKETS_LINES;
  words[SYSTOLE_WORD_GENERATE_rows] = PACKETS_ROWS;
  words[SYSTOLE_WORD_GENERATE_prompt_count] = prompt;
  words[SYSTOLE_WORD_GENERATE_io] = 6;
  words[SYSTOLE_WORD_GENERATE_tokens] = PACKETS_TOKENS - PACKETS_IO;
  words[SYSTOLE_WORD_GENERATE_next] = PACKETS_NEXT - PACKETS_IO;
  words[SYSTOLE_WORD_GENERATE_logits] = PACKETS_LOGITS - PACKETS_IO;
  words[SYSTOLE_WORD_GENERATE_vocab] = PACKETS_VOCAB;
  packets_place(words, SYSTOLE_WORD_GENERATE_prefill, 1, PACKETS_PREFILL, 64 * PACKETS_LINES);
  if (prompt) packets_place(words, SYSTOLE_WORD_GENERATE_prompt, 1, PACKETS_PROMPT, 4 * prompt);
  return SYSTOLE_LINES_GENERATE + 3;
}

// ---- random ------------------------------------------------------------------

static uint32_t below(uint64_t *dice, uint32_t limit) { return (uint32_t)(systole_random(dice) % limit); }

static uint32_t valid(uint32_t *words, uint64_t *dice) {
  const uint32_t tag = below(dice, 65536);
  uint32_t lines = 1;
  switch (below(dice, 6)) {
    case 0: return packets_run(words, tag);
    case 1: return packets_decode(words, tag, below(dice, 100), 1 + below(dice, 3));
    case 2:
      lines = packets_generate(words, tag, below(dice, 20), 1 + below(dice, 5));
      if (below(dice, 2)) words[SYSTOLE_WORD_GENERATE_sharpness] = 1 + below(dice, 200000), words[SYSTOLE_WORD_GENERATE_top_k] = 1 + below(dice, 64);
      if (below(dice, 2)) words[SYSTOLE_WORD_GENERATE_vocab] = 1 + below(dice, 50);
      return lines;
    case 3: start(words, SYSTOLE_COMMAND_COUNTERS, 1, tag); break;
    case 4: start(words, SYSTOLE_COMMAND_SELFTEST, 1, tag); break;
    default: start(words, below(dice, 2) ? SYSTOLE_COMMAND_NOP : SYSTOLE_COMMAND_LIMIT, 1, tag); return 1;
  }
  packets_place(words, SYSTOLE_WORD_COUNTERS_place, below(dice, 4), 128 * below(dice, 4), 128);
  return 1;
}

static uint32_t edge(uint64_t *dice) {
  static const uint32_t edges[] = {0, 1, 2, 127, 128, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFF80, 0x01FFFFFF};
  return below(dice, 4) ? edges[below(dice, sizeof edges / sizeof *edges)] : (uint32_t)systole_random(dice);
}

// A number of steps that a test can wait for, whatever the change was.
static void tame(uint32_t *words) {
  const uint32_t opcode = words[0] & 0xFF;
  if (opcode != SYSTOLE_COMMAND_DECODE && opcode != SYSTOLE_COMMAND_GENERATE) return;
  if (words[SYSTOLE_WORD_DECODE_steps] <= 0x7FFFFFFF) words[SYSTOLE_WORD_DECODE_steps] %= 50;
}

uint32_t packets_random(uint32_t *words, uint64_t *dice) {
  const uint32_t kind = below(dice, 8);
  uint32_t lines = valid(words, dice);
  if (kind < 2) return lines;
  if (kind == 2) {
    lines = 1 + below(dice, SYSTOLE_LIMIT_PACKET_LINES);
    for (uint32_t w = 0; w < 16 * lines; w++) words[w] = (uint32_t)systole_random(dice);
    words[0] = (words[0] & ~0xFFFFu) | below(dice, 8) | lines << 8;
  }
  for (uint32_t n = 1 + below(dice, 3); n; n--) {
    uint32_t *w = &words[below(dice, below(dice, 2) ? 16 : 16 * lines)];
    *w = below(dice, 2) ? *w ^ 1u << below(dice, 32) : edge(dice);
  }
  tame(words);
  return lines;
}
