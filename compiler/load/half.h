// 16-bit floats to fp32, exactly: IEEE binary16 and bfloat16 given as bits.
#ifndef SYSTOLE_COMPILER_LOAD_HALF_H
#define SYSTOLE_COMPILER_LOAD_HALF_H

#include <stdint.h>

float systole_from_f16(uint16_t bits);
float systole_from_bf16(uint16_t bits);

#endif
