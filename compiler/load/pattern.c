#define _GNU_SOURCE  // memmem
#define PCRE2_CODE_UNIT_WIDTH 8
#include "compiler/load/pattern.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/load/json.h"
#include "compiler/load/text.h"

systole_status systole_pattern_literal(const char *text, systole_pattern *out, systole_error *err) {
  out->literal = systole_copy(text);
  return out->literal ? SYSTOLE_OK
                      : systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for a pattern");
}

systole_status systole_pattern_regex(const char *expression, const char *label, const char *where,
                                     systole_pattern *out, systole_error *err) {
  int code = 0;
  PCRE2_SIZE at = 0;
  // NO_UTF_CHECK is set when matching: all text was checked when it came in.
  out->code = pcre2_compile((PCRE2_SPTR)expression, PCRE2_ZERO_TERMINATED,
                            PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
  if (out->code) return SYSTOLE_OK;
  PCRE2_UCHAR why[120] = "";
  pcre2_get_error_message(code, why, sizeof why);
  return systole_fail(err, SYSTOLE_E_FORMAT, "%s: %s: regular expression: %s at character %zu",
                      label, where, (const char *)why, (size_t)at);
}

systole_status systole_pattern_read(const cJSON *item, const char *label, const char *where,
                                    systole_pattern *out, systole_error *err) {
  const char *literal = systole_json_text(item, "String", NULL);
  if (literal) return systole_pattern_literal(literal, out, err);
  const char *regex = systole_json_text(item, "Regex", NULL);
  if (regex) return systole_pattern_regex(regex, label, where, out, err);
  return systole_fail(err, SYSTOLE_E_FORMAT, "%s: %s: pattern: expected a String or a Regex", label,
                      where);
}

void systole_pattern_free(systole_pattern *pattern) {
  free(pattern->literal);
  pcre2_code_free(pattern->code);
  *pattern = (systole_pattern){0};
}

systole_status systole_finder_start(systole_finder *f, const systole_pattern *pattern,
                                    const char *text, size_t size, systole_error *err) {
  *f = (systole_finder){.pattern = pattern, .text = text, .size = size};
  if (!pattern->code) return SYSTOLE_OK;
  f->match = pcre2_match_data_create_from_pattern(pattern->code, NULL);
  return f->match ? SYSTOLE_OK : systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for a match");
}

void systole_finder_stop(systole_finder *f) { pcre2_match_data_free(f->match); }

static bool next_literal(systole_finder *f) {
  size_t length = strlen(f->pattern->literal);
  const char *hit =
      length ? memmem(f->text + f->at, f->size - f->at, f->pattern->literal, length) : NULL;
  if (!hit) return false;
  f->begin = (size_t)(hit - f->text);
  f->end = f->at = f->begin + length;
  return true;
}

static systole_status next_regex(systole_finder *f, bool *found, systole_error *err) {
  while (f->at <= f->size) {
    int n = pcre2_match(f->pattern->code, (PCRE2_SPTR)f->text, f->size, f->at, PCRE2_NO_UTF_CHECK,
                        f->match, NULL);
    if (n == PCRE2_ERROR_NOMATCH) return SYSTOLE_OK;
    if (n < 0)
      return systole_fail(err, SYSTOLE_E_RANGE,
                          "a regular expression of the tokenizer gave up at byte %zu (PCRE2 %d)",
                          f->at, n);
    const PCRE2_SIZE *span = pcre2_get_ovector_pointer(f->match);
    size_t begin = span[0], end = span[1], last = f->end;
    if (begin > end) begin = end;  // \K in a lookahead can do that
    bool empty = begin == end;
    // After an empty match the search goes on one character later, and an empty
    // match where the last one ended is none.
    f->at = empty && end < f->size ? end + systole_utf8_next(f->text + end, f->size - end, NULL)
                                   : end + empty;
    if (begin < last || (empty && f->any && end == last)) continue;
    f->begin = begin;
    f->end = end;
    f->any = *found = true;
    return SYSTOLE_OK;
  }
  return SYSTOLE_OK;
}

systole_status systole_finder_next(systole_finder *f, bool *found, systole_error *err) {
  *found = false;
  if (f->pattern->code) return next_regex(f, found, err);
  *found = next_literal(f);
  return SYSTOLE_OK;
}
