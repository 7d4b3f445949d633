#include "sim/model/sequencer.h"

#include <stddef.h>
#include <string.h>

#include "sim/model/resolved.h"

void systole_sequencer_open(systole_sequencer *s, const systole_job *job,
                            systole_engines *engines) {
  s->job = job;
  s->engines = engines;
  memcpy(s->scalars, job->scalars, sizeof s->scalars);
  s->depth = 0;
  s->phase = SYSTOLE_SEQ_BEGIN;
  s->since = 1;
  s->line = s->taken = s->line_cycle = s->binding_cycle = 0;
  systole_resolved_begin(engines->resolved, job);
  s->beat_bytes = engines->config->bus_bytes;
  if (s->beat_bytes < SYSTOLE_LINE_BYTES) s->beat_bytes = SYSTOLE_LINE_BYTES;
  systole_fetch_open(&s->fetch, engines->config->bus_bytes,
                     job->segments[SYSTOLE_PROGRAM_SEGMENT].base & ~127ull, job->lines);
}

void systole_sequencer_drain(systole_sequencer *s, uint64_t now) {
  s->taken = systole_sequencer_taken(s, now);
  s->line_cycle = s->binding_cycle = 0;
  s->phase = SYSTOLE_SEQ_DRAIN;
  s->rest = SYSTOLE_NEVER;
  s->since = now + 1;
}

static systole_seq_step fault(const systole_sequencer *s, systole_cause cause) {
  return (systole_seq_step){.cause = cause, .index = (uint32_t)s->line};
}

static systole_seq_step begin(systole_sequencer *s) {
  const uint64_t bytes = (uint64_t)s->job->lines * SYSTOLE_LINE_BYTES;
  if (bytes > s->job->segments[SYSTOLE_PROGRAM_SEGMENT].limit)
    return fault(s, SYSTOLE_CAUSE_SEGMENT);
  s->phase = SYSTOLE_SEQ_LINE;
  s->since++;
  return (systole_seq_step){0};
}

// ---- Lines

// The first byte of a line that memory does not have, in pieces of a beat (on a
// bus of 128 bytes a beat holds two lines).
static uint64_t first_gap(const systole_sequencer *s, uint64_t address) {
  const unsigned bus = s->engines->config->bus_bytes;
  uint64_t at = address;
  while (systole_memory_at(s->engines->memory, at - at % bus, bus) != NULL) at += bus;
  return at;
}

// The next line in cycle `cycle`; NULL if memory does not have it.
static const uint8_t *take_line(systole_sequencer *s, uint64_t cycle) {
  const uint64_t address = s->fetch.base + s->fetch.at * SYSTOLE_LINE_BYTES;
  const uint64_t lead = address & (s->beat_bytes - 1);
  const uint8_t *bytes = systole_memory_at(s->engines->memory, address - lead, s->beat_bytes);
  if (bytes == NULL) return NULL;
  systole_fetch_pop(&s->fetch, cycle);
  s->taken++;
  return bytes + lead;
}

// Multiplications that the checks of an instruction take.
static unsigned check_steps(unsigned opcode) {
  static const uint8_t steps[] = {[SYSTOLE_OP_LD] = 3, [SYSTOLE_OP_LDG] = 4, [SYSTOLE_OP_MX] = 8,
                                  [SYSTOLE_OP_VX] = 4, [SYSTOLE_OP_ST] = 2};
  return steps[opcode];
}

static void enter(systole_sequencer *s, systole_seq_phase phase, uint64_t cycle) {
  s->phase = phase;
  s->since = cycle;
}

