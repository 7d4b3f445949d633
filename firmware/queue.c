// The rings of a queue in its region 0. Whatever is there may be written by
// anyone at any time: each word is read once, and no value of it can lead out
// of the ring.
#include "firmware/firmware.h"

static uint32_t mailbox(uint32_t offset) {
  return fw_local_read(SYSTOLE_CORE_REG_MAILBOX + offset);
}

// The segment arguments of hosts, which hosts alone can write.
static void read_regions(fw_queue *queue) {
  for (unsigned r = 0; r < SYSTOLE_LIMIT_REGIONS; r++) {
    uint32_t at = 16 * (SYSTOLE_LIMIT_REGIONS * queue->number + r);
    uint32_t base = mailbox(SYSTOLE_REG_SEG_BASE_LO + at) & ~127u;
    queue->regions[r].base = (uint64_t)mailbox(SYSTOLE_REG_SEG_BASE_HI + at) << 32 | base;
    queue->regions[r].bytes = (uint64_t)mailbox(SYSTOLE_REG_SEG_LIMIT_HI + at) << 32 |
                              mailbox(SYSTOLE_REG_SEG_LIMIT_LO + at);
  }
}

static fw_view ring(const fw_queue *queue) { return fw_look(queue->regions[0].base); }

// ---- completions -------------------------------------------------------------

static bool has_room(const fw_queue *queue) {
  return queue->produced - queue->consumed <= SYSTOLE_LIMIT_COMPLETIONS - 2;
}

bool fw_queue_room(fw_queue *queue) {
  if (has_room(queue)) return true;
  fw_refresh();
  queue->consumed = fw_load(ring(queue), SYSTOLE_RING_CONSUMED);
  if (has_room(queue)) return true;
  queue->awake = false;
  fw_local_write(SYSTOLE_CORE_REG_INTERRUPT, 1u << queue->number);
  return false;
}

void fw_queue_post(fw_queue *queue, systole_completion_kind kind, systole_ending outcome, uint32_t tag,
                   uint32_t value) {
  uint32_t slot = queue->produced % SYSTOLE_LIMIT_COMPLETIONS;
  uint32_t phase = ~(queue->produced / SYSTOLE_LIMIT_COMPLETIONS) & 1;
  uint32_t words[2] = {value, 0};
  SYSTOLE_FIELD_PUT(words, COMPLETION, tag, tag);
  SYSTOLE_FIELD_PUT(words, COMPLETION, outcome, outcome);
  SYSTOLE_FIELD_PUT(words, COMPLETION, kind, kind);
  SYSTOLE_FIELD_PUT(words, COMPLETION, phase, phase);
  fw_view view = ring(queue);
  fw_store(view, SYSTOLE_RING_COMPLETION + 8 * slot, words[0]);
  fw_store(view, SYSTOLE_RING_COMPLETION + 8 * slot + 4, words[1]);
  queue->produced++;
}

// ---- packets -----------------------------------------------------------------

static void start_epoch(fw_queue *queue, uint32_t epoch, uint32_t owner) {
  queue->epoch = epoch;
  queue->owner = owner;
  queue->head = queue->produced = queue->consumed = 0;
  queue->limit = 0;
  queue->totals = (fw_totals){0};
  fw_store(ring(queue), SYSTOLE_RING_VERSION, SYSTOLE_FIRMWARE_VERSION);
}

// How many lines wait; 0 also where there is no ring, or no memory behind it.
static uint32_t look(fw_queue *queue) {
  uint32_t errors = fw_errors();
  read_regions(queue);
  if (queue->regions[0].bytes < SYSTOLE_RING_END) return 0;
  fw_refresh();
  fw_view view = ring(queue);
  uint32_t epoch = fw_load(view, SYSTOLE_RING_EPOCH);
  uint32_t tail = fw_load(view, SYSTOLE_RING_TAIL);
  uint32_t consumed = fw_load(view, SYSTOLE_RING_CONSUMED);
  if (errors != fw_errors() || !epoch) return 0;
  const uint32_t owner = mailbox(SYSTOLE_MAILBOX_OWNER + 4 * queue->number);
  if (epoch != queue->epoch || owner != queue->owner) start_epoch(queue, epoch, owner);
  queue->consumed = consumed;
  return tail - queue->head;
}

static void copy_line(const fw_queue *queue, uint32_t line, uint32_t *to) {
  fw_view view = ring(queue);
  uint32_t from = SYSTOLE_RING_SUBMISSION + SYSTOLE_LINE_BYTES * (line % SYSTOLE_LIMIT_RING_LINES);
  for (unsigned w = 0; w < SYSTOLE_LINE_BYTES / 4; w++) to[w] = fw_load(view, from + 4 * w);
}

// The packet at HEAD. If its length is wrong only its first line.
static systole_ending copy_packet(fw_queue *queue, uint32_t waiting, uint32_t *value) {
  fw_job *job = &queue->job;
  uint32_t errors = fw_errors();
  copy_line(queue, queue->head, job->words);
  uint32_t lines = SYSTOLE_FIELD_GET(job->words, ANY, lines);
  bool good = lines >= 1 && lines <= SYSTOLE_LIMIT_PACKET_LINES && lines <= waiting;
  for (uint32_t i = 1; good && i < lines; i++)
    copy_line(queue, queue->head + i, job->words + i * (SYSTOLE_LINE_BYTES / 4));
  job->at = queue->head;
  queue->head += good ? lines : 1;
  *value = lines;
  if (errors != fw_errors()) return *value = 0, SYSTOLE_OUTCOME_MEMORY;
  return good ? SYSTOLE_OUTCOME_OK : SYSTOLE_OUTCOME_LENGTH;
}

static void refuse(fw_queue *queue, systole_ending outcome, uint32_t tag, uint32_t value) {
  fw_queue_post(queue, SYSTOLE_KIND_OF_END, outcome, tag, value);
  fw_local_write(SYSTOLE_CORE_REG_INTERRUPT, 1u << queue->number);
}

static void take(fw_queue *queue, uint32_t waiting) {
  uint32_t value;
  systole_ending outcome = copy_packet(queue, waiting, &value);
  fw_job *job = &queue->job;
  job->opcode = SYSTOLE_FIELD_GET(job->words, ANY, opcode);
  job->tag = SYSTOLE_FIELD_GET(job->words, ANY, tag);
  fw_store(ring(queue), SYSTOLE_RING_HEAD, queue->head);
  if (!outcome) outcome = fw_check(queue, job, &value);
  job->active = !outcome;
  if (outcome) refuse(queue, outcome, job->tag, value);
}

bool fw_queue_take(firmware *fw, fw_queue *queue) {
  uint32_t waiting = look(queue);
  if (!waiting) return queue->awake = false;
  if (!fw_queue_room(queue)) return false;
  if (fw->machine.bound == &queue->job) fw_machine_forget(fw);
  if (waiting <= SYSTOLE_LIMIT_RING_LINES) {
    take(queue, waiting);
    return true;
  }
  queue->head += waiting;
  fw_store(ring(queue), SYSTOLE_RING_HEAD, queue->head);
  refuse(queue, SYSTOLE_OUTCOME_RING, 0, waiting);
  return true;
}
