// Figures with their meaning: cycles beside utilisation, bytes and the three
// bounds, as a table for people and as JSON for programs.
#ifndef SYSTOLE_CLI_REPORT_H
#define SYSTOLE_CLI_REPORT_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "cli/door.h"
#include "driver/include/systole.h"

// Sums over any number of runs.
typedef struct {
  systole_config config;
  const char *backend;
  uint64_t cycles, macs, read_bytes, write_bytes, retired;
  struct {
    uint64_t busy, wait_sem, wait_mem, idle;  // cycles; their sum is `cycles`
  } engines[4];          // LD, MX, VX, ST
  systole_work work;     // words through the weight door, bytes from each segment
  double wall_seconds;   // from before a run's start to its end
  double kernel_seconds; // on the device's own clock, 0 where it has none
} systole_figures;

// The least cycles that each part would need by itself.
typedef struct {
  double array;   // MACs / DIM^2
  double door;    // weight words / LOAD_ROWS
  double memory;  // the busier direction's bytes / BUS_BYTES
} systole_bounds;

// SYSTOLE_E_RANGE, an internal error, if the times of an engine do not add up to
// the cycles of the run: each cycle of each engine is busy, waits for a
// semaphore, waits for memory, or is idle. A report without time is fine.
systole_status systole_report_check(const systole_report *report, systole_error *err);

// Runs an entry of what is loaded on the device, to its end, and adds it; report
// may be NULL.
systole_status systole_figures_run(systole_figures *figures, systole_device *device,
                                   systole_loaded *loaded, const systole_entry *entry,
                                   const int32_t *scalars, uint64_t limit, systole_report *report,
                                   systole_error *err);

// Adds the counters of others.
void systole_figures_sum(systole_figures *figures, const systole_figures *others);

// Whether the engines' times are known: of a text in one command of the firmware
// they are not.
bool systole_figures_know_engines(const systole_figures *figures);

systole_bounds systole_figures_bounds(const systole_figures *figures);
double systole_bounds_largest(systole_bounds bounds);
const char *systole_bounds_name(systole_bounds bounds);  // of the largest: "the array"
double systole_figures_utilisation(const systole_figures *figures);  // 0 to 1; 0 without time

void systole_figures_print(const systole_figures *figures, FILE *out);

// Adds backend, hw, cycles, utilisation, bounds and the rest to an object.
void systole_figures_json(const systole_figures *figures, cJSON *object);

// Writes the object to a path or "-", whole or not at all; path NULL does
// nothing. Takes the object over.
systole_status systole_json_write(const char *path, cJSON *object, systole_error *err);

// Seconds of a clock that only moves forward.
double systole_seconds(void);

#endif
