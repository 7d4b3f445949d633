// Waves of a machine that was built with them (build.sh, trace).
#ifndef SYSTOLE_RTL_WAVES_H
#define SYSTOLE_RTL_WAVES_H

#include "sim/rtl/machine.h"

// The function of systole_machine_api: writes all that happens from now on to `path`.
systole_status rtl_waves(systole_machine *machine, const char *path, systole_error *err);
// Ends the file, if there is one.
void rtl_close_waves(systole_machine *machine);

#endif
