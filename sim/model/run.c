#include "sim/model/run.h"

enum { DEFAULT_WATCHDOG = 1048576, LEAST_DRAIN = 256, LEAST_ABORT = 8 };

// The cycle in which the host's abort acts.
static uint64_t abort_cycle(const systole_job *job) {
  if (job->max_cycles == 0) return SYSTOLE_NEVER;
  return systole_later(job->max_cycles, LEAST_ABORT);
}

void systole_run_open(systole_run *run, const systole_job *job, systole_engines *engines,
                      systole_dram *dram) {
  systole_dram_reset(dram);
  systole_engines_open(engines, dram);
  systole_sequencer_open(&run->sequencer, job, engines);
  systole_read_open(&run->channel, dram);
  run->engines = engines;
  // It begins anew after cycle 1; but a limit of one bites there.
  run->watchdog = (systole_watchdog){job->watchdog ? job->watchdog : DEFAULT_WATCHDOG,
                                     job->watchdog == 1 ? 0 : 1};
  run->now = 0;
  run->stop = abort_cycle(job);
  run->draining = run->ended = false;
  run->engines_stale = run->sequencer_stale = true;
}

// ---- The bus

static void accept_read(systole_run *run) {
  systole_read_channel *channel = &run->channel;
  if (!channel->pending || channel->accept != run->now) return;
  const uint64_t first = systole_read_accept(channel);
  run->watchdog.mark = run->now;
  if (channel->client == SYSTOLE_READ_FETCH) {
    systole_fetch_accept(&run->sequencer.fetch, first);
    run->sequencer_stale = true;
  } else {
    const uint64_t landed = run->engines->ld.landed;
    systole_ld_time_accept(&run->engines->ld, first + channel->count - 1);
    if (run->engines->ld.landed != landed) run->engines_stale = true;
  }
}

// Fetch goes before LD.
static void take_read(systole_run *run) {
  systole_fetch *fetch = &run->sequencer.fetch;
  systole_ld_time *ld = &run->engines->ld;
  if (fetch->requests && fetch->request_cycle <= run->now) {
    if (run->channel.pending || systole_read_free(&run->channel) > run->now) return;
    systole_read_take(&run->channel, run->now, SYSTOLE_READ_FETCH, fetch->asking.address,
                      fetch->asking.beats);
    systole_fetch_take(fetch, run->now);
  } else if (ld->request <= run->now && !run->channel.pending &&
             systole_read_free_for_ld(&run->channel) <= run->now) {
    systole_read_take(&run->channel, run->now, SYSTOLE_READ_LD, ld->address,
                      systole_ld_time_burst(ld));
    systole_ld_time_take(ld, run->now);
    if (ld->request == SYSTOLE_NEVER) run->engines_stale = true;
  }
}

static void write(systole_run *run) {
  systole_st_time *st = &run->engines->st;
  if (systole_st_time_next_write(st) == run->now) {
    systole_st_time_write(st);
    run->engines_stale = true;
  }
  if (systole_st_time_next_claim(st) <= run->now) systole_st_time_claim(st, run->now);
}

static uint64_t next_on_bus(systole_run *run) {
  systole_fetch *fetch = &run->sequencer.fetch;
  const systole_ld_time *ld = &run->engines->ld;
  uint64_t next = systole_sooner(systole_st_time_next_write(&run->engines->st),
                                 systole_st_time_next_claim(&run->engines->st));
  run->ask_next = systole_sequencer_fetches(&run->sequencer) ? systole_fetch_may_ask(fetch)
                                                             : SYSTOLE_NEVER;
  next = systole_sooner(next, run->ask_next);
  if (run->channel.pending) return systole_sooner(next, run->channel.accept);
  if (fetch->requests)
    next = systole_sooner(next, systole_later(fetch->request_cycle, systole_read_free(&run->channel)));
  if (ld->request != SYSTOLE_NEVER)
    next = systole_sooner(next, systole_later(ld->request, systole_read_free_for_ld(&run->channel)));
  return next;
}

// ---- Faults

