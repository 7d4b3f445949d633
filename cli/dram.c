// systole dram: a memory preset measured from the side of the bus.
#include "sim/dram/dram.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/report.h"
#include "sim/dram/probe.h"
#include "sim/dram/timing.h"

typedef struct {
  systole_cli_options common;
} arguments;

// What is measured.
typedef struct {
  systole_dram *dram;
  const systole_dram_timing *timing;  // NULL for `ideal`
  systole_config config;
  double bus, pins;  // bytes a second, each way; of the DRAM, 0 for no limit
  bool random;       // delays or stalls were asked for, so nothing is held against the bounds
  bool quiet;
  unsigned failures;
} bench;

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  if (key == ARGP_KEY_INIT) state->child_inputs[0] = &a->common;
  if (key == ARGP_KEY_ARG) return systole_cli_refuse(&a->common, "argument", text, "only options");
  return key == ARGP_KEY_INIT ? 0 : ARGP_ERR_UNKNOWN;
}

static void print_head(const bench *b) {
  const systole_dram_timing *t = b->timing;
  printf("memory %s behind %s\n", t ? t->name : "ideal", b->config.name);
  printf("  bus   %7.2f GB/s each way: %u bytes at %u MHz\n", 1e-9 * b->bus, b->config.bus_bytes,
         b->config.clock_mhz);
  if (t)
    printf("  pins  %7.2f GB/s: %s\n", 1e-9 * b->pins, t->devices);
  else
    printf("  pins     no limit: every burst answers after the same time\n");
}

// ---- latency -----------------------------------------------------------------------

static const struct {
  const char *name, *key;
  systole_probe_row row;
} rows[] = {{"its row open", "hit", SYSTOLE_PROBE_HIT},
            {"no row open", "miss", SYSTOLE_PROBE_MISS},
            {"another row open", "conflict", SYSTOLE_PROBE_CONFLICT}};

// The formula in words: "12 + tRP 17 + tRCD 17 + tCL 17 + 4 + 12 periods".
static void print_formula(const bench *b, systole_probe_row row, bool write) {
  const systole_dram_timing *t = b->timing;
  if (!t) {
    printf("fixed\n");
    return;
  }
  unsigned wide = systole_probe_wide(t, &b->config, row);
  printf("%u", t->request);
  if (row == SYSTOLE_PROBE_CONFLICT) printf(" + tRP %u", t->rp);
  if (row != SYSTOLE_PROBE_HIT) printf(" + tRCD %u", write ? t->rcd_write : t->rcd_read);
  printf(" + %s %u", write ? "tCWL" : "tCL", write ? t->cwl : t->cl);
  if (wide) printf(" + %u for a beat of %u accesses", wide, b->config.bus_bytes >> t->access_log2);
  printf(" + %u + %u periods of %u MHz\n", t->bl, t->answer, t->mhz);
}

static void measure_latency(bench *b, unsigned i, bool write, cJSON *list) {
  uint64_t measured = systole_probe_latency(b->dram, b->timing, &b->config, rows[i].row, write);
  uint64_t formula = systole_probe_formula(b->timing, &b->config, rows[i].row, write);
  bool agrees = b->random || measured == formula;
  b->failures += !agrees;
  if (!b->quiet) {
    printf("  %-5s %-18s %8lu %9lu  %s", write ? "write" : "read", rows[i].name, (unsigned long)measured,
           (unsigned long)formula, agrees ? "" : "DIFFERS  ");
    print_formula(b, rows[i].row, write);
  }
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "kind", write ? "write" : "read");
  cJSON_AddStringToObject(o, "row", rows[i].key);
  cJSON_AddNumberToObject(o, "cycles", (double)measured);
  cJSON_AddNumberToObject(o, "formula", (double)formula);
  cJSON_AddItemToArray(list, o);
}

static void measure_latencies(bench *b, cJSON *object) {
  cJSON *list = cJSON_AddArrayToObject(object, "latency");
  if (!b->quiet) printf("\nunloaded latency          measured   formula  cycles, burst of one beat\n");
  for (unsigned write = 0; write < 2; write++)
    for (unsigned i = 0; i < 3; i++) measure_latency(b, i, write != 0, list);
}

// ---- bounds ------------------------------------------------------------------------

typedef struct {
  const char *name;
  double rate;  // bytes a second
} bound;

static void lower(bound *least, const char *name, double rate) {
  if (rate < least->rate) *least = (bound){name, rate};
}

