#include "sim/model/resolved.h"

#include <stdlib.h>
#include <string.h>

#include "sim/model/duration.h"

enum { ENTRIES = 4096 };      // line i in entry i modulo this
enum { BINDINGS_SHIFT = 8 };  // binding lines kept: 1 << shift

struct systole_resolved_table {
  const systole_config *config;
  systole_limits limits;
  systole_job job;   // of which the segments count
  uint64_t numbers;  // given so far; from 1
  uint64_t first;    // what has a lower one was for other segments
  systole_resolved_binding bindings[1 << BINDINGS_SHIFT];
  systole_resolved entries[ENTRIES];
};

static uint32_t word_of(const uint8_t *bytes, unsigned w) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  uint32_t word;
  memcpy(&word, bytes + 4 * w, sizeof word);
  return word;
#else
  bytes += 4 * w;
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
#endif
}

static void read_line(systole_line *line, const uint8_t *bytes) {
  for (unsigned w = 0; w < SYSTOLE_LINE_BYTES / 4; w++) line->word[w] = word_of(bytes, w);
}

// What memcmp tells, in line.
static bool is_line(const systole_line *line, const uint8_t *bytes) {
  uint32_t differ = 0;
  for (unsigned w = 0; w < SYSTOLE_LINE_BYTES / 4; w++) differ |= line->word[w] ^ word_of(bytes, w);
  return differ == 0;
}

static void meet(systole_resolved *entry, const uint8_t *bytes, uint32_t index) {
  read_line(&entry->line, bytes);
  entry->form = systole_resolve_legal(&entry->line, NULL);
  entry->number = 0;
  systole_resolve_begin(&entry->line, index, &entry->instruction);
}

// In the beginning every entry keeps a line of zeros. That touches its pages: a
// first run, which is short, does not wait for the host to find them.
systole_status systole_resolved_create(const systole_config *config,
                                       systole_resolved_table **table, systole_error *err) {
  const uint8_t zeros[SYSTOLE_LINE_BYTES] = {0};
  systole_resolved_table *made = calloc(1, sizeof *made);
  *table = made;
  if (made == NULL) return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a machine");
  made->config = config;
  made->limits = systole_limits_of(config);
  made->first = 1;
  for (unsigned i = 0; i < 1 << BINDINGS_SHIFT; i++) made->bindings[i].opcode = 0;
  meet(&made->entries[0], zeros, 0);
  for (uint32_t i = 1; i < ENTRIES; i++) {
    made->entries[i] = made->entries[0];
    made->entries[i].instruction.index = i;
  }
  return SYSTOLE_OK;
}

void systole_resolved_destroy(systole_resolved_table *table) { free(table); }

void systole_resolved_begin(systole_resolved_table *table, const systole_job *job) {
  if (!memcmp(table->job.segments, job->segments, sizeof job->segments)) return;
  table->job = *job;
  table->first = table->numbers + 1;
}

systole_resolved *systole_resolved_line(systole_resolved_table *table, const uint8_t *bytes, uint32_t index) {
  systole_resolved *entry = &table->entries[index % ENTRIES];
  if (entry->instruction.index != index || !is_line(&entry->line, bytes)) meet(entry, bytes, index);
  return entry;
}

static uint64_t cycles_of(const systole_config *config, const systole_instruction *in) {
  if (in->engine == SYSTOLE_ENGINE_MX)
    return systole_duration_mx(&in->line, config->dim, config->load_rows);
  return in->engine == SYSTOLE_ENGINE_VX ? systole_duration_vx(&in->line, config->dim) : 0;
}

// ---- Binding lines

// Of the first three slots; few binding lines have more.
static unsigned place_of(unsigned opcode, const uint8_t *bytes) {
  uint64_t sum = opcode, factor = UINT64_C(0x9E3779B97F4A7C15);
  for (unsigned w = 0; w < 8; w += 2, factor *= UINT64_C(0xD6E8FEB86659FD93))
    sum += (word_of(bytes, w) | (uint64_t)word_of(bytes, w + 1) << 32) * factor;
  return (unsigned)((sum ^ sum >> 31) * UINT64_C(0x9E3779B97F4A7C15) >> (64 - BINDINGS_SHIFT));
}

static bool is_binding(const systole_resolved_binding *binding, unsigned opcode, const uint8_t *bytes) {
  return binding->opcode == opcode && is_line(&binding->line, bytes);
}

static systole_resolved_binding *meet_binding(systole_resolved_table *table, unsigned opcode,
                                              const uint8_t *bytes) {
  systole_resolved_binding *kept = &table->bindings[place_of(opcode, bytes)];
  if (is_binding(kept, opcode, bytes)) return kept;
  read_line(&kept->line, bytes);
  kept->opcode = opcode;
  kept->form = systole_resolve_legal_binding(&kept->line, opcode);
  systole_bound_read(&kept->bound, opcode, &kept->line);
  memset(kept->reads, 0, sizeof kept->reads);
  for (unsigned i = 0; i < kept->bound.terms; i++) kept->reads[kept->bound.term[i].scalar] = UINT32_MAX;
  kept->number = 0;
  return kept;
}

// Whether the scalars that it reads are what they were.
static bool same_scalars(const systole_resolved_binding *binding, const int32_t *scalars) {
  uint32_t differ = 0;
  for (unsigned i = 0; i < SYSTOLE_SCALARS; i++)
    differ |= (uint32_t)(binding->scalars[i] ^ scalars[i]) & binding->reads[i];
  return differ == 0;
}

// The binding line of an entry, with a number for these scalars and the job's
// segments.
static systole_resolved_binding *find_binding(systole_resolved_table *table, const int32_t *scalars,
                                              const uint8_t *bytes, const systole_resolved *entry) {
  const unsigned opcode = entry->instruction.opcode;
  systole_resolved_binding *binding = entry->binding;
  if (entry->number == 0 || !is_binding(binding, opcode, bytes)) binding = meet_binding(table, opcode, bytes);
  if (binding->number >= table->first && same_scalars(binding, scalars)) return binding;
  memcpy(binding->scalars, scalars, sizeof binding->scalars);
  binding->number = ++table->numbers;
  return binding;
}

// ---- What is made of a line

static void complete(const systole_resolved_table *table, const systole_job *job, const int32_t *scalars,
                     const systole_bound *bound, systole_resolved *entry) {
  systole_instruction *in = &entry->instruction;
  entry->cause = systole_resolve_rest(&table->limits, job, scalars, &entry->line, bound, in);
  if (entry->cause == SYSTOLE_CAUSE_NONE) in->cycles = cycles_of(table->config, in);
}

static void complete_bound(const systole_resolved_table *table, const systole_job *job, const int32_t *scalars,
                           systole_resolved_binding *binding, systole_resolved *entry) {
  entry->binding = binding;
  entry->number = binding->number;
  if (binding->form == SYSTOLE_CAUSE_NONE) {
    complete(table, job, scalars, &binding->bound, entry);
  } else {
    entry->cause = binding->form;
    entry->instruction.checked = false;
  }
}

void systole_resolved_complete(systole_resolved_table *table, const systole_job *job,
                               const int32_t scalars[SYSTOLE_SCALARS], const uint8_t *bytes,
                               systole_resolved *entry) {
  if (bytes != NULL) {
    systole_resolved_binding *binding = find_binding(table, scalars, bytes, entry);
    if (entry->number != binding->number) complete_bound(table, job, scalars, binding, entry);
  } else if (entry->number < table->first) {
    complete(table, job, scalars, NULL, entry);
    entry->number = ++table->numbers;
  }
}
