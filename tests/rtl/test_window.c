// The window to memory behind a slave that stalls, delays and refuses: every load
// and store against memory's bytes, the line in hand against what it may hold,
// times, and that bursts obey AXI.
//   test_window BUS [SEED]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/configs/config.h"
#include "tests/rtl/axi_slave.h"
#include "tests/rtl/shim_window.h"
#include "tests/rtl/tally.h"

enum { BYTES = 0x2100, ACCESSES = 20000, LINE = 64, REACH = 0x3000 };
#define BASE UINT64_C(0xFFFFFFF80)  // its lines lie around a carry and several 4 KiB

enum { LOADS, STORES, FAULTS, TIME, REST, GONE, PROTOCOL };
static const char *const names[] = {"loads tell memory's bytes",
                                    "stores write theirs and no others",
                                    "what memory refuses is an error",
                                    "time",
                                    "no burst while the machine has the bus",
                                    "who has gone is not answered",
                                    "AXI protocol",
                                    NULL};

typedef struct {
  unsigned bus;
  void *block;
  window_pins pins;
  axi_slave slave;
  uint64_t random;
  uint8_t want[BYTES];
  bool held;        // a line is in hand
  uint64_t line;    // its address
  uint64_t answered;  // cycle of the last beat or response
  bool began;       // a burst, in this cycle
  tally tally;
} bench;

static uint32_t rnd(bench *b, uint32_t below) {
  b->random = b->random * 6364136223846793005u + 1442695040888963407u;
  const uint64_t x = b->random ^ b->random >> 29;
  return (uint32_t)((x * 0x9E3779B97F4A7C15u >> 33) % below);
}

static unsigned log2_of(unsigned value) { return value > 1 ? 1 + log2_of(value / 2) : 0; }

// Drives a cycle; its outputs are in pins then.
static void cycle(bench *b) {
  enum { INCR = 1, CACHE = 3 << 2 };
  window_pins *p = &b->pins;
  axi_slave *s = &b->slave;
  window_eval(b->block, p);
  s->ar = (axi_address){p->arvalid, p->axaddr, p->arlen, log2_of(b->bus), INCR, CACHE};
  s->aw = (axi_address){p->awvalid, p->axaddr, 0, log2_of(b->bus), INCR, CACHE};
  s->w.valid = p->wvalid;
  s->w.last = true;
  memcpy(s->w.data, p->beat, sizeof s->w.data);
  memcpy(s->w.strb, p->wstrb, sizeof s->w.strb);
  s->rready = s->bready = true;
  axi_slave_before(s);
  p->arready = s->arready;
  p->awready = s->awready;
  p->wready = s->wready;
  p->rvalid = s->rvalid;
  p->rresp = s->rerror ? 2 : 0;
  memcpy(p->rdata, s->rdata, sizeof p->rdata);
  p->bvalid = s->bvalid;
  p->bresp = s->berror ? 2 : 0;
  if ((s->rvalid && s->rlast) || s->bvalid) b->answered = s->cycle;
  b->began = p->arvalid || p->awvalid;
  window_eval(b->block, p);
}

static void clock_edge(bench *b) {
  axi_slave_after(&b->slave);
  window_clock(b->block);
}

static bool mapped(const bench *b, uint64_t address, uint64_t bytes) {
  const uint64_t from = address / bytes * bytes;
  (void)b;
  return from >= BASE && from + bytes <= BASE + BYTES;
}

// A line is read whole: the beats that have it.
static bool line_mapped(const bench *b, uint64_t address) {
  const uint64_t line = address / LINE * LINE;
  if (b->bus > LINE) return mapped(b, address, b->bus);
  return line >= BASE && line + LINE <= BASE + BYTES;
}

static uint32_t word_of(const bench *b, uint64_t address) {
  uint32_t word;
  memcpy(&word, b->want + (address / 4 * 4 - BASE), 4);
  return word;
}

static void check(bench *b, unsigned property, const char *what, uint64_t got, uint64_t want) {
  if (got != want && tally_wrong(&b->tally) < 10)
    printf("FAIL %s, cycle %" PRIu64 ": got %" PRIx64 ", expected %" PRIx64 "\n", what, b->slave.cycle, got, want);
  tally_vector(&b->tally, property, got == want);
}

static void expect_load(bench *b, uint64_t address, bool hit, uint64_t asked) {
  const bool good = hit || line_mapped(b, address);
  check(b, FAULTS, "error of a load", b->pins.err, !good);
  if (good) check(b, LOADS, "a word", b->pins.data, word_of(b, address));
  check(b, TIME, "cycle of a load's answer", b->slave.cycle,
        hit ? asked + 1 : b->answered + (good ? 2 : 1));
  b->held = good;
  b->line = address / LINE;
}

static void expect_store(bench *b, uint64_t address) {
  const bool good = mapped(b, address, b->bus);
  check(b, FAULTS, "error of a store", b->pins.err, !good);
  check(b, TIME, "cycle of a store's answer", b->slave.cycle, b->answered + 1);
  b->held = false;
  for (unsigned i = 0; good && i < 4; i++)
    if (b->pins.be >> i & 1) b->want[address / 4 * 4 - BASE + i] = (uint8_t)(b->pins.wdata >> 8 * i);
}

