// What Replace and Split look for: a string, or a PCRE2 regular expression over
// Unicode characters.
#ifndef SYSTOLE_COMPILER_LOAD_PATTERN_H
#define SYSTOLE_COMPILER_LOAD_PATTERN_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "hw/base/status.h"

typedef struct {
  char *literal;  // or NULL
  void *code;     // compiled, or NULL
} systole_pattern;

// From {"String": text} or {"Regex": expression}; `where` is for messages.
systole_status systole_pattern_read(const cJSON *item, const char *label, const char *where,
                                    systole_pattern *out, systole_error *err);
systole_status systole_pattern_literal(const char *text, systole_pattern *out, systole_error *err);
systole_status systole_pattern_regex(const char *expression, const char *label, const char *where,
                                     systole_pattern *out, systole_error *err);
void systole_pattern_free(systole_pattern *pattern);

// Walks over the matches in valid UTF-8, left to right, none overlapping.
typedef struct {
  const systole_pattern *pattern;
  const char *text;
  size_t size, at;
  size_t begin, end;  // the match found last
  bool any;
  void *match;
} systole_finder;

systole_status systole_finder_start(systole_finder *finder, const systole_pattern *pattern,
                                    const char *text, size_t size, systole_error *err);
// *found is false at the end.
systole_status systole_finder_next(systole_finder *finder, bool *found, systole_error *err);
void systole_finder_stop(systole_finder *finder);

#endif
