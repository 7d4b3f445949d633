// How long MX and VX take: closed formulas, from the headers of systole_mx.sv
// and systole_vx.sv. Cycles from the start to the end; 1 if a count is zero.
#ifndef SYSTOLE_MODEL_DURATION_H
#define SYSTOLE_MODEL_DURATION_H

#include <stdint.h>

#include "hw/isa/isa.h"

uint64_t systole_duration_mx(const systole_line *line, unsigned dim, unsigned load_rows);
uint64_t systole_duration_vx(const systole_line *line, unsigned dim);

#endif
