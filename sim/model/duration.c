#include "sim/model/duration.h"

// b is a power of two.
static uint64_t ceil_div(uint64_t a, unsigned b) { return (a + b - 1) >> __builtin_ctz(b); }

uint64_t systole_duration_mx(const systole_line *line, unsigned dim, unsigned load_rows) {
  const uint64_t m = SYSTOLE_GET(line, MX, m), k = SYSTOLE_GET(line, MX, k);
  const uint64_t n = SYSTOLE_GET(line, MX, n);
  if (m == 0 || k == 0 || n == 0) return 1;
  const uint64_t groups = dim / load_rows, tiles = ceil_div(k, dim) * ceil_div(n, dim);
  const uint64_t half = ceil_div(m + dim + groups - 2, 2), period = m > half ? m : half;
  return (tiles - 1) * period + m + dim + groups + 4;
}

static uint64_t log2_of(unsigned power) { return (uint64_t)__builtin_ctz(power); }

// From the last word that leaves the chain of units to the last write.
static uint64_t vx_ending(const systole_line *line, unsigned dim) {
  const uint64_t log = log2_of(dim);
  switch (SYSTOLE_GET(line, VX, reduce)) {
    case SYSTOLE_VXREDUCE_NONE:
      return SYSTOLE_GET(line, VX, d_space) == SYSTOLE_SPACE_VXD_QNT ? 2 : 0;
    case SYSTOLE_VXREDUCE_SUM: return 4 * log + 14;
    case SYSTOLE_VXREDUCE_SUMSQ: return 4 * log + 18;
    case SYSTOLE_VXREDUCE_ARGMAX: return log + 4;
    default: return log + 2;
  }
}

uint64_t systole_duration_vx(const systole_line *line, unsigned dim) {
  const uint64_t words = SYSTOLE_GET(line, VX, m) * ceil_div(SYSTOLE_GET(line, VX, n), dim);
  const uint64_t func = SYSTOLE_GET(line, VX, func);
  if (words == 0) return 1;
  uint64_t units = 2;
  if (SYSTOLE_GET(line, VX, a_space) == SYSTOLE_SPACE_VXA_ACC) units += 3;
  if (SYSTOLE_GET(line, VX, mul) != SYSTOLE_VXMUL_NONE) units += 4;
  if (SYSTOLE_GET(line, VX, b_space) != SYSTOLE_SPACE_VXB_NONE) units += 4;
  if (SYSTOLE_GET(line, VX, add) != SYSTOLE_VXADD_NONE) units += 5;
  if (func != SYSTOLE_VXFUNC_NONE && func != SYSTOLE_VXFUNC_RELU) units += 5;
  return words + units + 2 + vx_ending(line, dim);
}
