// What gives a scalar its value before a run: an affine function of where the
// run stands in its text, shifted and clamped. Programs carry them
// (compiler/program), commands too (commands.def), and whoever starts runs
// evaluates them: the firmware and hosts, by the one function below.
#ifndef SYSTOLE_ISA_FORMULA_H
#define SYSTOLE_ISA_FORMULA_H

#include <stdint.h>

typedef struct {
  uint32_t scalar;               // 0..15
  uint32_t shift;                // 0..31
  int32_t position, rows, last;  // multipliers
  int32_t add, low, cap;         // low <= cap
} systole_formula;

// Where a run stands.
typedef struct {
  int32_t position;  // tokens before it
  int32_t rows;      // tokens of it
  int32_t last;      // 1 if its result is wanted, 0 if more of the prompt follows
} systole_standing;

static inline uint64_t systole_formula_term(int32_t value, int32_t multiplier) {
  return (uint64_t)((int64_t)value * multiplier);
}

// clamp((position * at.position + rows * at.rows + last * at.last + add) >> shift, low, cap);
// the sum in 64 bits, the shift arithmetic.
static inline int32_t systole_formula_value(const systole_formula *f, systole_standing at) {
  uint64_t sum = systole_formula_term(at.position, f->position) +
                 systole_formula_term(at.rows, f->rows) + systole_formula_term(at.last, f->last) +
                 (uint64_t)(int64_t)f->add;
  int64_t value = (int64_t)sum >> f->shift;
  if (value < f->low) return f->low;
  return value > f->cap ? f->cap : (int32_t)value;
}

#endif
