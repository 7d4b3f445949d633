// When LD asks for its bursts and ends its instructions: the rules in the
// header of systole_ld.sv. A request stage, and up to eight instructions on
// their way; a gather waits for those before it.
#ifndef SYSTOLE_MODEL_LD_TIME_H
#define SYSTOLE_MODEL_LD_TIME_H

#include <stdbool.h>

#include "hw/configs/config.h"
#include "sim/dram/memory.h"
#include "sim/model/burst.h"
#include "sim/model/cycles.h"
#include "sim/model/instruction.h"

enum { SYSTOLE_LD_FLIGHTS = 8, SYSTOLE_LD_STARTED = 16, SYSTOLE_LDG_ROWS = 1024 };

typedef struct {
  uint64_t start, done;  // done: NEVER if not known yet
  bool noop;
  bool bad_index;        // a gather met one,
  uint32_t index;        // this
} systole_ld_started;

typedef enum {
  SYSTOLE_LD_IDLE,
  SYSTOLE_LD_RUNS,   // asks for the rows of an LD
  SYSTOLE_LD_ALONE,  // a gather waits for the instructions before it,
  SYSTOLE_LD_LIST,   // asks for its list,
  SYSTOLE_LD_ROWS,   // for its rows,
  SYSTOLE_LD_CLOSE,  // and ends when its beats have come
} systole_ld_stage;

typedef struct {
  unsigned bus_bytes, bus_shift, dim;  // bytes: 1 << shift
  systole_memory *memory;  // of the lists of gathers
  systole_ld_stage stage;
  uint64_t ready;          // as far as the request stage goes
  // Of the instruction in the request stage:
  uint64_t request;        // cycle from which its next burst is asked for
  uint64_t address, left;  // of that burst; beats left in the run
  uint64_t base, pitch, row_beats, rows;
  uint64_t row;            // the next one's number
  uint64_t index_address;
  uint32_t indices[SYSTOLE_LDG_ROWS];
  uint64_t limit;
  bool list_error;
  bool list_taken;         // its last burst
  bool landing;            // the last burst of an LD is taken and not yet accepted
  uint64_t close;          // the cycle in which a gather's end begins
  // Started and not ended, oldest first
  systole_ld_started started[SYSTOLE_LD_STARTED];
  uint64_t starts, ends;   // instructions so far
  uint64_t last_done;      // of the newest; NEVER if not known yet
  // Flights so far, those of them whose last cycle is known, and that cycle
  uint64_t flights, landed, flight_end[SYSTOLE_LD_FLIGHTS];
  uint64_t last_beat;
} systole_ld_time;

void systole_ld_time_open(systole_ld_time *ld, const systole_config *config,
                          systole_memory *memory);

// The first cycle in which the next instruction may start, as far as is known:
// the oldest of the last eight flights makes room when it has landed.
static inline uint64_t systole_ld_time_ready(const systole_ld_time *ld) {
  if (ld->flights < SYSTOLE_LD_FLIGHTS) return ld->ready;
  return systole_later(ld->ready,
                       systole_after(ld->flight_end[ld->flights % SYSTOLE_LD_FLIGHTS], 1));
}

void systole_ld_time_start(systole_ld_time *ld, const systole_instruction *instruction,
                           uint64_t now);

// The burst that is asked for from cycle `request` on (NEVER: none): its beats.
static inline uint32_t systole_ld_time_burst(const systole_ld_time *ld) {
  const uint64_t bytes =
      systole_burst_bytes(ld->address, ld->left << ld->bus_shift, ld->bus_bytes);
  return (uint32_t)(bytes >> ld->bus_shift);
}

// Of the two below: the last burst of a run, and one that something waits for.
bool systole_ld_time_end_run(systole_ld_time *ld, uint64_t now);
bool systole_ld_time_answered(systole_ld_time *ld, uint64_t last);

// The read channel took it, all its beats; memory accepted it and answers up to cycle `last`.
// True if that may change when instructions start or end.
static inline bool systole_ld_time_take(systole_ld_time *ld, uint64_t now, uint32_t beats) {
  ld->left -= beats;
  ld->address += (uint64_t)beats << ld->bus_shift;
  ld->request = now + 1;
  return ld->left == 0 && systole_ld_time_end_run(ld, now);
}
static inline bool systole_ld_time_accept(systole_ld_time *ld, uint64_t last) {
  ld->last_beat = last;
  return (ld->landing || ld->stage >= SYSTOLE_LD_LIST) && systole_ld_time_answered(ld, last);
}

// The oldest instruction that has not ended.
static inline const systole_ld_started *systole_ld_time_oldest(const systole_ld_time *ld) {
  return &ld->started[ld->ends % SYSTOLE_LD_STARTED];
}

// The cycle in which the oldest instruction ends; NEVER if there is none or it
// is not known yet. systole_ld_time_end goes on to the next.
static inline uint64_t systole_ld_time_done(const systole_ld_time *ld) {
  return ld->ends == ld->starts ? SYSTOLE_NEVER : systole_ld_time_oldest(ld)->done;
}
static inline void systole_ld_time_end(systole_ld_time *ld) { ld->ends++; }

#endif
