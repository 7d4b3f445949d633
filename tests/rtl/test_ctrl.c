// systole_ctrl: every register of registers.def through the AXI4-Lite pins, the
// block control and the interrupt as a Vitis ap_ctrl_hs kernel has them, and the
// counters against plain sums.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/isa/isa.h"
#include "tests/rtl/shim_ctrl.h"
#include "tests/rtl/tally.h"

enum { WALK, BLOCK, INTERRUPTS, ABORTS, COUNTERS, RECORD };
static const char *const names[] = {"every register reads back", "block control", "interrupts", "abort",
                                    "counters and states, frozen at the end", "the record's reader sees the registers", NULL};

typedef struct {
  void *block;
  ctrl_in in;
  ctrl_out out;
  uint64_t random;
  tally tally;
  unsigned section;  // what is being tested
} bench;

static uint32_t draw(bench *b) {
  b->random = b->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(b->random >> 32);
}

static void check(bench *b, const char *what, uint64_t number, uint64_t got, uint64_t want) {
  if (got != want && tally_wrong(&b->tally) < 20)
    printf("FAIL %s %" PRIx64 ": got %" PRIx64 ", expected %" PRIx64 "\n", what, number, got, want);
  tally_vector(&b->tally, b->section, got == want);
}

static void clock(bench *b) { ctrl_clock(b->block, &b->in, &b->out); }

// One write; the master is slow at random. Bounded.
static void store(bench *b, unsigned address, uint32_t data, unsigned strobes) {
  bool address_done = false, data_done = false, done = false;
  for (unsigned i = 0; i < 200 && !done; i++) {
    b->in.awvalid = !address_done && draw(b) % 3;
    b->in.wvalid = !data_done && draw(b) % 3;
    b->in.bready = draw(b) % 2;
    b->in.awaddr = (uint16_t)address;
    b->in.wdata = data;
    b->in.wstrb = (uint8_t)strobes;
    if (b->in.awvalid && b->out.awready) address_done = true;
    if (b->in.wvalid && b->out.wready) data_done = true;
    if (b->in.bready && b->out.bvalid) {
      done = true;
      check(b, "BRESP", address, b->out.bresp, 0);
    }
    clock(b);
  }
  b->in.awvalid = b->in.wvalid = b->in.bready = 0;
  check(b, "write answered", address, done, 1);
}

static uint32_t load(bench *b, unsigned address) {
  bool address_done = false;
  b->in.araddr = (uint16_t)address;
  for (unsigned i = 0; i < 200; i++) {
    b->in.arvalid = !address_done && draw(b) % 3;
    b->in.rready = draw(b) % 2;
    const bool done = b->in.rready && b->out.rvalid;
    const uint32_t data = b->out.rdata;
    if (b->in.arvalid && b->out.arready) address_done = true;
    clock(b);
    if (done) {
      b->in.arvalid = b->in.rready = 0;
      return data;
    }
  }
  check(b, "read answered", address, 0, 1);
  return 0;
}

enum { RECORD_WORDS = SYSTOLE_STATUS_BYTES / 4 };

// A read of word `other` by the second reader, while the first reads another
// register: neither may get what the other asked for.
static void load_beside(bench *b, unsigned other, uint32_t want) {
  const unsigned address = 0x200 + 4 * (draw(b) % RECORD_WORDS), begin = draw(b) % 6;
  const uint32_t alone = load(b, address);
  b->in.araddr = (uint16_t)address;
  b->in.arvalid = b->in.rready = 1;
  unsigned answers = 0;
  for (unsigned i = 0; i < 16; i++) {
    b->in.status_re = i == begin;
    b->in.status_word = (uint8_t)other;
    if (i == begin + 2) check(b, "status word beside a read", other, b->out.status_data, want);
    if (b->out.rvalid) {
      check(b, "read beside the record", address, b->out.rdata, alone);
      answers++;
    }
    clock(b);
    b->in.arvalid = 0;
  }
  b->in.rready = 0;
  check(b, "one read, one answer", address, answers, 1);
}

typedef struct {
  const char *name, *access;
  unsigned offset, count, stride;
} reg;
static const reg registers[] = {
#define REGISTER(name, offset, access, count, stride, text) {#name, #access, offset, count, stride},
#include "hw/isa/registers.def"
};
enum { REGISTERS = sizeof registers / sizeof *registers };

// From 0x400 on they are the controller's, which this block does not know.
static bool argument(const reg *r) {
  return strcmp(r->access, "RW") == 0 && r->offset >= 0x10 && r->offset < 0x400;
}

