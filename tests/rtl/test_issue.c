// Queues, semaphores and watchdog beside plain lists and counters, cycle by
// cycle: engines that are ready and end at random, a sequencer that pushes at
// random, moods in which semaphores run dry, run over, or nothing moves.
//   test_issue DEPTH IN_FLIGHT [SEED]
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/rtl/shim_issue.h"
#include "tests/rtl/tally.h"

enum { MOST = 16, RUNS = 150, CYCLES = 2000 };
enum { STARTS, ENDS, COUNTERS, OVERFLOW, STATES, WATCHDOG };
static const char *const names[] = {"starts: when, in order, with their words", "ends: line and start cycle",
                                    "semaphores", "overflow, and the counter stays at 255",
                                    "states for the registers", "the watchdog bites in time", NULL};

typedef struct {
  uint32_t index;
  unsigned wait[4], raise[4];
  uint64_t started;
} entry;

typedef struct {
  entry queue[MOST], flying[MOST];
  unsigned queued, inside;
  uint64_t may_end;  // engines take a cycle at least
  bool able;         // the head's semaphores were there in the cycle before
  bool leaves;       // the head started in the cycle before
  bool over;         // a semaphore ran over in the cycle before
} engine;

typedef struct {
  void *block;
  issue_pins pins;
  unsigned depth, in_flight;
  uint64_t random, cycle;
  engine engines[4];
  unsigned count[4][4];
  entry coming;            // what is pushed next,
  unsigned to, offered;    // where, and how much of it is there: the first quarter, the others
  uint64_t idle;  // cycles without progress
  bool due, bites;  // they were too many two cycles ago, or one
  unsigned seen_overflow, seen_bite, seen_full;
  tally tally;
} bench;

static uint32_t rnd(bench *b, uint32_t below) {
  b->random = b->random * 6364136223846793005u + 1442695040888963407u;
  const uint64_t x = b->random ^ b->random >> 29;
  return (uint32_t)((x * 0x9E3779B97F4A7C15u >> 33) % below);
}

static void expect(bench *b, unsigned property, const char *what, uint64_t got, uint64_t want) {
  if (got != want && tally_wrong(&b->tally) < 10)
    printf("cycle %llu: %s is 0x%llx, not 0x%llx\n", (unsigned long long)b->cycle, what,
           (unsigned long long)got, (unsigned long long)want);
  tally_vector(&b->tally, property, got == want);
}

// Engines whose semaphores for the head of e's queue are missing.
static unsigned missing(const bench *b, unsigned e) {
  unsigned bits = 0;
  for (unsigned f = 0; f < 4 && b->engines[e].queued; f++)
    bits |= (b->count[f][e] < b->engines[e].queue[0].wait[f] ? 1u : 0u) << f;
  return bits;
}

static bool starts(const bench *b, unsigned e) {
  const engine *g = &b->engines[e];
  return g->able && (b->pins.ready >> e & 1) && g->inside < b->in_flight;
}

// What one instruction waits for and raises: `most` is the largest nibble.
static entry random_entry(bench *b, unsigned e, unsigned waits, unsigned raises) {
  entry made = {.index = b->random >> 20 & 0xFFFFFF};
  for (unsigned f = 0; f < 4; f++) {
    if (f == e) continue;
    made.wait[f] = rnd(b, 3) ? 0 : rnd(b, waits + 1);
    made.raise[f] = rnd(b, 2) ? 0 : rnd(b, raises + 1);
  }
  return made;
}

typedef struct {
  unsigned waits, raises, push, ready, done;  // largest nibbles; one in `push` cycles, and so on
} mood;

// Another entry is coming; what was may be there in part, or all of it, and is not pushed.
static void choose(bench *b, const mood *m) {
  issue_pins *p = &b->pins;
  b->to = rnd(b, 4);
  b->offered = 0;
  b->coming = random_entry(b, b->to, m->waits, m->raises);
  p->index = b->coming.index;
  p->nibbles = 0;
  for (unsigned f = 0; f < 4; f++) p->nibbles |= b->coming.wait[f] << 4 * f | b->coming.raise[f] << (16 + 4 * f);
}

