#include "driver/client.h"

#include <stdlib.h>
#include <string.h>

enum {
  REPORT_PITCH = 512,
  SLICE = 100000,    // cycles between two looks for tokens: real hosts would sleep as long
  GRACE = 10000000,  // cycles in which the firmware must have answered a cancel
};

// Cycles in which something must happen: no run takes more than 2^31.
static const uint64_t patience = (UINT64_C(1) << 31) + 10 * GRACE;

struct systole_client {
  systole_device *device;
  systole_chip *chip;
  unsigned queue;
  systole_packet_origin origin;
  systole_buffer *ring, *reports;
  uint32_t tail, consumed, tag;       // tag of the next command
  struct {
    systole_pending is;
    uint32_t tag, end;                // end: TAIL with it
  } pending[SYSTOLE_PENDING];         // from the oldest on, by tag
  unsigned count;
  uint32_t report[SYSTOLE_LIMIT_REPORT_BYTES / 4];
};

// ---- open and close ----------------------------------------------------------

static void set_region(systole_client *c, unsigned region, uint64_t base, uint64_t bytes) {
  const uint32_t at = 16 * (SYSTOLE_LIMIT_REGIONS * c->queue + region);
  systole_chip_write(c->chip, SYSTOLE_REG_SEG_BASE_LO + at, (uint32_t)base);
  systole_chip_write(c->chip, SYSTOLE_REG_SEG_BASE_HI + at, (uint32_t)(base >> 32));
  systole_chip_write(c->chip, SYSTOLE_REG_SEG_LIMIT_LO + at, (uint32_t)bytes);
  systole_chip_write(c->chip, SYSTOLE_REG_SEG_LIMIT_HI + at, (uint32_t)(bytes >> 32));
}

static systole_status put_word(systole_client *c, uint64_t offset, uint32_t value, systole_error *err) {
  return systole_buffer_write(c->ring, offset, &value, sizeof value, err);
}

static systole_status get_words(systole_client *c, uint64_t offset, uint32_t *words, uint32_t count, systole_error *err) {
  return systole_buffer_read(c->ring, offset, words, 4 * (uint64_t)count, err);
}

// Region 0 is the rings, region 1 all of the queue's memory.
static systole_status open_rings(systole_client *c, uint32_t epoch, systole_error *err) {
  uint64_t base, bytes;
  systole_status status = systole_buffer_alloc(c->device, SYSTOLE_RING_END, &c->ring, err);
  if (!status) status = systole_buffer_alloc(c->device, SYSTOLE_PENDING * REPORT_PITCH, &c->reports, err);
  if (status) return status;
  c->origin.controller->range(c->device->state, c->queue, &base, &bytes);
  c->origin.region = 1;
  c->origin.base = base;
  systole_chip_write(c->chip, SYSTOLE_MAILBOX_OWNER + 4 * c->queue, epoch);  // before there are rings to look at
  set_region(c, 0, c->origin.controller->address(c->ring->memory), SYSTOLE_RING_END);
  set_region(c, 1, base, bytes);
  systole_chip_write(c->chip, SYSTOLE_MAILBOX_CANCEL + 4 * c->queue, 0);
  return put_word(c, SYSTOLE_RING_EPOCH, epoch, err);
}

systole_status systole_client_open(systole_device *device, systole_chip *chip, systole_client **client,
                                   systole_error *err) {
  systole_client *c = calloc(1, sizeof *c);
  if (!c) return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
  c->device = device;
  c->chip = chip;
  uint32_t epoch;
  systole_status status = systole_chip_take_queue(chip, &c->queue, &epoch, err);
  if (status) {
    free(c);
    return status;
  }
  c->origin.controller = systole_chip_controller(chip);
  *client = device->client = c;
  return open_rings(c, epoch, err);
}

static void drop(systole_client *c) {
  systole_buffer_free(c->pending[0].is.prompt);
  memmove(c->pending, c->pending + 1, sizeof *c->pending * --c->count);
}

