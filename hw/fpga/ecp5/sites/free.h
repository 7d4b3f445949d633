// Tiles that are left without LUTs where more wires are asked for than elsewhere.
#ifndef SYSTOLE_FPGA_SITES_FREE_H
#define SYSTOLE_FPGA_SITES_FREE_H

#include "hw/fpga/ecp5/sites/demand.h"

// Of the tiles where the demand is above a level so many are to be free that it would be
// the level if it went with what is not free: half of those with twice the level, where
// none was (`before`, all zero: it was so with no tile free). The level is as low as leaves
// all others filled to SITES_FILLED at most by `luts`, but not below SITES_ENOUGH, which is
// no trouble to route. Returns how many. Whole tiles, and in whole rows where the demand is
// even, so that carry chains, which run along rows, find room between them.
#define SITES_FILLED 0.66f
#define SITES_ENOUGH 20.0f
typedef unsigned char sites_tiles[SITES_HEIGHT][SITES_WIDTH];
int sites_leave_free(sites_map demand, sites_tiles before, int luts, sites_tiles tiles);

// The tiles that cells of the netlist keep free, and how many other LUTs it has.
int sites_read_free(const sites_netlist *n, sites_tiles tiles);

// Makes these the tiles that are kept free: by LUTs that nothing is joined to. MEMORY.
systole_status sites_write_free(sites_netlist *n, sites_tiles tiles, systole_error *err);

#endif
