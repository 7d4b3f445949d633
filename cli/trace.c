#include "cli/trace.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/trace_events.h"
#include "cli/trace_file.h"
#include "cli/trace_semaphores.h"
#include "cli/trace_texts.h"
#include "cli/trace_windows.h"
#include "cli/walk.h"
#include "hw/base/output.h"
#include "sim/model/resolve.h"

// Slices of a track must not overlap, so an engine has as many tracks as it has
// instructions inside at once: LD up to 16, the others one.
enum { LANES = 16, SEQ_TRACK = 1, FIRST_TRACK = 100 };

struct systole_tracer {
  systole_trace_params params;
  systole_output output;
  systole_trace_out out;
  uint64_t offset;              // where the present run stands on the time axis
  bool timed;                   // some run had cycles
  systole_line_texts texts;
  // The present run
  const systole_entry *entry;
  char step[96];
  char broken[160];             // what no machine may do, or empty
  systole_walk walks[4];        // one for each engine: each ends its instructions in order
  systole_semaphores semaphores;
  systole_windows windows;
  uint64_t ends[4];             // of an engine's last instruction
  bool started[4];
  uint64_t free_from[4][LANES];
  unsigned lanes[4];            // that have a name
  double shown[SYSTOLE_TRACE_AMOUNTS];  // each counter's last value
};

static const char *const engine_names[] = {"LD", "MX", "VX", "ST"};

// ---- open and close ------------------------------------------------------------

static void put_hash(systole_trace_out *out, const char *name, uint64_t hash) {
  char text[17];
  snprintf(text, sizeof text, "%016" PRIx64, hash);
  systole_event_text(out, name, text);
}

static void put_about(systole_trace_out *out, const systole_trace_params *p) {
  const systole_config *c = p->config;
  systole_event_text(out, "tool", "systole");
  systole_event_number(out, "format", SYSTOLE_TRACE_FORMAT);
  put_hash(out, "program_hash", systole_program_hash(p->program));
  systole_event_text(out, "configuration", c->name);
  put_hash(out, "configuration_hash", c->hash);
  systole_event_text(out, "backend", p->backend);
  systole_event_text(out, "memory", p->dram->preset[0] ? p->dram->preset : c->memory);
  systole_event_number(out, "mem_seed", p->dram->seed);
  systole_event_number(out, "mem_delay", p->dram->max_delay);
  systole_event_number(out, "mem_stall", p->dram->max_stall);
  systole_event_text(out, "time_unit", "1 us shown = 1 cycle");
  systole_event_number(out, "clock_mhz", c->clock_mhz);
}

static void put_head(systole_tracer *t) {
  char name[128];
  systole_event_header(&t->out);
  put_about(&t->out, &t->params);
  systole_event_header_end(&t->out);
  snprintf(name, sizeof name, "%s on %s", t->params.config->name, t->params.backend);
  systole_event_track(&t->out, 0, name);
  systole_event_track(&t->out, SEQ_TRACK, "SEQ: steps");
}

systole_status systole_tracer_open(const systole_trace_params *params, systole_tracer **tracer,
                                   systole_error *err) {
  *tracer = NULL;
  if (!params->path) return SYSTOLE_OK;
  if (!strcmp(params->path, "-"))
    return systole_fail(err, SYSTOLE_E_USAGE, "--trace -: expected the name of a file");
  systole_tracer *t = calloc(1, sizeof *t);
  if (!t) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", params->path);
  systole_status status = systole_output_open(params->path, &t->output, err);
  if (status) {
    free(t);
    return status;
  }
  t->params = *params;
  t->out.file = t->output.file;
  put_head(t);
  *tracer = t;
  return SYSTOLE_OK;
}

static const char *const counter_names[] = {"bytes read per cycle", "bytes written per cycle", "MAC utilisation %"};

systole_status systole_tracer_close(systole_tracer *t, systole_status status, systole_error *err) {
  if (!t) return status;
  if (t->timed) {
    for (int k = 0; k < SYSTOLE_TRACE_AMOUNTS; k++) systole_event_counter(&t->out, counter_names[k], t->offset, 0);
    systole_event_footer(&t->out);
    systole_status written = systole_output_commit(&t->output, status ? NULL : err);
    if (!status) status = written;
  }
  systole_output_discard(&t->output);
  systole_line_texts_free(&t->texts);
  free(t);
  return status;
}

// ---- what an instruction moves and computes --------------------------------------

