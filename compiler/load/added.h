// Added tokens: those found in the text as they stand, before it is cut into
// words. Some are looked for in the text as given, the others ("normalized") in
// the normalized text, their own spelling normalized too.
#ifndef SYSTOLE_COMPILER_LOAD_ADDED_H
#define SYSTOLE_COMPILER_LOAD_ADDED_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/load/normalizer.h"
#include "compiler/load/text.h"
#include "hw/base/status.h"

typedef struct {
  char *content;        // as the file spells it
  systole_bytes match;  // what is looked for
  int32_t id;
  bool special, single_word, lstrip, rstrip, normalized;
} systole_added_token;

typedef struct {
  systole_added_token *token;  // by first byte, the longest first
  size_t count;
  size_t first[257];  // token[first[b]] .. token[first[b + 1] - 1] begin with byte b
} systole_added_set;

typedef struct {
  systole_added_set raw, normalized;
} systole_added;

// The list "added_tokens"; item may be NULL.
systole_status systole_added_read(const cJSON *item, const char *label,
                                  const systole_normalizer *normalizer, systole_added *out,
                                  systole_error *err);
void systole_added_free(systole_added *added);

typedef struct {
  size_t begin, end;  // with the spaces that lstrip and rstrip take in
  const systole_added_token *token;
} systole_added_match;

// The next token in text at or after `from`; its match does not begin before
// `from`. Returns false if there is none.
bool systole_added_find(const systole_added_set *set, const char *text, size_t size, size_t from,
                        systole_added_match *out);

#endif
