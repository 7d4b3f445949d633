// What a kind of DRAM is: one table of numbers for the one engine that times
// them all. To add a preset, add a table to presets.c.
#ifndef SYSTOLE_DRAM_TIMING_H
#define SYSTOLE_DRAM_TIMING_H

#include <stdint.h>

// Every preset has 4 bank groups of 4 banks on each channel. Every time is in
// periods of the memory's clock, which transfers data twice a period.
typedef struct {
  const char *name;     // what --memory takes
  const char *devices;  // the same in words
  unsigned mhz;         // memory clock

  // An address, from its low bits up: byte of an access, low bits of the bank
  // group, low bits of the column, channel, high bits of the column, high bits
  // of the bank group, bank (2 bits), row.
  unsigned access_log2;  // bytes of one access: bus width x burst length
  unsigned group_low;    // 0 or 1; 1 needs ccd_l <= 2 x ccd_s, 0 that they are equal
  unsigned column_low, channel, column_high;

  // The controller and the pins: on the way to the first command, and from the
  // last transfer of an access to the bus (or to the response of a write).
  unsigned request, answer;

  unsigned bl;                   // data-bus clocks of an access
  unsigned cl, cwl;              // RD, WR to first data
  unsigned rcd_read, rcd_write;  // ACT to RD, WR
  unsigned rp, ras;              // PRE to ACT; ACT to PRE
  unsigned rrd_s, rrd_l, faw;    // ACT to ACT in another, the same group; four ACTs
  unsigned ccd_s, ccd_l;         // RD to RD, WR to WR in another, the same group
  unsigned wtr_s, wtr_l;         // end of write data to RD in another, the same group
  unsigned rtw;                  // RD to WR
  unsigned rtp, wr;              // RD, end of write data to PRE
  unsigned refi, rfc;            // refresh due every; a refresh takes
} systole_dram_timing;

enum { SYSTOLE_DRAM_GROUPS = 4, SYSTOLE_DRAM_BANKS = 16 };

// The tables in order, NULL behind the last.
const systole_dram_timing *systole_dram_timing_at(unsigned index);
const systole_dram_timing *systole_dram_timing_find(const char *name);

// Bytes a second of all channels' pins.
double systole_dram_timing_peak(const systole_dram_timing *timing);

#endif
