// Control by firmware: the core is booted, the host does its accesses, and the chip runs
// until it interrupts or nothing is left to happen.
#ifndef SYSTOLE_RTL_FIRMWARE_H
#define SYSTOLE_RTL_FIRMWARE_H

#include "sim/rtl/machine.h"

// The two functions of systole_machine_api.
systole_status rtl_boot(systole_machine *machine, const uint32_t *image, uint32_t words, systole_error *err);
systole_status rtl_control(systole_machine *machine, systole_host_access *accesses, unsigned count, uint64_t limit,
                           const systole_observer *observer, systole_chip_report *report, systole_error *err);

// Takes the chip back from the core: RUN = 0, and a run under way is aborted, as
// is another whose start waits behind it. Nothing to do if the core does not run.
systole_status rtl_stop_core(systole_machine *machine, systole_error *err);

#endif