// Bytes of LD and LDG, as the counters count them.
static uint64_t bytes_read(const systole_config *c, const systole_line *line, bool gather) {
  uint64_t rows = SYSTOLE_GET(line, LD, rows), words = SYSTOLE_GET(line, LD, words);
  unsigned element = SYSTOLE_GET(line, LD, space) == SYSTOLE_SPACE_PAR ? 4 : 1;
  if (!rows || !words) return 0;
  uint64_t list = gather ? (4 * rows + c->bus_bytes - 1) / c->bus_bytes * c->bus_bytes : 0;
  return rows * words * c->dim * element + list;
}

static uint64_t st_row(const systole_line *line) {
  return SYSTOLE_GET(line, ST, elements) * (SYSTOLE_GET(line, ST, space) == SYSTOLE_SPACE_QNT ? 1 : 4);
}

static uint64_t bytes_written(const systole_line *line) { return SYSTOLE_GET(line, ST, rows) * st_row(line); }

// Words of the bus that [at, at + bytes) lies in. Segments begin at a multiple of it.
static uint64_t beats(const systole_config *c, uint64_t at, uint64_t bytes) {
  return bytes ? (at % c->bus_bytes + bytes + c->bus_bytes - 1) / c->bus_bytes : 0;
}

// Rows that follow each other in both memories are one run (docs/machine.md).
static uint64_t beats_written(const systole_config *c, const systole_line *line) {
  uint64_t at = SYSTOLE_GET(line, ST, offset), pitch = SYSTOLE_GET(line, ST, pitch), sum = 0;
  if (pitch == st_row(line) && SYSTOLE_GET(line, ST, src_row) == SYSTOLE_GET(line, ST, elements))
    return beats(c, at, bytes_written(line));
  for (uint64_t i = 0; i < SYSTOLE_GET(line, ST, rows); i++) sum += beats(c, at + i * pitch, st_row(line));
  return sum;
}

static uint64_t beats_of(const systole_config *c, const systole_line *line) {
  switch (systole_line_get(line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode)) {
    case SYSTOLE_OP_LD: return bytes_read(c, line, false) / c->bus_bytes;
    case SYSTOLE_OP_LDG: return bytes_read(c, line, true) / c->bus_bytes;
    case SYSTOLE_OP_ST: return beats_written(c, line);
    default: return 0;
  }
}

static void put_bytes(systole_tracer *t, systole_amount kind, uint64_t bytes, uint64_t start, uint64_t end) {
  systole_event_number(&t->out, "bytes", bytes);
  systole_windows_add(&t->windows, kind, start, end, (double)bytes);
}

static void put_product(systole_tracer *t, const systole_line *line, uint64_t start, uint64_t end) {
  uint64_t m = SYSTOLE_GET(line, MX, m), k = SYSTOLE_GET(line, MX, k), n = SYSTOLE_GET(line, MX, n);
  double array = (double)t->params.config->dim * t->params.config->dim;
  systole_event_number(&t->out, "m", m);
  systole_event_number(&t->out, "k", k);
  systole_event_number(&t->out, "n", n);
  systole_event_number(&t->out, "macs", m * k * n);
  systole_event_real(&t->out, "utilisation_percent", 100 * (double)(m * k * n) / array / (double)(end - start));
  systole_windows_add(&t->windows, SYSTOLE_TRACE_MACS, start, end, (double)(m * k * n));
}

static void put_amounts(systole_tracer *t, const systole_line *line, uint64_t start, uint64_t end) {
  unsigned opcode = (unsigned)systole_line_get(line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode);
  switch (opcode) {
    case SYSTOLE_OP_LD:
    case SYSTOLE_OP_LDG:
      put_bytes(t, SYSTOLE_TRACE_READ, bytes_read(t->params.config, line, opcode == SYSTOLE_OP_LDG), start, end);
      break;
    case SYSTOLE_OP_ST: put_bytes(t, SYSTOLE_TRACE_WRITTEN, bytes_written(line), start, end); break;
    case SYSTOLE_OP_MX: put_product(t, line, start, end); break;
    case SYSTOLE_OP_VX:
      systole_event_number(&t->out, "m", SYSTOLE_GET(line, VX, m));
      systole_event_number(&t->out, "n", SYSTOLE_GET(line, VX, n));
      break;
    default: break;
  }
}

// ---- an instruction --------------------------------------------------------------

static systole_line_text text_of(systole_tracer *t, uint32_t line) {
  return systole_line_texts_get(&t->texts, t->params.program, t->entry, line);
}

static void broken(systole_tracer *t, unsigned engine, uint32_t index, const char *what) {
  if (!t->broken[0])
    snprintf(t->broken, sizeof t->broken, "internal error: %s, step %.40s, line %" PRIu32 ": %s", engine_names[engine],
             t->step, index, what);
}

