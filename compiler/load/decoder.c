#include "compiler/load/decoder.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/load/json.h"
#include "compiler/load/normalizer.h"

static const char replacement[] = "\xef\xbf\xbd";  // U+FFFD

// ---- Reading ----

static systole_status read_metaspace(const cJSON *item, const char *label,
                                     systole_decode_stage *stage, systole_error *err) {
  bool old = true;
  const char *mark = NULL;
  stage->kind = SYSTOLE_DECODE_METASPACE;
  systole_status status = systole_json_bool(item, label, "add_prefix_space", &old, err);
  if (status == SYSTOLE_OK) status = systole_json_string(item, label, "replacement", &mark, err);
  if (status) return status;
  const char *scheme = systole_json_text(item, "prepend_scheme", old ? "always" : "never");
  stage->keep_first = strcmp(scheme, "never") == 0;
  return systole_pattern_literal(mark, &stage->pattern, err);
}

static systole_status read_replace(const cJSON *item, const char *label, bool fused,
                                   systole_decode_stage *stage, systole_error *err) {
  stage->kind = SYSTOLE_DECODE_REPLACE;
  const char *from = systole_json_text(systole_json_get(item, "pattern"), "String", NULL);
  size_t one = from && *from ? systole_utf8_next(from, strlen(from), NULL) : 0;
  // A longer pattern could span tokens there, and streaming would miss it.
  if (fused && (!one || from[one]))
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "%s: decoder: Replace after Fuse is supported for single characters only",
                        label);
  systole_status status = systole_json_copy(item, label, "content", &stage->content, err);
  if (status) return status;
  return systole_pattern_read(systole_json_get(item, "pattern"), label, "decoder", &stage->pattern,
                              err);
}

static systole_status read_strip(const cJSON *item, const char *label, bool fused,
                                 systole_decode_stage *stage, systole_error *err) {
  int64_t start = 0, stop = 0;
  stage->kind = SYSTOLE_DECODE_STRIP;
  stage->fused = fused;
  systole_status status = systole_json_int(item, label, "start", 0, 1 << 20, &start, err);
  if (status == SYSTOLE_OK) status = systole_json_int(item, label, "stop", 0, 1 << 20, &stop, err);
  if (status == SYSTOLE_OK)
    status = systole_json_copy(item, label, "content", &stage->content, err);
  if (status) return status;
  stage->start = (int)start;
  stage->stop = (int)stop;
  if (fused && stop)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "%s: decoder: Strip after Fuse is supported with \"stop\": 0 only", label);
  if (!stage->content[0])
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: decoder: Strip: content: expected a character",
                        label);
  return SYSTOLE_OK;
}

static systole_status read_stage(const cJSON *item, const char *type, const char *label,
                                 systole_decoder *d, systole_decode_stage *stage,
                                 systole_error *err) {
  if (strcmp(type, "ByteLevel") == 0) {
    stage->kind = SYSTOLE_DECODE_BYTE_LEVEL;
    d->fused = true;  // it joins all tokens
    return SYSTOLE_OK;
  }
  if (strcmp(type, "ByteFallback") == 0) {
    stage->kind = SYSTOLE_DECODE_BYTE_FALLBACK;
    return SYSTOLE_OK;
  }
  if (strcmp(type, "Metaspace") == 0) return read_metaspace(item, label, stage, err);
  if (strcmp(type, "Replace") == 0) return read_replace(item, label, d->fused, stage, err);
  if (strcmp(type, "Strip") == 0) return read_strip(item, label, d->fused, stage, err);
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                      "%s: decoder: \"%s\" is not supported, expected ByteLevel, Metaspace, "
                      "Replace, ByteFallback, Fuse, Strip or Sequence",
                      label, type);
}

static systole_status add_stage(systole_decoder *out, systole_error *err) {
  systole_decode_stage *grown = systole_grow(out->stage, &out->room, out->count + 1, sizeof *grown);
  if (!grown) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for a decoder");
  out->stage = grown;
  grown[out->count++] = (systole_decode_stage){.kind = SYSTOLE_DECODE_SPACES};
  return SYSTOLE_OK;
}

static systole_status read_parts(const cJSON *item, const char *label, systole_decoder *out,
                                 systole_error *err) {
  const char *type = systole_json_text(item, "type", NULL);
  if (!type)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: decoder: expected an object with a type",
                        label);
  systole_status status = SYSTOLE_OK;
  if (strcmp(type, "Sequence") == 0) {
    const cJSON *part = systole_json_get(item, "decoders");
    for (part = part ? part->child : NULL; part && status == SYSTOLE_OK; part = part->next)
      status = read_parts(part, label, out, err);
    return status;
  }
  if (strcmp(type, "Fuse") == 0) {
    out->fused = true;
    return SYSTOLE_OK;
  }
  status = add_stage(out, err);
  return status ? status : read_stage(item, type, label, out, &out->stage[out->count - 1], err);
}

