// An AXI4 slave for block tests: sim/dram's bytes and times, and a checker of
// the protocol. Header only; a test program includes it once.
//
// Cycle by cycle: fill in what the master drives, call axi_slave_before (which
// answers in the same cycle), then axi_slave_after as the clock rises.
#ifndef SYSTOLE_TESTS_RTL_AXI_SLAVE_H
#define SYSTOLE_TESTS_RTL_AXI_SLAVE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sim/dram/dram.h"
#include "sim/dram/memory.h"

enum { AXI_QUEUE = 4096, AXI_BUS = 128 };

// Address channel, as the master drives it; read and write alike.
typedef struct {
  bool valid;
  uint64_t addr;
  uint32_t len, size, burst, rest;  // rest: id, lock, cache, prot, qos packed as id | lock<<1 | cache<<2 | prot<<6 | qos<<9
} axi_address;

typedef struct {
  bool valid, last;
  uint8_t data[AXI_BUS];
  uint64_t strb[AXI_BUS / 64];
} axi_beat;

typedef struct {
  uint64_t addr, time;  // time: of the first beat or the response
  uint32_t beats;
  bool error;
} axi_burst;

typedef struct {
  unsigned bus;
  systole_memory *memory;
  systole_dram *dram;
  uint64_t cycle;
  unsigned failures;
  bool lazy_w;       // WREADY falls at random (sim/dram never does that)
  bool late_aw;      // AWREADY waits for WVALID, as a slave's may
  uint64_t random;

  // From the master, this cycle
  axi_address ar, aw;
  axi_beat w;
  bool rready, bready;
  // To the master, this cycle
  bool arready, awready, wready;
  bool rvalid, rlast, rerror, bvalid, berror;
  uint8_t rdata[AXI_BUS];

  // Inside
  axi_address ar_before, aw_before;
  axi_beat w_before;
  bool ar_waited, aw_waited, w_waited;
  bool ar_seen, aw_seen;
  uint32_t ar_stall, aw_stall;
  axi_burst reads[AXI_QUEUE], writes[AXI_QUEUE];  // rings
  unsigned read_head, read_tail, read_beat;
  unsigned aw_tail, w_head, w_beat, b_head;  // accepted, being filled, awaiting B
  uint64_t read_beats, write_beats;
} axi_slave;

static void axi_wrong(axi_slave *s, const char *what, uint64_t value) {
  if (s->failures++ < 10)
    printf("cycle %llu: AXI: %s (0x%llx)\n", (unsigned long long)s->cycle, what,
           (unsigned long long)value);
}

static bool axi_same_address(const axi_address *a, const axi_address *b) {
  return a->addr == b->addr && a->len == b->len && a->size == b->size && a->burst == b->burst &&
         a->rest == b->rest;
}

static void axi_check_address(axi_slave *s, const axi_address *now, const axi_address *before,
                              bool waited) {
  if (waited && !now->valid) axi_wrong(s, "valid fell before ready", before->addr);
  if (!now->valid) return;
  if (waited && !axi_same_address(now, before)) axi_wrong(s, "address changed while it waits", now->addr);
  const uint64_t bytes = (uint64_t)(now->len + 1) * s->bus;
  if (now->len > 63 || bytes > 1024) axi_wrong(s, "burst too long", now->len);
  if (now->addr % s->bus) axi_wrong(s, "address not a multiple of the bus", now->addr);
  if (now->addr / 4096 != (now->addr + bytes - 1) / 4096) axi_wrong(s, "crosses 4 KiB", now->addr);
  if (1u << now->size != s->bus) axi_wrong(s, "size is not the bus", now->size);
  if (now->burst != 1) axi_wrong(s, "not INCR", now->burst);
  if (now->rest != 3u << 2) axi_wrong(s, "id, lock, cache, prot or qos", now->rest);
}

// A whole burst inside one region?
static uint8_t *axi_at(axi_slave *s, uint64_t addr, uint32_t beats) {
  return systole_memory_at(s->memory, addr, (uint64_t)beats * s->bus);
}