// The line was taken in cycle `taken`, or if it is bound its binding line.
static void resolve(systole_sequencer *s, const uint8_t *binding, uint64_t taken) {
  systole_resolved *resolved = s->resolved;
  systole_resolved_complete(s->engines->resolved, s->job, s->scalars, binding, resolved);
  const uint64_t judged = taken + (binding ? resolved->binding->bound.slots + 4 : 2);
  s->cause = resolved->cause;
  s->instruction = &resolved->instruction;
  if (!s->instruction->checked) {
    enter(s, SYSTOLE_SEQ_FAULT, judged);
    return;
  }
  const unsigned opcode = s->instruction->opcode;
  if (s->instruction->engine != SYSTOLE_ENGINE_SEQ)
    enter(s, SYSTOLE_SEQ_COMMIT, judged + 1 + check_steps(opcode) + 3);
  else if (opcode == SYSTOLE_OP_LOOP)
    enter(s, SYSTOLE_SEQ_LOOP, judged + 1);
  else
    enter(s, opcode == SYSTOLE_OP_ENDLOOP ? SYSTOLE_SEQ_ENDLOOP : SYSTOLE_SEQ_END, judged + 1);
}

static bool take_first(systole_sequencer *s, uint64_t cycle) {
  const uint64_t number = s->fetch.at;
  const uint8_t *line = take_line(s, cycle);
  if (line == NULL) return false;
  s->line = number;
  s->line_cycle = cycle;
  s->binding_cycle = 0;
  s->resolved = systole_resolved_line(s->engines->resolved, line, (uint32_t)number);
  s->cause = s->resolved->form;
  if (s->cause != SYSTOLE_CAUSE_NONE) enter(s, SYSTOLE_SEQ_FAULT, cycle + 2);
  else if (s->resolved->instruction.lines == 1) resolve(s, NULL, cycle);
  else enter(s, SYSTOLE_SEQ_BINDING, cycle + SYSTOLE_SEQ_TO_BINDING);
  return true;
}

static bool take_binding(systole_sequencer *s, uint64_t cycle) {
  const uint8_t *binding = take_line(s, cycle);
  if (binding == NULL) return false;
  s->binding_cycle = cycle;
  resolve(s, binding, cycle);
  return true;
}

void systole_sequencer_go_ahead(systole_sequencer *s) {
  while (s->fetch.at < s->fetch.known) {
    const uint64_t cycle = systole_later(s->since, systole_fetch_have(&s->fetch));
    if (s->phase == SYSTOLE_SEQ_BINDING ? !take_binding(s, cycle)
                                        : s->phase != SYSTOLE_SEQ_LINE || !take_first(s, cycle))
      return;
  }
}

// The line that is waited for would have been taken, had memory had it.
static systole_seq_step miss_line(systole_sequencer *s, uint64_t now) {
  if (s->phase == SYSTOLE_SEQ_LINE) s->line = s->fetch.at;
  if (systole_sequencer_waits(s) > now) return (systole_seq_step){0};
  if (systole_fetch_at_end(&s->fetch)) return fault(s, SYSTOLE_CAUSE_SEGMENT);
  systole_seq_step step = fault(s, SYSTOLE_CAUSE_AXI_READ);
  step.detail = (uint32_t)first_gap(s, s->fetch.base + s->fetch.at * SYSTOLE_LINE_BYTES);
  return step;
}

// ---- Loops. The line after LOOP or ENDLOOP is the one that is waited for next.

static systole_seq_step open_loop(systole_sequencer *s, uint64_t now) {
  const systole_line *line = &s->instruction->line;
  const uint32_t count = (uint32_t)SYSTOLE_GET(line, LOOP, count);
  const unsigned counter = (unsigned)SYSTOLE_GET(line, LOOP, counter);
  const uint64_t body = s->fetch.at, after = body + SYSTOLE_GET(line, LOOP, lines);
  if (s->depth == SYSTOLE_LOOP_DEPTH || after > s->fetch.lines) return fault(s, SYSTOLE_CAUSE_LOOP);
  s->scalars[counter] = 0;
  if (count > 0) s->loops[s->depth++] = (systole_seq_loop){body, count, counter};
  else systole_fetch_jump(&s->fetch, after, now);
  enter(s, SYSTOLE_SEQ_LINE, now + 1);
  return (systole_seq_step){.jumped = count == 0};
}

