// Is a packet good? It lies in the job's own memory, where nobody else can
// change it, and what is found here is what will be used.
#include "firmware/firmware.h"

typedef struct {
  const fw_queue *queue;
  fw_job *job;
  uint32_t *value;  // of the outcome
} checker;

// Fields of a packet that are not in a place, a formula or the scalars.
enum { FLAT_WORDS = 16, FLAT_FROM = 96, FLAT_TO = 128 };

static const struct {
  uint8_t command, word, words;
  uint32_t mask;
} fields[] = {
#define PACKET(command, name, word, lsb, width, text)                                      \
  {SYSTOLE_OF_##command, word, (width) > 32 ? (width) / 32 : 1,                            \
   (width) >= 32 ? 0xFFFFFFFFu : ((1u << ((width) & 31)) - 1) << (lsb)},
#define SYSTOLE_OF_ANY 255
#define SYSTOLE_OF_RUN SYSTOLE_COMMAND_RUN
#define SYSTOLE_OF_DECODE SYSTOLE_COMMAND_DECODE
#define SYSTOLE_OF_GENERATE SYSTOLE_COMMAND_GENERATE
#define SYSTOLE_OF_COUNTERS SYSTOLE_COMMAND_COUNTERS
#define SYSTOLE_OF_SELFTEST SYSTOLE_COMMAND_SELFTEST
#define SYSTOLE_OF_LIMIT SYSTOLE_COMMAND_LIMIT
#include "hw/isa/commands.def"
};

static systole_ending bad(const checker *c, systole_ending outcome, uint32_t value) {
  *c->value = value;
  return outcome;
}

// ---- form --------------------------------------------------------------------

static uint32_t allowed_bits(uint32_t command, uint32_t word) {
  uint32_t mask = 0;
  for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
    if ((fields[i].command == command || fields[i].command == SYSTOLE_OF_ANY) &&
        word - fields[i].word < fields[i].words)
      mask |= fields[i].mask;
  return mask;
}

// Places, scalars and formulas have checks of their own.
static systole_ending check_reserved(const checker *c, uint32_t lines) {
  for (uint32_t w = 0; w < lines * FLAT_WORDS; w++) {
    if (w >= FLAT_WORDS && w < FLAT_FROM) continue;
    if (w >= FLAT_WORDS && (w >= FLAT_TO || c->job->opcode != SYSTOLE_COMMAND_GENERATE)) break;
    uint32_t word = c->job->words[w];
    if (word && word & ~allowed_bits(c->job->opcode, w)) return bad(c, SYSTOLE_OUTCOME_RESERVED, w);
  }
  return SYSTOLE_OUTCOME_OK;
}

static systole_ending check_lines(const checker *c, uint32_t expected) {
  uint32_t lines = SYSTOLE_FIELD_GET(c->job->words, ANY, lines);
  return lines == expected ? SYSTOLE_OUTCOME_OK : bad(c, SYSTOLE_OUTCOME_LENGTH, lines);
}

// ---- places ------------------------------------------------------------------

// Whichever region shows them.
static bool meets_rings(const fw_queue *queue, uint64_t base, uint64_t bytes) {
  const uint64_t rings = queue->regions[0].base;
  return base - rings < SYSTOLE_RING_END || rings - base < bytes;
}

// The place at a word of the packet, at least `least` bytes unless that is 0.
static systole_ending take_place(const checker *c, uint32_t at, uint64_t least, fw_piece *piece) {
  const uint32_t *w = c->job->words + at;
  const fw_piece *region = &c->queue->regions[SYSTOLE_FIELD_GET(w, PLACE, region)];
  uint64_t offset = (uint64_t)w[SYSTOLE_WORD_PLACE_offset] * SYSTOLE_LIMIT_PLACE_UNIT;
  uint64_t bytes = (uint64_t)SYSTOLE_FIELD_GET(w, PLACE, bytes_hi) << 32 | w[SYSTOLE_WORD_PLACE_bytes_lo];
  if (w[2] >> (SYSTOLE_LSB_PLACE_region + SYSTOLE_WIDTH_PLACE_region) || w[3])
    return bad(c, SYSTOLE_OUTCOME_RESERVED, at + (w[3] ? 3 : 2));
  if (bytes < least || offset > region->bytes || bytes > region->bytes - offset)
    return bad(c, SYSTOLE_OUTCOME_PLACE, at);
  if (bytes && meets_rings(c->queue, region->base + offset, bytes)) return bad(c, SYSTOLE_OUTCOME_PLACE, at);
  if (!bytes && (w[0] || w[2])) return bad(c, SYSTOLE_OUTCOME_PLACE, at);
  *piece = bytes ? (fw_piece){region->base + offset, bytes} : (fw_piece){0, 0};
  return SYSTOLE_OUTCOME_OK;
}

