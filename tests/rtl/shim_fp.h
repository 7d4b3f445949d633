// The Verilated arithmetic units (systole_fp_bench) for C.
#ifndef SYSTOLE_TESTS_RTL_SHIM_FP_H
#define SYSTOLE_TESTS_RTL_SHIM_FP_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct systole_shim_fp systole_shim_fp;

enum {
  SYSTOLE_SHIM_FP_ADD,
  SYSTOLE_SHIM_FP_MUL,
  SYSTOLE_SHIM_FP_FROM_INT,
  SYSTOLE_SHIM_FP_QUANTISE,
  SYSTOLE_SHIM_FP_FUNC,
  SYSTOLE_SHIM_FP_UNITS
};

// The units after reset.
systole_shim_fp *systole_shim_fp_create(void);
void systole_shim_fp_destroy(systole_shim_fp *shim);

// One cycle with these inputs, `lanes` of each operand.
void systole_shim_fp_cycle(systole_shim_fp *shim, bool valid, unsigned func, const uint32_t *a,
                           const uint32_t *b, unsigned lanes);
// What a unit shows after that cycle; lanes of QUANTISE are sign-extended.
bool systole_shim_fp_valid(const systole_shim_fp *shim, unsigned unit);
uint32_t systole_shim_fp_result(const systole_shim_fp *shim, unsigned unit, unsigned lane);

#ifdef __cplusplus
}
#endif
#endif
