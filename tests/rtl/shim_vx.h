// The Verilated vector engine for C, its SRAMs played from plain arrays.
#ifndef SYSTOLE_TESTS_RTL_SHIM_VX_H
#define SYSTOLE_TESTS_RTL_SHIM_VX_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct systole_shim_vx systole_shim_vx;

// The SRAMs, `dim` elements to a word; a read port shows a word for the one
// cycle after its address and noise in all others.
typedef struct {
  unsigned dim;
  int32_t *acc;
  uint32_t *par, *vm, *rs;
  int8_t *qnt;
} systole_shim_vx_srams;

// An engine after reset.
systole_shim_vx *systole_shim_vx_create(const systole_shim_vx_srams *srams);
void systole_shim_vx_destroy(systole_shim_vx *shim);

typedef struct {
  uint64_t cycles;     // from start_i to done_o
  uint64_t last_write; // from start_i to the last write, 0 if there was none
  uint32_t cause;
  bool protocol;       // ready_o and active_o were as they must be
} systole_shim_vx_result;

// Starts the descriptor in `line` (16 words of 32 bits) in the first cycle in
// which the engine is ready, and runs until the cycle after done_o, at most
// `limit` cycles (cycles == limit: never done).
systole_shim_vx_result systole_shim_vx_run(systole_shim_vx *shim, const uint32_t line[16],
                                           uint64_t limit);

#ifdef __cplusplus
}
#endif
#endif
