// Events of a trace file, written field by field:
//
//   systole_event_slice(out, "instruction", "layers.0.mlp.gate", 30, 100, 64);
//   systole_event_text(out, "step", "prefill");
//   systole_event_number(out, "line", 17);
//   systole_event_end(out);
#ifndef SYSTOLE_CLI_TRACE_EVENTS_H
#define SYSTOLE_CLI_TRACE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct {
  FILE *file;
  bool any;         // an event has been written
  bool argument;    // the present one has an argument
} systole_trace_out;

// Before the first event: what the trace is of. Fields as below, then end.
void systole_event_header(systole_trace_out *out);
void systole_event_header_end(systole_trace_out *out);

// A slice of a track; a value of a counter; the name of a track (or, with track
// 0, of all) and its place.
void systole_event_slice(systole_trace_out *out, const char *category, const char *name,
                         unsigned track, uint64_t start, uint64_t cycles);
void systole_event_counter(systole_trace_out *out, const char *name, uint64_t at, double value);
void systole_event_track(systole_trace_out *out, unsigned track, const char *name);

// Arguments of a slice, and its end.
void systole_event_text(systole_trace_out *out, const char *name, const char *text);
void systole_event_number(systole_trace_out *out, const char *name, uint64_t number);
void systole_event_real(systole_trace_out *out, const char *name, double number);
void systole_event_end(systole_trace_out *out);

// After the last event.
void systole_event_footer(systole_trace_out *out);

#endif
