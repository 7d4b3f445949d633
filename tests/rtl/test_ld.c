// LD behind the AXI master against the C model's function, and against the
// timing rules in the header of systole_ld.sv, cycle by cycle.
//   test_ld DIM BUS [SEED]
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/configs/config.h"
#include "hw/isa/isa.h"
#include "sim/dram/dram.h"
#include "sim/dram/memory.h"
#include "sim/model/ld.h"
#include "sim/model/sram.h"
#include "tests/rtl/axi_slave.h"
#include "tests/rtl/shim_ld.h"
#include "tests/rtl/tally.h"

enum { FUNCTION, TIMES, HANDSHAKE, PROTOCOL };
static const char *const names[] = {"random instructions agree", "ready and done are the rules'", "handshake holds",
                                    "AXI protocol", NULL};

enum { WORDS = 256, MOST = 64, IN_FLIGHT = 8, OUTSTANDING = 64, LD_BEATS = 128 };
// Regions with gaps between them, above 4 GiB; C and D are the longest pitch apart.
#define A UINT64_C(0x500010000)
#define B UINT64_C(0x500022000)
#define C (A + 0xFFFF0000)
#define D (C + 0xFFFF0000)
#define LISTS UINT64_C(0x7F00040000)
enum { A_BYTES = 0x10000, B_BYTES = 0x8000, LISTS_BYTES = 0x4000 };

// ---- When things happen, from the rules alone
typedef struct {
  systole_dram *dram;
  uint64_t accepted, last_done, last_beat;
  uint64_t ends[OUTSTANDING];  // last beats of the last bursts
  uint64_t beats[OUTSTANDING]; // and how many beats each has
  uint64_t bursts;
  uint64_t ready_from;          // as far as the request stage goes
  uint64_t flight_end[MOST];    // last cycle in flight, for each instruction
  unsigned flights;
} timing;

static uint64_t max64(uint64_t a, uint64_t b) { return a > b ? a : b; }

// Beats asked for before cycle `cycle` that have not come before it.
static uint64_t under_way(const timing *t, uint64_t cycle) {
  uint64_t sum = 0;
  for (uint64_t n = t->bursts; n > 0 && t->bursts - n < OUTSTANDING; n--) {
    const unsigned slot = (n - 1) % OUTSTANDING;
    if (t->ends[slot] < cycle) break;
    const uint64_t left = t->ends[slot] + 1 - cycle;
    sum += left < t->beats[slot] ? left : t->beats[slot];
  }
  return sum;
}

// Requests a run from cycle `request` on; returns the cycle in which its last
// burst is taken.
static uint64_t time_run(timing *t, unsigned bus, uint64_t request, uint64_t addr, uint64_t beats) {
  const uint64_t room = 64u * bus < 1024 ? 64 : 1024 / bus;
  uint64_t taken = request;
  while (beats > 0) {
    uint64_t burst = room - addr / bus % room;
    if (burst > beats) burst = beats;
    taken = max64(request, t->accepted);
    if (t->bursts >= OUTSTANDING) taken = max64(taken, t->ends[t->bursts % OUTSTANDING] + 1);
    while (under_way(t, taken) >= LD_BEATS) taken++;
    t->accepted = taken + 1 + systole_dram_read_stall(t->dram);
    t->last_beat = systole_dram_read(t->dram, t->accepted, addr, (uint32_t)burst) + burst;
    t->beats[t->bursts % OUTSTANDING] = burst;
    t->ends[t->bursts++ % OUTSTANDING] = t->last_beat;
    addr += burst * bus;
    beats -= burst;
    request = taken + 1;
  }
  return taken;
}

typedef struct {
  systole_line line;
  uint64_t addr, index_addr, done;
  systole_outcome outcome;
  bool gather, nop;
} instruction;

static uint64_t row_bytes(const instruction *in, unsigned dim) {
  const uint64_t words = SYSTOLE_GET(&in->line, LD, words);
  return words * dim * (SYSTOLE_GET(&in->line, LD, space) == SYSTOLE_SPACE_PAR ? 4 : 1);
}