systole_chip *systole_client_chip(const systole_client *client) { return client->chip; }
unsigned systole_client_queue(const systole_client *client) { return client->queue; }
const systole_packet_origin *systole_client_origin(const systole_client *client) { return &client->origin; }

// ---- submitting --------------------------------------------------------------

static uint64_t report_offset(uint32_t tag) { return (uint64_t)(tag % SYSTOLE_PENDING) * REPORT_PITCH; }

void systole_client_packet(systole_client *client, systole_command_code command, systole_packet *packet) {
  const uint32_t tag = client->tag & 0xFFFF;
  systole_packet_start(packet, command, tag);
  if (command == SYSTOLE_COMMAND_SELFTEST)
    systole_packet_place(packet, SYSTOLE_WORD_SELFTEST_place, &client->origin, client->reports->memory,
                         report_offset(tag), SYSTOLE_LIMIT_SCRATCH_BYTES);
  else if (packet->lines > 1)
    systole_packet_place(packet, SYSTOLE_WORD_RUN_segments + SYSTOLE_PLACE_WORDS * SYSTOLE_STATUS_SEGMENT,
                         &client->origin, client->reports->memory, report_offset(tag), SYSTOLE_LIMIT_REPORT_BYTES);
}

static systole_status write_lines(systole_client *c, const systole_packet *packet, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (uint32_t l = 0; l < packet->lines && !status; l++)
    status = systole_buffer_write(
        c->ring, SYSTOLE_RING_SUBMISSION + (uint64_t)SYSTOLE_LINE_BYTES * ((c->tail + l) % SYSTOLE_LIMIT_RING_LINES),
        packet->words + 16 * l, SYSTOLE_LINE_BYTES, err);
  return status ? status : put_word(c, SYSTOLE_RING_TAIL, c->tail + packet->lines, err);
}

static systole_status submit(systole_client *c, const systole_packet *packet, systole_error *err) {
  static const uint32_t nothing[SYSTOLE_LIMIT_REPORT_BYTES / 4];
  uint32_t head;
  if (c->count == SYSTOLE_PENDING)
    return systole_fail(err, SYSTOLE_E_USAGE, "submit: %d commands are pending: expected one to be waited for first", SYSTOLE_PENDING);
  systole_status status = get_words(c, SYSTOLE_RING_HEAD, &head, 1, err);
  if (status) return status;
  if (c->tail - head + packet->lines > SYSTOLE_LIMIT_RING_LINES)
    return systole_fail(err, SYSTOLE_E_USAGE, "submit: the ring has no room for %u lines: expected a command to be waited for first",
                        (unsigned)packet->lines);
  status = systole_buffer_write(c->reports, report_offset(c->tag), nothing, sizeof nothing, err);
  return status ? status : write_lines(c, packet, err);
}

systole_status systole_client_submit(systole_client *client, const systole_packet *packet,
                                     const systole_pending *pending, systole_error *err) {
  systole_status status = submit(client, packet, err);
  if (status) {
    systole_buffer_free(pending->prompt);
    return status;
  }
  client->tail += packet->lines;
  client->pending[client->count].is = *pending;
  client->pending[client->count].end = client->tail;
  client->pending[client->count++].tag = client->tag++ & 0xFFFF;
  systole_chip_write(client->chip, SYSTOLE_REG_DOORBELL, 1u << client->queue);
  return SYSTOLE_OK;
}

systole_status systole_client_version(systole_client *client, uint32_t *version, systole_error *err) {
  return get_words(client, SYSTOLE_RING_VERSION, version, 1, err);
}

static void cancel(systole_client *c, uint32_t end) {
  systole_chip_write(c->chip, SYSTOLE_MAILBOX_CANCEL + 4 * c->queue, end);
  systole_chip_write(c->chip, SYSTOLE_REG_DOORBELL, 1u << c->queue);
}

void systole_client_cancel(systole_client *client) { cancel(client, client->tail); }

// ---- what came of it ---------------------------------------------------------

