#include "compiler/load/pretokenizer.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/load/json.h"
#include "compiler/load/normalizer.h"

// From GPT-2's encoder.py, which ByteLevel applies unless told not to.
#define GPT2_WORDS \
  "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

// ---- Pieces ----

void systole_pieces_add(systole_pieces *pieces, const char *text, size_t size, bool first) {
  systole_piece *grown =
      systole_grow(pieces->piece, &pieces->room, pieces->count + 1, sizeof *grown);
  if (!grown) {
    pieces->bytes.failed = true;
    return;
  }
  pieces->piece = grown;
  grown[pieces->count++] = (systole_piece){pieces->bytes.size, size, first};
  systole_bytes_add(&pieces->bytes, text, size);
}

void systole_pieces_clear(systole_pieces *pieces) {
  systole_bytes_clear(&pieces->bytes);
  pieces->count = 0;
}

void systole_pieces_free(systole_pieces *pieces) {
  systole_bytes_free(&pieces->bytes);
  free(pieces->piece);
  *pieces = (systole_pieces){0};
}

// ---- Splitting one piece ----

typedef struct {
  size_t begin, end;
  bool match;
} span;

typedef struct {
  span *span;
  size_t count, room;
} spans;

static bool add_span(spans *s, size_t begin, size_t end, bool match) {
  span *grown = systole_grow(s->span, &s->room, s->count + 1, sizeof *grown);
  if (!grown) return false;
  s->span = grown;
  grown[s->count++] = (span){begin, end, match};
  return true;
}

// The matches and what lies between them, in order.
static systole_status find_spans(const systole_cut *cut, const char *text, size_t size, spans *out,
                                 systole_error *err) {
  systole_finder finder;
  size_t last = 0;
  bool found = true, room = true;
  systole_status status = systole_finder_start(&finder, &cut->pattern, text, size, err);
  while (status == SYSTOLE_OK && room) {
    status = systole_finder_next(&finder, &found, err);
    if (status || !found) break;
    if (last != finder.begin) room = add_span(out, last, finder.begin, cut->invert);
    room = room && add_span(out, finder.begin, finder.end, !cut->invert);
    last = finder.end;
  }
  systole_finder_stop(&finder);
  if (status == SYSTOLE_OK && last != size) room = room && add_span(out, last, size, cut->invert);
  if (!room) status = systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for splitting text");
  return status;
}

// Joins neighbours in place as the behaviour says.
static void merge_spans(systole_split split, spans *s) {
  size_t kept = 0;
  for (size_t i = 0; i < s->count; i++) {
    span now = s->span[i];
    const span *before = i ? &s->span[i - 1] : NULL;
    const span *after = i + 1 < s->count ? &s->span[i + 1] : NULL;
    // `before` still has its own flag: slots below i - 1 are all that was overwritten,
    // or slot i - 1 by itself.
    bool join = false;
    if (split == SYSTOLE_SPLIT_REMOVED && now.match) continue;
    if (split == SYSTOLE_SPLIT_CONTIGUOUS) join = before && before->match == now.match;
    if (split == SYSTOLE_SPLIT_MERGED_WITH_PREVIOUS) join = before && now.match && !before->match;
    if (split == SYSTOLE_SPLIT_MERGED_WITH_NEXT && now.match && after && !after->match) {
      s->span[i + 1].begin = now.begin;
      continue;
    }
    if (join && kept)
      s->span[kept - 1].end = now.end;
    else
      s->span[kept++] = now;
  }
  s->count = kept;
}

static systole_status split_piece(const systole_cut *cut, const char *text, size_t size, bool first,
                                  systole_pieces *out, systole_error *err) {
  spans s = {0};
  systole_status status = find_spans(cut, text, size, &s, err);
  if (status == SYSTOLE_OK) merge_spans(cut->split, &s);
  for (size_t i = 0; i < s.count && status == SYSTOLE_OK; i++)
    if (s.span[i].end > s.span[i].begin)
      systole_pieces_add(out, text + s.span[i].begin, s.span[i].end - s.span[i].begin,
                         first && s.span[i].begin == 0);
  free(s.span);
  return status;
}

// ---- The other steps ----

static void prefix_piece(const systole_cut *cut, const char *text, size_t size, bool first,
                         systole_pieces *out) {
  size_t length = strlen(cut->content);
  bool has = size >= length && memcmp(text, cut->content, length) == 0;
  systole_pieces_add(out, "", 0, first);
  if (!has && (first || !cut->first_only)) systole_bytes_add(&out->bytes, cut->content, length);
  systole_bytes_add(&out->bytes, text, size);
  systole_piece *made = out->count ? &out->piece[out->count - 1] : NULL;
  if (made) made->size = out->bytes.size - made->at;
}

