// A program: instructions for one hardware configuration, the segments of
// memory they work on, and the names that make reports readable. Kept in a .syp
// file, whose layout is in compiler/program/format.h.
//
// Building: create, add, write. Loading: read. Either way the program is then
// looked at through the arrays below, which only the functions here change.
#ifndef SYSTOLE_COMPILER_PROGRAM_H
#define SYSTOLE_COMPILER_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "hw/base/status.h"
#include "hw/configs/config.h"
#include "hw/isa/formula.h"
#include "hw/isa/isa.h"

typedef enum {
  SYSTOLE_SEGMENT_CONST = 1,  // content from the file, never written (weights)
  SYSTOLE_SEGMENT_STATE,      // kept from run to run (a KV cache)
  SYSTOLE_SEGMENT_IO,         // what the host writes and reads
} systole_segment_kind;

typedef struct {
  unsigned index;             // 1..14: 0 is the running entry, 15 the status record
  char *name;
  systole_segment_kind kind;
  uint64_t bytes;             // the segment's limit
  uint64_t content_bytes;     // at most bytes; the rest starts as zero
  const uint8_t *content;     // NULL if content_bytes is 0
} systole_segment;

// Lines [first, first + count) of an entry. Ranges may nest or overlap.
typedef struct {
  uint32_t first, count;
  char *name;                 // "layers.3.attention.scores"
} systole_symbol;

// A place to start: "prefill", "decode", "main". Its line 0 is line 0 of
// segment 0 when it runs.
typedef struct {
  char *name;
  const systole_line *lines;
  uint32_t line_count;
  systole_symbol *symbols;
  uint32_t symbol_count;
} systole_entry;

typedef struct {
  unsigned index;             // 0..15
  char *name, *text;          // "position", what the host must put there
} systole_scalar;

typedef struct {
  char *key, *value;
} systole_metadata;

typedef struct {
  char config_name[64];
  uint64_t config_hash;
  systole_entry *entries;
  uint32_t entry_count;
  systole_segment *segments;
  uint32_t segment_count;
  systole_scalar *scalars;
  uint32_t scalar_count;
  systole_formula *formulas;  // of scalars that follow from where a run stands in its text
  uint32_t formula_count;
  systole_metadata *metadata;
  uint32_t metadata_count;
  struct systole_program_store *store;  // what the pointers point into
} systole_program;

// ---- building. Strings are copied; names and texts are printable UTF-8. -----

systole_status systole_program_create(const systole_config *config, systole_program **program,
                                      systole_error *err);
void systole_program_destroy(systole_program *program);  // NULL is allowed

// Takes content over, which must come from malloc (or be NULL): it is freed
// with the program, or at once on failure.
systole_status systole_program_add_segment(systole_program *program, unsigned index,
                                           const char *name, systole_segment_kind kind,
                                           uint64_t bytes, void *content, uint64_t content_bytes,
                                           systole_error *err);

// *entry is its index in entries[]. Lines are appended to it and copied.
systole_status systole_program_add_entry(systole_program *program, const char *name,
                                         uint32_t *entry, systole_error *err);
systole_status systole_program_add_lines(systole_program *program, uint32_t entry,
                                         const systole_line *lines, uint32_t count,
                                         systole_error *err);
systole_status systole_program_add_symbol(systole_program *program, uint32_t entry, uint32_t first,
                                          uint32_t count, const char *name, systole_error *err);
systole_status systole_program_add_scalar(systole_program *program, unsigned index,
                                          const char *name, const char *text, systole_error *err);
// At most one for each scalar.
systole_status systole_program_add_formula(systole_program *program, const systole_formula *formula,
                                           systole_error *err);
systole_status systole_program_add_metadata(systole_program *program, const char *key,
                                            const char *value, systole_error *err);

// Writes the file whole or not at all (a temporary file beside it, renamed).
systole_status systole_program_write(const systole_program *program, const char *path,
                                     systole_error *err);

// ---- loading. Nothing in the file is trusted. -----------------------------

systole_status systole_program_read(const char *path, systole_program **program,
                                    systole_error *err);

// The same from memory, which must be 64-byte aligned and outlive the program;
// `label` stands for the file's name in messages.
systole_status systole_program_parse(const void *bytes, size_t size, const char *label,
                                     systole_program **program, systole_error *err);

// ---- looking ---------------------------------------------------------------

// NULL if there is none.
const systole_entry *systole_program_entry(const systole_program *program, const char *name);
const systole_segment *systole_program_segment(const systole_program *program, const char *name);
const systole_scalar *systole_program_scalar(const systole_program *program, const char *name);
const char *systole_program_metadata(const systole_program *program, const char *key);

// Sets those of the 16 scalars that the program has formulas for.
void systole_program_set_scalars(const systole_program *program, systole_standing at,
                                 int32_t *scalars);

// The name of the narrowest symbol around a line, or NULL.
const char *systole_entry_symbol(const systole_entry *entry, uint32_t line);

// 64 bits that tell programs apart: configuration, entries with their lines and
// symbols, and segments, but not the segments' content, so that a program with
// and one without its weights are the same.
uint64_t systole_program_hash(const systole_program *program);

const char *systole_segment_kind_text(systole_segment_kind kind);  // "const"

#endif
