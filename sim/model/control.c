#include "sim/model/control.h"

#include <string.h>

#include "sim/model/record.h"

enum { SEGMENT_BYTES = SYSTOLE_REG_SEG_LIMIT_LO + 8 - SYSTOLE_REG_SEG_BASE_LO };

void systole_control_take_job(systole_control *c, const systole_job *job) {
  c->next = *job;
  c->ier = 1;
  c->gie = true;
  c->done = c->ready = false;
  c->isr = 0;
}

// ---- Time

static void take(systole_control *c, uint64_t cycle) {
  c->start = false;
  c->running = true;
  c->ended = false;
  c->origin = cycle;
  c->job = c->next;
  c->job.max_cycles = 0;
  for (unsigned i = 0; i < SYSTOLE_SEGMENTS; i++) c->job.segments[i].base &= ~UINT64_C(127);
  memset(&c->report, 0, sizeof c->report);
  c->engines->report = &c->report;
  systole_run_open(c->run, &c->job, c->engines, c->dram);
  if (c->started) c->started(c->user, cycle);
}

static void end(systole_control *c) {
  systole_run_describe(c->run);
  c->finish = systole_run_finish(c->run, &c->job);
  c->ended = true;
  c->done_at = c->origin + c->finish.done;
  c->quiet_from = c->origin + c->finish.quiet;
}

static void done(systole_control *c) {
  c->running = false;
  c->idle_from = c->done_at + 1;
  c->done = c->ready = true;
  c->isr |= c->ier & 3;
  if (c->finished) c->finished(c->user, c->done_at);
}

uint64_t systole_control_take_cycle(const systole_control *c) {
  return systole_later(c->start_from, systole_later(c->idle_from, c->quiet_from) + 1);
}

bool systole_control_until(systole_control *c, uint64_t cycle) {
  for (;;) {
    if (c->running) {
      if (!c->ended) {
        if (cycle < c->origin || !systole_run_until(c->run, cycle - c->origin)) return false;
        end(c);
      }
      if (c->done_at > cycle) return false;
      done(c);
      return true;
    }
    if (!c->start || systole_control_take_cycle(c) > cycle) return false;
    take(c, systole_control_take_cycle(c));
  }
}

bool systole_control_busy(const systole_control *c, uint64_t cycle) {
  return c->running || (c->start && c->start_from <= cycle);
}
bool systole_control_irq(const systole_control *c) { return c->gie && c->isr != 0; }

// ---- Registers

// The half of a 64-bit number that a register is.
static uint32_t half(uint64_t value, unsigned high) { return (uint32_t)(value >> (high ? 32 : 0)); }
static void set_half(uint64_t *value, unsigned high, uint32_t data) {
  *value = high ? (*value & UINT32_MAX) | (uint64_t)data << 32 : (*value & ~(uint64_t)UINT32_MAX) | data;
}

// The number in segments that the register at `offset` is half of, or NULL.
static uint64_t *segment_number(systole_control *c, uint32_t offset) {
  const uint32_t at = offset - SYSTOLE_REG_SEG_BASE_LO;
  if (at >= SYSTOLE_SEGMENTS * SEGMENT_BYTES) return NULL;
  return at % SEGMENT_BYTES < 8 ? &c->next.segments[at / SEGMENT_BYTES].base
                                : &c->next.segments[at / SEGMENT_BYTES].limit;
}

static uint32_t result(const systole_control *c, uint32_t offset) {
  uint8_t record[SYSTOLE_STATUS_BYTES];
  uint32_t word;
  if (offset < SYSTOLE_REG_ID || offset >= SYSTOLE_REG_ID + SYSTOLE_STATUS_BYTES) return 0;
  systole_record_fill(c->config, &c->report, record);
  memcpy(&word, record + (offset - SYSTOLE_REG_ID), sizeof word);
  return word;
}

uint64_t systole_control_readable(const systole_control *c, uint64_t cycle) {
  for (unsigned i = 0; c->running && c->ended && i < SYSTOLE_RECORD_BURSTS; i++)
    if (cycle >= c->origin + c->finish.reads_from[i] && cycle <= c->origin + c->finish.reads_to[i])
      return c->origin + c->finish.reads_to[i] + 1;
  return cycle;
}

uint32_t systole_control_read(systole_control *c, uint32_t offset) {
  const uint64_t *number = segment_number(c, offset);
  if (number) return half(*number, offset % 8 == 4);
  if (offset - SYSTOLE_REG_SCALAR < 4 * SYSTOLE_SCALARS)
    return (uint32_t)c->next.scalars[(offset - SYSTOLE_REG_SCALAR) / 4];
  switch (offset) {
    case SYSTOLE_REG_CTRL: {
      const uint32_t value = (uint32_t)c->start << SYSTOLE_LSB_CTRL_START |
                             (uint32_t)c->done << SYSTOLE_LSB_CTRL_DONE |
                             (uint32_t)!(c->running || c->start) << SYSTOLE_LSB_CTRL_IDLE |
                             (uint32_t)c->ready << SYSTOLE_LSB_CTRL_READY;
      c->done = c->ready = false;
      return value;
    }
    case SYSTOLE_REG_GIE: return c->gie;
    case SYSTOLE_REG_IER: return c->ier;
    case SYSTOLE_REG_ISR: return c->isr;
    case SYSTOLE_REG_PROGRAM_LINES: return c->next.lines;
    case SYSTOLE_REG_WATCHDOG: return c->next.watchdog;
    default: return result(c, offset);
  }
}

static void all_until(systole_control *c, uint64_t cycle) {
  while (systole_control_until(c, cycle)) continue;
}

// A start that is taken in this cycle makes room for another.
static void start(systole_control *c, uint64_t cycle) {
  all_until(c, cycle);
  if (!c->start) c->start_from = cycle + 1;
  c->start = true;
}

// Written in `cycle`, it acts in the next, if the run has begun by now.
static void abort_run(systole_control *c, uint64_t cycle) {
  all_until(c, cycle);
  if (c->running && !c->ended && cycle > c->origin) c->run->stop = cycle + 1 - c->origin;
}

void systole_control_write(systole_control *c, uint64_t cycle, uint32_t offset, uint32_t value) {
  uint64_t *number = segment_number(c, offset);
  if (number) {
    set_half(number, offset % 8 == 4, value);
    return;
  }
  if (offset - SYSTOLE_REG_SCALAR < 4 * SYSTOLE_SCALARS) {
    c->next.scalars[(offset - SYSTOLE_REG_SCALAR) / 4] = (int32_t)value;
    return;
  }
  switch (offset) {
    case SYSTOLE_REG_CTRL:
      if (value & 1) start(c, cycle);
      break;
    case SYSTOLE_REG_GIE: c->gie = value & 1; break;
    case SYSTOLE_REG_IER: c->ier = value & 3; break;
    case SYSTOLE_REG_ISR: c->isr ^= value & 3; break;
    case SYSTOLE_REG_PROGRAM_LINES: c->next.lines = value; break;
    case SYSTOLE_REG_WATCHDOG: c->next.watchdog = value; break;
    case SYSTOLE_REG_ABORT:
      if (value & 1) abort_run(c, cycle);
      break;
    default: break;
  }
}