static systole_status replace_piece(const systole_cut *cut, const char *text, size_t size,
                                    bool first, systole_pieces *out, systole_error *err) {
  systole_bytes made = {0};
  systole_bytes_add(&made, text, size);
  systole_status status = systole_replace(&cut->pattern, cut->content, &made, err);
  if (made.failed)
    out->bytes.failed = true;
  else
    systole_pieces_add(out, made.data, made.size, first);
  systole_bytes_free(&made);
  return status;
}

static void bytes_piece(const char *text, size_t size, bool first, systole_pieces *out) {
  systole_pieces_add(out, "", 0, first);
  for (size_t i = 0; i < size; i++)
    systole_utf8_add(&out->bytes, systole_byte_to_code((unsigned char)text[i]));
  systole_piece *made = out->count ? &out->piece[out->count - 1] : NULL;
  if (made) made->size = out->bytes.size - made->at;
}

static systole_status cut_piece(const systole_cut *cut, const char *text, size_t size, bool first,
                                systole_pieces *out, systole_error *err) {
  switch (cut->kind) {
    case SYSTOLE_CUT_REPLACE: return replace_piece(cut, text, size, first, out, err);
    case SYSTOLE_CUT_SPLIT: return split_piece(cut, text, size, first, out, err);
    case SYSTOLE_CUT_PREFIX: prefix_piece(cut, text, size, first, out); break;
    case SYSTOLE_CUT_BYTES: bytes_piece(text, size, first, out); break;
  }
  return SYSTOLE_OK;
}

systole_status systole_pretokenize(const systole_pretokenizer *pretokenizer, systole_pieces *pieces,
                                   systole_error *err) {
  systole_status status = SYSTOLE_OK;
  systole_pieces next = {0};
  for (size_t i = 0; i < pretokenizer->count && status == SYSTOLE_OK; i++) {
    for (size_t p = 0; p < pieces->count && status == SYSTOLE_OK; p++) {
      const systole_piece *piece = &pieces->piece[p];
      const char *text = pieces->bytes.data ? pieces->bytes.data + piece->at : "";
      status = cut_piece(&pretokenizer->cut[i], text, piece->size, piece->first, &next, err);
    }
    next.bytes.failed |= pieces->bytes.failed;
    systole_pieces swap = *pieces;
    *pieces = next;
    next = swap;
    systole_pieces_clear(&next);
  }
  systole_pieces_free(&next);
  return status;
}

// ---- Reading ----

// Adds an empty step; *out is where it is until the next one.
static systole_status new_cut(systole_pretokenizer *p, systole_cut_kind kind, const char *content,
                              systole_cut **out, systole_error *err) {
  systole_cut *grown = systole_grow(p->cut, &p->room, p->count + 1, sizeof *grown);
  if (grown) {
    p->cut = grown;
    *out = &grown[p->count++];
    **out = (systole_cut){.kind = kind};
    if (content) (*out)->content = systole_copy(content);
  }
  if (!grown || (content && !(*out)->content))
    return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for a pre-tokenizer");
  return SYSTOLE_OK;
}

static systole_status read_byte_level(const cJSON *item, const char *label,
                                      systole_pretokenizer *out, systole_error *err) {
  bool prefix = true, regex = true;
  systole_cut *cut = NULL;
  systole_status status = systole_json_bool(item, label, "add_prefix_space", &prefix, err);
  if (status == SYSTOLE_OK) status = systole_json_bool(item, label, "use_regex", &regex, err);
  if (status == SYSTOLE_OK && prefix) status = new_cut(out, SYSTOLE_CUT_PREFIX, " ", &cut, err);
  if (status == SYSTOLE_OK && regex) {
    status = new_cut(out, SYSTOLE_CUT_SPLIT, NULL, &cut, err);
    if (status) return status;
    cut->split = SYSTOLE_SPLIT_ISOLATED;
    status = systole_pattern_regex(GPT2_WORDS, label, "pre_tokenizer", &cut->pattern, err);
  }
  return status ? status : new_cut(out, SYSTOLE_CUT_BYTES, NULL, &cut, err);
}

