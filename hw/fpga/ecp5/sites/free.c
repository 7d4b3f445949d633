#include "hw/fpga/ecp5/sites/free.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char prefix[] = "$free$";  // of the names of cells that keep a place free

// Of eight rows, the first to be free and those after it: far from each other.
static const int order[8] = {0, 4, 2, 6, 1, 5, 3, 7};

// What part of the tiles around is free.
static float part(sites_tiles tiles, int x, int y) {
  int some = 0, all = 0;
  for (int j = y - SITES_AROUND; j <= y + SITES_AROUND; j++)
    for (int i = x - SITES_AROUND; i <= x + SITES_AROUND; i++) {
      if (i < 0 || i >= SITES_WIDTH || j < 0 || j >= SITES_HEIGHT || sites_room(SITES_LOGIC, i, j) == 0) continue;
      some += tiles[j][i], all++;
    }
  return all ? (float)some / (float)all : 0;
}

static bool is_free(float level, float demand, float full, int y) {
  return demand > full * level && 8 * (1 - full * level / demand) > (float)order[y % 8] + 0.5f;
}

static int choose(sites_map demand, sites_map full, float level, sites_tiles tiles) {
  int count = 0;
  for (int y = 0; y < SITES_HEIGHT; y++)
    for (int x = 0; x < SITES_WIDTH; x++)
      count += tiles[y][x] = sites_room(SITES_LOGIC, x, y) > 0 && is_free(level, demand[y][x], full[y][x], y);
  return count;
}

int sites_leave_free(sites_map demand, sites_tiles before, int luts, sites_tiles tiles) {
  sites_map full;
  int room = 0;
  for (int y = 0; y < SITES_HEIGHT; y++)
    for (int x = 0; x < SITES_WIDTH; x++) {
      room += sites_room(SITES_LOGIC, x, y);
      full[y][x] = 1 - part(before, x, y);
    }
  const int spare = (int)((float)room - (float)luts / SITES_FILLED), most = spare > 0 ? spare / SITES_TILE_LUTS : 0;
  float level = SITES_ENOUGH;
  int count;
  while ((count = choose(demand, full, level, tiles)) > most) level *= 1.02f;
  return count;
}

int sites_read_free(const sites_netlist *n, sites_tiles tiles) {
  float luts = 0;
  memset(tiles, 0, sizeof(sites_tiles));
  for (int c = 0; c < n->cells; c++) {
    const char *name = n->json[c]->string;
    int x, y;
    if (strncmp(name, prefix, strlen(prefix))) {
      if (n->kind[c] == SITES_LOGIC && n->area[c] >= 1) luts += n->area[c];  // the rest are flip-flops
    } else if (sscanf(name + strlen(prefix), "X%d/Y%d/", &x, &y) == 2 && x >= 0 && x < SITES_WIDTH && y >= 0 &&
               y < SITES_HEIGHT) {
      tiles[y][x] = 1;
    }
  }
  return (int)luts;
}

static bool add_lut(cJSON *list, sites_place at) {
  char name[32], cell_name[48];
  sites_name(SITES_LOGIC, at, name);
  snprintf(cell_name, sizeof cell_name, "%s%s", prefix, name);
  cJSON *cell = cJSON_AddObjectToObject(list, cell_name);
  return cell && cJSON_AddNumberToObject(cell, "hide_name", 1) && cJSON_AddStringToObject(cell, "type", "LUT4") &&
         cJSON_AddStringToObject(cJSON_AddObjectToObject(cell, "parameters"), "INIT", "0000000000000000") &&
         cJSON_AddStringToObject(cJSON_AddObjectToObject(cell, "attributes"), "BEL", name) &&
         cJSON_AddObjectToObject(cell, "port_directions") && cJSON_AddObjectToObject(cell, "connections");
}

systole_status sites_write_free(sites_netlist *n, sites_tiles tiles, systole_error *err) {
  for (int c = 0; c < n->cells; c++)
    if (!strncmp(n->json[c]->string, prefix, strlen(prefix)))
      cJSON_Delete(cJSON_DetachItemViaPointer(n->list, n->json[c])), n->json[c] = NULL;
  for (int y = 0; y < SITES_HEIGHT; y++)
    for (int x = 0; x < SITES_WIDTH; x++)
      for (int i = 0; i < SITES_TILE_LUTS && tiles[y][x]; i++)
        if (!add_lut(n->list, (sites_place){x, y, i})) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  return SYSTOLE_OK;
}
