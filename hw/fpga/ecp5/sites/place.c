// From several beginnings, of which the one counts that ends with the shortest wires.
// In turns: where wires are shortest (solve), and from there to where there is room
// (spread), which holds the cells more with every turn. RAMs and multipliers have some
// fifty nets each, and no place at all between the rows in which they stand: they are
// held as much harder.
#include "hw/fpga/ecp5/sites/place.h"

#include <stdlib.h>
#include <string.h>

#include "hw/fpga/ecp5/sites/assign.h"
#include "hw/fpga/ecp5/sites/free.h"
#include "hw/fpga/ecp5/sites/solve.h"
#include "hw/fpga/ecp5/sites/spread.h"

enum { BEGINNINGS = 5, TURNS = 100 };
static const float hold_per_turn[SITES_KINDS] = {0.01f, 3, 3};
static const float full[SITES_KINDS] = {0.85f, 1, 1};

typedef struct {
  float *x, *y, *to_x, *to_y;
  float *best_x, *best_y;  // the best: of the beginnings so far
  int *site_of, *best;
} places;

// Near the middle, no two alike, each time in other directions.
static void begin(const sites_netlist *n, places *p, int beginning) {
  for (int c = 0; c < n->cells; c++) {
    p->x[c] = p->to_x[c] = SITES_WIDTH / 2 + (float)((c * 7919ll + beginning * 331ll * (c % 17)) % 1000) / 1000;
    p->y[c] = p->to_y[c] = SITES_HEIGHT / 2 + (float)((c * 104729ll + beginning * 577ll * (c % 13)) % 1000) / 1000;
  }
}

static systole_status turn(const sites_netlist *n, places *p, int number, systole_error *err) {
  float hold[SITES_KINDS];
  for (sites_kind kind = SITES_LOGIC; kind < SITES_KINDS; kind++) hold[kind] = hold_per_turn[kind] * (float)number;
  systole_status status = sites_solve(n, p->x, p->to_x, hold, err);
  if (!status) status = sites_solve(n, p->y, p->to_y, hold, err);
  for (sites_kind kind = SITES_LOGIC; kind < SITES_KINDS && !status; kind++)
    status = sites_spread(n, kind, full[kind], p->x, p->y, p->to_x, p->to_y, err);
  return status;
}

// All turns from one beginning; the length of the wires with everything in its place.
static systole_status place(const sites_netlist *n, places *p, int beginning, double *length, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  begin(n, p, beginning);
  for (int number = 0; number < TURNS && !status; number++) status = turn(n, p, number, err);
  for (sites_kind kind = SITES_RAM; kind < SITES_KINDS && !status; kind++)
    sites_assign(n, kind, p->to_x, p->to_y, p->site_of);
  *length = sites_wire_length(n, p->to_x, p->to_y);
  return status;
}

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

static systole_status write_free(sites_netlist *n, const places *p, FILE *progress, systole_error *err) {
  sites_map demand;
  sites_tiles before, tiles;
  const int luts = sites_read_free(n, before);
  sites_demand(n, p->best_x, p->best_y, demand);
  const int count = sites_leave_free(demand, before, luts, tiles);
  if (progress) fprintf(progress, "sites: %d tiles left free\n", count);
  return sites_write_free(n, tiles, err);
}

static systole_status place_best(sites_netlist *n, places *p, FILE *progress, systole_error *err) {
  double best = 0;
  for (int beginning = 0; beginning < BEGINNINGS; beginning++) {
    double length;
    const systole_status status = place(n, p, beginning, &length, err);
    if (status) return status;
    if (progress)
      fprintf(progress, "sites: %d of %d: wires of %.0f tiles\n", beginning + 1, BEGINNINGS, length);
    if (beginning > 0 && length >= best) continue;
    best = length;
    memcpy(p->best, p->site_of, (size_t)n->cells * sizeof *p->best);
    memcpy(p->best_x, p->to_x, (size_t)n->cells * sizeof *p->best_x);
    memcpy(p->best_y, p->to_y, (size_t)n->cells * sizeof *p->best_y);
  }
  const systole_status status = write_sites(n, p->best, err);
  return status ? status : write_free(n, p, progress, err);
}

systole_status sites_place_netlist(sites_netlist *n, FILE *progress, systole_error *err) {
  const size_t cells = (size_t)n->cells;
  float *rows = malloc(6 * cells * sizeof *rows);
  int *site_of = calloc(2 * cells, sizeof *site_of);
  systole_status status = SYSTOLE_E_MEMORY;
  if (rows && site_of) {
    places p = {rows, rows + cells, rows + 2 * cells, rows + 3 * cells, rows + 4 * cells, rows + 5 * cells,
                site_of, site_of + cells};
    status = place_best(n, &p, progress, err);
  } else {
    systole_fail(err, status, "out of memory");
  }
  free(rows);
  free(site_of);
  return status;
}
