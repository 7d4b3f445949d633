#include "sim/model/sequencer.h"

#include <stddef.h>
#include <string.h>

#include "sim/model/resolve.h"

typedef struct {
  uint64_t body;  // line after LOOP
  uint32_t count;
  unsigned counter;  // scalar
} loop;

// Of the register SEQ_STATE.
enum { FETCHING = 1, RESOLVING = 2, DISPATCHING = 3, DRAINING = 4 };

typedef struct {
  const systole_job *job;
  systole_engines *engines;
  int32_t scalars[SYSTOLE_SCALARS];
  loop loops[SYSTOLE_LOOP_DEPTH];
  unsigned depth;
  uint64_t line;   // the sequencer is at
  uint64_t taken;  // lines, for the limit
  uint32_t detail;  // of a fault that fetching met
  uint32_t state;   // SEQ_STATE, should a fault come
  bool ended;       // by END
} sequencer;

// A line in pieces of a beat (or whole, if a beat is longer), as the bus sees it.
static systole_cause read_line(sequencer *s, uint64_t address, uint8_t bytes[SYSTOLE_LINE_BYTES]) {
  const unsigned bus = s->engines->config->bus_bytes;
  const unsigned piece = bus < SYSTOLE_LINE_BYTES ? bus : SYSTOLE_LINE_BYTES;
  for (unsigned at = 0; at < SYSTOLE_LINE_BYTES; at += piece) {
    const uint8_t *from = systole_memory_at(s->engines->memory, address + at, piece);
    s->detail = from == NULL ? (uint32_t)(address + at) : 0;
    if (from == NULL) return SYSTOLE_CAUSE_AXI_READ;
    memcpy(bytes + at, from, piece);
  }
  return SYSTOLE_CAUSE_NONE;
}

static systole_cause fetch_line(sequencer *s, uint64_t number, systole_line *line) {
  const uint64_t base = s->job->segments[SYSTOLE_PROGRAM_SEGMENT].base & ~127ull;
  const uint64_t offset = number * SYSTOLE_LINE_BYTES;
  uint8_t b[SYSTOLE_LINE_BYTES];
  if (number >= s->job->lines) return SYSTOLE_CAUSE_SEGMENT;
  const systole_cause cause = read_line(s, base + offset, b);
  if (cause != SYSTOLE_CAUSE_NONE) return cause;
  for (unsigned w = 0; w < 16; w++)
    line->word[w] = b[4 * w] | b[4 * w + 1] << 8 | b[4 * w + 2] << 16 | (uint32_t)b[4 * w + 3] << 24;
  s->engines->report->read_bytes += SYSTOLE_LINE_BYTES;
  s->taken++;
  return SYSTOLE_CAUSE_NONE;
}

// Fetches the instruction at s->line and its binding line, and resolves them.
static systole_cause next_instruction(sequencer *s, systole_instruction *instruction) {
  systole_line line, binding;
  s->state = FETCHING;
  systole_cause cause = fetch_line(s, s->line, &line);
  if (cause != SYSTOLE_CAUSE_NONE) return cause;
  const bool legal = systole_resolve_legal(&line, NULL) == SYSTOLE_CAUSE_NONE;
  if (legal && systole_line_get(&line, SYSTOLE_LSB_bound, SYSTOLE_WIDTH_bound)) {
    cause = fetch_line(s, s->line + 1, &binding);
    if (cause != SYSTOLE_CAUSE_NONE) return cause;
  }
  s->state = RESOLVING;
  if (!legal) return SYSTOLE_CAUSE_ILLEGAL;
  cause = systole_resolve(s->engines->config, s->job, s->scalars, &line, &binding,
                          (uint32_t)s->line, instruction);
  if (instruction->checked && instruction->engine != SYSTOLE_ENGINE_SEQ) s->state = DISPATCHING;
  return cause;
}

