// In turns: where wires are shortest (solve), and from there to where there is room
// (spread), which holds the cells more with every turn. RAMs and multipliers have some
// fifty nets each, and no place at all between the rows in which they stand: they are
// held as much harder.
#include "hw/fpga/ecp5/sites/rough.h"

#include <stdlib.h>

#include "hw/fpga/ecp5/sites/assign.h"
#include "hw/fpga/ecp5/sites/solve.h"
#include "hw/fpga/ecp5/sites/spread.h"

static const float hold_per_turn[SITES_KINDS] = {0.01f, 3, 3};
static const float full[SITES_KINDS] = {0.85f, 1, 1};

systole_status sites_rough_begin(const sites_netlist *n, int beginning, sites_rough *r, systole_error *err) {
  const size_t count = (size_t)n->cells;
  *r = (sites_rough){.beginning = beginning, .x = malloc(4 * count * sizeof *r->x),
                     .site_of = calloc(count, sizeof *r->site_of)};
  if (r->x == NULL || r->site_of == NULL) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  r->y = r->x + count;
  r->to_x = r->x + 2 * count;
  r->to_y = r->x + 3 * count;
  for (int c = 0; c < n->cells; c++) {
    r->x[c] = r->to_x[c] = SITES_WIDTH / 2 + (float)((c * 7919ll + beginning * 331ll * (c % 17)) % 1000) / 1000;
    r->y[c] = r->to_y[c] = SITES_HEIGHT / 2 + (float)((c * 104729ll + beginning * 577ll * (c % 13)) % 1000) / 1000;
  }
  return SYSTOLE_OK;
}

void sites_rough_free(sites_rough *r) {
  free(r->x);
  free(r->site_of);
  *r = (sites_rough){0};
}

static systole_status turn(const sites_netlist *n, sites_rough *r, systole_error *err) {
  float hold[SITES_KINDS];
  for (sites_kind kind = SITES_LOGIC; kind < SITES_KINDS; kind++) hold[kind] = hold_per_turn[kind] * (float)r->turns;
  systole_status status = sites_solve(n, r->x, r->to_x, hold, err);
  if (!status) status = sites_solve(n, r->y, r->to_y, hold, err);
  for (sites_kind kind = SITES_LOGIC; kind < SITES_KINDS && !status; kind++)
    status = sites_spread(n, kind, full[kind], r->x, r->y, r->to_x, r->to_y, err);
  return status;
}

systole_status sites_rough_turns(const sites_netlist *n, int turns, sites_rough *r, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (; r->turns < turns && !status; r->turns++) status = turn(n, r, err);
  r->length = sites_wire_length(n, r->to_x, r->to_y);
  return status;
}

void sites_rough_end(const sites_netlist *n, sites_rough *r) {
  for (sites_kind kind = SITES_RAM; kind < SITES_KINDS; kind++) sites_assign(n, kind, r->to_x, r->to_y, r->site_of);
  r->length = sites_wire_length(n, r->to_x, r->to_y);
}
