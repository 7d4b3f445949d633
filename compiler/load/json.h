// Typed reading of JSON objects, with errors that name file, field and what was
// expected. A field that is null counts as absent, as in Hugging Face's files.
#ifndef SYSTOLE_COMPILER_LOAD_JSON_H
#define SYSTOLE_COMPILER_LOAD_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/base/status.h"

// Parses one JSON value that fills `size` bytes but for white space.
systole_status systole_json_parse(const char *json, size_t size, const char *label, cJSON **out,
                                  systole_error *err);

// The member, or NULL if it is absent or null or `object` is no object.
const cJSON *systole_json_get(const cJSON *object, const char *field);

// The member's text, or `absent` if it is not a string.
const char *systole_json_text(const cJSON *object, const char *field, const char *absent);

// An integer in [low, high]. Required: absent is an error.
systole_status systole_json_int(const cJSON *object, const char *label, const char *field,
                                int64_t low, int64_t high, int64_t *out, systole_error *err);

// A number in (0, high].
systole_status systole_json_positive(const cJSON *object, const char *label, const char *field,
                                     double high, double *out, systole_error *err);

// A truth value; absent leaves *out as it is.
systole_status systole_json_bool(const cJSON *object, const char *label, const char *field,
                                 bool *out, systole_error *err);

// Any required string.
systole_status systole_json_string(const cJSON *object, const char *label, const char *field,
                                   const char **out, systole_error *err);

// The same, copied for the caller to free().
systole_status systole_json_copy(const cJSON *object, const char *label, const char *field,
                                 char **out, systole_error *err);

// True if item is a whole number in [low, high].
bool systole_json_whole(const cJSON *item, int64_t low, int64_t high, int64_t *out);

// What an item is, for messages: "a string", "absent".
const char *systole_json_kind(const cJSON *item);

#endif
