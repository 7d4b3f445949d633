#include "cli/hash.h"

#include <inttypes.h>
#include <string.h>

static void add_word(uint64_t *hash, uint32_t word) {
  for (int i = 0; i < 4; i++) *hash = (*hash ^ (word >> (8 * i) & 0xFF)) * 0x100000001B3u;
}

void systole_hash_floats(uint64_t *hash, const float *values, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    add_word(hash, bits);
  }
}

cJSON *systole_hash_json(uint64_t hash) {
  char text[17];
  snprintf(text, sizeof text, "%016" PRIx64, hash);
  return cJSON_CreateString(text);
}
