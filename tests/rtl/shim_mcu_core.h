// A Verilated systole_mcu_core for C. mcu_eval settles the outputs of the cycle for
// the inputs given; mcu_clock ends it.
#ifndef SYSTOLE_TESTS_RTL_SHIM_MCU_CORE_H
#define SYSTOLE_TESTS_RTL_SHIM_MCU_CORE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint8_t rst_n, d_done, d_err, irq_external, irq_timer;
  uint32_t i_rdata, t_rdata, d_rdata;
} mcu_in;

typedef struct {
  uint8_t i_req, t_req, t_we, t_be, d_req, d_we, d_be, fence, sleep, retire_valid, retire_rd, retire_trap, retire_cause;
  uint32_t i_addr, t_addr, t_wdata, d_addr, d_wdata, pc, retire_pc, retire_instr, retire_value;
} mcu_out;

void *mcu_open(void);
void mcu_close(void *block);
void mcu_eval(void *block, const mcu_in *in, mcu_out *out);
void mcu_clock(void *block);

#ifdef __cplusplus
}
#endif
#endif
