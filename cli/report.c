#include "cli/report.h"

#include <inttypes.h>
#include <time.h>

#include "hw/base/output.h"

double systole_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static const char *const engine_names[] = {"LD", "MX", "VX", "ST"};

systole_status systole_report_check(const systole_report *r, systole_error *err) {
  for (int e = 0; r->cycles && e < 4; e++) {
    uint64_t sum = r->engines[e].busy + r->engines[e].wait_sem + r->engines[e].wait_mem + r->engines[e].idle;
    if (sum != r->cycles)
      return systole_fail(err, SYSTOLE_E_RANGE, "internal error: the counters of %s sum up to %" PRIu64
                          " cycles: expected the %" PRIu64 " of the run", engine_names[e], sum, r->cycles);
  }
  return SYSTOLE_OK;
}

static void add_engines(systole_figures *f, const systole_report *r) {
  for (int e = 0; e < 4; e++) {
    f->engines[e].busy += r->engines[e].busy;
    f->engines[e].wait_sem += r->engines[e].wait_sem;
    f->engines[e].wait_mem += r->engines[e].wait_mem;
    f->engines[e].idle += r->engines[e].idle;
  }
}

void systole_figures_sum(systole_figures *f, const systole_figures *o) {
  f->cycles += o->cycles, f->macs += o->macs, f->retired += o->retired;
  f->read_bytes += o->read_bytes, f->write_bytes += o->write_bytes;
  f->wall_seconds += o->wall_seconds;
  f->kernel_seconds += o->kernel_seconds;
  f->work.door_rows += o->work.door_rows;
  for (int i = 0; i < SYSTOLE_SEGMENTS; i++) f->work.read_bytes[i] += o->work.read_bytes[i];
  for (int e = 0; e < 4; e++) {
    f->engines[e].busy += o->engines[e].busy;
    f->engines[e].wait_sem += o->engines[e].wait_sem;
    f->engines[e].wait_mem += o->engines[e].wait_mem;
    f->engines[e].idle += o->engines[e].idle;
  }
}

systole_status systole_figures_run(systole_figures *f, systole_device *device,
                                   systole_loaded *loaded, const systole_entry *entry,
                                   const int32_t *scalars, uint64_t limit, systole_report *report,
                                   systole_error *err) {
  systole_report own;
  if (!report) report = &own;
  double start = systole_seconds();
  systole_status status = systole_submit(loaded, entry->name, scalars, err);
  if (status) return status;
  status = systole_wait(device, limit, report, err);
  f->wall_seconds += systole_seconds() - start;
  f->kernel_seconds += systole_kernel_seconds(device);
  f->cycles += report->cycles;
  f->macs += report->macs;
  f->read_bytes += report->read_bytes;
  f->write_bytes += report->write_bytes;
  f->retired += report->retired;
  add_engines(f, report);
  if (status) return status;
  systole_work_add(&f->config, entry, scalars, &f->work);
  return systole_report_check(report, err);
}

systole_bounds systole_figures_bounds(const systole_figures *f) {
  uint64_t bytes = f->read_bytes > f->write_bytes ? f->read_bytes : f->write_bytes;
  double pes = (double)f->config.dim * f->config.dim;
  return (systole_bounds){.array = (double)f->macs / pes,
                          .door = (double)f->work.door_rows / f->config.load_rows,
                          .memory = (double)bytes / f->config.bus_bytes};
}

double systole_figures_utilisation(const systole_figures *f) {
  return f->cycles ? systole_figures_bounds(f).array / (double)f->cycles : 0;
}

double systole_bounds_largest(systole_bounds b) {
  double most = b.array > b.door ? b.array : b.door;
  return most > b.memory ? most : b.memory;
}

const char *systole_bounds_name(systole_bounds b) {
  double most = systole_bounds_largest(b);
  return most == b.array ? "the array" : most == b.memory ? "the memory" : "the weight door";
}

static void print_bound(FILE *out, const char *name, double cycles, const systole_figures *f,
                        const char *meaning) {
  fprintf(out, "  %-18s %14.0f", name, cycles);
  if (f->cycles) fprintf(out, "  %5.1f %%", 100 * cycles / (double)f->cycles);
  fprintf(out, "   %s\n", meaning);
}

bool systole_figures_know_engines(const systole_figures *f) {
  return f->engines[0].busy + f->engines[0].wait_sem + f->engines[0].wait_mem + f->engines[0].idle == f->cycles;
}

// A row for each engine; only of runs with time.
static void print_engines(const systole_figures *f, FILE *out) {
  fprintf(out, "  %-18s %14s %14s %14s %14s   cycles, which sum up to those above\n", "engine", "busy", "wait_sem", "wait_mem", "idle");
  for (int e = 0; e < 4; e++)
    fprintf(out, "  %-18s %14" PRIu64 " %14" PRIu64 " %14" PRIu64 " %14" PRIu64 "\n", engine_names[e], f->engines[e].busy,
            f->engines[e].wait_sem, f->engines[e].wait_mem, f->engines[e].idle);
}

