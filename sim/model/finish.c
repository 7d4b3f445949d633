#include "sim/model/finish.h"

#include <string.h>

#include "sim/model/record.h"

enum { BURST = 128, WORD = 4, BURSTS = SYSTOLE_RECORD_BURSTS };
_Static_assert(BURSTS == (SYSTOLE_STATUS_BYTES + BURST - 1) / BURST, "bursts of the record");
enum { DEFAULT_WATCHDOG = 1048576, LEAST_WATCHDOG = 256 };
// Cycles of the record and the write half of the master: from CLEAR to the first
// word; from a burst's last word to the next one's first; from its last word to
// its last beat in the buffer; from there to AWVALID; from that to WVALID; from the
// last answer to the cycle in which the sequencer is told.
enum { TO_READ = 3, BETWEEN_BURSTS = 2, TO_BUFFER = 3, TO_ADDRESS = 2, TO_BEATS = 2, TO_TELL = 1 };

typedef struct {
  uint64_t address;
  unsigned bytes, beats;
  uint64_t accepted;     // its address
  uint64_t first, last;  // its beats
  uint64_t answer;       // the record has it
} burst;

typedef struct {
  const systole_run *run;
  burst bursts[BURSTS];
  unsigned count;  // 0: no record
  uint64_t clear;  // the cycle after the run's last
} finish;

// ---- When the record's bursts pass

static void plan(finish *f, const systole_job *job, systole_finish *out) {
  const unsigned bus = f->run->engines->config->bus_bytes;
  systole_dram *dram = f->run->channel.dram;
  uint64_t word = f->clear + TO_READ;  // the cycle of a burst's first word
  uint64_t accepted = 0, last = 0;
  for (unsigned at = 0; at < SYSTOLE_STATUS_BYTES; at += BURST) {
    out->reads_from[f->count] = word;
    burst *b = &f->bursts[f->count++];
    b->address = (job->segments[SYSTOLE_STATUS_SEGMENT].base & ~127ull) + at;
    b->bytes = SYSTOLE_STATUS_BYTES - at < BURST ? SYSTOLE_STATUS_BYTES - at : BURST;
    b->beats = (b->bytes + bus - 1) / bus;
    const uint64_t end = word + b->beats * bus / WORD - 1;
    out->reads_to[f->count - 1] = end;
    word = end + BETWEEN_BURSTS;
    const uint64_t shown = systole_later(end + TO_BUFFER + TO_ADDRESS, accepted + 1);
    b->accepted = shown + systole_dram_write_stall(dram);
    b->first = systole_later(systole_later(shown + TO_BEATS, b->accepted + 1), last + 1);
    b->last = b->first + b->beats - 1;
    b->answer = systole_dram_write(dram, b->last, b->address, b->beats) + 1;
    accepted = b->accepted;
    last = b->last;
  }
}

// ---- What a reset has cut off: bursts accepted by CLEAR, in which it comes

static bool orphan(const finish *f, const systole_st_burst *b) {
  return f->run->cut && b->accepted <= f->clear && b->answer != SYSTOLE_NEVER;
}

// The first cycle after which no burst of the run proper awaits its answer.
static uint64_t last_answer(const finish *f) {
  const systole_beat_log *log = &f->run->channel.log;
  const systole_st_time *st = &f->run->engines->st;
  uint64_t last = log->bursts ? log->last[(log->bursts - 1) % SYSTOLE_BEAT_LOG] : 0;
  for (uint64_t i = st->claims; i-- > 0 && st->claims - i <= SYSTOLE_ST_OUTSTANDING;) {
    const systole_st_burst *b = &st->bursts[i % SYSTOLE_ST_OUTSTANDING];
    if (orphan(f, b)) last = systole_later(last, b->answer);
  }
  return last;
}

// ---- The watchdog

static void consider(uint64_t from, uint64_t first, uint64_t last, uint64_t *best) {
  if (last >= from) *best = systole_sooner(*best, systole_later(first, from));
}

