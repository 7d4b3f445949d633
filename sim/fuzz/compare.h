// A case on two machines, compared.
#ifndef SYSTOLE_FUZZ_COMPARE_H
#define SYSTOLE_FUZZ_COMPARE_H

#include "sim/fuzz/case.h"

typedef struct {
  bool differs;
  char text[400];     // what differs, one line
  int engine;         // of the first instruction whose trace differs, -1: not known
  uint32_t line;
  systole_report report;  // of the first machine's last run
  uint64_t cycles;    // of all runs
} systole_fuzz_result;

typedef enum {
  SYSTOLE_COMPARE_ALL,    // report, trace, SRAMs and memory, times included
  SYSTOLE_COMPARE_VALUES  // all that does not depend on time: for a machine that keeps none
} systole_fuzz_what;

// Runs c->repeats times on each and compares. After WATCHDOG the registers
// alone. VALUES compares no trace and no status record, and where an engine met
// the fault only that there was one, since how far the others came is a matter
// of time.
systole_status systole_fuzz_compare(const systole_fuzz_case *c,
                                    const systole_machine_api *const apis[2],
                                    systole_fuzz_what what,
                                    systole_fuzz_result *result, systole_error *err);

#endif
