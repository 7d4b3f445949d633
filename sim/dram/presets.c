// The kinds of DRAM. docs/memory.md says where each figure comes from.
#include <stddef.h>
#include <string.h>

#include "sim/dram/timing.h"

static const systole_dram_timing presets[] = {
    {
        // JESD79-4, speed bin DDR4-2400T (17-17-17), 8 Gb devices with rows of
        // 1 KB. Nanoseconds over 0.8333, rounded up: tRCD and tRP 14.16, tRAS
        // 32, tRRD_S 3.3 (at least 4), tRRD_L 4.9, tFAW 21, tCCD_L 5, tWTR_S
        // 2.5, tWTR_L 7.5, tRTP 7.5, tWR 15, tREFI 7800, tRFC1 350.
        .name = "ddr4-2400",
        .devices = "DDR4-2400T, one 64-bit channel of eight 8Gb x8 devices",
        .mhz = 1200,
        .access_log2 = 6, .group_low = 1, .column_low = 0, .channel = 0, .column_high = 7,
        .request = 12, .answer = 12,  // 10 ns each
        .bl = 4, .cl = 17, .cwl = 12, .rcd_read = 17, .rcd_write = 17, .rp = 17, .ras = 39,
        .rrd_s = 4, .rrd_l = 6, .faw = 26, .ccd_s = 4, .ccd_l = 6, .wtr_s = 3, .wtr_l = 9,
        .rtw = 11,  // cl - cwl + bl + 2
        .rtp = 9, .wr = 18, .refi = 9360, .rfc = 420,
    },
    {
        // JESD235, 2 Gb/s a pin, one stack of four 8 Gb dies: 8 channels of 4 Gb,
        // each two pseudo channels with rows of 1 KB. A period is 1 ns, so the
        // figures are the nanoseconds.
        .name = "hbm2",
        .devices = "HBM2 at 2 Gb/s a pin, one stack: 16 pseudo channels of 64 bits",
        .mhz = 1000,
        .access_log2 = 5, .group_low = 1, .column_low = 2, .channel = 4, .column_high = 3,
        .request = 10, .answer = 10,
        .bl = 2, .cl = 18, .cwl = 7, .rcd_read = 12, .rcd_write = 6, .rp = 14, .ras = 28,
        .rrd_s = 4, .rrd_l = 6, .faw = 16, .ccd_s = 2, .ccd_l = 3, .wtr_s = 4, .wtr_l = 9,
        .rtw = 15,  // cl - cwl + bl + 2
        .rtp = 5, .wr = 14, .refi = 3900, .rfc = 260,
    },
};
enum { PRESETS = sizeof presets / sizeof presets[0] };

const systole_dram_timing *systole_dram_timing_at(unsigned index) {
  return index < PRESETS ? &presets[index] : NULL;
}

const systole_dram_timing *systole_dram_timing_find(const char *name) {
  for (unsigned i = 0; i < PRESETS; i++)
    if (!strcmp(presets[i].name, name)) return &presets[i];
  return NULL;
}

double systole_dram_timing_peak(const systole_dram_timing *t) {
  return 1e6 * t->mhz / t->bl * (double)(1u << t->access_log2) * (double)(1u << t->channel);
}
