// The status record through the write master: its bytes and no others, whatever
// memory's delays and stalls, also where a burst of it is refused.
//   test_status BUS [SEED]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/configs/config.h"
#include "hw/isa/isa.h"
#include "tests/rtl/axi_slave.h"
#include "tests/rtl/shim_status.h"
#include "tests/rtl/tally.h"

enum { BYTES = 0x4000, WORDS = SYSTOLE_STATUS_BYTES / 4, RECORDS = 400, BURST = 128 };
#define BASE UINT64_C(0x700040000)

enum { MEMORY, ERRORS, DONE, PROTOCOL };
static const char *const names[] = {"the record's bytes and no others", "a refused burst is an error with its address",
                                    "done once, with the last response", "AXI protocol", NULL};

typedef struct {
  unsigned bus;
  void *block;
  status_pins pins;
  axi_slave slave;
  uint64_t random;
  uint32_t words[128];
  uint8_t want[BYTES];
  tally tally;
  uint32_t next_data;  // what the registers will answer in the next cycle
} bench;

static uint32_t rnd(bench *b, uint32_t below) {
  b->random = b->random * 6364136223846793005u + 1442695040888963407u;
  const uint64_t x = b->random ^ b->random >> 29;
  return (uint32_t)((x * 0x9E3779B97F4A7C15u >> 33) % below);
}

static void cycle(bench *b) {
  status_pins *p = &b->pins;
  axi_slave *s = &b->slave;
  status_eval(b->block, p);
  s->aw = (axi_address){p->awvalid, p->awaddr, p->awlen, p->awsize, p->awburst, p->awrest};
  s->w.valid = p->wvalid;
  s->w.last = p->wlast;
  memcpy(s->w.data, p->wdata, sizeof s->w.data);
  memcpy(s->w.strb, p->wstrb, sizeof s->w.strb);
  s->bready = p->bready;
  s->rready = true;
  axi_slave_before(s);
  p->awready = s->awready;
  p->wready = s->wready;
  p->bvalid = s->bvalid;
  p->bresp = s->berror ? 2 : 0;
  status_eval(b->block, p);
}

// The registers answer two cycles later; when not asked they say something else.
static void clock_edge(bench *b) {
  const uint32_t data = b->pins.re ? b->words[b->pins.word] : rnd(b, UINT32_MAX);
  axi_slave_after(&b->slave);
  status_clock(b->block);
  b->pins.word_data = b->next_data;
  b->next_data = data;
}

// What a record at `base` should leave, burst by burst; returns whether one is
// refused, and the address of the first.
static bool expect(bench *b, uint64_t base, uint32_t *address) {
  bool refused = false;
  for (unsigned at = 0; at < SYSTOLE_STATUS_BYTES; at += BURST) {
    const unsigned bytes = SYSTOLE_STATUS_BYTES - at < BURST ? SYSTOLE_STATUS_BYTES - at : BURST;
    const uint64_t whole = (bytes + b->bus - 1) / b->bus * b->bus;
    if (base + at + whole <= BASE + BYTES) {
      memcpy(b->want + (base - BASE) + at, (const uint8_t *)b->words + at, bytes);
    } else if (!refused) {
      refused = true;
      *address = (uint32_t)(base + at);
    }
  }
  return refused;
}

static uint64_t place(bench *b) {
  const uint64_t lines = BYTES / BURST;
  switch (rnd(b, 4)) {
    case 0: return BASE + BURST * (31 - rnd(b, 4));          // across 4 KiB
    case 1: return BASE + BURST * (lines - rnd(b, 4));       // across the end, or beyond it
    default: return BASE + BURST * (uint64_t)rnd(b, (uint32_t)lines - 3);
  }
}

static void record(bench *b, unsigned number) {
  systole_dram_params params = {.preset = "ideal", .seed = b->random};
  if (rnd(b, 3)) params.max_delay = rnd(b, 40);
  if (rnd(b, 3)) params.max_stall = rnd(b, 12);
  const systole_config config = {.dim = 128, .bus_bytes = b->bus, .clock_mhz = 200};
  if (systole_dram_create(&params, &config, &b->slave.dram, NULL) != SYSTOLE_OK) abort();
  b->slave.lazy_w = rnd(b, 2);
  b->slave.late_aw = rnd(b, 2);
  b->slave.failures = 0;
  const uint64_t base = place(b);
  for (unsigned w = 0; w < WORDS; w++) b->words[w] = rnd(b, UINT32_MAX);
  uint32_t address = 0;
  const bool refused = expect(b, base, &address);
  unsigned dones = 0, answers = 0;
  bool good_error = true, late = true, answered[2] = {false};  // one cycle ago, two
  b->pins.base = base | rnd(b, 128);  // the low bits do not count
  b->pins.start = 1;
  for (unsigned c = 0; c < 5000 && (dones == 0 || c % 16); c++) {
    cycle(b);
    if (b->pins.done) {
      dones++;
      late = answers == (SYSTOLE_STATUS_BYTES + BURST - 1) / BURST && answered[1];
      good_error = b->pins.error == refused && (!refused || b->pins.error_addr == address);
    }
    answers += answered[0];
    answered[1] = answered[0];
    answered[0] = b->pins.bvalid;
    clock_edge(b);
    b->pins.start = 0;
  }
  const bool same = memcmp(systole_memory_at(b->slave.memory, BASE, BYTES), b->want, BYTES) == 0;
  if (!same || !good_error || dones != 1 || !late || b->slave.failures)
    printf("record %u at 0x%llx: memory %d, error %d, %u dones\n", number, (unsigned long long)base, same,
           good_error, dones);
  tally_vector(&b->tally, MEMORY, same);
  tally_vector(&b->tally, ERRORS, good_error);
  tally_vector(&b->tally, DONE, dones == 1 && late);
  tally_vector(&b->tally, PROTOCOL, b->slave.failures == 0);
  systole_dram_destroy(b->slave.dram);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    printf("usage: test_status BUS [SEED]\n");
    return 2;
  }
  static bench b;
  b.bus = (unsigned)atoi(argv[1]);
  b.random = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
  b.tally.names = names;
  printf("bus %u, seed %llu\n", b.bus, (unsigned long long)b.random);
  if (systole_memory_create(&b.slave.memory, NULL) != SYSTOLE_OK ||
      systole_memory_map(b.slave.memory, BASE, BYTES, NULL) != SYSTOLE_OK)
    return 2;
  for (unsigned i = 0; i < BYTES; i++) b.want[i] = (uint8_t)rnd(&b, 256);
  memcpy(systole_memory_at(b.slave.memory, BASE, BYTES), b.want, BYTES);
  b.block = status_open(b.bus);
  b.slave.bus = b.bus;
  for (unsigned i = 0; i < 4; i++) {
    status_eval(b.block, &b.pins);
    status_clock(b.block);
  }
  b.pins.rst_n = 1;
  for (unsigned i = 0; i < RECORDS && tally_wrong(&b.tally) < 5; i++) record(&b, i);
  status_close(b.block);
  systole_memory_destroy(b.slave.memory);
  return tally_end(&b.tally);
}
