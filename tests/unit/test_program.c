// Program files: what goes in comes out, and no broken file gets in.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/program/format.h"
#include "compiler/program/program.h"
#include "tests/unit/harness.h"
#include "tests/unit/random_lines.h"

static systole_program *make(void) {
  systole_config config;
  systole_program *p;
  systole_error err;
  uint32_t entry;
  uint64_t state = 5;
  systole_line lines[40];
  CU_ASSERT_EQUAL_FATAL(systole_config_load("tiny8", &config, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL_FATAL(systole_program_create(&config, &p, &err), SYSTOLE_OK);
  for (int i = 0; i < 40; i++)
    for (int w = 0; w < 16; w++) lines[i].word[w] = (uint32_t)systole_random(&state);
  char *content = malloc(1000);
  memset(content, 7, 1000);
  CU_ASSERT_EQUAL(systole_program_add_segment(p, 1, "weights", SYSTOLE_SEGMENT_CONST, 4096, content, 1000, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_segment(p, 14, "cache", SYSTOLE_SEGMENT_STATE, 1 << 20, NULL, 0, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_entry(p, "prefill", &entry, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_lines(p, entry, lines, 33, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_symbol(p, entry, 0, 33, "layers", &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_symbol(p, entry, 3, 4, "layers.0.norm", &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_entry(p, "decode", &entry, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_lines(p, entry, lines + 33, 7, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_symbol(p, entry, 6, 1, "end", &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_scalar(p, 3, "position", "of the first token", &err), SYSTOLE_OK);
  const systole_formula formula = {.scalar = 3, .shift = 4, .position = 2, .add = -1, .low = -5, .cap = 9};
  CU_ASSERT_EQUAL(systole_program_add_formula(p, &formula, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_add_formula(p, &formula, &err), SYSTOLE_E_FORMAT);  // twice
  CU_ASSERT_EQUAL(systole_program_add_metadata(p, "model", "a b c", &err), SYSTOLE_OK);
  return p;
}

// The bytes of a written file, 64-byte aligned; free() them.
static uint8_t *file_of(const systole_program *p, size_t *size) {
  char dir[256], path[300];
  systole_error err;
  systole_test_make_dir(dir, sizeof dir);
  snprintf(path, sizeof path, "%s/p.syp", dir);
  CU_ASSERT_EQUAL_FATAL(systole_program_write(p, path, &err), SYSTOLE_OK);
  FILE *file = fopen(path, "rb");
  uint8_t *bytes = aligned_alloc(64, 1 << 16);
  *size = fread(bytes, 1, 1 << 16, file);
  fclose(file);
  systole_test_remove_dir(dir);
  return bytes;
}

static void test_round_trip(void) {
  systole_program *p = make(), *q;
  systole_error err = {{0}};
  size_t size;
  uint8_t *bytes = file_of(p, &size);
  CU_ASSERT_EQUAL_FATAL(systole_program_parse(bytes, size, "p", &q, &err), SYSTOLE_OK);
  CU_ASSERT_STRING_EQUAL(q->config_name, "tiny8");
  CU_ASSERT_EQUAL(q->config_hash, p->config_hash);
  CU_ASSERT_EQUAL_FATAL(q->entry_count, 2);
  for (uint32_t i = 0; i < 2; i++) {
    CU_ASSERT_STRING_EQUAL(q->entries[i].name, p->entries[i].name);
    CU_ASSERT_EQUAL_FATAL(q->entries[i].line_count, p->entries[i].line_count);
    CU_ASSERT(!memcmp(q->entries[i].lines, p->entries[i].lines, q->entries[i].line_count * sizeof(systole_line)));
  }
  CU_ASSERT_EQUAL_FATAL(q->segment_count, 2);
  CU_ASSERT_EQUAL(q->segments[0].content_bytes, 1000);
  CU_ASSERT_EQUAL((q->segments[0].content - bytes) % 128, 0);
  CU_ASSERT(q->segments[0].content[999] == 7);
  CU_ASSERT_EQUAL(q->segments[1].bytes, 1 << 20);
  CU_ASSERT_EQUAL(q->segments[1].kind, SYSTOLE_SEGMENT_STATE);
  CU_ASSERT_PTR_NULL(q->segments[1].content);
  CU_ASSERT_STRING_EQUAL(systole_program_scalar(q, "position")->text, "of the first token");
  CU_ASSERT_EQUAL_FATAL(q->formula_count, 1);
  CU_ASSERT(!memcmp(q->formulas, p->formulas, sizeof *p->formulas));
  int32_t scalars[16] = {1, 1, 1, 1};
  systole_program_set_scalars(q, (systole_standing){40, 1, 1}, scalars);
  CU_ASSERT(scalars[2] == 1 && scalars[3] == 79 >> 4);
  CU_ASSERT_STRING_EQUAL(systole_program_metadata(q, "model"), "a b c");
  CU_ASSERT_PTR_NULL(systole_program_metadata(q, "none"));
  const systole_entry *prefill = systole_program_entry(q, "prefill");
  CU_ASSERT_STRING_EQUAL(systole_entry_symbol(prefill, 2), "layers");
  CU_ASSERT_STRING_EQUAL(systole_entry_symbol(prefill, 3), "layers.0.norm");
  CU_ASSERT_STRING_EQUAL(systole_entry_symbol(prefill, 7), "layers");
  CU_ASSERT_PTR_NULL(systole_entry_symbol(systole_program_entry(q, "decode"), 5));
  systole_program_destroy(p);
  systole_program_destroy(q);
  free(bytes);
}

static void test_truncated(void) {
  systole_program *p = make(), *q;
  size_t size;
  uint8_t *bytes = file_of(p, &size);
  for (size_t cut = 0; cut < size; cut += cut < 400 ? 1 : 61) {
    // Its own block, so that a sanitizer sees a read past the end.
    uint8_t *part = aligned_alloc(64, (cut + 64) / 64 * 64);
    systole_error err = {{0}};
    memcpy(part, bytes, cut);
    CU_ASSERT_NOT_EQUAL(systole_program_parse(part, cut, "cut", &q, &err), SYSTOLE_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "cut: "));
    free(part);
  }
  systole_program_destroy(p);
  free(bytes);
}

// The header says so: what follows it must not be believed.
static void test_lies(void) {
  systole_program *p = make(), *q;
  size_t size;
  uint8_t *bytes = file_of(p, &size);
  systole_file_header *h = (void *)bytes;
  const systole_file_header saved = *h;
  systole_file_entry *entry = (void *)(bytes + h->entries.offset);
  systole_file_segment *segment = (void *)(bytes + h->segments.offset);
  systole_file_symbol *symbol = (void *)(bytes + h->symbols.offset);
#define LIE(change, undo)                                                                 \
  do {                                                                                    \
    systole_error err = {{0}};                                                            \
    change;                                                                               \
    CU_ASSERT_NOT_EQUAL(systole_program_parse(bytes, size, "lie", &q, &err), SYSTOLE_OK); \
    CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "expected"));                                 \
    undo;                                                                                 \
  } while (0)
#define LIE_HEADER(change) LIE(h->change, *h = saved)
#define LIE_FIELD(field, value)      \
  do {                               \
    const uint64_t old = (field);    \
    LIE((field) = (value), (field) = old); \
  } while (0)
  LIE_HEADER(magic[0] = 'X');
  LIE_HEADER(version = SYSTOLE_PROGRAM_VERSION + 1);
  LIE_HEADER(isa_version = 0);
  LIE_HEADER(file_bytes--);
  LIE_HEADER(config_name[0] = 0);
  LIE_HEADER(config_name[0] = '\033');
  LIE_HEADER(entries.count = UINT32_MAX);
  LIE_HEADER(entries.count = 0);
  LIE_HEADER(entries.offset = UINT64_MAX - 7);
  LIE_HEADER(entries.offset += 4);
  LIE_HEADER(segments.count = 17);
  LIE_HEADER(symbols.count = 0);
  LIE_HEADER(strings.count = 1u << 31);
  LIE_HEADER(strings.count -= 1);
  LIE_FIELD(entry->name, 1u << 30);
  LIE_FIELD(entry->line_count, UINT32_MAX);
  LIE_FIELD(entry->line_count, 0);
  LIE_FIELD(entry->lines, entry->lines + 8);
  LIE_FIELD(entry->lines, UINT64_MAX - 63);
  LIE_FIELD(entry->first_symbol, UINT32_MAX);
  LIE_FIELD(entry[1].name, entry[0].name);
  LIE_FIELD(segment->index, 0);
  LIE_FIELD(segment->index, 15);
  LIE_FIELD(segment->index, 14);
  LIE_FIELD(segment->kind, 9);
  LIE_FIELD(segment->content, segment->content + 64);
  LIE_FIELD(segment->content_bytes, 4097);
  LIE_FIELD(segment->content_bytes, 4000);
  LIE_FIELD(segment->bytes, 0);
  LIE_FIELD(segment->bytes, UINT64_MAX);
  LIE_FIELD(symbol->first, 34);
  LIE_FIELD(symbol->count, 34);
  LIE_FIELD(symbol->name, UINT32_MAX);
  CU_ASSERT_EQUAL(systole_program_parse(bytes, size, "true", &q, NULL), SYSTOLE_OK);
  systole_program_destroy(q);
  systole_program_destroy(p);
  free(bytes);
}

static void test_building(void) {
  systole_program *p = make();
  systole_error err;
  uint32_t entry;
  CU_ASSERT_EQUAL(systole_program_add_segment(p, 1, "again", SYSTOLE_SEGMENT_IO, 1, NULL, 0, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_program_add_segment(p, 2, "cache", SYSTOLE_SEGMENT_IO, 1, NULL, 0, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_program_add_segment(p, 2, "big", SYSTOLE_SEGMENT_IO, 1, malloc(2), 2, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_program_add_segment(p, 15, "status", SYSTOLE_SEGMENT_IO, 1, NULL, 0, &err), SYSTOLE_E_RANGE);
  CU_ASSERT_EQUAL(systole_program_add_entry(p, "decode", &entry, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_program_add_entry(p, "", &entry, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_program_add_metadata(p, "a\nb", "c", &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_program_write(p, "/nowhere/p.syp", &err), SYSTOLE_E_IO);
  CU_ASSERT_EQUAL(systole_program_add_entry(p, "empty", &entry, &err), SYSTOLE_OK);
  CU_ASSERT_EQUAL(systole_program_write(p, "/tmp/never.syp", &err), SYSTOLE_E_USAGE);
  systole_program_destroy(p);
}

static void test_not_a_program(void) {
  systole_program *p;
  systole_error err = {{0}};
  CU_ASSERT_EQUAL(systole_program_read("/nowhere/p.syp", &p, &err), SYSTOLE_E_IO);
  CU_ASSERT_EQUAL(systole_program_read("/dev/null", &p, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_program_read("tests", &p, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_EQUAL(systole_program_read("Makefile", &p, &err), SYSTOLE_E_FORMAT);
  CU_ASSERT_PTR_NOT_NULL(strstr(err.text, "Makefile"));
}

void suite_program(void) {
  static const systole_test tests[] = {{"written and read", test_round_trip},
                                       {"cut anywhere", test_truncated},
                                       {"lying tables", test_lies},
                                       {"what building refuses", test_building},
                                       {"not a program", test_not_a_program},
                                       {0}};
  systole_test_suite("program", tests);
}