// What the pins can give beside refreshes.
static double pins_after_refresh(const systole_dram_timing *t) {
  return systole_dram_timing_peak(t) * (1 - (double)t->rfc / t->refi);
}

// Four rows in tFAW on each channel, or one in tRRD_S if that is longer.
static double activation_rate(const systole_dram_timing *t, const systole_probe_result *r) {
  double rows_opened = (double)(r->counts.misses + r->counts.conflicts);
  double apart = t->faw > 4 * t->rrd_s ? t->faw / 4.0 : t->rrd_s;
  double channels = (double)(1u << t->channel);
  return rows_opened > 0 ? (double)r->bytes / rows_opened * channels / apart * 1e6 * t->mhz : 1e30;
}

// Beats under way over the time that each is, with the least latency there is.
static double window_rate(const bench *b, uint32_t beats) {
  uint64_t latency = systole_probe_formula(b->timing, &b->config, SYSTOLE_PROBE_HIT, false);
  double window = SYSTOLE_PROBE_READ_BEATS - 1 + beats;
  if (window > (double)SYSTOLE_PROBE_READ_BURSTS * beats) window = (double)SYSTOLE_PROBE_READ_BURSTS * beats;
  return window / (1 + (double)latency + (beats - 1) / 2.0) * b->bus;
}

static bound least_bound(const bench *b, const systole_probe_traffic *traffic, const systole_probe_result *r) {
  bound least = {"bus", b->bus * (traffic->reads + traffic->writes)};
  if (b->timing) {
    lower(&least, "pins less refresh", pins_after_refresh(b->timing));
    lower(&least, "opening of rows", activation_rate(b->timing, r));
  }
  if (!traffic->writes) lower(&least, "beats under way", window_rate(b, traffic->burst_bytes / b->config.bus_bytes));
  return least;
}

// ---- bandwidth ---------------------------------------------------------------------

static double peak_of(const bench *b, const systole_probe_traffic *traffic) {
  double bus = b->bus * (traffic->reads + traffic->writes);
  return b->pins > 0 && b->pins < bus ? b->pins : bus;
}

static double hit_share(const systole_dram_counts *c) {
  double all = (double)(c->hits + c->misses + c->conflicts);
  return all > 0 ? (double)c->hits / all : 0;
}

static void print_traffic(const bench *b, const char *name, const systole_probe_traffic *traffic,
                          const systole_probe_result *r, double rate, bound least) {
  double peak = peak_of(b, traffic);
  printf("  %-17s %5u %9.2f %9.2f %8.1f %%", name, traffic->burst_bytes, 1e-9 * rate, 1e-9 * peak,
         100 * rate / peak);
  if (b->timing)
    printf(" %7.1f %%", 100 * hit_share(&r->counts));
  else
    printf(" %9s", "-");
  printf(" %9.2f  %s\n", 1e-9 * least.rate, least.name);
}

// A stream has no excuse beyond the least bound; other traffic may wait in ways
// that no bound tells. Nothing may beat a bound.
static bool as_it_should_be(const bench *b, const systole_probe_traffic *traffic, double rate, bound least) {
  bool stream = !traffic->random && traffic->reads != traffic->writes;
  if (rate > 1.001 * least.rate) return false;
  return b->random || !stream || rate >= 0.9 * least.rate;
}

static void measure_traffic(bench *b, const char *name, const systole_probe_traffic *traffic, cJSON *list) {
  uint64_t cycles = (uint64_t)b->config.clock_mhz * 1000;  // a millisecond: over a hundred refreshes
  systole_probe_result r = systole_probe_run(b->dram, &b->config, traffic, cycles);
  double rate = 1e3 * (double)r.bytes, peak = peak_of(b, traffic);
  bound least = least_bound(b, traffic, &r);
  bool fine = as_it_should_be(b, traffic, rate, least);
  b->failures += !fine;
  if (!b->quiet) {
    print_traffic(b, name, traffic, &r, rate, least);
    if (!fine) printf("    NOT AS IT SHOULD BE: expected 90 %% to 100 %% of the least bound\n");
  }
  cJSON *o = cJSON_CreateObject();
  cJSON_AddStringToObject(o, "traffic", name);
  cJSON_AddNumberToObject(o, "burst_bytes", traffic->burst_bytes);
  cJSON_AddNumberToObject(o, "gb_per_second", 1e-9 * rate);
  cJSON_AddNumberToObject(o, "peak_gb_per_second", 1e-9 * peak);
  cJSON_AddNumberToObject(o, "row_hits", hit_share(&r.counts));
  cJSON_AddNumberToObject(o, "least_bound_gb_per_second", 1e-9 * least.rate);
  cJSON_AddStringToObject(o, "least_bound", least.name);
  cJSON_AddItemToArray(list, o);
}

