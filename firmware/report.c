// What runs have cost, for hosts that cannot read registers.
#include "firmware/firmware.h"

static uint64_t counter(uint32_t low, uint32_t high) {
  const uint32_t part = fw_machine_read(low);
  return (uint64_t)fw_machine_read(high) << 32 | part;
}

void fw_report_run(fw_queue *queue, fw_job *job, uint32_t gap) {
  const uint64_t cycles = counter(SYSTOLE_REG_CYCLES_LO, SYSTOLE_REG_CYCLES_HI);
  const uint64_t macs = counter(SYSTOLE_REG_MACS_LO, SYSTOLE_REG_MACS_HI);
  const uint64_t reads = counter(SYSTOLE_REG_READ_BYTES_LO, SYSTOLE_REG_READ_BYTES_HI);
  const uint64_t writes = counter(SYSTOLE_REG_WRITE_BYTES_LO, SYSTOLE_REG_WRITE_BYTES_HI);
  fw_totals *const both[] = {&job->totals, &queue->totals};
  for (unsigned i = 0; i < 2; i++) {
    both[i]->runs++;
    both[i]->cycles += cycles;
    both[i]->macs += macs;
    both[i]->read_bytes += reads;
    both[i]->write_bytes += writes;
    both[i]->gap += gap;
  }
  if (cycles < job->totals.fewest) job->totals.fewest = cycles;
  if (cycles > job->totals.most) job->totals.most = cycles;
  queue->totals.fewest = job->totals.fewest;
  queue->totals.most = job->totals.most;
  job->budget -= cycles < job->budget ? cycles : job->budget;
}

void fw_report_totals(uint64_t address, const fw_totals *totals) {
  const uint64_t values[] = {totals->runs, totals->cycles, totals->macs, totals->read_bytes,
                             totals->write_bytes, totals->gap, totals->runs ? totals->fewest : 0, totals->most};
  const fw_view view = fw_look(address);
  for (unsigned i = 0; i < 8; i++) {
    fw_store(view, 8 * i, (uint32_t)values[i]);
    fw_store(view, 8 * i + 4, (uint32_t)(values[i] >> 32));
  }
}

void fw_report_write(const fw_job *job, bool own) {
  const fw_view view = fw_look(job->report.base);
  for (uint32_t at = 0; at < SYSTOLE_STATUS_BYTES; at += 4)
    fw_store(view, at, own ? fw_machine_read(SYSTOLE_REG_ID + at) : 0);
  fw_report_totals(job->report.base + SYSTOLE_STATUS_BYTES, &job->totals);
}
