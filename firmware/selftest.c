// SELFTEST: small checks, numbered in the order below from 1. A run that its limit or
// the host stops is no failed check.
#include "firmware/firmware.h"

static bool check_identity(void) {
  return fw_machine_read(SYSTOLE_REG_ID) == 0x53595354u && fw_machine_read(SYSTOLE_REG_VERSION) == SYSTOLE_ISA_VERSION;
}

// A word per number that is unlike its neighbours.
static uint32_t pattern(uint32_t number) { return 0x9E3779B9u * (number + 1); }

static bool check_registers(void) {
  bool good = true;
  for (uint32_t s = 0; s < SYSTOLE_SCALARS; s++) fw_machine_write(SYSTOLE_REG_SCALAR + 4 * s, pattern(s));
  for (uint32_t s = 0; s < SYSTOLE_SCALARS; s++) good &= fw_machine_read(SYSTOLE_REG_SCALAR + 4 * s) == pattern(s);
  return good;
}

static bool check_memory(const fw_job *job) {
  const fw_view view = fw_look(job->place.base);
  bool good = true;
  for (uint32_t w = 0; w < SYSTOLE_LIMIT_SCRATCH_BYTES / 4; w++) fw_store(view, 4 * w, pattern(w));
  for (uint32_t w = 0; w < SYSTOLE_LIMIT_SCRATCH_BYTES / 4; w++) good &= fw_load(view, 4 * w) == pattern(w);
  return good;
}

// A program of one line, END.
static bool check_run(firmware *fw, fw_queue *queue) {
  fw_job *job = &queue->job;
  const fw_view view = fw_look(job->place.base);
  job->program = (fw_program){job->place, 1};
  for (uint32_t w = 0; w < SYSTOLE_LINE_BYTES / 4; w++) fw_store(view, 4 * w, w ? 0 : SYSTOLE_OP_END);
  fw_machine_forget(fw);
  return fw_machine_run(fw, queue, &job->program, 1, true, false) == SYSTOLE_CAUSE_NONE;
}

// A program that no segment holds.
static bool check_fault(firmware *fw, fw_queue *queue) {
  fw_job *job = &queue->job;
  job->program = (fw_program){{0, 0}, 1};
  fw_machine_forget(fw);
  return fw_machine_run(fw, queue, &job->program, 1, true, false) == SYSTOLE_CAUSE_SEGMENT;
}

void fw_selftest(firmware *fw, fw_queue *queue) {
  fw_machine_forget(fw);
  uint32_t broken = !check_identity() ? 1
                    : !check_registers() ? 2
                    : !check_memory(&queue->job) ? 3
                    : !check_run(fw, queue) ? 4
                    : !check_fault(fw, queue) ? 5
                    : !check_run(fw, queue) ? 6 : 0;
  if (broken && queue->job.stop) fw_job_end(fw, queue, queue->job.stop, 0);
  else fw_job_end(fw, queue, broken ? SYSTOLE_OUTCOME_BROKEN : SYSTOLE_OUTCOME_OK, broken);
}