// The engine's next instruction in the program, which must be the one at `index`.
static void find(systole_tracer *t, unsigned engine, uint32_t index, systole_line *line) {
  uint32_t at = 0;
  bool found;
  do found = systole_walk_next(&t->walks[engine], line, &at);
  while (found && systole_opcode_engine((unsigned)systole_line_get(line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode)) != (int)engine);
  if (found && at == index) return;
  memset(line, 0, sizeof *line);
  broken(t, engine, index, "ended, but another one is the next of the program");
}

static unsigned lane_of(systole_tracer *t, unsigned engine, uint64_t start, uint64_t end) {
  unsigned lane = 0;
  while (lane < LANES - 1 && t->free_from[engine][lane] > start) lane++;
  t->free_from[engine][lane] = end;
  for (; t->lanes[engine] <= lane; t->lanes[engine]++) {
    char name[32];
    snprintf(name, sizeof name, t->lanes[engine] ? "%s, %u at once" : "%s", engine_names[engine], t->lanes[engine] + 1);
    systole_event_track(&t->out, FIRST_TRACK * (engine + 1) + t->lanes[engine], name);
  }
  return FIRST_TRACK * (engine + 1) + lane;
}

// The cycles in which nothing was inside, up to a start.
static void put_wait(systole_tracer *t, unsigned engine, uint32_t index, uint64_t from, uint64_t start,
                     const systole_raise *raise) {
  char name[32];
  snprintf(name, sizeof name, "wait for %s", raise ? engine_names[raise->engine] : "dispatch");
  systole_event_slice(&t->out, "wait", name, FIRST_TRACK * (engine + 1), t->offset + from, start - from);
  systole_event_text(&t->out, "engine", engine_names[engine]);
  systole_event_text(&t->out, "step", t->step);
  systole_event_number(&t->out, "line", index);
  systole_event_text(&t->out, "cause", raise ? "semaphore" : "dispatch");
  if (raise) {
    systole_event_number(&t->out, "raised_by_line", raise->line);
    systole_event_text(&t->out, "raised_by", text_of(t, raise->line).symbol);
  }
  systole_event_end(&t->out);
}

// An LD or ST has the bus to itself from the end of the one before. The cycles
// since then in which nothing came or went are its wait for memory: how many is
// known, when is not, so they are drawn where most of them are, in front of the
// data of an LD and behind those of an ST.
static void put_memory_wait(systole_tracer *t, unsigned engine, uint32_t index, const systole_line *line,
                            uint64_t start, uint64_t end, unsigned track) {
  uint64_t from = t->started[engine] && t->ends[engine] > start ? t->ends[engine] : start;
  uint64_t least = beats_of(t->params.config, line);
  if ((engine != SYSTOLE_ENGINE_LD && engine != SYSTOLE_ENGINE_ST) || end - from <= least) return;
  uint64_t cycles = end - from - least;
  uint64_t at = engine == SYSTOLE_ENGINE_LD ? from : end - cycles;
  systole_event_slice(&t->out, "wait", "wait for memory", track, t->offset + at, cycles);
  systole_event_text(&t->out, "engine", engine_names[engine]);
  systole_event_text(&t->out, "step", t->step);
  systole_event_number(&t->out, "line", index);
  systole_event_text(&t->out, "cause", "memory");
  systole_event_end(&t->out);
}

// From an engine's last instruction to the end of the run.
static void put_rest(systole_tracer *t, unsigned engine, uint64_t cycles) {
  uint64_t from = t->started[engine] ? t->ends[engine] + 1 : 0;
  if (from >= cycles) return;
  if (!t->started[engine]) lane_of(t, engine, 0, 0);  // for its name
  systole_event_slice(&t->out, "wait", "idle", FIRST_TRACK * (engine + 1), t->offset + from, cycles - from);
  systole_event_text(&t->out, "engine", engine_names[engine]);
  systole_event_text(&t->out, "step", t->step);
  systole_event_text(&t->out, "cause", "end");
  systole_event_end(&t->out);
}

static void put_instruction(systole_tracer *t, unsigned engine, uint32_t index, const systole_line *line,
                            uint64_t start, uint64_t end, unsigned track) {
  systole_line_text text = text_of(t, index);
  systole_event_slice(&t->out, "instruction", text.symbol, track, t->offset + start, end - start);
  systole_event_text(&t->out, "engine", engine_names[engine]);
  systole_event_text(&t->out, "step", t->step);
  systole_event_number(&t->out, "line", index);
  systole_event_number(&t->out, "start", start);
  systole_event_number(&t->out, "end", end);
  put_amounts(t, line, start, end);
  systole_event_text(&t->out, "text", text.text);
  systole_event_end(&t->out);
}

