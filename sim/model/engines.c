#include "sim/model/engines.h"

#include "sim/model/execute.h"

enum { LD = SYSTOLE_ENGINE_LD, MX = SYSTOLE_ENGINE_MX, VX = SYSTOLE_ENGINE_VX, ST = SYSTOLE_ENGINE_ST };

void systole_engines_open(systole_engines *engines, systole_dram *dram) {
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++) {
    systole_queue *queue = &engines->queues[e];
    queue->head = queue->count = queue->missing = 0;
    queue->semaphores = 0;
    queue->starts = queue->ends = queue->ready = queue->room = queue->left = 0;
    queue->done = queue->takes = queue->next = queue->able = SYSTOLE_NEVER;
    queue->state = SYSTOLE_IDLE;
    queue->since = 1;
    for (unsigned s = 0; s < 4; s++) queue->cycles[s] = 0;
  }
  engines->next = SYSTOLE_NEVER;
  systole_ld_time_open(&engines->ld, engines->config, engines->memory);
  systole_st_time_open(&engines->st, engines->config->bus_bytes, dram);
}

static const systole_instruction *head_of(const systole_queue *queue) {
  return &queue->slots[queue->head];
}

// What the head waits for; all four are compared at once: the top bit of each 16
// stays if there is enough.
static uint64_t missing(const systole_queue *queue) {
  const uint64_t tops = 0x8000800080008000;
  const uint64_t less = ~((queue->semaphores | tops) - head_of(queue)->wait) & tops;
  return less & -(uint64_t)(queue->count > 0);
}

// Multiply-accumulates asked for; they count when dispatched.
static uint64_t macs(const systole_line *line) {
  return SYSTOLE_GET(line, MX, m) * SYSTOLE_GET(line, MX, k) * SYSTOLE_GET(line, MX, n);
}

bool systole_engines_push(systole_engines *engines, const systole_instruction *instruction, uint64_t now) {
  systole_queue *queue = &engines->queues[instruction->engine];
  queue->slots[(queue->head + queue->count) % SYSTOLE_MAX_QUEUE] = *instruction;
  queue->count++;
  // One that starts in this cycle leaves in the next.
  const bool leaves = queue->left > now + 1;
  const bool full = queue->count + leaves == engines->config->queue_depth;
  queue->room = full ? (leaves ? queue->left : SYSTOLE_NEVER) : queue->room;
  if (instruction->engine == MX) engines->report->macs += macs(&instruction->line);
  return queue->count == 1;
}

// A counter that is raised and taken from in one cycle changes by both.
static unsigned after_cycle(const systole_engines *engines, unsigned from, unsigned to,
                            unsigned able) {
  unsigned sum = systole_units(engines->queues[to].semaphores, from);
  sum += systole_units(systole_engines_ending(engines, from)->raise, to);
  if (able >> to & 1) sum -= systole_units(head_of(&engines->queues[to])->wait, from);
  return sum;
}

static bool overflows(const systole_engines *engines, unsigned engine, unsigned able) {
  if (systole_engines_ending(engines, engine)->raise == 0) return false;
  for (unsigned e = 0; e < SYSTOLE_ENGINES; e++)
    if (after_cycle(engines, engine, e, able) > SYSTOLE_SEMAPHORE_MAX) return true;
  return false;
}

