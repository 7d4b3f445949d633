// Sites on an ECP5 for RAMs and multipliers: netlists by hand and at random.
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hw/fpga/ecp5/sites/again.h"
#include "hw/fpga/ecp5/sites/assign.h"
#include "hw/fpga/ecp5/sites/best.h"
#include "hw/fpga/ecp5/sites/demand.h"
#include "hw/fpga/ecp5/sites/free.h"
#include "hw/fpga/ecp5/sites/place.h"
#include "hw/fpga/ecp5/sites/solve.h"
#include "hw/fpga/ecp5/sites/spread.h"
#include "tests/unit/harness.h"

enum { SEED = 11 };

static unsigned long long state;
static unsigned rnd(unsigned n) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(state >> 33) % n;
}

// ---- netlists: a list of cells "TYPE:net,net,..."

static cJSON *document_of(const char *const *cells, int count) {
  cJSON *document = cJSON_CreateObject();
  cJSON *library = cJSON_AddObjectToObject(cJSON_AddObjectToObject(document, "modules"), "LUT4");
  cJSON_AddObjectToObject(library, "attributes");
  cJSON *top = cJSON_AddObjectToObject(cJSON_GetObjectItem(document, "modules"), "machine");
  cJSON_AddStringToObject(cJSON_AddObjectToObject(top, "attributes"), "top", "1");
  cJSON *list = cJSON_AddObjectToObject(top, "cells");
  for (int c = 0; c < count; c++) {
    char name[16], type[32];
    snprintf(name, sizeof name, "cell%d", c);
    cJSON *cell = cJSON_AddObjectToObject(list, name);
    const size_t end = strcspn(cells[c], ":");
    snprintf(type, sizeof type, "%.*s", (int)end, cells[c]);
    cJSON_AddStringToObject(cell, "type", type);
    cJSON *bits = cJSON_AddArrayToObject(cJSON_AddObjectToObject(cell, "connections"), "P");
    for (const char *at = cells[c] + end; *at; at += strcspn(at + 1, ",") + 1) {
      if (at[1] == 'x') cJSON_AddItemToArray(bits, cJSON_CreateString("x"));
      else cJSON_AddItemToArray(bits, cJSON_CreateNumber(atoi(at + 1)));
    }
  }
  return document;
}

static void test_nets(void) {
  // Net 7 has cell1 twice; net 8 has one cell, and a constant none.
  static const char *const cells[] = {"LUT4:5,7,x", "CCU2C:7,7,8,6", "MULT18X18D:6,5,7"};
  cJSON *document = document_of(cells, 3);
  sites_netlist n;
  CU_ASSERT_EQUAL(sites_netlist_read(document, &n, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(n.cells, 3);
  CU_ASSERT_EQUAL(n.kind[2], SITES_MULT);
  CU_ASSERT_EQUAL(n.nets, 3);
  CU_ASSERT_EQUAL(n.first[3], 7);
  static const int pins[] = {0, 2, 1, 2, 0, 1, 2};
  for (int p = 0; p < 7; p++) CU_ASSERT_EQUAL(n.pins[p], pins[p]);
  sites_netlist_free(&n);
  cJSON_Delete(document);
}

static void expect_refusal(cJSON *document, systole_status status, const char *words) {
  sites_netlist n;
  systole_error err = {""};
  CU_ASSERT_EQUAL(sites_netlist_read(document, &n, &err), status);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, words));
  sites_netlist_free(&n);
  cJSON_Delete(document);
}

static void test_refused(void) {
  expect_refusal(cJSON_Parse("{\"modules\": {\"a\": {\"cells\": {}}}}"), SYSTOLE_E_FORMAT, "no top module");
  expect_refusal(cJSON_Parse("[]"), SYSTOLE_E_FORMAT, "no top module");
  expect_refusal(cJSON_Parse("{\"modules\": {\"a\": {\"attributes\": {\"top\": 1}, \"cells\": [{}]}}}"), SYSTOLE_E_FORMAT,
                 "no top module");
  static const char *const strange[] = {"LUT4:1", "SB_LUT4:1"};
  expect_refusal(document_of(strange, 2), SYSTOLE_E_FORMAT, "cell1 is a SB_LUT4");
  const char *many[157];
  for (int c = 0; c < 157; c++) many[c] = "MULT18X18D:1";
  expect_refusal(document_of(many, 157), SYSTOLE_E_RANGE, "157 multipliers: the chip has 156");
}

