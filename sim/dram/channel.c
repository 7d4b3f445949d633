#include "sim/dram/channel.h"

#include <string.h>

static uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }

void systole_dram_channel_reset(systole_dram_channel *channel, const systole_dram_timing *timing) {
  memset(channel, 0, sizeof *channel);
  channel->refresh = timing->refi;
}

// ---- one access ------------------------------------------------------------------

// When an access's commands would be sent; pre and act mean nothing on a hit.
typedef struct {
  bool hit;
  uint64_t act, column;
} plan;

static bool row_open(const systole_dram_bank *bank, uint64_t row) {
  return bank->open && bank->row == row;
}

// The earliest RD or WR as far as the other accesses matter.
static uint64_t column_free(const systole_dram_channel *c, unsigned group, bool write) {
  return write ? later(c->all.write, c->groups[group].write)
               : later(c->all.read, c->groups[group].read);
}

static uint64_t act_free(const systole_dram_channel *c, unsigned group) {
  return later(later(c->all.act, c->groups[group].act), c->windows[c->oldest]);
}

static plan make_plan(const systole_dram_channel *c, const systole_dram_timing *t, uint64_t from,
                      unsigned number, uint64_t row, bool write) {
  const systole_dram_bank *bank = &c->banks[number];
  plan p = {.hit = row_open(bank, row)};
  uint64_t column = later(from, column_free(c, number & 3, write));
  if (p.hit) {
    p.column = later(column, write ? bank->write : bank->read);
    return p;
  }
  uint64_t closed = bank->open ? later(from, bank->pre) + t->rp : later(from, bank->act);
  p.act = later(closed, act_free(c, number & 3));
  p.column = later(column, p.act + (write ? t->rcd_write : t->rcd_read));
  return p;
}

static void activate(systole_dram_channel *c, const systole_dram_timing *t, unsigned number,
                     uint64_t row, uint64_t at) {
  systole_dram_bank *bank = &c->banks[number];
  *(bank->open ? &c->counts.conflicts : &c->counts.misses) += 1;
  bank->open = true;
  bank->row = row;
  bank->read = at + t->rcd_read;
  bank->write = at + t->rcd_write;
  bank->pre = at + t->ras;
  c->all.act = at + t->rrd_s;
  c->groups[number & 3].act = at + t->rrd_l;
  c->windows[c->oldest] = at + t->faw;
  c->oldest = (c->oldest + 1) % 4;
}

// RDs and WRs are sent in order, so the latest alone says when the next may be.
static void read_at(systole_dram_channel *c, const systole_dram_timing *t, unsigned number,
                    uint64_t at) {
  systole_dram_bank *bank = &c->banks[number];
  bank->pre = later(bank->pre, at + t->rtp);
  c->all.read = at + t->ccd_s;
  c->groups[number & 3].read = at + t->ccd_l;
  c->all.write = at + t->rtw;
}

static void write_at(systole_dram_channel *c, const systole_dram_timing *t, unsigned number,
                     uint64_t at) {
  systole_dram_bank *bank = &c->banks[number];
  uint64_t end = at + t->cwl + t->bl;
  bank->pre = later(bank->pre, end + t->wr);
  c->all.write = at + t->ccd_s;
  c->groups[number & 3].write = at + t->ccd_l;
  c->all.read = end + t->wtr_s;
  c->groups[number & 3].read = end + t->wtr_l;
}

// ---- refresh ---------------------------------------------------------------------

// All refreshes that are due up to `now`. The first closes the open rows and
// may have to wait for that; nothing happens between the others, so each begins
// when it is due, and only the last can still be felt.
static void refresh(systole_dram_channel *c, const systole_dram_timing *t, uint64_t now) {
  uint64_t start = c->refresh, last = now - now % t->refi;
  for (unsigned i = 0; i < SYSTOLE_DRAM_BANKS; i++) {
    const systole_dram_bank *bank = &c->banks[i];
    if (bank->open) start = later(start, later(c->refresh, bank->pre) + t->rp);
  }
  c->counts.refreshes += (last - c->refresh) / t->refi + 1;
  start = later(start, last);
  for (unsigned i = 0; i < SYSTOLE_DRAM_BANKS; i++) {
    c->banks[i].open = false;
    c->banks[i].act = start + t->rfc;
  }
  c->refresh = last + t->refi;
}

// ---- runs ------------------------------------------------------------------------

static void column_at(systole_dram_channel *c, const systole_dram_timing *t, unsigned bank, bool write,
                      uint64_t at) {
  if (write)
    write_at(c, t, bank, at);
  else
    read_at(c, t, bank, at);
}

// One access: the period of its RD or WR.
static uint64_t serve(systole_dram_channel *c, const systole_dram_timing *t, uint64_t from, unsigned bank,
                      uint64_t row, bool write) {
  plan p = make_plan(c, t, from, bank, row, write);
  while (p.column >= c->refresh) {
    refresh(c, t, p.column);
    p = make_plan(c, t, from, bank, row, write);
  }
  if (p.hit)
    c->counts.hits++;
  else
    activate(c, t, bank, row, p.act);
  column_at(c, t, bank, write, p.column);
  return p.column;
}

// Once each bank of a run has been accessed (and no refresh has closed it since)
// the rest are hits, which only tCCD_S holds: the run alternates, and tCCD_L is
// at most two of it. They need no plans, and only the last of each bank leaves
// a mark. The last access before was sent in period `last`. False, and nothing
// done, if a refresh would come between.
static bool finish_run(systole_dram_channel *c, const systole_dram_timing *t, unsigned bank, uint64_t row,
                       unsigned done, unsigned count, bool write, uint64_t last) {
  if (!row_open(&c->banks[bank], row) || !row_open(&c->banks[bank ^ t->group_low], row)) return false;
  if (last + (uint64_t)(count - done) * t->ccd_s >= c->refresh) return false;
  for (unsigned i = count - done < 2 ? done : count - 2; i < count; i++)
    column_at(c, t, bank ^ (i & t->group_low), write, last + (uint64_t)(i + 1 - done) * t->ccd_s);
  c->counts.hits += count - done;
  return true;
}

void systole_dram_channel_run(systole_dram_channel *c, const systole_dram_timing *t, uint64_t from,
                              unsigned bank, uint64_t row, unsigned count, bool write,
                              systole_dram_run *run) {
  const unsigned data = (write ? t->cwl : t->cl) + t->bl;
  unsigned done = 0;
  uint64_t column = 0;  // of the last
  while (done < count) {
    if (done > t->group_low && finish_run(c, t, bank, row, done, count, write, column)) break;
    column = serve(c, t, from, bank ^ (done & t->group_low), row, write);
    run->ends[done++] = column + data;
  }
  run->known = done;
  run->last = column + data;
  run->step = t->ccd_s;
}
