// A Verilated systole_seq for C. seq_eval settles the outputs of the cycle for
// the inputs given; seq_clock ends it.
#ifndef SYSTOLE_TESTS_RTL_SHIM_SEQ_H
#define SYSTOLE_TESTS_RTL_SHIM_SEQ_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint8_t rst_n, start, gnt, rvalid, rerr, full, empty, blocked, active, hit;
  uint32_t scalars[16], lines;
  uint64_t program_base, base[16], limit[16];  // segment tables, looked up by the shim
  uint8_t rdata[128];
} seq_in;

typedef struct {
  uint8_t take, running, done, state, req, beats, push, line, fault, fault_cause;
  uint32_t index, desc[16], desc_index, fault_index, fault_detail;
  uint64_t addr, desc_addr, desc_index_addr, macs;
} seq_out;

void *seq_open(void);
void seq_close(void *block);
void seq_eval(void *block, const seq_in *in, seq_out *out);
void seq_clock(void *block);

#ifdef __cplusplus
}
#endif
#endif
