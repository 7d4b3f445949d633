// Building programs and looking into them.
#include "compiler/program/program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "compiler/program/store.h"

static systole_status out_of_memory(systole_error *err) {
  return systole_fail(err, SYSTOLE_E_MEMORY, "program: out of memory");
}

// Makes room for one element more in an array of `count`: capacities are
// powers of two, so a count that is one is full. NULL when out of memory.
static void *grow(void *array, uint32_t count, size_t size) {
  if (count & (count - 1)) return array;
  if (count >= UINT32_MAX / 4) return NULL;
  return realloc(array, (count ? 2 * (size_t)count : 1) * size);
}

#define GROW(array, count) grow((array), (count), sizeof *(array))

// ---- rules -----------------------------------------------------------------

// Control characters would end up in somebody's terminal.
systole_status systole_program_check_name(const char *label, const char *what, const char *name,
                                          systole_error *err) {
  size_t length = strlen(name);
  if (!length || length > 4096)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: %s: expected a text of 1 to 4096 bytes", label, what);
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)name[i] < 32 || name[i] == 127)
      return systole_fail(err, SYSTOLE_E_FORMAT, "%s: %s: expected printable text", label, what);
  return SYSTOLE_OK;
}

systole_status systole_program_check_segment(const systole_program *program, const char *label,
                                             const systole_segment *s, systole_error *err) {
  if (s->index < 1 || s->index > 14)
    return systole_fail(err, SYSTOLE_E_RANGE,
                        "%s: segment %u: expected an index from 1 to 14 (0 is the code, 15 the status)",
                        label, s->index);
  if (s->kind < SYSTOLE_SEGMENT_CONST || s->kind > SYSTOLE_SEGMENT_IO)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: segment %u: kind %u: expected const, state or io",
                        label, s->index, (unsigned)s->kind);
  if (!s->bytes || s->bytes > (uint64_t)1 << 40)
    return systole_fail(err, SYSTOLE_E_RANGE, "%s: segment %u: expected 1 to 2^40 bytes", label, s->index);
  if (s->content_bytes > s->bytes)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: segment %u: content of %llu bytes: expected at most its %llu",
                        label, s->index, (unsigned long long)s->content_bytes,
                        (unsigned long long)s->bytes);
  for (uint32_t i = 0; i < program->segment_count; i++)
    if (program->segments[i].index == s->index || !strcmp(program->segments[i].name, s->name))
      return systole_fail(err, SYSTOLE_E_FORMAT, "%s: segment %u %.80s: expected each index and name once",
                          label, s->index, s->name);
  return systole_program_check_name(label, "segment name", s->name, err);
}

systole_status systole_program_check_entry(const systole_program *program, const char *label,
                                           const char *name, systole_error *err) {
  if (systole_program_entry(program, name))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: entry %.80s: expected each name once", label, name);
  return systole_program_check_name(label, "entry name", name, err);
}

systole_status systole_program_check_scalar(const systole_program *program, const char *label,
                                            unsigned index, systole_error *err) {
  if (index >= SYSTOLE_SCALARS)
    return systole_fail(err, SYSTOLE_E_RANGE, "%s: scalar %u: expected 0 to 15", label, index);
  for (uint32_t i = 0; i < program->scalar_count; i++)
    if (program->scalars[i].index == index)
      return systole_fail(err, SYSTOLE_E_FORMAT, "%s: scalar %u: expected each index once", label, index);
  return SYSTOLE_OK;
}

systole_status systole_program_check_formula(const systole_program *program, const char *label,
                                             const systole_formula *f, systole_error *err) {
  if (f->scalar >= SYSTOLE_SCALARS || f->shift > 31)
    return systole_fail(err, SYSTOLE_E_RANGE, "%s: formula of scalar %u, shift %u: expected 0 to 15, and a shift of 0 to 31",
                        label, f->scalar, f->shift);
  if (f->low > f->cap)
    return systole_fail(err, SYSTOLE_E_RANGE, "%s: formula of scalar %u: low %ld, cap %ld: expected low to be at most cap",
                        label, f->scalar, (long)f->low, (long)f->cap);
  for (uint32_t i = 0; i < program->formula_count; i++)
    if (program->formulas[i].scalar == f->scalar)
      return systole_fail(err, SYSTOLE_E_FORMAT, "%s: formula of scalar %u: expected one for each scalar", label, f->scalar);
  return SYSTOLE_OK;
}

