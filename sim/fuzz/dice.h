// Random numbers that are the same everywhere: splitmix64 (Steele et al. 2014).
#ifndef SYSTOLE_FUZZ_DICE_H
#define SYSTOLE_FUZZ_DICE_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t systole_dice_mix(uint64_t z) {
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static inline uint64_t systole_dice(uint64_t *state) {
  return systole_dice_mix(*state += 0x9E3779B97F4A7C15u);
}

// 0 to sides - 1.
static inline uint64_t systole_roll(uint64_t *state, uint64_t sides) {
  return systole_dice(state) % sides;
}

static inline bool systole_chance(uint64_t *state, unsigned percent) {
  return systole_roll(state, 100) < percent;
}

#endif
