#include "driver/opencl/record.h"

#include <string.h>

enum { IDENTITY = 0x53595354, TIMES_STRIDE = 32 };

static uint32_t word(const uint32_t *record, unsigned reg) { return record[(reg - SYSTOLE_REG_ID) / 4]; }

static uint64_t pair(const uint32_t *record, unsigned low) {
  return word(record, low) | (uint64_t)word(record, low + 4) << 32;
}

systole_status systole_opencl_check_record(const systole_opencl *o,
                                           const uint32_t record[SYSTOLE_STATUS_BYTES / 4],
                                           systole_error *err) {
  const char *kernel = o->binary ? o->binary : "hw/opencl/systole.cl";
  const unsigned long long hash = pair(record, SYSTOLE_REG_CONFIG_HASH_LO);
  if (word(record, SYSTOLE_REG_ID) != IDENTITY)
    return systole_fail(err, SYSTOLE_E_FORMAT, "opencl: %.300s: its status record begins with 0x%08lX: expected 0x%08lX; it is no kernel of Systole",
                        kernel, (unsigned long)word(record, SYSTOLE_REG_ID), (unsigned long)IDENTITY);
  if (word(record, SYSTOLE_REG_VERSION) != SYSTOLE_ISA_VERSION)
    return systole_fail(err, SYSTOLE_E_CONFIG, "opencl: %.300s: version 0x%08lX of the instruction set: expected 0x%08lX", kernel,
                        (unsigned long)word(record, SYSTOLE_REG_VERSION), (unsigned long)SYSTOLE_ISA_VERSION);
  if (hash == o->config.hash) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_CONFIG, "opencl: %.300s: a kernel for configuration %016llx with DIM %lu: expected %s (%016llx); choose it with --hw",
                      kernel, hash, (unsigned long)(word(record, SYSTOLE_REG_GEOMETRY) & 255), o->config.name,
                      (unsigned long long)o->config.hash);
}

void systole_opencl_take_record(const uint32_t record[SYSTOLE_STATUS_BYTES / 4],
                                systole_report *report) {
  *report = (systole_report){.cause = word(record, SYSTOLE_REG_ERROR_CAUSE),
                             .engine = word(record, SYSTOLE_REG_ERROR_ENGINE),
                             .index = word(record, SYSTOLE_REG_ERROR_INDEX),
                             .detail = word(record, SYSTOLE_REG_ERROR_DETAIL),
                             .seq_state = word(record, SYSTOLE_REG_SEQ_STATE),
                             .seq_index = word(record, SYSTOLE_REG_SEQ_INDEX),
                             .cycles = pair(record, SYSTOLE_REG_CYCLES_LO),
                             .retired = pair(record, SYSTOLE_REG_RETIRED_LO),
                             .macs = pair(record, SYSTOLE_REG_MACS_LO),
                             .read_bytes = pair(record, SYSTOLE_REG_READ_BYTES_LO),
                             .write_bytes = pair(record, SYSTOLE_REG_WRITE_BYTES_LO)};
  for (unsigned e = 0; e < 4; e++) {
    report->engines[e].state = word(record, SYSTOLE_REG_ENGINE_STATE + 4 * e);
    report->engines[e].index = word(record, SYSTOLE_REG_ENGINE_INDEX + 4 * e);
    report->engines[e].busy = pair(record, SYSTOLE_REG_BUSY_LO + TIMES_STRIDE * e);
    report->engines[e].wait_sem = pair(record, SYSTOLE_REG_WAIT_SEM_LO + TIMES_STRIDE * e);
    report->engines[e].wait_mem = pair(record, SYSTOLE_REG_WAIT_MEM_LO + TIMES_STRIDE * e);
    report->engines[e].idle = pair(record, SYSTOLE_REG_IDLE_LO + TIMES_STRIDE * e);
  }
}

bool systole_opencl_is_paused(const systole_report *report) {
  return report->cause == SYSTOLE_CAUSE_NONE && report->seq_state != 0;
}