static systole_ending take_segments(const checker *c) {
  fw_job *job = c->job;
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++) {
    uint32_t at = SYSTOLE_WORD_RUN_segments + SYSTOLE_PLACE_WORDS * s;
    systole_ending outcome = take_place(c, at, 0, &job->segments[s]);
    if (outcome) return outcome;
  }
  job->program.code = job->segments[SYSTOLE_PROGRAM_SEGMENT];
  job->report = job->segments[SYSTOLE_STATUS_SEGMENT];
  job->segments[SYSTOLE_PROGRAM_SEGMENT] = job->segments[SYSTOLE_STATUS_SEGMENT] = (fw_piece){0, 0};
  return SYSTOLE_OUTCOME_OK;
}

// ---- formulas ----------------------------------------------------------------

static systole_ending take_formulas(const checker *c, uint32_t count, uint32_t line) {
  const uint32_t first = line * FLAT_WORDS;
  if (count > SYSTOLE_LIMIT_FORMULAS) return bad(c, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_DECODE_formulas);
  systole_ending outcome = check_lines(c, line + (count + 1) / 2);
  if (outcome) return outcome;
  c->job->formulas = c->job->words + first;
  c->job->formula_count = count;
  for (uint32_t f = 0; f < 2 * ((count + 1) / 2); f++) {
    const uint32_t *w = c->job->formulas + SYSTOLE_FORMULA_WORDS * f, at = first + SYSTOLE_FORMULA_WORDS * f;
    const uint32_t known = 0xFu << SYSTOLE_LSB_FORMULA_scalar | 0x1Fu << SYSTOLE_LSB_FORMULA_shift;
    for (uint32_t i = 0; i < SYSTOLE_FORMULA_WORDS; i++)
      if (w[i] & (f == count ? ~0u : i == 0 ? ~known : i == 7 ? ~0u : 0))
        return bad(c, SYSTOLE_OUTCOME_RESERVED, at + i);
    if ((int32_t)w[SYSTOLE_WORD_FORMULA_low] > (int32_t)w[SYSTOLE_WORD_FORMULA_cap])
      return bad(c, SYSTOLE_OUTCOME_VALUE, at + SYSTOLE_WORD_FORMULA_low);
  }
  return SYSTOLE_OUTCOME_OK;
}

// ---- commands ----------------------------------------------------------------

// What RUN, DECODE and GENERATE share; `line` is the one after their own.
static systole_ending take_program(const checker *c, uint32_t count, uint32_t line) {
  fw_job *job = c->job;
  systole_ending outcome = take_formulas(c, count, line);
  if (!outcome) outcome = take_segments(c);
  if (outcome) return outcome;
  job->program.lines = job->words[SYSTOLE_WORD_RUN_program_lines];
  job->watchdog = job->words[SYSTOLE_WORD_RUN_watchdog];
  for (unsigned s = 0; s < SYSTOLE_SCALARS; s++) job->scalars[s] = (int32_t)job->words[SYSTOLE_WORD_RUN_scalars + s];
  job->wanted = 1;
  return SYSTOLE_OUTCOME_OK;
}

// Positions of all its runs fit 31 bits.
static systole_ending take_steps(const checker *c, uint32_t more) {
  fw_job *job = c->job;
  uint32_t position = job->words[SYSTOLE_WORD_DECODE_position], steps = job->words[SYSTOLE_WORD_DECODE_steps];
  if (!steps || (uint64_t)position + steps + more > INT32_MAX)
    return bad(c, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_DECODE_steps);
  job->position = (int32_t)position;
  job->wanted = steps;
  return SYSTOLE_OUTCOME_OK;
}

// A field of GENERATE that is an offset into the IO segment.
static systole_ending check_io(const checker *c, uint32_t word, uint64_t bytes) {
  const fw_piece *io = &c->job->segments[SYSTOLE_FIELD_GET(c->job->words, GENERATE, io)];
  uint32_t offset = c->job->words[word];
  if (offset % 4 || offset > io->bytes || bytes > io->bytes - offset) return bad(c, SYSTOLE_OUTCOME_VALUE, word);
  return SYSTOLE_OUTCOME_OK;
}

