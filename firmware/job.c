// What a command does in its turn.
#include "firmware/firmware.h"

// TAIL is never further ahead of a command than its own lines and a ring.
bool fw_cancelled(const fw_queue *queue) {
  const uint32_t up_to = fw_local_read(SYSTOLE_CORE_REG_MAILBOX + SYSTOLE_MAILBOX_CANCEL + 4 * queue->number);
  return up_to - queue->job.at - 1 < SYSTOLE_LIMIT_RING_LINES + SYSTOLE_LIMIT_PACKET_LINES;
}

// A report may be asked for after any end, but the registers may by then tell of
// another queue's run.
void fw_job_end(firmware *fw, fw_queue *queue, systole_ending outcome, uint32_t value) {
  fw_job *job = &queue->job;
  fw_report_settle(fw);
  if (job->report.bytes >= SYSTOLE_LIMIT_REPORT_BYTES) fw_report_write(job, fw->machine.bound == job);
  if (!outcome && job->errors != fw_errors()) outcome = SYSTOLE_OUTCOME_MEMORY, value = job->steps;
  fw_queue_post(queue, SYSTOLE_KIND_OF_END, outcome, job->tag, value);
  job->active = false;
  fw_local_write(SYSTOLE_CORE_REG_INTERRUPT, 1u << queue->number);
}

systole_ending fw_job_outcome(const fw_job *job, uint32_t cause, uint32_t *value) {
  *value = job->steps;
  if (!cause) return SYSTOLE_OUTCOME_OK;
  if (cause == SYSTOLE_CAUSE_ABORT) return job->stop;
  *value = fw_machine_fault();
  return SYSTOLE_OUTCOME_FAULT;
}

// Nobody has rung, no other queue waits, there is room for answers, and memory has
// answered. Cancelling rings; time is looked at when the next run begins.
bool fw_job_goes_on(const firmware *fw, const fw_queue *queue) {
  return queue->job.active && !fw_local_read(SYSTOLE_CORE_REG_IRQ_PENDING) && !fw->queues[queue->number ^ 1].awake &&
         queue->produced - queue->consumed <= SYSTOLE_LIMIT_COMPLETIONS - 2 &&
         queue->job.errors == fw_errors();
}

// A run of RUN or DECODE.
static void step(firmware *fw, fw_queue *queue) {
  fw_job *job = &queue->job;
  const bool last = job->steps + 1 == job->wanted;
  uint32_t value, cause = fw_machine_run(fw, queue, &job->program, 1, true, !last);
  systole_ending outcome = fw_job_outcome(job, cause, &value);
  job->steps += !outcome;
  if (outcome) fw_job_end(fw, queue, outcome, value);
  else if (last) fw_job_end(fw, queue, SYSTOLE_OUTCOME_OK, job->opcode == SYSTOLE_COMMAND_DECODE ? job->steps : 0);
}

static void set_limit(firmware *fw, fw_queue *queue) {
  const uint32_t *w = queue->job.words;
  queue->limit = (uint64_t)w[SYSTOLE_WORD_LIMIT_cycles_hi] << 32 | w[SYSTOLE_WORD_LIMIT_cycles_lo];
  fw_job_end(fw, queue, SYSTOLE_OUTCOME_OK, 0);
}

static void counters(firmware *fw, fw_queue *queue) {
  fw_report_settle(fw);
  fw_report_totals(queue->job.place.base, &queue->totals);
  fw_job_end(fw, queue, SYSTOLE_OUTCOME_OK, 0);
}

static void dispatch(firmware *fw, fw_queue *queue) {
  switch (queue->job.opcode) {
    case SYSTOLE_COMMAND_NOP: fw_job_end(fw, queue, SYSTOLE_OUTCOME_OK, SYSTOLE_FIRMWARE_VERSION); break;
    case SYSTOLE_COMMAND_LIMIT: set_limit(fw, queue); break;
    case SYSTOLE_COMMAND_COUNTERS: counters(fw, queue); break;
    case SYSTOLE_COMMAND_SELFTEST: fw_selftest(fw, queue); break;
    case SYSTOLE_COMMAND_GENERATE: fw_generate_step(fw, queue); break;
    default:
      do step(fw, queue);
      while (fw_job_goes_on(fw, queue));
      break;
  }
}

void fw_job_step(firmware *fw, fw_queue *queue) {
  fw_job *job = &queue->job;
  job->errors = fw_errors();
  systole_ending stopped = fw_cancelled(queue) ? SYSTOLE_OUTCOME_CANCELLED
                            : !job->budget       ? SYSTOLE_OUTCOME_TIME
                                                 : SYSTOLE_OUTCOME_OK;
  if (!stopped) dispatch(fw, queue);
  if (!stopped && job->errors != fw_errors()) stopped = SYSTOLE_OUTCOME_MEMORY;
  if (stopped && job->active) fw_job_end(fw, queue, stopped, job->steps);
}
