#include "sim/model/resolved.h"

#include <stdlib.h>
#include <string.h>

#include "sim/model/duration.h"

enum { ENTRIES = 4096 };  // line i in entry i modulo this

struct systole_resolved_table {
  const systole_config *config;
  systole_job job;  // of which the segments count
  systole_resolved entries[ENTRIES];
};

static void forget(systole_resolved_table *table) {
  for (unsigned i = 0; i < ENTRIES; i++) table->entries[i].index = UINT32_MAX;
}

systole_status systole_resolved_create(const systole_config *config,
                                       systole_resolved_table **table, systole_error *err) {
  *table = calloc(1, sizeof **table);
  if (*table == NULL) return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a machine");
  (*table)->config = config;
  forget(*table);
  return SYSTOLE_OK;
}

void systole_resolved_destroy(systole_resolved_table *table) { free(table); }

void systole_resolved_begin(systole_resolved_table *table, const systole_job *job) {
  if (!memcmp(table->job.segments, job->segments, sizeof job->segments)) return;
  table->job = *job;
  forget(table);
}

static bool same_line(const systole_line *a, const systole_line *b) {
  return !memcmp(a, b, sizeof *a);
}

systole_cause systole_resolved_line(systole_resolved_table *table, const systole_line *line,
                                    uint32_t index) {
  systole_resolved *entry = &table->entries[index % ENTRIES];
  if (entry->index == index && same_line(&entry->line, line)) return entry->form;
  entry->index = index;
  entry->line = *line;
  entry->form = systole_resolve_legal(line, NULL);
  entry->bound = entry->complete = false;
  return entry->form;
}

static uint64_t cycles_of(const systole_config *config, const systole_instruction *in) {
  if (in->engine == SYSTOLE_ENGINE_MX)
    return systole_duration_mx(&in->line, config->dim, config->load_rows);
  return in->engine == SYSTOLE_ENGINE_VX ? systole_duration_vx(&in->line, config->dim) : 0;
}

static bool same_scalars(const int32_t *a, const int32_t *b) {
  return !memcmp(a, b, SYSTOLE_SCALARS * sizeof *a);
}

static void meet_binding(systole_resolved *entry, const systole_line *binding) {
  if (entry->bound && same_line(&entry->binding, binding)) return;
  entry->bound = true;
  entry->complete = false;
  entry->binding = *binding;
  entry->binding_form = systole_resolve_legal_binding(binding, entry->line.word[0] & 0xFF);
  entry->slots = systole_resolve_slots(binding);
}

const systole_resolved *systole_resolved_get(systole_resolved_table *table, const systole_job *job,
                                             const int32_t scalars[SYSTOLE_SCALARS],
                                             const systole_line *binding, uint32_t index) {
  systole_resolved *entry = &table->entries[index % ENTRIES];
  systole_instruction *in = &entry->instruction;
  const systole_config *config = table->config;
  if (binding) meet_binding(entry, binding);
  if (entry->complete && (!binding || same_scalars(entry->scalars, scalars))) return entry;
  entry->complete = true;
  if (binding) memcpy(entry->scalars, scalars, sizeof entry->scalars);
  if (entry->form != SYSTOLE_CAUSE_NONE || (binding && entry->binding_form != SYSTOLE_CAUSE_NONE)) {
    entry->cause = systole_resolve(config, job, scalars, &entry->line, binding, index, in);
    return entry;
  }
  entry->cause = systole_resolve_rest(config, job, scalars, &entry->line, binding, index, in);
  if (entry->cause == SYSTOLE_CAUSE_NONE) in->cycles = cycles_of(config, in);
  return entry;
}
