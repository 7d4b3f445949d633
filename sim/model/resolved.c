#include "sim/model/resolved.h"

#include <stdlib.h>
#include <string.h>

#include "sim/model/duration.h"

enum { ENTRIES = 4096 };       // line i in entry i modulo this
enum { BINDINGS_SHIFT = 8 };   // binding lines kept: 1 << shift

struct systole_resolved_table {
  const systole_config *config;
  systole_limits limits;
  systole_job job;    // of which the segments count
  uint64_t segments;  // how often they changed
  uint64_t numbers;   // binding lines kept so far
  systole_resolved_binding bindings[1 << BINDINGS_SHIFT];
  systole_resolved entries[ENTRIES];
};

systole_status systole_resolved_create(const systole_config *config,
                                       systole_resolved_table **table, systole_error *err) {
  systole_resolved_table *made = calloc(1, sizeof *made);
  *table = made;
  if (made == NULL) return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a machine");
  made->config = config;
  made->limits = systole_limits_of(config);
  for (unsigned i = 0; i < 1 << BINDINGS_SHIFT; i++) made->bindings[i].opcode = 0;
  for (unsigned i = 0; i < ENTRIES; i++) made->entries[i].index = UINT32_MAX;
  return SYSTOLE_OK;
}

void systole_resolved_destroy(systole_resolved_table *table) { free(table); }

void systole_resolved_begin(systole_resolved_table *table, const systole_job *job) {
  if (!memcmp(table->job.segments, job->segments, sizeof job->segments)) return;
  table->job = *job;
  table->segments++;
}

static systole_line line_of(const uint8_t *bytes) {
  systole_line line;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy(&line, bytes, sizeof line);
#else
  for (unsigned w = 0; w < SYSTOLE_LINE_BYTES / 4; w++, bytes += 4)
    line.word[w] = bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
#endif
  return line;
}

// What memcmp tells, in line.
static bool same_lines(const systole_line *a, const systole_line *b) {
  uint32_t differ = 0;
  for (unsigned w = 0; w < SYSTOLE_LINE_BYTES / 4; w++) differ |= a->word[w] ^ b->word[w];
  return differ == 0;
}

systole_cause systole_resolved_line(systole_resolved_table *table, const uint8_t *bytes,
                                    uint32_t index, bool *bound) {
  systole_resolved *entry = &table->entries[index % ENTRIES];
  const systole_line line = line_of(bytes);
  if (entry->index != index || entry->segments != table->segments || !same_lines(&entry->line, &line)) {
    entry->line = line;
    entry->index = index;
    entry->segments = table->segments;
    entry->form = systole_resolve_legal(&line, NULL);
    entry->complete = false;
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

// ---- Binding lines

// Every word counts times an odd number of its own.
static unsigned place_of(unsigned opcode, const systole_line *line) {
  uint32_t sum = opcode, factor = 0x9E3779B1;
  for (unsigned w = 0; w < SYSTOLE_LINE_BYTES / 4; w++, factor *= 0x85EBCA6B) sum += line->word[w] * factor;
  return (sum ^ sum >> 15) * 0x9E3779B1u >> (32 - BINDINGS_SHIFT);
}

static const systole_resolved_binding *meet_binding(systole_resolved_table *table, unsigned opcode,
                                                    const systole_line *line) {
  systole_resolved_binding *kept = &table->bindings[place_of(opcode, line)];
  if (kept->opcode == opcode && same_lines(&kept->line, line)) return kept;
  kept->line = *line;
  kept->opcode = opcode;
  kept->number = ++table->numbers;
  kept->form = systole_resolve_legal_binding(line, opcode);
  systole_bound_read(&kept->bound, opcode, line);
  memset(kept->reads, 0, sizeof kept->reads);
  for (unsigned i = 0; i < kept->bound.terms; i++) kept->reads[kept->bound.term[i].scalar] = UINT32_MAX;
  return kept;
}

// ---- What is made of a line

// Whether the scalars that are read are what they were.
static bool same_scalars(const systole_resolved *entry, const int32_t *scalars) {
  uint32_t differ = 0;
  for (unsigned i = 0; i < SYSTOLE_SCALARS; i++)
    differ |= (entry->scalars[i] ^ (uint32_t)scalars[i]) & entry->binding->reads[i];
  return differ == 0;
}

static void complete(const systole_resolved_table *table, const systole_job *job, const int32_t *scalars,
                     const systole_bound *bound, systole_resolved *entry) {
  systole_instruction *in = &entry->instruction;
  entry->complete = true;
  entry->cause = systole_resolve_rest(&table->limits, job, scalars, bound, in);
  if (entry->cause == SYSTOLE_CAUSE_NONE) in->cycles = cycles_of(table->config, in);
}

static void complete_bound(const systole_resolved_table *table, const systole_job *job,
                           const int32_t *scalars, systole_resolved *entry) {
  memcpy(entry->scalars, scalars, sizeof entry->scalars);
  entry->instruction.line = entry->line;
  if (entry->binding->form == SYSTOLE_CAUSE_NONE) {
    complete(table, job, scalars, &entry->binding->bound, entry);
  } else {
    entry->complete = true;
    entry->cause = entry->binding->form;
    entry->instruction.checked = false;
  }
}

static void get_bound(systole_resolved_table *table, const systole_job *job, const int32_t *scalars,
                      const systole_line *binding, systole_resolved *entry) {
  const systole_resolved_binding *before = entry->binding;
  const bool same = entry->complete && before->number == entry->binding_number && same_lines(&before->line, binding);
  if (same && same_scalars(entry, scalars)) return;
  entry->binding = meet_binding(table, entry->instruction.opcode, binding);
  entry->binding_number = entry->binding->number;
  complete_bound(table, job, scalars, entry);
}

const systole_resolved *systole_resolved_get(systole_resolved_table *table, const systole_job *job,
                                             const int32_t scalars[SYSTOLE_SCALARS],
                                             const uint8_t *binding, uint32_t index) {
  systole_resolved *entry = &table->entries[index % ENTRIES];
  if (binding) {
    const systole_line line = line_of(binding);
    get_bound(table, job, scalars, &line, entry);
  } else if (!entry->complete) {
    complete(table, job, scalars, NULL, entry);
  }
  return entry;
}