// ---- the chip

static void test_chip(void) {
  static const int most[SITES_KINDS] = {83640, 208, 156};  // the data sheet's
  for (sites_kind kind = SITES_LOGIC; kind < SITES_KINDS; kind++) {
    int room = 0;
    for (int y = 0; y < SITES_HEIGHT; y++)
      for (int x = 0; x < SITES_WIDTH; x++) room += sites_room(kind, x, y);
    CU_ASSERT_EQUAL(room, most[kind]);
  }
  char name[32];
  sites_place places[SITES_MOST];
  CU_ASSERT_EQUAL(sites_of_chip(SITES_MULT, places), 156);
  sites_name(SITES_MULT, places[30], name);
  CU_ASSERT_STRING_EQUAL(name, "X73/Y10/MULT18_4");
  sites_of_chip(SITES_RAM, places);
  sites_name(SITES_RAM, places[207], name);
  CU_ASSERT_STRING_EQUAL(name, "X120/Y82/EBR3");
  sites_name(SITES_LOGIC, (sites_place){5, 6, 5}, name);
  CU_ASSERT_STRING_EQUAL(name, "X5/Y6/SLICEC.K1");
}

// ---- steps on cells without a document

static sites_netlist cells_of(int cells, sites_kind kind, float area) {
  sites_netlist n = {.cells = cells};
  n.kind = malloc((size_t)cells * sizeof *n.kind);
  n.area = malloc((size_t)cells * sizeof *n.area);
  for (int c = 0; c < cells; c++) n.kind[c] = kind, n.area[c] = area;
  return n;
}