systole_status systole_decoder_read(const cJSON *item, const char *label, systole_decoder *out,
                                    systole_error *err) {
  return item ? read_parts(item, label, out, err) : add_stage(out, err);
}

void systole_decoder_free(systole_decoder *decoder) {
  for (size_t i = 0; i < decoder->count; i++) {
    systole_pattern_free(&decoder->stage[i].pattern);
    free(decoder->stage[i].content);
  }
  free(decoder->stage);
}

// ---- Bytes to characters ----

static size_t character_length(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

// The length of the longest prefix that a valid character could begin with
// (all of it if the character is whole); 0 for a byte that begins none.
static size_t valid_prefix(const unsigned char *p, size_t size) {
  size_t length = p[0] >= 0x80 && (p[0] < 0xc2 || p[0] > 0xf4) ? 0 : character_length(p[0]);
  unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
  unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
  for (size_t i = 1; i < length; i++, low = 0x80, high = 0xbf)
    if (i == size || p[i] < low || p[i] > high) return i;
  return length;
}

// Moves what is decided from `held` to `out`: whole characters, and U+FFFD for
// what can no longer become one. The rest, at most 3 bytes, stays unless `all`.
static void take_characters(systole_bytes *held, bool all, systole_bytes *out) {
  size_t at = 0;
  while (at < held->size) {
    const unsigned char *p = (const unsigned char *)held->data + at;
    size_t left = held->size - at, good = valid_prefix(p, left);
    bool whole = good && good == character_length(p[0]);
    if (!whole && good == left && !all) break;
    if (whole)
      systole_bytes_add(out, held->data + at, good);
    else
      systole_bytes_add(out, replacement, 3);
    at += good ? good : 1;
  }
  if (!at) return;
  memmove(held->data, held->data + at, held->size - at);
  held->size -= at;
}

// ---- Stages ----

static void byte_level(systole_decode_state *s, const char *text, size_t size) {
  systole_bytes bytes = {0};
  bool all = true;
  for (size_t at = 0; at < size && all;) {
    int32_t code = 0;
    at += systole_utf8_next(text + at, size - at, &code);
    int byte = systole_code_to_byte(code);
    all = byte >= 0;
    char c = (char)(unsigned char)(byte & 0xff);
    if (all) systole_bytes_add(&bytes, &c, 1);
  }
  // A token with any other character, an added one, stands as it is.
  if (all)
    systole_bytes_add(&s->held, bytes.data, bytes.size);
  else
    systole_bytes_add(&s->held, text, size);
  s->held.failed |= bytes.failed;
  systole_bytes_free(&bytes);
  take_characters(&s->held, false, &s->in);
}

static void metaspace(const systole_decode_stage *stage, systole_decode_state *s, const char *text,
                      size_t size) {
  const char *mark = stage->pattern.literal;
  size_t length = strlen(mark);
  bool drop = !s->begun && !stage->keep_first;
  s->begun = true;
  for (size_t at = 0; at < size;) {
    bool hit = length && size - at >= length && memcmp(text + at, mark, length) == 0;
    if (hit && !drop) systole_bytes_add(&s->in, " ", 1);
    size_t step = hit ? length : 1;
    if (!hit) systole_bytes_add(&s->in, text + at, 1);
    at += step;
  }
}

static void strip(const systole_decode_stage *stage, systole_decode_state *s, const char *text,
                  size_t size) {
  size_t length = strlen(stage->content), at = 0;
  int left = stage->fused ? s->strips : stage->start;
  while (left && size - at >= length && memcmp(text + at, stage->content, length) == 0) {
    at += length;
    left--;
  }
  s->strips = at == size ? left : 0;  // the text's start ends with its first other character
  for (int i = 0; i < stage->stop && size - at >= length; i++) {
    if (memcmp(text + size - length, stage->content, length) != 0) break;
    size -= length;
  }
  systole_bytes_add(&s->in, text + at, size - at);
}

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// The byte that "<0x0A>" stands for, or -1.
static int byte_token(const char *text, size_t size) {
  if (size != 6 || memcmp(text, "<0x", 3) != 0 || text[5] != '>') return -1;
  int high = hex(text[3]), low = hex(text[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Ends a run of byte tokens: its text, or U+FFFD for every byte if it is not UTF-8.
static void end_run(systole_decode_state *s) {
  size_t size = s->held.size;
  if (!size) return;
  if (systole_utf8_check(s->held.data, size) == size)
    systole_bytes_add(&s->in, s->held.data, size);
  else
    for (size_t i = 0; i < size; i++) systole_bytes_add(&s->in, replacement, 3);
  systole_bytes_clear(&s->held);
}

static void byte_fallback(systole_decode_state *s, bool whole_runs, const char *text, size_t size) {
  int byte = byte_token(text, size);
  if (byte < 0) {
    end_run(s);
    systole_bytes_add(&s->in, text, size);
    return;
  }
  char c = (char)(unsigned char)byte;
  systole_bytes_add(&s->held, &c, 1);
  if (!whole_runs) take_characters(&s->held, false, &s->in);
}

// One stage: leaves what it has to say in s->in.
static systole_status run_stage(systole_decoding *d, size_t index, const char *text, size_t size,
                                systole_error *err) {
  const systole_decode_stage *stage = &d->decoder->stage[index];
  systole_decode_state *s = &d->state[index];
  systole_bytes_clear(&s->in);
  switch (stage->kind) {
    case SYSTOLE_DECODE_BYTE_LEVEL: byte_level(s, text, size); break;
    case SYSTOLE_DECODE_METASPACE: metaspace(stage, s, text, size); break;
    case SYSTOLE_DECODE_BYTE_FALLBACK: byte_fallback(s, d->whole_runs, text, size); break;
    case SYSTOLE_DECODE_STRIP: strip(stage, s, text, size); break;
    case SYSTOLE_DECODE_SPACES:
      if (s->begun) systole_bytes_add(&s->in, " ", 1);
      s->begun = true;
      systole_bytes_add(&s->in, text, size);
      break;
    case SYSTOLE_DECODE_REPLACE:
      systole_bytes_add(&s->in, text, size);
      return systole_replace(&stage->pattern, stage->content, &s->in, err);
  }
  return SYSTOLE_OK;
}

// Takes a chunk through this stage and those behind it.
static systole_status pass(systole_decoding *d, size_t index, const char *text, size_t size,
                           systole_bytes *out, systole_error *err) {
  for (; index < d->decoder->count; index++) {
    systole_status status = run_stage(d, index, text, size, err);
    if (status) return status;
    out->failed |= d->state[index].in.failed | d->state[index].held.failed;
    text = d->state[index].in.data ? d->state[index].in.data : "";
    size = d->state[index].in.size;
  }
  systole_bytes_add(out, text, size);
  return SYSTOLE_OK;
}

static void reset(systole_decoding *d) {
  for (size_t i = 0; i < d->decoder->count; i++) {
    d->state[i].strips = d->decoder->stage[i].start;
    d->state[i].begun = false;
    systole_bytes_clear(&d->state[i].held);
  }
}

systole_status systole_decoding_start(systole_decoding *d, const systole_decoder *decoder,
                                      bool whole_runs, systole_error *err) {
  d->decoder = decoder;
  d->whole_runs = whole_runs;
  d->state = calloc(decoder->count + 1, sizeof *d->state);
  if (!d->state) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for decoding");
  reset(d);
  return SYSTOLE_OK;
}

void systole_decoding_free(systole_decoding *d) {
  for (size_t i = 0; d->state && i < d->decoder->count; i++) {
    systole_bytes_free(&d->state[i].in);
    systole_bytes_free(&d->state[i].held);
  }
  free(d->state);
}

systole_status systole_decoding_push(systole_decoding *d, const char *piece, systole_bytes *out,
                                     systole_error *err) {
  systole_status status = pass(d, 0, piece, strlen(piece), out, err);
  if (status == SYSTOLE_OK && out->failed)
    status = systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for decoded text");
  return status;
}

systole_status systole_decoding_finish(systole_decoding *d, systole_bytes *out,
                                       systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (size_t i = 0; i < d->decoder->count && status == SYSTOLE_OK; i++) {
    systole_decode_state *s = &d->state[i];
    if (!s->held.size) continue;
    systole_bytes_clear(&s->in);
    if (d->decoder->stage[i].kind == SYSTOLE_DECODE_BYTE_LEVEL)
      take_characters(&s->held, true, &s->in);
    else
      end_run(s);
    status = pass(d, i + 1, s->in.data, s->in.size, out, err);
  }
  reset(d);
  if (status == SYSTOLE_OK && out->failed)
    status = systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for decoded text");
  return status;
}
