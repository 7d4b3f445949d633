// The Verilated chip and what stands around it: memory on its AXI4 pins, a host on its
// AXI4-Lite pins. This shim only clocks, moves pins, and asks sim/dram when memory
// answers; what is computed is computed by the RTL.
//
// One step is one cycle. Every output of the machine that is looked at here is
// a register, so the outputs seen after a rising edge are those of the cycle
// that begins there, and the inputs of that cycle are set before the next edge.
#ifndef SYSTOLE_RTL_MACHINE_H
#define SYSTOLE_RTL_MACHINE_H

#include <cstdint>
#include <deque>

#include "Vsystole_chip.h"
#include "verilated.h"
#ifdef SYSTOLE_TRACE
#include "verilated_fst_c.h"
#endif

extern "C" {
#include "hw/isa/isa.h"
#include "sim/machine.h"
}

#include "memories.h"  // made by build.sh: SYSTOLE_MEMORIES, SYSTOLE_BUS_BYTES, ...

constexpr unsigned kBus = SYSTOLE_BUS_BYTES;

// Memory takes a write burst whole or not at all, so that what a refused one
// leaves behind does not depend on where the refusal begins.
struct Burst {
  uint64_t address;
  uint32_t beats;
  bool refused, core;
};
struct Read {
  uint64_t first;  // when its first beat comes
  uint64_t address;
  uint32_t beats;
  bool core;  // its ID
};
struct Answer {
  uint64_t cycle;
  bool error, core;
};

// Memory's timing for one of the two that use it, in cycles since `origin`: the
// machine's is that of its run, the core's begins with each of its accesses.
struct Timing {
  systole_dram *dram = nullptr;
  uint64_t origin = 0;
};

// One AXI4-Lite access at a time: a write goes address, data, response; a read
// address, data.
enum class Lite { Idle, WriteAddress, WriteData, WriteResponse, ReadAddress, ReadData };

struct systole_machine {
  VerilatedContext context;
  Vsystole_chip *top = nullptr;
  systole_memory *memory = nullptr;
  Timing machine, core;
  systole_config config;
  uint64_t now = 0;  // cycles since the chip was made; all times here are such

  // memory's side of the pins
  bool ar_seen = false, aw_seen = false;
  uint32_t ar_wait = 0, aw_wait = 0;
  std::deque<Read> reads;
  std::deque<Burst> writes;
  std::deque<Answer> answers;
  bool write_error = false;
  uint32_t write_beat = 0;

  // host's side
  Lite lite = Lite::Idle;
  uint32_t lite_data = 0;

  systole_trace_fn trace = nullptr;
  void *user = nullptr;

  // Firmware control
  uint64_t boot = 0;  // the chip's cycle 0
  const systole_observer *observer = nullptr;
  systole_chip_report totals = {};  // counts since boot
  uint64_t starts = 0;               // of runs, ever
  uint64_t first_start = UINT64_MAX, last_end = 0, before_end = 0;  // of instructions of this run; of the last
#ifdef SYSTOLE_TRACE
  VerilatedFstC *fst = nullptr;
  uint64_t time = 0;
#endif

  // Verilator knows one context a thread; a process may have several machines, and
  // may run one from another thread than it was made in.
  void enter() { Verilated::threadContextp(&context); }

  // ---- clock (machine.cc)
  void eval();
  void step();
  uint64_t cycle() const { return now - machine.origin; }
  void begin_run();
  void end_run();
  void report_ends();
  void report_retirement();

  // ---- memory (memory.cc): what it drives in this cycle, and what it accepts
  void memory_step();
  void read_address_step();
  void read_data_step();
  bool write_address_step();
  void write_data_step();
  void write_response_step();
  Timing &timing(bool is_core);

  // ---- host (host.cc): one access at a time
  void lite_step();
  void begin_write(uint32_t address, uint32_t data);
  systole_status finish(systole_error *err);
  systole_status write(uint32_t address, uint32_t data, systole_error *err);
  systole_status read(uint32_t address, uint32_t *data, systole_error *err);
};

#endif
