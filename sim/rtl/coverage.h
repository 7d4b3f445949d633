// Lines and toggles of the RTL that all machines of this object have counted.
#ifndef SYSTOLE_RTL_COVERAGE_H
#define SYSTOLE_RTL_COVERAGE_H

#include "Vsystole_chip.h"

// Adds a machine's counts before it is destroyed; nothing where nothing is counted.
void rtl_keep_coverage(Vsystole_chip *top);

#endif
