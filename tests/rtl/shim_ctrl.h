// A Verilated systole_ctrl for C: set the inputs, clock, look at the outputs
// (which are those of the cycle that begins).
#ifndef SYSTOLE_TESTS_RTL_SHIM_CTRL_H
#define SYSTOLE_TESTS_RTL_SHIM_CTRL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  // AXI4-Lite, master's side
  uint8_t awvalid, wvalid, wstrb, arvalid, bready, rready;
  uint16_t awaddr, araddr;
  uint32_t wdata;
  // machine's side
  uint8_t rst_n, take, running, done, segment, cause, engine, state, retired, macs_add, ld_beat, line,
      write_beat, seq_state, status_re, status_word;
  uint16_t waits_for, write_strb;
  uint32_t index, detail, queued, at[4], seq_index;
  uint64_t macs;
} ctrl_in;

typedef struct {
  uint8_t awready, wready, bvalid, bresp, arready, rvalid, rresp, irq, start, abort;
  uint32_t rdata, scalars[16], lines, watchdog, status_data;
  uint64_t program_base, base, limit, cycle;
} ctrl_out;

void *ctrl_open(void);
void ctrl_close(void *block);
void ctrl_clock(void *block, const ctrl_in *in, ctrl_out *out);

#ifdef __cplusplus
}
#endif
#endif
