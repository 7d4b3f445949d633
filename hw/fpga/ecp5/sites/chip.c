#include "hw/fpga/ecp5/sites/chip.h"

#include <stdbool.h>
#include <stdio.h>

// RAMs and multipliers stand in rows of their own, in 13 groups of four, nine columns
// apart; two more columns lie between the seventh and the eighth.
enum { GROUPS = 13, PER_GROUP = 4, FIRST = 4, PITCH = 9, MIDDLE = 7, GAP = 2 };

typedef struct {
  int count, rows[4], offsets[PER_GROUP], names[PER_GROUP];
} columns;
static const columns columns_of[SITES_KINDS] = {
    [SITES_RAM] = {4, {22, 46, 70, 82}, {0, 2, 4, 6}, {0, 1, 2, 3}},
    [SITES_MULT] = {3, {10, 34, 58}, {0, 1, 4, 5}, {0, 1, 4, 5}}};

int sites_of_chip(sites_kind kind, sites_place places[SITES_MOST]) {
  const columns *c = &columns_of[kind];
  int n = 0;
  for (int r = 0; r < c->count; r++)
    for (int g = 0; g < GROUPS; g++)
      for (int i = 0; i < PER_GROUP; i++) {
        const int group = FIRST + PITCH * g + (g >= MIDDLE ? GAP : 0);
        places[n++] = (sites_place){group + c->offsets[i], c->rows[r], c->names[i]};
      }
  return n;
}

static bool is_row(sites_kind kind, int y) {
  for (int r = 0; r < columns_of[kind].count; r++)
    if (columns_of[kind].rows[r] == y) return true;
  return false;
}

int sites_room(sites_kind kind, int x, int y) {
  if (kind == SITES_LOGIC) {
    const bool inside = x >= 2 && x < SITES_WIDTH - 1 && y >= 2 && y < SITES_HEIGHT - 1;
    return inside && !is_row(SITES_RAM, y) && !is_row(SITES_MULT, y) ? SITES_TILE_LUTS : 0;
  }
  if (!is_row(kind, y)) return 0;
  sites_place places[SITES_MOST];
  int n = 0;
  for (int s = sites_of_chip(kind, places) - 1; s >= 0; s--) n += places[s].x == x && places[s].y == y;
  return n;
}

void sites_name(sites_kind kind, sites_place at, char name[32]) {
  if (kind == SITES_LOGIC)
    snprintf(name, 32, "X%d/Y%d/SLICE%c.K%d", at.x, at.y, 'A' + at.index / 2, at.index % 2);
  else
    snprintf(name, 32, "X%d/Y%d/%s%d", at.x, at.y, kind == SITES_RAM ? "EBR" : "MULT18_", at.index);
}
