#include "compiler/load/tokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/load/added.h"
#include "compiler/load/bpe.h"
#include "compiler/load/decoder.h"
#include "compiler/load/file.h"
#include "compiler/load/json.h"
#include "compiler/load/normalizer.h"
#include "compiler/load/pretokenizer.h"

struct systole_tokenizer {
  systole_normalizer normalizer;
  systole_pretokenizer pretokenizer;
  systole_bpe bpe;
  systole_added added;
  systole_decoder decoder;
  systole_ids prefix, suffix;  // what the post-processor puts around a text
  const char **piece;          // by id, of the vocabulary and the added tokens
  bool *special;
  int32_t size;
};

// ---- Post-processor ----

static systole_status read_template_ids(const cJSON *template, const cJSON *part, const char *label,
                                        systole_ids *out, systole_error *err) {
  const char *name = systole_json_text(part, "id", "(none)");
  const cJSON *token = systole_json_get(systole_json_get(template, "special_tokens"), name);
  const cJSON *ids = systole_json_get(token, "ids");
  if (!cJSON_IsArray(ids))
    return systole_fail(err, SYSTOLE_E_FORMAT,
                        "%s: post_processor: special token \"%s\" has no list of ids", label, name);
  for (const cJSON *item = ids->child; item; item = item->next) {
    int64_t id = 0;
    if (!systole_json_whole(item, 0, SYSTOLE_BPE_SIZE_MAX - 1, &id))
      return systole_fail(err, SYSTOLE_E_FORMAT, "%s: post_processor: \"%s\": expected token ids",
                          label, name);
    systole_ids_add(out, (int32_t)id);
  }
  return out->failed ? systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label) : SYSTOLE_OK;
}

// A template is a list of special tokens and, once, the text itself.
static systole_status read_template(const cJSON *item, const char *label, systole_tokenizer *t,
                                    systole_error *err) {
  const cJSON *single = systole_json_get(item, "single");
  bool text = false;
  if (!cJSON_IsArray(single))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: post_processor: single: expected a list",
                        label);
  for (const cJSON *part = single->child; part; part = part->next) {
    const cJSON *special = systole_json_get(part, "SpecialToken");
    const char *which = systole_json_text(systole_json_get(part, "Sequence"), "id", "");
    systole_status status = SYSTOLE_OK;
    if (special)
      status = read_template_ids(item, special, label, text ? &t->suffix : &t->prefix, err);
    else if (strcmp(which, "A") == 0 && !text)
      text = true;
    else
      status = systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                            "%s: post_processor: single: expected special tokens and sequence A "
                            "once",
                            label);
    if (status) return status;
  }
  if (text) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "%s: post_processor: single: expected sequence A",
                      label);
}

static systole_status read_post_processor(const cJSON *item, const char *label,
                                          systole_tokenizer *t, systole_error *err) {
  if (!item) return SYSTOLE_OK;
  const char *type = systole_json_text(item, "type", NULL);
  if (!type)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: post_processor: expected an object with a type",
                        label);
  if (strcmp(type, "ByteLevel") == 0) return SYSTOLE_OK;  // moves offsets, not ids
  if (strcmp(type, "TemplateProcessing") == 0) {
    if (t->prefix.count || t->suffix.count)
      return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                          "%s: post_processor: expected one TemplateProcessing", label);
    return read_template(item, label, t, err);
  }
  if (strcmp(type, "Sequence") != 0)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "%s: post_processor: \"%s\" is not supported, expected TemplateProcessing, "
                        "ByteLevel or Sequence",
                        label, type);
  systole_status status = SYSTOLE_OK;
  const cJSON *part = systole_json_get(item, "processors");
  for (part = part ? part->child : NULL; part && status == SYSTOLE_OK; part = part->next)
    status = read_post_processor(part, label, t, err);
  return status;
}

// ---- Reading ----

static int32_t highest_id(const systole_added_set *set, int32_t highest) {
  for (size_t i = 0; i < set->count; i++)
    if (set->token[i].id > highest) highest = set->token[i].id;
  return highest;
}