void systole_report_fault(systole_report *report, uint32_t cause, uint32_t engine, uint32_t index,
                          uint32_t detail) {
  if (report->cause != SYSTOLE_CAUSE_NONE) return;
  report->cause = cause;
  report->engine = engine;
  report->index = index;
  report->detail = detail;
}

// What engines end with: the lowest one's, its own before its semaphore's.
static bool engine_fault(systole_run *run, unsigned ended, unsigned able) {
  const unsigned over = systole_engines_overflow(run->engines, ended, able);
  bool hit = false;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    if (!(ended >> e & 1)) continue;
    systole_outcome outcome = systole_engines_outcome(run->engines, e);
    if (outcome.cause == SYSTOLE_CAUSE_NONE && over >> e & 1)
      outcome = (systole_outcome){SYSTOLE_CAUSE_SEMAPHORE, 0, 0};
    if (outcome.cause == SYSTOLE_CAUSE_NONE) continue;
    hit = true;
    if (!run->draining)
      systole_report_fault(run->engines->report, outcome.cause, e,
                   systole_engines_ending(run->engines, e)->index, outcome.detail);
  }
  return hit;
}

static void drain(systole_run *run, uint64_t limit) {
  run->draining = true;
  run->watchdog.mark = run->now;
  run->watchdog.limit = systole_later(limit, LEAST_DRAIN);
  systole_sequencer_drain(&run->sequencer, run->now);
}

// ---- Cycles

// Whether anything made progress in this cycle, for the watchdog.
static bool progresses(const systole_run *run, bool changed) {
  uint64_t upto;
  return changed ||
         systole_watchdog_progress(run->engines, &run->channel, run->now, &upto) == run->now;
}

// What happens on the bus in cycle run->now. `jumps`: the sequencer does, and
// asks for nothing.
static void bus_cycle(systole_run *run, bool jumps) {
  const bool asks = run->ask_next <= run->now && !jumps;
  accept_read(run);
  take_read(run);
  write(run);
  if (asks) systole_fetch_ask(&run->sequencer.fetch, run->now);
}

// Everything that happens in cycle run->now: first what depends on how things
// stood when it began, then the changes. `bites`: if there is no progress.
static void cycle(systole_run *run, bool bites, bool aborts) {
  systole_engines *engines = run->engines;
  systole_sequencer *sequencer = &run->sequencer;
  systole_report *report = engines->report;
  const uint64_t now = run->now;
  const bool engines_due = run->engines_next <= now, sequencer_due = run->sequencer_next <= now;
  const unsigned able = engines_due ? systole_engines_able(engines, now) : 0;
  const unsigned ended = engines_due ? systole_engines_ended(engines, now) : 0;
  const uint32_t state = systole_sequencer_state(sequencer, now);
  const uint32_t index = systole_sequencer_index(sequencer, now);
  bool hit = ended && engine_fault(run, ended, able);

  systole_seq_step step = {0};
  if (sequencer_due) step = systole_sequencer_step(sequencer, now);
  const bool changed = step.pushed || able || ended;
  const bool bite = bites && !progresses(run, changed);
  bus_cycle(run, step.jumped);
  systole_engines_start(engines, able, now);
  systole_engines_end(engines, ended, now);
  if (changed) {
    const unsigned pushed = step.pushed ? 1u << sequencer->instruction.engine : 0;
    systole_engines_settle(engines, now, able | pushed, ended);
    run->watchdog.mark = now;
    run->engines_stale = true;
  }
  run->sequencer_stale = true;

  if (run->draining) {
    run->ended = step.ended || bite;
    return;
  }
  if (step.cause != SYSTOLE_CAUSE_NONE)
    systole_report_fault(report, step.cause, SYSTOLE_ENGINE_SEQ, step.index, step.detail);
  if (bite) systole_report_fault(report, SYSTOLE_CAUSE_WATCHDOG, SYSTOLE_ENGINE_SEQ, index, 0);
  if (aborts) systole_report_fault(report, SYSTOLE_CAUSE_ABORT, SYSTOLE_ENGINE_SEQ, index, 0);
  hit = hit || step.cause != SYSTOLE_CAUSE_NONE || bite || aborts;
  if (!hit && !step.ended) return;
  report->seq_index = index;
  report->seq_state = hit ? state : 0;
  if (hit) drain(run, run->watchdog.limit);
  else run->ended = true;
}