// A chain of five between two ends that are held far harder than a net pulls: the sum
// of squares, and so each net, is least with equal distances.
static void test_solve(void) {
  sites_netlist n = cells_of(5, SITES_LOGIC, 1);
  n.kind[0] = n.kind[4] = SITES_RAM;
  n.nets = 4;
  n.first = (int[]){0, 2, 4, 6, 8};
  n.pins = (int[]){0, 1, 1, 2, 2, 3, 3, 4};
  float at[] = {10, 20, 20.5f, 21, 50}, y[5] = {0};
  const float to[] = {10, 0, 0, 0, 50}, hold[SITES_KINDS] = {0, 1e4f, 0};
  CU_ASSERT_DOUBLE_EQUAL(sites_wire_length(&n, at, y), 40, 1e-4);
  for (int turn = 0; turn < 60; turn++) CU_ASSERT_EQUAL(sites_solve(&n, at, to, hold, NULL), SYSTOLE_OK);
  for (int c = 0; c < 5; c++) {
    CU_ASSERT(at[c] > 9.9 && at[c] < 50.1);
    if (c > 0) CU_ASSERT(at[c] >= at[c - 1] - 0.1f);
  }
  CU_ASSERT_DOUBLE_EQUAL(sites_wire_length(&n, at, y), 40, 0.1);
  at[1] = 90;  // a detour is taken back
  CU_ASSERT_EQUAL(sites_solve(&n, at, to, hold, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(sites_solve(&n, at, to, hold, NULL), SYSTOLE_OK);
  CU_ASSERT_DOUBLE_EQUAL(sites_wire_length(&n, at, y), 40, 0.5);
  free(n.kind), free(n.area);
}

// All in one place: no part of the chip takes more than it may, and the cells stay near.
static void test_spread(void) {
  enum { CELLS = 4000 };
  static float x[CELLS], y[CELLS], to_x[CELLS], to_y[CELLS];
  sites_netlist n = cells_of(CELLS, SITES_LOGIC, 2);
  for (int c = 0; c < CELLS; c++) x[c] = 60.5f, y[c] = 50.5f;
  CU_ASSERT_EQUAL(sites_spread(&n, SITES_LOGIC, 0.8f, x, y, to_x, to_y, NULL), SYSTOLE_OK);
  static float used[SITES_HEIGHT][SITES_WIDTH];
  memset(used, 0, sizeof used);
  for (int c = 0; c < CELLS; c++) used[(int)to_y[c]][(int)to_x[c]] += n.area[c];
  int over = 0, beyond = 0;
  for (int j = 0; j < SITES_HEIGHT; j++)
    for (int i = 0; i < SITES_WIDTH; i++) over += used[j][i] > 0.8f * (float)sites_room(SITES_LOGIC, i, j) + 2;
  // 8,000 places at 80 % are 1,250 tiles, some 36 x 36; halves are not centred on them.
  for (int c = 0; c < CELLS; c++) beyond += fabsf(to_x[c] - 60) > 48 || fabsf(to_y[c] - 50) > 48;
  CU_ASSERT_EQUAL(over, 0);
  CU_ASSERT_EQUAL(beyond, 0);
  // Where there is room, nothing moves.
  for (int c = 0; c < CELLS; c++) x[c] = 2 + (float)(c % 120), y[c] = 23 + (float)(c / 120 % 10);
  n.cells = 1200;
  CU_ASSERT_EQUAL(sites_spread(&n, SITES_LOGIC, 0.8f, x, y, to_x, to_y, NULL), SYSTOLE_OK);
  for (int c = 0; c < n.cells; c++) CU_ASSERT(to_x[c] == x[c] && to_y[c] == y[c]);
  free(n.kind), free(n.area);
}

static float way(sites_place p, float x, float y) { return fabsf(x - (float)p.x) + fabsf(y - (float)p.y); }

// Each has a site of its own, and no two gain by changing, nor one by a free site.
static void check_assignment(const sites_netlist *n, const float *x, const float *y, const int *site_of) {
  sites_place p[SITES_MOST];
  const int sites = sites_of_chip(SITES_MULT, p);
  int taken[SITES_MOST] = {0}, gains = 0;
  for (int c = 0; c < n->cells; c++) taken[site_of[c]]++;
  for (int s = 0; s < sites; s++) CU_ASSERT(taken[s] <= 1);
  for (int c = 0; c < n->cells; c++) {
    const sites_place here = p[site_of[c]];
    for (int s = 0; s < sites; s++) gains += !taken[s] && way(p[s], x[c], y[c]) < way(here, x[c], y[c]) - 1e-3f;
    for (int d = 0; d < c; d++) {
      const sites_place there = p[site_of[d]];
      gains += way(there, x[c], y[c]) + way(here, x[d], y[d]) <
               way(here, x[c], y[c]) + way(there, x[d], y[d]) - 1e-3f;
    }
  }
  CU_ASSERT_EQUAL(gains, 0);
}

static void test_assign(void) {
  state = SEED;
  for (int round = 0; round < 20; round++) {
    const int cells = round == 0 ? 156 : 1 + (int)rnd(156);
    sites_netlist n = cells_of(cells, SITES_MULT, 1);
    float x[SITES_MOST], y[SITES_MOST], from_x[SITES_MOST], from_y[SITES_MOST];
    int site_of[SITES_MOST];
    const unsigned width = round % 2 ? 126 : 30;
    for (int c = 0; c < cells; c++) from_x[c] = x[c] = (float)rnd(width), from_y[c] = y[c] = (float)rnd(95);
    sites_assign(&n, SITES_MULT, x, y, site_of);
    check_assignment(&n, from_x, from_y, site_of);
    free(n.kind), free(n.area);
  }
}

// Nets in the middle of 20 x 4 tiles: all wires along them, and nothing far away.
static void test_demand(void) {
  enum { NETS = 1000 };
  static float x[2 * NETS], y[2 * NETS];
  static int first[NETS + 1], pins[2 * NETS];
  sites_netlist n = cells_of(2 * NETS, SITES_LOGIC, 1);
  n.nets = NETS, n.first = first, n.pins = pins;
  state = SEED;
  double wires = 0;
  for (int c = 0; c < 2 * NETS; c++) {
    pins[c] = c, first[c / 2] = c / 2 * 2;
    x[c] = (float)(50 + rnd(20)), y[c] = (float)(40 + rnd(4));
    if (c % 2) wires += fabsf(x[c] - x[c - 1]) + 0.25f;
  }
  first[NETS] = 2 * NETS;
  static sites_map demand;
  sites_demand(&n, x, y, demand);
  double sum = 0, outside = 0;
  for (int j = 0; j < SITES_HEIGHT; j++)
    for (int i = 0; i < SITES_WIDTH; i++) {
      sum += demand[j][i];
      if (i < 50 - SITES_AROUND || i >= 70 + SITES_AROUND || j < 40 - SITES_AROUND || j >= 44 + SITES_AROUND)
        outside += fabsf(demand[j][i]);
    }
  CU_ASSERT_DOUBLE_EQUAL(sum, wires, wires / 1000);
  CU_ASSERT(outside < wires / 1000);
  CU_ASSERT(demand[42][60] > demand[42][51]);
  free(n.kind), free(n.area);
}

// The same wires ask for more where there are fewer: the nearer to an edge. And those from
// left to right do not count with those from top to bottom.
static void test_edge(void) {
  static sites_map demand;
  sites_netlist n = cells_of(6, SITES_LOGIC, 1);
  n.nets = 3, n.first = (int[]){0, 2, 4, 6}, n.pins = (int[]){0, 1, 2, 3, 4, 5};
  const float x[] = {60, 64, 4, 8, 110, 114}, y[] = {45, 45, 45, 45, 45, 45};
  sites_demand(&n, x, y, demand);
  CU_ASSERT(demand[45][62] > 0);
  CU_ASSERT(demand[45][6] > 1.5f * demand[45][62]);
  CU_ASSERT(demand[45][112] > demand[45][62] && demand[45][112] < demand[45][6]);
  const float to_x[] = {60, 64}, to_y[] = {43, 47};
  n.nets = 1;
  sites_demand(&n, to_x, to_y, demand);
  double sum = 0;
  for (int j = 0; j < SITES_HEIGHT; j++)
    for (int i = 0; i < SITES_WIDTH; i++) sum += demand[j][i];
  CU_ASSERT_DOUBLE_EQUAL(sum, 4.25, 0.01);
  free(n.kind), free(n.area);
}

// A spot with thrice the demand that is no trouble: two thirds of its rows are free.
static void test_free(void) {
  static sites_map demand;
  static sites_tiles tiles;
  for (int j = 0; j < SITES_HEIGHT; j++)
    for (int i = 0; i < SITES_WIDTH; i++) demand[j][i] = i >= 40 && i < 60 && j >= 24 && j < 34 ? 3 * SITES_ENOUGH : 10;
  static sites_tiles before;
  const int count = sites_leave_free(demand, before, 10000, tiles);
  CU_ASSERT(count >= 20 * 6 && count <= 20 * 8);
  int found = 0;
  for (int j = 0; j < SITES_HEIGHT; j++)
    for (int i = 0; i < SITES_WIDTH; i++) {
      found += tiles[j][i];
      if (tiles[j][i]) CU_ASSERT(i >= 40 && i < 60 && j >= 24 && j < 34);
      if (tiles[j][i]) CU_ASSERT_EQUAL(tiles[j][40], 1);  // whole rows
    }
  CU_ASSERT_EQUAL(found, count);
  // In a fuller chip fewer, and none where there is no room.
  const int fewer = sites_leave_free(demand, before, (int)(83640 * SITES_FILLED) - 500, tiles);
  CU_ASSERT(fewer > 0 && fewer < count && fewer <= 500 / SITES_FILLED / SITES_TILE_LUTS);
  CU_ASSERT_EQUAL(sites_leave_free(demand, before, 83640, tiles), 0);
  // Where half was free the demand would be twice what it is: more of it is free than before.
  for (int j = 24; j < 34; j++) memset(&before[j][40], j % 2, 20);
  CU_ASSERT(sites_leave_free(demand, before, 10000, tiles) > count);
}

// ---- free tiles for what nextpnr placed

static void place_cell(cJSON *document, int c, int x, int y) {
  char name[32], bel[32];
  snprintf(name, sizeof name, "cell%d", c);
  snprintf(bel, sizeof bel, "X%d/Y%d/SLICEA.K0", x, y);
  cJSON *cells = cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(document, "modules"), "machine"), "cells");
  cJSON *attributes = cJSON_AddObjectToObject(cJSON_GetObjectItem(cells, name), "attributes");
  if (x) cJSON_AddStringToObject(attributes, "NEXTPNR_BEL", bel);
}

