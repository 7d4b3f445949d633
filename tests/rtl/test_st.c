// ST behind the AXI master against the C model's function, and against the
// timing rules in the headers of systole_st.sv and systole_axi_wr.sv, cycle by
// cycle.
//   test_st DIM BUS [SEED]
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/configs/config.h"
#include "hw/isa/isa.h"
#include "sim/dram/dram.h"
#include "sim/dram/memory.h"
#include "sim/model/sram.h"
#include "sim/model/st.h"
#include "tests/rtl/axi_slave.h"
#include "tests/rtl/shim_st.h"
#include "tests/rtl/tally.h"

enum { FUNCTION, TIMES, HANDSHAKE, PROTOCOL };
static const char *const names[] = {"random instructions agree", "ready and done are the rules'", "handshake holds",
                                    "AXI protocol", NULL};

enum { WORDS = 256, SLOTS = 4, OUTSTANDING = 32 };
// Regions with gaps between them, above 4 GiB; C is the longest pitch away from A.
#define A UINT64_C(0x500010000)
#define B UINT64_C(0x500022000)
#define C (A + 0xFFFF0000)
#define RECORD UINT64_C(0x7F00040000)
enum { A_BYTES = 0x10000, B_BYTES = 0x8000, RECORD_BYTES = 0x1000 };

typedef struct {
  systole_line line;
  uint64_t addr, bytes, rows, pitch, pos, pos_row;  // in bytes
  bool nop, one_run;
  systole_outcome outcome;
  uint64_t done;
} instruction;

// ---- When things happen, from the rules alone
typedef struct {
  systole_dram *dram;
  uint64_t accepted, read_free, answered;
  uint64_t drained[SLOTS], answers[OUTSTANDING];
  uint64_t bursts;
  bool failed;         // some burst met a gap
  uint32_t fail_addr;  // the first
} timing;

static uint64_t max64(uint64_t a, uint64_t b) { return a > b ? a : b; }

// One burst whose first beat's step may happen in cycle `step`; returns the
// cycle of the step after its last.
static uint64_t time_burst(timing *t, uint64_t step, uint64_t addr, uint64_t beats) {
  if (t->bursts >= SLOTS) step = max64(step, t->drained[t->bursts % SLOTS] + 1);
  if (t->bursts >= OUTSTANDING) step = max64(step, t->answers[t->bursts % OUTSTANDING] + 1);
  const uint64_t filled = step + beats - 1 + 3;
  const uint64_t shown = max64(filled + 2, t->accepted + 1);
  t->accepted = shown + systole_dram_write_stall(t->dram);
  const uint64_t first = max64(max64(shown + 2, t->accepted + 1), t->read_free + 1), last = first + beats - 1;
  t->read_free = last;
  t->drained[t->bursts % SLOTS] = last;
  t->answered = systole_dram_write(t->dram, last, addr, (uint32_t)beats) + 1;
  t->answers[t->bursts++ % OUTSTANDING] = t->answered;
  return step + beats;
}

static void time_instruction(timing *t, instruction *in, unsigned bus, uint64_t start,
                             systole_memory *memory) {
  t->failed = false;
  if (in->nop) {
    in->done = start + 1;
    return;
  }
  const uint64_t room = 64u * bus < 1024 ? 64 : 1024 / bus;
  uint64_t step = start + 3;
  for (uint64_t i = 0; i < (in->one_run ? 1 : in->rows); i++) {
    const uint64_t addr = in->addr + i * in->pitch, so = (in->pos + i * in->pos_row) % bus;
    const uint64_t lead = addr % bus, bytes = in->bytes * (in->one_run ? in->rows : 1);
    uint64_t beats = (lead + bytes + bus - 1) / bus, at = addr - lead;
    if (so > lead) step++;
    while (beats > 0) {
      uint64_t burst = room - at / bus % room;
      if (burst > beats) burst = beats;
      if (!t->failed && !systole_memory_at(memory, at, burst * bus))
        t->failed = true, t->fail_addr = (uint32_t)at;
      step = time_burst(t, step, at, burst);
      at += burst * bus;
      beats -= burst;
    }
  }
  in->done = t->answered + 1;
}

