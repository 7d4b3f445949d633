// The controller's core alone: with TCM and timer, and nothing else behind its bus.
// The C model and the Verilated RTL both stand behind this table.
#ifndef SYSTOLE_SIM_MCU_ALONE_H
#define SYSTOLE_SIM_MCU_ALONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/base/status.h"
#include "sim/model/mcu.h"

enum { SYSTOLE_MCU_ALONE_ABI = 1, SYSTOLE_MCU_ALONE_BYTES = 1 << 22 };

typedef void (*systole_mcu_retired_fn)(void *user, const systole_mcu_retired *retired);

typedef struct {
  bool exited;      // by ecall with 93 in a7; else the cycles were over
  uint32_t code;    // a0 then
  uint64_t cycles;  // the ecall's, counted from 1; or max_cycles
  uint32_t pc;      // of the ecall, or of the oldest instruction that has not retired
  bool asleep;      // in WFI
} systole_mcu_alone_result;

typedef struct {
  uint32_t abi;  // SYSTOLE_MCU_ALONE_ABI
  const char *name;
  // Runs an image of at most SYSTOLE_MCU_ALONE_BYTES from address 0, the memory after
  // it being zero. `retired`, unless NULL, hears every instruction and trap in cycles
  // before max_cycles.
  systole_status (*run)(const uint8_t *image, size_t bytes, uint64_t max_cycles, systole_mcu_retired_fn retired,
                        void *user, systole_mcu_alone_result *result, systole_error *err);
} systole_mcu_alone_api;

const systole_mcu_alone_api *systole_mcu_alone_model(void);

#endif
