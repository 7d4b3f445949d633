// Writing a .syp file: first the layout, then the pieces in order.
#include <stdio.h>
#include <string.h>

#include "compiler/program/format.h"
#include "compiler/program/program.h"
#include "hw/base/output.h"

typedef struct {
  FILE *file;
  uint64_t at;       // bytes written
  uint32_t strings;  // bytes of strings named so far
} writer;

// ---- layout ----------------------------------------------------------------

static uint64_t align_up(uint64_t value, uint64_t align) { return (value + align - 1) / align * align; }

static uint32_t string_bytes(const char *text) { return (uint32_t)strlen(text) + 1; }

static uint32_t all_symbols(const systole_program *p) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < p->entry_count; i++) count += p->entries[i].symbol_count;
  return count;
}

static uint32_t all_strings(const systole_program *p) {
  uint32_t bytes = 0;
  for (uint32_t i = 0; i < p->entry_count; i++) {
    bytes += string_bytes(p->entries[i].name);
    for (uint32_t j = 0; j < p->entries[i].symbol_count; j++)
      bytes += string_bytes(p->entries[i].symbols[j].name);
  }
  for (uint32_t i = 0; i < p->segment_count; i++) bytes += string_bytes(p->segments[i].name);
  for (uint32_t i = 0; i < p->scalar_count; i++)
    bytes += string_bytes(p->scalars[i].name) + string_bytes(p->scalars[i].text);
  for (uint32_t i = 0; i < p->metadata_count; i++)
    bytes += string_bytes(p->metadata[i].key) + string_bytes(p->metadata[i].value);
  return bytes;
}

static systole_file_table place(uint64_t *end, uint32_t count, size_t element) {
  systole_file_table table = {align_up(*end, 8), count, 0};
  *end = table.offset + count * element;
  return table;
}

static uint64_t end_of_file(const systole_program *p, uint64_t end) {
  for (uint32_t i = 0; i < p->entry_count; i++)
    end = align_up(end, SYSTOLE_PROGRAM_LINE_ALIGN) + (uint64_t)p->entries[i].line_count * SYSTOLE_LINE_BYTES;
  for (uint32_t i = 0; i < p->segment_count; i++)
    if (p->segments[i].content_bytes)
      end = align_up(end, SYSTOLE_PROGRAM_CONTENT_ALIGN) + p->segments[i].content_bytes;
  return end;
}

static systole_file_header make_header(const systole_program *p) {
  uint64_t end = sizeof(systole_file_header);
  systole_file_header h = {.magic = SYSTOLE_PROGRAM_MAGIC, .version = SYSTOLE_PROGRAM_VERSION,
                           .isa_version = SYSTOLE_ISA_VERSION, .config_hash = p->config_hash};
  memcpy(h.config_name, p->config_name, sizeof h.config_name);
  h.entries = place(&end, p->entry_count, sizeof(systole_file_entry));
  h.segments = place(&end, p->segment_count, sizeof(systole_file_segment));
  h.scalars = place(&end, p->scalar_count, sizeof(systole_file_scalar));
  h.formulas = place(&end, p->formula_count, sizeof(systole_file_formula));
  h.metadata = place(&end, p->metadata_count, sizeof(systole_file_metadata));
  h.symbols = place(&end, all_symbols(p), sizeof(systole_file_symbol));
  h.strings = place(&end, all_strings(p), 1);
  h.file_bytes = end_of_file(p, end);
  return h;
}

// ---- pieces ----------------------------------------------------------------

static void emit(writer *w, const void *bytes, size_t size) {
  if (size) fwrite(bytes, 1, size, w->file);
  w->at += size;
}

static void pad_to(writer *w, uint64_t offset) {
  static const uint8_t zeros[SYSTOLE_PROGRAM_CONTENT_ALIGN];
  while (w->at < offset) {
    size_t take = offset - w->at < sizeof zeros ? (size_t)(offset - w->at) : sizeof zeros;
    emit(w, zeros, take);
  }
}

// Where a string will lie: they are written later in the order they are named.
static uint32_t name(writer *w, const char *text) {
  uint32_t at = w->strings;
  w->strings += string_bytes(text);
  return at;
}

static void emit_entries(writer *w, const systole_program *p, uint64_t end) {
  uint32_t symbol = 0;
  for (uint32_t i = 0; i < p->entry_count; i++) {
    const systole_entry *e = &p->entries[i];
    systole_file_entry out = {name(w, e->name), e->line_count,
                              align_up(end, SYSTOLE_PROGRAM_LINE_ALIGN), symbol, e->symbol_count};
    end = out.lines + (uint64_t)e->line_count * SYSTOLE_LINE_BYTES;
    symbol += e->symbol_count;
    emit(w, &out, sizeof out);
  }
}

