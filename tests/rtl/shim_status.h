// The pins of systole_status_bench for C.
#ifndef SYSTOLE_TESTS_RTL_SHIM_STATUS_H
#define SYSTOLE_TESTS_RTL_SHIM_STATUS_H

#include <stdint.h>

typedef struct {
  // in
  uint8_t rst_n, start, awready, wready, bvalid, bresp;
  uint32_t word_data;
  uint64_t base;
  // out
  uint8_t done, error, re, word;
  uint8_t awvalid, awlen, awsize, awburst, wvalid, wlast, bready;
  uint32_t error_addr, awrest;
  uint64_t awaddr;
  uint8_t wdata[128];
  uint64_t wstrb[2];
} status_pins;

void *status_open(unsigned bus);
void status_close(void *block);
void status_eval(void *block, status_pins *pins);  // drives the inputs, reads the outputs
void status_clock(void *block);                    // one rising edge

#endif
