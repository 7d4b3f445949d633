// The Verilated matrix engine with its SRAMs (systole_mx_bench) for C.
#ifndef SYSTOLE_TESTS_RTL_SHIM_MX_H
#define SYSTOLE_TESTS_RTL_SHIM_MX_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct systole_shim_mx systole_shim_mx;

// A machine after reset; aborts if memory runs out.
systole_shim_mx *systole_shim_mx_create(void);
void systole_shim_mx_destroy(systole_shim_mx *shim);

// Writes one word of `bytes` bytes to ACT, QNT or WGT (by ISA space code). One cycle.
void systole_shim_mx_write(systole_shim_mx *shim, unsigned space, uint32_t word, const void *data,
                           unsigned bytes);
// Reads one word of ACC, `lanes` 32-bit lanes. One cycle.
void systole_shim_mx_read(systole_shim_mx *shim, uint32_t word, int32_t *lanes, unsigned count);

typedef struct {
  uint64_t cycles;      // from start_i to done_o
  uint32_t cause;       // cause_o with done_o
  bool ready_early;     // ready_o was high while active
  bool active_wrong;    // active_o was not high exactly from start + 1 to done
  bool wrote_at_done;   // a word of ACC was written in the cycle of done_o
  uint64_t writes;      // words of ACC written
} systole_shim_mx_run_result;

// Starts the descriptor in `line` (16 words of 32 bits) and runs until done_o
// and one cycle more, at most `limit` cycles (cycles == limit: never done).
systole_shim_mx_run_result systole_shim_mx_run(systole_shim_mx *shim, const uint32_t line[16],
                                               uint64_t limit);

#ifdef __cplusplus
}
#endif
#endif
