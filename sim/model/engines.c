#include "sim/model/engines.h"

#include "sim/model/execute.h"

enum { LD = SYSTOLE_ENGINE_LD, MX = SYSTOLE_ENGINE_MX, VX = SYSTOLE_ENGINE_VX, ST = SYSTOLE_ENGINE_ST };

void systole_engines_open(systole_engines *engines, systole_dram *dram) {
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    systole_queue *queue = &engines->queues[e];
    queue->head = queue->count = queue->missing = 0;
    queue->starts = queue->ends = queue->ready = queue->room = 0;
    queue->done = queue->next = queue->able = SYSTOLE_NEVER;
    queue->state = SYSTOLE_IDLE;
    queue->since = 1;
    for (unsigned s = 0; s < 4; s++) queue->cycles[s] = 0;
    for (unsigned f = 0; f < SYSTOLE_ENGINES; f++) engines->semaphores[e][f] = 0;
  }
  engines->next = SYSTOLE_NEVER;
  systole_ld_time_open(&engines->ld, engines->config, engines->memory);
  systole_st_time_open(&engines->st, engines->config->bus_bytes, dram);
}

static const systole_instruction *head_of(const systole_queue *queue) {
  return &queue->slots[queue->head];
}

// Multiply-accumulates asked for; they count when dispatched.
static uint64_t macs(const systole_line *line) {
  return SYSTOLE_GET(line, MX, m) * SYSTOLE_GET(line, MX, k) * SYSTOLE_GET(line, MX, n);
}

void systole_engines_push(systole_engines *engines, const systole_instruction *instruction) {
  systole_queue *queue = &engines->queues[instruction->engine];
  queue->slots[(queue->head + queue->count) % SYSTOLE_MAX_QUEUE] = *instruction;
  queue->count++;
  if (instruction->engine == MX) engines->report->macs += macs(&instruction->line);
}

// The first cycle in which the head can start, as far as is known.
static uint64_t start_cycle(const systole_queue *queue) {
  return systole_later(queue->ready, queue->able);
}

systole_engines_due systole_engines_due_in(const systole_engines *engines, uint64_t now) {
  systole_engines_due due = {0, 0};
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    const systole_queue *queue = &engines->queues[e];
    if (queue->next > now) continue;
    if (start_cycle(queue) <= now) due.able |= 1u << e;
    if (queue->done == now) due.ended |= 1u << e;
  }
  return due;
}

const systole_started *systole_engines_ending(const systole_engines *engines, unsigned engine) {
  const systole_queue *queue = &engines->queues[engine];
  return &queue->started[queue->ends % SYSTOLE_MAX_STARTED];
}

// A counter that is raised and taken from in one cycle changes by both.
static unsigned after_cycle(const systole_engines *engines, unsigned from, unsigned to,
                            unsigned able) {
  unsigned sum = engines->semaphores[from][to];
  sum += systole_engines_ending(engines, from)->raise[to];
  if (able >> to & 1) sum -= head_of(&engines->queues[to])->wait[from];
  return sum;
}

static bool overflows(const systole_engines *engines, unsigned engine, unsigned able) {
  if (!systole_engines_ending(engines, engine)->raises) return false;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    if (after_cycle(engines, engine, e, able) > SYSTOLE_SEMAPHORE_MAX) return true;
  return false;
}

systole_outcome systole_engines_outcome(const systole_engines *engines, unsigned engine,
                                        unsigned able) {
  const systole_outcome own = systole_engines_ending(engines, engine)->outcome;
  if (own.cause != SYSTOLE_CAUSE_NONE) return own;
  const systole_ld_started *ld = &engines->ld.started[engines->ld.ends % SYSTOLE_LD_STARTED];
  if (engine == LD && ld->bad_index) return (systole_outcome){SYSTOLE_CAUSE_INDEX, ld->index, 0};
  if (overflows(engines, engine, able)) return (systole_outcome){SYSTOLE_CAUSE_SEMAPHORE, 0, 0};
  return own;
}

static void begin_work(systole_engines *engines, const systole_instruction *in, uint64_t now) {
  switch (in->engine) {
    case LD: systole_ld_time_start(&engines->ld, in, now); break;
    case ST: systole_st_time_start(&engines->st, in, now); break;
    default: {  // MX and VX are ready in the cycle after their end
      systole_queue *queue = &engines->queues[in->engine];
      queue->done = now + in->cycles;
      queue->ready = queue->done + 1;
    }
  }
}