// How many LUTs keep places free, all of them in tiles between 10/30 and 30/40.
static int free_luts(const sites_netlist *n) {
  int found = 0, x, y;
  for (const cJSON *cell = n->list->child; cell; cell = cell->next) {
    if (strncmp(cell->string, "$free$", 6)) continue;
    found++;
    CU_ASSERT_EQUAL(sscanf(cell->string, "$free$X%d/Y%d/SLICE", &x, &y), 2);
    CU_ASSERT(x >= 10 && x <= 30 && y >= 30 && y <= 40);
  }
  return found;
}

// Chains of `times` nets each from corner to corner of 10 x 4 tiles.
static void check_again(int times, bool many) {
  enum { CELLS = 40 };
  static char text[CELLS][2000];
  const char *cells[CELLS];
  for (int c = 0; c < CELLS; c++) {
    char *end = text[c] + sprintf(text[c], "TRELLIS_COMB:1");
    for (int t = 0; t < times; t++) end += sprintf(end, ",%d,%d", 2 + c * 100 + t, 2 + (c + 1) * 100 + t);
    cells[c] = text[c];
  }
  cJSON *document = document_of(cells, CELLS), *design = cJSON_Duplicate(document, true);
  for (int c = 0; c < CELLS; c++) place_cell(document, c, c % 2 ? 15 : 25, c % 2 ? 33 : 37);
  sites_netlist n, placed;
  CU_ASSERT_EQUAL(sites_netlist_read(design, &n, NULL), SYSTOLE_OK);
  cJSON *old = cJSON_AddObjectToObject(n.list, "$free$X90/Y90/SLICEA.K0");  // far from all nets
  cJSON_AddStringToObject(old, "type", "LUT4");
  sites_netlist_free(&n);
  CU_ASSERT_EQUAL(sites_netlist_read(design, &n, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(sites_netlist_read(document, &placed, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(sites_free_again(&n, &placed, NULL, NULL), SYSTOLE_OK);
  const int found = free_luts(&n);
  CU_ASSERT_EQUAL(found > 0, many);
  CU_ASSERT_EQUAL(found % SITES_TILE_LUTS, 0);
  sites_netlist_free(&n), sites_netlist_free(&placed);
  cJSON_Delete(document), cJSON_Delete(design);
}

static void test_again(void) {
  check_again(1, false);
  check_again(90, true);
  static const char *const cells[] = {"LUT4:2,3", "LUT4:2,3"};
  cJSON *document = document_of(cells, 2);
  place_cell(document, 0, 15, 33);
  place_cell(document, 1, 0, 0);
  sites_netlist n;
  systole_error err = {""};
  CU_ASSERT_EQUAL(sites_netlist_read(document, &n, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(sites_free_again(&n, &n, NULL, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "cell1 has no place"));
  sites_netlist_free(&n);
  cJSON_Delete(document);
}

// ---- the best of many: what comes of one of the beginnings, and few are shorter

static void test_best(void) {
  enum { CELLS = 90 };
  char text[CELLS][48];
  const char *cells[CELLS];
  state = SEED;
  for (int c = 0; c < CELLS; c++) {
    const char *type = c % 5 ? "LUT4" : c % 2 ? "DP16KD" : "MULT18X18D";
    snprintf(text[c], sizeof text[c], "%s:%u,%u,%u", type, 2 + rnd(40), 2 + rnd(40), 2 + rnd(40));
    cells[c] = text[c];
  }
  cJSON *document = document_of(cells, CELLS);
  sites_netlist n;
  CU_ASSERT_EQUAL(sites_netlist_read(document, &n, NULL), SYSTOLE_OK);
  sites_rough best;
  CU_ASSERT_EQUAL(sites_best(&n, &best, NULL, NULL), SYSTOLE_OK);
  int shorter = 0, equal = 0;
  for (int beginning = 0; beginning < SITES_BEGINNINGS; beginning++) {
    sites_rough one;
    CU_ASSERT_EQUAL(sites_rough_begin(&n, beginning, &one, NULL), SYSTOLE_OK);
    CU_ASSERT_EQUAL(sites_rough_turns(&n, SITES_TURNS, &one, NULL), SYSTOLE_OK);
    sites_rough_end(&n, &one);
    shorter += one.length < best.length;
    equal += one.length == best.length && !memcmp(one.to_x, best.to_x, CELLS * sizeof *one.to_x) &&
             !memcmp(one.site_of, best.site_of, CELLS * sizeof *one.site_of);
    sites_rough_free(&one);
  }
  CU_ASSERT(shorter <= SITES_BEGINNINGS / 4);
  CU_ASSERT(equal > 0);
  sites_rough_free(&best);
  sites_netlist_free(&n);
  cJSON_Delete(document);
}

// ---- all of it: a chain of RAM, LUT, RAM, LUT ... comes out as one

static void test_place(void) {
  enum { RAMS = 60, CELLS = 2 * RAMS };
  char text[CELLS][32];
  const char *cells[CELLS];
  for (int c = 0; c < CELLS; c++) {
    snprintf(text[c], sizeof text[c], "%s:%d,%d", c % 2 ? "LUT4" : "DP16KD", c + 2, c + 3);
    cells[c] = text[c];
  }
  cJSON *document = document_of(cells, CELLS);
  sites_netlist n;
  CU_ASSERT_EQUAL(sites_netlist_read(document, &n, NULL), SYSTOLE_OK);
  CU_ASSERT_EQUAL(sites_place_netlist(&n, NULL, NULL), SYSTOLE_OK);
  int far = 0, x = 0, y = 0, before_x = 0, before_y = 0;
  for (int c = 0; c < CELLS; c++) {
    const char *bel = cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(n.json[c], "attributes"), "BEL"));
    CU_ASSERT_EQUAL(bel != NULL, c % 2 == 0);
    if (bel == NULL) continue;
    CU_ASSERT_EQUAL(sscanf(bel, "X%d/Y%d/EBR", &x, &y), 2);
    if (c > 0) far += abs(x - before_x) + abs(y - before_y);
    before_x = x, before_y = y;
  }
  // Neighbours are two to four tiles apart, or change the row (12 to 24); by chance they
  // would be 60.
  CU_ASSERT(far < 15 * RAMS);
  sites_netlist_free(&n);
  cJSON_Delete(document);
}

void suite_sites(void) {
  static const systole_test tests[] = {{"nets of a netlist", test_nets},
                                       {"netlists that are refused", test_refused},
                                       {"rooms and names of the chip", test_chip},
                                       {"places of short wires", test_solve},
                                       {"no part too full", test_spread},
                                       {"sites with the shortest ways", test_assign},
                                       {"wires asked for", test_demand},
                                       {"wires asked for at an edge", test_edge},
                                       {"tiles left free", test_free},
                                       {"free tiles of what is placed", test_again},
                                       {"the best of several beginnings", test_best},
                                       {"a chain stays one", test_place},
                                       {0}};
  systole_test_suite("sites", tests);
}
