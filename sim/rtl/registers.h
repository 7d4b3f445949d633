// A run's arguments and its report, as a host writes and reads them: register by register.
#ifndef SYSTOLE_RTL_REGISTERS_H
#define SYSTOLE_RTL_REGISTERS_H

#include "sim/rtl/machine.h"

systole_status rtl_write_job(systole_machine *machine, const systole_job *job, systole_error *err);
systole_status rtl_read_report(systole_machine *machine, systole_report *report, systole_error *err);

// Clears DONE and the interrupt after a run; `ctrl` is what CTRL said.
systole_status rtl_acknowledge(systole_machine *machine, uint32_t *ctrl, systole_error *err);

#endif
