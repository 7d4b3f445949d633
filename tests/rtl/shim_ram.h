// A Verilated systole_ram for C. Bits are little-endian: bit b of a vector is
// bit b % 8 of byte b / 8; bits above a vector's width must be zero.
#ifndef SYSTOLE_TESTS_RTL_SHIM_RAM_H
#define SYSTOLE_TESTS_RTL_SHIM_RAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SYSTOLE_SHIM_RAM_BYTES = 512 };  // at least the widest port

typedef struct systole_shim_ram systole_shim_ram;

typedef struct {
  uint8_t we, waddr[8], re[8], raddr[SYSTOLE_SHIM_RAM_BYTES], wdata[SYSTOLE_SHIM_RAM_BYTES];
  uint8_t rdata[SYSTOLE_SHIM_RAM_BYTES];  // out
} systole_shim_ram_pins;

systole_shim_ram *systole_shim_ram_create(void);
void systole_shim_ram_destroy(systole_shim_ram *shim);
void systole_shim_ram_clock(systole_shim_ram *shim, systole_shim_ram_pins *pins);
// The word by the back door.
void systole_shim_ram_peek(systole_shim_ram *shim, uint32_t word, void *data, unsigned bytes);

#ifdef __cplusplus
}
#endif
#endif