// It is offered in two cycles, then pushed; any part may be offered again, to others, too.
static void offer_or_push(bench *b, const mood *m) {
  issue_pins *p = &b->pins;
  const bool full = b->engines[b->to].queued == b->depth;
  if (p->push || rnd(b, full ? 2 : 50) == 0) choose(b, m);
  p->push = 0;
  p->offer = (uint8_t)(1u << b->to | rnd(b, 16));
  p->part = rnd(b, 2) ? 1 : 0xE;
  if (b->offered < 2) {
    p->part = b->offered++ ? 0xE : 1;
  } else if (rnd(b, m->push) == 0 && b->engines[b->to].queued < b->depth) {
    p->push = (uint8_t)(1u << b->to);
  }
}

// The inputs of a cycle.
static void drive(bench *b, const mood *m) {
  issue_pins *p = &b->pins;
  p->ready = p->done = p->active = p->stall = 0;
  offer_or_push(b, m);
  for (unsigned e = 0; e < 4; e++) {
    const engine *g = &b->engines[e];
    p->ready |= (uint8_t)((rnd(b, m->ready) == 0) << e);
    p->active |= (uint8_t)((g->inside > 0) << e);
    p->stall |= (uint8_t)(rnd(b, 2) << e);
    p->done |= (uint8_t)((g->inside > 0 && b->cycle >= g->may_end && rnd(b, m->done) == 0) << e);
  }
  p->cycle = b->cycle;
  p->enable = rnd(b, 200) != 0;
  p->restart = rnd(b, 200) == 0;
}

static void check_states(bench *b, unsigned e) {
  const issue_pins *p = &b->pins;
  const engine *g = &b->engines[e];
  const unsigned lack = missing(b, e), active = p->active >> e & 1;
  const unsigned state = active ? (p->stall >> e & 1 ? 2 : 3) : !g->queued ? 0 : g->able ? 3 : 1;
  expect(b, STATES, "full", p->full >> e & 1, g->queued == b->depth);
  expect(b, STATES, "empty", p->empty >> e & 1, g->queued == 0);
  expect(b, STATES, "blocked", p->blocked >> e & 1, !g->queued || lack);
  expect(b, STATES, "state", p->state >> 2 * e & 3, state);
  expect(b, STATES, "waits_for", p->waits_for >> 4 * e & 15, state == 1 ? lack : 0);
  expect(b, STATES, "queued", p->queued >> 8 * e & 255, g->queued);
  expect(b, STATES, "at", p->at[e], active ? g->flying[0].index : g->queued ? g->queue[0].index : 0);
  for (unsigned f = 0; f < 4; f++) expect(b, COUNTERS, "semaphore", p->count[f][e], b->count[f][e]);
}

static void check_moves(bench *b, unsigned e) {
  const issue_pins *p = &b->pins;
  const engine *g = &b->engines[e];
  expect(b, STARTS, "start", p->start >> e & 1, starts(b, e));
  if (starts(b, e)) {
    expect(b, STARTS, "descriptor", p->desc_index[e], g->queue[0].index);
    if (e == 0 || e == 3) expect(b, STARTS, "address", p->addr[e], g->queue[0].index + UINT64_C(1));
    if (e == 0) expect(b, STARTS, "list's address", p->index_addr[e], g->queue[0].index + UINT64_C(2));
  }
  if (p->done >> e & 1) {
    expect(b, ENDS, "line", p->ended_index[e], g->flying[0].index);
    expect(b, ENDS, "start cycle", p->start_cycle[e], g->flying[0].started);
  }
}

// What is there in this cycle lets a head start from the next one on.
static void look_at_heads(bench *b) {
  for (unsigned e = 0; e < 4; e++)
    b->engines[e].able = b->engines[e].queued && !missing(b, e) && !(b->pins.start >> e & 1) &&
                         !b->engines[e].leaves;
}

