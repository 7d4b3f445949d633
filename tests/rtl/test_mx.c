// The matrix engine against the C model: random shapes, strides and spaces, the
// whole of ACC after every instruction, and the closed formula of its duration.
// Arguments: options (ignored), then DIM and LOAD_ROWS; SYSTOLE_SEED in the
// environment changes the seed.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/isa/isa.h"
#include "sim/model/mx.h"
#include "sim/model/sram.h"
#include "tests/rtl/shim_mx.h"
#include "tests/rtl/tally.h"

enum { RESULTS, DURATIONS, HANDSHAKE, WRITES };
static const char *const names[] = {"random instructions agree", "durations are the formula's", "handshake holds",
                                    "words are written once a tile, the last with done", NULL};

enum {
  ACT_WORDS = 256,
  QNT_WORDS = 512,
  WGT_WORDS = 2048,
  ACC_WORDS = 256,
  MAX_DIM = 128,
  INSTRUCTIONS = 600,
  REPORTS = 5  // failures printed in full
};

static int8_t act[ACT_WORDS * MAX_DIM], qnt[QNT_WORDS * MAX_DIM], wgt[WGT_WORDS * MAX_DIM];
static int32_t acc[ACC_WORDS * MAX_DIM];

typedef struct {
  systole_shim_mx *shim;
  systole_srams srams;
  unsigned dim, load_rows;
  uint64_t seed, state;
  tally tally;
  unsigned complaints;
} bench;

static uint32_t draw(bench *b) {  // splitmix64
  uint64_t z = b->state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (uint32_t)((z ^ (z >> 31)) >> 16);
}

static uint32_t below(bench *b, uint32_t count) { return draw(b) % count; }

// A count of 1..max, often at an edge of the array.
static uint32_t count(bench *b, uint32_t max) {
  const uint32_t edges[] = {1, 2, 3, b->dim - 1, b->dim, b->dim + 1, 2 * b->dim, 2 * b->dim + 1};
  uint32_t n = below(b, 2) ? edges[below(b, sizeof edges / sizeof *edges)] : 1 + below(b, max);
  return n > max ? max : n;
}

// Random words; now and then one that holds a lane at -128 or all lanes extreme.
static void fill(bench *b, unsigned space, int8_t *memory, uint32_t words) {
  for (uint32_t w = 0; w < words; w++) {
    const uint32_t kind = below(b, 8);
    for (unsigned s = 0; s < b->dim; s++)
      memory[w * b->dim + s] = kind == 0 ? -128 : kind == 1 ? 127 : (int8_t)draw(b);
    systole_shim_mx_write(b->shim, space, w, memory + w * b->dim, b->dim);
  }
}

static uint32_t ceil_div(uint32_t a, uint32_t b) { return (a + b - 1) / b; }

// The formula in the header of systole_mx.sv.
static uint64_t duration(const bench *b, uint32_t m, uint32_t k, uint32_t n) {
  if (m == 0 || k == 0 || n == 0) return 1;
  const uint32_t groups = b->dim / b->load_rows;
  const uint64_t tiles = (uint64_t)ceil_div(k, b->dim) * ceil_div(n, b->dim);
  const uint32_t half = ceil_div(m + b->dim + groups - 2, 2);
  const uint32_t period = m > half ? m : half;
  return (tiles - 1) * period + m + b->dim + groups + 2;
}

typedef struct {
  uint32_t start, step[2];
} range;

// Start and strides such that start + sum of (counts - 1) * step < words, all
// multiples of `unit`, with `tail` further words used at every place.
static range place(bench *b, uint32_t words, const uint32_t counts[2], uint32_t unit,
                   uint32_t tail, uint32_t first_step) {
  range r = {0, {first_step, 0}};
  uint32_t room = (words - tail) / unit;  // in units
  for (unsigned d = 0; d < 2; d++) {
    const uint32_t steps = counts[d] - 1;
    if (d > 0 || first_step == UINT32_MAX) {
      const uint32_t most = steps ? (room - 1) / steps : 40;
      r.step[d] = below(b, (most < 40 ? most : 40) + 1);
    }
    room -= steps * r.step[d];
  }
  r.start = below(b, room) * unit;
  r.step[0] *= unit;
  r.step[1] *= unit;
  return r;
}

// A random instruction that stays inside its SRAMs.
static systole_line instruction(bench *b) {
  systole_line line = {{0}};
  uint32_t m = count(b, 80), k = count(b, 4 * b->dim), n = count(b, 4 * b->dim);
  const unsigned space = below(b, 2) ? SYSTOLE_SPACE_ACT : SYSTOLE_SPACE_QNT;
  const uint32_t kt = ceil_div(k, b->dim), nt = ceil_div(n, b->dim);
  const uint32_t a_words = space == SYSTOLE_SPACE_ACT ? ACT_WORDS : QNT_WORDS;
  const range a = place(b, a_words, (uint32_t[]){m, kt}, 1, 0, UINT32_MAX);
  const range w = place(b, WGT_WORDS, (uint32_t[]){kt, nt}, b->dim, 0, UINT32_MAX);
  const range c = place(b, ACC_WORDS, (uint32_t[]){m, nt}, 1, 0, UINT32_MAX);
  if (below(b, 16) == 0) *(uint32_t *[]){&m, &k, &n}[below(b, 3)] = 0;
  systole_line_set(&line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode, SYSTOLE_OP_MX);
  systole_line_set(&line, SYSTOLE_LSB_wait, SYSTOLE_WIDTH_wait, draw(b) & 0xFFFF);
  SYSTOLE_SET(&line, MX, a_space, space);
  SYSTOLE_SET(&line, MX, transposed, below(b, 2));
  SYSTOLE_SET(&line, MX, accumulate, below(b, 2));
  SYSTOLE_SET(&line, MX, m, m);
  SYSTOLE_SET(&line, MX, k, k);
  SYSTOLE_SET(&line, MX, n, n);
  SYSTOLE_SET(&line, MX, a, a.start);
  SYSTOLE_SET(&line, MX, a_row, a.step[0]);
  SYSTOLE_SET(&line, MX, a_tile, a.step[1]);
  SYSTOLE_SET(&line, MX, w, w.start);
  SYSTOLE_SET(&line, MX, w_k, w.step[0]);
  SYSTOLE_SET(&line, MX, w_n, w.step[1]);
  SYSTOLE_SET(&line, MX, c, c.start);
  SYSTOLE_SET(&line, MX, c_row, c.step[0]);
  SYSTOLE_SET(&line, MX, c_tile, c.step[1]);
  return line;
}

