#include "cli/documents.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/load/text.h"

bool systole_split_parse(const char *text, systole_split *split) {
  static const char *const names[] = {"auto", "lines", "blank", "whole"};
  for (int i = 0; i < 4; i++)
    if (!strcmp(text, names[i])) {
      *split = (systole_split)i;
      return true;
    }
  return false;
}

typedef struct {
  systole_document *documents;
  size_t count, room;
} list;

static bool add(list *l, const char *text, size_t size, size_t line) {
  while (size && (text[size - 1] == '\n' || text[size - 1] == '\r')) size--;
  if (!size) return true;
  systole_document *grown = systole_grow(l->documents, &l->room, l->count + 1, sizeof *grown);
  if (!grown) return false;
  l->documents = grown;
  l->documents[l->count++] = (systole_document){text, size, line};
  return true;
}

// The bytes of the line at text, its end included.
static size_t line_size(const char *text, size_t size) {
  const char *end = memchr(text, '\n', size);
  return end ? (size_t)(end - text) + 1 : size;
}

static bool is_blank(const char *line, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (!strchr(" \t\r\n", line[i]) || !line[i]) return false;
  return true;
}

// A blank line with text before and behind it.
static bool has_blank_line(const char *text, size_t size) {
  bool before = false, blank = false;
  for (size_t at = 0, step; at < size; at += step) {
    step = line_size(text + at, size - at);
    bool empty = is_blank(text + at, step);
    if (!empty && blank) return true;
    before |= !empty;
    blank = empty && before;
  }
  return false;
}

// Takes documents of whole lines; one ends at a blank line or, by lines, always.
static bool take_lines(list *l, const char *text, size_t size, bool by_lines) {
  size_t start = 0, first = 1, number = 1;
  for (size_t at = 0, step; at < size; at += step, number++) {
    step = line_size(text + at, size - at);
    if (is_blank(text + at, step)) {
      if (!add(l, text + start, at - start, first)) return false;
      start = at + step, first = number + 1;
    } else if (by_lines) {
      if (!add(l, text + at, step, number)) return false;
      start = at + step, first = number + 1;
    }
  }
  return add(l, text + start, size - start, first);
}

systole_status systole_documents_find(const char *text, size_t size, systole_split split,
                                      systole_document **documents, size_t *count,
                                      systole_error *err) {
  list l = {0};
  if (split == SYSTOLE_SPLIT_AUTO)
    split = has_blank_line(text, size) ? SYSTOLE_SPLIT_BLANK : SYSTOLE_SPLIT_LINES;
  bool fine = split == SYSTOLE_SPLIT_WHOLE ? add(&l, text, size, 1)
                                           : take_lines(&l, text, size, split == SYSTOLE_SPLIT_LINES);
  if (!fine) {
    free(l.documents);
    return systole_fail(err, SYSTOLE_E_MEMORY, "documents: out of memory");
  }
  *documents = l.documents;
  *count = l.count;
  return SYSTOLE_OK;
}
