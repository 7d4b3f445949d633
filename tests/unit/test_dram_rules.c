// Random accesses to a channel, each command that it sends checked against all
// that were sent lately, rule by rule as the standards state them: by distances
// between pairs of commands, where the engine keeps times from which on.
#include "sim/dram/channel.h"
#include "tests/unit/harness.h"

void suite_dram_rules(void);

enum { KEPT = 64 };  // more than any rule reaches back

typedef struct {
  uint64_t at;
  unsigned bank;
  bool write;
} command;

typedef struct {
  const systole_dram_timing *t;
  command acts[KEPT], columns[KEPT];
  uint64_t act_count, column_count;
  uint64_t opened[SYSTOLE_DRAM_BANKS];
} record;

static const command *back(const command *ring, uint64_t count, uint64_t n) {
  return n <= count && n <= KEPT ? &ring[(count - n) % KEPT] : NULL;
}

static bool apart(uint64_t later, uint64_t earlier, uint64_t least) { return later >= earlier + least; }
static bool same_group(const command *a, const command *b) { return (a->bank & 3) == (b->bank & 3); }

// A refresh is due at every multiple of tREFI but 0: nothing until it can be over.
static bool beside_refresh(const systole_dram_timing *t, uint64_t at) {
  return at < t->refi || at % t->refi >= t->rfc;
}

static bool act_allowed(const record *r, const command *act) {
  const systole_dram_timing *t = r->t;
  const command *other;
  bool fine = beside_refresh(t, act->at);
  for (uint64_t n = 1; (other = back(r->acts, r->act_count, n)); n++) {
    fine &= apart(act->at, other->at, same_group(act, other) ? t->rrd_l : t->rrd_s);
    if (other->bank == act->bank) fine &= apart(act->at, other->at, t->ras + t->rp);
    if (n == 4) fine &= apart(act->at, other->at, t->faw);
  }
  for (uint64_t n = 1; (other = back(r->columns, r->column_count, n)); n++)
    if (other->bank == act->bank)
      fine &= apart(act->at, other->at, (other->write ? t->cwl + t->bl + t->wr : t->rtp) + t->rp);
  return fine;
}

// A column command after another: the distance by their kinds and groups.
static uint64_t column_distance(const systole_dram_timing *t, const command *from, const command *to) {
  bool group = same_group(from, to);
  if (from->write == to->write) return group ? t->ccd_l : t->ccd_s;
  if (from->write) return t->cwl + t->bl + (group ? t->wtr_l : t->wtr_s);
  return t->cl + t->bl + 2 - t->cwl;
}

static bool column_allowed(const record *r, const command *column) {
  const systole_dram_timing *t = r->t;
  const command *other;
  uint64_t opened = r->opened[column->bank];
  bool fine = beside_refresh(t, column->at) && opened / t->refi == column->at / t->refi;
  fine &= apart(column->at, opened, column->write ? t->rcd_write : t->rcd_read);
  for (uint64_t n = 1; (other = back(r->columns, r->column_count, n)); n++)
    fine &= apart(column->at, other->at, column_distance(t, other, column));
  return fine;
}

static void add(command *ring, uint64_t *count, command c) { ring[(*count)++ % KEPT] = c; }

// One access; the commands are seen from its end and from what it leaves.
static void access_checked(systole_dram_channel *channel, record *r, uint64_t from, unsigned bank,
                           uint64_t row, bool write) {
  const systole_dram_timing *t = r->t;
  uint64_t hits = channel->counts.hits;
  systole_dram_run run;
  systole_dram_channel_run(channel, t, from, bank, row, 1, write, &run);
  const uint64_t end = systole_dram_run_end(&run, 0);
  if (channel->counts.hits == hits) {
    command act = {channel->banks[bank].read - t->rcd_read, bank, false};
    CU_ASSERT_FATAL(act.at >= from && act_allowed(r, &act));
    add(r->acts, &r->act_count, act);
    r->opened[bank] = act.at;
  }
  command column = {end - t->bl - (write ? t->cwl : t->cl), bank, write};
  CU_ASSERT_FATAL(column.at >= from && column_allowed(r, &column));
  add(r->columns, &r->column_count, column);
}

static void check_rules(const systole_dram_timing *t) {
  systole_dram_channel channel;
  record r = {.t = t};
  uint64_t from = 0;
  uint32_t seed = 1;
  systole_dram_channel_reset(&channel, t);
  for (unsigned i = 0; i < 400000; i++) {
    seed = seed * 1664525 + 1013904223;  // Numerical Recipes
    unsigned busy = i / 1000 % 4;        // dense, and less so
    from += seed >> 26 > 60 ? 700 : (seed >> 20) % (1 + 30 * busy);
    access_checked(&channel, &r, from, seed >> 8 & 15, seed >> 12 & 1, (seed >> 13 & 7) < busy);
  }
  CU_ASSERT(channel.counts.refreshes > 400);
  CU_ASSERT(channel.counts.conflicts > 10000 && channel.counts.hits > 10000);
}

static void commands_keep_the_rules(void) {
  for (unsigned p = 0; systole_dram_timing_at(p); p++) check_rules(systole_dram_timing_at(p));
}

void suite_dram_rules(void) {
  static const systole_test tests[] = {{"commands keep the rules", commands_keep_the_rules}, {0}};
  systole_test_suite("dram rules", tests);
}
