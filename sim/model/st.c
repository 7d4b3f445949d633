#include "sim/model/st.h"

#include <stddef.h>
#include <string.h>

#include "sim/model/burst.h"

// A burst that memory refuses is lost as a whole; the first is the fault. Its
// address is that of its first beat.
static void write_burst(systole_memory *memory, unsigned bus_bytes, uint64_t address,
                        uint64_t bytes, const uint8_t *from, systole_outcome *outcome) {
  const uint64_t lead = address % bus_bytes;
  const uint64_t beats = (lead + bytes + bus_bytes - 1) / bus_bytes;
  uint8_t *to = systole_memory_at(memory, address - lead, beats * bus_bytes);
  if (to != NULL) {
    memcpy(to + lead, from, bytes);
  } else if (outcome->cause == SYSTOLE_CAUSE_NONE) {
    outcome->cause = SYSTOLE_CAUSE_AXI_WRITE;
    outcome->detail = (uint32_t)(address - lead);
  }
}

static void write_run(systole_memory *memory, unsigned bus_bytes, uint64_t address, uint64_t bytes,
                      const uint8_t *from, systole_outcome *outcome) {
  outcome->bytes += bytes;
  while (bytes > 0) {
    const uint64_t take = systole_burst_bytes(address, bytes, bus_bytes);
    write_burst(memory, bus_bytes, address, take, from, outcome);
    address += take;
    from += take;
    bytes -= take;
  }
}

// Rows that lie one behind the other on both sides are one run of bursts.
systole_outcome systole_model_st(const systole_line *line, uint64_t address, unsigned bus_bytes,
                                 systole_memory *memory, const systole_srams *srams) {
  systole_outcome outcome = {SYSTOLE_CAUSE_NONE, 0, 0};
  const unsigned space = (unsigned)SYSTOLE_GET(line, ST, space);
  const uint64_t element = systole_sram_element_bytes(space);
  const uint64_t rows = SYSTOLE_GET(line, ST, rows), pitch = SYSTOLE_GET(line, ST, pitch);
  const uint64_t bytes = SYSTOLE_GET(line, ST, elements) * element;
  const uint64_t from_row = SYSTOLE_GET(line, ST, src_row) * element;
  const bool joined = pitch == bytes && from_row == bytes;
  const uint64_t runs = joined && rows > 0 ? 1 : rows;
  const uint8_t *from = systole_sram_word(srams, space, 0);
  from += SYSTOLE_GET(line, ST, src) * element;
  for (uint64_t i = 0; i < runs; i++)
    write_run(memory, bus_bytes, address + i * pitch, joined ? rows * bytes : bytes,
              from + i * from_row, &outcome);
  return outcome;
}
