// One run of the machine. Between two runs of a command only the scalars that
// change are written, and they are found out while the run before is under way.
#include "firmware/firmware.h"

// ---- registers ---------------------------------------------------------------

void fw_machine_forget(firmware *fw) {
  fw->machine.bound = NULL;
}

void fw_machine_segment(unsigned segment, const fw_piece *piece) {
  const uint32_t at = 16 * segment;
  fw_machine_write(SYSTOLE_REG_SEG_BASE_LO + at, (uint32_t)piece->base);
  fw_machine_write(SYSTOLE_REG_SEG_BASE_HI + at, (uint32_t)(piece->base >> 32));
  fw_machine_write(SYSTOLE_REG_SEG_LIMIT_LO + at, (uint32_t)piece->bytes);
  fw_machine_write(SYSTOLE_REG_SEG_LIMIT_HI + at, (uint32_t)(piece->bytes >> 32));
}

static void write_program(firmware *fw, const fw_program *program) {
  fw_machine_segment(SYSTOLE_PROGRAM_SEGMENT, &program->code);
  fw_machine_write(SYSTOLE_REG_PROGRAM_LINES, program->lines);
  fw->machine.program = program;
}

// All but the program.
static void write_all(firmware *fw, const fw_job *job) {
  for (unsigned s = 1; s < SYSTOLE_SEGMENTS; s++) fw_machine_segment(s, &job->segments[s]);
  fw_machine_write(SYSTOLE_REG_WATCHDOG, job->watchdog);
  for (unsigned s = 0; s < SYSTOLE_SCALARS; s++) {
    fw->machine.scalars[s] = (uint32_t)job->scalars[s];
    fw_machine_write(SYSTOLE_REG_SCALAR + 4 * s, fw->machine.scalars[s]);
  }
  fw->machine.program = NULL;
  fw->machine.bound = job;
}

// ---- scalars -----------------------------------------------------------------

static systole_formula formula(const uint32_t *w) {
  return (systole_formula){.scalar = SYSTOLE_FIELD_GET(w, FORMULA, scalar),
                           .shift = SYSTOLE_FIELD_GET(w, FORMULA, shift),
                           .position = (int32_t)w[SYSTOLE_WORD_FORMULA_position],
                           .rows = (int32_t)w[SYSTOLE_WORD_FORMULA_rows],
                           .last = (int32_t)w[SYSTOLE_WORD_FORMULA_last],
                           .add = (int32_t)w[SYSTOLE_WORD_FORMULA_add],
                           .low = (int32_t)w[SYSTOLE_WORD_FORMULA_low],
                           .cap = (int32_t)w[SYSTOLE_WORD_FORMULA_cap]};
}

static void set_scalars(fw_job *job, systole_standing at) {
  const uint32_t *w = job->formulas;
  for (uint32_t f = 0; f < job->formula_count; f++, w += SYSTOLE_FORMULA_WORDS) {
    const systole_formula one = formula(w);
    job->scalars[one.scalar] = systole_formula_value(&one, at);
  }
}

// The registers are said to hold what they will hold once the changes are written;
// if another job comes first, everything is written anyway.
static void find_changes(firmware *fw, const fw_job *job) {
  uint32_t count = 0;
  for (unsigned s = 0; s < SYSTOLE_SCALARS; s++) {
    const uint32_t value = (uint32_t)job->scalars[s];
    if (value == fw->machine.scalars[s]) continue;
    fw->machine.scalars[s] = value;
    fw->machine.changes[count++] = (fw_change){SYSTOLE_REG_SCALAR + 4 * s, value};
  }
  fw->machine.change_count = count;
}

static void write_changes(const firmware *fw) {
  const fw_change *end = fw->machine.changes + fw->machine.change_count;
  for (const fw_change *c = fw->machine.changes; c < end; c++) fw_machine_write(c->offset, c->value);
}

__attribute__((noinline)) static void bind(firmware *fw, fw_job *job, systole_standing at) {
  set_scalars(job, at);
  if (fw->machine.bound != job) {
    write_all(fw, job);
    return;
  }
  find_changes(fw, job);
  write_changes(fw);
}