static void one_ended(void *user, unsigned engine, uint32_t index, uint64_t start, uint64_t end) {
  systole_tracer *t = user;
  systole_line line;
  systole_raise raise = {0};
  bool early = false;
  if (end <= start || engine > 3 || index >= t->entry->line_count) return;  // no time is kept
  find(t, engine, index, &line);
  bool waited = systole_semaphores_take(&t->semaphores, engine, &line, &raise, &early);
  if (early || (waited && raise.end >= start)) broken(t, engine, index, "started before its semaphore was raised");
  unsigned track = lane_of(t, engine, start, end);
  // The cycle of an end still belongs to the instruction.
  uint64_t from = t->started[engine] ? t->ends[engine] + 1 : 0;
  // A raise is seen in the cycle after it, and acted upon in the next.
  if (start > from) put_wait(t, engine, index, from, start, waited && raise.end + 2 == start ? &raise : NULL);
  put_instruction(t, engine, index, &line, start, end, track);
  put_memory_wait(t, engine, index, &line, start, end, track);
  systole_semaphores_raise(&t->semaphores, engine, &line, index, end);
  t->started[engine] = true;
  t->ends[engine] = end;
}

// ---- a run -----------------------------------------------------------------------

void systole_tracer_begin(systole_tracer *t, systole_device *device, const systole_entry *entry,
                          const int32_t *scalars, uint32_t number) {
  if (!t) return;
  t->entry = entry;
  snprintf(t->step, sizeof t->step, number ? "%.64s %" PRIu32 : "%.64s", entry->name, number);
  for (int e = 0; e < 4; e++) systole_walk_begin(&t->walks[e], entry, scalars, UINT64_MAX);
  systole_semaphores_clear(&t->semaphores);
  systole_windows_clear(&t->windows);
  memset(t->started, 0, sizeof t->started);
  memset(t->free_from, 0, sizeof t->free_from);
  t->broken[0] = 0;
  systole_trace(device, one_ended, t);
}

static double scale(const systole_tracer *t, int kind, uint64_t cycles) {
  double array = (double)t->params.config->dim * t->params.config->dim;
  return (kind == SYSTOLE_TRACE_MACS ? 100 / array : 1) / (double)cycles;
}

// Only where a value changes.
static void put_counters(systole_tracer *t, uint64_t cycles) {
  const systole_windows *w = &t->windows;
  for (uint64_t i = 0; i * w->width < cycles; i++) {
    uint64_t at = i * w->width, width = cycles - at < w->width ? cycles - at : w->width;
    for (int k = 0; k < SYSTOLE_TRACE_AMOUNTS; k++) {
      double value = i < w->used ? w->sum[i][k] * scale(t, k, width) : 0;
      if (value == t->shown[k] && (at || t->offset)) continue;
      systole_event_counter(&t->out, counter_names[k], t->offset + at, value);
      t->shown[k] = value;
    }
  }
}

static void put_engine(systole_tracer *t, unsigned e, const systole_report *r) {
  static const char *const what[] = {"busy", "wait_sem", "wait_mem", "idle"};
  const uint64_t values[] = {r->engines[e].busy, r->engines[e].wait_sem, r->engines[e].wait_mem, r->engines[e].idle};
  for (int i = 0; i < 4; i++) {
    char name[32];
    snprintf(name, sizeof name, "%s_%s", engine_names[e], what[i]);
    systole_event_number(&t->out, name, values[i]);
  }
}

static void put_step(systole_tracer *t, const systole_report *r) {
  systole_event_slice(&t->out, "step", t->step, SEQ_TRACK, t->offset, r->cycles);
  systole_event_text(&t->out, "step", t->step);
  systole_event_number(&t->out, "cause", r->cause);
  systole_event_number(&t->out, "cycles", r->cycles);
  systole_event_number(&t->out, "instructions", r->retired);
  systole_event_number(&t->out, "macs", r->macs);
  systole_event_number(&t->out, "dram_read_bytes", r->read_bytes);
  systole_event_number(&t->out, "dram_write_bytes", r->write_bytes);
  for (unsigned e = 0; e < 4; e++) put_engine(t, e, r);
  systole_event_end(&t->out);
}

systole_status systole_tracer_end(systole_tracer *t, systole_device *device, const systole_report *report,
                                  systole_error *err) {
  if (!t) return SYSTOLE_OK;
  systole_trace(device, NULL, NULL);
  if (!report->cycles)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "--trace: the back end %s keeps no time: expected --backend rtl",
                        t->params.backend);
  t->timed = true;
  for (unsigned e = 0; e < 4; e++) put_rest(t, e, report->cycles);
  put_counters(t, report->cycles);
  put_step(t, report);
  t->offset += report->cycles;
  // After a fault semaphores may have run over.
  if (t->broken[0] && !report->cause) return systole_fail(err, SYSTOLE_E_RANGE, "--trace: %s", t->broken);
  return SYSTOLE_OK;
}