static void axi_slave_before(axi_slave *s) {
  axi_check_address(s, &s->ar, &s->ar_before, s->ar_waited);
  axi_check_address(s, &s->aw, &s->aw_before, s->aw_waited);
  if (s->w_waited && (!s->w.valid || s->w.last != s->w_before.last ||
                      memcmp(s->w.data, s->w_before.data, s->bus) != 0 ||
                      memcmp(s->w.strb, s->w_before.strb, sizeof s->w.strb) != 0))
    axi_wrong(s, "write data changed while it waits", 0);
  if (!s->rready || !s->bready) axi_wrong(s, "RREADY or BREADY low", 0);

  if (s->ar.valid && !s->ar_seen) s->ar_seen = true, s->ar_stall = systole_dram_read_stall(s->dram);
  if (s->aw.valid && !s->aw_seen) s->aw_seen = true, s->aw_stall = systole_dram_write_stall(s->dram);
  s->arready = s->ar.valid && s->ar_stall == 0;
  s->awready = s->aw.valid && s->aw_stall == 0 && (!s->late_aw || s->w.valid);
  s->random = s->random * 6364136223846793005u + 1442695040888963407u;
  // Data is taken from the cycle after its address.
  s->wready = s->w_head != s->aw_tail && (!s->lazy_w || (s->random >> 62) != 0);

  const axi_burst *r = &s->reads[s->read_head % AXI_QUEUE];
  s->rvalid = s->read_head != s->read_tail && s->cycle >= r->time + s->read_beat;
  s->rlast = s->rerror = false;
  if (s->rvalid) {
    const uint8_t *from = axi_at(s, r->addr + (uint64_t)s->read_beat * s->bus, 1);
    s->rerror = from == NULL;
    s->rlast = s->read_beat + 1 == r->beats;
    memset(s->rdata, 0, sizeof s->rdata);
    if (from) memcpy(s->rdata, from, s->bus);
  }
  const axi_burst *b = &s->writes[s->b_head % AXI_QUEUE];
  s->bvalid = s->b_head != s->w_head && s->cycle >= b->time;
  s->berror = s->bvalid && b->error;
}

static void axi_take_write(axi_slave *s) {
  axi_burst *b = &s->writes[s->w_head % AXI_QUEUE];
  uint8_t *to = axi_at(s, b->addr, b->beats);
  b->error = to == NULL;
  for (unsigned i = 0; to && i < s->bus; i++)
    if (s->w.strb[i / 64] >> (i % 64) & 1) to[s->w_beat * s->bus + i] = s->w.data[i];
  s->write_beats++;
  const bool last = ++s->w_beat == b->beats;
  if (last != s->w.last) axi_wrong(s, "WLAST in the wrong place, beat", s->w_beat);
  if (!last) return;
  b->time = systole_dram_write(s->dram, s->cycle, b->addr, b->beats);
  s->w_beat = 0;
  s->w_head++;
}

static void axi_slave_after(axi_slave *s) {
  if (s->ar.valid && s->arready) {
    const uint32_t beats = s->ar.len + 1;
    s->reads[s->read_tail++ % AXI_QUEUE] = (axi_burst){
        .addr = s->ar.addr, .beats = beats,
        .time = systole_dram_read(s->dram, s->cycle, s->ar.addr, beats)};
    s->ar_seen = false;
  } else if (s->ar_stall > 0) {
    s->ar_stall--;
  }
  if (s->rvalid) {
    s->read_beats++;
    s->read_beat++;
    if (s->rlast) s->read_beat = 0, s->read_head++;
  }
  if (s->aw.valid && s->awready) {
    s->writes[s->aw_tail++ % AXI_QUEUE] = (axi_burst){.addr = s->aw.addr, .beats = s->aw.len + 1};
    s->aw_seen = false;
  } else if (s->aw_stall > 0) {
    s->aw_stall--;
  }
  if (s->bvalid) s->b_head++;
  if (s->w.valid && s->wready) axi_take_write(s);
  s->ar_waited = s->ar.valid && !s->arready;
  s->aw_waited = s->aw.valid && !s->awready;
  s->w_waited = s->w.valid && !s->wready;
  s->ar_before = s->ar;
  s->aw_before = s->aw;
  s->w_before = s->w;
  s->cycle++;
}

#endif
