// The seven SRAMs of the machine as plain arrays. A word holds DIM elements, so
// element e of word w of a space lies at [w * dim + e]. fp32 is held as bits.
#ifndef SYSTOLE_MODEL_SRAM_H
#define SYSTOLE_MODEL_SRAM_H

#include <stddef.h>
#include <stdint.h>

#include "hw/base/status.h"
#include "hw/configs/config.h"

enum { SYSTOLE_SPACES = 7 };

typedef struct {
  unsigned dim;
  uint32_t words[SYSTOLE_SPACES];  // by ISA space code
  int8_t *wgt, *act, *qnt;
  int32_t *acc;
  uint32_t *par, *vm, *rs;
} systole_srams;

// All words are zero, as after power-on.
systole_status systole_srams_create(const systole_config *config, systole_srams *srams,
                                    systole_error *err);
void systole_srams_destroy(systole_srams *srams);

// Bytes of one element of a space: 1 or 4.
unsigned systole_sram_element_bytes(unsigned space);

// The first element of a word, whatever its type; space and word must exist.
void *systole_sram_word(const systole_srams *srams, unsigned space, uint32_t word);

#endif
