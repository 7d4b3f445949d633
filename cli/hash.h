// A number for many logits, by which two runs can be compared.
#ifndef SYSTOLE_CLI_HASH_H
#define SYSTOLE_CLI_HASH_H

#include <stdint.h>

#include "cli/report.h"

#define SYSTOLE_HASH_START 0xCBF29CE484222325u

// Goes on from *hash: 64-bit FNV-1a of the bits, each value's low byte first.
void systole_hash_floats(uint64_t *hash, const float *values, uint32_t count);

// As 16 hexadecimal digits in a string, because numbers of JSON have 53 bits.
cJSON *systole_hash_json(uint64_t hash);

#endif