// All raises and takes of a cycle, each counter once.
static void move_counters(bench *b) {
  for (unsigned e = 0; e < 4; e++) {
    bool over = false;
    for (unsigned f = 0; f < 4; f++) {
      unsigned sum = b->count[e][f];
      if (b->pins.done >> e & 1) sum += b->engines[e].flying[0].raise[f];
      if (b->pins.start >> f & 1) sum -= b->engines[f].queue[0].wait[e];
      over |= sum > 255;
      b->count[e][f] = sum > 255 ? 255 : sum;
    }
    expect(b, OVERFLOW, "overflow", b->pins.overflow >> e & 1, b->engines[e].over);
    b->engines[e].over = over;
    b->seen_overflow += over;
  }
}

static void move_queues(bench *b) {
  for (unsigned e = 0; e < 4; e++) {
    engine *g = &b->engines[e];
    if (b->pins.done >> e & 1) memmove(g->flying, g->flying + 1, --g->inside * sizeof *g->flying);
    if (b->pins.start >> e & 1) {
      g->flying[g->inside] = g->queue[0];
      g->flying[g->inside++].started = b->cycle;
      g->may_end = b->cycle + 1;
    }
    if (g->leaves) memmove(g->queue, g->queue + 1, --g->queued * sizeof *g->queue);
    g->leaves = b->pins.start >> e & 1;
    if (b->pins.push >> e & 1) g->queue[g->queued++] = b->coming;
    b->seen_full += g->queued == b->depth;
  }
}

static void watch(bench *b) {
  const issue_pins *p = &b->pins;
  const bool progress = p->push || p->start || p->done;
  expect(b, WATCHDOG, "bite", p->bite, b->bites);
  b->seen_bite += p->bite;
  b->bites = b->due && p->enable && !p->restart;
  b->idle = p->enable && !progress && !p->restart ? b->idle + 1 : 0;
  b->due = b->idle >= p->limit;
}

static void clear(bench *b) {
  memset(b->engines, 0, sizeof b->engines);
  memset(b->count, 0, sizeof b->count);
  b->pins.push = b->pins.done = b->pins.ready = b->pins.enable = 0;
  b->pins.active = b->pins.stall = 0;
  b->pins.clear = 1;
  issue_eval(b->block, &b->pins);
  issue_clock(b->block);
  b->pins.clear = 0;
  b->idle = 0;
  b->due = b->bites = false;
}

static void run(bench *b) {
  static const unsigned nibbles[] = {0, 1, 3, 15}, rates[] = {1, 2, 4, 40};
  const mood m = {nibbles[rnd(b, 4)], nibbles[rnd(b, 4)], rates[rnd(b, 4)], rates[rnd(b, 3)], rates[rnd(b, 4)]};
  b->pins.limit = 1 + rnd(b, 60);
  choose(b, &m);
  for (unsigned c = 0; c < CYCLES; c++, b->cycle++) {
    drive(b, &m);
    issue_eval(b->block, &b->pins);
    for (unsigned e = 0; e < 4; e++) {
      check_states(b, e);
      check_moves(b, e);
    }
    watch(b);
    look_at_heads(b);
    move_counters(b);
    move_queues(b);
    issue_clock(b->block);
    if (tally_wrong(&b->tally)) return;
  }
  clear(b);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    printf("usage: test_issue DEPTH IN_FLIGHT [SEED]\n");
    return 2;
  }
  static bench b;
  b.depth = (unsigned)atoi(argv[1]);
  b.in_flight = (unsigned)atoi(argv[2]);
  b.random = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
  b.tally.names = names;
  printf("depth %u, in flight %u, seed %llu\n", b.depth, b.in_flight, (unsigned long long)b.random);
  b.block = issue_open();
  for (unsigned i = 0; i < 3; i++) {
    issue_eval(b.block, &b.pins);
    issue_clock(b.block);
  }
  b.pins.rst_n = 1;
  for (unsigned i = 0; i < RUNS && !tally_wrong(&b.tally); i++) run(&b);
  printf("%u overflows, %u bites, %u full queues\n", b.seen_overflow, b.seen_bite, b.seen_full);
  if (!tally_wrong(&b.tally)) {
    expect(&b, OVERFLOW, "some overflows", b.seen_overflow > 50, 1);
    expect(&b, WATCHDOG, "some bites", b.seen_bite > 50, 1);
    expect(&b, STATES, "some full queues", b.seen_full > 50, 1);
  }
  issue_close(b.block);
  return tally_end(&b.tally);
}
