// From a serial list of operations to a program: loads that are marked as
// prefetched move up as far as their buffers allow, buffers in WGT and PAR are
// placed in rings, and semaphores are worked out from the hazards.
//
// The list is written as if the machine did one thing after the other. Each
// prefetched load names a block (a buffer of its own); operations name the
// blocks they use. A block's words are given back after the last operation
// that names it.
#ifndef SYSTOLE_COMPILER_SCHEDULE_SCHEDULE_H
#define SYSTOLE_COMPILER_SCHEDULE_SCHEDULE_H

#include <stddef.h>

#include "compiler/schedule/op.h"
#include "hw/base/status.h"
#include "hw/configs/config.h"

// The part of WGT or PAR in which blocks are placed.
typedef struct {
  uint32_t base, words;
} systole_ring;

typedef struct {
  systole_line *lines;  // END included
  uint32_t count;
  // For each line the symbol of its instruction; the strings are the schedule's.
  const char **symbols;
} systole_scheduled;

typedef struct systole_schedule systole_schedule;

systole_status systole_schedule_create(const systole_config *config, systole_ring wgt,
                                       systole_ring par, systole_schedule **out,
                                       systole_error *err);
void systole_schedule_destroy(systole_schedule *schedule);

// A new block of so many words in WGT or PAR (the space of an ISA table).
systole_status systole_schedule_block(systole_schedule *schedule, unsigned space, uint32_t words,
                                      systole_block *block, systole_error *err);

// The name that the following operations carry, printf style.
systole_status systole_schedule_symbol(systole_schedule *schedule, systole_error *err,
                                       const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

// Appends an operation; systole_schedule_prefetch appends a load that may run
// ahead. Neither can fail visibly: the first error is kept for solve.
void systole_schedule_add(systole_schedule *schedule, const systole_op *op);
void systole_schedule_prefetch(systole_schedule *schedule, const systole_op *load);

// Lays the program out. The result lives as long as the schedule.
systole_status systole_schedule_solve(systole_schedule *schedule, systole_scheduled *out,
                                      systole_error *err);

#endif
