// What a generated text cost: a table with a column for the prompt and one for
// a token, and the same as JSON.
#ifndef SYSTOLE_CLI_GENERATE_REPORT_H
#define SYSTOLE_CLI_GENERATE_REPORT_H

#include "cli/generate.h"

void systole_generated_print(const systole_generation *generation,
                             const systole_generated *generated, FILE *out);

// The table alone: prefill, the mean of a decode step, bounds, bytes, speed.
void systole_generated_table(const systole_generated *generated, FILE *out);

// Adds to an object what systole_generated_json has of cycles and phases.
void systole_generated_put(cJSON *object, const systole_generated *generated);

// The fields of systole_figures_json over prefill and decode together, and
// those of the text. What depends on time is null where the back end keeps none.
cJSON *systole_generated_json(const systole_generation *generation,
                              const systole_generated *generated);

#endif
