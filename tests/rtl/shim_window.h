// The pins of systole_window for C.
#ifndef SYSTOLE_TESTS_RTL_SHIM_WINDOW_H
#define SYSTOLE_TESTS_RTL_SHIM_WINDOW_H

#include <stdint.h>

typedef struct {
  // in
  uint8_t rst_n, run, rest, clear, req, we, be;
  uint32_t addr, wdata;
  uint64_t base;
  uint8_t arready, awready, rvalid, rresp, wready, bvalid, bresp;
  uint8_t rdata[128];
  // out
  uint8_t done, err, idle, arvalid, awvalid, arlen, wvalid;
  uint32_t data;
  uint64_t axaddr;
  uint8_t beat[128];
  uint64_t wstrb[2];
} window_pins;

void *window_open(unsigned bus);
void window_close(void *block);
void window_eval(void *block, window_pins *pins);  // drives the inputs, reads the outputs
void window_clock(void *block);                    // one rising edge

#endif
