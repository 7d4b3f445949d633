#include "hw/fpga/ecp5/sites/best.h"

#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 2 };

typedef struct {
  int turns, count;
} round_of;
static const round_of rounds[] = {{SITES_TURNS / 4, SITES_BEGINNINGS},
                                  {SITES_TURNS / 2, SITES_BEGINNINGS / 4},
                                  {SITES_TURNS, SITES_BEGINNINGS / 8}};

typedef struct {
  const sites_netlist *n;
  sites_rough all[SITES_BEGINNINGS];  // the best first, after each round
  round_of round;
  pthread_mutex_t lock;  // of everything below
  int next;              // of `all` in this round
  systole_status status;  // the first that is not OK
  systole_error err;
} search;

// -1: none is left, or one failed.
static int take(search *s) {
  pthread_mutex_lock(&s->lock);
  const int one = s->status == SYSTOLE_OK && s->next < s->round.count ? s->next++ : -1;
  pthread_mutex_unlock(&s->lock);
  return one;
}

static void fail(search *s, systole_status status, const systole_error *err) {
  pthread_mutex_lock(&s->lock);
  if (!s->status) s->status = status, s->err = *err;
  pthread_mutex_unlock(&s->lock);
}

static void *work(void *argument) {
  search *s = argument;
  for (int one; (one = take(s)) >= 0;) {
    sites_rough *r = &s->all[one];
    systole_error err;
    systole_status status = r->x == NULL ? sites_rough_begin(s->n, one, r, &err) : SYSTOLE_OK;
    if (!status) status = sites_rough_turns(s->n, s->round.turns, r, &err);
    if (status) fail(s, status, &err);
  }
  return NULL;
}

static int by_length(const void *a, const void *b) {
  const sites_rough *p = a, *q = b;
  if (p->length != q->length) return p->length < q->length ? -1 : 1;
  return p->beginning - q->beginning;
}

static void run_round(search *s, round_of round) {
  s->round = round;
  s->next = 0;
  pthread_t threads[THREADS];
  int running = 0;
  while (running < THREADS - 1 && pthread_create(&threads[running], NULL, work, s) == 0) running++;
  work(s);
  for (int t = 0; t < running; t++) pthread_join(threads[t], NULL);
  qsort(s->all, (size_t)round.count, sizeof *s->all, by_length);
}

static void report(const search *s, FILE *progress) {
  fprintf(progress, "sites: %d placements after %d turns: wires of %.0f to %.0f tiles\n", s->round.count,
          s->round.turns, s->all[0].length, s->all[s->round.count - 1].length);
}

systole_status sites_best(const sites_netlist *n, sites_rough *best, FILE *progress, systole_error *err) {
  search s = {.n = n, .lock = PTHREAD_MUTEX_INITIALIZER};
  for (size_t r = 0; r < sizeof rounds / sizeof *rounds && !s.status; r++) {
    run_round(&s, rounds[r]);
    if (progress && !s.status) report(&s, progress);
  }
  for (int one = 1; one < SITES_BEGINNINGS; one++) sites_rough_free(&s.all[one]);
  *best = s.all[0];
  if (s.status) return systole_fail(err, s.status, "%s", s.err.text);
  sites_rough_end(n, best);
  return SYSTOLE_OK;
}
