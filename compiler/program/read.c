// Loading a .syp file. It is mapped and used in place, so every offset, count
// and string is checked before anything points at it.
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/program/format.h"
#include "compiler/program/program.h"
#include "compiler/program/store.h"

typedef struct {
  const uint8_t *bytes;
  uint64_t size;
  const char *label;
  const systole_file_header *header;
  systole_program *program;
  systole_error *err;
} reader;

static systole_status bad(reader *r, const char *what, const char *expected) {
  return systole_fail(r->err, SYSTOLE_E_FORMAT, "%s: %s: expected %s", r->label, what, expected);
}

// ---- pieces ----------------------------------------------------------------

static systole_status check_range(reader *r, const char *what, uint64_t offset, uint64_t bytes,
                                  uint64_t align) {
  if (offset % align) return bad(r, what, "an aligned offset");
  if (offset > r->size || bytes > r->size - offset) return bad(r, what, "to lie inside the file");
  return SYSTOLE_OK;
}

static systole_status check_table(reader *r, const char *what, const systole_file_table *table,
                                  uint64_t element) {
  if (table->reserved) return bad(r, what, "reserved bits to be zero");
  return check_range(r, what, table->offset, table->count * element, 8);
}

static systole_status check_tables(reader *r) {
  const systole_file_header *h = r->header;
  systole_status status = check_table(r, "entry table", &h->entries, sizeof(systole_file_entry));
  if (!status) status = check_table(r, "segment table", &h->segments, sizeof(systole_file_segment));
  if (!status) status = check_table(r, "scalar table", &h->scalars, sizeof(systole_file_scalar));
  if (!status) status = check_table(r, "formula table", &h->formulas, sizeof(systole_file_formula));
  if (!status) status = check_table(r, "metadata", &h->metadata, sizeof(systole_file_metadata));
  if (!status) status = check_table(r, "symbol table", &h->symbols, sizeof(systole_file_symbol));
  if (!status) status = check_table(r, "strings", &h->strings, 1);
  if (status) return status;
  if (!h->strings.count || r->bytes[h->strings.offset + h->strings.count - 1])
    return bad(r, "strings", "to end with a zero byte");
  if (!h->entries.count) return bad(r, "entry table", "at least one entry");
  if (h->entries.count > 4096) return bad(r, "entry table", "at most 4096 entries");
  if (h->metadata.count > 65536) return bad(r, "metadata", "at most 65536 pairs");
  return SYSTOLE_OK;
}

static systole_status check_header(reader *r) {
  const systole_file_header *h = r->header;
  if (r->size < sizeof *h || memcmp(h->magic, SYSTOLE_PROGRAM_MAGIC, sizeof h->magic))
    return bad(r, "not a Systole program", "a file made by `systole compile` or `systole asm`");
  if (h->version != SYSTOLE_PROGRAM_VERSION)
    return systole_fail(r->err, SYSTOLE_E_UNSUPPORTED, "%s: format version %u: expected %u", r->label,
                        h->version, SYSTOLE_PROGRAM_VERSION);
  if (h->isa_version != SYSTOLE_ISA_VERSION)
    return systole_fail(r->err, SYSTOLE_E_UNSUPPORTED, "%s: ISA version %#x: expected %#x", r->label,
                        h->isa_version, SYSTOLE_ISA_VERSION);
  if (h->file_bytes != r->size)
    return systole_fail(r->err, SYSTOLE_E_FORMAT, "%s: %llu bytes long: expected %llu, as its header says",
                        r->label, (unsigned long long)r->size, (unsigned long long)h->file_bytes);
  if (!memchr(h->config_name, 0, sizeof h->config_name)) return bad(r, "configuration name", "an end");
  return systole_program_check_name(r->label, "configuration name", h->config_name, r->err);
}

// A string's place in the pool; the pool ends with a NUL, so any start inside
// it is a string.
static systole_status take_string(reader *r, const char *what, uint32_t at, char **out) {
  if (at >= r->header->strings.count) return bad(r, what, "a name inside the strings");
  *out = (char *)(uintptr_t)(r->bytes + r->header->strings.offset + at);
  return systole_program_check_name(r->label, what, *out, r->err);
}

static const void *table_at(reader *r, const systole_file_table *table) {
  return r->bytes + table->offset;
}

static systole_status allocate(reader *r, void **array, uint32_t count, size_t size) {
  *array = calloc(count ? count : 1, size);
  return *array ? SYSTOLE_OK : systole_fail(r->err, SYSTOLE_E_MEMORY, "%s: out of memory", r->label);
}

// ---- tables ----------------------------------------------------------------

static systole_status take_symbols(reader *r, const systole_file_entry *from, systole_entry *entry) {
  const systole_file_symbol *table = table_at(r, &r->header->symbols);
  uint32_t all = r->header->symbols.count;
  if (from->first_symbol > all || from->symbol_count > all - from->first_symbol)
    return bad(r, "symbols of an entry", "to lie inside the symbol table");
  systole_status status =
      allocate(r, (void **)&entry->symbols, from->symbol_count, sizeof *entry->symbols);
  for (uint32_t i = 0; !status && i < from->symbol_count; i++) {
    systole_file_symbol s = table[from->first_symbol + i];
    if (s.first > from->line_count || s.count > from->line_count - s.first)
      return bad(r, "symbol", "lines of its entry");
    entry->symbols[i] = (systole_symbol){s.first, s.count, NULL};
    status = take_string(r, "symbol", s.name, &entry->symbols[i].name);
    entry->symbol_count = i + 1;
  }
  return status;
}

