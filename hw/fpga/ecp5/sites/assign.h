// A site of its own for each RAM and each multiplier.
#ifndef SYSTOLE_FPGA_SITES_ASSIGN_H
#define SYSTOLE_FPGA_SITES_ASSIGN_H

#include "hw/fpga/ecp5/sites/netlist.h"

// Moves every cell of `kind` (RAM or MULT) to a site, all together as little as can
// be: the Hungarian method, by shortest augmenting paths (R. Jonker, A. Volgenant,
// Computing 38, 1987). site_of[cell]: its number in sites_of_chip.
void sites_assign(const sites_netlist *n, sites_kind kind, float *x, float *y, int *site_of);

#endif
