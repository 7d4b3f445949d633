// Layers of a list, each as a product of compiler/gemm from start to done.
#include <inttypes.h>
#include <string.h>

#include "cli/estimate.h"
#include "cli/report.h"
#include "cli/setup.h"
#include "compiler/gemm.h"
#include "compiler/load/topology.h"

typedef struct {
  const systole_estimate *estimate;
  systole_figures layer, total;
  systole_progress progress;
  FILE *out;
  cJSON *list;
} run;

// ---- one product ---------------------------------------------------------------

static systole_status run_program(run *r, const systole_program *program, systole_figures *f,
                                  systole_error *err) {
  systole_options options = systole_estimate_device(r->estimate);
  systole_device *device;
  systole_loaded *loaded = NULL;
  // Every product has a device of its own: the same addresses as in `systole gemm`.
  systole_status status = systole_open(r->estimate->common.backend, &f->config, &options, &device, err);
  if (status) return status;
  status = systole_load(device, program, &loaded, err);
  if (!status)
    status = systole_figures_run(f, device, loaded, &program->entries[0], NULL, r->estimate->common.limit, NULL, err);
  systole_unload(loaded);
  systole_close(device);
  return status;
}

static void add(systole_figures *sum, const systole_figures *f, uint64_t times) {
  sum->cycles += times * f->cycles, sum->macs += times * f->macs;
  sum->retired += times * f->retired;
  sum->read_bytes += times * f->read_bytes, sum->write_bytes += times * f->write_bytes;
  sum->work.door_rows += times * f->work.door_rows;
  for (int i = 0; i < SYSTOLE_SEGMENTS; i++) sum->work.read_bytes[i] += times * f->work.read_bytes[i];
  sum->wall_seconds += f->wall_seconds;
}

static systole_figures none(const run *r) {
  return (systole_figures){.config = r->total.config, .backend = r->total.backend};
}

// Runs from one start are alike, so that one stands for all `times`.
static systole_status product(run *r, uint32_t m, uint32_t k, uint32_t n, uint64_t times,
                              systole_error *err) {
  systole_figures f = none(r);
  systole_program *program;
  if (!times || !m || !n) return SYSTOLE_OK;
  systole_status status = systole_gemm_build(&f.config, m, k, n, &program, err);
  if (status) return status;
  status = run_program(r, program, &f, err);
  systole_program_destroy(program);
  add(&r->layer, &f, times);
  return status;
}

// More rows or columns than the compiler takes are cut into products that it
// takes, one after the other.
static systole_status layer(run *r, const systole_layer *l, systole_error *err) {
  const uint64_t most = SYSTOLE_GEMM_MAX;
  const uint64_t rows = l->m / most * l->times, columns = l->n / most;
  const uint32_t m = (uint32_t)(l->m % most), n = (uint32_t)(l->n % most), k = (uint32_t)l->k;
  if (l->k > most)
    return systole_fail(err, SYSTOLE_E_RANGE, "%.500s: line %lu: %s: K is %" PRIu64 ": expected at most %d",
                        r->estimate->topology, (unsigned long)l->line, l->name, l->k, SYSTOLE_GEMM_MAX);
  r->layer = none(r);
  systole_status status = product(r, SYSTOLE_GEMM_MAX, k, SYSTOLE_GEMM_MAX, rows * columns, err);
  if (!status) status = product(r, SYSTOLE_GEMM_MAX, k, n, rows, err);
  if (!status) status = product(r, m, k, SYSTOLE_GEMM_MAX, columns * l->times, err);
  return status ? status : product(r, m, k, n, l->times, err);
}

// ---- the report ----------------------------------------------------------------

static void print_head(FILE *out) {
  fprintf(out, "%-20s %9s %7s %7s %14s %8s %14s %14s %14s  %s\n", "layer", "M", "K", "N", "cycles", "used",
          "bound: array", "weight door", "memory", "held by");
}

