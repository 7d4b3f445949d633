// hw/opencl/isa.cl: the instruction set for OpenCL C, as numbers and as tables.
#ifndef SYSTOLE_ISA_GENERATE_OPENCL_H
#define SYSTOLE_ISA_GENERATE_OPENCL_H

#include <stdio.h>

void systole_generate_opencl(FILE *out);

#endif
