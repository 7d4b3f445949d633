// A netlist of Yosys as a graph: cells that want to stand near each other.
#ifndef SYSTOLE_FPGA_SITES_NETLIST_H
#define SYSTOLE_FPGA_SITES_NETLIST_H

#include <cjson/cJSON.h>

#include "hw/base/status.h"
#include "hw/fpga/ecp5/sites/chip.h"

typedef struct {
  int cells;
  cJSON *list;         // what they are in
  cJSON **json;        // of each cell
  sites_kind *kind;
  float *area;         // of room of its kind
  int nets;            // with two cells or more, but not so many that it says nothing
  int *first, *pins;   // net n joins pins[first[n]] .. pins[first[n + 1] - 1], each cell once
} sites_netlist;

// Reads the cells of the top module of a document of `write_json`, which must outlive
// the netlist. FORMAT: no top module, or a type that an ECP5 does not have; RANGE: more
// RAMs or multipliers than the chip has. To be freed in any case.
systole_status sites_netlist_read(cJSON *document, sites_netlist *n, systole_error *err);
void sites_netlist_free(sites_netlist *n);

#endif
