// The tokenizer's first step: rewriting text before it is cut into words.
#ifndef SYSTOLE_COMPILER_LOAD_NORMALIZER_H
#define SYSTOLE_COMPILER_LOAD_NORMALIZER_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "compiler/load/pattern.h"
#include "compiler/load/text.h"
#include "hw/base/status.h"

typedef enum {
  SYSTOLE_NORMALIZE_PREPEND,  // content before text that is not empty
  SYSTOLE_NORMALIZE_REPLACE,  // pattern by content
  SYSTOLE_NORMALIZE_UNICODE   // a Unicode normalization form
} systole_normalize_kind;

typedef struct {
  systole_normalize_kind kind;
  systole_pattern pattern;
  char *content;
  int form;  // utf8proc options
} systole_normalize_step;

typedef struct {
  systole_normalize_step *step;  // Sequences are flattened
  size_t count, room;
} systole_normalizer;

// item may be NULL: text stays as it is.
systole_status systole_normalizer_read(const cJSON *item, const char *label,
                                       systole_normalizer *out, systole_error *err);
void systole_normalizer_free(systole_normalizer *normalizer);

// Replaces what is in `text`.
systole_status systole_normalize(const systole_normalizer *normalizer, systole_bytes *text,
                                 systole_error *err);

// text with every match of the pattern replaced; also the decoder's Replace.
systole_status systole_replace(const systole_pattern *pattern, const char *content,
                               systole_bytes *text, systole_error *err);

#endif