static uint64_t time_gather(timing *t, const instruction *in, unsigned dim, unsigned bus,
                            uint64_t start, systole_memory *memory) {
  const uint64_t rows = SYSTOLE_GET(&in->line, LDG, rows), bytes = row_bytes(in, dim);
  const uint64_t free_at = t->flights ? t->flight_end[t->flights - 1] + 1 : 0;
  const uint64_t e = max64(start + 2, free_at), list = (4 * rows + bus - 1) / bus;
  time_run(t, bus, e + 1, in->index_addr, list);
  uint64_t row = t->last_beat + 2, end = row;
  for (uint64_t b = 0; b < list; b++)
    if (!systole_memory_at(memory, in->index_addr + b * bus, bus)) return max64(end, t->last_beat + 1) + 1;
  for (uint64_t i = 0; i < rows; i++) {
    uint32_t index;
    memcpy(&index, systole_memory_at(memory, in->index_addr + 4 * i, 4), 4);
    if (index >= SYSTOLE_GET(&in->line, LDG, limit)) {
      end = row + 3;
      break;
    }
    const uint64_t addr = in->addr + index * SYSTOLE_GET(&in->line, LD, pitch);
    row = end = time_run(t, bus, row + 4, addr, bytes / bus) + 1;
  }
  return max64(end, t->last_beat + 1) + 1;
}

static void time_instruction(timing *t, instruction *in, unsigned dim, unsigned bus,
                             uint64_t start, systole_memory *memory) {
  if (in->nop) {
    in->done = t->ready_from = max64(start, t->last_done) + 1;
  } else if (in->gather) {
    in->done = t->ready_from = time_gather(t, in, dim, bus, start, memory);
    t->flight_end[t->flights++] = in->done - 1;
  } else {
    const uint64_t bytes = row_bytes(in, dim), pitch = SYSTOLE_GET(&in->line, LD, pitch);
    const uint64_t rows = SYSTOLE_GET(&in->line, LD, rows);
    const bool one = pitch == bytes;
    uint64_t taken = start + 2;
    for (uint64_t i = 0; i < (one ? 1 : rows); i++)
      taken = time_run(t, bus, taken + 1, in->addr + i * pitch, (one ? rows : 1) * bytes / bus);
    t->ready_from = taken + 1;
    t->flight_end[t->flights++] = t->last_beat;
    in->done = t->last_beat + 1;
  }
  t->last_done = in->done;
}

static bool expect_ready(const timing *t, uint64_t cycle) {
  unsigned in_flight = 0;
  for (unsigned i = 0; i < t->flights; i++) in_flight += t->flight_end[i] >= cycle;
  return cycle >= t->ready_from && in_flight < IN_FLIGHT;
}

// ---- The bench
typedef struct {
  unsigned dim, bus, failures, broken;  // broken: a bit for each property
  uint64_t seed, random;
  void *block;
  ld_pins pins;
  bool beat_before;  // memory gave a beat in the cycle before,
  uint8_t data_before[AXI_BUS];
  axi_slave slave;
  systole_memory *memory;
  systole_srams want, have;
  // the stage that plays fetch
  uint64_t fetches[4096];  // beat addresses that will answer
  unsigned fetch_head, fetch_tail;
} bench;

static uint32_t rnd(bench *b, uint32_t below) {
  b->random = b->random * 6364136223846793005u + 1442695040888963407u;
  uint64_t x = b->random ^ b->random >> 29;
  return (uint32_t)((x * 0x9E3779B97F4A7C15u >> 33) % below);
}

static void wrong(bench *b, unsigned property, const char *what, uint64_t is, uint64_t should) {
  b->broken |= 1u << property;
  if (b->failures++ < 12)
    printf("seed %llu cycle %llu: %s is 0x%llx, not 0x%llx\n", (unsigned long long)b->seed,
           (unsigned long long)b->slave.cycle, what, (unsigned long long)is,
           (unsigned long long)should);
}

