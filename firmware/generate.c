// GENERATE: the prompt in pieces that prefill can take, then token after token.
#include "firmware/firmware.h"

#define WORD(field) (job->words[SYSTOLE_WORD_GENERATE_##field])

static uint64_t io_address(const fw_job *job, uint32_t offset) {
  return job->segments[WORD(io)].base + offset;
}

// ---- the prompt --------------------------------------------------------------

static void copy_ids(const fw_job *job, uint32_t count) {
  const uint64_t from = job->place.base + 4 * (uint64_t)job->prompt_done;
  const uint64_t to = io_address(job, WORD(tokens));
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t id = fw_load(fw_look(from), 4 * i);
    fw_store(fw_look(to), 4 * i, id);
  }
}

static uint32_t prefill(firmware *fw, fw_queue *queue) {
  fw_job *job = &queue->job;
  const uint32_t left = WORD(prompt_count) - job->prompt_done;
  const uint32_t rows = left < WORD(rows) ? left : WORD(rows);
  copy_ids(job, rows);
  job->prompt_done += rows;
  return fw_machine_run(fw, queue, &job->prefill, (int32_t)rows, rows == left, rows == left);
}

// ---- tokens ------------------------------------------------------------------

static uint32_t choose(fw_job *job) {
  const uint64_t next = io_address(job, WORD(next));
  if (!WORD(sharpness)) return fw_load(fw_look(next), 0);
  const uint32_t id =
      fw_sample(io_address(job, WORD(logits)), WORD(vocab), WORD(sharpness), WORD(top_k), &job->random);
  if (id < WORD(vocab)) fw_store(fw_look(next), 0, id);
  return id;
}

static bool is_end(const fw_job *job, uint32_t id) {
  const uint32_t *ends = &WORD(end_tokens);
  for (uint32_t i = 0; i < WORD(end_count); i++)
    if (ends[i] == id) return true;
  return false;
}

static void tell(firmware *fw, fw_queue *queue) {
  fw_job *job = &queue->job;
  const uint32_t id = choose(job);
  if (job->errors != fw_errors()) return;  // the step says so
  if (id >= WORD(vocab)) {
    fw_job_end(fw, queue, SYSTOLE_OUTCOME_TOKEN, id);
    return;
  }
  fw_queue_post(queue, SYSTOLE_KIND_OF_TOKEN, SYSTOLE_OUTCOME_OK, job->tag, id);
  job->steps++;
  if (job->steps == job->wanted || is_end(job, id)) fw_job_end(fw, queue, SYSTOLE_OUTCOME_OK, job->steps);
}

static void step(firmware *fw, fw_queue *queue) {
  fw_job *job = &queue->job;
  const bool fill = job->prompt_done < WORD(prompt_count);
  uint32_t value, cause = fill ? prefill(fw, queue) : fw_machine_run(fw, queue, &job->program, 1, true, true);
  systole_ending outcome = fw_job_outcome(job, cause, &value);
  if (outcome) fw_job_end(fw, queue, outcome, value);
  else if (job->prompt_done == WORD(prompt_count)) tell(fw, queue);
}

void fw_generate_step(firmware *fw, fw_queue *queue) {
  do step(fw, queue);
  while (fw_job_goes_on(fw, queue));
}
