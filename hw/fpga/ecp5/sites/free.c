#include "hw/fpga/ecp5/sites/free.h"

#include <stdbool.h>

// Of eight rows, the first to be free and those after it: far from each other.
static const int order[8] = {0, 4, 2, 6, 1, 5, 3, 7};

static bool is_free(sites_map demand, float level, int x, int y) {
  if (sites_room(SITES_LOGIC, x, y) == 0 || demand[y][x] <= level) return false;
  return 8 * (1 - level / demand[y][x]) > (float)order[y % 8] + 0.5f;
}

static int count(sites_map demand, float level) {
  int tiles = 0;
  for (int y = 0; y < SITES_HEIGHT; y++)
    for (int x = 0; x < SITES_WIDTH; x++) tiles += is_free(demand, level, x, y);
  return tiles;
}

int sites_leave_free(sites_map demand, int luts, sites_tiles tiles) {
  int room = 0;
  for (int y = 0; y < SITES_HEIGHT; y++)
    for (int x = 0; x < SITES_WIDTH; x++) room += sites_room(SITES_LOGIC, x, y);
  const int most = (int)((float)room - (float)luts / SITES_FILLED) / SITES_TILE_LUTS;
  float level = SITES_ENOUGH;
  while (count(demand, level) > (most > 0 ? most : 0)) level *= 1.02f;
  for (int y = 0; y < SITES_HEIGHT; y++)
    for (int x = 0; x < SITES_WIDTH; x++) tiles[y][x] = is_free(demand, level, x, y);
  return count(demand, level);
}