// ---- building --------------------------------------------------------------

systole_status systole_program_create(const systole_config *config, systole_program **program,
                                      systole_error *err) {
  systole_program *p = calloc(1, sizeof *p);
  if (p) p->store = calloc(1, sizeof *p->store);
  if (!p || !p->store) {
    free(p);
    return out_of_memory(err);
  }
  p->store->built = true;
  memcpy(p->config_name, config->name, sizeof p->config_name);
  p->config_name[sizeof p->config_name - 1] = 0;
  p->config_hash = config->hash;
  *program = p;
  return SYSTOLE_OK;
}

static systole_status append_segment(systole_program *p, const systole_segment *s, systole_error *err) {
  systole_status status = systole_program_check_segment(p, p->config_name, s, err);
  if (status) return status;
  systole_segment *grown = GROW(p->segments, p->segment_count);
  if (!grown) return out_of_memory(err);
  p->segments = grown;
  grown[p->segment_count] = *s;
  if (!(grown[p->segment_count].name = strdup(s->name))) return out_of_memory(err);
  p->segment_count++;
  return SYSTOLE_OK;
}

systole_status systole_program_add_segment(systole_program *program, unsigned index,
                                           const char *name, systole_segment_kind kind,
                                           uint64_t bytes, void *content, uint64_t content_bytes,
                                           systole_error *err) {
  systole_segment s = {.index = index, .name = (char *)(uintptr_t)name, .kind = kind, .bytes = bytes,
                       .content = content, .content_bytes = content ? content_bytes : 0};
  systole_status status = append_segment(program, &s, err);
  if (status) free(content);
  return status;
}

systole_status systole_program_add_entry(systole_program *program, const char *name,
                                         uint32_t *entry, systole_error *err) {
  systole_status status = systole_program_check_entry(program, program->config_name, name, err);
  if (status) return status;
  systole_entry *grown = GROW(program->entries, program->entry_count);
  if (!grown) return out_of_memory(err);
  program->entries = grown;
  grown[program->entry_count] = (systole_entry){.name = strdup(name)};
  if (!grown[program->entry_count].name) return out_of_memory(err);
  *entry = program->entry_count++;
  return SYSTOLE_OK;
}

systole_status systole_program_add_lines(systole_program *program, uint32_t entry,
                                         const systole_line *lines, uint32_t count,
                                         systole_error *err) {
  systole_entry *e = &program->entries[entry];
  for (uint32_t i = 0; i < count; i++) {
    systole_line *grown = GROW((systole_line *)(uintptr_t)e->lines, e->line_count);
    if (!grown) return out_of_memory(err);
    e->lines = grown;
    grown[e->line_count++] = lines[i];
  }
  return SYSTOLE_OK;
}

systole_status systole_program_add_symbol(systole_program *program, uint32_t entry, uint32_t first,
                                          uint32_t count, const char *name, systole_error *err) {
  systole_entry *e = &program->entries[entry];
  systole_status status = systole_program_check_name(program->config_name, "symbol", name, err);
  if (status) return status;
  systole_symbol *grown = GROW(e->symbols, e->symbol_count);
  if (!grown) return out_of_memory(err);
  e->symbols = grown;
  grown[e->symbol_count] = (systole_symbol){first, count, strdup(name)};
  if (!grown[e->symbol_count].name) return out_of_memory(err);
  e->symbol_count++;
  return SYSTOLE_OK;
}

systole_status systole_program_add_scalar(systole_program *program, unsigned index,
                                          const char *name, const char *text, systole_error *err) {
  systole_status status = systole_program_check_scalar(program, program->config_name, index, err);
  if (!status) status = systole_program_check_name(program->config_name, "scalar name", name, err);
  if (!status) status = systole_program_check_name(program->config_name, "scalar text", text, err);
  if (status) return status;
  systole_scalar *grown = GROW(program->scalars, program->scalar_count);
  if (!grown) return out_of_memory(err);
  program->scalars = grown;
  grown[program->scalar_count++] = (systole_scalar){index, strdup(name), strdup(text)};
  return SYSTOLE_OK;
}

