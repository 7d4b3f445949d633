// The stages of the vector engine, each over many lanes at once. Values are
// fp32 as in fp32.h and bit for bit the same; v is canonical (fp32.h) before
// and after every stage, other operands are whatever a memory holds.
#ifndef SYSTOLE_MODEL_LANES_H
#define SYSTOLE_MODEL_LANES_H

#include <stdint.h>

// v := operand; with swap each even lane and the next odd one change places
// (count is even).
void systole_lanes_convert(uint32_t *restrict v, const int32_t *restrict a, unsigned count);
void systole_lanes_canon(uint32_t *restrict v, const uint32_t *restrict a, unsigned count);
void systole_lanes_swap(uint32_t *v, unsigned count);

// v := v * b, v := v * one value.
void systole_lanes_mul(uint32_t *restrict v, const uint32_t *restrict b, unsigned count);
void systole_lanes_mul_one(uint32_t *v, uint32_t b, unsigned count);

// v := v + (c with its sign bit changed by `sign`), v := v + one value.
void systole_lanes_add(uint32_t *restrict v, const uint32_t *restrict c, uint32_t sign,
                       unsigned count);
void systole_lanes_add_one(uint32_t *v, uint32_t c, unsigned count);

void systole_lanes_relu(uint32_t *v, unsigned count);
void systole_lanes_exp2(uint32_t *v, unsigned count);
void systole_lanes_recip(uint32_t *v, unsigned count);
void systole_lanes_rsqrt(uint32_t *v, unsigned count);

void systole_lanes_quantise(int8_t *restrict d, const uint32_t *restrict v, unsigned count);

// sums[w] := the balanced tree of neighbours over word w of `dim` lanes; v is
// spoilt. `room` has count elements.
void systole_lanes_square(uint32_t *v, unsigned count);
void systole_lanes_sum_words(uint32_t *restrict v, uint32_t *restrict room, unsigned dim,
                             unsigned count, uint32_t *restrict sums);

// The largest key (fp32.h) of v & mask; count is not zero.
int32_t systole_lanes_top(const uint32_t *v, uint32_t mask, unsigned count);

#endif
