#include "hw/fpga/ecp5/sites/demand.h"

#include <math.h>
#include <string.h>

typedef struct {
  int x0, x1, y0, y1;  // first and last tile
} box;

static int within(float at, int size) { return at < 0 ? 0 : at >= (float)size ? size - 1 : (int)at; }

static box box_of(const int *pins, int count, const float *x, const float *y) {
  box b = {SITES_WIDTH, 0, SITES_HEIGHT, 0};
  for (int p = 0; p < count; p++) {
    const int i = within(x[pins[p]], SITES_WIDTH), j = within(y[pins[p]], SITES_HEIGHT);
    b.x0 = i < b.x0 ? i : b.x0;
    b.x1 = i > b.x1 ? i : b.x1;
    b.y0 = j < b.y0 ? j : b.y0;
    b.y1 = j > b.y1 ? j : b.y1;
  }
  return b;
}

// A net of many pins takes more wire than half its box's perimeter.
static float branches_of(int count) { return count < 4 ? 1 : 1 + 0.03f * (float)((count < 60 ? count : 60) - 3); }

// Adds `value` to all tiles of a box, once sum_up has been over the map.
static void add_box(sites_map map, box b, float value) {
  map[b.y0][b.x0] += value;
  if (b.x1 + 1 < SITES_WIDTH) map[b.y0][b.x1 + 1] -= value;
  if (b.y1 + 1 < SITES_HEIGHT) map[b.y1 + 1][b.x0] -= value;
  if (b.x1 + 1 < SITES_WIDTH && b.y1 + 1 < SITES_HEIGHT) map[b.y1 + 1][b.x1 + 1] += value;
}

static void sum_up(sites_map map) {
  for (int j = 0; j < SITES_HEIGHT; j++)
    for (int i = 1; i < SITES_WIDTH; i++) map[j][i] += map[j][i - 1];
  for (int j = 1; j < SITES_HEIGHT; j++)
    for (int i = 0; i < SITES_WIDTH; i++) map[j][i] += map[j - 1][i];
}

static float average(sites_map map, int i, int j) {
  float sum = 0;
  int tiles = 0;
  for (int b = j - SITES_AROUND; b <= j + SITES_AROUND; b++)
    for (int a = i - SITES_AROUND; a <= i + SITES_AROUND; a++)
      if (a >= 0 && a < SITES_WIDTH && b >= 0 && b < SITES_HEIGHT) sum += map[b][a], tiles++;
  return sum / (float)tiles;
}

static void add_net(sites_map across, sites_map along, box b, int count) {
  const int width = b.x1 - b.x0, height = b.y1 - b.y0;
  const float each = branches_of(count) / (float)((width + 1) * (height + 1));
  add_box(across, b, each * ((float)width + 0.25f));
  add_box(along, b, each * ((float)height + 0.25f));
}

// What part of the wires in the middle there is so far from an edge that they run to: of
// those that span six tiles some would begin or end beyond it. Fits what router2 finds used twice.
static float wires_at(int at, int size) {
  const int far = at < size - 1 - at ? at : size - 1 - at;
  return fminf(1, 0.31f + 0.04f * (float)far);
}

void sites_demand(const sites_netlist *n, const float *x, const float *y, sites_map demand) {
  sites_map across, along;
  memset(across, 0, sizeof across);
  memset(along, 0, sizeof along);
  for (int net = 0; net < n->nets; net++) {
    const int *pins = n->pins + n->first[net], count = n->first[net + 1] - n->first[net];
    add_net(across, along, box_of(pins, count, x, y), count);
  }
  sum_up(across);
  sum_up(along);
  for (int j = 0; j < SITES_HEIGHT; j++)
    for (int i = 0; i < SITES_WIDTH; i++)
      across[j][i] = fmaxf(across[j][i] / wires_at(i, SITES_WIDTH), along[j][i] / wires_at(j, SITES_HEIGHT));
  for (int j = 0; j < SITES_HEIGHT; j++)
    for (int i = 0; i < SITES_WIDTH; i++) demand[j][i] = average(across, i, j);
}
