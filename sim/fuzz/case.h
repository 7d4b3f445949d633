// A random program and all that a run of it depends on. Instructions are kept
// as items without semaphores; layout.h makes the program of them, so that an
// item can be dropped or changed and the rest still makes sense.
#ifndef SYSTOLE_FUZZ_CASE_H
#define SYSTOLE_FUZZ_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/configs/config.h"
#include "hw/isa/isa.h"
#include "sim/dram/dram.h"
#include "sim/machine.h"

enum { SYSTOLE_FUZZ_ITEMS = 96, SYSTOLE_FUZZ_LINES = 1024, SYSTOLE_FUZZ_PROGRAM = 65536 };  // items, lines, bytes

typedef struct {
  systole_line line, binding;  // the binding counts if the line's flag `bound` is set
  uint32_t id;                 // stays when other items go; from 1 on
  bool open;       // LOOP, ENDLOOP: no barrier in front (legal if there is no race)
  bool own_lines;  // LOOP: its field `lines` is meant as it is
} systole_fuzz_item;

typedef struct {
  uint64_t base, limit;
  const uint8_t *bytes;  // content; NULL: absent or inside another segment
  uint64_t size;         // bytes of content, a multiple of 128, at least the limit
  uint64_t kept;         // from here on the content is zero
  bool fixed;            // never written: lists of indices
} systole_fuzz_segment;

typedef struct {
  systole_config config;
  systole_dram_params dram;
  systole_fuzz_item items[SYSTOLE_FUZZ_ITEMS];
  unsigned item_count;
  systole_fuzz_segment segments[SYSTOLE_SEGMENTS];  // 0: the program's, made by the layout
  int32_t scalars[SYSTOLE_SCALARS];
  uint32_t watchdog;
  uint64_t max_cycles;
  unsigned repeats;      // runs on the same machine, one after the other
  uint64_t token_seed;   // of semaphores beyond those needed; 0: none
  // A fault that is meant to happen
  const char *fault;     // what was spoiled, NULL: nothing
  bool wild_data;        // indices and AXI answers may be bad
  uint32_t lost_raise;   // id of the item that forgets to raise, 0: none
  bool no_end;           // the program runs past its last line
  struct {
    unsigned segment;    // part of a segment that memory refuses; bytes 0: none
    uint64_t offset, bytes;
  } hole;
  // The program as laid out
  systole_line lines[SYSTOLE_FUZZ_LINES];
  uint32_t line_count;
} systole_fuzz_case;

// The job to start on a machine whose memory is that of systole_fuzz_memory.
systole_job systole_fuzz_job(const systole_fuzz_case *c);

// Memory as the program finds it.
systole_status systole_fuzz_memory(const systole_fuzz_case *c, systole_memory **memory,
                                   systole_error *err);

// Drops items [first, first + count).
void systole_fuzz_drop(systole_fuzz_case *c, unsigned first, unsigned count);

// Frees the contents; copies of a case share them, so once for all copies.
void systole_fuzz_case_free(systole_fuzz_case *c);

#endif
