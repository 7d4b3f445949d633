#include "compiler/load/json.h"

#include <math.h>
#include <string.h>

#include "compiler/load/text.h"

static bool only_space(const char *p, const char *end) {
  while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')) p++;
  return p == end;
}

// cJSON ends a string at an escaped U+0000, which would turn one name into
// another without a word.
static bool holds_zero(const char *json, size_t size) {
  for (size_t i = 0; i + 5 < size; i++) {
    if (json[i] != '\\') continue;
    if (memcmp(json + i + 1, "u0000", 5) == 0) return true;
    i++;  // the escaped character
  }
  return false;
}

systole_status systole_json_parse(const char *json, size_t size, const char *label, cJSON **out,
                                  systole_error *err) {
  const char *end = json;
  if (holds_zero(json, size))
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "%s: a string with \\u0000 is not supported",
                        label);
  cJSON *root = cJSON_ParseWithLengthOpts(json, size, &end, 0);
  if (root && only_space(end, json + size)) {
    *out = root;
    return SYSTOLE_OK;
  }
  cJSON_Delete(root);
  size_t at = end >= json && end <= json + size ? (size_t)(end - json) : 0;
  return systole_fail(err, SYSTOLE_E_FORMAT, "%s: not valid JSON at byte %zu of %zu", label, at,
                      size);
}

const cJSON *systole_json_get(const cJSON *object, const char *field) {
  if (!cJSON_IsObject(object)) return NULL;
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, field);
  return cJSON_IsNull(item) ? NULL : item;
}

const char *systole_json_text(const cJSON *object, const char *field, const char *absent) {
  const cJSON *item = systole_json_get(object, field);
  return cJSON_IsString(item) ? item->valuestring : absent;
}

const char *systole_json_kind(const cJSON *item) {
  if (!item) return "absent";
  if (cJSON_IsString(item)) return "a string";
  if (cJSON_IsNumber(item)) return "a number outside that";
  if (cJSON_IsBool(item)) return "a truth value";
  if (cJSON_IsArray(item)) return "a list";
  if (cJSON_IsObject(item)) return "an object";
  return "null";
}

bool systole_json_whole(const cJSON *item, int64_t low, int64_t high, int64_t *out) {
  if (!cJSON_IsNumber(item)) return false;
  double value = item->valuedouble;
  // Beyond 2^53 a double no longer tells one integer from the next.
  if (!(value >= -9007199254740992.0 && value <= 9007199254740992.0)) return false;
  if (value != floor(value) || value < (double)low || value > (double)high) return false;
  *out = (int64_t)value;
  return true;
}

systole_status systole_json_int(const cJSON *object, const char *label, const char *field,
                                int64_t low, int64_t high, int64_t *out, systole_error *err) {
  const cJSON *item = systole_json_get(object, field);
  if (systole_json_whole(item, low, high, out)) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_FORMAT,
                      "%s: %s: expected an integer from %lld to %lld, found %s", label, field,
                      (long long)low, (long long)high, systole_json_kind(item));
}

systole_status systole_json_positive(const cJSON *object, const char *label, const char *field,
                                     double high, double *out, systole_error *err) {
  const cJSON *item = systole_json_get(object, field);
  if (cJSON_IsNumber(item) && item->valuedouble > 0 && item->valuedouble <= high) {
    *out = item->valuedouble;
    return SYSTOLE_OK;
  }
  return systole_fail(err, SYSTOLE_E_FORMAT,
                      "%s: %s: expected a number above 0 and at most %g, found %s", label, field,
                      high, systole_json_kind(item));
}

systole_status systole_json_bool(const cJSON *object, const char *label, const char *field,
                                 bool *out, systole_error *err) {
  const cJSON *item = systole_json_get(object, field);
  if (item && !cJSON_IsBool(item))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: %s: expected true or false, found %s", label,
                        field, systole_json_kind(item));
  if (item) *out = cJSON_IsTrue(item);
  return SYSTOLE_OK;
}

systole_status systole_json_string(const cJSON *object, const char *label, const char *field,
                                   const char **out, systole_error *err) {
  const cJSON *item = systole_json_get(object, field);
  if (!cJSON_IsString(item))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: %s: expected a string, found %s", label, field,
                        systole_json_kind(item));
  *out = item->valuestring;
  return SYSTOLE_OK;
}

systole_status systole_json_copy(const cJSON *object, const char *label, const char *field,
                                 char **out, systole_error *err) {
  const char *text = NULL;
  systole_status status = systole_json_string(object, label, field, &text, err);
  if (status) return status;
  *out = systole_copy(text);
  return *out ? SYSTOLE_OK : systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
}