// ---- The bench
typedef struct {
  unsigned dim, bus, failures, broken;  // broken: a bit for each property
  uint64_t seed, random;
  void *block;
  st_pins pins;
  axi_slave slave;
  systole_memory *have, *want;
  systole_srams srams;
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

static void cycle(bench *b) {
  st_pins *p = &b->pins;
  axi_slave *s = &b->slave;
  st_eval(b->block, p);
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
  st_eval(b->block, p);
}

static void clock_edge(bench *b) {
  axi_slave_after(&b->slave);
  st_clock(b->block);
}

static void fill_srams(bench *b) {
  static const unsigned spaces[3] = {SYSTOLE_SPACE_QNT, SYSTOLE_SPACE_VM, SYSTOLE_SPACE_RS};
  for (unsigned i = 0; i < 3; i++)
    for (unsigned w = 0; w < WORDS; w++) {
      const unsigned bytes = b->dim * systole_sram_element_bytes(spaces[i]);
      uint8_t *word = systole_sram_word(&b->srams, spaces[i], w);
      for (unsigned k = 0; k < bytes; k++) word[k] = (uint8_t)rnd(b, 256);
      b->pins.fill_we = 1;
      b->pins.fill_space = (uint8_t)spaces[i];
      b->pins.fill_addr = (uint8_t)w;
      memcpy(b->pins.fill_data, word, bytes);
      cycle(b);
      clock_edge(b);
    }
  b->pins.fill_we = 0;
}

static instruction make(bench *b, bool faults) {
  instruction in = {0};
  static const unsigned spaces[3] = {SYSTOLE_SPACE_QNT, SYSTOLE_SPACE_VM, SYSTOLE_SPACE_RS};
  const unsigned space = spaces[rnd(b, 3)];
  const bool qnt = space == SYSTOLE_SPACE_QNT;
  const uint32_t size = qnt ? 1 : 4, unit = qnt ? b->dim : 1;  // bytes, elements of alignment
  const uint32_t all = WORDS * b->dim;
  uint32_t rows = 1 + rnd(b, rnd(b, 4) ? 8 : 40), elements = 1 + rnd(b, rnd(b, 2) ? 3 * b->dim : 40);
  if (rnd(b, 8) == 0) elements = 1 + rnd(b, all / 2);
  while (rows * elements > all || rows * elements * size > 0x5000) rows = (rows + 1) / 2, elements = (elements + 1) / 2;
  if (rnd(b, 3) == 0) elements = (elements + unit - 1) / unit * unit;
  uint32_t src_row = rnd(b, 2) ? elements : rnd(b, 2 * elements + 1);
  src_row = src_row / unit * unit;
  while ((rows - 1) * src_row + elements > all) rows = rows > 1 ? rows - 1 : 1, elements = rows == 1 && elements > all ? all : elements;
  const uint32_t src = rnd(b, (all - (rows - 1) * src_row - elements) / unit + 1) * unit;
  const uint32_t grid = qnt ? b->dim : 4;
  uint32_t pitch = elements * size;
  if (rnd(b, 2)) pitch += grid * rnd(b, 40);
  if (rnd(b, 12) == 0) pitch = grid * rnd(b, 4);
  pitch = pitch / grid * grid;
  while ((rows - 1) * pitch + elements * size > 0x6000) rows--;
  // A base is a multiple of 128; QNT's offsets are multiples of DIM.
  in.addr = A + (uint64_t)grid * rnd(b, (A_BYTES - 0x6000) / grid);
  if (rnd(b, 3) == 0) in.addr = B + (uint64_t)grid * rnd(b, (B_BYTES - 0x6000) / grid);
  if (faults && rnd(b, 2)) in.addr = A + A_BYTES - (uint64_t)grid * rnd(b, 200);
  if (rnd(b, 10) == 0) {  // row 1 in another region
    if (rows > 2) rows = 2;
    pitch = (uint32_t)((rnd(b, 2) ? B : C) - A);
    in.addr = A + (uint64_t)grid * rnd(b, 64);
  }
  in.nop = rnd(b, 10) == 0;
  if (in.nop) *(rnd(b, 2) ? &rows : &elements) = 0;

  systole_line_set(&in.line, SYSTOLE_LSB_opcode, 8, SYSTOLE_OP_ST);
  SYSTOLE_SET(&in.line, ST, space, space);
  SYSTOLE_SET(&in.line, ST, rows, rows);
  SYSTOLE_SET(&in.line, ST, elements, elements);
  SYSTOLE_SET(&in.line, ST, pitch, pitch);
  SYSTOLE_SET(&in.line, ST, src, src);
  SYSTOLE_SET(&in.line, ST, src_row, src_row);
  in.rows = rows;
  in.pitch = pitch;
  in.bytes = elements * size;
  in.pos = src * size;
  in.pos_row = src_row * size;
  in.one_run = pitch == elements * size && src_row == elements;
  return in;
}

static bool same_memory(bench *b, uint64_t base, uint64_t bytes) {
  const uint8_t *have = systole_memory_at(b->have, base, bytes);
  const uint8_t *want = systole_memory_at(b->want, base, bytes);
  for (uint64_t i = 0; i < bytes; i++)
    if (have[i] != want[i]) {
      printf("byte 0x%llx\n", (unsigned long long)(base + i));
      wrong(b, FUNCTION, "memory", have[i], want[i]);
      return false;
    }
  return true;
}

// The test plays the status record: bursts through the other client while ST runs.
typedef struct {
  uint64_t at, bursts, answers;
  unsigned beats, sent;  // of the burst claimed
  bool claimed;
} record;

static void drive_record(bench *b, record *r, bool more) {
  st_pins *p = &b->pins;
  if (!r->claimed && !p->status_valid && more && rnd(b, 8) == 0) {
    const unsigned room = 64u * b->bus < 1024 ? 64 : 1024 / b->bus;
    r->at = RECORD + (uint64_t)b->bus * rnd(b, RECORD_BYTES / b->bus);
    const unsigned most = room - r->at / b->bus % room;
    r->beats = 1 + rnd(b, most < 8 ? most : 8);
    r->sent = 0;
    p->status_valid = 1;
    p->status_addr = r->at;
    p->status_beats = (uint8_t)r->beats;
  }
  p->status_dat_valid = r->claimed && rnd(b, 2);
  if (!p->status_dat_valid) return;
  for (unsigned i = 0; i < b->bus; i++) p->status_data[i] = (uint8_t)rnd(b, 256);
  memcpy(systole_memory_at(b->want, r->at + (uint64_t)r->sent * b->bus, b->bus), p->status_data, b->bus);
  if (++r->sent == r->beats) r->claimed = false;
}

static void batch(bench *b, uint64_t seed, bool status, bool faults, bool lazy) {
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
  b->slave.lazy_w = lazy;
  b->slave.late_aw = lazy && rnd(b, 2);
  const bool timed = !status && !lazy;
  timing time = {.dram = twin};
  record rec = {0};
  instruction in = {0};
  unsigned count = 6 + rnd(b, 16), started = 0, ended = 0;
  const uint32_t gap = rnd(b, 2) ? 1 : 1 + rnd(b, 100);
  const uint64_t limit = b->slave.cycle + 400000;
  st_pins *p = &b->pins;

  while ((ended < count || rec.claimed || p->status_valid || rec.answers < rec.bursts) &&
         b->slave.cycle < limit) {
    const uint64_t now = b->slave.cycle;
    const bool was_busy = started > ended;
    p->start = 0;
    drive_record(b, &rec, status && ended < count);
    st_eval(b->block, p);
    if (timed && p->ready != (!was_busy || in.done <= now)) wrong(b, TIMES, "ready", p->ready, !p->ready);
    if (started < count && p->ready && (!was_busy || in.done == now || !timed) && started == ended &&
        rnd(b, gap) == 0) {
      in = make(b, faults);
      started++;
      p->start = 1;
      memcpy(p->desc, in.line.word, sizeof p->desc);
      p->addr = in.addr;
      time_instruction(&time, &in, b->bus, now, b->have);
      if (!time.failed || in.nop) in.outcome = systole_model_st(&in.line, in.addr, b->bus, b->want, &b->srams);
    }
    cycle(b);
    if (p->active != was_busy) wrong(b, HANDSHAKE, "active", p->active, was_busy);
    if (timed && p->done != (was_busy && in.done == now)) wrong(b, TIMES, "done", p->done, !p->done);
    if (p->done && !was_busy) wrong(b, HANDSHAKE, "done of nothing", 1, 0);
    if (!p->done && (p->cause || p->detail)) wrong(b, HANDSHAKE, "cause without done", p->cause, 0);
    if (p->done && was_busy) {
      const bool bad = time.failed && !in.nop;
      const uint32_t cause = bad ? SYSTOLE_CAUSE_AXI_WRITE : SYSTOLE_CAUSE_NONE;
      if (p->cause != cause) wrong(b, FUNCTION, "cause", p->cause, cause);
      if (p->detail != (bad ? time.fail_addr : 0)) wrong(b, FUNCTION, "detail", p->detail, time.fail_addr);
      ended++;
      // What a refused burst leaves out is the slave's: take it over.
      if (bad) {
        memcpy(systole_memory_at(b->want, A, A_BYTES), systole_memory_at(b->have, A, A_BYTES), A_BYTES);
        memcpy(systole_memory_at(b->want, B, B_BYTES), systole_memory_at(b->have, B, B_BYTES), B_BYTES);
        memcpy(systole_memory_at(b->want, C, B_BYTES), systole_memory_at(b->have, C, B_BYTES), B_BYTES);
      } else if (!b->failures && in.outcome.cause != SYSTOLE_CAUSE_NONE) {
        wrong(b, FUNCTION, "the model's cause", in.outcome.cause, 0);
      }
    }
    if (p->status_valid && p->status_ready) {
      p->status_valid = 0;
      rec.claimed = true;
      rec.bursts++;
    }
    rec.answers += p->status_rsp;
    clock_edge(b);
  }
  if (ended < count) wrong(b, HANDSHAKE, "instructions ended", ended, count);
  if (rec.answers != rec.bursts) wrong(b, HANDSHAKE, "answers to the record", rec.answers, rec.bursts);
  if (!b->failures)
    (void)(same_memory(b, A, A_BYTES) && same_memory(b, B, B_BYTES) && same_memory(b, C, B_BYTES) &&
           same_memory(b, RECORD, RECORD_BYTES));
  systole_dram_destroy(b->slave.dram);
  systole_dram_destroy(twin);
}

// How fast long runs go: beats a cycle from start to done, latency included.
static void throughput(bench *b) {
  systole_dram_params params = {.preset = "ideal"};
  const systole_config config = {.dim = b->dim, .bus_bytes = b->bus, .clock_mhz = 200};
  if (systole_dram_create(&params, &config, &b->slave.dram, NULL) != SYSTOLE_OK) abort();
  b->slave.lazy_w = b->slave.late_aw = false;
  static const char *names[3] = {"one run, aligned", "one run, shifted", "rows of one beat"};
  for (unsigned i = 0; i < 3; i++) {
    systole_line line = {0};
    const unsigned elements = WORDS * b->dim - b->dim < 8192 ? WORDS * b->dim - b->dim : 8192;
    systole_line_set(&line, SYSTOLE_LSB_opcode, 8, SYSTOLE_OP_ST);
    SYSTOLE_SET(&line, ST, space, SYSTOLE_SPACE_VM);
    SYSTOLE_SET(&line, ST, rows, i < 2 ? 1 : 200);
    SYSTOLE_SET(&line, ST, elements, i < 2 ? elements : b->bus / 4);
    SYSTOLE_SET(&line, ST, pitch, i < 2 ? 0 : 128);
    SYSTOLE_SET(&line, ST, src, i == 1 ? 3 : 0);
    SYSTOLE_SET(&line, ST, src_row, i < 2 ? 0 : b->bus / 4);
    const uint64_t from = b->slave.cycle, beats = b->slave.write_beats;
    b->pins.start = 1;
    b->pins.addr = A + (i == 1 ? 4 : 0);
    memcpy(b->pins.desc, line.word, sizeof b->pins.desc);
    do {
      cycle(b);
      clock_edge(b);
      b->pins.start = 0;
    } while (!b->pins.done && b->slave.cycle < from + 100000);
    const uint64_t took = b->slave.cycle - from;
    printf("%s: %llu beats in %llu cycles, %.3f a cycle\n", names[i],
           (unsigned long long)(b->slave.write_beats - beats), (unsigned long long)took,
           (double)(b->slave.write_beats - beats) / (double)took);
  }
  systole_dram_destroy(b->slave.dram);
}

static void map(bench *b, uint64_t base, uint64_t bytes) {
  if (systole_memory_map(b->have, base, bytes, NULL) != SYSTOLE_OK ||
      systole_memory_map(b->want, base, bytes, NULL) != SYSTOLE_OK)
    abort();
  uint8_t *have = systole_memory_at(b->have, base, bytes);
  for (uint64_t i = 0; i < bytes; i++) have[i] = (uint8_t)rnd(b, 256);
  memcpy(systole_memory_at(b->want, base, bytes), have, bytes);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    printf("usage: test_st DIM BUS [SEED]\n");
    return 2;
  }
  static bench b;
  b.dim = (unsigned)atoi(argv[1]);
  b.bus = (unsigned)atoi(argv[2]);
  const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
  const systole_config config = {.dim = b.dim, .load_rows = 4, .bus_bytes = b.bus, .wgt_words = 4,
                                 .act_words = 4, .qnt_words = WORDS, .acc_words = 4,
                                 .par_words = 4, .vm_words = WORDS, .rs_words = WORDS};
  if (systole_memory_create(&b.have, NULL) != SYSTOLE_OK ||
      systole_memory_create(&b.want, NULL) != SYSTOLE_OK ||
      systole_srams_create(&config, &b.srams, NULL) != SYSTOLE_OK)
    return 2;
  map(&b, A, A_BYTES);
  map(&b, B, B_BYTES);
  map(&b, C, B_BYTES);
  map(&b, RECORD, RECORD_BYTES);
  b.block = st_open(b.dim, b.bus);
  b.slave.bus = b.bus;
  b.slave.memory = b.have;
  b.slave.cycle = 1;
  systole_dram_params params = {.preset = "ideal"};
  if (systole_dram_create(&params, &config, &b.slave.dram, NULL) != SYSTOLE_OK) return 2;
  for (unsigned i = 0; i < 4; i++) {
    cycle(&b);
    clock_edge(&b);
  }
  b.pins.rst_n = 1;
  fill_srams(&b);
  systole_dram_destroy(b.slave.dram);

  tally t = {.names = names};
  for (uint64_t i = 0; i < 300 && tally_wrong(&t) < 3; i++) {
    b.failures = b.broken = b.slave.failures = 0;
    batch(&b, seed * 1000 + i, i % 3 == 1, i % 4 == 3, i % 5 == 2);
    if (b.failures + b.slave.failures)
      printf("batch %llu of seed %llu failed\n", (unsigned long long)i, (unsigned long long)seed);
    tally_vector(&t, FUNCTION, !(b.broken >> FUNCTION & 1));
    if (i % 3 != 1 && i % 5 != 2) tally_vector(&t, TIMES, !(b.broken >> TIMES & 1));
    tally_vector(&t, HANDSHAKE, !(b.broken >> HANDSHAKE & 1));
    tally_vector(&t, PROTOCOL, b.slave.failures == 0);
  }
  if (!tally_wrong(&t)) throughput(&b);
  st_close(b.block);
  systole_srams_destroy(&b.srams);
  systole_memory_destroy(b.have);
  systole_memory_destroy(b.want);
  printf("seed %llu, vectors are batches of instructions\n", (unsigned long long)seed);
  return tally_end(&t);
}