static systole_status take_entry(reader *r, const systole_file_entry *from) {
  systole_program *p = r->program;
  systole_entry entry = {.line_count = from->line_count};
  systole_status status = take_string(r, "entry name", from->name, &entry.name);
  if (!status) status = systole_program_check_entry(p, r->label, entry.name, r->err);
  if (!status)
    status = check_range(r, "lines of an entry", from->lines,
                         (uint64_t)from->line_count * SYSTOLE_LINE_BYTES, SYSTOLE_PROGRAM_LINE_ALIGN);
  if (status) return status;
  if (!entry.line_count) return bad(r, entry.name, "an entry with at least one line");
  entry.lines = (const systole_line *)(const void *)(r->bytes + from->lines);
  p->entries[p->entry_count] = entry;
  return take_symbols(r, from, &p->entries[p->entry_count++]);
}

static systole_status take_segment(reader *r, const systole_file_segment *from) {
  systole_program *p = r->program;
  systole_segment s = {.index = from->index, .kind = from->kind, .bytes = from->bytes,
                       .content_bytes = from->content_bytes};
  if (from->reserved) return bad(r, "segment", "reserved bits to be zero");
  systole_status status = take_string(r, "segment name", from->name, &s.name);
  if (!status) status = systole_program_check_segment(p, r->label, &s, r->err);
  if (!status)
    status = check_range(r, "content of a segment", from->content, from->content_bytes,
                         SYSTOLE_PROGRAM_CONTENT_ALIGN);
  if (status) return status;
  if (s.content_bytes) s.content = r->bytes + from->content;
  p->segments[p->segment_count++] = s;
  return SYSTOLE_OK;
}

static systole_status take_scalar(reader *r, const systole_file_scalar *from) {
  systole_program *p = r->program;
  systole_scalar s = {.index = from->index};
  systole_status status = systole_program_check_scalar(p, r->label, from->index, r->err);
  if (!status) status = take_string(r, "scalar name", from->name, &s.name);
  if (!status) status = take_string(r, "scalar text", from->text, &s.text);
  if (!status) p->scalars[p->scalar_count++] = s;
  return status;
}

static systole_status take_formula(reader *r, const systole_file_formula *from) {
  systole_program *p = r->program;
  systole_status status = systole_program_check_formula(p, r->label, from, r->err);
  if (!status) p->formulas[p->formula_count++] = *from;
  return status;
}

static systole_status take_metadata(reader *r, const systole_file_metadata *from) {
  systole_program *p = r->program;
  systole_metadata m = {0};
  systole_status status = take_string(r, "metadata key", from->key, &m.key);
  if (!status) status = take_string(r, "metadata value", from->value, &m.value);
  if (!status) p->metadata[p->metadata_count++] = m;
  return status;
}

// Every table in turn: room for its elements, then each of them.
#define TAKE(tables, one)                                                                     \
  status = allocate(r, (void **)&r->program->tables, r->header->tables.count,                 \
                    sizeof *r->program->tables);                                              \
  for (uint32_t i = 0; !status && i < r->header->tables.count; i++)                           \
    status = take_##one(r, (const systole_file_##one *)table_at(r, &r->header->tables) + i);  \
  if (status) return status

static systole_status take_tables(reader *r) {
  systole_status status;
  if (r->header->segments.count > SYSTOLE_SEGMENTS || r->header->scalars.count > SYSTOLE_SCALARS ||
      r->header->formulas.count > SYSTOLE_SCALARS)
    return bad(r, "segments, scalars and formulas", "at most 16 of each");
  TAKE(entries, entry);
  TAKE(segments, segment);
  TAKE(scalars, scalar);
  TAKE(formulas, formula);
  TAKE(metadata, metadata);
  return SYSTOLE_OK;
}

// ---- whole files -----------------------------------------------------------

static systole_status parse(reader *r) {
  systole_config config = {0};
  systole_status status = check_header(r);
  if (!status) status = check_tables(r);
  if (status) return status;
  memcpy(config.name, r->header->config_name, sizeof config.name);
  config.hash = r->header->config_hash;
  status = systole_program_create(&config, &r->program, r->err);
  if (status) return status;
  r->program->store->built = false;
  return take_tables(r);
}

systole_status systole_program_parse(const void *bytes, size_t size, const char *label,
                                     systole_program **program, systole_error *err) {
  reader r = {.bytes = bytes, .size = size, .label = label, .header = bytes, .err = err};
  if ((uintptr_t)bytes % SYSTOLE_PROGRAM_LINE_ALIGN)
    return systole_fail(err, SYSTOLE_E_USAGE, "%s: expected memory aligned to 64 bytes", label);
  systole_status status = parse(&r);
  if (status) {
    systole_program_destroy(r.program);
    return status;
  }
  *program = r.program;
  return SYSTOLE_OK;
}

static systole_status map_file(const char *path, void **map, size_t *size, systole_error *err) {
  struct stat info;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return systole_fail(err, SYSTOLE_E_IO, "%s: cannot be opened: %s", path, strerror(errno));
  if (fstat(file, &info) || !S_ISREG(info.st_mode) || info.st_size < (off_t)sizeof(systole_file_header)) {
    close(file);
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: not a Systole program: expected a regular file made by `systole compile` or `systole asm`", path);
  }
  *size = (size_t)info.st_size;
  *map = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, file, 0);
  close(file);
  if (*map == MAP_FAILED) return systole_fail(err, SYSTOLE_E_IO, "%s: cannot be mapped: %s", path, strerror(errno));
  return SYSTOLE_OK;
}

systole_status systole_program_read(const char *path, systole_program **program, systole_error *err) {
  void *map = NULL;
  size_t size = 0;
  systole_status status = map_file(path, &map, &size, err);
  if (status) return status;
  status = systole_program_parse(map, size, path, program, err);
  if (status) {
    munmap(map, size);
    return status;
  }
  (*program)->store->map = map;
  (*program)->store->map_bytes = size;
  return SYSTOLE_OK;
}
