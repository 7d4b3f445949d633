// What runs have cost, for hosts that cannot read registers.
#include "firmware/firmware.h"

static uint64_t counter(uint32_t low, uint32_t high) {
  const uint32_t part = fw_machine_read(low);
  return (uint64_t)fw_machine_read(high) << 32 | part;
}

static void add(fw_totals *to, const fw_totals *run) {
  if (!to->runs || run->cycles < to->fewest) to->fewest = run->cycles;
  if (run->cycles > to->most) to->most = run->cycles;
  to->runs++;
  to->cycles += run->cycles;
  to->macs += run->macs;
  to->read_bytes += run->read_bytes;
  to->write_bytes += run->write_bytes;
  to->gap += run->gap;
}

void fw_report_run(fw_queue *queue, fw_totals *totals, uint32_t gap) {
  fw_job *job = &queue->job;
  const fw_totals run = {.cycles = counter(SYSTOLE_REG_CYCLES_LO, SYSTOLE_REG_CYCLES_HI),
                         .macs = counter(SYSTOLE_REG_MACS_LO, SYSTOLE_REG_MACS_HI),
                         .read_bytes = counter(SYSTOLE_REG_READ_BYTES_LO, SYSTOLE_REG_READ_BYTES_HI),
                         .write_bytes = counter(SYSTOLE_REG_WRITE_BYTES_LO, SYSTOLE_REG_WRITE_BYTES_HI),
                         .gap = gap};
  add(totals, &run);
  add(&queue->totals, &run);
  job->budget -= run.cycles < job->budget ? run.cycles : job->budget;
}

void fw_report_totals(uint64_t address, const fw_totals *totals) {
  const uint64_t values[] = {totals->runs,        totals->cycles, totals->macs,   totals->read_bytes,
                             totals->write_bytes, totals->gap,    totals->fewest, totals->most};
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
  fw_report_totals(job->report.base + SYSTOLE_STATUS_BYTES + SYSTOLE_TOTAL_BYTES, &job->prefill_totals);
}