// An added token is one of the vocabulary's, or has an id of its own.
static systole_status index_added(const systole_added_set *set, const char *label,
                                  systole_tokenizer *t, systole_error *err) {
  for (size_t i = 0; i < set->count; i++) {
    const systole_added_token *token = &set->token[i];
    const char *there = t->piece[token->id];
    int32_t known = systole_bpe_find(&t->bpe, token->content, strlen(token->content));
    if ((there && strcmp(there, token->content) != 0) || (known >= 0 && known != token->id))
      return systole_fail(err, SYSTOLE_E_FORMAT,
                          "%s: added_tokens: \"%s\" with id %d does not fit the vocabulary", label,
                          token->content, (int)token->id);
    t->piece[token->id] = token->content;
    t->special[token->id] = token->special;
  }
  return SYSTOLE_OK;
}

static systole_status index_pieces(systole_tokenizer *t, const char *label, systole_error *err) {
  t->size = highest_id(&t->added.raw, highest_id(&t->added.normalized, t->bpe.size - 1)) + 1;
  t->piece = calloc((size_t)t->size + 1, sizeof *t->piece);
  t->special = calloc((size_t)t->size + 1, sizeof *t->special);
  if (!t->piece || !t->special)
    return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  for (int32_t i = 0; i < t->bpe.size; i++) t->piece[i] = t->bpe.piece[i];
  systole_status status = index_added(&t->added.raw, label, t, err);
  if (status == SYSTOLE_OK) status = index_added(&t->added.normalized, label, t, err);
  return status;
}

static systole_status check_template(const systole_tokenizer *t, const char *label,
                                     systole_error *err) {
  const systole_ids *both[] = {&t->prefix, &t->suffix};
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < both[side]->count; i++)
      if (!systole_tokenizer_piece(t, both[side]->id[i]))
        return systole_fail(err, SYSTOLE_E_FORMAT, "%s: post_processor: there is no token %d",
                            label, (int)both[side]->id[i]);
  return SYSTOLE_OK;
}

static systole_status read_root(const cJSON *root, const char *label, systole_tokenizer *t,
                                systole_error *err) {
  // "truncation" and "padding" are left aside: they say how batches were made
  // when the file was saved, and transformers ignores them too.
  systole_status status = systole_bpe_read(systole_json_get(root, "model"), label, &t->bpe, err);
  if (status == SYSTOLE_OK)
    status =
        systole_normalizer_read(systole_json_get(root, "normalizer"), label, &t->normalizer, err);
  if (status == SYSTOLE_OK)
    status = systole_pretokenizer_read(systole_json_get(root, "pre_tokenizer"), label,
                                       &t->pretokenizer, err);
  if (status == SYSTOLE_OK)
    status = systole_added_read(systole_json_get(root, "added_tokens"), label, &t->normalizer,
                                &t->added, err);
  if (status == SYSTOLE_OK)
    status = systole_decoder_read(systole_json_get(root, "decoder"), label, &t->decoder, err);
  if (status == SYSTOLE_OK)
    status = read_post_processor(systole_json_get(root, "post_processor"), label, t, err);
  if (status == SYSTOLE_OK) status = index_pieces(t, label, err);
  return status ? status : check_template(t, label, err);
}

systole_status systole_tokenizer_parse(const char *json, size_t size, const char *label,
                                       systole_tokenizer **out, systole_error *err) {
  *out = NULL;
  size_t bad = systole_utf8_check(json, size);
  if (bad < size)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: not valid UTF-8 at byte %zu", label, bad);
  cJSON *root = NULL;
  systole_status status = systole_json_parse(json, size, label, &root, err);
  if (status) return status;
  systole_tokenizer *t = calloc(1, sizeof *t);
  if (!t)
    status = systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  else
    status = read_root(root, label, t, err);
  cJSON_Delete(root);
  if (status)
    systole_tokenizer_close(t);
  else
    *out = t;
  return status;
}

