#include "compiler/load/bpe.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/load/json.h"

#define ID_MAX (SYSTOLE_BPE_SIZE_MAX - 1)

// ---- Tables ----

static size_t hash_text(const char *text, size_t size) {
  uint64_t hash = 0xcbf29ce484222325u;  // FNV-1a
  for (size_t i = 0; i < size; i++) hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3u;
  return (size_t)(hash ^ hash >> 29);
}

static size_t hash_pair(uint64_t pair) {
  pair *= 0x9e3779b97f4a7c15u;  // Fibonacci hashing
  return (size_t)(pair ^ pair >> 32);
}

static size_t power_above(size_t count) {
  size_t size = 16;
  while (size < count * 2) size *= 2;
  return size;
}

int32_t systole_bpe_find(const systole_bpe *bpe, const char *text, size_t size) {
  size_t mask = bpe->slots - 1;
  for (size_t at = hash_text(text, size) & mask; bpe->slot[at] >= 0; at = (at + 1) & mask) {
    const char *piece = bpe->piece[bpe->slot[at]];
    if (strlen(piece) == size && memcmp(piece, text, size) == 0) return bpe->slot[at];
  }
  return -1;
}

static const systole_merge *find_merge(const systole_bpe *bpe, int32_t left, int32_t right) {
  uint64_t pair = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
  size_t mask = bpe->merges - 1;
  for (size_t at = hash_pair(pair) & mask; bpe->merge[at].rank >= 0; at = (at + 1) & mask)
    if (bpe->merge[at].pair == pair) return &bpe->merge[at];
  return NULL;
}

// A pair that comes twice keeps its last place, as in the original.
static void put_merge(systole_bpe *bpe, systole_merge merge) {
  size_t mask = bpe->merges - 1;
  size_t at = hash_pair(merge.pair) & mask;
  while (bpe->merge[at].rank >= 0 && bpe->merge[at].pair != merge.pair) at = (at + 1) & mask;
  bpe->merge[at] = merge;
}

static systole_status add_piece(systole_bpe *bpe, const char *label, const char *piece, int32_t id,
                                systole_error *err) {
  if (bpe->piece[id])
    return systole_fail(err, SYSTOLE_E_FORMAT,
                        "%s: model: vocab: \"%s\" and \"%s\" both have id %d", label,
                        bpe->piece[id], piece, (int)id);
  size_t mask = bpe->slots - 1, size = strlen(piece);
  if (systole_bpe_find(bpe, piece, size) >= 0)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: model: vocab: \"%s\" is there twice", label,
                        piece);
  bpe->piece[id] = systole_copy(piece);
  if (!bpe->piece[id]) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  size_t at = hash_text(piece, size) & mask;
  while (bpe->slot[at] >= 0) at = (at + 1) & mask;
  bpe->slot[at] = id;
  return SYSTOLE_OK;
}

// ---- Reading ----

static systole_status read_vocabulary(const cJSON *vocab, const char *label, systole_bpe *bpe,
                                      systole_error *err) {
  int64_t highest = -1, id = 0;
  size_t count = 0;
  if (!cJSON_IsObject(vocab))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: model: vocab: expected an object", label);
  for (const cJSON *item = vocab->child; item; item = item->next, count++) {
    if (!systole_json_whole(item, 0, ID_MAX, &id))
      return systole_fail(err, SYSTOLE_E_FORMAT,
                          "%s: model: vocab: \"%s\": expected an id from 0 to %d", label,
                          item->string, ID_MAX);
    if (id > highest) highest = id;
  }
  bpe->size = (int32_t)(highest + 1);
  bpe->slots = power_above(count);
  bpe->piece = calloc((size_t)bpe->size + 1, sizeof *bpe->piece);
  bpe->slot = malloc(bpe->slots * sizeof *bpe->slot);
  if (!bpe->piece || !bpe->slot)
    return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  memset(bpe->slot, 0xff, bpe->slots * sizeof *bpe->slot);
  systole_status status = SYSTOLE_OK;
  for (const cJSON *item = vocab->child; item && status == SYSTOLE_OK; item = item->next)
    status = add_piece(bpe, label, item->string, (int32_t)item->valuedouble, err);
  return status;
}

// A merge is "left right" or ["left", "right"].
static bool merge_sides(const cJSON *item, const char **left, size_t *left_size,
                        const char **right) {
  if (cJSON_IsString(item)) {
    const char *space = strchr(item->valuestring, ' ');
    if (!space || strchr(space + 1, ' ')) return false;
    *left = item->valuestring;
    *left_size = (size_t)(space - item->valuestring);
    *right = space + 1;
    return true;
  }
  const cJSON *second = cJSON_IsArray(item) && item->child ? item->child->next : NULL;
  if (!cJSON_IsString(second) || !cJSON_IsString(item->child) || second->next) return false;
  *left = item->child->valuestring;
  *left_size = strlen(*left);
  *right = second->valuestring;
  return true;
}