// The core is reset in the middle: the access under way ends unseen.
static void leave(bench *b, uint64_t address) {
  b->pins.run = b->pins.req = 0;
  const bool writes = b->pins.we && !b->pins.idle && mapped(b, address, b->bus);
  bool silent = true;
  cycle(b);
  for (unsigned i = 0; i < 2000 && !(b->pins.idle && i > 2); i++) {
    clock_edge(b);
    b->pins.run = i > 3;  // another comes, but asks nothing yet
    cycle(b);
    silent = silent && !b->pins.done;
  }
  clock_edge(b);
  b->pins.run = 1;
  b->held = false;
  check(b, GONE, "an answer", silent, true);
  for (unsigned i = 0; writes && i < 4; i++)
    if (b->pins.be >> i & 1) b->want[address / 4 * 4 - BASE + i] = (uint8_t)(b->pins.wdata >> 8 * i);
}

static void access_once(bench *b) {
  static uint32_t near;
  window_pins *p = &b->pins;
  if (rnd(b, 3) == 0) near = rnd(b, REACH);
  const uint32_t offset = (near + rnd(b, 100)) % REACH;
  p->base = BASE - 128 * (uint64_t)rnd(b, 40);
  const uint64_t address = BASE - 0x80 + offset / 4 * 4;
  p->addr = (uint32_t)(address - p->base) & 0x7FFFFFFF;
  p->req = 1;
  p->we = rnd(b, 3) == 0;
  p->be = p->we ? (uint8_t)(1 + rnd(b, 15)) : 15;
  p->wdata = rnd(b, UINT32_MAX);
  p->rest = rnd(b, 4) != 0;
  const bool hit = !p->we && b->held && b->line == address / LINE;
  const uint64_t asked = b->slave.cycle, goes = rnd(b, 12) ? UINT64_MAX : asked + rnd(b, 30);
  for (unsigned i = 0; i < 2000; i++) {
    if (i && !p->rest) p->rest = rnd(b, 4) == 0;
    const bool idle = p->idle, rest = p->rest;
    cycle(b);
    if (!rest && idle) check(b, REST, "a burst", b->began, false);
    if (p->done) break;
    if (b->slave.cycle == goes) {
      leave(b, address);
      return;
    }
    clock_edge(b);
  }
  check(b, TIME, "an answer", p->done, true);
  if (p->we) expect_store(b, address);
  else expect_load(b, address, hit, asked);
  clock_edge(b);
  p->req = 0;
  p->clear = rnd(b, 20) == 0;
  if (p->clear) b->held = false;
  cycle(b);
  check(b, GONE, "a second answer", p->done, false);
  clock_edge(b);
  p->clear = 0;
}

static void epoch(bench *b) {
  systole_dram_params params = {.preset = "ideal", .seed = b->random};
  if (rnd(b, 3)) params.max_delay = rnd(b, 40);
  if (rnd(b, 3)) params.max_stall = rnd(b, 12);
  const systole_config config = {.dim = 128, .bus_bytes = b->bus, .clock_mhz = 200};
  if (systole_dram_create(&params, &config, &b->slave.dram, NULL) != SYSTOLE_OK) abort();
  b->slave.lazy_w = rnd(b, 2);
  b->slave.late_aw = rnd(b, 2);
  for (unsigned i = 0; i < 500 && tally_wrong(&b->tally) < 5; i++) access_once(b);
  check(b, PROTOCOL, "violations", b->slave.failures, 0);
  check(b, STORES, "memory", memcmp(systole_memory_at(b->slave.memory, BASE, BYTES), b->want, BYTES), 0);
  systole_dram_destroy(b->slave.dram);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    printf("usage: test_window BUS [SEED]\n");
    return 2;
  }
  static bench b;
  b.bus = (unsigned)atoi(argv[1]);
  b.random = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
  b.tally.names = names;
  printf("bus %u, seed %" PRIu64 "\n", b.bus, b.random);
  if (systole_memory_create(&b.slave.memory, NULL) != SYSTOLE_OK ||
      systole_memory_map(b.slave.memory, BASE, BYTES, NULL) != SYSTOLE_OK)
    return 2;
  for (unsigned i = 0; i < BYTES; i++) b.want[i] = (uint8_t)rnd(&b, 256);
  memcpy(systole_memory_at(b.slave.memory, BASE, BYTES), b.want, BYTES);
  b.block = window_open(b.bus);
  b.slave.bus = b.bus;
  for (unsigned i = 0; i < 4; i++) {
    window_eval(b.block, &b.pins);
    window_clock(b.block);
  }
  b.pins.rst_n = b.pins.run = b.pins.rest = 1;
  window_eval(b.block, &b.pins);
  for (unsigned i = 0; i < ACCESSES / 500 && tally_wrong(&b.tally) < 5; i++) epoch(&b);
  window_close(b.block);
  systole_memory_destroy(b.slave.memory);
  return tally_end(&b.tally);
}