#define WORD(field) (c->job->words[SYSTOLE_WORD_GENERATE_##field])
#define REFUSE_IF(wrong, field) \
  if (wrong) return bad(c, SYSTOLE_OUTCOME_VALUE, SYSTOLE_WORD_GENERATE_##field)

static systole_ending check_choice(const checker *c) {
  REFUSE_IF(WORD(vocab) - 1 >= SYSTOLE_LIMIT_VOCAB, vocab);
  REFUSE_IF(WORD(sharpness) ? WORD(top_k) - 1 >= SYSTOLE_LIMIT_TOP_K : WORD(top_k) != 0, top_k);
  REFUSE_IF(WORD(end_count) > SYSTOLE_LIMIT_END_TOKENS, end_count);
  systole_ending outcome = check_io(c, SYSTOLE_WORD_GENERATE_next, 4);
  if (!outcome && WORD(sharpness)) outcome = check_io(c, SYSTOLE_WORD_GENERATE_logits, 4 * (uint64_t)WORD(vocab));
  return outcome;
}

static systole_ending take_prompt(const checker *c) {
  fw_job *job = c->job;
  uint32_t count = WORD(prompt_count), rows = WORD(rows);
  job->prompt_done = 0;
  job->prefill.lines = WORD(prefill_lines);
  systole_ending outcome = take_place(c, SYSTOLE_WORD_GENERATE_prefill, 0, &job->prefill.code);
  if (!outcome) outcome = take_place(c, SYSTOLE_WORD_GENERATE_prompt, 4 * (uint64_t)count, &job->place);
  if (outcome || !count) return outcome;
  REFUSE_IF(rows - 1 >= SYSTOLE_LIMIT_ROWS, rows);
  return check_io(c, SYSTOLE_WORD_GENERATE_tokens, 4 * (uint64_t)(rows < count ? rows : count));
}

static systole_ending take_generate(const checker *c) {
  systole_ending outcome = take_program(c, WORD(formulas), SYSTOLE_LINES_GENERATE);
  if (!outcome) outcome = take_steps(c, WORD(prompt_count));
  if (!outcome) outcome = check_choice(c);
  if (!outcome) outcome = take_prompt(c);
  c->job->random = (uint64_t)WORD(seed_hi) << 32 | WORD(seed_lo);
  return outcome;
}

static systole_ending take_decode(const checker *c) {
  systole_ending outcome = take_program(c, WORD(formulas), SYSTOLE_LINES_RUN);
  return outcome ? outcome : take_steps(c, 0);
}

static systole_ending take_one(const checker *c, uint32_t bytes) {
  systole_ending outcome = check_lines(c, 1);
  if (outcome || !bytes) return outcome;
  return take_place(c, SYSTOLE_WORD_COUNTERS_place, bytes, &c->job->place);
}

static systole_ending take_command(const checker *c) {
  switch (c->job->opcode) {
    case SYSTOLE_COMMAND_NOP: return take_one(c, 0);
    case SYSTOLE_COMMAND_LIMIT: return take_one(c, 0);
    case SYSTOLE_COMMAND_COUNTERS: return take_one(c, SYSTOLE_TOTAL_BYTES);
    case SYSTOLE_COMMAND_SELFTEST: return take_one(c, SYSTOLE_LIMIT_SCRATCH_BYTES);
    case SYSTOLE_COMMAND_RUN: return take_program(c, 0, SYSTOLE_LINES_RUN);
    case SYSTOLE_COMMAND_DECODE: return take_decode(c);
    case SYSTOLE_COMMAND_GENERATE: return take_generate(c);
    default: return bad(c, SYSTOLE_OUTCOME_UNKNOWN, c->job->opcode);
  }
}

static void clear(const checker *c) {
  fw_job *job = c->job;
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++) job->segments[s] = (fw_piece){0, 0}, job->scalars[s] = 0;
  job->report = job->place = (fw_piece){0, 0};
  job->program = job->prefill = (fw_program){{0, 0}, 0};
  job->formula_count = job->watchdog = job->steps = job->wanted = 0;
  job->position = 0;
  job->stop = SYSTOLE_OUTCOME_OK;
  job->budget = c->queue->limit ? c->queue->limit : UINT64_MAX;
  job->totals = job->prefill_totals = (fw_totals){0};
}

systole_ending fw_check(const fw_queue *queue, fw_job *job, uint32_t *value) {
  const checker c = {queue, job, value};
  clear(&c);
  systole_ending outcome = take_command(&c);
  return outcome ? outcome : check_reserved(&c, SYSTOLE_FIELD_GET(job->words, ANY, lines));
}
