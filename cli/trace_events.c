#include "cli/trace_events.h"

#include <inttypes.h>

#include "cli/trace_file.h"

static void next(systole_trace_out *out) {
  fputs(out->any ? ",\n" : "\n", out->file);
  out->any = true;
  out->argument = false;
}

// ---- arguments ---------------------------------------------------------------

static void key(systole_trace_out *out, const char *name) {
  fprintf(out->file, "%s\"%s\":", out->argument ? "," : "", name);
  out->argument = true;
}

void systole_event_text(systole_trace_out *out, const char *name, const char *text) {
  key(out, name);
  systole_trace_string(out->file, text);
}

void systole_event_number(systole_trace_out *out, const char *name, uint64_t number) {
  key(out, name);
  fprintf(out->file, "%" PRIu64, number);
}

void systole_event_real(systole_trace_out *out, const char *name, double number) {
  key(out, name);
  fprintf(out->file, "%.3f", number);
}

void systole_event_end(systole_trace_out *out) { fputs("}}", out->file); }

// ---- events ------------------------------------------------------------------

void systole_event_header(systole_trace_out *out) {
  fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{", out->file);
}

void systole_event_header_end(systole_trace_out *out) { fputs("},\"traceEvents\":[", out->file); }

void systole_event_footer(systole_trace_out *out) { fputs("\n]}\n", out->file); }

void systole_event_slice(systole_trace_out *out, const char *category, const char *name,
                         unsigned track, uint64_t start, uint64_t cycles) {
  next(out);
  fprintf(out->file, "{\"ph\":\"X\",\"cat\":\"%s\",\"name\":", category);
  systole_trace_string(out->file, name);
  fprintf(out->file, ",\"pid\":1,\"tid\":%u,\"ts\":%" PRIu64 ",\"dur\":%" PRIu64 ",\"args\":{", track, start, cycles);
}

void systole_event_counter(systole_trace_out *out, const char *name, uint64_t at, double value) {
  next(out);
  fprintf(out->file, "{\"ph\":\"C\",\"name\":\"%s\",\"pid\":1,\"ts\":%" PRIu64 ",\"args\":{\"value\":%.3f}}", name, at, value);
}

static void metadata(systole_trace_out *out, const char *what, unsigned track) {
  next(out);
  fprintf(out->file, "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":1,\"tid\":%u,\"args\":{", what, track);
}

void systole_event_track(systole_trace_out *out, unsigned track, const char *name) {
  metadata(out, track ? "thread_name" : "process_name", track);
  systole_event_text(out, "name", name);
  systole_event_end(out);
  if (!track) return;
  metadata(out, "thread_sort_index", track);
  systole_event_number(out, "sort_index", track);
  systole_event_end(out);
}
