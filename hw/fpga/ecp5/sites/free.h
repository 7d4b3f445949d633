// Tiles that are left without LUTs where more wires are asked for than elsewhere.
#ifndef SYSTOLE_FPGA_SITES_FREE_H
#define SYSTOLE_FPGA_SITES_FREE_H

#include "hw/fpga/ecp5/sites/demand.h"

// Of the tiles with a demand above a level, its part above it: half of those with twice
// the level. The level is as low as leaves all others filled to SITES_FILLED at most by
// `luts`, but not below SITES_ENOUGH, which is no trouble to route. Returns how many.
// Whole tiles, and in whole rows where the demand is even, so that carry chains, which
// run along rows, find room between them.
#define SITES_FILLED 0.66f
#define SITES_ENOUGH 40.0f
typedef unsigned char sites_tiles[SITES_HEIGHT][SITES_WIDTH];
int sites_leave_free(sites_map demand, int luts, sites_tiles tiles);

#endif
