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

// What memcmp tells, in line.
static bool same_bytes(const uint8_t *a, const uint8_t *b) {
  uint64_t differ = 0;
  for (unsigned i = 0; i < SYSTOLE_LINE_BYTES; i += 8) {
    uint64_t x, y;
    memcpy(&x, a + i, sizeof x);
    memcpy(&y, b + i, sizeof y);
    differ |= x ^ y;
  }
  return differ == 0;
}

static systole_line line_of(const uint8_t *bytes) {
  systole_line line;
  for (unsigned w = 0; w < SYSTOLE_LINE_BYTES / 4; w++, bytes += 4)
    line.word[w] = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
  return line;
}

systole_cause systole_resolved_line(systole_resolved_table *table, const uint8_t *bytes,
                                    uint32_t index, bool *bound) {
  systole_resolved *entry = &table->entries[index % ENTRIES];
  if (entry->index != index || !same_bytes(entry->bytes, bytes)) {
    const systole_line line = line_of(bytes);
    entry->index = index;
    memcpy(entry->bytes, bytes, sizeof entry->bytes);
    entry->form = systole_resolve_legal(&line, NULL);
    entry->bound = entry->complete = false;
    systole_resolve_begin(&line, index, &entry->instruction);
  }
  *bound = entry->instruction.lines == 2;
  return entry->form;
}

static uint64_t cycles_of(const systole_config *config, const systole_instruction *in) {
  if (in->engine == SYSTOLE_ENGINE_MX)
    return systole_duration_mx(&in->line, config->dim, config->load_rows);
  return in->engine == SYSTOLE_ENGINE_VX ? systole_duration_vx(&in->line, config->dim) : 0;
}

static void meet_binding(systole_resolved *entry, const uint8_t *bytes) {
  if (entry->bound && same_bytes(entry->binding, bytes)) return;
  const systole_line line = line_of(entry->bytes), binding = line_of(bytes);
  if (entry->bound) systole_resolve_begin(&line, entry->index, &entry->instruction);
  entry->bound = true;
  entry->complete = false;
  memcpy(entry->binding, bytes, sizeof entry->binding);
  entry->binding_form = systole_resolve_legal_binding(&binding, entry->instruction.opcode);
  systole_bound_read(&entry->slots, &line, &binding);
}

// Whether the scalars that matter are what they were; from now on they are.
static bool same_values(systole_resolved *entry, const int32_t *scalars) {
  bool same = true;
  for (unsigned i = 0; i < entry->slots.terms; i++) {
    const int32_t value = scalars[entry->slots.term[i].scalar];
    same &= entry->values[i] == value;
    entry->values[i] = value;
  }
  return same;
}

static void complete(const systole_config *config, const systole_job *job, const int32_t *scalars,
                     bool bound, systole_resolved *entry) {
  entry->complete = true;
  entry->cause = bound ? entry->binding_form : SYSTOLE_CAUSE_NONE;
  if (entry->cause != SYSTOLE_CAUSE_NONE) {
    entry->instruction.checked = false;
    return;
  }
  entry->cause = systole_resolve_rest(config, job, scalars, bound ? &entry->slots : NULL,
                                      &entry->instruction);
  if (entry->cause == SYSTOLE_CAUSE_NONE) entry->instruction.cycles = cycles_of(config, &entry->instruction);
}

const systole_resolved *systole_resolved_get(systole_resolved_table *table, const systole_job *job,
                                             const int32_t scalars[SYSTOLE_SCALARS],
                                             const uint8_t *binding, uint32_t index) {
  systole_resolved *entry = &table->entries[index % ENTRIES];
  if (binding) meet_binding(entry, binding);
  if (binding && !same_values(entry, scalars)) entry->complete = false;
  if (!entry->complete) complete(table->config, job, scalars, binding != NULL, entry);
  return entry;
}
