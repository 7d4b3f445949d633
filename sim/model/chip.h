// The chip with a controller in the model: the core (mcu.h), what the host sees
// (front.h), the machine's registers and runs (control.h), the window (window.h),
// and the bus between them, systole_mcu_bus.sv. All cycles are the chip's.
//
// Who is slower waits for whom: the chip is run through a cycle when all that
// begins in it or before has been told; an access of the core that would need to
// know more is put off (the simulator asks again).
#ifndef SYSTOLE_MODEL_CHIP_H
#define SYSTOLE_MODEL_CHIP_H

#include "sim/machine.h"
#include "sim/model/control.h"
#include "sim/model/front.h"
#include "sim/model/mcu.h"
#include "sim/model/window.h"

typedef struct {
  uint64_t from, to;
} systole_span;

typedef struct {
  systole_config config;
  bool booted;
  uint64_t present;  // the cycle in which nothing has happened yet
  uint64_t horizon;  // how far the core may look: through this cycle
  systole_mcu mcu;
  uint8_t *tcm;
  systole_front front;
  systole_control control;
  systole_window window;
  uint32_t irq_enable;
  uint64_t timer_compare;
  // The core's last instruction that has ended or will: where, and when; when it
  // asked the bus (for what it will have asked in bus_address) and slept.
  uint32_t last_pc, bus_address, before_address;
  uint64_t last_end, sleeps_from;
  systole_span waited, slept;
  // What it asks and has no answer to, since waited.from; then its instruction is
  // stepped again.
  bool waits, again;
  struct {
    bool write;
    uint32_t data;
    unsigned strobes;
  } asked;
  systole_retirement retired;  // told when its cycle has come
  bool holds;
  const systole_observer *observer;
  systole_chip_report totals;
  uint64_t first_start, run_end, last_run_end;  // of instructions; 0: none
} systole_chip;

// Before it: control.config, run, engines and dram, window.memory and dram; the
// chip may not move.
systole_status systole_chip_create(systole_chip *chip, const systole_config *config, systole_error *err);
void systole_chip_destroy(systole_chip *chip);

// The controller loses the chip: RUN becomes 0, as boot and run have it.
void systole_chip_stop(systole_chip *chip);
// `engines` tell systole_chip_instruction, with the chip as user, from here on.
void systole_chip_boot(systole_chip *chip, const uint32_t *image, uint32_t words);
void systole_chip_instruction(void *user, unsigned engine, uint32_t index, uint64_t start, uint64_t end);
void systole_chip_control(systole_chip *chip, systole_host_access *accesses, unsigned count, uint64_t limit,
                          const systole_observer *observer, systole_chip_report *report);

#endif
