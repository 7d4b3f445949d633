// Memory on the AXI4 pins: what it drives in this cycle, and what it accepts.
#include <cstring>

#include "sim/rtl/machine.h"

void systole_machine::memory_step() {
  read_address_step();
  read_data_step();
  const bool fresh = write_address_step();
  // Data is taken from the cycle after its address.
  top->m_axi_wready_i = writes.size() > (fresh ? 1u : 0u);
  if (top->m_axi_wvalid_o && top->m_axi_wready_i) write_data_step();
  write_response_step();
}

// Whose timing an access with this ID has; one of the core's finds an idle memory.
Timing &systole_machine::timing(bool is_core) {
  if (!is_core) return machine;
  systole_dram_settle(core.dram);
  core.origin = now;
  return core;
}

void systole_machine::read_address_step() {
  top->m_axi_arready_i = 0;
  if (!top->m_axi_arvalid_o) {
    ar_seen = false;  // a reset has taken it back
    return;
  }
  const bool is_core = top->m_axi_arid_o;
  if (!ar_seen) {
    ar_seen = true;
    ar_wait = systole_dram_read_stall(timing(is_core).dram);
  }
  if (ar_wait > 0) {
    ar_wait--;
    return;
  }
  const Timing &by = is_core ? core : machine;
  const uint64_t address = top->m_axi_araddr_o;
  const uint32_t beats = top->m_axi_arlen_o + 1u;
  const uint64_t first = systole_dram_read(by.dram, now - by.origin, address, beats);
  reads.push_back({by.origin + first, address, beats, is_core});
  top->m_axi_arready_i = 1;
  ar_seen = false;
}

void systole_machine::read_data_step() {
  top->m_axi_rvalid_i = 0;
  if (reads.empty() || now < reads.front().first) return;
  Read &read = reads.front();
  const uint8_t *bytes = systole_memory_at(memory, read.address, kBus);
  if (bytes) std::memcpy(&top->m_axi_rdata_i, bytes, kBus);
  else std::memset(&top->m_axi_rdata_i, 0, kBus);
  top->m_axi_rresp_i = bytes ? 0 : 3;
  top->m_axi_rvalid_i = 1;
  top->m_axi_rid_i = read.core;
  top->m_axi_rlast_i = read.beats == 1;
  read.address += kBus;
  if (--read.beats == 0) reads.pop_front();
}

// True if one was accepted in this cycle.
bool systole_machine::write_address_step() {
  top->m_axi_awready_i = 0;
  if (!top->m_axi_awvalid_o) {
    aw_seen = false;
    return false;
  }
  const bool is_core = top->m_axi_awid_o;
  if (!aw_seen) {
    aw_seen = true;
    aw_wait = systole_dram_write_stall(timing(is_core).dram);
  }
  if (aw_wait > 0) {
    aw_wait--;
    return false;
  }
  const uint64_t address = top->m_axi_awaddr_o;
  const uint32_t beats = top->m_axi_awlen_o + 1u;
  writes.push_back({address, beats, !systole_memory_at(memory, address, uint64_t{beats} * kBus), is_core});
  top->m_axi_awready_i = 1;
  aw_seen = false;
  return true;
}

// A beat is taken; after the last, memory knows when it will answer.
void systole_machine::write_data_step() {
  Burst &burst = writes.front();
  uint8_t *bytes = burst.refused ? nullptr :
      systole_memory_at(memory, burst.address + uint64_t{write_beat} * kBus, kBus);
  uint8_t data[kBus], strobes[(kBus + 7) / 8];
  std::memcpy(data, &top->m_axi_wdata_o, kBus);
  std::memcpy(strobes, &top->m_axi_wstrb_o, sizeof strobes);
  if (!bytes) write_error = true;
  else
    for (unsigned i = 0; i < kBus; i++)
      if (strobes[i / 8] >> (i % 8) & 1) bytes[i] = data[i];
  if (++write_beat < burst.beats) return;
  const Timing &by = burst.core ? core : machine;
  const uint64_t answer = systole_dram_write(by.dram, now - by.origin, burst.address, burst.beats);
  answers.push_back({by.origin + answer, write_error, burst.core});
  writes.pop_front();
  write_beat = 0;
  write_error = false;
}

void systole_machine::write_response_step() {
  top->m_axi_bvalid_i = 0;
  if (answers.empty() || now < answers.front().cycle) return;
  top->m_axi_bvalid_i = 1;
  top->m_axi_bid_i = answers.front().core;
  top->m_axi_bresp_i = answers.front().error ? 3 : 0;
  answers.pop_front();
}
