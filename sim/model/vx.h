// What one VX instruction does to VM, QNT and RS.
#ifndef SYSTOLE_MODEL_VX_H
#define SYSTOLE_MODEL_VX_H

#include "hw/isa/isa.h"
#include "sim/model/sram.h"

// `line` holds bound values and has passed the checks; with m or n zero nothing happens.
void systole_model_vx(const systole_line *line, systole_srams *srams);

#endif
