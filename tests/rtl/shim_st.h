// The pins of systole_st_bench for C.
#ifndef SYSTOLE_TESTS_RTL_SHIM_ST_H
#define SYSTOLE_TESTS_RTL_SHIM_ST_H

#include <stdint.h>

typedef struct {
  // in
  uint8_t rst_n, start, status_valid, status_beats, status_dat_valid, awready, wready, bvalid, bresp;
  uint8_t fill_we, fill_space, fill_addr;
  uint64_t addr, status_addr;
  uint32_t desc[16];
  uint8_t status_data[128];
  uint8_t fill_data[512];
  // out
  uint8_t ready, done, cause, active, stall, status_ready, status_rsp, idle;
  uint8_t awvalid, awlen, awsize, awburst, wvalid, wlast, bready;
  uint32_t detail, awrest;
  uint64_t awaddr;
  uint8_t wdata[128];
  uint64_t wstrb[2];
} st_pins;

void *st_open(unsigned dim, unsigned bus);
void st_close(void *block);
void st_eval(void *block, st_pins *pins);  // drives the inputs, reads the outputs
void st_clock(void *block);                // one rising edge

#endif
