// What one LD or LDG instruction does: DRAM to WGT, ACT or PAR.
#ifndef SYSTOLE_MODEL_LD_H
#define SYSTOLE_MODEL_LD_H

#include "hw/isa/isa.h"
#include "sim/dram/memory.h"
#include "sim/model/instruction.h"
#include "sim/model/sram.h"

// `line` holds bound values and has passed the checks. `address` is that of row
// 0, `index_address` that of LDG's list. Causes: AXI_READ (detail: low half of
// the address of the first beat without memory behind it; its bytes read as
// zero), INDEX (detail: the index; no row from it on is loaded).
systole_outcome systole_model_ld(const systole_line *line, uint64_t address,
                                 uint64_t index_address, unsigned bus_bytes,
                                 systole_memory *memory, systole_srams *srams);

#endif