static void emit_segments(writer *w, const systole_program *p, uint64_t end) {
  for (uint32_t i = 0; i < p->entry_count; i++)
    end = align_up(end, SYSTOLE_PROGRAM_LINE_ALIGN) + (uint64_t)p->entries[i].line_count * SYSTOLE_LINE_BYTES;
  for (uint32_t i = 0; i < p->segment_count; i++) {
    const systole_segment *s = &p->segments[i];
    systole_file_segment out = {s->index, s->kind, name(w, s->name), 0, s->bytes, 0, s->content_bytes};
    if (s->content_bytes) {
      out.content = align_up(end, SYSTOLE_PROGRAM_CONTENT_ALIGN);
      end = out.content + s->content_bytes;
    }
    emit(w, &out, sizeof out);
  }
}

static void emit_scalars(writer *w, const systole_program *p) {
  for (uint32_t i = 0; i < p->scalar_count; i++) {
    uint32_t at = name(w, p->scalars[i].name);
    systole_file_scalar out = {p->scalars[i].index, at, name(w, p->scalars[i].text)};
    emit(w, &out, sizeof out);
  }
}

static void emit_metadata(writer *w, const systole_program *p) {
  for (uint32_t i = 0; i < p->metadata_count; i++) {
    uint32_t at = name(w, p->metadata[i].key);
    systole_file_metadata out = {at, name(w, p->metadata[i].value)};
    emit(w, &out, sizeof out);
  }
}

static void emit_symbols(writer *w, const systole_program *p) {
  for (uint32_t i = 0; i < p->entry_count; i++)
    for (uint32_t j = 0; j < p->entries[i].symbol_count; j++) {
      const systole_symbol *s = &p->entries[i].symbols[j];
      systole_file_symbol out = {s->first, s->count, name(w, s->name)};
      emit(w, &out, sizeof out);
    }
}

static void emit_string(writer *w, const char *text) { emit(w, text, string_bytes(text)); }

// In the order in which name() was called above.
static void emit_strings(writer *w, const systole_program *p) {
  for (uint32_t i = 0; i < p->entry_count; i++) emit_string(w, p->entries[i].name);
  for (uint32_t i = 0; i < p->segment_count; i++) emit_string(w, p->segments[i].name);
  for (uint32_t i = 0; i < p->scalar_count; i++)
    emit_string(w, p->scalars[i].name), emit_string(w, p->scalars[i].text);
  for (uint32_t i = 0; i < p->metadata_count; i++)
    emit_string(w, p->metadata[i].key), emit_string(w, p->metadata[i].value);
  for (uint32_t i = 0; i < p->entry_count; i++)
    for (uint32_t j = 0; j < p->entries[i].symbol_count; j++)
      emit_string(w, p->entries[i].symbols[j].name);
}

static void emit_bodies(writer *w, const systole_program *p) {
  for (uint32_t i = 0; i < p->entry_count; i++) {
    pad_to(w, align_up(w->at, SYSTOLE_PROGRAM_LINE_ALIGN));
    emit(w, p->entries[i].lines, (size_t)p->entries[i].line_count * SYSTOLE_LINE_BYTES);
  }
  for (uint32_t i = 0; i < p->segment_count; i++) {
    if (!p->segments[i].content_bytes) continue;
    pad_to(w, align_up(w->at, SYSTOLE_PROGRAM_CONTENT_ALIGN));
    emit(w, p->segments[i].content, p->segments[i].content_bytes);
  }
}

static void emit_all(writer *w, const systole_program *p) {
  systole_file_header h = make_header(p);
  uint64_t bodies = h.strings.offset + h.strings.count;
  emit(w, &h, sizeof h);
  pad_to(w, h.entries.offset);
  emit_entries(w, p, bodies);
  pad_to(w, h.segments.offset);
  emit_segments(w, p, bodies);
  pad_to(w, h.scalars.offset);
  emit_scalars(w, p);
  pad_to(w, h.formulas.offset);
  emit(w, p->formulas, p->formula_count * sizeof *p->formulas);
  pad_to(w, h.metadata.offset);
  emit_metadata(w, p);
  pad_to(w, h.symbols.offset);
  emit_symbols(w, p);
  pad_to(w, h.strings.offset);
  emit_strings(w, p);
  emit_bodies(w, p);
}

// ---- the file --------------------------------------------------------------

static systole_status check(const systole_program *p, const char *path, systole_error *err) {
  if (!p->entry_count) return systole_fail(err, SYSTOLE_E_USAGE, "%s: expected at least one entry", path);
  for (uint32_t i = 0; i < p->entry_count; i++) {
    const systole_entry *e = &p->entries[i];
    if (!e->line_count)
      return systole_fail(err, SYSTOLE_E_USAGE, "%s: entry %s: expected instructions", path, e->name);
    for (uint32_t j = 0; j < e->symbol_count; j++)
      if (e->symbols[j].first > e->line_count || e->symbols[j].count > e->line_count - e->symbols[j].first)
        return systole_fail(err, SYSTOLE_E_RANGE, "%s: symbol %s: expected lines of entry %s", path,
                            e->symbols[j].name, e->name);
  }
  return SYSTOLE_OK;
}

systole_status systole_program_write(const systole_program *program, const char *path, systole_error *err) {
  systole_output output;
  systole_status status = check(program, path, err);
  if (!status) status = systole_output_open(path, &output, err);
  if (status) return status;
  writer w = {.file = output.file};
  emit_all(&w, program);
  return systole_output_commit(&output, err);
}
