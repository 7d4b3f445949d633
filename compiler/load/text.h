// Growing buffers of bytes and of token ids, and UTF-8. A buffer that runs out
// of memory remembers it in `failed` and ignores what follows, so that callers
// check once at the end. A zeroed buffer is an empty one.
#ifndef SYSTOLE_COMPILER_LOAD_TEXT_H
#define SYSTOLE_COMPILER_LOAD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  char *data;  // size bytes and a zero behind them; NULL while nothing was added
  size_t size, room;
  bool failed;
} systole_bytes;

void systole_bytes_add(systole_bytes *bytes, const char *data, size_t size);
void systole_bytes_clear(systole_bytes *bytes);  // empties it and keeps the room
void systole_bytes_free(systole_bytes *bytes);

typedef struct {
  int32_t *id;
  size_t count, room;
  bool failed;
} systole_ids;

void systole_ids_add(systole_ids *ids, int32_t id);
void systole_ids_free(systole_ids *ids);

// A grown copy of an array that needs `count` elements of `size` bytes, or NULL
// (the old one is then still there). *room is the elements it has.
void *systole_grow(void *array, size_t *room, size_t count, size_t size);

// Copies a string for the caller to free(), or NULL.
char *systole_copy(const char *text);

// The first byte that is not part of valid UTF-8, or `size`.
size_t systole_utf8_check(const char *text, size_t size);

// Length of the character at text (which is valid UTF-8, size > 0); its code
// point goes to *code unless that is NULL.
size_t systole_utf8_next(const char *text, size_t size, int32_t *code);

// Appends a code point.
void systole_utf8_add(systole_bytes *bytes, int32_t code);

bool systole_utf8_is_space(int32_t code);  // Unicode White_Space
bool systole_utf8_is_word(int32_t code);   // what \w matches

// GPT-2's alphabet: every byte as a visible character, and back (-1 if the
// character stands for no byte).
int32_t systole_byte_to_code(unsigned char byte);
int systole_code_to_byte(int32_t code);

#endif
