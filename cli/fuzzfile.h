// A fuzzed case as assembler text, and back. The program is as `systole exec`
// takes it; what exec has no directive for (addresses, delays, scalars) stands
// in .meta lines that begin with `fuzz.`, which `systole fuzz --replay` obeys.
#ifndef SYSTOLE_CLI_FUZZFILE_H
#define SYSTOLE_CLI_FUZZFILE_H

#include "sim/fuzz/case.h"

// Writes PATH and, for each segment with content, a file PATH.segN beside it.
// `hw` is what .hw shall say; `why` becomes a comment.
systole_status systole_fuzzfile_write(const systole_fuzz_case *c, const char *hw, const char *why,
                                      const char *path, systole_error *err);

// `hw` NULL: as the text says. systole_fuzz_case_free frees the content.
systole_status systole_fuzzfile_read(const char *path, const char *hw, systole_fuzz_case *c,
                                     systole_error *err);

#endif
