// The four engines: a queue each, the twelve semaphores between them, what they
// have started, and when it ends. The rules are those of systole_issue.sv and
// systole_sem.sv.
//
// A cycle is told in two steps, as registers have it: what happens in it is
// decided by what was there when it began (systole_engines_due_in and all that
// asks), then it is done. The start of an MX or VX, which depends on nothing that
// happens in its cycle, is done in the cycle before.
#ifndef SYSTOLE_MODEL_ENGINES_H
#define SYSTOLE_MODEL_ENGINES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/machine.h"
#include "sim/model/instruction.h"
#include "sim/model/ld_time.h"
#include "sim/model/model.h"
#include "sim/model/resolved.h"
#include "sim/model/sram.h"
#include "sim/model/st_time.h"

enum { SYSTOLE_MAX_QUEUE = 64, SYSTOLE_MAX_STARTED = 16 };

// Of the register ENGINE_STATE, and what the counters count.
typedef enum { SYSTOLE_IDLE, SYSTOLE_WAITS_SEM, SYSTOLE_WAITS_MEM, SYSTOLE_BUSY } systole_engine_state;

typedef struct {
  uint32_t index;
  uint64_t raise;  // as in the instruction
  uint64_t start;
  systole_outcome outcome;
} systole_started;

typedef struct {
  systole_instruction slots[SYSTOLE_MAX_QUEUE];
  unsigned head, count;
  uint64_t semaphores;  // to this engine, 16 bits for each that raises
  uint64_t missing;     // the same way, not zero for those of which the head waits for more
  uint64_t able;        // its semaphores let it start from this cycle on, NEVER if not known
  uint64_t room;        // there is room from this cycle on; NEVER while it is full
  uint64_t left;        // from this cycle on the last that was started is not in the queue
  systole_started started[SYSTOLE_MAX_STARTED];
  uint64_t starts, ends;
  // Cycles as far as they are known: the oldest started ends; the engine may
  // take a head; it takes the one there is; the sooner of what happens.
  uint64_t done, ready, takes, next;
  systole_engine_state state;  // since a cycle; an active one counts as WAITS_MEM
  uint64_t since, cycles[4];   // cycles of each state before `since`
} systole_queue;

typedef struct {
  const systole_config *config;
  systole_memory *memory;
  systole_srams *srams;
  systole_resolved_table *resolved;
  bool values;             // compute them; else only times
  systole_report *report;  // receives counters
  systole_trace_fn trace;  // may be NULL
  void *trace_user;
  systole_model_observer observer;  // may be NULL
  void *observer_user;
  systole_queue queues[SYSTOLE_ENGINES];
  uint64_t next;     // the soonest of the queues'
  systole_ld_time ld;
  systole_st_time st;
} systole_engines;

// Makes all queues and engines empty and all semaphores zero. The fields up to
// observer_user are the caller's, filled in before.
void systole_engines_open(systole_engines *engines, systole_dram *dram);

// The first cycle in which an engine's queue has room, as things stand.
static inline uint64_t systole_engines_room(const systole_engines *engines, unsigned engine) {
  return engines->queues[engine].room;
}
// True if its queue was empty.
bool systole_engines_push(systole_engines *engines, const systole_instruction *instruction, uint64_t now);

// Engines, a bit each.
typedef struct {
  unsigned able;   // start their head in this cycle
  unsigned ended;  // end an instruction in this cycle
} systole_engines_due;
static inline systole_engines_due systole_engines_due_in(const systole_engines *engines, uint64_t now) {
  systole_engines_due due = {0, 0};
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    const systole_queue *queue = &engines->queues[e];
    if (queue->next > now) continue;
    due.able |= (unsigned)(queue->takes <= now) << e;
    due.ended |= (unsigned)(queue->done == now) << e;
  }
  return due;
}

// The instruction that an engine ends, and what it came to: its own fault, or
// a raise over a semaphore's most, from which the engines `able` take.
static inline const systole_started *systole_engines_ending(const systole_engines *engines, unsigned engine) {
  const systole_queue *queue = &engines->queues[engine];
  return &queue->started[queue->ends % SYSTOLE_MAX_STARTED];
}
systole_outcome systole_engines_outcome(const systole_engines *engines, unsigned engine,
                                        unsigned able);

// Whether what the engines `ended` end may be a fault: false only if none is.
static inline bool systole_engines_may_fault(const systole_engines *engines, unsigned ended) {
  for (; ended; ended &= ended - 1) {
    const unsigned e = (unsigned)__builtin_ctz(ended);
    const systole_started *ending = systole_engines_ending(engines, e);
    if (ending->outcome.cause != SYSTOLE_CAUSE_NONE) return true;
    if (e == SYSTOLE_ENGINE_LD && systole_ld_time_oldest(&engines->ld)->bad_index) return true;
    if (ending->raise == 0) continue;
    unsigned counts = 0;
    for (unsigned to = 0; to < SYSTOLE_ENGINES; to++)
      counts |= systole_units(engines->queues[to].semaphores, e) + systole_units(ending->raise, to);
    if (counts > SYSTOLE_SEMAPHORE_MAX) return true;
  }
  return false;
}

// Does what is due in cycle `now`; `pushed`: the engines that were pushed to in it
// and had an empty queue.
void systole_engines_change(systole_engines *engines, systole_engines_due due, unsigned pushed,
                            uint64_t now);

// Nothing queued; nothing inside; no head that could start.
bool systole_engines_empty(const systole_engines *engines);
bool systole_engines_active(const systole_engines *engines, unsigned engine);
bool systole_engines_still(const systole_engines *engines);
bool systole_engines_blocked(const systole_engines *engines);

// What LD or ST saw on the bus in cycle `now` may change when it goes on.
void systole_engines_look(systole_engines *engines, unsigned engine, uint64_t now);

// Writes the counters of time, ENGINE_STATE and ENGINE_INDEX as they are at the
// end of cycle `now`, the run's last. `beats`: how many LD received.
void systole_engines_describe(systole_engines *engines, uint64_t now, uint64_t beats);

#endif