systole_status systole_tokenizer_read(const char *path, systole_tokenizer **out,
                                      systole_error *err) {
  *out = NULL;
  char *json = NULL;
  size_t size = 0;
  systole_status status = systole_file_read(path, &json, &size, err);
  if (status) return status;
  status = systole_tokenizer_parse(json, size, path, out, err);
  free(json);
  return status;
}

void systole_tokenizer_close(systole_tokenizer *t) {
  if (!t) return;
  systole_normalizer_free(&t->normalizer);
  systole_pretokenizer_free(&t->pretokenizer);
  systole_bpe_free(&t->bpe);
  systole_added_free(&t->added);
  systole_decoder_free(&t->decoder);
  systole_ids_free(&t->prefix);
  systole_ids_free(&t->suffix);
  free(t->piece);
  free(t->special);
  free(t);
}

// ---- Tokens ----

int32_t systole_tokenizer_size(const systole_tokenizer *t) { return t->size; }

const char *systole_tokenizer_piece(const systole_tokenizer *t, int32_t id) {
  return id >= 0 && id < t->size ? t->piece[id] : NULL;
}

int32_t systole_tokenizer_id(const systole_tokenizer *t, const char *piece) {
  int32_t id = systole_bpe_find(&t->bpe, piece, strlen(piece));
  for (int32_t i = 0; id < 0 && i < t->size; i++)
    if (t->piece[i] && strcmp(t->piece[i], piece) == 0) id = i;
  return id;
}

bool systole_tokenizer_is_special(const systole_tokenizer *t, int32_t id) {
  return id >= 0 && id < t->size && t->special[id];
}

// ---- Encoding ----

// Cuts text without added tokens into words and encodes each.
static systole_status encode_words(const systole_tokenizer *t, const char *text, size_t size,
                                   bool first, systole_ids *ids, systole_error *err) {
  systole_pieces pieces = {0};
  systole_pieces_add(&pieces, text, size, first);
  systole_status status = systole_pretokenize(&t->pretokenizer, &pieces, err);
  if (status == SYSTOLE_OK && pieces.bytes.failed)
    status = systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for the words of a text");
  for (size_t i = 0; i < pieces.count && status == SYSTOLE_OK; i++)
    status = systole_bpe_encode(&t->bpe, pieces.bytes.data + pieces.piece[i].at,
                                pieces.piece[i].size, ids, err);
  systole_pieces_free(&pieces);
  return status;
}

typedef systole_status encode_part(const systole_tokenizer *t, const char *text, size_t size,
                                   bool first, systole_ids *ids, systole_error *err);

// Finds a set's tokens; what lies between them goes on to `rest`.
static systole_status encode_around(const systole_tokenizer *t, const systole_added_set *set,
                                    encode_part *rest, const char *text, size_t size, bool first,
                                    systole_ids *ids, systole_error *err) {
  size_t at = 0;
  systole_added_match match;
  systole_status status = SYSTOLE_OK;
  while (status == SYSTOLE_OK && systole_added_find(set, text, size, at, &match)) {
    if (match.begin > at) status = rest(t, text + at, match.begin - at, first && !at, ids, err);
    systole_ids_add(ids, match.token->id);
    at = match.end;
  }
  if (status == SYSTOLE_OK && at < size)
    status = rest(t, text + at, size - at, first && !at, ids, err);
  return status;
}

static systole_status encode_normalized(const systole_tokenizer *t, const char *text, size_t size,
                                        bool first, systole_ids *ids, systole_error *err) {
  systole_bytes made = {0};
  systole_bytes_add(&made, text, size);
  systole_status status = systole_normalize(&t->normalizer, &made, err);
  if (status == SYSTOLE_OK && made.failed)
    status = systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for a normalized text");
  if (status == SYSTOLE_OK)
    status =
        encode_around(t, &t->added.normalized, encode_words, made.data, made.size, first, ids, err);
  systole_bytes_free(&made);
  return status;
}

static void add_all(systole_ids *ids, const systole_ids *more) {
  for (size_t i = 0; i < more->count; i++) systole_ids_add(ids, more->id[i]);
}

