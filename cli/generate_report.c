#include "cli/generate_report.h"

#include <inttypes.h>

#include "cli/hash.h"
#include "compiler/llama/plan.h"

// Bytes that a transformer must read whatever the machine: weights and the
// cache, without parameters, embeddings, instructions and what is written.
static uint64_t needed(const systole_figures *f) {
  return f->work.read_bytes[SYSTOLE_SEG_WEIGHTS] + f->work.read_bytes[SYSTOLE_SEG_CACHE] +
         f->work.read_bytes[SYSTOLE_SEG_CACHE_SCALES];
}

static double needed_cycles(const systole_figures *f) {
  return (double)needed(f) / f->config.bus_bytes;
}

static double per(double sum, uint32_t count) { return count ? sum / count : 0; }

static double ratio(double cycles, double bound) { return bound > 0 ? cycles / bound : 0; }

static systole_figures total(const systole_generated *g) {
  systole_figures sum = g->prefill;
  systole_figures_sum(&sum, &g->decode);
  return sum;
}

// ---- the table ---------------------------------------------------------------

// A row: the sum over the prompt, the mean over the decode steps. meaning may be NULL.
static void row(FILE *out, const char *name, double prefill, double decode, uint32_t steps,
                const char *meaning) {
  fprintf(out, "  %-22s %14.0f", name, prefill);
  if (steps) fprintf(out, " %14.0f", per(decode, steps));
  else fprintf(out, " %14s", "-");
  fprintf(out, "%s%s\n", meaning ? "   " : "", meaning ? meaning : "");
}

static void factor(FILE *out, const char *name, double prefill, double decode, uint32_t steps,
                   const char *unit, const char *meaning) {
  fprintf(out, "  %-22s %12.2f %s", name, prefill, unit);
  if (steps) fprintf(out, " %12.2f %s", decode, unit);
  else fprintf(out, " %14s", "-");
  fprintf(out, "   %s\n", meaning);
}

static void print_range(const systole_generated *g, FILE *out) {
  uint64_t least = g->decode_cycles[0], most = least;
  for (uint32_t i = 1; i < g->steps; i++) {
    if (g->decode_cycles[i] < least) least = g->decode_cycles[i];
    if (g->decode_cycles[i] > most) most = g->decode_cycles[i];
  }
  fprintf(out, "  %-22s %14s %14" PRIu64 "   fewest for a token; most: %" PRIu64 "\n", "", "", least, most);
}

static void print_time(const systole_generated *g, FILE *out) {
  const systole_figures *p = &g->prefill, *d = &g->decode;
  systole_bounds pb = systole_figures_bounds(p), db = systole_figures_bounds(d);
  row(out, "cycles", (double)p->cycles, (double)d->cycles, g->steps, "from start to done; decode: mean of a token");
  if (g->steps) print_range(g, out);
  factor(out, "utilisation", 100 * systole_figures_utilisation(p), 100 * systole_figures_utilisation(d),
         g->steps, "%", "MACs / (DIM x DIM) / cycles");
  factor(out, "over its bound", ratio((double)p->cycles, systole_bounds_largest(pb)),
         ratio((double)d->cycles, systole_bounds_largest(db)), g->steps, "x", "cycles / largest bound below");
  factor(out, "over weights and cache", ratio((double)p->cycles, needed_cycles(p)),
         ratio((double)d->cycles, needed_cycles(d)), g->steps, "x",
         "cycles / (bytes of weights and cache / BUS_BYTES)");
}

static void print_work(const systole_generated *g, FILE *out) {
  const systole_figures *p = &g->prefill, *d = &g->decode;
  systole_bounds pb = systole_figures_bounds(p), db = systole_figures_bounds(d);
  row(out, "bound: array", pb.array, db.array, g->steps, "cycles if only the array mattered: MACs / (DIM x DIM)");
  row(out, "bound: weight door", pb.door, db.door, g->steps, "rows of weight tiles / LOAD_ROWS");
  row(out, "bound: memory", pb.memory, db.memory, g->steps, "bytes of the busier direction / BUS_BYTES");
  fprintf(out, "  %-22s %14s %14s   the largest of the three\n", "bound by", systole_bounds_name(pb),
          g->steps ? systole_bounds_name(db) : "-");
  row(out, "MACs", (double)p->macs, (double)d->macs, g->steps, NULL);
  row(out, "bytes read", (double)p->read_bytes, (double)d->read_bytes, g->steps, "everything, instructions included");
  row(out, "  weights and cache", (double)needed(p), (double)needed(d), g->steps, "what no machine could leave out");
  row(out, "bytes written", (double)p->write_bytes, (double)d->write_bytes, g->steps, NULL);
}

// Where the cycles went: for each engine the prompt's, and the mean of a token.
static void print_engines(const systole_generated *g, FILE *out) {
  static const char *const names[] = {"LD", "MX", "VX", "ST"};
  static const char *const what[] = {"busy", "waits, semaphore", "waits, memory", "idle"};
  static const char *const meaning[] = {"cycles at work", "for another engine", "for data", "no instruction in its queue"};
  for (int e = 0; e < 4; e++) {
    const uint64_t p[] = {g->prefill.engines[e].busy, g->prefill.engines[e].wait_sem, g->prefill.engines[e].wait_mem, g->prefill.engines[e].idle};
    const uint64_t d[] = {g->decode.engines[e].busy, g->decode.engines[e].wait_sem, g->decode.engines[e].wait_mem, g->decode.engines[e].idle};
    for (int i = 0; i < 4; i++) {
      char name[32];
      snprintf(name, sizeof name, "%s %s", names[e], what[i]);
      row(out, name, (double)p[i], (double)d[i], g->steps, e ? NULL : meaning[i]);
    }
  }
}

