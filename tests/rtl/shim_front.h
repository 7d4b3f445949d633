// The pins of systole_front for C; a machine that takes nothing and says nothing
// stands behind it.
#ifndef SYSTOLE_TESTS_RTL_SHIM_FRONT_H
#define SYSTOLE_TESTS_RTL_SHIM_FRONT_H

#include <stdint.h>

typedef struct {
  uint8_t rst_n, awvalid, wvalid, wstrb, bready, arvalid, rready;
  uint16_t awaddr, araddr;
  uint32_t wdata;
  uint8_t machine_ready, machine_irq;  // all of its readies and valids
  uint32_t machine_rdata;
  uint8_t sleeping, waiting, busy, start_take, done, interrupt, doorbell_clear, mailbox_re, mailbox_word;
  uint32_t pc, address;
} front_in;

typedef struct {
  uint8_t awready, wready, bvalid, bresp, arready, rvalid, rresp, irq;
  uint32_t rdata;
  uint8_t machine_aw, machine_w, machine_ar, run, tcm_we, start, doorbell;
  uint32_t tcm_addr, mailbox_data;
} front_out;

void *front_open(void);
void front_close(void *block);
void front_eval(void *block, const front_in *in, front_out *out);  // outputs within a cycle
void front_clock(void *block);

#endif
