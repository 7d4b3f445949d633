#include "sim/model/front.h"

#include <string.h>

enum { QUEUE_BITS = (1 << SYSTOLE_QUEUES) - 1, IRQ_BITS = (QUEUE_BITS << 2) | 3 };

void systole_front_reset(systole_front *front) {
  systole_front fresh = {.tcm_address = front->tcm_address};
  memcpy(fresh.mailbox, front->mailbox, sizeof fresh.mailbox);
  *front = fresh;
}

// What the host writes in a cycle, or reads of CTRL.
typedef struct {
  bool start, reads_ctrl;
  uint32_t toggled, rung;
} host_act;

// One cycle of the clocked block, all from what was before it.
static void clock(systole_front *f, const host_act *host, const systole_core_act *core) {
  const bool started = f->start;
  if (host->start) f->start = true;
  else if (core->take) f->start = false;
  if (core->take && started) f->busy = true;
  else if (core->done) f->busy = false;
  if (core->done) f->done = f->ready = true;
  else if (host->reads_ctrl) f->done = f->ready = false;
  const uint32_t events = (core->interrupt << 2 | (core->done ? 3 : 0)) & f->ier;
  f->isr = (f->isr ^ host->toggled) | events;
  f->doorbell = (f->doorbell & ~core->doorbell_clear) | host->rung;
}

static void clock_core(systole_front *f) {
  const host_act none = {0};
  f->acts = false;
  clock(f, &none, &f->act);
}

void systole_front_until(systole_front *f, uint64_t cycle) {
  if (f->acts && f->act.cycle < cycle) clock_core(f);
}

void systole_front_act(systole_front *f, const systole_core_act *act) {
  systole_front_until(f, act->cycle);
  f->act = *act;
  f->acts = true;
}

static void clock_host(systole_front *f, uint64_t cycle, const host_act *host) {
  systole_core_act act = {0};
  systole_front_until(f, cycle);
  if (f->acts && f->act.cycle == cycle) {
    act = f->act;
    f->acts = false;
  }
  clock(f, host, &act);
}

static uint32_t value_of(const systole_front *f, uint32_t offset, uint32_t tcm_bytes,
                         const systole_core_view *core) {
  switch (offset) {
    case SYSTOLE_REG_CTRL:
      return (uint32_t)f->start << SYSTOLE_LSB_CTRL_START | (uint32_t)f->done << SYSTOLE_LSB_CTRL_DONE |
             (uint32_t)(!f->busy && !f->start) << SYSTOLE_LSB_CTRL_IDLE |
             (uint32_t)f->ready << SYSTOLE_LSB_CTRL_READY;
    case SYSTOLE_REG_GIE: return f->gie;
    case SYSTOLE_REG_IER: return f->ier;
    case SYSTOLE_REG_ISR: return f->isr;
    case SYSTOLE_REG_CONTROLLER:
      return 1u << SYSTOLE_LSB_CONTROLLER_RUN | (uint32_t)core->sleeping << SYSTOLE_LSB_CONTROLLER_SLEEPING |
             (uint32_t)core->waiting << SYSTOLE_LSB_CONTROLLER_WAITING |
             (uint32_t)core->busy << SYSTOLE_LSB_CONTROLLER_BUSY;
    case SYSTOLE_REG_TCM_ADDRESS: return f->tcm_address & ~3u;
    case SYSTOLE_REG_DOORBELL: return f->doorbell;
    case SYSTOLE_REG_CORE_PC: return core->pc;
    case SYSTOLE_REG_CORE_ADDRESS: return core->address;
    case SYSTOLE_REG_TCM_BYTES: return tcm_bytes;
    default: break;
  }
  return offset >= SYSTOLE_MAILBOX_BEGIN && offset < SYSTOLE_MAILBOX_END ? f->mailbox[offset / 4] : 0;
}

uint32_t systole_front_read(systole_front *f, uint64_t cycle, uint32_t offset, uint32_t tcm_bytes,
                            const systole_core_view *core) {
  systole_front_until(f, cycle);
  const uint32_t value = value_of(f, offset, tcm_bytes, core);
  const host_act host = {.reads_ctrl = offset == SYSTOLE_REG_CTRL};
  clock_host(f, cycle, &host);
  return value;
}

void systole_front_write(systole_front *f, uint64_t cycle, uint32_t offset, uint32_t value) {
  host_act host = {0};
  if (offset == SYSTOLE_REG_CTRL) host.start = value & 1;
  if (offset == SYSTOLE_REG_ISR) host.toggled = value & IRQ_BITS;
  if (offset == SYSTOLE_REG_DOORBELL) host.rung = value & QUEUE_BITS;
  clock_host(f, cycle, &host);
  if (offset == SYSTOLE_REG_GIE) f->gie = value & 1;
  if (offset == SYSTOLE_REG_IER) f->ier = value & IRQ_BITS;
  if (offset == SYSTOLE_REG_TCM_ADDRESS) f->tcm_address = value;
  if (offset >= SYSTOLE_MAILBOX_BEGIN && offset < SYSTOLE_MAILBOX_END) f->mailbox[offset / 4] = value;
}

bool systole_front_irq(const systole_front *f) { return f->gie && f->isr != 0; }
