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
  run->watchdog = (systole_watchdog){job->watchdog ? job->watchdog : DEFAULT_WATCHDOG, 1};
  run->now = 0;
  run->stop = abort_cycle(job);
  run->fault_cycle = run->bite_cycle = SYSTOLE_NEVER;
  run->draining = run->ended = run->cut = false;
  run->sequencer_next = 1;
  run->read_next = run->write_next = run->ask_next = SYSTOLE_NEVER;
}

// ---- What comes next

static void look_at_sequencer(systole_run *run) {
  systole_sequencer *sequencer = &run->sequencer;
  run->sequencer_next = systole_sequencer_next(sequencer, run->now);
  run->ask_next = systole_later(systole_fetch_may_ask(&sequencer->fetch), run->now + 1);
  if (!systole_sequencer_fetches(sequencer, run->ask_next)) run->ask_next = SYSTOLE_NEVER;
}

static void look_at_reads(systole_run *run) {
  systole_read_channel *channel = &run->channel;
  const systole_fetch *fetch = &run->sequencer.fetch;
  if (channel->pending) {
    run->read_next = channel->accept;
    return;
  }
  run->read_next = run->engines->ld.request;
  if (run->read_next != SYSTOLE_NEVER)
    run->read_next = systole_later(run->read_next, systole_read_free_for_ld(channel));
  if (fetch->requests)
    run->read_next = systole_sooner(run->read_next,
                                    systole_later(fetch->request_cycle, channel->free));
}

static void look_at_writes(systole_run *run) {
  run->write_next = systole_sooner(systole_st_time_next_write(&run->engines->st),
                                   systole_st_time_next_claim(&run->engines->st));
}

static uint64_t bus_next(const systole_run *run) {
  return systole_sooner(systole_sooner(run->read_next, run->write_next), run->ask_next);
}

static uint64_t next_event(const systole_run *run) {
  const uint64_t next = systole_sooner(run->engines->next, run->sequencer_next);
  return systole_later(systole_sooner(next, bus_next(run)), run->now + 1);
}

// ---- The bus

static void accept_read(systole_run *run) {
  systole_read_channel *channel = &run->channel;
  const uint64_t first = systole_read_accept(channel);
  run->watchdog.mark = systole_later(run->watchdog.mark, channel->accept);
  if (channel->client == SYSTOLE_READ_FETCH) {
    systole_fetch_accept(&run->sequencer.fetch, first);
    systole_sequencer_go_ahead(&run->sequencer);
  } else if (systole_ld_time_accept(&run->engines->ld, first + channel->count - 1)) {
    systole_engines_look(run->engines, SYSTOLE_ENGINE_LD, run->now);
  }
}

// Memory's answer to a burst that was taken is known at once unless it accepts
// the address late: until then nothing is written, and the watchdog, which
// counts that as progress, cannot bite and has not.
static void accept_ahead(systole_run *run) {
  const uint64_t accept = run->channel.accept;
  if (accept - run->now <= SYSTOLE_ST_LEAD &&
      accept <= systole_st_time_next_write(&run->engines->st) &&
      accept < run->watchdog.mark + run->watchdog.limit && run->bite_cycle == SYSTOLE_NEVER)
    accept_read(run);
}

static void take_for_fetch(systole_run *run, uint64_t cycle) {
  systole_fetch *fetch = &run->sequencer.fetch;
  systole_read_take(&run->channel, cycle, SYSTOLE_READ_FETCH, fetch->asking.address,
                    fetch->asking.beats);
  systole_fetch_take(fetch, cycle);
  accept_ahead(run);
}

static void take_for_ld(systole_run *run) {
  systole_ld_time *ld = &run->engines->ld;
  const uint32_t beats = systole_ld_time_burst(ld);
  systole_read_take(&run->channel, run->now, SYSTOLE_READ_LD, ld->address, beats);
  if (systole_ld_time_take(ld, run->now, beats))
    systole_engines_look(run->engines, SYSTOLE_ENGINE_LD, run->now);
  accept_ahead(run);
}

// Fetch goes before LD.
static void read(systole_run *run) {
  systole_read_channel *channel = &run->channel;
  const systole_fetch *fetch = &run->sequencer.fetch;
  if (channel->pending) {
    if (channel->accept > run->now) return;
    accept_read(run);
    look_at_sequencer(run);
  }
  if (fetch->requests && fetch->request_cycle <= run->now) {
    if (channel->free > run->now) return;
    take_for_fetch(run, run->now);
    look_at_sequencer(run);
  } else if (run->engines->ld.request <= run->now && systole_read_free_for_ld(channel) <= run->now) {
    take_for_ld(run);
  }
}