static void count_state(systole_queue *queue, uint64_t until) {
  queue->cycles[queue->state] += until - queue->since;
  queue->since = until;
}

static void start_head(systole_engines *engines, systole_queue *queue, uint64_t now) {
  const systole_instruction *in = head_of(queue);
  if (queue->starts == queue->ends) {  // else the engine is active anyhow
    count_state(queue, now);
    queue->state = SYSTOLE_BUSY;
  }
  systole_started *started = &queue->started[queue->starts++ % SYSTOLE_MAX_STARTED];
  *started = (systole_started){.index = in->index, .raises = in->raises, .start = now};
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    engines->semaphores[e][in->engine] -= in->wait[e];
    started->raise[e] = in->raise[e];
  }
  begin_work(engines, in, now);
  if (engines->observer) engines->observer(engines->observer_user, in, false);
  if (engines->values)
    started->outcome = systole_execute(engines->config, engines->memory, engines->srams, in);
  if (engines->observer) engines->observer(engines->observer_user, in, true);
  if (queue->count == engines->config->queue_depth) queue->room = now + 1;
  queue->head = (queue->head + 1) % SYSTOLE_MAX_QUEUE;
  queue->count--;
  queue->able = SYSTOLE_NEVER;
}

void systole_engines_start(systole_engines *engines, unsigned able, uint64_t now) {
  for (; able; able &= able - 1) start_head(engines, &engines->queues[__builtin_ctz(able)], now);
}

static void raise(systole_engines *engines, unsigned from, const systole_started *ending) {
  if (!ending->raises) return;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    const unsigned sum = engines->semaphores[from][e] + ending->raise[e];
    engines->semaphores[from][e] = (uint8_t)(sum < SYSTOLE_SEMAPHORE_MAX ? sum : SYSTOLE_SEMAPHORE_MAX);
  }
}

void systole_engines_end(systole_engines *engines, unsigned ended, uint64_t now) {
  for (; ended; ended &= ended - 1) {
    const unsigned e = (unsigned)__builtin_ctz(ended);
    const systole_started *ending = systole_engines_ending(engines, e);
    raise(engines, e, ending);
    engines->report->retired++;
    if (engines->trace) engines->trace(engines->trace_user, e, ending->index, ending->start, now);
    engines->queues[e].ends++;
    engines->queues[e].done = SYSTOLE_NEVER;
    if (e == LD) systole_ld_time_end(&engines->ld);
  }
}

bool systole_engines_active(const systole_engines *engines, unsigned engine) {
  return engines->queues[engine].starts != engines->queues[engine].ends;
}

static unsigned missing(const systole_engines *engines, const systole_queue *queue) {
  const systole_instruction *head = head_of(queue);
  unsigned mask = 0;
  if (!head->waits) return 0;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    if (engines->semaphores[e][head->engine] < head->wait[e]) mask |= 1u << e;
  return mask;
}

static systole_engine_state state_of(const systole_engines *engines, unsigned e) {
  const systole_queue *queue = &engines->queues[e];
  if (systole_engines_active(engines, e)) return SYSTOLE_WAITS_MEM;
  if (queue->count == 0) return SYSTOLE_IDLE;
  return SYSTOLE_WAITS_SEM;
}

// When LD and ST end and are ready is for the bus to say. ST is ready in the
// cycle in which it ends.
static void ask_bus(systole_engines *engines, unsigned e) {
  systole_queue *queue = &engines->queues[e];
  if (e == LD) {
    queue->done = systole_ld_time_done(&engines->ld);
    queue->ready = systole_ld_time_ready(&engines->ld);
  } else if (e == ST) {
    queue->done = systole_engines_active(engines, ST) ? engines->st.done : SYSTOLE_NEVER;
    queue->ready = engines->st.done;
  }
}

static uint64_t next_of(const systole_queue *queue, uint64_t now) {
  return systole_sooner(queue->done, systole_later(now + 1, start_cycle(queue)));
}