systole_status systole_program_add_formula(systole_program *program, const systole_formula *formula,
                                           systole_error *err) {
  systole_status status = systole_program_check_formula(program, program->config_name, formula, err);
  if (status) return status;
  systole_formula *grown = GROW(program->formulas, program->formula_count);
  if (!grown) return out_of_memory(err);
  program->formulas = grown;
  grown[program->formula_count++] = *formula;
  return SYSTOLE_OK;
}

systole_status systole_program_add_metadata(systole_program *program, const char *key,
                                            const char *value, systole_error *err) {
  systole_status status = systole_program_check_name(program->config_name, "metadata key", key, err);
  if (!status) status = systole_program_check_name(program->config_name, "metadata value", value, err);
  if (status) return status;
  systole_metadata *grown = GROW(program->metadata, program->metadata_count);
  if (!grown) return out_of_memory(err);
  program->metadata = grown;
  grown[program->metadata_count++] = (systole_metadata){strdup(key), strdup(value)};
  return SYSTOLE_OK;
}

// Names, lines and contents, which a loaded program has in its file.
static void destroy_built(systole_program *p) {
  for (uint32_t i = 0; i < p->entry_count; i++) {
    for (uint32_t j = 0; j < p->entries[i].symbol_count; j++) free(p->entries[i].symbols[j].name);
    free((void *)(uintptr_t)p->entries[i].lines);
    free(p->entries[i].name);
  }
  for (uint32_t i = 0; i < p->segment_count; i++) {
    free((void *)(uintptr_t)p->segments[i].content);
    free(p->segments[i].name);
  }
  for (uint32_t i = 0; i < p->scalar_count; i++) free(p->scalars[i].name), free(p->scalars[i].text);
  for (uint32_t i = 0; i < p->metadata_count; i++) free(p->metadata[i].key), free(p->metadata[i].value);
}

void systole_program_destroy(systole_program *program) {
  if (!program) return;
  if (program->store->built) destroy_built(program);
  if (program->store->map) munmap(program->store->map, program->store->map_bytes);
  for (uint32_t i = 0; i < program->entry_count; i++) free(program->entries[i].symbols);
  free(program->entries);
  free(program->segments);
  free(program->scalars);
  free(program->formulas);
  free(program->metadata);
  free(program->store);
  free(program);
}

// ---- looking ---------------------------------------------------------------

#define FIND(array, count, member, wanted)                     \
  for (uint32_t i = 0; i < (count); i++)                       \
    if (!strcmp((array)[i].member, (wanted))) return &(array)[i]; \
  return NULL

const systole_entry *systole_program_entry(const systole_program *program, const char *name) {
  FIND(program->entries, program->entry_count, name, name);
}

const systole_segment *systole_program_segment(const systole_program *program, const char *name) {
  FIND(program->segments, program->segment_count, name, name);
}

const systole_scalar *systole_program_scalar(const systole_program *program, const char *name) {
  FIND(program->scalars, program->scalar_count, name, name);
}

void systole_program_set_scalars(const systole_program *program, systole_standing at,
                                 int32_t *scalars) {
  for (uint32_t i = 0; i < program->formula_count; i++) {
    const systole_formula *f = &program->formulas[i];
    scalars[f->scalar] = systole_formula_value(f, at);
  }
}

const char *systole_program_metadata(const systole_program *program, const char *key) {
  for (uint32_t i = 0; i < program->metadata_count; i++)
    if (!strcmp(program->metadata[i].key, key)) return program->metadata[i].value;
  return NULL;
}

const char *systole_entry_symbol(const systole_entry *entry, uint32_t line) {
  const systole_symbol *best = NULL;
  for (uint32_t i = 0; i < entry->symbol_count; i++) {
    const systole_symbol *s = &entry->symbols[i];
    if (line >= s->first && line - s->first < s->count && (!best || s->count < best->count)) best = s;
  }
  return best ? best->name : NULL;
}

const char *systole_segment_kind_text(systole_segment_kind kind) {
  switch (kind) {
    case SYSTOLE_SEGMENT_CONST: return "const";
    case SYSTOLE_SEGMENT_STATE: return "state";
    case SYSTOLE_SEGMENT_IO: return "io";
  }
  return "?";
}
