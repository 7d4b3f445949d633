#include "sim/model/engines.h"

#include "sim/model/ld.h"
#include "sim/model/mx.h"
#include "sim/model/st.h"
#include "sim/model/vx.h"

void systole_report_fault(systole_report *report, uint32_t cause, uint32_t engine, uint32_t index,
                          uint32_t detail) {
  if (report->cause != SYSTOLE_CAUSE_NONE) return;
  report->cause = cause;
  report->engine = engine;
  report->index = index;
  report->detail = detail;
}

// Multiply-accumulates asked for; they count when dispatched.
static uint64_t macs(const systole_line *line) {
  return SYSTOLE_GET(line, MX, m) * SYSTOLE_GET(line, MX, k) * SYSTOLE_GET(line, MX, n);
}

bool systole_engines_push(systole_engines *engines, const systole_instruction *instruction) {
  systole_queue *queue = &engines->queues[instruction->engine];
  if (queue->count == engines->config->queue_depth) return false;
  queue->slots[(queue->head + queue->count) % SYSTOLE_MAX_QUEUE] = *instruction;
  queue->count++;
  if (instruction->engine == SYSTOLE_ENGINE_MX) engines->report->macs += macs(&instruction->line);
  return true;
}

// Bit e: the semaphore e -> self lacks what the instruction waits for.
static unsigned missing(const systole_engines *engines, const systole_instruction *instruction) {
  unsigned mask = 0;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    if (engines->semaphores[e][instruction->engine] < instruction->wait[e]) mask |= 1u << e;
  return mask;
}

static void take(systole_engines *engines, const systole_instruction *instruction) {
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    engines->semaphores[e][instruction->engine] -= instruction->wait[e];
}

static void raise(systole_engines *engines, const systole_instruction *instruction) {
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    unsigned sum = engines->semaphores[instruction->engine][e] + instruction->raise[e];
    if (sum > SYSTOLE_SEMAPHORE_MAX) {
      systole_report_fault(engines->report, SYSTOLE_CAUSE_SEMAPHORE, instruction->engine,
                           instruction->index, 0);
      sum = SYSTOLE_SEMAPHORE_MAX;
    }
    engines->semaphores[instruction->engine][e] = (uint8_t)sum;
  }
}

// The function of an instruction; its counters go into the report.
static systole_outcome execute(systole_engines *engines, const systole_instruction *instruction) {
  const systole_line *line = &instruction->line;
  const unsigned bus = engines->config->bus_bytes;
  systole_outcome outcome = {SYSTOLE_CAUSE_NONE, 0, 0};
  if (instruction->noop) return outcome;
  switch (instruction->engine) {
    case SYSTOLE_ENGINE_LD:
      outcome = systole_model_ld(line, instruction->address, instruction->index_address, bus,
                                 engines->memory, engines->srams);
      engines->report->read_bytes += outcome.bytes;
      break;
    case SYSTOLE_ENGINE_MX:
      systole_model_mx(line, engines->srams);
      break;
    case SYSTOLE_ENGINE_VX: systole_model_vx(line, engines->srams); break;
    default:
      outcome = systole_model_st(line, instruction->address, bus, engines->memory, engines->srams);
      engines->report->write_bytes += outcome.bytes;
      break;
  }
  return outcome;
}

static void observe(systole_engines *engines, const systole_instruction *instruction, bool after) {
  if (engines->observer) engines->observer(engines->observer_user, instruction, after);
}

static void run_head(systole_engines *engines, systole_queue *queue) {
  const systole_instruction *head = &queue->slots[queue->head];
  take(engines, head);
  observe(engines, head, false);
  const systole_outcome outcome = execute(engines, head);
  observe(engines, head, true);
  if (outcome.cause != SYSTOLE_CAUSE_NONE)
    systole_report_fault(engines->report, outcome.cause, head->engine, head->index,
                         outcome.detail);
  raise(engines, head);
  engines->report->retired++;
  if (engines->trace) engines->trace(engines->trace_user, head->engine, head->index, 0, 0);
  queue->head = (queue->head + 1) % SYSTOLE_MAX_QUEUE;
  queue->count--;
}

void systole_engines_settle(systole_engines *engines) {
  for (bool moved = true; moved;) {
    moved = false;
    for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
      systole_queue *queue = &engines->queues[e];
      while (queue->count > 0 && missing(engines, &queue->slots[queue->head]) == 0) {
        run_head(engines, queue);
        moved = true;
      }
    }
  }
}

bool systole_engines_empty(const systole_engines *engines) {
  unsigned count = 0;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) count += engines->queues[e].count;
  return count == 0;
}

void systole_engines_describe(const systole_engines *engines) {
  enum { WAITS_FOR_SEMAPHORE = 1, WAITS_FOR_LSB = 4, QUEUED_LSB = 8 };
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    const systole_queue *queue = &engines->queues[e];
    if (queue->count == 0) continue;
    const systole_instruction *head = &queue->slots[queue->head];
    engines->report->engines[e].index = head->index;
    engines->report->engines[e].state = WAITS_FOR_SEMAPHORE |
                                        missing(engines, head) << WAITS_FOR_LSB |
                                        queue->count << QUEUED_LSB;
  }
}