static uint64_t next_event(systole_run *run) {
  const uint64_t bus = next_on_bus(run);
  const bool resting = run->sequencer.phase >= SYSTOLE_SEQ_END;  // waits for the fetch, too
  if (run->engines_stale) run->engines_next = systole_engines_next(run->engines, run->now);
  if (run->sequencer_stale || resting)
    run->sequencer_next = systole_sequencer_next(&run->sequencer, run->now);
  run->engines_stale = run->sequencer_stale = false;
  const uint64_t next = systole_sooner(run->engines_next, run->sequencer_next);
  return systole_later(systole_sooner(next, bus), run->now + 1);
}

// Whether LD's bursts are all that can change the bus.
static bool streams(const systole_run *run) {
  const systole_ld_time *ld = &run->engines->ld;
  return ld->stage == SYSTOLE_LD_RUNS && !ld->landing && !run->sequencer.fetch.requests &&
         !(run->channel.pending && run->channel.client == SYSTOLE_READ_FETCH);
}

// The cycles in which bursts of LD are taken and accepted, while nothing else
// happens: before `until`, and before the watchdog could bite.
static bool stream(systole_run *run, uint64_t until) {
  systole_read_channel *channel = &run->channel;
  const uint64_t begun = run->now;
  while (streams(run)) {
    const uint64_t take = channel->pending ? channel->accept
                                           : systole_later(run->engines->ld.request,
                                                           systole_read_free_for_ld(channel));
    const uint64_t next = systole_later(take, run->now + 1);
    if (next >= until || next - run->watchdog.mark >= run->watchdog.limit) break;
    run->now = next;
    accept_read(run);
    take_read(run);
  }
  return run->now != begun;
}

// Up to this cycle, that not included, nothing but reads can happen.
static uint64_t quiet_until(const systole_run *run) {
  const systole_st_time *st = &run->engines->st;
  uint64_t until = systole_sooner(run->engines_next, run->sequencer_next);
  until = systole_sooner(until, run->ask_next);
  if (run->stop > run->now) until = systole_sooner(until, run->stop);
  return systole_sooner(until, systole_sooner(systole_st_time_next_write(st),
                                              systole_st_time_next_claim(st)));
}

// Goes on to the next cycle of an event; false, and nothing done, if that is
// after `limit`.
static bool go_on(systole_run *run, uint64_t limit) {
  uint64_t next = next_event(run);
  const uint64_t beyond = systole_after(limit, 1);
  if (stream(run, systole_sooner(quiet_until(run), beyond))) return true;
  if (run->stop > run->now) next = systole_sooner(next, run->stop);
  const uint64_t bite = systole_watchdog_bite(&run->watchdog, run->engines, &run->channel,
                                              systole_sooner(next, beyond));
  next = systole_sooner(next, bite);
  if (next > limit) return false;
  run->now = next;
  if (next < run->engines_next && next < run->sequencer_next && next != bite && next != run->stop)
    bus_cycle(run, false);
  else
    cycle(run, next == bite, next == run->stop);
  return true;
}

bool systole_run_until(systole_run *run, uint64_t limit) {
  while (!run->ended && go_on(run, limit)) continue;
  return run->ended;
}

void systole_run_describe(systole_run *run) {
  systole_report *report = run->engines->report;
  const uint64_t beats = systole_beat_log_upto(&run->channel.log, run->now);
  const uint64_t fetched = systole_beat_log_upto(&run->sequencer.fetch.log, run->now);
  report->cycles = run->now;
  report->read_bytes = (beats - fetched) * run->engines->config->bus_bytes +
                       run->sequencer.taken * SYSTOLE_LINE_BYTES;
  report->write_bytes = run->engines->st.bytes;
  systole_engines_describe(run->engines, run->now, beats - fetched);
}
