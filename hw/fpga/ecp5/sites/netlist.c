#include "hw/fpga/ecp5/sites/netlist.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/load/json.h"

enum { MOST_PINS = 400 };  // a net with more is a clock, a reset, or nearly one

// The area of a flip-flop: most share a place with the LUT before it.
static const struct {
  const char *name;
  sites_kind kind;
  float area;
} types[] = {{"LUT4", SITES_LOGIC, 1},  {"TRELLIS_FF", SITES_LOGIC, 0.35f}, {"CCU2C", SITES_LOGIC, 2},
             {"DP16KD", SITES_RAM, 1},  {"TRELLIS_DPR16X4", SITES_LOGIC, 6}, {"MULT18X18D", SITES_MULT, 1},
             // and as nextpnr calls them
             {"TRELLIS_COMB", SITES_LOGIC, 1}, {"TRELLIS_RAMW", SITES_LOGIC, 2}, {"TRELLIS_IO", SITES_LOGIC, 0},
             {"DCCA", SITES_LOGIC, 0}};

typedef struct {
  int net, cell;
} pin;

static int by_net(const void *a, const void *b) {
  const pin *p = a, *q = b;
  if (p->net != q->net) return p->net < q->net ? -1 : 1;
  return (p->cell > q->cell) - (p->cell < q->cell);
}

static systole_status set_type(sites_netlist *n, int cell, systole_error *err) {
  const char *name = systole_json_text(n->json[cell], "type", "(none)");
  for (size_t t = 0; t < sizeof types / sizeof *types; t++)
    if (!strcmp(name, types[t].name)) {
      n->kind[cell] = types[t].kind;
      n->area[cell] = types[t].area;
      return SYSTOLE_OK;
    }
  return systole_fail(err, SYSTOLE_E_FORMAT, "cell %s is a %s: expected LUT4, TRELLIS_FF or another of an ECP5's",
                      n->json[cell]->string, name);
}

static systole_status read_cells(sites_netlist *n, systole_error *err) {
  int used[SITES_KINDS] = {0};
  const size_t count = (size_t)n->cells;
  n->json = malloc(count * sizeof *n->json);
  n->kind = malloc(count * sizeof *n->kind);
  n->area = malloc(count * sizeof *n->area);
  if (!n->json || !n->kind || !n->area) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  int c = 0;
  for (cJSON *cell = n->list->child; cell; cell = cell->next) {
    n->json[c] = cell;
    const systole_status status = set_type(n, c, err);
    if (status) return status;
    used[n->kind[c++]]++;
  }
  static const char *const names[] = {[SITES_RAM] = "block RAMs", [SITES_MULT] = "multipliers"};
  for (sites_kind kind = SITES_RAM; kind < SITES_KINDS; kind++) {
    sites_place places[SITES_MOST];
    const int have = sites_of_chip(kind, places);
    if (used[kind] > have)
      return systole_fail(err, SYSTOLE_E_RANGE, "%d %s: the chip has %d", used[kind], names[kind], have);
  }
  return SYSTOLE_OK;
}

// Counts the pins, and writes them down if `pins` is given.
static size_t collect_pins(const sites_netlist *n, pin *pins) {
  size_t count = 0;
  for (int c = 0; c < n->cells; c++) {
    const cJSON *port, *bit;
    cJSON_ArrayForEach(port, systole_json_get(n->json[c], "connections"))
      cJSON_ArrayForEach(bit, port) {
        if (!cJSON_IsNumber(bit)) continue;  // a constant
        if (pins) pins[count] = (pin){bit->valueint, c};
        count++;
      }
  }
  return count;
}

static void make_nets(sites_netlist *n, const pin *pins, size_t count) {
  int kept = 0;
  for (size_t p = 0; p < count;) {
    const int net = pins[p].net, start = kept;
    for (; p < count && pins[p].net == net; p++)
      if (kept == start || n->pins[kept - 1] != pins[p].cell) n->pins[kept++] = pins[p].cell;
    if (kept - start < 2 || kept - start > MOST_PINS) kept = start;
    else n->first[n->nets++] = start;
  }
  n->first[n->nets] = kept;
}

static systole_status read_nets(sites_netlist *n, systole_error *err) {
  const size_t count = collect_pins(n, NULL);
  pin *pins = malloc((count + 1) * sizeof *pins);
  n->first = malloc((count + 1) * sizeof *n->first);
  n->pins = malloc((count + 1) * sizeof *n->pins);
  if (pins && n->first && n->pins) {
    collect_pins(n, pins);
    qsort(pins, count, sizeof *pins, by_net);
    make_nets(n, pins, count);
  }
  free(pins);
  return pins && n->first && n->pins ? SYSTOLE_OK : systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
}

systole_status sites_netlist_read(cJSON *document, sites_netlist *n, systole_error *err) {
  *n = (sites_netlist){0};
  const cJSON *module;
  cJSON_ArrayForEach(module, systole_json_get(document, "modules"))
    if (systole_json_get(systole_json_get(module, "attributes"), "top")) n->list = cJSON_GetObjectItem(module, "cells");
  n->cells = cJSON_IsObject(n->list) ? cJSON_GetArraySize(n->list) : 0;
  if (n->cells == 0)
    return systole_fail(err, SYSTOLE_E_FORMAT, "no top module with cells: expected a netlist of Yosys (write_json)");
  const systole_status status = read_cells(n, err);
  return status ? status : read_nets(n, err);
}

void sites_netlist_free(sites_netlist *n) {
  free(n->json);
  free(n->kind);
  free(n->area);
  free(n->first);
  free(n->pins);
}
