// The core alone, by the model.
#include "sim/mcu/alone.h"

#include <stdlib.h>
#include <string.h>

#include "hw/isa/isa.h"

typedef struct {
  systole_mcu mcu;
  uint64_t compare, max_cycles;
  systole_mcu_retired_fn retired;
  void *user;
  bool late;         // an instruction ends after the last cycle,
  uint32_t late_pc;  // this one
} alone;

static uint64_t with_half(uint64_t old, bool high, uint32_t value) {
  return high ? (uint64_t)value << 32 | (uint32_t)old : (old >> 32 << 32) | value;
}

// The timer; it answers at once. What is written counts from the next cycle on.
static systole_mcu_answer access(void *user, uint64_t at, bool write, uint32_t address, uint32_t data, unsigned strobes) {
  alone *a = user;
  systole_mcu_answer answer = {.done = at, .error = strobes != 15};
  switch (address - SYSTOLE_CORE_LOCAL) {
    case SYSTOLE_CORE_REG_MTIME_LO: answer.data = (uint32_t)at; break;
    case SYSTOLE_CORE_REG_MTIME_HI: answer.data = (uint32_t)(at >> 32); break;
    case SYSTOLE_CORE_REG_MTIMECMP_LO: answer.data = (uint32_t)a->compare; break;
    case SYSTOLE_CORE_REG_MTIMECMP_HI: answer.data = (uint32_t)(a->compare >> 32); break;
    default: answer.error = true; break;
  }
  const uint32_t offset = address - SYSTOLE_CORE_LOCAL;
  if (answer.error || !write || offset < SYSTOLE_CORE_REG_MTIMECMP_LO) return answer;
  a->compare = with_half(a->compare, offset == SYSTOLE_CORE_REG_MTIMECMP_HI, data);
  a->mcu.line[SYSTOLE_MCU_TIMER] = a->compare > at ? a->compare : at + 1;
  return answer;
}

static void took(void *user, const systole_mcu_retired *r) {
  alone *a = user;
  if (r->cycle >= a->max_cycles) {
    a->late = true;
    a->late_pc = r->pc;
  } else if (a->retired) {
    a->retired(a->user, r);
  }
}

static void run_to_the_end(alone *a, systole_mcu_alone_result *result) {
  systole_mcu_reset(&a->mcu);
  const systole_mcu_event event = a->max_cycles ? systole_mcu_run(&a->mcu, a->max_cycles - 1) : SYSTOLE_MCU_LATER;
  *result = (systole_mcu_alone_result){.cycles = a->max_cycles, .asleep = event == SYSTOLE_MCU_ASLEEP,
                                       .pc = a->late ? a->late_pc : a->mcu.pc};
  if (event != SYSTOLE_MCU_EXIT) return;
  result->exited = true;
  result->code = a->mcu.x[10];
  result->pc = a->mcu.mepc;
  result->cycles = a->mcu.cycle - 1;  // a trap takes two
}

static systole_status run(const uint8_t *image, size_t bytes, uint64_t max_cycles, systole_mcu_retired_fn retired,
                          void *user, systole_mcu_alone_result *result, systole_error *err) {
  uint8_t *tcm = calloc(1, SYSTOLE_MCU_ALONE_BYTES);
  if (!tcm) return systole_fail(err, SYSTOLE_E_MEMORY, "model: no room for the core's memory");
  memcpy(tcm, image, bytes);
  alone a = {.compare = UINT64_MAX, .max_cycles = max_cycles, .retired = retired, .user = user};
  a.mcu = (systole_mcu){.tcm = tcm, .tcm_bytes = SYSTOLE_MCU_ALONE_BYTES, .bus = {.user = &a, .access = access},
                        .retired = took, .retired_user = &a, .exit_call = true};
  run_to_the_end(&a, result);
  free(tcm);
  return SYSTOLE_OK;
}

const systole_mcu_alone_api *systole_mcu_alone_model(void) {
  static const systole_mcu_alone_api api = {SYSTOLE_MCU_ALONE_ABI, "model", run};
  return &api;
}