systole_status systole_tokenizer_encode(const systole_tokenizer *t, const char *text, size_t size,
                                        bool add_special, int32_t **ids, size_t *count,
                                        systole_error *err) {
  systole_ids made = {0};
  *ids = NULL;
  *count = 0;
  size_t bad = systole_utf8_check(text, size);
  if (bad < size)
    return systole_fail(err, SYSTOLE_E_FORMAT, "text: not valid UTF-8 at byte %zu", bad);
  if (size > (size_t)1 << 28)
    return systole_fail(err, SYSTOLE_E_RANGE, "text: %zu bytes, expected at most 256 MiB", size);
  systole_ids_add(&made, 0);  // so that the array is there even for no tokens
  made.count = 0;
  if (add_special) add_all(&made, &t->prefix);
  systole_status status =
      encode_around(t, &t->added.raw, encode_normalized, text, size, true, &made, err);
  if (add_special) add_all(&made, &t->suffix);
  if (status == SYSTOLE_OK && made.failed)
    status = systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for the tokens of a text");
  if (status) {
    systole_ids_free(&made);
    return status;
  }
  *ids = made.id;
  *count = made.count;
  return SYSTOLE_OK;
}

// ---- Decoding ----

static systole_status push_id(const systole_tokenizer *t, systole_decoding *d, int32_t id,
                              systole_bytes *out, systole_error *err) {
  const char *piece = systole_tokenizer_piece(t, id);
  // An id that no token has comes from a vocabulary padded to a round size.
  if (!piece || systole_tokenizer_is_special(t, id)) return SYSTOLE_OK;
  return systole_decoding_push(d, piece, out, err);
}

systole_status systole_tokenizer_decode(const systole_tokenizer *t, const int32_t *ids,
                                        size_t count, char **text, size_t *size,
                                        systole_error *err) {
  systole_decoding decoding = {0};
  systole_bytes out = {0};
  *text = NULL;
  *size = 0;
  systole_bytes_add(&out, "", 0);
  systole_status status = systole_decoding_start(&decoding, &t->decoder, true, err);
  for (size_t i = 0; i < count && status == SYSTOLE_OK; i++)
    status = push_id(t, &decoding, ids[i], &out, err);
  if (status == SYSTOLE_OK) status = systole_decoding_finish(&decoding, &out, err);
  systole_decoding_free(&decoding);
  if (status) {
    systole_bytes_free(&out);
    return status;
  }
  *text = out.data;
  *size = out.size;
  return SYSTOLE_OK;
}

struct systole_stream {
  const systole_tokenizer *tokenizer;
  systole_decoding decoding;
  systole_bytes out;
};

systole_status systole_stream_create(const systole_tokenizer *tokenizer, systole_stream **out,
                                     systole_error *err) {
  *out = NULL;
  systole_stream *s = calloc(1, sizeof *s);
  if (!s) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for a stream");
  s->tokenizer = tokenizer;
  systole_status status = systole_decoding_start(&s->decoding, &tokenizer->decoder, false, err);
  if (status)
    free(s);
  else
    *out = s;
  return status;
}

void systole_stream_close(systole_stream *s) {
  if (!s) return;
  systole_decoding_free(&s->decoding);
  systole_bytes_free(&s->out);
  free(s);
}

static systole_status show(systole_stream *s, systole_status status, const char **text,
                           size_t *size) {
  *text = s->out.data ? s->out.data : "";
  *size = s->out.size;
  return status;
}

systole_status systole_stream_push(systole_stream *s, int32_t id, const char **text, size_t *size,
                                   systole_error *err) {
  systole_bytes_clear(&s->out);
  return show(s, push_id(s->tokenizer, &s->decoding, id, &s->out, err), text, size);
}

systole_status systole_stream_finish(systole_stream *s, const char **text, size_t *size,
                                     systole_error *err) {
  systole_bytes_clear(&s->out);
  return show(s, systole_decoding_finish(&s->decoding, &s->out, err), text, size);
}
