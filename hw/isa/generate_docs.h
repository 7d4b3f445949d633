// The page docs/isa.md, from the tables and hw/isa/text.
#ifndef SYSTOLE_ISA_GENERATE_DOCS_H
#define SYSTOLE_ISA_GENERATE_DOCS_H

#include <stdbool.h>
#include <stdio.h>

// False, with a line on standard error, if a text is missing.
bool systole_generate_docs(FILE *out);

#endif
