// One machine, whoever computes it: the C model and the Verilated RTL both
// stand behind this table of functions. A machine sees memory through a
// systole_memory that its owner fills by the back door, runs one job at a time
// from start to done, and reports what the control registers would say.
//
// Where the configuration has a controller, boot gives the machine to firmware;
// from then on control lets time go on, and the host is seen by what it writes
// into the chip's registers and when. run takes the machine back.
#ifndef SYSTOLE_MACHINE_H
#define SYSTOLE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/base/status.h"
#include "hw/configs/config.h"
#include "hw/isa/isa.h"
#include "sim/dram/dram.h"
#include "sim/dram/memory.h"

enum { SYSTOLE_MACHINE_ABI = 3 };

// What the host writes into the registers before a start.
typedef struct {
  struct {
    uint64_t base;   // multiple of 128
    uint64_t limit;  // bytes
  } segments[16];
  int32_t scalars[16];
  uint32_t lines;       // of the program, which starts at segment 0's base
  uint32_t watchdog;    // cycles, 0 for the default
  uint64_t max_cycles;  // the host aborts the run after so many cycles, 0 for no limit
  // The RTL aborts the run soon after another thread has made this true (by
  // __atomic_store_n); NULL for never. The model does not look at it.
  const bool *stop;
} systole_job;

// What the registers say afterwards.
typedef struct {
  uint32_t cause, engine, index, detail;  // CAUSE_*, ENGINE_*, line; all 0 for success
  uint32_t seq_state, seq_index;
  uint64_t cycles, retired, macs, read_bytes, write_bytes;
  struct {
    uint64_t busy, wait_sem, wait_mem, idle;  // cycles
    uint32_t state, index;                    // registers ENGINE_STATE, ENGINE_INDEX
  } engines[4];
} systole_report;

// Called once for each instruction when it ends, in the order of ending.
typedef void (*systole_trace_fn)(void *user, unsigned engine, uint32_t index, uint64_t start,
                                 uint64_t end);

// ---- The controller
//
// Time is counted in cycles of the chip: cycle 0 is the first in which the core
// is out of reset. Nothing happens between calls: the next call goes on in the
// cycle that the last one reported.

// One access of the host to a register of the chip (hw/isa/registers.def), in
// the order given. A write acts at the end of its cycle, a read tells what is
// there in it. An access takes place in the cycle asked for, or as soon after as
// the bus allows: a read gives its address in its cycle, a write in the one
// before; no address is given before the call's first cycle, before cycle 1, nor
// before two cycles after the access before.
typedef struct {
  uint64_t cycle;  // when, or 0 for as soon as possible; afterwards: when it was
  uint32_t offset;
  uint32_t value;  // to write, or what was read
  bool read;
} systole_host_access;

// Whether control does this access: a word's offset, and none that writes
// CONTROLLER, which boot and run do.
static inline bool systole_host_may(const systole_host_access *access) {
  return access->offset < 0x1000 && access->offset % 4 == 0 &&
         (access->read || access->offset != SYSTOLE_REG_CONTROLLER);
}

// What the core ended: an instruction, or a trap instead of one.
typedef struct {
  uint64_t cycle;  // its last
  uint32_t pc, instruction;
  uint32_t rd, value;  // register written, 0 for none
  bool trap;           // it trapped, or an interrupt was taken in its place
  uint32_t cause;      // then: mcause
} systole_retirement;

// What an observer of a controlled chip is told; each may be NULL.
typedef struct {
  void *user;
  void (*retire)(void *user, const systole_retirement *retirement);
  // A run's start, the cycle in which it was taken; and its end, the cycle of done.
  void (*start)(void *user, uint64_t cycle);
  void (*end)(void *user, uint64_t cycle);
  systole_trace_fn trace;  // of the run's instructions, in its own cycles
} systole_observer;

typedef enum {
  SYSTOLE_STOP_IRQ,    // the chip's interrupt is high
  SYSTOLE_STOP_QUIET,  // nothing can happen any more unless the host does something
  SYSTOLE_STOP_LIMIT   // the limit has come
} systole_stop;

typedef struct {
  systole_stop stop;
  uint64_t cycle;        // the present one, in which nothing has happened yet
  bool core_asleep;
  bool core_waits;       // for the answer to its access to core_address
  bool machine_busy;     // a run is under way or about to start
  uint32_t core_pc;      // of the oldest instruction that has not ended
  uint32_t core_address; // of the last access outside the core's memory
  // Since boot:
  uint64_t host_accesses;  // to registers of the chip
  uint64_t runs;           // that have ended
  // From the end of a run's last instruction to the start of the next run's first.
  uint64_t gaps, gap_cycles, gap_most;
} systole_chip_report;

typedef struct systole_machine systole_machine;

typedef struct {
  uint32_t abi;  // SYSTOLE_MACHINE_ABI
  const char *name;
  // The memory stays the caller's and must outlive the machine.
  systole_status (*create)(const systole_config *config, systole_memory *memory,
                           const systole_dram_params *dram, systole_machine **machine,
                           systole_error *err);
  void (*destroy)(systole_machine *machine);
  // Runs one job to its end. A fault of the program is not a failure of run:
  // it returns SYSTOLE_OK and the report names the cause.
  systole_status (*run)(systole_machine *machine, const systole_job *job, systole_report *report,
                        systole_trace_fn trace, void *user, systole_error *err);
  // Copies one word of an SRAM (DIM elements) for comparison; space is an ISA code.
  systole_status (*peek)(systole_machine *machine, unsigned space, uint32_t word, void *bytes,
                         systole_error *err);
  // Writes a waveform of all later runs; SYSTOLE_E_UNSUPPORTED where there is none.
  systole_status (*waves)(systole_machine *machine, const char *path, systole_error *err);
  // Stops whatever the core and the machine do, loads `words` words into the
  // core's memory from address 0 on (the rest stays as it is) and lets it run.
  // SYSTOLE_E_UNSUPPORTED where the configuration has no controller, for this
  // and the next.
  systole_status (*boot)(systole_machine *machine, const uint32_t *image, uint32_t words,
                         systole_error *err);
  // After a boot: does the accesses, then waits until the chip's interrupt is
  // high or nothing can happen any more (the core asleep for the second cycle
  // running, its timer not set, the machine at rest); but ends at cycle `limit`
  // whatever is left undone. An access that would not be over before the limit is
  // not begun, nor those after it; their cycle is UINT64_MAX afterwards.
  systole_status (*control)(systole_machine *machine, systole_host_access *accesses,
                            unsigned count, uint64_t limit, const systole_observer *observer,
                            systole_chip_report *report, systole_error *err);
} systole_machine_api;

#endif