static systole_seq_step close_loop(systole_sequencer *s, uint64_t now) {
  if (s->depth == 0) return fault(s, SYSTOLE_CAUSE_LOOP);
  const systole_seq_loop *inner = &s->loops[s->depth - 1];
  const uint32_t pass = (uint32_t)s->scalars[inner->counter] + 1;
  const systole_seq_step step = {.jumped = pass < inner->count};
  s->scalars[inner->counter] = (int32_t)pass;
  if (step.jumped) systole_fetch_jump(&s->fetch, inner->body, now);
  else s->depth--;
  enter(s, SYSTOLE_SEQ_LINE, now + 1);
  return step;
}

// ---- Dispatch and the end

// The engine, as a bit, if its queue was empty, else 0.
static unsigned push(systole_sequencer *s, uint64_t now) {
  const unsigned engine = s->instruction->engine;
  enter(s, SYSTOLE_SEQ_LINE, now + 1);
  return (unsigned)systole_engines_push(s->engines, s->instruction, now) << engine;
}

static systole_seq_step commit(systole_sequencer *s, uint64_t now) {
  if (s->cause != SYSTOLE_CAUSE_NONE) return fault(s, s->cause);
  if (systole_engines_room(s->engines, s->instruction->engine) > now) return (systole_seq_step){0};
  return (systole_seq_step){.heads = push(s, now), .pushed = true};
}

unsigned systole_sequencer_dispatch(systole_sequencer *s, uint64_t now) {
  const unsigned heads = push(s, now);
  systole_sequencer_go_ahead(s);
  return heads;
}

// The first cycle in which engines and fetch have come to rest, as far as is known.
static uint64_t at_rest(const systole_sequencer *s) {
  if (!systole_engines_still(s->engines) || !systole_engines_blocked(s->engines))
    return SYSTOLE_NEVER;
  return systole_fetch_quiet(&s->fetch);
}

uint64_t systole_sequencer_ends(const systole_sequencer *s) {
  if (s->phase == SYSTOLE_SEQ_DRAIN && s->rest != SYSTOLE_NEVER) return s->rest + 1;
  if (s->phase == SYSTOLE_SEQ_DRAIN) return at_rest(s);
  if (!systole_engines_empty(s->engines)) return SYSTOLE_NEVER;
  return at_rest(s);
}

// The cycle after the first in which all is at rest is the last.
static systole_seq_step end_draining(systole_sequencer *s, uint64_t now) {
  if (systole_sequencer_ends(s) > now) return (systole_seq_step){0};
  if (s->rest != SYSTOLE_NEVER) return (systole_seq_step){.ended = true};
  s->rest = now;
  return (systole_seq_step){0};
}

static systole_seq_step do_step(systole_sequencer *s, uint64_t now) {
  switch (s->phase) {
    case SYSTOLE_SEQ_BEGIN: return begin(s);
    case SYSTOLE_SEQ_LINE:
    case SYSTOLE_SEQ_BINDING: return miss_line(s, now);
    case SYSTOLE_SEQ_FAULT: return fault(s, s->cause);
    case SYSTOLE_SEQ_LOOP: return open_loop(s, now);
    case SYSTOLE_SEQ_ENDLOOP: return close_loop(s, now);
    case SYSTOLE_SEQ_COMMIT: return commit(s, now);
    case SYSTOLE_SEQ_DRAIN: return end_draining(s, now);
    default: return (systole_seq_step){.ended = systole_sequencer_ends(s) <= now};
  }
}

systole_seq_step systole_sequencer_step(systole_sequencer *s, uint64_t now) {
  if (now < s->since) return (systole_seq_step){0};
  const systole_seq_step step = do_step(s, now);
  systole_sequencer_go_ahead(s);
  return step;
}