static uint64_t soonest(const systole_queue *queues) {
  return systole_sooner(systole_sooner(queues[0].next, queues[1].next),
                        systole_sooner(queues[2].next, queues[3].next));
}

void systole_engines_look(systole_engines *engines, unsigned engine, uint64_t now) {
  ask_bus(engines, engine);
  engines->queues[engine].next = next_of(&engines->queues[engine], now);
  engines->next = soonest(engines->queues);
}

// What the head waits for from cycle now + 1 on. That nothing is missing tells in
// the cycle after; and then no one but the head takes it.
static void look_at_head(const systole_engines *engines, systole_queue *queue, uint64_t now) {
  queue->missing = queue->count > 0 ? missing(engines, queue) : 0;
  if (queue->count > 0 && queue->missing == 0 && queue->able == SYSTOLE_NEVER) queue->able = now + 2;
}

// An MX or VX that may start in the next cycle does, whatever happens there.
static void settle(systole_engines *engines, unsigned e, uint64_t now) {
  systole_queue *queue = &engines->queues[e];
  ask_bus(engines, e);
  look_at_head(engines, queue, now);
  if ((e == MX || e == VX) && start_cycle(queue) <= now + 1) {
    start_head(engines, queue, now + 1);
    look_at_head(engines, queue, now + 1);
  }
  queue->next = next_of(queue, now);
  const systole_engine_state state = state_of(engines, e);
  if (state == queue->state) return;
  count_state(queue, now + 1);
  queue->state = state;
}

// A raise may be what a head waits for. The changes show from the next cycle on.
void systole_engines_settle(systole_engines *engines, uint64_t now, unsigned moved,
                            unsigned ended) {
  unsigned touched = moved | ended;
  for (unsigned e = 0; e < SYSTOLE_ENGINES && ended; e++)
    if (engines->queues[e].missing & ended) touched |= 1u << e;
  for (; touched; touched &= touched - 1) settle(engines, (unsigned)__builtin_ctz(touched), now);
  engines->next = soonest(engines->queues);
}

bool systole_engines_empty(const systole_engines *engines) {
  unsigned count = 0;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) count += engines->queues[e].count;
  return count == 0;
}

bool systole_engines_still(const systole_engines *engines) {
  bool active = false;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) active |= systole_engines_active(engines, e);
  return !active;
}

bool systole_engines_blocked(const systole_engines *engines) {
  bool blocked = true;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    blocked &= engines->queues[e].count == 0 || engines->queues[e].missing != 0;
  return blocked;
}

static void describe_state(const systole_engines *engines, unsigned e, uint64_t now) {
  enum { WAITS_FOR_LSB = 4, QUEUED_LSB = 8 };
  const systole_queue *queue = &engines->queues[e];
  systole_report *report = engines->report;
  const bool active = systole_engines_active(engines, e);
  unsigned state = queue->state;
  if (active && (e == MX || e == VX)) state = SYSTOLE_BUSY;
  if (state == SYSTOLE_WAITS_SEM) state |= queue->missing << WAITS_FOR_LSB;
  // One whose start was told ahead is still in its queue.
  const unsigned early = active && systole_engines_ending(engines, e)->start > now;
  report->engines[e].state = state | (queue->count + early) << QUEUED_LSB;
  report->engines[e].index = active             ? systole_engines_ending(engines, e)->index
                             : queue->count > 0 ? head_of(queue)->index
                                                : 0;
}

void systole_engines_describe(systole_engines *engines, uint64_t now, uint64_t beats) {
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    systole_queue *queue = &engines->queues[e];
    const uint64_t work = e == LD ? beats : e == ST ? systole_st_time_beats(&engines->st, now) : 0;
    count_state(queue, now + 1);
    uint64_t waits = queue->cycles[SYSTOLE_WAITS_MEM], busy = queue->cycles[SYSTOLE_BUSY];
    if (e == LD || e == ST) waits -= work, busy += work;
    else busy += waits, waits = 0;
    engines->report->engines[e].busy = busy;
    engines->report->engines[e].wait_mem = waits;
    engines->report->engines[e].wait_sem = queue->cycles[SYSTOLE_WAITS_SEM];
    engines->report->engines[e].idle = queue->cycles[SYSTOLE_IDLE];
    describe_state(engines, e, now);
  }
}
