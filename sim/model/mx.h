// What one MX instruction does to ACC.
#ifndef SYSTOLE_MODEL_MX_H
#define SYSTOLE_MODEL_MX_H

#include "hw/isa/isa.h"
#include "sim/model/sram.h"

// `line` holds bound values and has passed the checks; a zero count does nothing.
void systole_model_mx(const systole_line *line, systole_srams *srams);

#endif
