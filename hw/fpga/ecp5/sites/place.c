#include "hw/fpga/ecp5/sites/place.h"

#include "hw/fpga/ecp5/sites/best.h"
#include "hw/fpga/ecp5/sites/free.h"

static systole_status write_sites(const sites_netlist *n, const int *site_of, systole_error *err) {
  sites_place sites[SITES_KINDS][SITES_MOST];
  for (sites_kind kind = SITES_RAM; kind < SITES_KINDS; kind++) sites_of_chip(kind, sites[kind]);
  for (int c = 0; c < n->cells; c++) {
    if (n->kind[c] == SITES_LOGIC) continue;
    char name[32];
    sites_name(n->kind[c], sites[n->kind[c]][site_of[c]], name);
    cJSON *attributes = cJSON_GetObjectItem(n->json[c], "attributes");
    if (attributes == NULL) attributes = cJSON_AddObjectToObject(n->json[c], "attributes");
    if (cJSON_AddStringToObject(attributes, "BEL", name) == NULL)
      return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  }
  return SYSTOLE_OK;
}

static systole_status write_free(sites_netlist *n, const sites_rough *r, FILE *progress, systole_error *err) {
  sites_map demand;
  sites_tiles before, tiles;
  const int luts = sites_read_free(n, before);
  sites_demand(n, r->to_x, r->to_y, demand);
  const int count = sites_leave_free(demand, before, luts, tiles);
  if (progress) fprintf(progress, "sites: %d tiles left free\n", count);
  return sites_write_free(n, tiles, err);
}

systole_status sites_place_netlist(sites_netlist *n, FILE *progress, systole_error *err) {
  sites_rough best;
  systole_status status = sites_best(n, &best, progress, err);
  if (!status) status = write_sites(n, best.site_of, err);
  if (!status) status = write_free(n, &best, progress, err);
  sites_rough_free(&best);
  return status;
}
