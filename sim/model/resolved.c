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

static bool is_of(const systole_resolved *entry, const systole_line *line, uint32_t index) {
  return entry->index == index && same_line(&entry->line, line);
}

bool systole_resolved_legal(const systole_resolved_table *table, const systole_line *line,
                            uint32_t index) {
  const systole_resolved *entry = &table->entries[index % ENTRIES];
  return is_of(entry, line, index) && entry->form == SYSTOLE_CAUSE_NONE;
}

static uint64_t cycles_of(const systole_config *config, const systole_instruction *in) {
  if (in->engine == SYSTOLE_ENGINE_MX)
    return systole_duration_mx(&in->line, config->dim, config->load_rows);
  return in->engine == SYSTOLE_ENGINE_VX ? systole_duration_vx(&in->line, config->dim) : 0;
}

static bool same_scalars(const int32_t *a, const int32_t *b) {
  return !memcmp(a, b, SYSTOLE_SCALARS * sizeof *a);
}

const systole_resolved *systole_resolved_get(systole_resolved_table *table, const systole_job *job,
                                             const int32_t scalars[SYSTOLE_SCALARS],
                                             const systole_line *line, const systole_line *binding,
                                             uint32_t index) {
  systole_resolved *entry = &table->entries[index % ENTRIES];
  const bool known = is_of(entry, line, index) && (!binding || same_line(&entry->binding, binding));
  if (known && (!binding || same_scalars(entry->scalars, scalars))) return entry;
  if (binding) memcpy(entry->scalars, scalars, sizeof entry->scalars);
  if (!known) {
    entry->index = index;
    entry->line = *line;
    if (binding) entry->binding = *binding;
    entry->slots = binding ? systole_resolve_slots(binding) : 0;
    entry->form = systole_resolve_legal(line, binding);
  }
  systole_instruction *in = &entry->instruction;
  entry->cause = entry->form != SYSTOLE_CAUSE_NONE
                     ? systole_resolve(table->config, job, scalars, line, binding, index, in)
                     : systole_resolve_rest(table->config, job, scalars, line, binding, index, in);
  if (entry->cause == SYSTOLE_CAUSE_NONE) in->cycles = cycles_of(table->config, in);
  return entry;
}
