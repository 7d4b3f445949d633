// Which instruction is the first whose result differs on two back ends: the
// run is repeated from the same memory on fresh devices, cut short at one
// instruction after another, by bisection.
#ifndef SYSTOLE_CLI_LOCATE_H
#define SYSTOLE_CLI_LOCATE_H

#include "cli/compare.h"

// Opens one of the two back ends anew, with whatever makes it special. The
// memory of state and io segments is overwritten afterwards.
typedef systole_status (*systole_side_open)(void *user, int which, systole_side *side,
                                            systole_error *err);

typedef struct {
  const systole_program *program;
  const systole_config *config;
  const char *entry;
  const int32_t *scalars;
  uint8_t *const *memory;  // by segment index: state and io before the run
  uint64_t limit;          // cycles of a run
  systole_side_open open;
  void *user;
} systole_repetition;

typedef struct {
  bool found;        // false: repeated on fresh devices nothing differs
  uint32_t line;     // of the instruction
  systole_difference difference;  // just behind it
} systole_location;

systole_status systole_locate(const systole_repetition *repetition, systole_location *location,
                              systole_error *err);

// Copies of the segments that a run may write, by segment index; NULL for the
// others. systole_memory_release frees them.
systole_status systole_memory_keep(const systole_program *program, systole_loaded *loaded,
                                   uint8_t *memory[SYSTOLE_SEGMENTS], systole_error *err);
void systole_memory_release(uint8_t *memory[SYSTOLE_SEGMENTS]);

#endif
