// The places at which wires are shortest, were cells without size.
#ifndef SYSTOLE_FPGA_SITES_SOLVE_H
#define SYSTOLE_FPGA_SITES_SOLVE_H

#include "hw/fpga/ecp5/sites/netlist.h"

// Half the perimeter of each net's bounding box, summed: in tiles.
double sites_wire_length(const sites_netlist *n, const float *x, const float *y);

// Moves `at` (one coordinate of each cell) to where the nets' extents are least, each
// cell held to its place in `to` with the strength of hold[kind] nets. MEMORY.
// A net is springs from each of its cells to its two outermost ones, so strong that
// their energy is near its extent where they are now (P. Spindler, U. Schlichtmann,
// F. M. Johannes, "Kraftwerk2", IEEE TCAD 27(8), 2008, section III).
// A net between a block RAM and a multiplier counts four times.
systole_status sites_solve(const sites_netlist *n, float *at, const float *to, const float hold[SITES_KINDS],
                           systole_error *err);

#endif
