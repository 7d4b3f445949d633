// What each part of a model takes: the symbols of a program, joined over layers
// ("layers.3.attention.scores" counts for "layers.*.attention.scores"), and the
// cycles in which each engine was at their instructions.
#ifndef SYSTOLE_CLI_ESTIMATE_PARTS_H
#define SYSTOLE_CLI_ESTIMATE_PARTS_H

#include <cjson/cJSON.h>
#include <stdio.h>

#include "driver/include/systole.h"

typedef struct systole_parts systole_parts;

// Listens to the trace of the device, which must outlive it or see no more runs.
systole_status systole_parts_create(const systole_program *program, systole_device *device,
                                    systole_parts **parts, systole_error *err);
void systole_parts_destroy(systole_parts *parts);  // NULL is allowed

// The next runs are of this entry.
void systole_parts_begin(systole_parts *parts, const char *entry);

void systole_parts_print(const systole_parts *parts, FILE *out);
void systole_parts_json(const systole_parts *parts, cJSON *object);

#endif