static systole_status read_merge(const cJSON *item, int32_t rank, const char *label,
                                 systole_bpe *bpe, systole_bytes *scratch, systole_error *err) {
  const char *left = NULL, *right = NULL;
  size_t size = 0;
  if (!merge_sides(item, &left, &size, &right))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: model: merges: entry %d: expected two tokens",
                        label, (int)rank);
  systole_bytes_clear(scratch);
  systole_bytes_add(scratch, left, size);
  systole_bytes_add(scratch, right, strlen(right));
  if (scratch->failed) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  int32_t a = systole_bpe_find(bpe, left, size), b = systole_bpe_find(bpe, right, strlen(right));
  int32_t joined = systole_bpe_find(bpe, scratch->data, scratch->size);
  if (a < 0 || b < 0 || joined < 0)
    return systole_fail(err, SYSTOLE_E_FORMAT,
                        "%s: model: merges: entry %d: \"%.*s\", \"%s\" or what they make is not in "
                        "the vocabulary",
                        label, (int)rank, (int)size, left, right);
  put_merge(bpe, (systole_merge){(uint64_t)(uint32_t)a << 32 | (uint32_t)b, rank, joined});
  return SYSTOLE_OK;
}

static systole_status read_merges(const cJSON *merges, const char *label, systole_bpe *bpe,
                                  systole_error *err) {
  if (!cJSON_IsArray(merges))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: model: merges: expected a list", label);
  bpe->merges = power_above((size_t)cJSON_GetArraySize(merges));
  bpe->merge = malloc(bpe->merges * sizeof *bpe->merge);
  if (!bpe->merge) return systole_fail(err, SYSTOLE_E_MEMORY, "%s: out of memory", label);
  for (size_t i = 0; i < bpe->merges; i++) bpe->merge[i].rank = -1;
  systole_bytes scratch = {0};
  systole_status status = SYSTOLE_OK;
  int32_t rank = 0;
  for (const cJSON *item = merges->child; item && status == SYSTOLE_OK; item = item->next)
    status = read_merge(item, rank++, label, bpe, &scratch, err);
  systole_bytes_free(&scratch);
  return status;
}

static systole_status read_unk(const cJSON *model, const char *label, systole_bpe *bpe,
                               systole_error *err) {
  const char *unk = systole_json_text(model, "unk_token", NULL);
  bpe->unk = unk ? systole_bpe_find(bpe, unk, strlen(unk)) : -1;
  if (unk && bpe->unk < 0)
    return systole_fail(err, SYSTOLE_E_FORMAT,
                        "%s: model: unk_token: \"%s\" is not in the vocabulary", label, unk);
  return SYSTOLE_OK;
}

static void find_bytes(systole_bpe *bpe) {
  static const char digits[] = "0123456789ABCDEF";
  char name[] = "<0x00>";
  for (int i = 0; i < 256; i++) {
    name[3] = digits[i >> 4];
    name[4] = digits[i & 15];
    bpe->byte[i] = systole_bpe_find(bpe, name, 6);
  }
}

// Options of the original that change ids and are not done here.
static systole_status refuse_options(const cJSON *model, const char *label, systole_error *err) {
  static const char *const affixes[] = {"continuing_subword_prefix", "end_of_word_suffix"};
  for (int i = 0; i < 2; i++)
    if (systole_json_text(model, affixes[i], "")[0])
      return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                          "%s: model: %s: \"%s\" is not supported, expected null", label,
                          affixes[i], systole_json_text(model, affixes[i], ""));
  const cJSON *dropout = systole_json_get(model, "dropout");
  if (dropout && !(cJSON_IsNumber(dropout) && dropout->valuedouble == 0))
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "%s: model: dropout: is not supported, expected null", label);
  return SYSTOLE_OK;
}

systole_status systole_bpe_read(const cJSON *model, const char *label, systole_bpe *out,
                                systole_error *err) {
  if (!cJSON_IsObject(model))
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: model: expected an object, found %s", label,
                        systole_json_kind(model));
  const char *type = systole_json_text(model, "type", "BPE");  // old files leave it out
  if (strcmp(type, "BPE") != 0)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "%s: model: \"%s\" is not supported, expected BPE", label, type);
  systole_status status = refuse_options(model, label, err);
  if (status == SYSTOLE_OK)
    status = systole_json_bool(model, label, "byte_fallback", &out->byte_fallback, err);
  if (status == SYSTOLE_OK)
    status = systole_json_bool(model, label, "fuse_unk", &out->fuse_unk, err);
  if (status == SYSTOLE_OK)
    status = systole_json_bool(model, label, "ignore_merges", &out->ignore_merges, err);
  if (status == SYSTOLE_OK)
    status = read_vocabulary(systole_json_get(model, "vocab"), label, out, err);
  if (status == SYSTOLE_OK)
    status = read_merges(systole_json_get(model, "merges"), label, out, err);
  if (status == SYSTOLE_OK) status = read_unk(model, label, out, err);
  if (status == SYSTOLE_OK) find_bytes(out);
  return status;
}

void systole_bpe_free(systole_bpe *bpe) {
  for (int32_t i = 0; bpe->piece && i < bpe->size; i++) free(bpe->piece[i]);
  free(bpe->piece);
  free(bpe->slot);
  free(bpe->merge);
}

// ---- Encoding ----