static void write_port(bench *b, unsigned port) {
  static const unsigned spaces[3] = {SYSTOLE_SPACE_WGT, SYSTOLE_SPACE_ACT, SYSTOLE_SPACE_PAR};
  if (b->pins.waddr[port] >= WORDS) {
    wrong(b, FUNCTION, "word address", b->pins.waddr[port], WORDS - 1);
    return;
  }
  memcpy(systole_sram_word(&b->have, spaces[port], b->pins.waddr[port]), b->pins.wdata[port],
         b->dim * systole_sram_element_bytes(spaces[port]));
}

// One cycle: pins in, slave, checks, clock.
static void cycle(bench *b) {
  ld_pins *p = &b->pins;
  axi_slave *s = &b->slave;
  ld_eval(b->block, p);
  s->ar = (axi_address){p->arvalid, p->araddr, p->arlen, p->arsize, p->arburst, p->arrest};
  s->rready = p->rready;
  s->bready = true;
  axi_slave_before(s);
  p->arready = s->arready;
  p->rvalid = s->rvalid;
  p->rlast = s->rlast;
  p->rresp = s->rerror ? 2 : 0;
  memcpy(p->rdata, s->rdata, b->bus);
  ld_eval(b->block, p);
  for (unsigned i = 0; i < 3; i++)
    if (p->we[i]) write_port(b, i);
  if (p->fetch_valid && p->fetch_ready)
    for (unsigned i = 0; i < p->fetch_beats; i++)
      b->fetches[b->fetch_tail++ % 4096] = p->fetch_addr + (uint64_t)i * b->bus;
  if (p->fetch_rsp) {
    if (b->fetch_head == b->fetch_tail) {
      wrong(b, HANDSHAKE, "answer to no fetch", 1, 0);
    } else {
      const uint8_t *from = systole_memory_at(b->memory, b->fetches[b->fetch_head++ % 4096], b->bus);
      if (!from || memcmp(from, b->data_before, b->bus) != 0) wrong(b, FUNCTION, "fetched data", 0, 1);
    }
  }
}

static void clock_edge(bench *b) {
  b->beat_before = b->pins.rvalid;
  memcpy(b->data_before, b->pins.rdata, b->bus);
  axi_slave_after(&b->slave);
  ld_clock(b->block);
}