static systole_status read_metaspace_prefix(const cJSON *item, const char *label, const char *mark,
                                            systole_pretokenizer *out, systole_error *err) {
  bool old = true;  // before prepend_scheme there was add_prefix_space
  systole_cut *cut = NULL;
  systole_status status = systole_json_bool(item, label, "add_prefix_space", &old, err);
  if (status) return status;
  const char *scheme = systole_json_text(item, "prepend_scheme", old ? "always" : "never");
  bool first = strcmp(scheme, "first") == 0;
  if (strcmp(scheme, "never") == 0) return SYSTOLE_OK;
  if (!first && strcmp(scheme, "always") != 0)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "%s: pre_tokenizer: prepend_scheme \"%s\" is not supported, expected "
                        "always, first or never",
                        label, scheme);
  status = new_cut(out, SYSTOLE_CUT_PREFIX, mark, &cut, err);
  if (status == SYSTOLE_OK) cut->first_only = first;
  return status;
}

static systole_status read_metaspace(const cJSON *item, const char *label,
                                     systole_pretokenizer *out, systole_error *err) {
  const char *mark = NULL;
  bool split = true;
  systole_cut *cut = NULL;
  systole_status status = systole_json_string(item, label, "replacement", &mark, err);
  if (status == SYSTOLE_OK) status = systole_json_bool(item, label, "split", &split, err);
  if (status == SYSTOLE_OK) status = new_cut(out, SYSTOLE_CUT_REPLACE, mark, &cut, err);
  if (status == SYSTOLE_OK) status = systole_pattern_literal(" ", &cut->pattern, err);
  if (status == SYSTOLE_OK) status = read_metaspace_prefix(item, label, mark, out, err);
  if (status || !split) return status;
  status = new_cut(out, SYSTOLE_CUT_SPLIT, NULL, &cut, err);
  if (status) return status;
  cut->split = SYSTOLE_SPLIT_MERGED_WITH_NEXT;
  return systole_pattern_literal(mark, &cut->pattern, err);
}

static systole_status read_digits(const cJSON *item, const char *label, systole_pretokenizer *out,
                                  systole_error *err) {
  bool individual = false;
  systole_cut *cut = NULL;
  systole_status status = systole_json_bool(item, label, "individual_digits", &individual, err);
  if (status == SYSTOLE_OK) status = new_cut(out, SYSTOLE_CUT_SPLIT, NULL, &cut, err);
  if (status) return status;
  cut->split = individual ? SYSTOLE_SPLIT_ISOLATED : SYSTOLE_SPLIT_CONTIGUOUS;
  return systole_pattern_regex("\\p{N}", label, "pre_tokenizer", &cut->pattern, err);
}

static systole_status read_split(const cJSON *item, const char *label, systole_pretokenizer *out,
                                 systole_error *err) {
  static const char *const names[] = {"Removed", "Isolated", "MergedWithPrevious", "MergedWithNext",
                                      "Contiguous"};
  systole_cut *cut = NULL;
  systole_status status = new_cut(out, SYSTOLE_CUT_SPLIT, NULL, &cut, err);
  if (status) return status;
  status = systole_json_bool(item, label, "invert", &cut->invert, err);
  if (status) return status;
  const char *behavior = systole_json_text(item, "behavior", "(none)");
  int at = 0;
  while (at < 5 && strcmp(behavior, names[at]) != 0) at++;
  if (at == 5)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "%s: pre_tokenizer: Split behavior \"%s\" is not supported", label,
                        behavior);
  cut->split = (systole_split)at;
  return systole_pattern_read(systole_json_get(item, "pattern"), label, "pre_tokenizer",
                              &cut->pattern, err);
}

systole_status systole_pretokenizer_read(const cJSON *item, const char *label,
                                         systole_pretokenizer *out, systole_error *err) {
  if (!item) return SYSTOLE_OK;
  const char *type = systole_json_text(item, "type", NULL);
  if (!type)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: pre_tokenizer: expected an object with a type",
                        label);
  if (strcmp(type, "ByteLevel") == 0) return read_byte_level(item, label, out, err);
  if (strcmp(type, "Metaspace") == 0) return read_metaspace(item, label, out, err);
  if (strcmp(type, "Digits") == 0) return read_digits(item, label, out, err);
  if (strcmp(type, "Split") == 0) return read_split(item, label, out, err);
  if (strcmp(type, "Sequence") != 0)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "%s: pre_tokenizer: \"%s\" is not supported, expected ByteLevel, "
                        "Metaspace, Split, Digits or Sequence",
                        label, type);
  systole_status status = SYSTOLE_OK;
  const cJSON *part = systole_json_get(item, "pretokenizers");
  for (part = part ? part->child : NULL; part && status == SYSTOLE_OK; part = part->next)
    status = systole_pretokenizer_read(part, label, out, err);
  return status;
}

void systole_pretokenizer_free(systole_pretokenizer *p) {
  for (size_t i = 0; i < p->count; i++) {
    systole_pattern_free(&p->cut[i].pattern);
    free(p->cut[i].content);
  }
  free(p->cut);
}
