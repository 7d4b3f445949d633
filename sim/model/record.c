#include "sim/model/record.h"

#include <string.h>

#include "hw/isa/isa.h"

enum { IDENTITY = 0x53595354 };

static void put(uint8_t *record, unsigned reg, uint32_t value) {
  const unsigned at = reg - SYSTOLE_REG_ID;
  for (unsigned b = 0; b < 4; b++) record[at + b] = (uint8_t)(value >> (8 * b));
}

static void put_pair(uint8_t *record, unsigned reg_lo, uint64_t value) {
  put(record, reg_lo, (uint32_t)value);
  put(record, reg_lo + 4, (uint32_t)(value >> 32));
}

static void put_engines(const systole_report *report, uint8_t *record) {
  enum { TIMES_STRIDE = 32 };
  for (unsigned e = 0; e < 4; e++) {
    put(record, SYSTOLE_REG_ENGINE_STATE + 4 * e, report->engines[e].state);
    put(record, SYSTOLE_REG_ENGINE_INDEX + 4 * e, report->engines[e].index);
    put_pair(record, SYSTOLE_REG_BUSY_LO + TIMES_STRIDE * e, report->engines[e].busy);
    put_pair(record, SYSTOLE_REG_WAIT_SEM_LO + TIMES_STRIDE * e, report->engines[e].wait_sem);
    put_pair(record, SYSTOLE_REG_WAIT_MEM_LO + TIMES_STRIDE * e, report->engines[e].wait_mem);
    put_pair(record, SYSTOLE_REG_IDLE_LO + TIMES_STRIDE * e, report->engines[e].idle);
  }
}

void systole_record_fill(const systole_config *config, const systole_report *report,
                         uint8_t record[SYSTOLE_STATUS_BYTES]) {
  memset(record, 0, SYSTOLE_STATUS_BYTES);
  put(record, SYSTOLE_REG_ID, IDENTITY);
  put(record, SYSTOLE_REG_VERSION, SYSTOLE_ISA_VERSION);
  put_pair(record, SYSTOLE_REG_CONFIG_HASH_LO, config->hash);
  put(record, SYSTOLE_REG_GEOMETRY,
      config->dim | config->load_rows << 8 | config->bus_bytes << 16);
  put(record, SYSTOLE_REG_ERROR_CAUSE, report->cause);
  put(record, SYSTOLE_REG_ERROR_ENGINE, report->engine);
  put(record, SYSTOLE_REG_ERROR_INDEX, report->index);
  put(record, SYSTOLE_REG_ERROR_DETAIL, report->detail);
  put(record, SYSTOLE_REG_SEQ_STATE, report->seq_state);
  put(record, SYSTOLE_REG_SEQ_INDEX, report->seq_index);
  put_pair(record, SYSTOLE_REG_CYCLES_LO, report->cycles);
  put_pair(record, SYSTOLE_REG_RETIRED_LO, report->retired);
  put_pair(record, SYSTOLE_REG_MACS_LO, report->macs);
  put_pair(record, SYSTOLE_REG_READ_BYTES_LO, report->read_bytes);
  put_pair(record, SYSTOLE_REG_WRITE_BYTES_LO, report->write_bytes);
  put_engines(report, record);
}