// All engines idle: from the last instruction's end to the next run's first start.
static void print_gaps(const systole_generated *g, FILE *out) {
  const systole_chip_report *c = &g->chip;
  if (!c->gaps) return;
  fprintf(out, "  %-22s %14s %14.0f\n", "idle between runs", "", (double)c->gap_cycles / (double)c->gaps);
  fprintf(out, "  %-22s %14s %14" PRIu64 "   most; the firmware's time between two runs\n", "", "", c->gap_most);
}

static void print_speed(const systole_generated *g, FILE *out) {
  systole_figures all = total(g);
  fprintf(out, "  %-22s %14.3f\n", "wall seconds", all.wall_seconds);
  if (all.kernel_seconds > 0)
    fprintf(out, "  %-22s %14.6f   on the device's own clock\n", "kernel seconds", all.kernel_seconds);
  if (!all.cycles && g->steps && g->decode.wall_seconds > 0)
    fprintf(out, "  %-22s %14.1f   on the host's clock\n", "tokens per second", g->steps / g->decode.wall_seconds);
  if (!all.cycles) return;
  if (all.wall_seconds > 0)
    fprintf(out, "  %-22s %14.0f   simulated cycles per wall second\n", "simulation", (double)all.cycles / all.wall_seconds);
  if (g->steps)
    fprintf(out, "  %-22s %14.1f   at %u MHz\n", "tokens per second",
            1e6 * all.config.clock_mhz * g->steps / (double)g->decode.cycles, all.config.clock_mhz);
}

void systole_generated_table(const systole_generated *g, FILE *out) {
  fprintf(out, "  %-22s %14s %14s\n", "", "prefill", "decode, mean");
  if (g->prefill.cycles) print_time(g, out);
  else fprintf(out, "  no cycles: this back end keeps no time; --backend model and rtl do\n");
  print_work(g, out);
  print_gaps(g, out);
  if (g->prefill.cycles && systole_figures_know_engines(&g->prefill)) print_engines(g, out);
  print_speed(g, out);
}

void systole_generated_print(const systole_generation *generation,
                             const systole_generated *g, FILE *out) {
  const systole_figures *p = &g->prefill;
  bool device = p->retired > 0;
  fprintf(out, "\n%s%s%s: %lu tokens of prompt, %lu generated, ended by %s\n", p->backend,
          device ? " on " : "", device ? p->config.name : "",
          (unsigned long)generation->prompt_count, (unsigned long)g->count, g->stopped);
  if (device) systole_generated_table(g, out);
  else print_speed(g, out);
}

// ---- JSON --------------------------------------------------------------------

static void put_null(cJSON *object, const char *name) {
  cJSON_DeleteItemFromObject(object, name);
  cJSON_AddNullToObject(object, name);
}

static void put_tokens(cJSON *object, const char *name, const int32_t *ids, uint32_t count) {
  cJSON *array = cJSON_AddArrayToObject(object, name);
  for (uint32_t i = 0; i < count; i++) cJSON_AddItemToArray(array, cJSON_CreateNumber(ids[i]));
}

static void put_cycles(cJSON *object, const systole_generated *g) {
  bool timed = g->prefill.cycles > 0;
  if (timed) cJSON_AddNumberToObject(object, "cycles_prefill", (double)g->prefill.cycles);
  else cJSON_AddNullToObject(object, "cycles_prefill");
  cJSON *array = cJSON_AddArrayToObject(object, "cycles_decode");
  for (uint32_t i = 0; i < g->steps; i++)
    cJSON_AddItemToArray(array, timed ? cJSON_CreateNumber((double)g->decode_cycles[i]) : cJSON_CreateNull());
}

static void put_phase(cJSON *object, const char *name, const systole_figures *f) {
  cJSON *phase = cJSON_AddObjectToObject(object, name);
  systole_figures_json(f, phase);
  cJSON_AddNumberToObject(phase, "weight_and_cache_bytes", (double)needed(f));
  if (!f->cycles) {
    put_null(phase, "cycles"), put_null(phase, "utilisation"), put_null(phase, "cycles_per_second");
    cJSON_AddNullToObject(phase, "over_weight_and_cache_bound");
    return;
  }
  cJSON_AddNumberToObject(phase, "over_weight_and_cache_bound",
                          ratio((double)f->cycles, needed_cycles(f)));
}

// A number that is not there is null.
static void put_hashes(cJSON *object, const systole_generated *g) {
  cJSON_AddItemToObject(object, "logits_hash", g->hashed_all ? systole_hash_json(g->logits_hash) : cJSON_CreateNull());
  cJSON_AddItemToObject(object, "last_logits_hash", systole_hash_json(g->last_logits_hash));
}

static void put_total(cJSON *object, const systole_generated *g) {
  systole_figures all = total(g);
  systole_figures_json(&all, object);
  if (!all.cycles)
    put_null(object, "cycles"), put_null(object, "utilisation"), put_null(object, "cycles_per_second");
}

static void put_phases(cJSON *object, const systole_generated *g) {
  put_cycles(object, g);
  put_phase(object, "prefill", &g->prefill);
  put_phase(object, "decode", &g->decode);
}

void systole_generated_put(cJSON *object, const systole_generated *g) {
  put_total(object, g);
  put_phases(object, g);
}

cJSON *systole_generated_json(const systole_generation *generation,
                              const systole_generated *g) {
  cJSON *object = cJSON_CreateObject();
  put_total(object, g);
  put_tokens(object, "prompt_tokens", generation->prompt, generation->prompt_count);
  put_tokens(object, "tokens", g->tokens, g->count);
  cJSON_AddStringToObject(object, "text", g->text);
  cJSON_AddStringToObject(object, "stopped", g->stopped);
  if (generation->hash) put_hashes(object, g);
  put_phases(object, g);
  return object;
}
