// When ST claims its bursts and ends its instructions, and when the bursts pass
// the write half of the AXI master and memory: the rules of systole_st.sv and
// systole_axi_wr.sv. The status record, which is written after a run's end,
// has no part in it.
#ifndef SYSTOLE_MODEL_ST_TIME_H
#define SYSTOLE_MODEL_ST_TIME_H

#include <stdbool.h>

#include "sim/dram/dram.h"
#include "sim/model/cycles.h"
#include "sim/model/instruction.h"

enum { SYSTOLE_ST_SLOTS = 4, SYSTOLE_ST_OUTSTANDING = 32 };

typedef struct {
  uint64_t step;      // in which it is claimed
  uint64_t beats, bytes, address;
  uint64_t accepted;  // its address
  uint64_t first, last;  // cycles of its beats
  uint64_t answer;    // ST has it; NEVER before the last beat
} systole_st_burst;

typedef struct {
  unsigned bus_bytes;
  systole_dram *dram;
  // The instruction inside
  bool noop;
  uint64_t done;      // NEVER if not known yet
  uint64_t claim;     // cycle from which the next burst is claimed; NEVER: none
  uint64_t address;   // of the run's next byte
  uint64_t left;      // bytes left in the run
  uint64_t run_bytes, runs, run, pitch, base, source, source_pitch;
  bool claimed;       // all of it
  // Bursts so far: claimed, and those whose last beat has passed
  systole_st_burst bursts[SYSTOLE_ST_OUTSTANDING];
  uint64_t claims, writes;
  uint64_t beats, bytes;  // handed on by ST; written
} systole_st_time;

void systole_st_time_open(systole_st_time *st, unsigned bus_bytes, systole_dram *dram);

void systole_st_time_start(systole_st_time *st, const systole_instruction *instruction,
                           uint64_t now);

// The cycle in which the next burst is claimed, as far as is known: a slot of
// the buffer is free, and few enough bursts await their answer.
static inline uint64_t systole_st_time_next_claim(const systole_st_time *st) {
  uint64_t cycle = st->claim;
  if (cycle == SYSTOLE_NEVER) return cycle;
  if (st->claims >= SYSTOLE_ST_SLOTS)
    cycle = systole_later(
        cycle, st->bursts[(st->claims - SYSTOLE_ST_SLOTS) % SYSTOLE_ST_OUTSTANDING].last + 1);
  if (st->claims >= SYSTOLE_ST_OUTSTANDING)
    cycle = systole_later(cycle, systole_after(st->bursts[st->claims % SYSTOLE_ST_OUTSTANDING].answer, 1));
  return cycle;
}
void systole_st_time_claim(systole_st_time *st, uint64_t now);

// The cycle of the next last beat of a burst, in which memory is told of it. It
// comes at least SYSTOLE_ST_LEAD cycles after the claim.
enum { SYSTOLE_ST_LEAD = 7 };
static inline uint64_t systole_st_time_next_write(const systole_st_time *st) {
  if (st->writes == st->claims) return SYSTOLE_NEVER;
  return st->bursts[st->writes % SYSTOLE_ST_OUTSTANDING].last;
}
void systole_st_time_write(systole_st_time *st);

// Beats that ST handed on in cycle `now` or before.
uint64_t systole_st_time_beats(const systole_st_time *st, uint64_t now);

#endif
