// Whose turn it is: the queues in turn, a step of a command each, but after a long
// turn the other first.
#include "firmware/firmware.h"

// A run that was under way before the core was would end when it likes: it is not
// waited for, and its interrupt is not taken for another's.
static void stop_machine(void) {
  while (!(fw_machine_read(SYSTOLE_REG_CTRL) >> SYSTOLE_LSB_CTRL_IDLE & 1)) fw_machine_write(SYSTOLE_REG_ABORT, 1);
  fw_machine_write(SYSTOLE_REG_ISR, fw_machine_read(SYSTOLE_REG_ISR));
}

void fw_boot(firmware *fw) {
  stop_machine();
  fw_machine_forget(fw);
  for (unsigned q = 0; q < SYSTOLE_QUEUES; q++) {
    fw->queues[q].number = q;
    fw->queues[q].awake = true;
  }
  fw_machine_write(SYSTOLE_REG_IER, 1);
  fw_machine_write(SYSTOLE_REG_GIE, 1);
  fw_alarm(UINT64_MAX);
  fw_local_write(SYSTOLE_CORE_REG_IRQ_ENABLE, 0xF);
}

void fw_listen(firmware *fw) {
  uint32_t pending = fw_local_read(SYSTOLE_CORE_REG_IRQ_PENDING);
  uint32_t bells = pending >> SYSTOLE_LSB_CORE_IRQ_PENDING_DOORBELL & ((1u << SYSTOLE_QUEUES) - 1);
  if (bells) fw_local_write(SYSTOLE_CORE_REG_DOORBELL, bells);
  if (pending >> SYSTOLE_LSB_CORE_IRQ_PENDING_START & 1) {
    fw_local_write(SYSTOLE_CORE_REG_START, 1);
    fw->started = true;
    bells = (1u << SYSTOLE_QUEUES) - 1;
  }
  for (unsigned q = 0; bells; q++, bells >>= 1)
    if (bells & 1) fw->queues[q].awake = true;
}

// What is cancelled needs room for its end alone, and that is always kept.
static void turn_of(firmware *fw, fw_queue *queue) {
  if (!queue->job.active) fw_queue_take(fw, queue);
  else if (fw_cancelled(queue) || fw_queue_room(queue)) fw_job_step(fw, queue);
}

enum { LONG_TURN = 1 << 20 };  // cycles: shorter ones just alternate

// What a queue has had is the time of its turns, draws and copies among them, not
// only that of its runs.
static void charge(firmware *fw, fw_queue *queue, uint32_t cycles) {
  fw_queue *other = &fw->queues[queue->number ^ 1];
  other->behind -= cycles < other->behind ? cycles : other->behind;
  if (cycles > LONG_TURN) queue->behind = cycles;
}

static uint32_t now(void) { return fw_local_read(SYSTOLE_CORE_REG_MTIME_LO); }

static void give_turn(firmware *fw, fw_queue *queue) {
  fw->turn.since = now();
  fw->turn.ran = false;
  turn_of(fw, queue);
  charge(fw, queue, now() - fw->turn.since);
}

// A queue that has had its turn for long stands back while the other has work.
static bool may_go(const firmware *fw, const fw_queue *queue) {
  const fw_queue *other = &fw->queues[queue->number ^ 1];
  return queue->awake && !(other->awake && queue->behind > other->behind);
}

bool fw_turn(firmware *fw) {
  bool any = false;
  fw_listen(fw);
  for (unsigned q = 0; q < SYSTOLE_QUEUES; q++) {
    if (!may_go(fw, &fw->queues[q])) continue;
    any = true;
    give_turn(fw, &fw->queues[q]);
  }
  if (any) return true;
  fw_alarm(UINT64_MAX);  // the last run's
  if (fw->started) {
    fw->started = false;
    fw_local_write(SYSTOLE_CORE_REG_DONE, 1);
  }
  return false;
}