static void walk(bench *b) {
  static uint32_t value[0x400];
  // Everything is zero after reset; then two rounds of writes, read back after all.
  for (unsigned round = 0; round < 3; round++) {
    for (unsigned i = 0; i < REGISTERS; i++)
      for (unsigned k = 0; k < registers[i].count; k++) {
        const reg *r = &registers[i];
        const unsigned at = r->offset + k * r->stride;
        if (argument(r)) check(b, r->name, at, load(b, at), value[at / 4]);
      }
    for (unsigned i = 0; i < REGISTERS; i++)
      for (unsigned k = 0; k < registers[i].count; k++) {
        const reg *r = &registers[i];
        const unsigned at = r->offset + k * r->stride, strobes = draw(b) % 16;
        const uint32_t data = draw(b);
        if (r->offset < 0x10 || strcmp(r->name, "ABORT") == 0) continue;
        store(b, at, data, strobes);
        for (unsigned byte = 0; byte < 4 && argument(r); byte++)
          if (strobes >> byte & 1)
            value[at / 4] = (value[at / 4] & ~(255u << 8 * byte)) | (data & 255u << 8 * byte);
      }
  }
  for (unsigned i = 0; i < 16; i++) check(b, "scalar port", i, b->out.scalars[i], value[0x110 / 4 + i]);
  check(b, "lines port", 0, b->out.lines, value[0x150 / 4]);
  check(b, "watchdog port", 0, b->out.watchdog, value[0x154 / 4]);
  for (unsigned s = 0; s < 16; s++) {
    b->in.segment = (uint8_t)s;
    clock(b);
    const uint32_t *v = &value[0x10 / 4 + 4 * s];
    check(b, "base port", s, b->out.base, (v[0] & ~127u) | (uint64_t)v[1] << 32);
    check(b, "limit port", s, b->out.limit, v[2] | (uint64_t)v[3] << 32);
  }
  check(b, "program base", 0, b->out.program_base, (value[4] & ~127u) | (uint64_t)value[5] << 32);
  // Where there is no register, 0.
  static const unsigned holes[] = {0x15C, 0x1F0, 0x214, 0x23C, 0x278, 0x2A8, 0x340, 0x400, 0x800, 0xFFC};
  for (unsigned i = 0; i < sizeof holes / sizeof *holes; i++) {
    store(b, holes[i], 0xFFFFFFFFu, 15);
    check(b, "hole", holes[i], load(b, holes[i]), 0);
  }
  check(b, "ID", 0, load(b, SYSTOLE_REG_ID), 0x53595354);
  check(b, "VERSION", 0, load(b, SYSTOLE_REG_VERSION), SYSTOLE_ISA_VERSION);
  check(b, "hash low", 0, load(b, SYSTOLE_REG_CONFIG_HASH_LO), 0x89abcdef);
  check(b, "hash high", 0, load(b, SYSTOLE_REG_CONFIG_HASH_HI), 0x01234567);
  check(b, "GEOMETRY", 0, load(b, SYSTOLE_REG_GEOMETRY), 16 | 4 << 8 | 16 << 16);
  check(b, "no start", 0, b->out.start, 0);
}

static void take(bench *b) {
  b->in.take = 1;
  clock(b);
  b->in.take = 0;
  b->in.running = 1;
}

static void finish(bench *b) {
  clock(b);
  b->in.running = 0;
  clock(b);
  b->in.done = 1;
  clock(b);
  b->in.done = 0;
}

static void block_control(bench *b) {
  const unsigned ctrl = SYSTOLE_REG_CTRL;
  check(b, "idle", 0, load(b, ctrl), 4);
  store(b, ctrl, 1, 14);
  check(b, "no strobe, no start", 0, b->out.start, 0);
  store(b, ctrl, 1, 1);
  check(b, "start", 0, b->out.start, 1);
  check(b, "START reads 1", 0, load(b, ctrl), 1);
  take(b);
  check(b, "start is taken", 0, b->out.start, 0);
  check(b, "running", 0, load(b, ctrl), 0);
  store(b, ctrl, 1, 1);  // the next one, early
  check(b, "queued start", 0, load(b, ctrl), 1);
  finish(b);
  check(b, "done, ready and the queued start", 0, load(b, ctrl), 1 | 2 | 8);
  check(b, "cleared by reading", 0, load(b, ctrl), 1);
  take(b);
  finish(b);
  check(b, "done and ready", 0, load(b, ctrl), 2 | 4 | 8);
  check(b, "idle again", 0, load(b, ctrl), 4);
  store(b, ctrl, 2 | 4 | 8, 15);
  check(b, "other bits are read only", 0, load(b, ctrl), 4);

  // A read in the very cycle of done does not lose it.
  store(b, ctrl, 1, 1);
  take(b);
  b->in.arvalid = 1;
  b->in.araddr = (uint16_t)ctrl;
  clock(b);
  b->in.arvalid = 0;
  clock(b);
  b->in.running = 0;
  b->in.done = 1;
  clock(b);
  b->in.done = 0;
  b->in.rready = 1;
  for (unsigned i = 0; i < 3; i++) clock(b);
  b->in.rready = 0;
  check(b, "done while reading", 0, load(b, ctrl) & 2, 2);
}

