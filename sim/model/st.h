// What one ST instruction does: QNT, VM or RS to DRAM.
#ifndef SYSTOLE_MODEL_ST_H
#define SYSTOLE_MODEL_ST_H

#include "hw/isa/isa.h"
#include "sim/dram/memory.h"
#include "sim/model/instruction.h"
#include "sim/model/sram.h"

// `line` holds bound values and has passed the checks; `address` is that of row
// 0. Cause: AXI_WRITE (detail: low half of the address of the first beat
// without memory behind it).
systole_outcome systole_model_st(const systole_line *line, uint64_t address, unsigned bus_bytes,
                                 systole_memory *memory, const systole_srams *srams);

#endif
