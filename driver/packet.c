#include "driver/packet.h"

#include <math.h>
#include <string.h>

static void put_lines(systole_packet *packet) {
  packet->words[0] &= ~(0xFFu << SYSTOLE_LSB_ANY_lines);
  SYSTOLE_FIELD_PUT(packet->words, ANY, lines, packet->lines);
}

void systole_packet_start(systole_packet *packet, systole_command_code command, uint32_t tag) {
  memset(packet, 0, sizeof *packet);
  packet->lines = command == SYSTOLE_COMMAND_GENERATE                                       ? SYSTOLE_LINES_GENERATE
                  : command == SYSTOLE_COMMAND_RUN || command == SYSTOLE_COMMAND_DECODE ? SYSTOLE_LINES_RUN
                                                                                            : 1;
  SYSTOLE_FIELD_PUT(packet->words, ANY, opcode, command);
  SYSTOLE_FIELD_PUT(packet->words, ANY, tag, tag);
  put_lines(packet);
}

void systole_packet_place(systole_packet *packet, unsigned word, const systole_packet_origin *origin,
                          void *memory, uint64_t offset, uint64_t bytes) {
  uint32_t *w = packet->words + word;
  const uint64_t from = origin->controller->address(memory) + offset - origin->base;
  SYSTOLE_FIELD_PUT(w, PLACE, offset, from / SYSTOLE_LIMIT_PLACE_UNIT);
  SYSTOLE_FIELD_PUT(w, PLACE, bytes_lo, bytes);
  SYSTOLE_FIELD_PUT(w, PLACE, bytes_hi, bytes >> 32);
  SYSTOLE_FIELD_PUT(w, PLACE, region, origin->region);
}

void systole_packet_program(systole_packet *packet, const systole_packet_origin *origin,
                            const systole_transport_job *job) {
  uint32_t *w = packet->words;
  SYSTOLE_FIELD_PUT(w, RUN, program_lines, job->lines);
  SYSTOLE_FIELD_PUT(w, RUN, watchdog, job->watchdog);
  memcpy(w + SYSTOLE_WORD_RUN_scalars, job->scalars, sizeof job->scalars);
  for (unsigned s = 0; s < SYSTOLE_STATUS_SEGMENT; s++)
    if (job->segments[s].memory)
      systole_packet_place(packet, SYSTOLE_WORD_RUN_segments + SYSTOLE_PLACE_WORDS * s, origin,
                           job->segments[s].memory, 0, job->segments[s].bytes);
}

static void put_formula(uint32_t *w, const systole_formula *f) {
  SYSTOLE_FIELD_PUT(w, FORMULA, scalar, f->scalar);
  SYSTOLE_FIELD_PUT(w, FORMULA, shift, f->shift);
  SYSTOLE_FIELD_PUT(w, FORMULA, position, f->position);
  SYSTOLE_FIELD_PUT(w, FORMULA, rows, f->rows);
  SYSTOLE_FIELD_PUT(w, FORMULA, last, f->last);
  SYSTOLE_FIELD_PUT(w, FORMULA, add, f->add);
  SYSTOLE_FIELD_PUT(w, FORMULA, low, f->low);
  SYSTOLE_FIELD_PUT(w, FORMULA, cap, f->cap);
}

void systole_packet_formulas(systole_packet *packet, const systole_program *program) {
  uint32_t *w = packet->words, first = 16 * packet->lines;
  for (uint32_t f = 0; f < program->formula_count; f++)
    put_formula(w + first + SYSTOLE_FORMULA_WORDS * f, &program->formulas[f]);
  SYSTOLE_FIELD_PUT(w, DECODE, formulas, program->formula_count);
  packet->lines += (program->formula_count + 1) / 2;
  put_lines(packet);
}

uint32_t systole_sharpness(double temperature) {
  if (!(temperature > 0)) return 0;
  const double value = 65536 / temperature;
  return value >= UINT32_MAX ? UINT32_MAX : value < 1 ? 1 : (uint32_t)lrint(value);
}

void systole_packet_text(systole_packet *packet, const systole_text *text) {
  uint32_t *w = packet->words;
  SYSTOLE_FIELD_PUT(w, GENERATE, position, text->position);
  SYSTOLE_FIELD_PUT(w, GENERATE, steps, text->most);
  SYSTOLE_FIELD_PUT(w, GENERATE, rows, text->rows);
  SYSTOLE_FIELD_PUT(w, GENERATE, prompt_count, text->prompt_count);
  SYSTOLE_FIELD_PUT(w, GENERATE, io, text->io);
  SYSTOLE_FIELD_PUT(w, GENERATE, tokens, text->tokens);
  SYSTOLE_FIELD_PUT(w, GENERATE, next, text->next);
  SYSTOLE_FIELD_PUT(w, GENERATE, logits, text->logits);
  SYSTOLE_FIELD_PUT(w, GENERATE, vocab, text->vocab);
  SYSTOLE_FIELD_PUT(w, GENERATE, sharpness, systole_sharpness(text->temperature));
  SYSTOLE_FIELD_PUT(w, GENERATE, top_k, text->temperature > 0 ? text->top_k : 0);
  SYSTOLE_FIELD_PUT(w, GENERATE, seed_lo, text->seed);
  SYSTOLE_FIELD_PUT(w, GENERATE, seed_hi, text->seed >> 32);
  SYSTOLE_FIELD_PUT(w, GENERATE, end_count, text->end_count);
  for (uint32_t i = 0; i < text->end_count; i++)
    w[SYSTOLE_WORD_GENERATE_end_tokens + i] = (uint32_t)text->ends[i];
}

const char *systole_outcome_text(uint32_t outcome) {
  switch (outcome) {
#define OUTCOME(name, code, text) \
  case code: return #name ": " text;
#include "hw/isa/commands.def"
  }
  return "an unknown outcome";
}
