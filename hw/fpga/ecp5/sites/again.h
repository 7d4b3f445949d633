// Other free tiles for a netlist that nextpnr has placed.
#ifndef SYSTOLE_FPGA_SITES_AGAIN_H
#define SYSTOLE_FPGA_SITES_AGAIN_H

#include <stdio.h>

#include "hw/fpga/ecp5/sites/netlist.h"

// `placed`: what nextpnr wrote (--write) of the netlist `n` after placing it. `n` keeps its
// sites and gets those tiles free by which wires would be asked for evenly. Progress goes
// to `progress` if it is not NULL. FORMAT: a cell of `placed` has no place; MEMORY.
systole_status sites_free_again(sites_netlist *n, const sites_netlist *placed, FILE *progress, systole_error *err);

#endif
