// How a run of bytes is cut into AXI bursts: full width, at most 64 beats and
// 1,024 bytes, never across a 4 KiB boundary.
#ifndef SYSTOLE_MODEL_BURST_H
#define SYSTOLE_MODEL_BURST_H

#include <stdint.h>

// Bytes from `address` to the end of its burst when `bytes` are left.
static inline uint64_t systole_burst_bytes(uint64_t address, uint64_t bytes, unsigned bus_bytes) {
  const uint64_t lead = address % bus_bytes;
  uint64_t most = 64ull * bus_bytes < 1024 ? 64ull * bus_bytes : 1024;
  const uint64_t to_boundary = 4096 - (address - lead) % 4096;
  if (most > to_boundary) most = to_boundary;
  return bytes < most - lead ? bytes : most - lead;
}

#endif
