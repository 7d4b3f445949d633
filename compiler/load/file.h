// Whole files and paths, for the readers of a checkpoint folder.
#ifndef SYSTOLE_COMPILER_LOAD_FILE_H
#define SYSTOLE_COMPILER_LOAD_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "hw/base/status.h"

// dir + "/" + name, for the caller to free(). NULL when out of memory.
char *systole_path_join(const char *dir, const char *name);

bool systole_file_exists(const char *path);

// Reads a regular file of at most 1 GiB; *bytes is for the caller to free().
systole_status systole_file_read(const char *path, char **bytes, size_t *size, systole_error *err);

#endif