static instruction make(bench *b, unsigned slot, bool faults) {
  instruction in = {0};
  static const unsigned spaces[3] = {SYSTOLE_SPACE_WGT, SYSTOLE_SPACE_ACT, SYSTOLE_SPACE_PAR};
  const unsigned space = spaces[rnd(b, 3)];
  const uint32_t word_bytes = b->dim * (space == SYSTOLE_SPACE_PAR ? 4 : 1);
  in.gather = rnd(b, 6) == 0;
  uint32_t rows = 1 + rnd(b, rnd(b, 4) ? 12 : 64), words = 1 + rnd(b, rnd(b, 3) ? 4 : 40);
  if (rnd(b, 10) == 0) words = 1 + rnd(b, WORDS);
  if (in.gather && words > 8) words = 8;
  while (rows * words * word_bytes > 0x6000) rows = (rows + 1) / 2, words = (words + 1) / 2;
  uint32_t pitch = words * word_bytes;
  if (rnd(b, 2)) pitch += b->bus * rnd(b, 20);
  if (rnd(b, 8) == 0) pitch = b->bus * rnd(b, 4);
  while ((rows - 1) * pitch + words * word_bytes > 0x7000) rows--;
  uint32_t dst_word = rnd(b, 3) ? 1 : rnd(b, 4), dst_row = rnd(b, 3) ? words * dst_word : rnd(b, 8);
  while ((rows - 1) * dst_row + (words - 1) * dst_word >= WORDS) dst_row /= 2, dst_word = dst_word && dst_row == 0 ? dst_word / 2 : dst_word;
  const uint32_t dst = rnd(b, WORDS - (rows - 1) * dst_row - (words - 1) * dst_word);
  in.addr = A + (uint64_t)b->bus * rnd(b, (A_BYTES - 0x7000) / b->bus);
  if (rnd(b, 3) == 0) in.addr = B + (uint64_t)b->bus * rnd(b, (B_BYTES - 0x7000) / b->bus);
  if (faults && rnd(b, 2)) in.addr = A + A_BYTES - (uint64_t)b->bus * rnd(b, 200);
  const bool jump = rnd(b, 10) == 0;  // row 1 in another region
  if (jump) {
    if (rows > 2) rows = 2;
    pitch = (uint32_t)((rnd(b, 2) ? B : C) - A);
    in.addr = A + (uint64_t)b->bus * rnd(b, 64);
  }
  in.nop = rnd(b, 8) == 0;
  if (in.nop) *(rnd(b, 2) ? &rows : &words) = 0;

  systole_line_set(&in.line, SYSTOLE_LSB_opcode, 8, in.gather ? SYSTOLE_OP_LDG : SYSTOLE_OP_LD);
  SYSTOLE_SET(&in.line, LD, space, space);
  SYSTOLE_SET(&in.line, LD, rows, rows);
  SYSTOLE_SET(&in.line, LD, words, words);
  SYSTOLE_SET(&in.line, LD, pitch, pitch);
  SYSTOLE_SET(&in.line, LD, dst, dst);
  SYSTOLE_SET(&in.line, LD, dst_row, dst_row);
  SYSTOLE_SET(&in.line, LD, dst_word, dst_word);
  if (!in.gather) return in;

  // A table that is read through a list: any order, some entries beyond it.
  const uint32_t limit = 1 + rnd(b, 40);
  SYSTOLE_SET(&in.line, LDG, limit, limit);
  uint32_t most = jump ? 1u + (pitch == C - A) : pitch ? (0x7000 - words * word_bytes) / pitch : 1000;
  if (most >= limit) most = limit - 1;
  in.index_addr = LISTS + 512u * slot + (uint64_t)b->bus * rnd(b, 256 / b->bus);
  if (faults && rnd(b, 4) == 0) in.index_addr = LISTS + LISTS_BYTES - (uint64_t)b->bus * rnd(b, 4);
  for (uint32_t i = 0; i < rows; i++) {
    uint32_t index = rnd(b, most + 1);
    if (faults && rnd(b, 8) == 0) index = rnd(b, 2) ? limit + rnd(b, 3) : 0xFFFFFFFF;
    uint8_t *at = systole_memory_at(b->memory, in.index_addr + 4 * i, 4);
    if (at) memcpy(at, &index, 4);
  }
  return in;
}

