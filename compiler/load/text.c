#include "compiler/load/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

void *systole_grow(void *array, size_t *room, size_t count, size_t size) {
  if (count <= *room && array) return array;
  size_t want = *room * 2 > count ? *room * 2 : count + 16;
  if (want > SIZE_MAX / size) return NULL;
  void *grown = realloc(array, want * size);
  if (grown) *room = want;
  return grown;
}

void systole_bytes_add(systole_bytes *bytes, const char *data, size_t size) {
  char *grown =
      bytes->failed ? NULL : systole_grow(bytes->data, &bytes->room, bytes->size + size + 1, 1);
  if (!grown) {
    bytes->failed = true;
    return;
  }
  bytes->data = grown;
  if (size) memcpy(grown + bytes->size, data, size);
  bytes->size += size;
  grown[bytes->size] = 0;
}

void systole_bytes_clear(systole_bytes *bytes) {
  bytes->size = 0;
  if (bytes->data) bytes->data[0] = 0;
}

void systole_bytes_free(systole_bytes *bytes) {
  free(bytes->data);
  *bytes = (systole_bytes){0};
}

void systole_ids_add(systole_ids *ids, int32_t id) {
  int32_t *grown =
      ids->failed ? NULL : systole_grow(ids->id, &ids->room, ids->count + 1, sizeof *grown);
  if (!grown) {
    ids->failed = true;
    return;
  }
  ids->id = grown;
  grown[ids->count++] = id;
}

void systole_ids_free(systole_ids *ids) {
  free(ids->id);
  *ids = (systole_ids){0};
}

char *systole_copy(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = malloc(size);
  return copy ? memcpy(copy, text, size) : NULL;
}

static utf8proc_ssize_t iterate(const char *text, size_t size, utf8proc_int32_t *code) {
  // A character has at most 4 bytes, so a cut length changes nothing.
  return utf8proc_iterate((const utf8proc_uint8_t *)text, size > 4 ? 4 : (utf8proc_ssize_t)size,
                          code);
}

size_t systole_utf8_check(const char *text, size_t size) {
  size_t at = 0;
  while (at < size) {
    utf8proc_int32_t code;
    utf8proc_ssize_t length = iterate(text + at, size - at, &code);
    if (length <= 0) return at;
    at += (size_t)length;
  }
  return size;
}

size_t systole_utf8_next(const char *text, size_t size, int32_t *code) {
  utf8proc_int32_t value = 0;
  utf8proc_ssize_t length = iterate(text, size, &value);
  if (code) *code = value;
  return length > 0 ? (size_t)length : 1;
}

void systole_utf8_add(systole_bytes *bytes, int32_t code) {
  utf8proc_uint8_t text[4];
  utf8proc_ssize_t length = utf8proc_encode_char(code, text);
  if (length > 0) systole_bytes_add(bytes, (const char *)text, (size_t)length);
}

bool systole_utf8_is_space(int32_t code) {
  if ((code >= 9 && code <= 13) || code == 0x85) return true;
  utf8proc_category_t c = utf8proc_category(code);
  return c == UTF8PROC_CATEGORY_ZS || c == UTF8PROC_CATEGORY_ZL || c == UTF8PROC_CATEGORY_ZP;
}

bool systole_utf8_is_word(int32_t code) {
  switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC: return true;
    default: return code == 0x200c || code == 0x200d;
  }
}

// The bytes that are no visible Latin-1 character, 0-32, 127-160 and 173,
// move in order to 256 and up; the others stand for themselves.
int32_t systole_byte_to_code(unsigned char byte) {
  if (byte <= 32) return 256 + byte;
  if (byte >= 127 && byte <= 160) return 256 + 33 + (byte - 127);
  if (byte == 173) return 256 + 33 + 34;
  return byte;
}

int systole_code_to_byte(int32_t code) {
  if (code >= 256 && code <= 288) return code - 256;
  if (code >= 289 && code <= 322) return code - 289 + 127;
  if (code == 323) return 173;
  if (code < 0 || code > 255 || systole_byte_to_code((unsigned char)code) != code) return -1;
  return code;
}
