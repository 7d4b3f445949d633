// The sequencer: takes the program line by line, binds, checks and dispatches
// it, and follows loops, in the cycles that the header of systole_seq.sv gives.
#ifndef SYSTOLE_MODEL_SEQUENCER_H
#define SYSTOLE_MODEL_SEQUENCER_H

#include "sim/machine.h"
#include "sim/model/engines.h"
#include "sim/model/fetch.h"

typedef enum {
  SYSTOLE_SEQ_BEGIN,
  SYSTOLE_SEQ_LINE,     // waits for the next line
  SYSTOLE_SEQ_BINDING,  // waits for its binding line
  SYSTOLE_SEQ_FAULT,    // a fault of the line or its binding will be told
  SYSTOLE_SEQ_LOOP,
  SYSTOLE_SEQ_ENDLOOP,
  SYSTOLE_SEQ_COMMIT,   // waits for room in a queue, or tells a fault of checking
  SYSTOLE_SEQ_END,
  SYSTOLE_SEQ_DRAIN
} systole_seq_phase;

// From a line that is bound to the first cycle in which its binding line is taken.
enum { SYSTOLE_SEQ_TO_BINDING = 3 };

typedef struct {
  uint64_t body;  // line after LOOP
  uint32_t count;
  unsigned counter;  // scalar
} systole_seq_loop;

typedef struct {
  const systole_job *job;
  systole_engines *engines;
  int32_t scalars[SYSTOLE_SCALARS];
  systole_seq_loop loops[SYSTOLE_LOOP_DEPTH];
  unsigned depth;
  systole_fetch fetch;
  unsigned beat_bytes;  // of a beat or a line, whichever is larger
  systole_seq_phase phase;
  uint64_t since;     // the phase begins, maybe in the future: until then work is done
  uint64_t rest;      // draining: the first cycle in which all is at rest, NEVER if not yet seen
  // Of the instruction in hand: its line; the cycles, maybe to come, in which
  // that and its binding line are taken (0: none is).
  uint64_t line, line_cycle, binding_cycle;
  uint64_t taken;     // lines so far, with those to come
  systole_resolved *resolved;  // it,
  systole_cause cause;         // what resolving it found,
  const systole_instruction *instruction;  // and made of it
} systole_sequencer;

// What the sequencer does in one cycle.
typedef struct {
  bool pushed, jumped, ended;
  unsigned heads;  // bit e: pushed to the empty queue of engine e
  systole_cause cause;  // a fault, or NONE
  uint32_t index, detail;
} systole_seq_step;

void systole_sequencer_open(systole_sequencer *s, const systole_job *job,
                            systole_engines *engines);

systole_seq_step systole_sequencer_step(systole_sequencer *s, uint64_t now);
// The same where systole_sequencer_dispatches and a queue has room: the engine, as
// a bit, if its queue was empty, else 0.
unsigned systole_sequencer_dispatch(systole_sequencer *s, uint64_t now);
// Takes the lines whose cycle is known, even if it is one to come: nothing but a
// fault can come between, and draining gives them back. Called when more is
// known of the fetch.
void systole_sequencer_go_ahead(systole_sequencer *s);
// After a fault in cycle `now`: no further line is taken.
void systole_sequencer_drain(systole_sequencer *s, uint64_t now);

// Of END and draining: the cycle in which that is seen next, as far as is known.
uint64_t systole_sequencer_ends(const systole_sequencer *s);

// Lines taken in cycle `now` or before, for READ_BYTES.
static inline uint64_t systole_sequencer_taken(const systole_sequencer *s, uint64_t now) {
  return s->taken - (s->line_cycle > now) - (s->binding_cycle > now);
}

// Whether lines may be asked for in a cycle to come: while END is judged, too.
static inline bool systole_sequencer_fetches(const systole_sequencer *s, uint64_t cycle) {
  if (s->phase == SYSTOLE_SEQ_BEGIN) return false;
  return s->phase < SYSTOLE_SEQ_END || cycle < s->since;
}

// The first cycle in which the phase has what it waits for, as things stand.
static inline uint64_t systole_sequencer_waits(const systole_sequencer *s) {
  switch (s->phase) {
    case SYSTOLE_SEQ_LINE:
    case SYSTOLE_SEQ_BINDING:
      return systole_fetch_at_end(&s->fetch) ? s->fetch.end_cycle : systole_fetch_have(&s->fetch);
    case SYSTOLE_SEQ_COMMIT:
      if (s->cause != SYSTOLE_CAUSE_NONE) return 0;
      return systole_engines_room(s->engines, s->instruction->engine);
    case SYSTOLE_SEQ_END:
    case SYSTOLE_SEQ_DRAIN: return systole_sequencer_ends(s);
    default: return 0;
  }
}

// Whether all that it does next is to dispatch an instruction.
static inline bool systole_sequencer_dispatches(const systole_sequencer *s) {
  return s->phase == SYSTOLE_SEQ_COMMIT && s->cause == SYSTOLE_CAUSE_NONE;
}

// The next cycle after `now` in which it does something, as things stand.
static inline uint64_t systole_sequencer_next(const systole_sequencer *s, uint64_t now) {
  return systole_later(systole_sequencer_waits(s), systole_later(s->since, now + 1));
}

// The register SEQ_STATE in cycle `now`.
static inline uint32_t systole_sequencer_state(const systole_sequencer *s, uint64_t now) {
  enum { FETCHING = 1, RESOLVING = 2, DISPATCHING = 3, DRAINING = 4 };
  static const uint8_t states[] = {
      [SYSTOLE_SEQ_BEGIN] = RESOLVING, [SYSTOLE_SEQ_LINE] = FETCHING,
      [SYSTOLE_SEQ_BINDING] = FETCHING, [SYSTOLE_SEQ_FAULT] = RESOLVING,
      [SYSTOLE_SEQ_LOOP] = RESOLVING, [SYSTOLE_SEQ_ENDLOOP] = RESOLVING,
      [SYSTOLE_SEQ_COMMIT] = DISPATCHING, [SYSTOLE_SEQ_END] = DRAINING,
      [SYSTOLE_SEQ_DRAIN] = DRAINING};
  if (now <= s->line_cycle) return FETCHING;
  if (now <= s->binding_cycle) return now < s->line_cycle + SYSTOLE_SEQ_TO_BINDING ? RESOLVING : FETCHING;
  return now < s->since ? RESOLVING : states[s->phase];
}

// The register SEQ_INDEX.
static inline uint32_t systole_sequencer_index(const systole_sequencer *s, uint64_t now) {
  const bool between = s->phase == SYSTOLE_SEQ_LINE && now >= s->since;
  return (uint32_t)(between ? s->fetch.at : s->line);
}

#endif
