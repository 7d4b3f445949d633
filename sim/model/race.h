// Finds races: two instructions that no chain of semaphores orders and that
// touch the same SRAM word or DRAM byte, one of them writing. Also an
// instruction that reads a word after it has written it, where the pipeline
// would read the old value.
//
// Vector clocks over the four in-order engines; the n-th take from a semaphore
// matches its n-th raise. Exact for strided boxes: words and bytes really
// touched, no bounding boxes.
#ifndef SYSTOLE_MODEL_RACE_H
#define SYSTOLE_MODEL_RACE_H

#include <stdbool.h>

#include "hw/configs/config.h"
#include "sim/dram/memory.h"
#include "sim/machine.h"
#include "sim/model/instruction.h"

typedef struct systole_race_checker systole_race_checker;

// Two accesses that nothing orders. For an instruction that races with itself
// both halves are the same.
typedef struct {
  struct {
    uint32_t index;   // line in the program
    unsigned engine;  // SYSTOLE_ENGINE_*; SEQ: the fetch of the program
    bool writes;
  } first, second;    // in the order in which they were added
  bool dram;
  unsigned place;     // space code, or with dram the segment of the second access
  uint64_t where;     // word, or with dram the byte offset in that segment
} systole_race;

systole_status systole_race_create(const systole_config *config, const systole_job *job,
                                   systole_race_checker **checker, systole_error *err);
void systole_race_destroy(systole_race_checker *checker);

// Adds the next instruction, in an order in which the engines may execute them
// (program order, or the order of the model's observer, before execution).
// `memory` tells which table rows an LDG gathers; without it (NULL) the whole
// table counts as read. SYSTOLE_E_USAGE if it takes from a semaphore what has
// not been raised.
systole_status systole_race_add(systole_race_checker *checker,
                                const systole_instruction *instruction, systole_memory *memory,
                                systole_error *err);

// Ends the program and checks DRAM. Returns SYSTOLE_OK without races and
// SYSTOLE_E_DIFFER with err's line describing the first otherwise; *race (may
// be NULL) is that race. Races of SRAMs come before those of DRAM.
systole_status systole_race_finish(systole_race_checker *checker, systole_race *race,
                                   systole_error *err);

// For machines: adds the instruction that the model's observer sees. `user` is
// a systole_race_watch; its status keeps the first failure of systole_race_add.
typedef struct {
  systole_race_checker *checker;
  systole_memory *memory;
  systole_status status;
  systole_error error;
} systole_race_watch;
void systole_race_observe(void *user, const systole_instruction *instruction, bool after);

#endif