static systole_cause open_loop(sequencer *s, const systole_instruction *instruction) {
  const uint32_t count = (uint32_t)SYSTOLE_GET(&instruction->line, LOOP, count);
  const uint64_t lines = SYSTOLE_GET(&instruction->line, LOOP, lines);
  const unsigned counter = (unsigned)SYSTOLE_GET(&instruction->line, LOOP, counter);
  const uint64_t body = s->line + instruction->lines;
  if (s->depth == SYSTOLE_LOOP_DEPTH || body + lines > s->job->lines) return SYSTOLE_CAUSE_LOOP;
  s->scalars[counter] = 0;
  s->line = count == 0 ? body + lines : body;
  if (count > 0) s->loops[s->depth++] = (loop){body, count, counter};
  return SYSTOLE_CAUSE_NONE;
}

static systole_cause close_loop(sequencer *s, const systole_instruction *instruction) {
  if (s->depth == 0) return SYSTOLE_CAUSE_LOOP;
  const loop *inner = &s->loops[s->depth - 1];
  const uint32_t pass = (uint32_t)s->scalars[inner->counter] + 1;
  s->scalars[inner->counter] = (int32_t)pass;
  if (pass < inner->count) {
    s->line = inner->body;
  } else {
    s->line += instruction->lines;
    s->depth--;
  }
  return SYSTOLE_CAUSE_NONE;
}

// Engines have settled before: a queue that is full, or not empty at END, will
// never move again.
static systole_cause dispatch(sequencer *s, const systole_instruction *instruction) {
  if (!systole_engines_push(s->engines, instruction)) return SYSTOLE_CAUSE_WATCHDOG;
  s->line += instruction->lines;
  systole_engines_settle(s->engines);
  return SYSTOLE_CAUSE_NONE;
}

static systole_cause end(sequencer *s) {
  s->ended = true;
  s->state = DRAINING;
  return systole_engines_empty(s->engines) ? SYSTOLE_CAUSE_NONE : SYSTOLE_CAUSE_WATCHDOG;
}

static systole_cause begin(const sequencer *s) {
  const uint64_t bytes = (uint64_t)s->job->lines * SYSTOLE_LINE_BYTES;
  const bool fits = bytes <= s->job->segments[SYSTOLE_PROGRAM_SEGMENT].limit;
  return fits ? SYSTOLE_CAUSE_NONE : SYSTOLE_CAUSE_SEGMENT;
}

static systole_cause step(sequencer *s) {
  systole_instruction instruction;
  if (s->job->max_cycles != 0 && s->taken >= s->job->max_cycles) return SYSTOLE_CAUSE_ABORT;
  const systole_cause cause = next_instruction(s, &instruction);
  if (cause != SYSTOLE_CAUSE_NONE) return cause;
  switch (instruction.opcode) {
    case SYSTOLE_OP_END: return end(s);
    case SYSTOLE_OP_LOOP: return open_loop(s, &instruction);
    case SYSTOLE_OP_ENDLOOP: return close_loop(s, &instruction);
    default: return dispatch(s, &instruction);
  }
}

void systole_sequencer_run(const systole_job *job, systole_engines *engines) {
  sequencer s = {.job = job, .engines = engines};
  systole_report *report = engines->report;
  memcpy(s.scalars, job->scalars, sizeof s.scalars);
  s.state = RESOLVING;
  if (begin(&s) != SYSTOLE_CAUSE_NONE)
    systole_report_fault(report, begin(&s), SYSTOLE_ENGINE_SEQ, 0, 0);
  while (!s.ended && report->cause == SYSTOLE_CAUSE_NONE) {
    const systole_cause cause = step(&s);
    if (cause != SYSTOLE_CAUSE_NONE)
      systole_report_fault(report, cause, SYSTOLE_ENGINE_SEQ, (uint32_t)s.line,
                           s.detail);
  }
  report->seq_index = (uint32_t)s.line;
  report->seq_state = report->cause == SYSTOLE_CAUSE_NONE ? 0 : s.state;
  systole_engines_describe(engines);
}
