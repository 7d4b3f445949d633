// All cells of a netlist in their places, roughly, from one of many beginnings.
#ifndef SYSTOLE_FPGA_SITES_ROUGH_H
#define SYSTOLE_FPGA_SITES_ROUGH_H

#include "hw/fpga/ecp5/sites/netlist.h"

typedef struct {
  int beginning, turns;  // what it came from, and how far it is
  float *x, *y;          // of each cell, in tiles, where wires are shortest
  float *to_x, *to_y;    // of each cell, where there is room; at the end RAMs and multipliers on sites
  int *site_of;          // at the end, of each RAM and multiplier: its number in sites_of_chip
  double length;         // of all wires, in tiles, with every cell where there is room
} sites_rough;

// All cells near the middle, no two alike, in other directions for each beginning. What
// comes of it is shorter or longer by a tenth and more. To be freed in any case. MEMORY.
systole_status sites_rough_begin(const sites_netlist *n, int beginning, sites_rough *r, systole_error *err);
void sites_rough_free(sites_rough *r);

// Goes on until `turns` have been made since the beginning. MEMORY.
systole_status sites_rough_turns(const sites_netlist *n, int turns, sites_rough *r, systole_error *err);

// RAMs and multipliers to their sites.
void sites_rough_end(const sites_netlist *n, sites_rough *r);

#endif