// A word is a doubly linked list of symbols in an array, so that a merge is
// O(1); a heap holds the merges possible now, and some that no longer are.
typedef struct {
  int32_t id;             // -1 once merged into the one before
  int32_t before, after;  // indices, -1 at the ends
} symbol;

typedef struct {
  int32_t rank, at, joined;
} candidate;

typedef struct {
  symbol *symbol;
  int32_t symbols;
  candidate *heap;
  size_t candidates;
} word;

static void add_symbol(word *w, int32_t id) {
  int32_t at = w->symbols++;
  w->symbol[at] = (symbol){id, at - 1, -1};
  if (at) w->symbol[at - 1].after = at;
}

static bool goes_before(const candidate *a, const candidate *b) {
  return a->rank != b->rank ? a->rank < b->rank : a->at < b->at;
}

static void push(word *w, candidate c) {
  size_t at = w->candidates++;
  while (at && goes_before(&c, &w->heap[(at - 1) / 2])) {
    w->heap[at] = w->heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  w->heap[at] = c;
}

static candidate pop(word *w) {
  candidate top = w->heap[0], last = w->heap[--w->candidates];
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < w->candidates; at = child) {
    if (child + 1 < w->candidates && goes_before(&w->heap[child + 1], &w->heap[child])) child++;
    if (!goes_before(&w->heap[child], &last)) break;
    w->heap[at] = w->heap[child];
  }
  w->heap[at] = last;
  return top;
}

static const systole_merge *merge_at(const systole_bpe *bpe, const word *w, int32_t at) {
  const symbol *left = &w->symbol[at];
  return left->after < 0 ? NULL : find_merge(bpe, left->id, w->symbol[left->after].id);
}

static void consider(const systole_bpe *bpe, word *w, int32_t at) {
  const systole_merge *merge = at < 0 ? NULL : merge_at(bpe, w, at);
  if (merge) push(w, (candidate){merge->rank, at, merge->joined});
}

static void merge_all(const systole_bpe *bpe, word *w) {
  for (int32_t i = 0; i + 1 < w->symbols; i++) consider(bpe, w, i);
  while (w->candidates) {
    candidate c = pop(w);
    symbol *left = &w->symbol[c.at];
    const systole_merge *merge = left->id < 0 ? NULL : merge_at(bpe, w, c.at);
    if (!merge || merge->joined != c.joined) continue;  // its symbols have changed since
    symbol *right = &w->symbol[left->after];
    left->id = c.joined;
    left->after = right->after;
    right->id = -1;
    if (left->after >= 0) w->symbol[left->after].before = c.at;
    consider(bpe, w, left->before);
    consider(bpe, w, c.at);
  }
}

// True if the character's bytes all have tokens; adds them.
static bool fall_back(const systole_bpe *bpe, const char *text, size_t size, word *w) {
  for (size_t i = 0; i < size; i++)
    if (bpe->byte[(unsigned char)text[i]] < 0) return false;
  for (size_t i = 0; i < size; i++) add_symbol(w, bpe->byte[(unsigned char)text[i]]);
  return true;
}

static void split_characters(const systole_bpe *bpe, const char *text, size_t size, word *w) {
  bool unknown = false;  // an unknown token is due, and may take in what follows
  for (size_t at = 0, length; at < size; at += length) {
    length = systole_utf8_next(text + at, size - at, NULL);
    int32_t id = systole_bpe_find(bpe, text + at, length);
    if (id >= 0) {
      if (unknown) add_symbol(w, bpe->unk);
      unknown = false;
      add_symbol(w, id);
    } else if (!bpe->byte_fallback || !fall_back(bpe, text + at, length, w)) {
      if (unknown && !bpe->fuse_unk) add_symbol(w, bpe->unk);
      unknown = bpe->unk >= 0;
    }
  }
  if (unknown) add_symbol(w, bpe->unk);
}

static void encode_word(const systole_bpe *bpe, const char *text, size_t size, word *w,
                        systole_ids *out) {
  split_characters(bpe, text, size, w);
  merge_all(bpe, w);
  for (int32_t at = w->symbols ? 0 : -1; at >= 0; at = w->symbol[at].after)
    systole_ids_add(out, w->symbol[at].id);
}

systole_status systole_bpe_encode(const systole_bpe *bpe, const char *text, size_t size,
                                  systole_ids *out, systole_error *err) {
  if (!size) return SYSTOLE_OK;
  int32_t whole = bpe->ignore_merges ? systole_bpe_find(bpe, text, size) : -1;
  if (whole >= 0) {
    systole_ids_add(out, whole);
    return SYSTOLE_OK;
  }
  // At most a symbol per byte; one candidate per pair at first, two per merge.
  word w = {.symbol = malloc(size * sizeof *w.symbol), .heap = malloc(size * 3 * sizeof *w.heap)};
  if (w.symbol && w.heap) encode_word(bpe, text, size, &w, out);
  bool failed = !w.symbol || !w.heap || out->failed;
  free(w.symbol);
  free(w.heap);
  return failed ? systole_fail(err, SYSTOLE_E_MEMORY, "out of memory for a word of %zu bytes", size)
                : SYSTOLE_OK;
}
