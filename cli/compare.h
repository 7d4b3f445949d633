// Two devices that ran the same: are their memories and SRAMs the same?
#ifndef SYSTOLE_CLI_COMPARE_H
#define SYSTOLE_CLI_COMPARE_H

#include "driver/include/systole.h"

// One of the two.
typedef struct {
  systole_device *device;
  systole_loaded *loaded;
} systole_side;

typedef struct {
  bool found;
  char place[128];              // "VM word 12 element 3", "segment cache byte 640"
  char first[48], second[48];   // the values there
} systole_difference;

// Compares segments that a run may write (state and io), then every word of
// every SRAM, and stops at the first difference. *bytes counts what was
// compared (may be NULL).
systole_status systole_compare_sides(const systole_side sides[2], const systole_program *program,
                                     const systole_config *config, systole_difference *difference,
                                     uint64_t *bytes, systole_error *err);

// Compares the counters, and the cycles if both keep time.
void systole_compare_reports(const systole_report *first, const systole_report *second,
                             systole_difference *difference);

#endif