// ---- a run -------------------------------------------------------------------

enum { LONGEST = 0x7FFFFFFF };  // cycles: counters of 32 bits do

static uint64_t longest(const fw_job *job) {
  const uint32_t run = fw_local_read(SYSTOLE_CORE_REG_MAILBOX + SYSTOLE_MAILBOX_RUN_LIMIT);
  const uint32_t most = run && run < LONGEST ? run : LONGEST;
  return job->budget < most ? job->budget : most;
}

static void stop(fw_job *job, systole_ending why) {
  if (job->stop) return;
  job->stop = why;
  fw_alarm(UINT64_MAX);
  fw_machine_write(SYSTOLE_REG_ABORT, 1);
}

// Asleep but for what wakes: the run's end, its alarm, and hosts.
static void wait(firmware *fw, fw_queue *queue, uint64_t until) {
  for (;;) {
    fw_sleep();
    if (fw_local_read(SYSTOLE_CORE_REG_IRQ_PENDING) >> SYSTOLE_LSB_CORE_IRQ_PENDING_MACHINE & 1) return;
    fw_listen(fw);
    if (fw_cancelled(queue)) stop(&queue->job, SYSTOLE_OUTCOME_CANCELLED);
    else if (fw_time() >= until) stop(&queue->job, SYSTOLE_OUTCOME_TIME);
  }
}

// What is done while the machine works, when time is free. Not inlined: between two
// runs its registers would have to be saved and restored.
__attribute__((noinline)) static void meanwhile(firmware *fw, fw_queue *queue, int32_t rows, bool more) {
  fw_job *job = &queue->job;
  fw_report_settle(fw);
  const uint64_t now = fw_time(), until = now + longest(job);
  fw_alarm(until);
  if (fw->turn.ran) fw->turn.since = (uint32_t)now;
  fw->turn.ran = true;
  job->stop = SYSTOLE_OUTCOME_OK;
  job->position += rows;
  fw->machine.prepared = more;
  if (more) {
    set_scalars(job, (systole_standing){job->position, 1, 1});
    find_changes(fw, job);
  }
  wait(fw, queue, until);
}

// SRAMs keep what runs leave in them. Clearing them is nobody's turn.
__attribute__((noinline)) static void change_guest(firmware *fw, const fw_queue *queue) {
  const uint32_t start = fw_local_read(SYSTOLE_CORE_REG_MTIME_LO);
  if (fw->machine.guest) fw_wipe(fw);
  fw->machine.guest = queue;
  fw->machine.owner = queue->owner;
  fw->turn.since += fw_local_read(SYSTOLE_CORE_REG_MTIME_LO) - start;
}

uint32_t fw_machine_run(firmware *fw, fw_queue *queue, const fw_program *program, int32_t rows, bool last,
                        bool more) {
  fw_job *job = &queue->job;
  const bool again = fw->machine.bound == job;
  if (again && fw->machine.prepared) {
    write_changes(fw);
  } else {
    if (fw->machine.guest != queue || fw->machine.owner != queue->owner) change_guest(fw, queue);
    bind(fw, job, (systole_standing){job->position, rows, last});
  }
  if (fw->machine.program != program) write_program(fw, program);
  fw_machine_write(SYSTOLE_REG_CTRL, 1u << SYSTOLE_LSB_CTRL_START);
  const uint32_t gap = again ? fw_local_read(SYSTOLE_CORE_REG_MTIME_LO) - fw->machine.ended : 0;
  meanwhile(fw, queue, rows, more);
  fw->machine.ended = fw_local_read(SYSTOLE_CORE_REG_MTIME_LO);
  fw_machine_write(SYSTOLE_REG_ISR, 1);
  fw_report_take(fw, queue, program == &job->prefill, gap);
  return fw_machine_read(SYSTOLE_REG_ERROR_CAUSE);
}

uint32_t fw_machine_fault(void) {
  return fw_machine_read(SYSTOLE_REG_ERROR_CAUSE) | fw_machine_read(SYSTOLE_REG_ERROR_ENGINE) << 4 |
         fw_machine_read(SYSTOLE_REG_ERROR_INDEX) << 8;
}
