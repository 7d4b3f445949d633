// What one instruction does to SRAMs and memory.
#ifndef SYSTOLE_MODEL_EXECUTE_H
#define SYSTOLE_MODEL_EXECUTE_H

#include "hw/configs/config.h"
#include "sim/dram/memory.h"
#include "sim/model/instruction.h"
#include "sim/model/sram.h"

systole_outcome systole_execute(const systole_config *config, systole_memory *memory,
                                systole_srams *srams, const systole_instruction *instruction);

#endif
