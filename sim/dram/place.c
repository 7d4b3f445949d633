#include "sim/dram/place.h"

// The lowest `bits` of the address, which they leave.
static unsigned take(uint64_t *address, unsigned bits) {
  unsigned field = (unsigned)(*address & ((UINT64_C(1) << bits) - 1));
  *address >>= bits;
  return field;
}

// All of a row's bits, folded onto four.
static unsigned fold(uint64_t row) {
  row ^= row >> 32;
  row ^= row >> 16;
  row ^= row >> 8;
  row ^= row >> 4;
  return (unsigned)(row & 15);
}

// Bank and group are mixed with the row, as controllers do, so that two streams
// a power of two apart do not close each other's rows for ever. Within a row's
// worth of addresses that only renames the banks.
systole_dram_place systole_dram_place_of(const systole_dram_timing *t, uint64_t address) {
  systole_dram_place place;
  address >>= t->access_log2;
  unsigned group = take(&address, t->group_low);
  address >>= t->column_low;
  place.channel = take(&address, t->channel);
  address >>= t->column_high;
  group |= take(&address, 2 - t->group_low) << t->group_low;
  unsigned bank = take(&address, 2);
  place.row = address;
  place.bank = (bank << 2 | group) ^ fold(address);
  return place;
}

unsigned systole_dram_run_at(const systole_dram_timing *t, uint64_t address) {
  unsigned run_log2 = t->group_low + t->column_low + (t->channel ? 0 : t->column_high);
  uint64_t run = UINT64_C(1) << run_log2;
  return (unsigned)(run - ((address >> t->access_log2) & (run - 1)));
}
