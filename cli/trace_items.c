#include "cli/trace_items.h"

#include <inttypes.h>
#include <string.h>

static systole_status read_engine(const systole_trace_file *f, const cJSON *args, systole_trace_item *i, systole_error *err) {
  static const char *const names[] = {"LD", "MX", "VX", "ST"};
  const char *text = "";
  systole_status status = systole_trace_text(f, args, "engine", &text, err);
  for (i->engine = 0; i->engine < SYSTOLE_TRACE_STEPS && strcmp(text, names[i->engine]);) i->engine++;
  if (!status && i->engine == SYSTOLE_TRACE_STEPS)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%.700s: line %" PRIu64 ": expected an engine LD, MX, VX or ST", f->path, f->line);
  return status;
}

static systole_status read_instruction(const systole_trace_file *f, const cJSON *event, const cJSON *args,
                                       systole_trace_item *i, systole_error *err) {
  const char *symbol = "";
  systole_status status = read_engine(f, args, i, err);
  if (!status) status = systole_trace_number(f, args, "line", &i->line, err);
  if (!status) status = systole_trace_number(f, args, "start", &i->start, err);
  if (!status) status = systole_trace_number(f, args, "end", &i->end, err);
  if (!status) status = systole_trace_text(f, event, "name", &symbol, err);
  snprintf(i->symbol, sizeof i->symbol, "%s", symbol);
  return status;
}

static systole_status read_step(const systole_trace_file *f, cJSON *event, const cJSON *args, systole_trace_item *i,
                                systole_error *err) {
  systole_status status = systole_trace_number(f, args, "cycles", &i->end, err);
  i->engine = SYSTOLE_TRACE_STEPS;
  if (!status) i->counters = cJSON_DetachItemFromObjectCaseSensitive(event, "args");
  return status;
}

systole_status systole_trace_item_next(systole_trace_file *f, systole_trace_item *i, bool *end,
                                       systole_error *err) {
  for (;;) {
    cJSON *event;
    const char *step = "";
    systole_status status = systole_trace_next(f, &event, err);
    *end = !event;
    if (!event) return status;
    const char *category = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(event, "cat"));
    bool instruction = category && !strcmp(category, "instruction"), is_step = category && !strcmp(category, "step");
    const cJSON *args = cJSON_GetObjectItemCaseSensitive(event, "args");
    *i = (systole_trace_item){0};
    if (instruction || is_step) status = systole_trace_text(f, args, "step", &step, err);
    snprintf(i->step, sizeof i->step, "%s", step);
    if (!status && instruction) status = read_instruction(f, event, args, i, err);
    if (!status && is_step) status = read_step(f, event, args, i, err);
    cJSON_Delete(event);
    if (status || instruction || is_step) return status;
  }
}
