// What makes two programs the same as far as time goes.
#include <string.h>

#include "compiler/program/program.h"

// 64-bit FNV-1a.
static void add(uint64_t *hash, const void *bytes, size_t size) {
  const uint8_t *b = bytes;
  for (size_t i = 0; i < size; i++) *hash = (*hash ^ b[i]) * 0x100000001B3u;
}

// Byte by byte, so that the host's byte order does not show.
static void add_number(uint64_t *hash, uint64_t number) {
  uint8_t bytes[8];
  for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(number >> (8 * i));
  add(hash, bytes, sizeof bytes);
}

// With its NUL, so that "ab","c" is not "a","bc".
static void add_text(uint64_t *hash, const char *text) { add(hash, text, strlen(text) + 1); }

static void add_entry(uint64_t *hash, const systole_entry *e) {
  add_text(hash, e->name);
  add_number(hash, e->line_count);
  for (uint32_t i = 0; i < e->line_count; i++)
    for (int w = 0; w < 16; w++) add_number(hash, e->lines[i].word[w]);
  for (uint32_t i = 0; i < e->symbol_count; i++) {
    add_number(hash, e->symbols[i].first);
    add_number(hash, e->symbols[i].count);
    add_text(hash, e->symbols[i].name);
  }
}

uint64_t systole_program_hash(const systole_program *program) {
  uint64_t hash = 0xCBF29CE484222325u;
  add_number(&hash, program->config_hash);
  for (uint32_t i = 0; i < program->entry_count; i++) add_entry(&hash, &program->entries[i]);
  for (uint32_t i = 0; i < program->segment_count; i++) {
    const systole_segment *s = &program->segments[i];
    add_number(&hash, s->index);
    add_text(&hash, s->name);
    add_number(&hash, s->bytes);
  }
  return hash;
}
