// A file that appears whole or not at all: it is written beside its name and
// takes the name only when everything is on disk. Where the system can, it has
// no name at all until then, so that an interrupt leaves nothing.
#ifndef SYSTOLE_BASE_OUTPUT_H
#define SYSTOLE_BASE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "hw/base/status.h"

typedef struct {
  FILE *file;       // write here; errors may be left for commit
  char *path, *temporary;
  bool nameless;    // the file has no name yet, not even the temporary one
} systole_output;

// "-" is standard output, which cannot be taken back.
systole_status systole_output_open(const char *path, systole_output *output, systole_error *err);

// Gives the file its name; on failure nothing is left behind.
systole_status systole_output_commit(systole_output *output, systole_error *err);

// Removes what was written.
void systole_output_discard(systole_output *output);

#endif
