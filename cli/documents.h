// A text file as documents: what a language model sees as one text each.
// With blank lines in the file they separate documents; without, every line is
// one. The line ends around a document are not part of it.
#ifndef SYSTOLE_CLI_DOCUMENTS_H
#define SYSTOLE_CLI_DOCUMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "hw/base/status.h"

typedef enum {
  SYSTOLE_SPLIT_AUTO,   // by blank lines if there are any between lines, else by lines
  SYSTOLE_SPLIT_LINES,
  SYSTOLE_SPLIT_BLANK,
  SYSTOLE_SPLIT_WHOLE   // the file is one document, as it is
} systole_split;

// "auto", "lines", "blank", "whole"; false if it is none of them.
bool systole_split_parse(const char *text, systole_split *split);

typedef struct {
  const char *text;
  size_t size, line;  // line in the file, from 1
} systole_document;

// *documents points into text and is for the caller to free(); empty ones are
// left out.
systole_status systole_documents_find(const char *text, size_t size, systole_split split,
                                      systole_document **documents, size_t *count,
                                      systole_error *err);

#endif