static void print_bounds(const systole_figures *f, FILE *out) {
  systole_bounds b = systole_figures_bounds(f);
  fprintf(out, " %14" PRIu64 " %6.2f %% %14.0f %14.0f %14.0f  %s, %.2f x\n", f->cycles,
          100 * systole_figures_utilisation(f), b.array, b.door, b.memory, systole_bounds_name(b),
          (double)f->cycles / systole_bounds_largest(b));
}

static void print_layer(const run *r, const systole_layer *l) {
  fprintf(r->out, "%-20s %9" PRIu64 " %7" PRIu64 " %7" PRIu64, l->name, l->m, l->k, l->n);
  print_bounds(&r->layer, r->out);
  if (l->times > 1) fprintf(r->out, "  %" PRIu64 " times: a product for each channel\n", l->times);
}

static void put_layer(const run *r, const systole_layer *l) {
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "layer", l->name);
  cJSON_AddNumberToObject(o, "m", (double)l->m);
  cJSON_AddNumberToObject(o, "k", (double)l->k);
  cJSON_AddNumberToObject(o, "n", (double)l->n);
  cJSON_AddNumberToObject(o, "times", (double)l->times);
  systole_figures_json(&r->layer, o);
  cJSON_AddItemToArray(r->list, o);
}

static void print_total(const run *r, uint32_t count) {
  const systole_figures *f = &r->total;
  fprintf(r->out, "%-20s %9s %7s %7s", "together", "", "", "");
  print_bounds(f, r->out);
  fprintf(r->out, "\n%s on %s: %u layers, one after the other; used: MACs / (DIM x DIM) / cycles; the bounds are the\n"
          "cycles that each part alone would need, and the last column is cycles / the largest of them.\n",
          f->config.name, f->backend, (unsigned)count);
  fprintf(r->out, "  %-18s %14" PRIu64 "\n  %-18s %14" PRIu64 "\n  %-18s %14" PRIu64 "\n", "MACs", f->macs, "bytes read",
          f->read_bytes, "bytes written", f->write_bytes);
  fprintf(r->out, "  %-18s %14.6f   at %u MHz\n", "seconds", (double)f->cycles / (1e6 * f->config.clock_mhz),
          f->config.clock_mhz);
  fprintf(r->out, "  %-18s %14.3f   %.0f simulated cycles per second\n", "wall seconds", f->wall_seconds,
          f->wall_seconds > 0 ? (double)f->cycles / f->wall_seconds : 0);
}

// ---- all of them ---------------------------------------------------------------

static systole_status all_layers(run *r, const systole_topology *t, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  print_head(r->out);
  for (uint32_t i = 0; !status && i < t->count; i++) {
    systole_progress_show(&r->progress, "estimate", i, t->count, "layers");
    status = layer(r, &t->layers[i], err);
    if (status) break;
    print_layer(r, &t->layers[i]);
    put_layer(r, &t->layers[i]);
    add(&r->total, &r->layer, 1);
  }
  systole_progress_end(&r->progress);
  if (!status) print_total(r, t->count);
  return status;
}

systole_status systole_estimate_topology(const systole_estimate *e, systole_error *err) {
  run r = {.estimate = e, .total.backend = e->common.backend, .progress = systole_progress_begin(),
           .out = systole_cli_out(&e->common)};
  systole_topology topology = {0};
  systole_status status = systole_cli_config(&e->common, NULL, &r.total.config, err);
  if (!status) status = systole_topology_read(e->topology, &topology, err);
  if (status) return status;
  cJSON *object = cJSON_CreateObject();
  r.list = cJSON_CreateArray();
  status = all_layers(&r, &topology, err);
  systole_figures_json(&r.total, object);
  cJSON_AddItemToObject(object, "layers", r.list);
  systole_topology_free(&topology);
  if (!status) return systole_json_write(e->common.json, object, err);
  cJSON_Delete(object);
  return status;
}