const uint32_t *systole_client_record(const systole_client *client) { return client->report; }

static uint64_t total(const systole_client *c, unsigned block, unsigned offset) {
  const uint32_t *w = c->report + (SYSTOLE_STATUS_BYTES + SYSTOLE_TOTAL_BYTES * block + offset) / 4;
  return (uint64_t)w[1] << 32 | w[0];
}

static systole_totals totals(const systole_client *c, unsigned block) {
  return (systole_totals){total(c, block, SYSTOLE_TOTAL_RUNS),       total(c, block, SYSTOLE_TOTAL_CYCLES),
                          total(c, block, SYSTOLE_TOTAL_MACS),       total(c, block, SYSTOLE_TOTAL_READ_BYTES),
                          total(c, block, SYSTOLE_TOTAL_WRITE_BYTES), total(c, block, SYSTOLE_TOTAL_GAP),
                          total(c, block, SYSTOLE_TOTAL_FEWEST),     total(c, block, SYSTOLE_TOTAL_MOST),
                          total(c, block, SYSTOLE_TOTAL_RETIRED)};
}

void systole_client_totals(const systole_client *client, systole_totals *others, systole_totals *prefill) {
  *others = totals(client, 0);
  *prefill = totals(client, 1);
}

static uint32_t of_record(const systole_client *c, uint32_t reg) { return c->report[(reg - SYSTOLE_REG_ID) / 4]; }

static uint64_t wide_of_record(const systole_client *c, uint32_t reg) {
  return (uint64_t)of_record(c, reg + 4) << 32 | of_record(c, reg);
}

// What the registers said after the last run; the sums of all runs where there
// were more than one.
static void fill_report(const systole_client *c, systole_report *r) {
  const systole_totals all[2] = {totals(c, 0), totals(c, 1)};
  const bool one = all[0].runs + all[1].runs == 1;
  *r = (systole_report){.cause = of_record(c, SYSTOLE_REG_ERROR_CAUSE), .engine = of_record(c, SYSTOLE_REG_ERROR_ENGINE),
                        .index = of_record(c, SYSTOLE_REG_ERROR_INDEX), .detail = of_record(c, SYSTOLE_REG_ERROR_DETAIL),
                        .seq_state = of_record(c, SYSTOLE_REG_SEQ_STATE), .seq_index = of_record(c, SYSTOLE_REG_SEQ_INDEX),
                        .cycles = all[0].cycles + all[1].cycles, .macs = all[0].macs + all[1].macs,
                        .read_bytes = all[0].read_bytes + all[1].read_bytes,
                        .write_bytes = all[0].write_bytes + all[1].write_bytes,
                        .retired = all[0].retired + all[1].retired};
  for (unsigned e = 0; e < 4; e++) {
    r->engines[e].state = of_record(c, SYSTOLE_REG_ENGINE_STATE + 4 * e);
    r->engines[e].index = of_record(c, SYSTOLE_REG_ENGINE_INDEX + 4 * e);
    if (!one) continue;
    r->engines[e].busy = wide_of_record(c, SYSTOLE_REG_BUSY_LO + 32 * e);
    r->engines[e].wait_sem = wide_of_record(c, SYSTOLE_REG_WAIT_SEM_LO + 32 * e);
    r->engines[e].wait_mem = wide_of_record(c, SYSTOLE_REG_WAIT_MEM_LO + 32 * e);
    r->engines[e].idle = wide_of_record(c, SYSTOLE_REG_IDLE_LO + 32 * e);
  }
}

static systole_status refused(uint32_t outcome, uint32_t value, systole_status status, systole_error *err) {
  return systole_fail(err, status, "the firmware ended the command with %s (%lu)", systole_outcome_text(outcome),
                      (unsigned long)value);
}