static void put_engines(const systole_figures *f, cJSON *object) {
  cJSON *engines = cJSON_AddObjectToObject(object, "engines");
  for (int e = 0; f->cycles && systole_figures_know_engines(f) && e < 4; e++) {
    cJSON *engine = cJSON_AddObjectToObject(engines, engine_names[e]);
    cJSON_AddNumberToObject(engine, "busy", (double)f->engines[e].busy);
    cJSON_AddNumberToObject(engine, "wait_sem", (double)f->engines[e].wait_sem);
    cJSON_AddNumberToObject(engine, "wait_mem", (double)f->engines[e].wait_mem);
    cJSON_AddNumberToObject(engine, "wait_port", 0);  // there is nothing to wait for: docs/counters.md
    cJSON_AddNumberToObject(engine, "idle", (double)f->engines[e].idle);
  }
}

void systole_figures_print(const systole_figures *f, FILE *out) {
  systole_bounds b = systole_figures_bounds(f);
  fprintf(out, "%s on %s\n", f->config.name, f->backend);
  if (f->cycles) {
    fprintf(out, "  %-18s %14" PRIu64 "            from start to done\n", "cycles", f->cycles);
    fprintf(out, "  %-18s %14.2f %%          MACs / (DIM x DIM) / cycles\n", "utilisation",
            100 * systole_figures_utilisation(f));
  } else {
    fprintf(out, "  this back end keeps no time: --backend model and rtl do\n");
  }
  print_bound(out, "bound: array", b.array, f, "cycles if only the array mattered: MACs / (DIM x DIM)");
  print_bound(out, "bound: weight door", b.door, f, "rows of weight tiles / LOAD_ROWS");
  print_bound(out, "bound: memory", b.memory, f, "bytes of the busier direction / BUS_BYTES");
  fprintf(out, "  %-18s %14s", f->cycles ? "held by" : "bound by", systole_bounds_name(b));
  if (f->cycles && systole_bounds_largest(b) > 0)
    fprintf(out, "            %.2f x that bound", (double)f->cycles / systole_bounds_largest(b));
  fputc('\n', out);
  fprintf(out, "  %-18s %14" PRIu64 "\n", "MACs", f->macs);
  fprintf(out, "  %-18s %14" PRIu64 "\n", "bytes read", f->read_bytes);
  fprintf(out, "  %-18s %14" PRIu64 "\n", "bytes written", f->write_bytes);
  if (f->cycles) print_engines(f, out);
  fprintf(out, "  %-18s %14.3f", "wall seconds", f->wall_seconds);
  if (f->cycles && f->wall_seconds > 0)
    fprintf(out, "            %.0f simulated cycles per second", (double)f->cycles / f->wall_seconds);
  fputc('\n', out);
  if (f->kernel_seconds > 0)
    fprintf(out, "  %-18s %14.6f            on the device's own clock\n", "kernel seconds", f->kernel_seconds);
}

void systole_figures_json(const systole_figures *f, cJSON *object) {
  systole_bounds b = systole_figures_bounds(f);
  cJSON_AddStringToObject(object, "backend", f->backend);
  cJSON_AddStringToObject(object, "hw", f->config.name);
  cJSON_AddNumberToObject(object, "cycles", (double)f->cycles);
  cJSON_AddNumberToObject(object, "utilisation", systole_figures_utilisation(f));
  cJSON *bounds = cJSON_AddObjectToObject(object, "bounds");
  cJSON_AddNumberToObject(bounds, "array", b.array);
  cJSON_AddNumberToObject(bounds, "weight_door", b.door);
  cJSON_AddNumberToObject(bounds, "memory", b.memory);
  cJSON_AddStringToObject(object, "held_by", systole_bounds_name(b));
  cJSON_AddNumberToObject(object, "macs", (double)f->macs);
  cJSON_AddNumberToObject(object, "dram_read_bytes", (double)f->read_bytes);
  cJSON_AddNumberToObject(object, "dram_write_bytes", (double)f->write_bytes);
  cJSON_AddNumberToObject(object, "instructions", (double)f->retired);
  put_engines(f, object);
  cJSON_AddNumberToObject(object, "wall_seconds", f->wall_seconds);
  cJSON_AddNumberToObject(object, "kernel_seconds", f->kernel_seconds);
  cJSON_AddNumberToObject(object, "cycles_per_second",
                          f->wall_seconds > 0 ? (double)f->cycles / f->wall_seconds : 0);
}

systole_status systole_json_write(const char *path, cJSON *object, systole_error *err) {
  systole_output output;
  char *text = path ? cJSON_Print(object) : NULL;
  cJSON_Delete(object);  // NULL is allowed
  if (!path) return SYSTOLE_OK;
  if (!text) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", path);
  systole_status status = systole_output_open(path, &output, err);
  if (!status) {
    fprintf(output.file, "%s\n", text);
    status = systole_output_commit(&output, err);
  }
  cJSON_free(text);
  return status;
}