static void run_once(bench *b) {
  store(b, SYSTOLE_REG_CTRL, 1, 1);
  take(b);
  finish(b);
  (void)load(b, SYSTOLE_REG_CTRL);
}

static void interrupts(bench *b) {
  run_once(b);
  check(b, "ISR stays 0 while not enabled", 0, load(b, SYSTOLE_REG_ISR), 0);
  store(b, SYSTOLE_REG_IER, 1, 15);
  run_once(b);
  check(b, "ISR done", 0, load(b, SYSTOLE_REG_ISR), 1);
  check(b, "no irq without GIE", 0, b->out.irq, 0);
  store(b, SYSTOLE_REG_GIE, 1, 15);
  check(b, "irq", 0, b->out.irq, 1);
  store(b, SYSTOLE_REG_ISR, 2, 15);
  check(b, "ISR toggles", 0, load(b, SYSTOLE_REG_ISR), 3);
  store(b, SYSTOLE_REG_ISR, 1, 15);
  check(b, "ISR toggles back", 0, load(b, SYSTOLE_REG_ISR), 2);
  check(b, "irq of ready", 0, b->out.irq, 1);
  store(b, SYSTOLE_REG_ISR, 2, 15);
  check(b, "no irq", 0, b->out.irq, 0);
  store(b, SYSTOLE_REG_IER, 2, 15);
  run_once(b);
  check(b, "ISR ready", 0, load(b, SYSTOLE_REG_ISR), 2);
  store(b, SYSTOLE_REG_ISR, 2, 14);
  check(b, "strobe", 0, load(b, SYSTOLE_REG_ISR), 2);
  store(b, SYSTOLE_REG_ISR, 2, 15);
  check(b, "IER reads back", 0, load(b, SYSTOLE_REG_IER), 2);
  check(b, "GIE reads back", 0, load(b, SYSTOLE_REG_GIE), 1);
  store(b, SYSTOLE_REG_GIE, 0, 15);
}

static void aborts(bench *b) {
  unsigned seen = 0;
  store(b, SYSTOLE_REG_ABORT, 1, 15);
  for (unsigned i = 0; i < 5; i++, clock(b)) seen += b->out.abort;
  check(b, "no abort while idle", 0, seen, 0);
  store(b, SYSTOLE_REG_CTRL, 1, 1);
  take(b);
  b->in.awvalid = b->in.wvalid = b->in.bready = 1;
  b->in.awaddr = SYSTOLE_REG_ABORT;
  b->in.wdata = 1;
  b->in.wstrb = 1;
  for (unsigned i = 0; i < 8; i++) {
    if (i == 2) b->in.awvalid = 0;
    clock(b);
    seen += b->out.abort;
    if (i == 2) check(b, "abort three cycles after its address", 0, b->out.abort, 1);
  }
  b->in.wvalid = b->in.bready = 0;
  check(b, "one pulse", 0, seen, 1);
  check(b, "ABORT reads 0", 0, load(b, SYSTOLE_REG_ABORT), 0);
  finish(b);
  (void)load(b, SYSTOLE_REG_CTRL);
}

static uint64_t load64(bench *b, unsigned address) {
  const uint32_t low = load(b, address);
  return low | (uint64_t)load(b, address + 4) << 32;
}

