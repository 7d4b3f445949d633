// The pins of systole_ld_bench for C.
#ifndef SYSTOLE_TESTS_RTL_SHIM_LD_H
#define SYSTOLE_TESTS_RTL_SHIM_LD_H

#include <stdint.h>

typedef struct {
  // in
  uint8_t rst_n, start, fetch_valid, fetch_beats, arready, rvalid, rlast, rresp;
  uint64_t addr, index_addr, fetch_addr;
  uint32_t desc[16];
  uint8_t rdata[128];
  // out
  uint8_t ready, done, cause, active, stall, fetch_ready, fetch_rsp, idle, rsp_last;
  uint8_t arvalid, arlen, arsize, arburst, rready;
  uint32_t detail, arrest;
  uint64_t araddr;
  uint8_t we[3];        // WGT, ACT, PAR
  uint16_t waddr[3];
  uint8_t wdata[3][512];
} ld_pins;

void *ld_open(unsigned dim, unsigned bus);
void ld_close(void *block);
void ld_eval(void *block, ld_pins *pins);  // drives the inputs, reads the outputs
void ld_clock(void *block);                // one rising edge

#endif
