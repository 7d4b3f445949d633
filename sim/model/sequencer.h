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
  uint64_t taken;     // lines so far, for READ_BYTES
  uint64_t line;      // of the instruction in hand
  systole_line words;  // and its words as fetched
  systole_cause cause;         // what resolving it found,
  const systole_instruction *instruction;  // and made of it
} systole_sequencer;

// What the sequencer does in one cycle.
typedef struct {
  bool pushed, jumped, ended;
  systole_cause cause;  // a fault, or NONE
  uint32_t index, detail;
} systole_seq_step;

void systole_sequencer_open(systole_sequencer *s, const systole_job *job,
                            systole_engines *engines);

// Whether lines may be asked for in cycle `now`.
bool systole_sequencer_fetches(const systole_sequencer *s);

systole_seq_step systole_sequencer_step(systole_sequencer *s, uint64_t now);
// After a fault in cycle `now`: no further line is taken.
void systole_sequencer_drain(systole_sequencer *s, uint64_t now);

// The next cycle after `now` in which it does something, as things stand.
uint64_t systole_sequencer_next(const systole_sequencer *s, uint64_t now);

// The registers SEQ_STATE and SEQ_INDEX in cycle `now`.
uint32_t systole_sequencer_state(const systole_sequencer *s, uint64_t now);
uint32_t systole_sequencer_index(const systole_sequencer *s, uint64_t now);

#endif
