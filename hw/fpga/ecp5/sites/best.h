// The best of many rough placements: that with the shortest wires.
#ifndef SYSTOLE_FPGA_SITES_BEST_H
#define SYSTOLE_FPGA_SITES_BEST_H

#include <stdio.h>

#include "hw/fpga/ecp5/sites/rough.h"

enum { SITES_BEGINNINGS = 64, SITES_TURNS = 60 };

// Places the netlist from SITES_BEGINNINGS beginnings. After a quarter of SITES_TURNS one can
// tell which will not have the shortest wires: the best quarter goes on, and after half of the
// turns the best half of that. In two threads, and the same however they run. `best` is at its
// end and to be freed by the caller, in any case. Progress goes to `progress` if it is not
// NULL. MEMORY.
systole_status sites_best(const sites_netlist *n, sites_rough *best, FILE *progress, systole_error *err);

#endif
