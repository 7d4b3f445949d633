// The tokenizer's second step: cutting text into the words that BPE sees. Every
// kind comes down to four steps, so that ByteLevel, for one, is a prefix, a
// split by GPT-2's expression, and the change to GPT-2's alphabet.
#ifndef SYSTOLE_COMPILER_LOAD_PRETOKENIZER_H
#define SYSTOLE_COMPILER_LOAD_PRETOKENIZER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "compiler/load/pattern.h"
#include "compiler/load/text.h"
#include "hw/base/status.h"

typedef enum {
  SYSTOLE_CUT_REPLACE,  // pattern by content
  SYSTOLE_CUT_PREFIX,   // content before a piece that does not start with it
  SYSTOLE_CUT_SPLIT,    // cut at matches of pattern
  SYSTOLE_CUT_BYTES     // bytes to GPT-2's alphabet
} systole_cut_kind;

// What becomes of the matches that text is split at.
typedef enum {
  SYSTOLE_SPLIT_REMOVED,
  SYSTOLE_SPLIT_ISOLATED,
  SYSTOLE_SPLIT_MERGED_WITH_PREVIOUS,
  SYSTOLE_SPLIT_MERGED_WITH_NEXT,
  SYSTOLE_SPLIT_CONTIGUOUS
} systole_split;

typedef struct {
  systole_cut_kind kind;
  systole_pattern pattern;
  char *content;
  bool first_only;  // PREFIX: only the piece that the text begins with
  systole_split split;
  bool invert;      // SPLIT: what the pattern does not match counts as match
} systole_cut;

typedef struct {
  systole_cut *cut;
  size_t count, room;
} systole_pretokenizer;

// item may be NULL: text stays one piece.
systole_status systole_pretokenizer_read(const cJSON *item, const char *label,
                                         systole_pretokenizer *out, systole_error *err);
void systole_pretokenizer_free(systole_pretokenizer *pretokenizer);

typedef struct {
  size_t at, size;  // in the bytes below
  bool first;       // the whole text begins with it
} systole_piece;

typedef struct {
  systole_bytes bytes;
  systole_piece *piece;
  size_t count, room;
} systole_pieces;

void systole_pieces_add(systole_pieces *pieces, const char *text, size_t size, bool first);
void systole_pieces_clear(systole_pieces *pieces);
void systole_pieces_free(systole_pieces *pieces);

// Cuts what is in `pieces`.
systole_status systole_pretokenize(const systole_pretokenizer *pretokenizer,
                                   systole_pieces *pieces, systole_error *err);

#endif
