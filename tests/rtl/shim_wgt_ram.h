// A Verilated systole_wgt_ram for C; words are little-endian bytes.
#ifndef SYSTOLE_TESTS_RTL_SHIM_WGT_RAM_H
#define SYSTOLE_TESTS_RTL_SHIM_WGT_RAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct systole_shim_wgt_ram systole_shim_wgt_ram;

typedef struct {
  uint8_t we, re;
  uint16_t waddr, raddr;
  uint8_t wdata[128];
  uint8_t rdata[2048];  // out
} systole_shim_wgt_ram_pins;

systole_shim_wgt_ram *systole_shim_wgt_ram_create(void);
void systole_shim_wgt_ram_destroy(systole_shim_wgt_ram *shim);
void systole_shim_wgt_ram_clock(systole_shim_wgt_ram *shim, systole_shim_wgt_ram_pins *pins);

#ifdef __cplusplus
}
#endif
#endif
