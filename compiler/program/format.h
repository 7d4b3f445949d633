// The layout of a .syp file, little-endian throughout. All offsets are bytes
// from the start of the file, except names, which are offsets into the strings.
//
//   header · entries · segments · scalars · formulas · metadata · symbols
//   · strings
//   · lines of each entry (aligned to 64) · content of each segment (to 128)
//
// Changing anything here raises SYSTOLE_PROGRAM_VERSION.
#ifndef SYSTOLE_COMPILER_PROGRAM_FORMAT_H
#define SYSTOLE_COMPILER_PROGRAM_FORMAT_H

#include <assert.h>
#include <stdint.h>

#include "hw/isa/formula.h"

#define SYSTOLE_PROGRAM_MAGIC "SYSTOLE"  // with its NUL: 8 bytes
enum {
  SYSTOLE_PROGRAM_VERSION = 2,
  SYSTOLE_PROGRAM_LINE_ALIGN = 64,
  SYSTOLE_PROGRAM_CONTENT_ALIGN = 128
};

typedef struct {
  uint64_t offset;
  uint32_t count;     // elements; bytes for the strings
  uint32_t reserved;  // 0
} systole_file_table;

typedef struct {
  char magic[8];
  uint32_t version, isa_version;
  uint64_t file_bytes;
  uint64_t config_hash;
  char config_name[64];
  systole_file_table entries, segments, scalars, formulas, metadata, symbols, strings;
} systole_file_header;

typedef struct {
  uint32_t name, line_count;
  uint64_t lines;                     // offset
  uint32_t first_symbol, symbol_count;
} systole_file_entry;

typedef struct {
  uint32_t index, kind, name, reserved;
  uint64_t bytes, content, content_bytes;  // content: offset, 0 if there is none
} systole_file_segment;

typedef struct {
  uint32_t index, name, text;
} systole_file_scalar;

typedef systole_formula systole_file_formula;

typedef struct {
  uint32_t key, value;
} systole_file_metadata;

typedef struct {
  uint32_t first, count, name;
} systole_file_symbol;

static_assert(sizeof(systole_file_header) == 208, "the header has no padding");
static_assert(sizeof(systole_file_entry) == 24 && sizeof(systole_file_segment) == 40 &&
                  sizeof(systole_file_formula) == 32,
              "tables have no padding");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "files are read in place; a big-endian host needs conversion here");

#endif
