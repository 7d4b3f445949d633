// Every SRAM word and who touched it last: what hazards and races of an
// instruction with itself are found with. Instructions are numbered upwards and
// for ever, so that nothing needs clearing between programs.
#ifndef SYSTOLE_FUZZ_PLACES_H
#define SYSTOLE_FUZZ_PLACES_H

#include "hw/configs/config.h"
#include "sim/model/instruction.h"

enum { SYSTOLE_FUZZ_SPACES = 7 };

typedef struct {
  uint32_t writer, reader[SYSTOLE_ENGINES];  // numbers, 0 none
  uint32_t serial, step;                     // last step of `serial` that read it
  uint32_t wrote;                            // last serial that wrote it
  uint32_t alive;                            // last program with something in it
} systole_fuzz_place;

typedef struct {
  unsigned dim;
  uint32_t last;    // number given out last
  uint32_t serial;
  uint32_t program;
  systole_fuzz_place *words[SYSTOLE_FUZZ_SPACES];
} systole_fuzz_places;

systole_status systole_fuzz_places_create(const systole_config *config, systole_fuzz_places *places,
                                          systole_error *err);
void systole_fuzz_places_destroy(systole_fuzz_places *places);

// Enters an instruction under a number and, for each other engine, raises
// needs[engine] to the number of its latest instruction that must end first, if
// that is above `since`.
void systole_fuzz_places_enter(systole_fuzz_places *places, const systole_instruction *instruction,
                               uint32_t number, uint32_t since, uint32_t needs[SYSTOLE_ENGINES]);

// Whether an instruction reads what it has written in an earlier step, or
// writes two results to one word.
bool systole_fuzz_places_self_race(systole_fuzz_places *places,
                                   const systole_instruction *instruction);

// Begins a program whose SRAMs are empty; then an instruction leaves something
// where it writes.
void systole_fuzz_places_clear(systole_fuzz_places *places);
void systole_fuzz_places_leave(systole_fuzz_places *places, const systole_instruction *instruction);

// How much of what an instruction reads is not empty, in percent: the average
// over the spaces it reads.
unsigned systole_fuzz_places_alive(systole_fuzz_places *places,
                                   const systole_instruction *instruction);

#endif
