#include "compiler/load/normalizer.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "compiler/load/json.h"

static const struct {
  const char *name;
  int form;
} forms[] = {
    {"NFC", UTF8PROC_STABLE | UTF8PROC_COMPOSE},
    {"NFD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE},
    {"NFKC", UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT},
    {"NFKD", UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static systole_status read_step(const cJSON *item, const char *type, const char *label,
                                systole_normalize_step *step, systole_error *err) {
  for (int i = 0; i < FORMS; i++)
    if (strcmp(type, forms[i].name) == 0) {
      *step = (systole_normalize_step){.kind = SYSTOLE_NORMALIZE_UNICODE, .form = forms[i].form};
      return SYSTOLE_OK;
    }
  if (strcmp(type, "Prepend") == 0) {
    step->kind = SYSTOLE_NORMALIZE_PREPEND;
    return systole_json_copy(item, label, "prepend", &step->content, err);
  }
  if (strcmp(type, "Replace") == 0) {
    step->kind = SYSTOLE_NORMALIZE_REPLACE;
    systole_status status = systole_json_copy(item, label, "content", &step->content, err);
    if (status) return status;
    return systole_pattern_read(systole_json_get(item, "pattern"), label, "normalizer",
                                &step->pattern, err);
  }
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                      "%s: normalizer: \"%s\" is not supported, expected NFC, NFD, NFKC, NFKD, "
                      "Prepend, Replace or Sequence",
                      label, type);
}

systole_status systole_normalizer_read(const cJSON *item, const char *label,
                                       systole_normalizer *out, systole_error *err) {
  if (!item) return SYSTOLE_OK;
  systole_status status = SYSTOLE_OK;
  const char *type = systole_json_text(item, "type", NULL);
  if (!type)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: normalizer: expected an object with a type",
                        label);
  if (strcmp(type, "Sequence") == 0) {
    const cJSON *part = systole_json_get(item, "normalizers");
    for (part = part ? part->child : NULL; part && status == SYSTOLE_OK; part = part->next)
      status = systole_normalizer_read(part, label, out, err);
    return status;
  }
  systole_normalize_step *grown =
      systole_grow(out->step, &out->room, out->count + 1, sizeof *grown);
  if (!grown) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  out->step = grown;
  grown[out->count] = (systole_normalize_step){0};
  return read_step(item, type, label, &grown[out->count++], err);
}

void systole_normalizer_free(systole_normalizer *normalizer) {
  for (size_t i = 0; i < normalizer->count; i++) {
    systole_pattern_free(&normalizer->step[i].pattern);
    free(normalizer->step[i].content);
  }
  free(normalizer->step);
}

systole_status systole_replace(const systole_pattern *pattern, const char *content,
                               systole_bytes *text, systole_error *err) {
  systole_bytes out = {0};
  systole_finder finder;
  size_t kept = 0;
  bool found = true;
  const char *data = text->data ? text->data : "";
  systole_status status = systole_finder_start(&finder, pattern, data, text->size, err);
  while (status == SYSTOLE_OK && found) {
    status = systole_finder_next(&finder, &found, err);
    if (status || !found) break;
    systole_bytes_add(&out, data + kept, finder.begin - kept);
    systole_bytes_add(&out, content, strlen(content));
    kept = finder.end;
  }
  systole_finder_stop(&finder);
  systole_bytes_add(&out, data + kept, text->size - kept);
  out.failed |= text->failed;
  systole_bytes_free(text);
  *text = out;
  return status;
}

static systole_status normalize_form(int form, systole_bytes *text, systole_error *err) {
  utf8proc_uint8_t *made = NULL;
  utf8proc_ssize_t size =
      utf8proc_map((const utf8proc_uint8_t *)(text->data ? text->data : ""),
                   (utf8proc_ssize_t)text->size, &made, (utf8proc_option_t)form);
  if (size < 0)
    return systole_fail(err, SYSTOLE_E_FORMAT, "Unicode normalization failed: %s",
                        utf8proc_errmsg(size));
  systole_bytes_clear(text);
  systole_bytes_add(text, (const char *)made, (size_t)size);
  free(made);
  return SYSTOLE_OK;
}

static void prepend(const char *content, systole_bytes *text) {
  if (!text->size) return;
  systole_bytes out = {0};
  systole_bytes_add(&out, content, strlen(content));
  systole_bytes_add(&out, text->data, text->size);
  out.failed |= text->failed;
  systole_bytes_free(text);
  *text = out;
}

systole_status systole_normalize(const systole_normalizer *normalizer, systole_bytes *text,
                                 systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (size_t i = 0; i < normalizer->count && status == SYSTOLE_OK; i++) {
    const systole_normalize_step *step = &normalizer->step[i];
    switch (step->kind) {
      case SYSTOLE_NORMALIZE_PREPEND: prepend(step->content, text); break;
      case SYSTOLE_NORMALIZE_REPLACE:
        status = systole_replace(&step->pattern, step->content, text, err);
        break;
      case SYSTOLE_NORMALIZE_UNICODE: status = normalize_form(step->form, text, err); break;
    }
  }
  return status;
}