// The first cycle from `from` on that has progress on the bus.
static uint64_t progress(const finish *f, uint64_t from) {
  const systole_beat_log *log = &f->run->channel.log;
  const systole_st_time *st = &f->run->engines->st;
  uint64_t best = SYSTOLE_NEVER;
  for (uint64_t i = log->bursts; i-- > 0 && log->bursts - i <= SYSTOLE_BEAT_LOG;) {
    const uint64_t at = i % SYSTOLE_BEAT_LOG, beats = log->upto[at] - log->before[at];
    consider(from, log->last[at] - beats + 1, log->last[at], &best);
  }
  for (uint64_t i = st->claims; i-- > 0 && st->claims - i <= SYSTOLE_ST_OUTSTANDING;) {
    const systole_st_burst *b = &st->bursts[i % SYSTOLE_ST_OUTSTANDING];
    if (orphan(f, b)) consider(from, b->answer, b->answer, &best);
  }
  for (unsigned i = 0; i < f->count; i++) {
    const burst *b = &f->bursts[i];
    consider(from, b->accepted, b->accepted, &best);
    consider(from, b->first, b->last, &best);
    consider(from, b->answer, b->answer, &best);
  }
  return best;
}

// The cycle in which it acts, if that comes before `end`, in which all is over; else
// NEVER.
static uint64_t bite_before(const finish *f, uint32_t limit, uint64_t end) {
  uint64_t mark = f->clear;
  while (mark + limit + SYSTOLE_TO_BITE < end) {
    const uint64_t next = progress(f, mark + 1);
    if (next > mark + limit) return mark + limit + SYSTOLE_TO_BITE;
    mark = next;
  }
  return SYSTOLE_NEVER;
}

static uint32_t watchdog_limit(const systole_job *job) {
  if (job->watchdog == 0) return DEFAULT_WATCHDOG;
  return job->watchdog < LEAST_WATCHDOG ? LEAST_WATCHDOG : job->watchdog;
}

// ---- The record

// Memory takes a burst whole or not at all. False if it refuses one.
static bool store(const burst *b, const systole_run *run, const uint8_t *bytes) {
  uint8_t *to = systole_memory_at(run->engines->memory, b->address,
                                  (uint64_t)b->beats * run->engines->config->bus_bytes);
  if (to != NULL) memcpy(to, bytes, b->bytes);
  return to != NULL || !run->engines->values;
}

// The bursts whose beats have passed by cycle `end`.
static const burst *store_all(const finish *f, uint64_t end) {
  uint8_t record[SYSTOLE_STATUS_BYTES];
  const burst *refused = NULL;
  systole_record_fill(f->run->engines->config, f->run->engines->report, record);
  for (unsigned i = 0; i < f->count; i++) {
    const burst *b = &f->bursts[i];
    if (b->last <= end && !store(b, f->run, record + i * BURST) && refused == NULL) refused = b;
  }
  return refused;
}

static void write_record(finish *f, const systole_job *job, systole_finish *out) {
  systole_report *report = f->run->engines->report;
  plan(f, job, out);
  const uint64_t answered = f->bursts[f->count - 1].answer;
  const uint64_t bite = bite_before(f, watchdog_limit(job), answered + TO_TELL);
  // A bite resets the master in the cycle after it, the one of done.
  out->done = systole_sooner(bite, answered + TO_TELL) + 1;
  const burst *refused = store_all(f, out->done);
  if (refused != NULL && bite == SYSTOLE_NEVER)
    systole_report_fault(report, (systole_fault){SYSTOLE_CAUSE_AXI_WRITE, SYSTOLE_ENGINE_SEQ,
                                                 report->seq_index, (uint32_t)refused->address});
  for (unsigned i = 0; i < f->count; i++)
    if (f->bursts[i].accepted <= out->done) out->quiet = systole_later(out->quiet, f->bursts[i].answer + 1);
}

systole_finish systole_run_finish(systole_run *run, const systole_job *job) {
  finish f = {.run = run, .clear = run->now + 1};
  systole_read_channel *channel = &run->channel;
  if (run->cut && channel->pending && channel->accept <= f.clear) systole_read_accept(channel);
  systole_finish out = {.done = f.clear + 1, .quiet = last_answer(&f) + 1};
  if (job->segments[SYSTOLE_STATUS_SEGMENT].limit >= SYSTOLE_STATUS_BYTES) write_record(&f, job, &out);
  return out;
}