// A batch of instructions with one seed. All are made before the first runs, since
// making one writes its list of indices.
static void batch(bench *b, uint64_t seed, bool fetch, bool faults) {
  b->seed = seed;
  b->random = seed * 77 + 5;
  systole_dram_params params = {.preset = "ideal", .seed = seed};
  if (rnd(b, 3)) params.max_delay = rnd(b, 40);
  if (rnd(b, 3)) params.max_stall = rnd(b, rnd(b, 3) ? 4 : 30);
  const systole_config config = {.dim = b->dim, .bus_bytes = b->bus, .clock_mhz = 200};
  systole_dram *twin = NULL;
  if (systole_dram_create(&params, &config, &b->slave.dram, NULL) != SYSTOLE_OK ||
      systole_dram_create(&params, &config, &twin, NULL) != SYSTOLE_OK)
    abort();
  timing time = {.dram = twin};
  instruction all[MOST];
  unsigned count = 8 + rnd(b, 24), started = 0, ended = 0;
  const uint32_t gap = rnd(b, 2) ? 1 : 1 + rnd(b, 200);
  const uint64_t limit = b->slave.cycle + 400000;
  for (unsigned i = 0; i < count; i++) all[i] = make(b, i, faults);
  bool fetch_waits = false;

  while ((ended < count || b->fetch_head != b->fetch_tail || fetch_waits) && b->slave.cycle < limit) {
    ld_pins *p = &b->pins;
    const uint64_t now = b->slave.cycle;
    p->start = 0;
    if (!fetch_waits) p->fetch_valid = 0;
    if (fetch && ended < count && !fetch_waits && rnd(b, 6) == 0) {
      const unsigned room = 64u * b->bus < 1024 ? 64 : 1024 / b->bus;
      p->fetch_addr = A + (uint64_t)b->bus * rnd(b, A_BYTES / b->bus);
      const unsigned most = room - p->fetch_addr / b->bus % room;
      p->fetch_beats = (uint8_t)(1 + rnd(b, most < 8 ? most : 8));
      p->fetch_valid = 1;
      fetch_waits = true;
    }
    ld_eval(b->block, p);  // what a registered ready says in this cycle
    if (!fetch && p->ready != expect_ready(&time, now)) wrong(b, TIMES, "ready", p->ready, !p->ready);
    if (started < count && p->ready && rnd(b, gap) == 0) {
      instruction *in = &all[started++];
      p->start = 1;
      memcpy(p->desc, in->line.word, sizeof p->desc);
      p->addr = in->addr;
      p->index_addr = in->index_addr;
      in->outcome = systole_model_ld(&in->line, in->addr, in->index_addr, b->bus, b->memory, &b->want);
      time_instruction(&time, in, b->dim, b->bus, now, b->memory);
    }
    cycle(b);
    const bool active = started - ended > (p->start ? 1u : 0u);
    if (p->active != active) wrong(b, HANDSHAKE, "active", p->active, active);
    if (p->stall != (active && !(b->beat_before && !p->fetch_rsp))) wrong(b, HANDSHAKE, "stall", p->stall, !p->stall);
    if (!fetch && p->done != (ended < started && all[ended].done == now)) wrong(b, TIMES, "done", p->done, !p->done);
    if (p->done && ended == started) wrong(b, HANDSHAKE, "done of nothing", 1, 0);
    if (!p->done && (p->cause || p->detail)) wrong(b, HANDSHAKE, "cause without done", p->cause, 0);
    if (p->done && ended < started) {
      const instruction *in = &all[ended++];
      if (p->cause != in->outcome.cause) wrong(b, FUNCTION, "cause", p->cause, in->outcome.cause);
      if (p->detail != in->outcome.detail) wrong(b, FUNCTION, "detail", p->detail, in->outcome.detail);
    }
    if (fetch_waits && p->fetch_valid && p->fetch_ready) fetch_waits = false;
    clock_edge(b);
  }
  if (ended < count) wrong(b, HANDSHAKE, "instructions ended", ended, count);
  if (!b->failures && memcmp(b->have.wgt, b->want.wgt, (size_t)WORDS * b->dim)) wrong(b, FUNCTION, "WGT", 0, 1);
  if (!b->failures && memcmp(b->have.act, b->want.act, (size_t)WORDS * b->dim)) wrong(b, FUNCTION, "ACT", 0, 1);
  if (!b->failures && memcmp(b->have.par, b->want.par, (size_t)WORDS * b->dim * 4)) wrong(b, FUNCTION, "PAR", 0, 1);
  systole_dram_destroy(b->slave.dram);
  systole_dram_destroy(twin);
}