static systole_status judge(const systole_client *c, const systole_pending *was, uint32_t outcome, uint32_t value,
                            const systole_report *report, systole_error *err) {
  const systole_entry *entry = was->prefill && !total(c, 0, SYSTOLE_TOTAL_RUNS) ? was->prefill : was->entry;
  const bool known = entry && report->cause != SYSTOLE_CAUSE_NONE;
  if (known) systole_explain(entry, report, err);
  switch (outcome) {
    case SYSTOLE_OUTCOME_OK: return SYSTOLE_OK;
    case SYSTOLE_OUTCOME_FAULT: return known ? SYSTOLE_E_FAULT : refused(outcome, value, SYSTOLE_E_FAULT, err);
    case SYSTOLE_OUTCOME_TIME:
    case SYSTOLE_OUTCOME_CANCELLED: return known ? SYSTOLE_E_TIMEOUT : refused(outcome, value, SYSTOLE_E_TIMEOUT, err);
    case SYSTOLE_OUTCOME_TOKEN:
      return systole_fail(err, SYSTOLE_E_RANGE, "the device's next token is %ld: expected an id of the vocabulary; its logits have no largest value",
                          (long)(int32_t)value);
    case SYSTOLE_OUTCOME_MEMORY:
    case SYSTOLE_OUTCOME_BROKEN: return refused(outcome, value, SYSTOLE_E_FAULT, err);
    default: return refused(outcome, value, SYSTOLE_E_USAGE, err);
  }
}

// ---- waiting -----------------------------------------------------------------

static systole_status next_completion(systole_client *c, uint32_t words[2], bool *there, systole_error *err) {
  const uint32_t slot = c->consumed % SYSTOLE_LIMIT_COMPLETIONS;
  const uint32_t phase = ~(c->consumed / SYSTOLE_LIMIT_COMPLETIONS) & 1;
  systole_status status = get_words(c, SYSTOLE_RING_COMPLETION + 8 * (uint64_t)slot, words, 2, err);
  *there = !status && SYSTOLE_FIELD_GET(words, COMPLETION, phase) == phase;
  return status || !*there ? status : put_word(c, SYSTOLE_RING_CONSUMED, ++c->consumed, err);
}

// The answer to a command that was given up before.
static bool is_late(const systole_client *c, uint32_t tag) { return (int16_t)(tag - c->pending[0].tag) < 0; }

// Tokens to their owner, up to the end of the oldest command.
static systole_status collect(systole_client *c, uint32_t words[2], bool *ended, bool *any, systole_error *err) {
  const systole_pending *p = &c->pending[0].is;
  for (*any = *ended = false; !*ended;) {
    bool there;
    systole_status status = next_completion(c, words, &there, err);
    if (status || !there) return status;
    *any = true;
    if (is_late(c, SYSTOLE_FIELD_GET(words, COMPLETION, tag))) continue;
    if (SYSTOLE_FIELD_GET(words, COMPLETION, tag) != c->pending[0].tag)
      return systole_fail(err, SYSTOLE_E_FAULT, "the firmware answered command %lu: expected %lu",
                          (unsigned long)SYSTOLE_FIELD_GET(words, COMPLETION, tag), (unsigned long)c->pending[0].tag);
    *ended = SYSTOLE_FIELD_GET(words, COMPLETION, kind) == SYSTOLE_KIND_OF_END;
    if (!*ended && p->token) p->token(p->user, (int32_t)words[0]);
  }
  return SYSTOLE_OK;
}

static systole_status dead(const systole_client *c, systole_error *err) {
  const systole_chip_report *now = systole_chip_now(c->chip);
  return systole_fail(err, SYSTOLE_E_TIMEOUT,
                      "the firmware does not answer: in cycle %llu the core %s at 0x%08lX%s, the machine %s",
                      (unsigned long long)now->cycle,
                      now->core_asleep ? "sleeps" : now->core_waits ? "waits for an access to memory" : "is busy",
                      (unsigned long)(now->core_waits ? now->core_address : now->core_pc),
                      now->core_waits ? " (address)" : " (pc)", now->machine_busy ? "runs" : "is idle");
}

