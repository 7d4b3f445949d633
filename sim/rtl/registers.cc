#include "sim/rtl/registers.h"

systole_status rtl_write_job(systole_machine *machine, const systole_job *job, systole_error *err) {
  for (uint32_t s = 0; s < 16; s++) {
    const uint32_t at = 16 * s;
    const uint64_t base = job->segments[s].base, limit = job->segments[s].limit;
    const struct {
      uint32_t address, data;
    } words[] = {{SYSTOLE_REG_SEG_BASE_LO + at, uint32_t(base)},
                 {SYSTOLE_REG_SEG_BASE_HI + at, uint32_t(base >> 32)},
                 {SYSTOLE_REG_SEG_LIMIT_LO + at, uint32_t(limit)},
                 {SYSTOLE_REG_SEG_LIMIT_HI + at, uint32_t(limit >> 32)},
                 {SYSTOLE_REG_SCALAR + 4 * s, uint32_t(job->scalars[s])}};
    for (auto &word : words) {
      systole_status status = machine->write(word.address, word.data, err);
      if (status != SYSTOLE_OK) return status;
    }
  }
  const struct {
    uint32_t address, data;
  } words[] = {{SYSTOLE_REG_PROGRAM_LINES, job->lines},
               {SYSTOLE_REG_WATCHDOG, job->watchdog},
               {SYSTOLE_REG_IER, 1},
               {SYSTOLE_REG_GIE, 1}};
  for (auto &word : words) {
    systole_status status = machine->write(word.address, word.data, err);
    if (status != SYSTOLE_OK) return status;
  }
  return SYSTOLE_OK;
}

systole_status rtl_read_report(systole_machine *machine, systole_report *report, systole_error *err) {
  struct {
    uint32_t address;
    uint32_t *to;
  } words[] = {
      {SYSTOLE_REG_ERROR_CAUSE, &report->cause},   {SYSTOLE_REG_ERROR_ENGINE, &report->engine},
      {SYSTOLE_REG_ERROR_INDEX, &report->index},   {SYSTOLE_REG_ERROR_DETAIL, &report->detail},
      {SYSTOLE_REG_SEQ_STATE, &report->seq_state}, {SYSTOLE_REG_SEQ_INDEX, &report->seq_index},
  };
  for (auto &word : words) {
    systole_status status = machine->read(word.address, word.to, err);
    if (status != SYSTOLE_OK) return status;
  }
  struct {
    uint32_t address;
    uint64_t *to;
  } pairs[21] = {
      {SYSTOLE_REG_CYCLES_LO, &report->cycles},
      {SYSTOLE_REG_RETIRED_LO, &report->retired},
      {SYSTOLE_REG_MACS_LO, &report->macs},
      {SYSTOLE_REG_READ_BYTES_LO, &report->read_bytes},
      {SYSTOLE_REG_WRITE_BYTES_LO, &report->write_bytes},
  };
  for (unsigned e = 0; e < 4; e++) {
    pairs[5 + 4 * e] = {SYSTOLE_REG_BUSY_LO + 32 * e, &report->engines[e].busy};
    pairs[6 + 4 * e] = {SYSTOLE_REG_WAIT_SEM_LO + 32 * e, &report->engines[e].wait_sem};
    pairs[7 + 4 * e] = {SYSTOLE_REG_WAIT_MEM_LO + 32 * e, &report->engines[e].wait_mem};
    pairs[8 + 4 * e] = {SYSTOLE_REG_IDLE_LO + 32 * e, &report->engines[e].idle};
    systole_status status =
        machine->read(SYSTOLE_REG_ENGINE_STATE + 4 * e, &report->engines[e].state, err);
    if (status == SYSTOLE_OK)
      status = machine->read(SYSTOLE_REG_ENGINE_INDEX + 4 * e, &report->engines[e].index, err);
    if (status != SYSTOLE_OK) return status;
  }
  for (auto &pair : pairs) {
    uint32_t low, high;
    systole_status status = machine->read(pair.address, &low, err);
    if (status == SYSTOLE_OK) status = machine->read(pair.address + 4, &high, err);
    if (status != SYSTOLE_OK) return status;
    *pair.to = low | uint64_t{high} << 32;
  }
  return SYSTOLE_OK;
}

systole_status rtl_acknowledge(systole_machine *machine, uint32_t *ctrl, systole_error *err) {
  uint32_t isr = 0;
  systole_status status = machine->read(SYSTOLE_REG_ISR, &isr, err);
  if (status == SYSTOLE_OK) status = machine->write(SYSTOLE_REG_ISR, isr, err);
  if (status == SYSTOLE_OK) status = machine->read(SYSTOLE_REG_CTRL, ctrl, err);
  return status;
}
