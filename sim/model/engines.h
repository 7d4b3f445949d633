// The four engines without time: a queue each, the twelve semaphores between
// them, and execution of whatever can start.
#ifndef SYSTOLE_MODEL_ENGINES_H
#define SYSTOLE_MODEL_ENGINES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/machine.h"
#include "sim/model/instruction.h"
#include "sim/model/model.h"
#include "sim/model/sram.h"

enum { SYSTOLE_MAX_QUEUE = 64 };

typedef struct {
  systole_instruction slots[SYSTOLE_MAX_QUEUE];
  unsigned head, count;
} systole_queue;

typedef struct {
  const systole_config *config;
  systole_memory *memory;
  systole_srams *srams;
  systole_report *report;  // receives counters and the first fault
  systole_trace_fn trace;  // may be NULL
  void *trace_user;
  systole_model_observer observer;  // may be NULL
  void *observer_user;
  systole_queue queues[SYSTOLE_ENGINES];
  uint8_t semaphores[SYSTOLE_ENGINES][SYSTOLE_ENGINES];  // [from][to]
} systole_engines;

// Puts an instruction into its engine's queue; false if that is full.
bool systole_engines_push(systole_engines *engines, const systole_instruction *instruction);

// Executes heads of queues whose semaphores are there until none is left that
// could start.
void systole_engines_settle(systole_engines *engines);

bool systole_engines_empty(const systole_engines *engines);

// Writes ENGINE_STATE and ENGINE_INDEX of each engine into the report.
void systole_engines_describe(const systole_engines *engines);

// Keeps the first fault of a run.
void systole_report_fault(systole_report *report, uint32_t cause, uint32_t engine, uint32_t index,
                          uint32_t detail);

#endif
