#include "cli/report.h"

#include <inttypes.h>
#include <time.h>

#include "hw/base/output.h"

double systole_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

systole_status systole_figures_wait(systole_figures *f, systole_device *device,
                                    const systole_entry *entry, const int32_t *scalars,
                                    uint64_t limit, systole_report *report, systole_error *err) {
  systole_report own;
  if (!report) report = &own;
  double start = systole_seconds();
  systole_status status = systole_wait(device, limit, report, err);
  f->wall_seconds += systole_seconds() - start;
  f->cycles += report->cycles;
  f->macs += report->macs;
  f->read_bytes += report->read_bytes;
  f->write_bytes += report->write_bytes;
  f->retired += report->retired;
  if (!status) systole_work_add(&f->config, entry, scalars, &f->work);
  return status;
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
  fprintf(out, "  %-18s %14.3f", "wall seconds", f->wall_seconds);
  if (f->cycles && f->wall_seconds > 0)
    fprintf(out, "            %.0f simulated cycles per second", (double)f->cycles / f->wall_seconds);
  fputc('\n', out);
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
  cJSON_AddNumberToObject(object, "wall_seconds", f->wall_seconds);
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