static void counters(bench *b) {
  uint64_t times[4][4] = {{0}}, retired = 0, macs = 0, reads = 0, writes = 0;
  const unsigned length = 3000;
  store(b, SYSTOLE_REG_CTRL, 1, 1);
  take(b);
  for (unsigned c = 1; c <= length; c++) {
    b->in.state = (uint8_t)draw(b);
    b->in.retired = (uint8_t)(draw(b) & draw(b) & 15);
    b->in.macs_add = draw(b) % 8 == 0;
    b->in.macs = ((uint64_t)draw(b) << 16 | draw(b)) & UINT64_C(0xFFFFFFFFFFFF);
    b->in.ld_beat = draw(b) & 1;
    b->in.line = draw(b) & 1;
    b->in.write_beat = draw(b) & 1;
    b->in.write_strb = (uint16_t)draw(b);
    b->in.waits_for = (uint16_t)draw(b);
    b->in.queued = draw(b);
    for (unsigned e = 0; e < 4; e++) {
      b->in.at[e] = draw(b);
      times[e][b->in.state >> 2 * e & 3]++;
      retired += b->in.retired >> e & 1;
    }
    if (b->in.macs_add) macs += b->in.macs;
    reads += b->in.ld_beat * 16u + b->in.line * 64u;
    for (unsigned i = 0; i < 16 && b->in.write_beat; i++) writes += b->in.write_strb >> i & 1;
    clock(b);
  }
  // Frozen from here on, whatever the pins say.
  const ctrl_in last = b->in;
  b->in.running = 0;
  b->in.state = (uint8_t)~last.state;
  b->in.waits_for = (uint16_t)~last.waits_for;
  b->in.queued = ~last.queued;
  for (unsigned e = 0; e < 4; e++) b->in.at[e] = ~last.at[e];
  b->in.cause = 7;
  b->in.engine = 3;
  b->in.index = 0x12345678;
  b->in.detail = 0x9ABCDEF0;
  b->in.seq_state = 5;
  b->in.seq_index = 77;
  check(b, "CYCLES", 0, load64(b, SYSTOLE_REG_CYCLES_LO), length);
  check(b, "RETIRED", 0, load64(b, SYSTOLE_REG_RETIRED_LO), retired);
  check(b, "MACS", 0, load64(b, SYSTOLE_REG_MACS_LO), macs);
  check(b, "READ_BYTES", 0, load64(b, SYSTOLE_REG_READ_BYTES_LO), reads);
  check(b, "WRITE_BYTES", 0, load64(b, SYSTOLE_REG_WRITE_BYTES_LO), writes);
  check(b, "ERROR_CAUSE", 0, load(b, SYSTOLE_REG_ERROR_CAUSE), 7);
  check(b, "ERROR_ENGINE", 0, load(b, SYSTOLE_REG_ERROR_ENGINE), 3);
  check(b, "ERROR_INDEX", 0, load(b, SYSTOLE_REG_ERROR_INDEX), 0x12345678);
  check(b, "ERROR_DETAIL", 0, load(b, SYSTOLE_REG_ERROR_DETAIL), 0x9ABCDEF0);
  check(b, "SEQ_STATE", 0, load(b, SYSTOLE_REG_SEQ_STATE), 5);
  check(b, "SEQ_INDEX", 0, load(b, SYSTOLE_REG_SEQ_INDEX), 77);
  for (unsigned e = 0; e < 4; e++) {
    check(b, "IDLE", e, load64(b, SYSTOLE_REG_IDLE_LO + 32 * e), times[e][0]);
    check(b, "WAIT_SEM", e, load64(b, SYSTOLE_REG_WAIT_SEM_LO + 32 * e), times[e][1]);
    check(b, "WAIT_MEM", e, load64(b, SYSTOLE_REG_WAIT_MEM_LO + 32 * e), times[e][2]);
    check(b, "BUSY", e, load64(b, SYSTOLE_REG_BUSY_LO + 32 * e), times[e][3]);
    check(b, "ENGINE_INDEX", e, load(b, SYSTOLE_REG_ENGINE_INDEX + 4 * e), last.at[e]);
    check(b, "ENGINE_STATE", e, load(b, SYSTOLE_REG_ENGINE_STATE + 4 * e),
          (last.state >> 2 * e & 3u) | (last.waits_for >> 4 * e & 15u) << 4 |
              (last.queued >> 8 * e & 255u) << 8);
  }
  // The second reader sees the same words.
  b->section = RECORD;
  for (unsigned w = 0; w < RECORD_WORDS; w++) {
    const uint32_t want = load(b, 0x200 + 4 * w);
    b->in.status_re = 1;
    b->in.status_word = (uint8_t)w;
    clock(b);
    b->in.status_re = 0;
    clock(b);
    check(b, "status word", w, b->out.status_data, want);
    for (unsigned i = 0; i < 4; i++) load_beside(b, w, want);
  }
}

int main(int argc, char **argv) {
  (void)argc;
  (void)argv;
  static bench b;
  const char *seed = getenv("SYSTOLE_SEED");
  b.random = seed ? strtoull(seed, NULL, 0) : 1;
  const uint64_t first = b.random;
  b.tally.names = names;
  b.block = ctrl_open();
  for (unsigned i = 0; i < 3; i++) clock(&b);
  b.in.rst_n = 1;
  clock(&b);
  walk(&b);
  b.section = BLOCK;
  block_control(&b);
  b.section = INTERRUPTS;
  interrupts(&b);
  b.section = ABORTS;
  aborts(&b);
  b.section = COUNTERS;
  counters(&b);
  ctrl_close(b.block);
  printf("seed %" PRIu64 "\n", first);
  return tally_end(&b.tally);
}
