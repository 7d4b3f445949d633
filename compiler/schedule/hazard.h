// Which instruction must wait for which: every read and write of SRAM words
// and of named DRAM objects is entered in program order, and out come the
// semaphores that make the engines, each in order but running side by side,
// do what the serial program says.
#ifndef SYSTOLE_COMPILER_SCHEDULE_HAZARD_H
#define SYSTOLE_COMPILER_SCHEDULE_HAZARD_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/base/status.h"
#include "hw/configs/config.h"
#include "hw/isa/isa.h"

typedef struct systole_hazards systole_hazards;

systole_status systole_hazards_create(const systole_config *config, systole_hazards **out,
                                      systole_error *err);
void systole_hazards_destroy(systole_hazards *hazards);

// Begins the next instruction of the program.
systole_status systole_hazards_next(systole_hazards *hazards, systole_engine engine,
                                    systole_error *err);

// The instruction touches rows x columns words of an SRAM.
void systole_hazards_words(systole_hazards *hazards, unsigned space, uint32_t base, uint32_t rows,
                           uint32_t row_step, uint32_t columns, uint32_t column_step, bool write);

// It touches a named object in DRAM (1 to 65535).
void systole_hazards_dram(systole_hazards *hazards, int object, bool write);

// What to take and raise, in the form of the common fields; valid after the
// last instruction has been entered and solve was called.
systole_status systole_hazards_solve(systole_hazards *hazards, systole_error *err);
uint16_t systole_hazards_wait(const systole_hazards *hazards, uint32_t instruction);
uint16_t systole_hazards_raise(const systole_hazards *hazards, uint32_t instruction);

#endif