static void measure_bandwidths(bench *b, cJSON *object) {
  static const uint32_t sizes[] = {64, 128, 256, 512, 1024};
  cJSON *list = cJSON_AddArrayToObject(object, "bandwidth");
  uint32_t most = b->config.bus_bytes * 64 < 1024 ? b->config.bus_bytes * 64 : 1024;
  if (!b->quiet)
    printf("\nsustained         burst, bytes  GB/s      peak   of peak  row hits     least bound\n");
  measure_traffic(b, "read stream", &(systole_probe_traffic){.reads = true, .burst_bytes = most}, list);
  measure_traffic(b, "write stream", &(systole_probe_traffic){.writes = true, .burst_bytes = most}, list);
  measure_traffic(b, "one of each", &(systole_probe_traffic){.reads = true, .writes = true, .burst_bytes = most},
                  list);
  for (unsigned i = 0; i < 5; i++)
    if (sizes[i] >= b->config.bus_bytes && sizes[i] <= most)
      measure_traffic(b, "random reads",
                      &(systole_probe_traffic){.reads = true, .random = true, .burst_bytes = sizes[i]}, list);
}

// ---- the command -------------------------------------------------------------------

static systole_status measure(bench *b, const char *json, systole_error *err) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "memory", b->timing ? b->timing->name : "ideal");
  cJSON_AddStringToObject(object, "hw", b->config.name);
  cJSON_AddNumberToObject(object, "bus_gb_per_second", 1e-9 * b->bus);
  if (b->timing) cJSON_AddNumberToObject(object, "pins_gb_per_second", 1e-9 * b->pins);
  if (!b->quiet) print_head(b);
  measure_latencies(b, object);
  measure_bandwidths(b, object);
  cJSON_AddBoolToObject(object, "as_expected", b->failures == 0);
  systole_status status = systole_json_write(json, object, err);
  if (status || !b->failures) return status;
  return systole_fail(err, SYSTOLE_E_DIFFER, "%u figures are not as the timings of the memory demand", b->failures);
}

static systole_status refuse_unused(const systole_cli_options *o, systole_error *err) {
  if (!o->waves && !o->limit) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_USAGE, "%s: not for this command, no machine runs here",
                      o->waves ? "--waves" : "--limit");
}

static systole_status dram(const systole_cli_options *o, systole_error *err) {
  bench b = {.random = o->dram.max_delay || o->dram.max_stall, .quiet = o->json && !strcmp(o->json, "-")};
  systole_dram_params params = o->dram;
  systole_status status = refuse_unused(o, err);
  if (!status) status = systole_cli_config(o, NULL, &b.config, err);
  if (status) return status;
  if (!params.preset[0]) snprintf(params.preset, sizeof params.preset, "%s", b.config.memory);
  status = systole_dram_create(&params, &b.config, &b.dram, err);
  if (status) return status;
  b.timing = systole_dram_timing_find(params.preset);
  b.bus = 1e6 * b.config.clock_mhz * b.config.bus_bytes;
  b.pins = b.timing ? systole_dram_timing_peak(b.timing) : 0;
  status = measure(&b, o->json, err);
  systole_dram_destroy(b.dram);
  return status;
}

int systole_command_dram(int argc, char **argv) {
  static const struct argp_child children[] = {{&systole_cli_common, 0, NULL, 0}, {0}};
  static const struct argp argp = {
      NULL, parse, NULL,
      "Measures the memory that the machine would see, without the machine. Latencies stand beside the "
      "formula of the preset's timings; sustained bandwidths beside the peak, which is the smaller of the bus "
      "and the DRAM's pins, and beside the least of four bounds: the bus, the pins less refresh, the opening "
      "of rows (tRRD, tFAW), and the beats that the machine keeps under way over the latency. Exit status 1 "
      "if a latency is not the formula's, a stream is below 90 % of its least bound, or a bound is beaten."
      "\vPresets: ideal, ddr4-2400, hbm2; docs/memory.md has their timings and says how to read the table. "
      "Try --memory ddr4-2400 with --hw edge16, whose bus is slower than the DRAM: streams lose nothing, "
      "random reads wait for rows.",
      children, NULL, NULL};
  arguments a = {0};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  return systole_cli_exit(argv[0], dram(&a.common, &err), &err);
}
