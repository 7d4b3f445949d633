// One machine, whoever computes it: the C model and the Verilated RTL both
// stand behind this table of functions. A machine sees memory through a
// systole_memory that its owner fills by the back door, runs one job at a time
// from start to done, and reports what the control registers would say.
#ifndef SYSTOLE_MACHINE_H
#define SYSTOLE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "hw/base/status.h"
#include "hw/configs/config.h"
#include "sim/dram/dram.h"
#include "sim/dram/memory.h"

enum { SYSTOLE_MACHINE_ABI = 1 };

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
} systole_machine_api;

#endif
