#include "hw/fpga/ecp5/sites/spread.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct {
  float at, area;
  int cell;
} entry;

typedef struct {
  const sites_netlist *n;
  float full;
  const float *x, *y;
  float *to_x, *to_y;
  entry *entries;                                // the cells, each region's beside each other
  int room[SITES_HEIGHT + 1][SITES_WIDTH + 1];   // of all that is left of and below
} work;

typedef struct {
  int x0, y0, x1, y1;  // the ends not included
} region;

static int by_place(const void *a, const void *b) {
  const entry *p = a, *q = b;
  if (p->at != q->at) return p->at < q->at ? -1 : 1;
  return (p->cell > q->cell) - (p->cell < q->cell);
}

static int room_of(const work *w, region r) {
  return w->room[r.y1][r.x1] - w->room[r.y0][r.x1] - w->room[r.y1][r.x0] + w->room[r.y0][r.x0];
}

// In one tile cells keep their places but for its bounds.
static void settle(work *w, const entry *cells, int count, region r) {
  for (int e = 0; e < count; e++) {
    const int c = cells[e].cell;
    w->to_x[c] = fminf(fmaxf(w->x[c], (float)r.x0), (float)(r.x1 - 1));
    w->to_y[c] = fminf(fmaxf(w->y[c], (float)r.y0), (float)(r.y1 - 1));
  }
}

// Cuts where half of the room is on each side.
static void cut_region(const work *w, region r, bool across, region *low, region *high) {
  const int half = room_of(w, r) / 2;
  int *end = across ? &low->x1 : &low->y1;
  const int last = across ? r.x1 : r.y1;
  *low = *high = r;
  *end = (across ? r.x0 : r.y0) + 1;
  while (room_of(w, *low) < half && *end + 1 < last) ++*end;
  if (across) high->x0 = low->x1;
  else high->y0 = low->y1;
}

// How many of the sorted cells go to the lower half.
static int cut_cells(const work *w, const entry *cells, int count, float line, float low_room, float high_room) {
  float total = 0, natural = 0;
  for (int e = 0; e < count; e++) {
    total += cells[e].area;
    natural += cells[e].at < line ? cells[e].area : 0;
  }
  const float part = fmaxf(w->full, total / (low_room + high_room));  // evenly, if all is fuller
  const float wanted = fminf(fmaxf(natural, total - part * high_room), part * low_room);
  int cut = 0;
  for (float area = 0; cut < count && area + cells[cut].area / 2 < wanted; cut++) area += cells[cut].area;
  return cut;
}

static void halve(work *w, entry *cells, int count, region r) {
  if (count == 0) return;
  const int width = r.x1 - r.x0, height = r.y1 - r.y0;
  const bool across = width >= height;
  if (width == 1 && height == 1) {
    settle(w, cells, count, r);
    return;
  }
  for (int e = 0; e < count; e++) cells[e].at = across ? w->x[cells[e].cell] : w->y[cells[e].cell];
  qsort(cells, (size_t)count, sizeof *cells, by_place);
  region low, high;
  cut_region(w, r, across, &low, &high);
  const int cut = cut_cells(w, cells, count, (float)(across ? low.x1 : low.y1), (float)room_of(w, low),
                            (float)room_of(w, high));
  halve(w, cells, cut, low);
  halve(w, cells + cut, count - cut, high);
}

systole_status sites_spread(const sites_netlist *n, sites_kind kind, float full, const float *x, const float *y,
                            float *to_x, float *to_y, systole_error *err) {
  work w = {.n = n, .full = full, .x = x, .y = y, .to_x = to_x, .to_y = to_y};
  w.entries = malloc((size_t)n->cells * sizeof *w.entries);
  if (w.entries == NULL) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  for (int j = 0; j < SITES_HEIGHT; j++)
    for (int i = 0; i < SITES_WIDTH; i++)
      w.room[j + 1][i + 1] = w.room[j][i + 1] + w.room[j + 1][i] - w.room[j][i] + sites_room(kind, i, j);
  int count = 0;
  for (int c = 0; c < n->cells; c++)
    if (n->kind[c] == kind) w.entries[count++] = (entry){.area = n->area[c], .cell = c};
  halve(&w, w.entries, count, (region){0, 0, SITES_WIDTH, SITES_HEIGHT});
  free(w.entries);
  return SYSTOLE_OK;
}
