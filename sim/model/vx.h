// What one VX instruction does to VM, QNT and RS.
#ifndef SYSTOLE_MODEL_VX_H
#define SYSTOLE_MODEL_VX_H

#include "hw/isa/isa.h"
#include "sim/model/sram.h"

// `line` holds bound values and has passed the checks; m = 0 does nothing.
// n = 0 is a no-op too and must not be given with a reduction that is to run.
void systole_model_vx(const systole_line *line, systole_srams *srams);

#endif
