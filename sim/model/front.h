// The host's registers of a chip under firmware control: systole_front.sv, cycle
// by cycle, where a cycle is told only if someone does something in it.
#ifndef SYSTOLE_MODEL_FRONT_H
#define SYSTOLE_MODEL_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/isa/isa.h"

enum { SYSTOLE_MAILBOX_BEGIN = 0x10, SYSTOLE_MAILBOX_END = 0x200 };

// What the core does in a cycle.
typedef struct {
  uint64_t cycle;
  bool take, done;  // START is taken; DONE is written
  uint32_t interrupt, doorbell_clear;
} systole_core_act;

typedef struct {
  bool start, busy, done, ready, gie;
  uint32_t ier, isr, doorbell;
  uint32_t tcm_address;
  uint32_t mailbox[SYSTOLE_MAILBOX_END / 4];
  systole_core_act act;  // the core's last, not yet done
  bool acts;
} systole_front;

// What the core and the machine show in the registers from 0x400 on.
typedef struct {
  bool sleeping, waiting, busy;
  uint32_t pc, address;
} systole_core_view;

// RUN becomes 1: all but mailbox and TCM_ADDRESS is as after a reset.
void systole_front_reset(systole_front *front);

// Everything before `cycle` is done.
void systole_front_until(systole_front *front, uint64_t cycle);

// The core acts; its cycle is not before any other's.
void systole_front_act(systole_front *front, const systole_core_act *act);

// The host reads or writes in a cycle that the core has been run through.
uint32_t systole_front_read(systole_front *front, uint64_t cycle, uint32_t offset, uint32_t tcm_bytes,
                            const systole_core_view *core);
void systole_front_write(systole_front *front, uint64_t cycle, uint32_t offset, uint32_t value);

// The chip's interrupt, as things stand.
bool systole_front_irq(const systole_front *front);

#endif
