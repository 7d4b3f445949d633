// The pins of systole_issue_bench for C; [e] is engine e's.
#ifndef SYSTOLE_TESTS_RTL_SHIM_ISSUE_H
#define SYSTOLE_TESTS_RTL_SHIM_ISSUE_H

#include <stdint.h>

typedef struct {
  // in; a bit for each engine where there is no [4]
  uint8_t rst_n, clear, offer, part, push, ready, done, active, stall, enable, restart;
  uint32_t nibbles, index, limit;
  uint64_t cycle;
  // out
  uint8_t full, start, blocked, empty, state, overflow, bite;
  uint16_t waits_for;
  uint32_t desc_index[4], ended_index[4], queued, at[4];
  uint64_t addr[4], index_addr[4], start_cycle[4];
  uint8_t count[4][4];  // [from][to]
} issue_pins;

void *issue_open(void);
void issue_close(void *block);
void issue_eval(void *block, issue_pins *pins);  // drives the inputs, reads the outputs
void issue_clock(void *block);                   // one rising edge

#endif
