// How many wires a placement asks of each part of the chip.
#ifndef SYSTOLE_FPGA_SITES_DEMAND_H
#define SYSTOLE_FPGA_SITES_DEMAND_H

#include "hw/fpga/ecp5/sites/netlist.h"

typedef float sites_map[SITES_HEIGHT][SITES_WIDTH];

// Tiles of wire asked of each tile, in that of its two directions which is asked for more of
// what it has, taken as if each net's wires lay evenly over its bounding box (RUDY: P. Spindler,
// F. M. Johannes, DATE 2007), and averaged over SITES_AROUND tiles to each side.
enum { SITES_AROUND = 3 };
void sites_demand(const sites_netlist *n, const float *x, const float *y, sites_map demand);

#endif
