// The semaphores of a run, rebuilt from its trace: which raise let an
// instruction start. The k-th take of a semaphore is served by its k-th raise.
#ifndef SYSTOLE_CLI_TRACE_SEMAPHORES_H
#define SYSTOLE_CLI_TRACE_SEMAPHORES_H

#include <stdbool.h>

#include "hw/isa/isa.h"

// A semaphore counts to 255 and an instruction takes 15; the rest is for takes
// of instructions that have started and not yet ended, which are seen late.
enum { SYSTOLE_RAISES = 1024 };

typedef struct {
  uint64_t end;     // of the instruction that raised
  uint32_t line;
  unsigned engine;
} systole_raise;

typedef struct {
  systole_raise waiting[4][4][SYSTOLE_RAISES];  // [from][to], a ring
  uint64_t raised[4][4], taken[4][4];
} systole_semaphores;

void systole_semaphores_clear(systole_semaphores *semaphores);

// An instruction of `engine` (its line with bound values) took what it waits
// for. Returns whether it waited for any; *last is then the latest raise it
// needed. *early: a semaphore was not there yet, which no machine may do.
bool systole_semaphores_take(systole_semaphores *semaphores, unsigned engine,
                             const systole_line *line, systole_raise *last, bool *early);

// It ended.
void systole_semaphores_raise(systole_semaphores *semaphores, unsigned engine,
                              const systole_line *line, uint32_t index, uint64_t end);

#endif
