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

// Runs c->repeats times on each and compares report, trace, SRAMs and memory,
// times included; after WATCHDOG the registers alone.
systole_status systole_fuzz_compare(const systole_fuzz_case *c,
                                    const systole_machine_api *const apis[2],
                                    systole_fuzz_result *result, systole_error *err);

#endif
