// All cells of a netlist in their places, roughly; RAMs and multipliers on sites, and
// some tiles free.
#ifndef SYSTOLE_FPGA_SITES_PLACE_H
#define SYSTOLE_FPGA_SITES_PLACE_H

#include <stdio.h>

#include "hw/fpga/ecp5/sites/netlist.h"

// Writes the attribute BEL, which nextpnr keeps to, into each RAM and multiplier of
// the document, and adds a LUT without wires for each that is to stay free (free.h).
// Progress goes to `progress` if it is not NULL. MEMORY.
systole_status sites_place_netlist(sites_netlist *n, FILE *progress, systole_error *err);

#endif
