// The arithmetic units against sim/model/fp32.c: random and corner operands in a
// random pattern of valid cycles. Arguments: lanes, cycles, seed.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "hw/isa/isa.h"
#include "sim/model/fp32.h"
#include "tests/rtl/shim_fp.h"

enum { LANES = 128, UNITS = SYSTOLE_SHIM_FP_UNITS, DEPTH = 8 };

static const char *const names[UNITS] = {"add", "mul", "from_int", "quantise", "func"};
static const unsigned latencies[UNITS] = {4, 4, 3, 2, 5};

static uint64_t state;

static uint32_t random32(void) {  // splitmix64
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return (uint32_t)((z ^ z >> 31) >> 16);
}

static uint32_t corner(void) {
  static const uint32_t corners[] = {
      0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x00800001, 0x00FFFFFF, 0x01000000,
      0x1F800000, 0x20000000, 0x33000000, 0x33800000, 0x34000000, 0x3EFFFFFF, 0x3F000000,
      0x3F000001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000, 0x40000000, 0x407FFFFF,
      0x42FC0000, 0x42FC0001, 0x42FD0000, 0x42FE0000, 0x42FF0000, 0x43000000, 0x437FFFFF,
      0x43800000, 0x4B000000, 0x4B7FFFFF, 0x4B800000, 0x5F000000, 0x60000000, 0x7E800000,
      0x7E800001, 0x7F000000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00000, 0x7FFFFFFF};
  const uint32_t bits = random32();
  return (bits & 0x80000000u) | corners[bits % (sizeof corners / sizeof corners[0])];
}

static void operands(uint32_t *a, uint32_t *b) {
  *a = random32();
  *b = random32();
  switch (random32() % 10) {
    case 0: *a = corner(); break;
    case 1: *b = corner(); break;
    case 2: *a = corner(), *b = corner(); break;
    case 3:  // sums that cancel
      *b = (*a ^ 0x80000000u) + random32() % 5 - 2;
      break;
    case 4:  // exponents less than 32 apart
      *b = (*b & 0x807FFFFFu) | (((*a >> 23) + random32() % 64 - 32) & 255u) << 23;
      break;
    case 5:  // products near the smallest and the largest normal number
      *b = (*b & 0x807FFFFFu) | ((random32() % 2 * 254 + 128 - (*a >> 23 & 255u)) & 255u) << 23;
      break;
    case 6:  // the range of int8, exp2 and small int32
      *a = random32() % 2 ? (*a & 0x80FFFFFFu) + 0x3F000000u - (*a & 0x03000000u)
                          : (uint32_t)((int32_t)*a >> (*b & 31u));
      break;
    case 7:  // exact halves and quarters
      *a = (*a & 0x80000000u) | (0x3E800000u + (*a & 0x047F8000u));
      break;
    default: break;
  }
}

static uint32_t expected(unsigned unit, unsigned func, uint32_t a, uint32_t b) {
  switch (unit) {
    case SYSTOLE_SHIM_FP_ADD: return systole_fp32_add(a, b);
    case SYSTOLE_SHIM_FP_MUL: return systole_fp32_mul(a, b);
    case SYSTOLE_SHIM_FP_FROM_INT: return systole_fp32_from_int32((int32_t)a);
    case SYSTOLE_SHIM_FP_QUANTISE: return (uint32_t)(int32_t)systole_fp32_quantise(a);
    default:
      return func == SYSTOLE_VXFUNC_EXP2    ? systole_fp32_exp2(a)
             : func == SYSTOLE_VXFUNC_RECIP ? systole_fp32_recip(a)
                                            : systole_fp32_rsqrt(a);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: test_fp LANES CYCLES [SEED]\n");
    return 2;
  }
  const unsigned lanes = (unsigned)strtoul(argv[1], NULL, 0);
  const unsigned long cycles = strtoul(argv[2], NULL, 0);
  state = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
  printf("%u lanes, seed %llu\n", lanes, (unsigned long long)state);
  static uint32_t a[DEPTH][LANES], b[DEPTH][LANES];
  bool valid[DEPTH] = {false};
  unsigned long compared[UNITS] = {0}, wrong[UNITS] = {0};
  unsigned func = SYSTOLE_VXFUNC_EXP2;
  systole_shim_fp *shim = systole_shim_fp_create();
  for (unsigned long t = 0; t < cycles; t++) {
    // The function changes only when the unit is empty.
    const bool pause = t % 1024 >= 1016;
    if (t % 1024 == 1023) func = SYSTOLE_VXFUNC_EXP2 + random32() % 3;
    valid[t % DEPTH] = !pause && random32() % 4 != 0;
    for (unsigned l = 0; l < lanes; l++) operands(&a[t % DEPTH][l], &b[t % DEPTH][l]);
    systole_shim_fp_cycle(shim, valid[t % DEPTH], func, a[t % DEPTH], b[t % DEPTH], lanes);
    for (unsigned u = 0; u < UNITS; u++) {
      if (t + 1 < latencies[u]) continue;
      const unsigned from = (unsigned)((t + 1 - latencies[u]) % DEPTH);
      if (systole_shim_fp_valid(shim, u) != valid[from]) wrong[u]++;
      for (unsigned l = 0; valid[from] && l < lanes; l++) {
        const uint32_t want = expected(u, func, a[from][l], b[from][l]);
        const uint32_t got = systole_shim_fp_result(shim, u, l);
        compared[u]++;
        if (want == got) continue;
        if (wrong[u]++ < 4) {
          printf("%s %08X %08X: C %08X, RTL %08X\n", names[u], a[from][l], b[from][l], want, got);
        }
      }
    }
  }
  systole_shim_fp_destroy(shim);
  unsigned failed = 0;
  for (unsigned u = 0; u < UNITS; u++) {
    printf("%s: %lu results, %lu wrong\n", names[u], compared[u], wrong[u]);
    failed += wrong[u] != 0 || compared[u] == 0;
  }
  printf("%u passed, %u failed, 0 skipped\n", UNITS - failed, failed);
  return failed != 0;
}
