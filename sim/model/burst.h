// How a run of bytes is cut into AXI bursts: a burst ends at the next multiple
// of min(64 beats, 1,024 bytes), so it never crosses a 4 KiB boundary.
#ifndef SYSTOLE_MODEL_BURST_H
#define SYSTOLE_MODEL_BURST_H

#include <stdint.h>

// Bytes from `address` to the end of its burst when `bytes` are left.
static inline uint64_t systole_burst_bytes(uint64_t address, uint64_t bytes, unsigned bus_bytes) {
  const uint64_t most = 64ull * bus_bytes < 1024 ? 64ull * bus_bytes : 1024;
  const uint64_t room = most - (address & (most - 1));  // a power of two, as the bus is
  return bytes < room ? bytes : room;
}

#endif
