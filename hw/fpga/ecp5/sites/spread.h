// Places for cells of one kind that are near given ones, and nowhere too many.
#ifndef SYSTOLE_FPGA_SITES_SPREAD_H
#define SYSTOLE_FPGA_SITES_SPREAD_H

#include "hw/fpga/ecp5/sites/netlist.h"

// Reads x, y and writes to_x, to_y of the cells of `kind`. Region by region is halved,
// and each half takes the cells that lie in it, but not more than the part `full` of
// its room as long as the other has some (look-ahead legalisation: M.-C. Kim, D.-J.
// Lee, I. L. Markov, "SimPL", IEEE TCAD 31(1), 2012, section IV). MEMORY.
systole_status sites_spread(const sites_netlist *n, sites_kind kind, float full, const float *x, const float *y,
                            float *to_x, float *to_y, systole_error *err);

#endif
