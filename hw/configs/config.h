// A hardware configuration: the parameters that the RTL, the model and the
// compiler share, read from one of hw/configs/*.ini.
#ifndef SYSTOLE_CONFIG_H
#define SYSTOLE_CONFIG_H

#include <stdint.h>

#include "hw/base/status.h"

enum { SYSTOLE_TCM_BYTES = 32768 };  // where the file does not say

typedef struct {
  char name[64];        // file name without .ini
  char memory[32];      // memory preset, see sim/dram; not part of the hash
  unsigned dim;         // rows and columns of the array, lanes of VX: power of two, 4..128
  unsigned load_rows;   // rows of a weight tile the door takes per cycle: power of two, 2..dim;
                        // dim * load_rows >= 2 * bus_bytes unless load_rows == dim
  unsigned bus_bytes;   // width of the memory bus: power of two, 4..dim
  unsigned wgt_words;   // words of each SRAM: powers of two, up to 65536
  unsigned act_words;
  unsigned qnt_words;
  unsigned acc_words;
  unsigned par_words;
  unsigned vm_words;
  unsigned rs_words;
  unsigned queue_depth; // instructions a queue holds: power of two, 2..64
  unsigned clock_mhz;   // for turning nanoseconds into cycles; not part of the hash
  unsigned controller;  // 1: a RISC-V core with firmware runs the machine; 0 (the default): the host
  unsigned tcm_bytes;   // its memory for code and data: power of two, 4096..1048576
  uint64_t hash;        // 64-bit FNV-1a of the ISA version and all that programs depend on
} systole_config;

// Reads a configuration by name ("edge16", sought in the folders of
// SYSTOLE_CONFIG_PATH, then hw/configs beside the program's source) or by path
// (anything with a slash or ending in .ini), and checks it.
systole_status systole_config_load(const char *name_or_path, systole_config *config, systole_error *err);

// Checks a configuration and fills in its hash; what systole_config_load ends with.
systole_status systole_config_check(systole_config *config, systole_error *err);

// Words of one SRAM, by ISA space code.
unsigned systole_config_words(const systole_config *config, unsigned space);

#endif