// The runs of the oldest command, as a simulator shows them.
typedef struct {
  const systole_client *client;
  uint64_t start;
  bool moved;  // a run of anybody's has begun or ended
} watching;

static void see_start(void *user, uint64_t cycle) {
  watching *w = user;
  w->start = cycle;
  w->moved = true;
}

static void see_end(void *user, uint64_t cycle) {
  watching *w = user;
  w->moved = true;
  const systole_pending *p = &w->client->pending[0].is;
  if (p->run) p->run(p->user, cycle - w->start - 2);  // CYCLES is 0 after the start and stands before done
}

static void see_instruction(void *user, unsigned engine, uint32_t index, uint64_t start, uint64_t end) {
  const systole_device *d = ((const watching *)user)->client->device;
  if (d->trace) d->trace(d->trace_user, engine, index, start, end);
}

static systole_status await(systole_client *c, uint64_t limit, uint32_t words[2], systole_error *err) {
  const uint64_t start = systole_chip_now(c->chip)->cycle;
  uint64_t end = limit && limit < UINT64_MAX - start ? start + limit : UINT64_MAX;
  watching watching = {.client = c};
  const systole_observer observer = {&watching, NULL, see_start, see_end, see_instruction};
  bool ended, any, cancelled = false, asked = false;
  for (uint64_t moved = start;;) {
    systole_status status = collect(c, words, &ended, &any, err);
    if (status || ended) return status;
    const uint64_t now = systole_chip_now(c->chip)->cycle;
    if (any || watching.moved) moved = now, watching.moved = false;
    if (now - moved >= patience) return dead(c, err);
    uint64_t until = c->pending[0].is.token ? now + SLICE : moved + patience;
    if (now >= end && cancelled) return dead(c, err);
    if (now >= end) cancel(c, c->pending[0].end), cancelled = true, end = now + GRACE;
    if (until > end) until = end;
    if (any && asked) systole_chip_write(c->chip, SYSTOLE_REG_DOORBELL, 1u << c->queue);  // the ring was full
    status = systole_chip_go(c->chip, until, &observer, err);
    if (status) return status;
    const systole_stop stop = systole_chip_now(c->chip)->stop;
    if (stop == SYSTOLE_STOP_QUIET && asked && !any) return dead(c, err);
    asked = stop != SYSTOLE_STOP_LIMIT;
  }
}

systole_status systole_client_wait(systole_client *client, uint64_t limit_cycles, systole_report *report,
                                   systole_error *err) {
  uint32_t words[2];
  if (!client->count) return systole_fail(err, SYSTOLE_E_USAGE, "wait: expected a run to be submitted first");
  systole_status status = await(client, limit_cycles, words, err);
  const uint64_t at = report_offset(client->pending[0].tag);
  memset(client->report, 0, sizeof client->report);
  if (!status && client->pending[0].is.entry)
    status = systole_buffer_read(client->reports, at, client->report, sizeof client->report, err);
  if (!status) {
    fill_report(client, report);
    status = judge(client, &client->pending[0].is, SYSTOLE_FIELD_GET(words, COMPLETION, outcome), words[0], report, err);
  }
  drop(client);
  return status;
}

// ---- the end -----------------------------------------------------------------

// What nobody will wait for ends, so that the next client finds a queue at rest.
static void abandon(systole_client *c) {
  uint32_t words[2];
  c->device->trace = NULL;
  for (unsigned i = 0; i < c->count; i++) c->pending[i].is.token = NULL, c->pending[i].is.run = NULL;
  while (c->count && !await(c, 1, words, NULL)) drop(c);
}

bool systole_client_close(systole_client *client) {
  const bool last = systole_chip_is_last(client->chip, client->queue);
  if (!last) abandon(client);
  while (client->count) drop(client);
  systole_buffer_free(client->ring);
  systole_buffer_free(client->reports);
  set_region(client, 0, 0, 0);
  systole_chip_give_queue(client->chip, client->queue);
  free(client);
  return last;
}
