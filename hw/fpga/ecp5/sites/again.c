#include "hw/fpga/ecp5/sites/again.h"

#include <stdio.h>
#include <stdlib.h>

#include "compiler/load/json.h"
#include "hw/fpga/ecp5/sites/free.h"

static systole_status read_places(const sites_netlist *placed, float *x, float *y, systole_error *err) {
  for (int c = 0; c < placed->cells; c++) {
    const char *bel = systole_json_text(systole_json_get(placed->json[c], "attributes"), "NEXTPNR_BEL", "");
    if (sscanf(bel, "X%f/Y%f/", &x[c], &y[c]) != 2)
      return systole_fail(err, SYSTOLE_E_FORMAT, "cell %s has no place: expected what nextpnr writes after placing",
                          placed->json[c]->string);
  }
  return SYSTOLE_OK;
}

systole_status sites_free_again(sites_netlist *n, const sites_netlist *placed, FILE *progress, systole_error *err) {
  float *x = malloc(2 * (size_t)placed->cells * sizeof *x);
  if (x == NULL) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  float *y = x + placed->cells;
  sites_map demand;
  sites_tiles before, tiles;
  systole_status status = read_places(placed, x, y, err);
  if (!status) {
    const int luts = sites_read_free(n, before);
    sites_demand(placed, x, y, demand);
    const int count = sites_leave_free(demand, before, luts, tiles);
    if (progress) fprintf(progress, "sites: %d tiles left free\n", count);
    status = sites_write_free(n, tiles, err);
  }
  free(x);
  return status;
}