systole_outcome systole_engines_outcome(const systole_engines *engines, unsigned engine,
                                        unsigned able) {
  const systole_outcome own = systole_engines_ending(engines, engine)->outcome;
  if (own.cause != SYSTOLE_CAUSE_NONE) return own;
  const systole_ld_started *ld = systole_ld_time_oldest(&engines->ld);
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

static void perform(systole_engines *engines, const systole_instruction *in, systole_outcome *outcome) {
  if (engines->observer) engines->observer(engines->observer_user, in, false);
  if (engines->values)
    *outcome = systole_execute(engines->config, engines->memory, engines->srams, in);
  if (engines->observer) engines->observer(engines->observer_user, in, true);
}

static void start_head(systole_engines *engines, systole_queue *queue, uint64_t now) {
  const systole_instruction *in = head_of(queue);
  if (queue->starts == queue->ends) {  // else the engine is active anyhow
    count_state(queue, now);
    queue->state = SYSTOLE_BUSY;
  }
  systole_started *started = &queue->started[queue->starts++ % SYSTOLE_MAX_STARTED];
  *started = (systole_started){.index = in->index, .raise = in->raise, .start = now};
  queue->semaphores -= in->wait;
  begin_work(engines, in, now);
  if (engines->values | (engines->observer != NULL)) perform(engines, in, &started->outcome);
  queue->left = now + 2;
  queue->room = queue->room == SYSTOLE_NEVER ? queue->left : queue->room;
  queue->head = (queue->head + 1) % SYSTOLE_MAX_QUEUE;
  queue->count--;
  queue->able = SYSTOLE_NEVER;
}

// A semaphore stops at its most. Returns the engines that were raised to, a bit each.
static unsigned raise(systole_engines *engines, unsigned from, uint64_t units) {
  unsigned raised = 0;
  for (unsigned to; units; units &= ~(0xFFFFull << 16 * to)) {
    to = (unsigned)__builtin_ctzll(units) / 16;
    uint64_t *semaphores = &engines->queues[to].semaphores;
    const unsigned room = SYSTOLE_SEMAPHORE_MAX - systole_units(*semaphores, from);
    const unsigned asked = systole_units(units, to);
    *semaphores += (uint64_t)(asked < room ? asked : room) << 16 * from;
    raised |= 1u << to;
  }
  return raised;
}

// Returns the same.
static unsigned end_oldest(systole_engines *engines, unsigned e, uint64_t now) {
  systole_queue *queue = &engines->queues[e];
  const systole_started *ending = systole_engines_ending(engines, e);
  engines->report->retired++;
  if (engines->trace) engines->trace(engines->trace_user, e, ending->index, ending->start, now);
  queue->ends++;
  queue->done = SYSTOLE_NEVER;
  if (e == LD) systole_ld_time_end(&engines->ld);
  return raise(engines, e, ending->raise);
}

bool systole_engines_active(const systole_engines *engines, unsigned engine) {
  return engines->queues[engine].starts != engines->queues[engine].ends;
}

// A head waits until it starts.
static systole_engine_state state_of(const systole_queue *queue) {
  const systole_engine_state rests = queue->count == 0 ? SYSTOLE_IDLE : SYSTOLE_WAITS_SEM;
  return queue->starts != queue->ends ? SYSTOLE_WAITS_MEM : rests;
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

static void look_at_queue(systole_queue *queue, uint64_t now) {
  queue->takes = systole_later(now + 1, systole_later(queue->ready, queue->able));
  queue->next = systole_sooner(queue->done, queue->takes);
}

static uint64_t soonest(const systole_queue *queues) {
  return systole_sooner(systole_sooner(queues[0].next, queues[1].next),
                        systole_sooner(queues[2].next, queues[3].next));
}

void systole_engines_look(systole_engines *engines, unsigned engine, uint64_t now) {
  ask_bus(engines, engine);
  look_at_queue(&engines->queues[engine], now);
  engines->next = soonest(engines->queues);
}

// What the head waits for from cycle now + 1 on, or from that in which it is the
// head. That nothing is missing tells in the cycle after; and then no one but the
// head takes it.
static void look_at_head(systole_queue *queue, uint64_t now) {
  queue->missing = missing(queue);
  const bool unable = (queue->count == 0) | (queue->missing != 0);
  queue->able = systole_sooner(queue->able, systole_unless(unable, systole_later(now + 2, queue->left + 1)));
}

// An MX or VX that may start in the next cycle does, whatever happens there.
static void settle(systole_engines *engines, unsigned e, uint64_t now) {
  systole_queue *queue = &engines->queues[e];
  ask_bus(engines, e);
  look_at_head(queue, now);
  look_at_queue(queue, now);
  if (queue->takes == now + 1 && (e == MX || e == VX)) {
    start_head(engines, queue, now + 1);
    look_at_head(queue, now + 1);
    look_at_queue(queue, now);
  }
  count_state(queue, now + 1);
  queue->state = state_of(queue);
}

// A raise may be what a head waits for. The changes show from the next cycle on.
void systole_engines_change(systole_engines *engines, systole_engines_due due, unsigned pushed,
                            uint64_t now) {
  unsigned touched = due.able | due.ended | pushed;
  for (unsigned able = due.able; able; able &= able - 1)
    start_head(engines, &engines->queues[__builtin_ctz(able)], now);
  for (unsigned ended = due.ended; ended; ended &= ended - 1)
    touched |= end_oldest(engines, (unsigned)__builtin_ctz(ended), now);
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
  enum { WAITS_FOR = 1 << 4, QUEUED_LSB = 8 };
  const systole_queue *queue = &engines->queues[e];
  systole_report *report = engines->report;
  const bool active = systole_engines_active(engines, e);
  unsigned state = queue->state;
  if (active && (e == MX || e == VX)) state = SYSTOLE_BUSY;
  for (unsigned f = 0; f < SYSTOLE_ENGINES && state % WAITS_FOR == SYSTOLE_WAITS_SEM; f++)
    if (systole_units(queue->missing, f)) state |= WAITS_FOR << f;
  // The last that was started may still be in its queue.
  const unsigned early = queue->left > now + 1;
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
