// What runs have cost, for hosts that cannot read registers.
#include "firmware/firmware.h"

// A cycle does at most 2^14 multiply-accumulates (of 128 x 128) and moves fewer
// bytes: a run below 2^18 cycles, as most are, leaves every high half zero, and
// they need not be read while the engines wait.
enum { LONG_RUN_LOG = 18 };

void fw_report_take(firmware *fw, fw_queue *queue, bool prefill, uint32_t gap) {
  uint32_t *c = fw->owed.counters;
  c[0] = fw_machine_read(SYSTOLE_REG_MACS_LO);
  c[2] = fw_machine_read(SYSTOLE_REG_READ_BYTES_LO);
  c[4] = fw_machine_read(SYSTOLE_REG_WRITE_BYTES_LO);
  c[6] = fw_machine_read(SYSTOLE_REG_CYCLES_LO);
  c[7] = fw_machine_read(SYSTOLE_REG_RETIRED_LO);
  c[1] = c[3] = c[5] = 0;
  if (c[6] >> LONG_RUN_LOG) {
    c[1] = fw_machine_read(SYSTOLE_REG_MACS_HI);
    c[3] = fw_machine_read(SYSTOLE_REG_READ_BYTES_HI);
    c[5] = fw_machine_read(SYSTOLE_REG_WRITE_BYTES_HI);
  }
  fw->owed.gap = gap;
  fw->owed.prefill = prefill;
  fw->owed.queue = queue;
}

static uint64_t owed(const firmware *fw, unsigned pair) {
  return (uint64_t)fw->owed.counters[2 * pair + 1] << 32 | fw->owed.counters[2 * pair];
}

static void add(const firmware *fw, fw_totals *to) {
  const uint32_t cycles = fw->owed.counters[6];  // RUN_LIMIT sees to it that no half is missing
  if (!to->runs || cycles < to->fewest) to->fewest = cycles;
  if (cycles > to->most) to->most = cycles;
  to->runs++;
  to->cycles += cycles;
  to->retired += fw->owed.counters[7];
  to->macs += owed(fw, 0);
  to->read_bytes += owed(fw, 1);
  to->write_bytes += owed(fw, 2);
  to->gap += fw->owed.gap;
}

void fw_report_settle(firmware *fw) {
  fw_queue *queue = fw->owed.queue;
  if (!queue) return;
  fw_job *job = &queue->job;
  const uint32_t cycles = fw->owed.counters[6];
  add(fw, fw->owed.prefill ? &job->prefill_totals : &job->totals);
  add(fw, &queue->totals);
  job->budget -= cycles < job->budget ? cycles : job->budget;
  fw->owed.queue = NULL;
}

void fw_report_totals(uint64_t address, const fw_totals *totals) {
  const uint64_t values[] = {totals->runs,        totals->cycles, totals->macs,   totals->read_bytes,
                             totals->write_bytes, totals->gap,    totals->fewest, totals->most,
                             totals->retired};
  const fw_view view = fw_look(address);
  for (unsigned i = 0; i < sizeof values / sizeof *values; i++) {
    fw_store(view, 8 * i, (uint32_t)values[i]);
    fw_store(view, 8 * i + 4, (uint32_t)(values[i] >> 32));
  }
}

void fw_report_write(const fw_job *job, bool own) {
  const fw_view view = fw_look(job->report.base);
  for (uint32_t at = 0; at < SYSTOLE_STATUS_BYTES; at += 4)
    fw_store(view, at, own ? fw_machine_read(SYSTOLE_REG_ID + at) : 0);
  fw_report_totals(job->report.base + SYSTOLE_STATUS_BYTES, &job->totals);
  fw_report_totals(job->report.base + SYSTOLE_STATUS_BYTES + SYSTOLE_TOTAL_BYTES, &job->prefill_totals);
}