static void print_line(const systole_line *line) {
#define FIELD(instruction, name, lsb, width, kind, bind, text) \
  if ((SYSTOLE_OP_##instruction) == SYSTOLE_OP_MX)             \
    printf(" %s=%" PRIu64, #name, systole_line_get(line, lsb, width));
#include "hw/isa/isa.def"
  printf("\n");
}

static bool complain(bench *b, unsigned number, const systole_line *line, const char *what,
                     uint64_t got, uint64_t want) {
  if (b->complaints++ < REPORTS) {
    printf("instruction %u: %s: %" PRIu64 ", expected %" PRIu64 "\n ", number, what, got, want);
    print_line(line);
  }
  return false;
}

static bool check_acc(bench *b, unsigned number, const systole_line *line) {
  int32_t lanes[MAX_DIM];
  for (uint32_t w = 0; w < ACC_WORDS; w++) {
    systole_shim_mx_read(b->shim, w, lanes, b->dim);
    for (unsigned s = 0; s < b->dim; s++)
      if (lanes[s] != acc[w * b->dim + s]) {
        if (b->complaints < REPORTS) printf("ACC word %u lane %u: ", w, s);
        return complain(b, number, line, "value as unsigned", (uint32_t)lanes[s],
                        (uint32_t)acc[w * b->dim + s]);
      }
  }
  return true;
}

static void run_one(bench *b, unsigned number) {
  const systole_line line = instruction(b);
  const uint32_t m = (uint32_t)SYSTOLE_GET(&line, MX, m), k = (uint32_t)SYSTOLE_GET(&line, MX, k),
                 n = (uint32_t)SYSTOLE_GET(&line, MX, n);
  const bool noop = m == 0 || k == 0 || n == 0;
  const uint64_t want = duration(b, m, k, n);
  const uint64_t writes =
      noop ? 0 : (uint64_t)m * ceil_div(k, b->dim) * ceil_div(n, b->dim);
  if (!noop) systole_model_mx(&line, &b->srams);
  const systole_shim_mx_run_result got = systole_shim_mx_run(b->shim, line.word, want + 1000);
  bool shake = true, wrote = true;
  if (got.cycles != want) complain(b, number, &line, "cycles", got.cycles, want);
  if (got.cause) shake = complain(b, number, &line, "cause", got.cause, 0);
  if (got.ready_early) shake = complain(b, number, &line, "ready while active", 1, 0);
  if (got.active_wrong) shake = complain(b, number, &line, "active_o wrong", 1, 0);
  if (got.writes != writes) wrote = complain(b, number, &line, "words written", got.writes, writes);
  if (!noop && !got.wrote_at_done) wrote = complain(b, number, &line, "last write at done", 0, 1);
  tally_vector(&b->tally, RESULTS, check_acc(b, number, &line));
  tally_vector(&b->tally, DURATIONS, got.cycles == want);
  tally_vector(&b->tally, HANDSHAKE, shake);
  tally_vector(&b->tally, WRITES, wrote);
}

int main(int argc, char **argv) {
  bench b = {.dim = 16, .load_rows = 4, .seed = 1, .tally = {.names = names}};
  unsigned numbers[2] = {16, 4}, found = 0;
  for (int i = 1; i < argc && found < 2; i++)
    if (argv[i][0] != '-') numbers[found++] = (unsigned)strtoul(argv[i], NULL, 10);
  const char *seed = getenv("SYSTOLE_SEED");
  if (seed) b.seed = strtoull(seed, NULL, 0);
  b.dim = numbers[0];
  b.load_rows = numbers[1];
  b.state = b.seed;
  b.srams = (systole_srams){.dim = b.dim, .wgt = wgt, .act = act, .qnt = qnt, .acc = acc};
  b.shim = systole_shim_mx_create();
  for (unsigned i = 0; i < INSTRUCTIONS; i++) {
    if (i % 100 == 0) {
      fill(&b, SYSTOLE_SPACE_ACT, act, ACT_WORDS);
      fill(&b, SYSTOLE_SPACE_QNT, qnt, QNT_WORDS);
      fill(&b, SYSTOLE_SPACE_WGT, wgt, WGT_WORDS);
    }
    run_one(&b, i);
  }
  systole_shim_mx_destroy(b.shim);
  printf("mx: DIM %u, LOAD_ROWS %u, seed %" PRIu64 "\n", b.dim, b.load_rows, b.seed);
  return tally_end(&b.tally);
}
