#include "hw/fpga/ecp5/sites/assign.h"

#include <math.h>
#include <stdbool.h>

// A cell pays its price and that of its site; both together never exceed its way
// there, and equal it where it stands.
typedef struct {
  int cells, sites;
  float way[SITES_MOST][SITES_MOST];  // from cell to site
  float cell_price[SITES_MOST], site_price[SITES_MOST];
  int taken[SITES_MOST];  // by which cell, or -1
} matching;

// One cell more: the cheapest chain of moves that ends at a free site.
static void place(matching *m, int cell) {
  float slack[SITES_MOST];
  int before[SITES_MOST];  // the site whose cell would move to this one, -1: `cell`
  bool seen[SITES_MOST] = {false};
  for (int s = 0; s < m->sites; s++) slack[s] = INFINITY, before[s] = -1;
  int last = -1;
  for (int moves = cell;; moves = m->taken[last]) {
    int next = -1;
    for (int s = 0; s < m->sites; s++) {
      if (seen[s]) continue;
      const float over = m->way[moves][s] - m->cell_price[moves] - m->site_price[s];
      if (over < slack[s]) slack[s] = over, before[s] = last;
      if (next < 0 || slack[s] < slack[next]) next = s;
    }
    const float step = slack[next];
    m->cell_price[cell] += step;
    for (int s = 0; s < m->sites; s++) {
      if (seen[s]) m->cell_price[m->taken[s]] += step, m->site_price[s] -= step;
      else slack[s] -= step;
    }
    seen[next] = true;
    last = next;
    if (m->taken[last] < 0) break;
  }
  for (; before[last] >= 0; last = before[last]) m->taken[last] = m->taken[before[last]];
  m->taken[last] = cell;
}

void sites_assign(const sites_netlist *n, sites_kind kind, float *x, float *y, int *site_of) {
  sites_place places[SITES_MOST];
  int cells[SITES_MOST];
  matching m = {.sites = sites_of_chip(kind, places)};
  for (int c = 0; c < n->cells; c++)
    if (n->kind[c] == kind) cells[m.cells++] = c;
  for (int s = 0; s < m.sites; s++) {
    m.taken[s] = -1;
    for (int c = 0; c < m.cells; c++)
      m.way[c][s] = fabsf(x[cells[c]] - (float)places[s].x) + fabsf(y[cells[c]] - (float)places[s].y);
  }
  for (int c = 0; c < m.cells; c++) place(&m, c);
  for (int s = 0; s < m.sites; s++) {
    if (m.taken[s] < 0) continue;
    const int cell = cells[m.taken[s]];
    x[cell] = (float)places[s].x;
    y[cell] = (float)places[s].y;
    site_of[cell] = s;
  }
}
