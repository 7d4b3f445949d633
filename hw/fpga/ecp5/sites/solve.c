#include "hw/fpga/ecp5/sites/solve.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { STEPS = 150 };  // of conjugate gradients at most

typedef struct {
  int a, b;
  float w;
} spring;

// What the springs ask of every cell: diagonal * place - the springs' other ends = right.
typedef struct {
  int cells, springs;
  spring *spring;
  float *diagonal, *right;
  float *rest, *scaled, *way, *image;  // of conjugate gradients
} equations;

static float extent(const int *pins, int count, const float *at) {
  float low = at[pins[0]], high = low;
  for (int p = 1; p < count; p++) {
    low = fminf(low, at[pins[p]]);
    high = fmaxf(high, at[pins[p]]);
  }
  return high - low;
}

double sites_wire_length(const sites_netlist *n, const float *x, const float *y) {
  double sum = 0;
  for (int net = 0; net < n->nets; net++) {
    const int *pins = n->pins + n->first[net], count = n->first[net + 1] - n->first[net];
    sum += extent(pins, count, x) + extent(pins, count, y);
  }
  return sum;
}

// ---- Springs

static void join(equations *e, int a, int b, float share, const float *at) {
  const float w = share / fmaxf(fabsf(at[a] - at[b]), 0.5f);
  e->spring[e->springs++] = (spring){a, b, w};
  e->diagonal[a] += w;
  e->diagonal[b] += w;
}

// What a block RAM puts out comes late, and a multiplier takes long: what is between them has
// to be short, and nobody moves them later.
static float pull(const sites_netlist *n, const int *pins, int count) {
  bool of[SITES_KINDS] = {false};
  for (int p = 0; p < count; p++) of[n->kind[pins[p]]] = true;
  return of[SITES_RAM] && of[SITES_MULT] ? 4 : 1;
}

static void join_net(equations *e, const sites_netlist *n, const int *pins, int count, const float *at) {
  int low = pins[0], high = pins[count - 1];
  for (int p = 0; p < count; p++) {
    if (at[pins[p]] < at[low]) low = pins[p];
    if (at[pins[p]] > at[high]) high = pins[p];
  }
  if (low == high) high = pins[low == pins[0] ? 1 : 0];
  const float share = pull(n, pins, count) / (float)(count - 1);
  join(e, low, high, share, at);
  for (int p = 0; p < count; p++) {
    if (pins[p] == low || pins[p] == high) continue;
    join(e, pins[p], low, share, at);
    join(e, pins[p], high, share, at);
  }
}

static void set_up(equations *e, const sites_netlist *n, const float *at, const float *to,
                   const float hold[SITES_KINDS]) {
  for (int c = 0; c < n->cells; c++) {
    const float w = hold[n->kind[c]] / fmaxf(fabsf(at[c] - to[c]), 1) + 1e-6f;
    e->diagonal[c] = w;
    e->right[c] = w * to[c];
  }
  for (int net = 0; net < n->nets; net++)
    join_net(e, n, n->pins + n->first[net], n->first[net + 1] - n->first[net], at);
}

// ---- Conjugate gradients, with the diagonal as preconditioner

static void multiply(const equations *e, const float *v, float *result) {
  for (int c = 0; c < e->cells; c++) result[c] = e->diagonal[c] * v[c];
  for (int s = 0; s < e->springs; s++) {
    const spring k = e->spring[s];
    result[k.a] -= k.w * v[k.b];
    result[k.b] -= k.w * v[k.a];
  }
}

static double product(int count, const float *a, const float *b) {
  double sum = 0;
  for (int c = 0; c < count; c++) sum += (double)a[c] * b[c];
  return sum;
}

static void descend(equations *e, float *at) {
  const int n = e->cells;
  multiply(e, at, e->image);
  for (int c = 0; c < n; c++) {
    e->rest[c] = e->right[c] - e->image[c];
    e->way[c] = e->scaled[c] = e->rest[c] / e->diagonal[c];
  }
  double left = product(n, e->rest, e->scaled);
  const double enough = left * 1e-8;
  for (int step = 0; step < STEPS && left > enough; step++) {
    multiply(e, e->way, e->image);
    const float far = (float)(left / product(n, e->way, e->image));
    for (int c = 0; c < n; c++) {
      at[c] += far * e->way[c];
      e->rest[c] -= far * e->image[c];
      e->scaled[c] = e->rest[c] / e->diagonal[c];
    }
    const double next = product(n, e->rest, e->scaled);
    const float keep = (float)(next / left);
    for (int c = 0; c < n; c++) e->way[c] = e->scaled[c] + keep * e->way[c];
    left = next;
  }
}

systole_status sites_solve(const sites_netlist *n, float *at, const float *to, const float hold[SITES_KINDS],
                           systole_error *err) {
  const size_t cells = (size_t)n->cells;
  equations e = {.cells = n->cells, .spring = malloc((2 * (size_t)n->first[n->nets] + 1) * sizeof *e.spring)};
  float *rows = malloc(6 * cells * sizeof *rows);
  const bool there = e.spring != NULL && rows != NULL;
  if (there) {
    float **const row[] = {&e.diagonal, &e.right, &e.rest, &e.scaled, &e.way, &e.image};
    for (size_t r = 0; r < 6; r++) *row[r] = rows + r * cells;
    set_up(&e, n, at, to, hold);
    descend(&e, at);
  }
  free(e.spring);
  free(rows);
  return there ? SYSTOLE_OK : systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
}