// The fetch asks; no other can be quicker at a channel that is free.
static void ask(systole_run *run) {
  systole_fetch *fetch = &run->sequencer.fetch;
  systole_fetch_ask(fetch, run->now);
  if (!run->channel.pending)
    take_for_fetch(run, systole_later(fetch->request_cycle, run->channel.free));
}

static void write(systole_run *run) {
  systole_st_time *st = &run->engines->st;
  if (systole_st_time_next_write(st) == run->now) {
    systole_st_time_write(st);
    systole_engines_look(run->engines, SYSTOLE_ENGINE_ST, run->now);
  }
  if (systole_st_time_next_claim(st) <= run->now) systole_st_time_claim(st, run->now);
}

// ---- Faults

void systole_report_fault(systole_report *report, systole_fault fault) {
  if (report->cause != SYSTOLE_CAUSE_NONE) return;
  report->cause = fault.cause;
  report->engine = fault.engine;
  report->index = fault.index;
  report->detail = fault.detail;
}

// What engines end with: the lowest one's, its own before its semaphore's.
static systole_fault engine_fault(const systole_run *run, systole_engines_due due) {
  for (unsigned ended = due.ended; ended; ended &= ended - 1) {
    const unsigned e = (unsigned)__builtin_ctz(ended);
    const systole_outcome outcome = systole_engines_outcome(run->engines, e, due.able);
    if (outcome.cause != SYSTOLE_CAUSE_NONE)
      return (systole_fault){outcome.cause, e, systole_engines_ending(run->engines, e)->index,
                             outcome.detail};
  }
  return (systole_fault){.cause = SYSTOLE_CAUSE_NONE};
}

// The fault that acts in cycle run->now; index: the line that the sequencer is at.
static systole_fault acting_fault(const systole_run *run, uint32_t index) {
  if (run->fault_cycle == run->now) return run->fault;
  const uint32_t cause =
      run->bite_cycle == run->now ? SYSTOLE_CAUSE_WATCHDOG : SYSTOLE_CAUSE_ABORT;
  return (systole_fault){cause, SYSTOLE_ENGINE_SEQ, index, 0};
}

static void drain(systole_run *run) {
  run->draining = true;
  run->fault_cycle = run->bite_cycle = SYSTOLE_NEVER;
  run->watchdog.mark = run->now;
  run->watchdog.limit = systole_later(run->watchdog.limit, LEAST_DRAIN);
  systole_sequencer_drain(&run->sequencer, run->now);
  look_at_sequencer(run);
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
  if (run->read_next <= run->now) {
    read(run);
    look_at_reads(run);
  }
  if (run->write_next <= run->now) {
    write(run);
    look_at_writes(run);
  }
  if (asks) {
    ask(run);
    look_at_reads(run);
    look_at_sequencer(run);
  }
}

// The engines that start or end something, and the one that was pushed to.
static void engines_cycle(systole_run *run, systole_engines_due due, unsigned pushed) {
  systole_engines_change(run->engines, due, pushed, run->now);
  if (due.able) {
    look_at_reads(run);
    look_at_writes(run);
  }
  run->watchdog.mark = systole_later(run->watchdog.mark, run->now);
}

// Everything that happens in cycle run->now: first what depends on how things
// stood when it began, then the changes. `bites`: if there is no progress.
static void cycle(systole_run *run, bool bites, bool aborts) {
  systole_engines *engines = run->engines;
  systole_sequencer *sequencer = &run->sequencer;
  systole_report *report = engines->report;
  const uint64_t now = run->now;
  const bool bitten = run->bite_cycle == now;
  const bool hit = !run->draining && (run->fault_cycle == now || bitten || aborts);
  systole_engines_due due = {0, 0};
  if (engines->next <= now) due = systole_engines_due_in(engines, now);
  systole_fault fault = engine_fault(run, due);
  const bool steps = run->sequencer_next <= now;
  uint32_t state = 0, index = 0;  // where the sequencer is, if that may be asked for
  if (steps || hit) {
    state = systole_sequencer_state(sequencer, now);
    index = systole_sequencer_index(sequencer, now);
  }

  systole_seq_step step = {0};
  if (steps) step = systole_sequencer_step(sequencer, now);
  const bool changed = step.pushed || due.able || due.ended;
  if (bites && !progresses(run, changed)) run->bite_cycle = now + SYSTOLE_TO_BITE;
  if (bus_next(run) <= now) bus_cycle(run, step.jumped);
  if (changed) engines_cycle(run, due, step.heads);
  if (steps) look_at_sequencer(run);
  else if (run->sequencer_next == SYSTOLE_NEVER) run->sequencer_next = systole_sequencer_next(sequencer, now);

  if (run->draining) {
    run->ended = step.ended || bitten;
    run->cut = bitten && !step.ended;
    return;
  }
  if (hit) {
    systole_report_fault(report, acting_fault(run, index));
    report->seq_state = state;
    drain(run);
  } else {
    if (fault.cause == SYSTOLE_CAUSE_NONE)
      fault = (systole_fault){step.cause, SYSTOLE_ENGINE_SEQ, step.index, step.detail};
    if (fault.cause != SYSTOLE_CAUSE_NONE) {
      run->fault = fault;
      run->fault_cycle = now + 1;
    }
    run->ended = step.ended;
  }
  if (hit || step.ended) report->seq_index = index;
}

