#include "compiler/load/added.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/load/bpe.h"
#include "compiler/load/json.h"

// ---- Reading ----

static systole_status read_flags(const cJSON *item, const char *label, systole_added_token *t,
                                 systole_error *err) {
  int64_t id = 0;
  systole_status status =
      systole_json_int(item, label, "id", 0, SYSTOLE_BPE_SIZE_MAX - 1, &id, err);
  t->id = (int32_t)id;
  if (status == SYSTOLE_OK) status = systole_json_bool(item, label, "special", &t->special, err);
  if (status) return status;
  t->normalized = !t->special;
  status = systole_json_bool(item, label, "normalized", &t->normalized, err);
  if (status == SYSTOLE_OK) status = systole_json_bool(item, label, "lstrip", &t->lstrip, err);
  if (status == SYSTOLE_OK) status = systole_json_bool(item, label, "rstrip", &t->rstrip, err);
  if (status) return status;
  return systole_json_bool(item, label, "single_word", &t->single_word, err);
}

static systole_status read_token(const cJSON *item, const char *label,
                                 const systole_normalizer *normalizer, systole_added_token *t,
                                 systole_error *err) {
  const char *content = NULL;
  systole_status status = systole_json_string(item, label, "content", &content, err);
  if (status == SYSTOLE_OK) status = read_flags(item, label, t, err);
  if (status) return status;
  t->content = systole_copy(content);
  systole_bytes_add(&t->match, content, strlen(content));
  if (t->normalized) status = systole_normalize(normalizer, &t->match, err);
  if (status == SYSTOLE_OK && (!t->content || t->match.failed))
    status = systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  return status;
}

static void free_token(systole_added_token *t) {
  free(t->content);
  systole_bytes_free(&t->match);
}

// By first byte, then the longest first, so that the first that fits is the one.
static int by_match(const void *a, const void *b) {
  const systole_bytes *x = &((const systole_added_token *)a)->match;
  const systole_bytes *y = &((const systole_added_token *)b)->match;
  int p = x->size ? (unsigned char)x->data[0] : 0, q = y->size ? (unsigned char)y->data[0] : 0;
  if (p != q) return p - q;
  return x->size > y->size ? -1 : x->size < y->size;
}

static void index_set(systole_added_set *set) {
  if (set->count) qsort(set->token, set->count, sizeof *set->token, by_match);
  size_t at = 0;
  for (int byte = 0; byte <= 256; byte++) {
    while (at < set->count) {
      const systole_bytes *match = &set->token[at].match;
      if ((match->size ? (unsigned char)match->data[0] : 0) >= byte) break;
      at++;
    }
    set->first[byte] = at;
  }
}

systole_status systole_added_read(const cJSON *item, const char *label,
                                  const systole_normalizer *normalizer, systole_added *out,
                                  systole_error *err) {
  if (!item) return SYSTOLE_OK;
  if (!cJSON_IsArray(item))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: added_tokens: expected a list, found %s", label,
                        systole_json_kind(item));
  size_t most = (size_t)cJSON_GetArraySize(item) + 1;
  out->raw.token = calloc(most, sizeof *out->raw.token);
  out->normalized.token = calloc(most, sizeof *out->normalized.token);
  if (!out->raw.token || !out->normalized.token)
    return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  systole_status status = SYSTOLE_OK;
  for (const cJSON *entry = item->child; entry && status == SYSTOLE_OK; entry = entry->next) {
    systole_added_token token = {0};
    status = read_token(entry, label, normalizer, &token, err);
    systole_added_set *set = token.normalized ? &out->normalized : &out->raw;
    if (status)
      free_token(&token);
    else
      set->token[set->count++] = token;
  }
  index_set(&out->raw);
  index_set(&out->normalized);
  return status;
}

static void free_set(systole_added_set *set) {
  for (size_t i = 0; i < set->count; i++) free_token(&set->token[i]);
  free(set->token);
}

void systole_added_free(systole_added *added) {
  free_set(&added->raw);
  free_set(&added->normalized);
}

// ---- Finding ----

// The character that ends before `at`.
static size_t back(const char *text, size_t at) {
  do at--;
  while (at && ((unsigned char)text[at] & 0xc0) == 0x80);
  return at;
}

static bool word_before(const char *text, size_t at) {
  int32_t code = 0;
  if (!at) return false;
  size_t begin = back(text, at);
  systole_utf8_next(text + begin, at - begin, &code);
  return systole_utf8_is_word(code);
}

static bool word_after(const char *text, size_t size, size_t at) {
  int32_t code = 0;
  if (at == size) return false;
  systole_utf8_next(text + at, size - at, &code);
  return systole_utf8_is_word(code);
}

static size_t skip_space(const char *text, size_t size, size_t at) {
  while (at < size) {
    int32_t code = 0;
    size_t length = systole_utf8_next(text + at, size - at, &code);
    if (!systole_utf8_is_space(code)) break;
    at += length;
  }
  return at;
}

static size_t skip_space_back(const char *text, size_t from, size_t at) {
  while (at > from) {
    int32_t code = 0;
    size_t begin = back(text, at);
    systole_utf8_next(text + begin, at - begin, &code);
    if (!systole_utf8_is_space(code)) break;
    at = begin;
  }
  return at;
}

static const systole_added_token *token_at(const systole_added_set *set, const char *text,
                                           size_t size) {
  unsigned char byte = (unsigned char)text[0];
  for (size_t i = set->first[byte]; i < set->first[byte + 1]; i++) {
    const systole_bytes *match = &set->token[i].match;
    if (match->size && match->size <= size && memcmp(match->data, text, match->size) == 0)
      return &set->token[i];
  }
  return NULL;
}

bool systole_added_find(const systole_added_set *set, const char *text, size_t size, size_t from,
                        systole_added_match *out) {
  for (size_t at = from; set->count && at < size; at++) {
    const systole_added_token *token = token_at(set, text + at, size - at);
    if (!token) continue;
    size_t end = at + token->match.size;
    if (token->single_word && (word_before(text, at) || word_after(text, size, end))) {
      at = end - 1;  // a match that does not count still uses up its text
      continue;
    }
    out->token = token;
    out->begin = token->lstrip ? skip_space_back(text, from, at) : at;
    out->end = token->rstrip ? skip_space(text, size, end) : end;
    return true;
  }
  return false;
}