// How fast a long run goes: beats a cycle from start to done, latency included.
static void throughput(bench *b) {
  systole_dram_params params = {.preset = "ideal"};
  const systole_config config = {.dim = b->dim, .bus_bytes = b->bus, .clock_mhz = 200};
  if (systole_dram_create(&params, &config, &b->slave.dram, NULL) != SYSTOLE_OK) abort();
  for (unsigned rows = 1; rows <= 2; rows++) {
    systole_line line = {0};
    const unsigned words = 1024 / rows;
    systole_line_set(&line, SYSTOLE_LSB_opcode, 8, SYSTOLE_OP_LD);
    SYSTOLE_SET(&line, LD, space, SYSTOLE_SPACE_WGT);
    SYSTOLE_SET(&line, LD, rows, rows == 1 ? 1 : words);
    SYSTOLE_SET(&line, LD, words, rows == 1 ? words : 1);
    SYSTOLE_SET(&line, LD, pitch, rows == 1 ? 0 : 2 * b->dim);
    const uint64_t from = b->slave.cycle, beats = b->slave.read_beats;
    b->pins.start = 1;
    b->pins.addr = A;
    memcpy(b->pins.desc, line.word, sizeof b->pins.desc);
    do {
      cycle(b);
      clock_edge(b);
      b->pins.start = 0;
    } while (!b->pins.done && b->slave.cycle < from + 100000);
    const uint64_t took = b->slave.cycle - from;
    printf("%s: %llu beats in %llu cycles, %.3f a cycle\n",
           rows == 1 ? "one run" : "rows of one word",
           (unsigned long long)(b->slave.read_beats - beats), (unsigned long long)took,
           (double)(b->slave.read_beats - beats) / (double)took);
  }
  systole_dram_destroy(b->slave.dram);
}

static void fill(bench *b, uint64_t base, uint64_t bytes) {
  if (systole_memory_map(b->memory, base, bytes, NULL) != SYSTOLE_OK) abort();
  uint8_t *at = systole_memory_at(b->memory, base, bytes);
  for (uint64_t i = 0; i < bytes; i++) at[i] = (uint8_t)rnd(b, 256);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    printf("usage: test_ld DIM BUS [SEED]\n");
    return 2;
  }
  static bench b;
  b.dim = (unsigned)atoi(argv[1]);
  b.bus = (unsigned)atoi(argv[2]);
  const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
  const systole_config config = {.dim = b.dim, .load_rows = 4, .bus_bytes = b.bus, .wgt_words = WORDS,
                                 .act_words = WORDS, .qnt_words = 4, .acc_words = 4,
                                 .par_words = WORDS, .vm_words = 4, .rs_words = 4};
  if (systole_memory_create(&b.memory, NULL) != SYSTOLE_OK ||
      systole_srams_create(&config, &b.want, NULL) != SYSTOLE_OK ||
      systole_srams_create(&config, &b.have, NULL) != SYSTOLE_OK)
    return 2;
  fill(&b, A, A_BYTES);
  fill(&b, B, B_BYTES);
  fill(&b, C, B_BYTES);
  fill(&b, D, B_BYTES);
  fill(&b, LISTS, LISTS_BYTES);
  b.block = ld_open(b.dim, b.bus);
  b.slave.bus = b.bus;
  b.slave.memory = b.memory;
  b.slave.cycle = 1;
  systole_dram_params params = {.preset = "ideal"};
  if (systole_dram_create(&params, &config, &b.slave.dram, NULL) != SYSTOLE_OK) return 2;
  for (unsigned i = 0; i < 4; i++) {
    cycle(&b);
    clock_edge(&b);
  }
  systole_dram_destroy(b.slave.dram);
  b.pins.rst_n = 1;

  tally t = {.names = names};
  for (uint64_t i = 0; i < 400 && tally_wrong(&t) < 3; i++) {
    b.failures = b.broken = b.slave.failures = 0;
    batch(&b, seed * 1000 + i, i % 3 == 1, i % 4 == 3);
    if (b.failures + b.slave.failures)
      printf("batch %llu of seed %llu failed\n", (unsigned long long)i, (unsigned long long)seed);
    tally_vector(&t, FUNCTION, !(b.broken >> FUNCTION & 1));
    if (i % 3 != 1) tally_vector(&t, TIMES, !(b.broken >> TIMES & 1));
    tally_vector(&t, HANDSHAKE, !(b.broken >> HANDSHAKE & 1));
    tally_vector(&t, PROTOCOL, b.slave.failures == 0);
  }
  if (!tally_wrong(&t)) throughput(&b);
  ld_close(b.block);
  systole_srams_destroy(&b.want);
  systole_srams_destroy(&b.have);
  systole_memory_destroy(b.memory);
  printf("seed %llu, vectors are batches of instructions\n", (unsigned long long)seed);
  return tally_end(&t);
}