// A cycle as above in which no more can happen than that an instruction is
// dispatched (`steps`), engines start and end instructions (`works`), and the bus
// (`moves`); false, and nothing done, if an engine may end with a fault. Inlined
// for what is most usual.
static inline __attribute__((always_inline)) bool do_usual(systole_run *run, bool steps, bool works,
                                                           bool moves) {
  systole_engines *engines = run->engines;
  const uint64_t now = run->now;
  systole_engines_due due = {0, 0};
  unsigned pushed = 0;
  if (works) {
    due = systole_engines_due_in(engines, now);
    if (systole_engines_may_fault(engines, due.ended)) return false;
  }
  if (steps) {
    pushed = systole_sequencer_dispatch(&run->sequencer, now);
    run->watchdog.mark = systole_later(run->watchdog.mark, now);
  }
  if (moves) bus_cycle(run, false);
  if (works || pushed) engines_cycle(run, due, pushed);
  if (steps) look_at_sequencer(run);
  else if (works && run->sequencer_next == SYSTOLE_NEVER)
    run->sequencer_next = systole_sequencer_next(&run->sequencer, now);
  return true;
}

// Cycle run->now as above; false, and nothing done, if more may happen in it.
static bool usual_cycle(systole_run *run) {
  const uint64_t now = run->now;
  const bool steps = run->sequencer_next <= now, works = run->engines->next <= now;
  const bool moves = bus_next(run) <= now;
  if (steps && !systole_sequencer_dispatches(&run->sequencer)) return false;
  if (steps & !works & !moves) return do_usual(run, true, false, false);
  if (!steps & works & !moves) return do_usual(run, false, true, false);
  if (!steps & !works & moves) return do_usual(run, false, false, true);
  return do_usual(run, steps, works, moves);
}

// The cycle in which a fault, a bite or an abort acts, as far as is known.
static uint64_t strike(const systole_run *run) {
  return systole_sooner(run->stop, systole_sooner(run->fault_cycle, run->bite_cycle));
}

// LD's bursts one after another, as long as nothing else can happen; false if
// something else comes first.
static bool read_on(systole_run *run, uint64_t end) {
  end = systole_sooner(end, systole_sooner(run->sequencer_next, systole_sooner(run->write_next, run->ask_next)));
  if (run->channel.pending || run->sequencer.fetch.requests) return false;
  const uint64_t before = run->now;
  while (run->read_next < systole_sooner(end, run->engines->next) && !run->channel.pending) {
    run->now = systole_later(run->read_next, run->now + 1);
    take_for_ld(run);
    look_at_reads(run);
  }
  return run->now != before;
}

// Goes on to a cycle `next`, in which or before which the watchdog may bite or
// something strike; false, and nothing done, if nothing happens up to `limit`.
static bool go_on_checked(systole_run *run, uint64_t next, uint64_t limit) {
  next = systole_sooner(next, strike(run));
  const uint64_t bite =
      run->bite_cycle != SYSTOLE_NEVER
          ? SYSTOLE_NEVER
          : systole_watchdog_bite(&run->watchdog, run->engines, &run->channel,
                                  systole_sooner(next, systole_after(limit, 1)));
  next = systole_sooner(next, bite);
  if (next > limit) return false;
  const bool aborts = next == run->stop;
  if (aborts) run->stop = SYSTOLE_NEVER;
  run->now = next;
  cycle(run, next == bite, aborts);
  return true;
}

// Goes on to the next cycle of an event; false, and nothing done, if that is
// after `limit`.
static bool go_on(systole_run *run, uint64_t limit) {
  const uint64_t next = next_event(run);
  const uint64_t end = systole_sooner(strike(run), run->watchdog.mark + run->watchdog.limit);
  if (next > limit || next >= end) return go_on_checked(run, next, limit);
  if (next == run->read_next && read_on(run, systole_sooner(end, systole_after(limit, 1)))) return true;
  run->now = next;
  if (!usual_cycle(run)) cycle(run, false, false);
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
                       systole_sequencer_taken(&run->sequencer, run->now) * SYSTOLE_LINE_BYTES;
  report->write_bytes = run->engines->st.bytes;
  systole_engines_describe(run->engines, run->now, beats - fetched);
}
