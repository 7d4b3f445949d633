// systole_vx against sim/model/vx.c: random descriptors over random SRAMs; every
// SRAM must be the same afterwards, and the duration that of the formula in
// systole_vx.sv. Arguments: Dim, address bits of ACC PAR VM QNT RS, runs, seed.
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/isa/isa.h"
#include "sim/model/vx.h"
#include "tests/rtl/shim_vx.h"
#include "tests/rtl/tally.h"

enum { RESULTS, DURATIONS, LAST_WRITE, HANDSHAKE };
static const char *const names[] = {"random instructions agree", "durations are the formula's", "the last write is with done",
                                    "handshake holds", NULL};
static tally results = {.names = names};

static uint64_t state;

static uint32_t random32(void) {  // splitmix64
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return (uint32_t)((z ^ z >> 31) >> 16);
}

static uint32_t below(uint32_t n) { return random32() % n; }

static bool chance(uint32_t percent) { return below(100) < percent; }

// mood 0: numbers around one; 1: few values, many ties; 2: with corners and a
// few of any bits; 3: mostly corners and any bits.
static uint32_t random_float(unsigned mood) {
  static const uint32_t corners[] = {0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x00800001,
                                     0x3F000000, 0x3F800000, 0x42FE0000, 0x43000000, 0x7F000000,
                                     0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00000, 0x7FFFFFFF};
  const uint32_t bits = random32();
  if (mood == 1) {
    return (bits & 0x80000000u) | (0x3F800000u + ((bits >> 8 & 3u) << 22));
  }
  if (mood != 0 && chance(mood == 2 ? 3 : 60)) {
    return chance(50) ? bits : (bits & 0x80000000u) | corners[below(15)];
  }
  return (bits & 0x807FFFFFu) | (118 + below(16)) << 23;
}

static void fill(uint32_t *p, size_t n, unsigned mood) {
  for (size_t i = 0; i < n; i++) p[i] = random_float(mood);
}

static void randomise(systole_srams *s) {
  const size_t dim = s->dim;
  fill(s->par, s->words[SYSTOLE_SPACE_PAR] * dim, below(4));
  fill(s->vm, s->words[SYSTOLE_SPACE_VM] * dim, below(4));
  fill(s->rs, s->words[SYSTOLE_SPACE_RS] * dim, below(4));
  for (size_t i = 0; i < s->words[SYSTOLE_SPACE_ACC] * dim; i++) {
    s->acc[i] = (int32_t)random32() >> below(32);
  }
  for (size_t i = 0; i < s->words[SYSTOLE_SPACE_QNT] * dim; i++) s->qnt[i] = (int8_t)random32();
}

// An operand gets its own quarter of its SRAM, so that nothing written is read;
// returns the base, so that rows * stride + words fits in the quarter.
static uint32_t place(const systole_srams *s, unsigned space, unsigned quarter, uint32_t m,
                      uint32_t words, uint32_t *stride) {
  const uint32_t size = s->words[space] / 4;
  uint32_t room = size - words;  // words <= size
  const uint32_t most = m > 1 ? room / (m - 1) : 65535;
  *stride = chance(15) ? 0 : chance(40) && most >= words ? words : below(most + 1);
  if (m > 1) room -= *stride * (m - 1);
  return quarter * size + below(room + 1);
}

static systole_line random_line(const systole_srams *s) {
  systole_line line = {{0}};
  const uint32_t dim = s->dim;
  uint32_t least = s->words[SYSTOLE_SPACE_RS];
  for (unsigned k = SYSTOLE_SPACE_QNT; k < SYSTOLE_SPACES; k++) {
    least = s->words[k] < least ? s->words[k] : least;
  }
  least /= 4;
  const uint32_t words = 1 + below(chance(50) ? (least < 3 ? least : 3) : least);
  const uint32_t n = words * dim - below(chance(50) ? 1 : dim);
  unsigned reduce = chance(50) ? 0 : 1 + below(5);
  const bool carry = reduce >= SYSTOLE_VXREDUCE_MAX && chance(50);
  const uint32_t most = carry ? dim : least * dim < 3 * dim + 2 ? least * dim : 3 * dim + 2;
  const uint32_t m = 1 + below(chance(50) ? 3 : most);
  const uint32_t row_words = (m + dim - 1) / dim;
  uint32_t stride;
#define SET(name, value) SYSTOLE_SET(&line, VX, name, value)
  systole_line_set(&line, SYSTOLE_LSB_opcode, SYSTOLE_WIDTH_opcode, SYSTOLE_OP_VX);
  SET(m, chance(2) ? 0 : m);
  SET(n, chance(2) ? 0 : n);
  const unsigned a_space = SYSTOLE_SPACE_ACC + below(4);
  SET(a_space, a_space);
  SET(swap, chance(30));
  const uint32_t a = place(s, a_space, 0, m, words, &stride);
  const uint32_t a_row = stride;
  SET(a, a), SET(a_row, a_row);

  const unsigned mul = below(a_space == SYSTOLE_SPACE_RS ? 2 : 3);
  SET(mul, mul);
  SET(mul_imm, random_float(below(4)));
  SET(s, below(s->words[SYSTOLE_SPACE_RS] / 4 - row_words + 1));

  static const unsigned spaces_b[] = {0, 0, 0, SYSTOLE_SPACE_PAR, SYSTOLE_SPACE_VM, SYSTOLE_SPACE_RS};
  const unsigned b_space = spaces_b[below(carry ? 5 : 6)];
  SET(b_space, b_space);
  if (b_space != 0) {
    SET(b, place(s, b_space, 1, m, words, &stride));
    SET(b_row, stride);
  }
  unsigned add = below(4);
  if (add == SYSTOLE_VXADD_ROW && (carry || b_space == SYSTOLE_SPACE_RS)) add = 0;
  SET(add, add);
  SET(add_neg, chance(50) && add != 0);
  SET(add_imm, random_float(below(4)));
  if (add == SYSTOLE_VXADD_C) {
    const unsigned c_space = SYSTOLE_SPACE_PAR + below(2);
    SET(c_space, c_space);
    SET(c, place(s, c_space, 2, m, words, &stride));
    SET(c_row, stride);
  } else {
    const uint32_t quarter = s->words[SYSTOLE_SPACE_RS] / 4;
    SET(c, quarter + below(quarter - row_words + 1));
  }
  SET(func, chance(40) ? 0 : below(5));

  static const unsigned spaces_d[] = {0, SYSTOLE_SPACE_QNT, SYSTOLE_SPACE_VM, SYSTOLE_SPACE_RS};
  const unsigned d_space = spaces_d[below(reduce != 0 ? 3 : 4)];
  SET(d_space, d_space);
  if (d_space == a_space && a_row >= words && chance(50)) {  // in place
    SET(d, a), SET(d_row, a_row);
  } else if (d_space != 0) {
    SET(d, place(s, d_space, 3, m, words, &stride));
    SET(d_row, stride);
  }
  const uint32_t quarter = s->words[SYSTOLE_SPACE_RS] / 4;
  SET(reduce, reduce);
  SET(carry, carry);
  SET(r, 2 * quarter + below(quarter - row_words + 1));
  SET(x, 3 * quarter + below(quarter - row_words + 1));
  SET(index, chance(20) ? random32() : below(100000));

  SET(limits, chance(50));
  const int32_t span = (int32_t)n + 20;
  SET(low, (uint32_t)(chance(10) ? (int32_t)random32() : (int32_t)below((uint32_t)span) - 10));
  SET(high, (uint32_t)(chance(10) ? (int32_t)random32() : (int32_t)below((uint32_t)span) - 5));
  if (chance(10)) SET(low, 0x80000000u);
  SET(low_step, chance(20) ? random32() & 0xFFFF : (below(7) - 3) & 0xFFFFu);
  SET(high_step, chance(20) ? random32() & 0xFFFF : (below(7) - 3) & 0xFFFFu);
#undef SET
  return line;
}

// The formula of systole_vx.sv.
static uint64_t duration(const systole_line *line, unsigned dim) {
#define GET(name) SYSTOLE_GET(line, VX, name)
  const uint64_t words = GET(m) * ((GET(n) + dim - 1) / dim);
  if (words == 0) return 1;
  unsigned log2_dim = 0;
  while (1u << log2_dim < dim) log2_dim++;
  uint64_t t = 2;
  if (GET(a_space) == SYSTOLE_SPACE_ACC) t += 2;
  if (GET(mul) != SYSTOLE_VXMUL_NONE) t += 2;
  if (GET(b_space) != SYSTOLE_SPACE_VXB_NONE) t += 2;
  if (GET(add) != SYSTOLE_VXADD_NONE) t += 3;
  if (GET(func) >= SYSTOLE_VXFUNC_EXP2) t += 4;
  t += words + 1;
  switch (GET(reduce)) {
    case SYSTOLE_VXREDUCE_NONE: return t + (GET(d_space) == SYSTOLE_SPACE_QNT ? 1 : 0);
    case SYSTOLE_VXREDUCE_SUM: return t + 3 * log2_dim + 11;
    case SYSTOLE_VXREDUCE_SUMSQ: return t + 3 * log2_dim + 13;
    case SYSTOLE_VXREDUCE_ARGMAX: return t + (log2_dim + 1) / 2 + 4;
    default: return t + (log2_dim + 1) / 2 + 2;
  }
#undef GET
}

static void print_line(const systole_line *line) {
#define FIELD(instruction, name, lsb, width, kind, bind, text)            \
  if (strcmp(#instruction, "VX") == 0 && systole_line_get(line, lsb, width) != 0) \
    printf(" " #name "=%lld", (long long)systole_line_get(line, lsb, width));
#include "hw/isa/isa.def"
  printf("\n");
}

static bool same(const char *name, const void *a, const void *b, size_t elements, size_t size,
                 unsigned dim) {
  if (memcmp(a, b, elements * size) == 0) return true;
  unsigned shown = 0;
  for (size_t i = 0; i < elements && shown < 4; i++) {
    uint32_t x = 0, y = 0;
    memcpy(&x, (const char *)a + i * size, size);
    memcpy(&y, (const char *)b + i * size, size);
    if (x != y) {
      printf("  %s word %zu lane %zu: model %08X, RTL %08X\n", name, i / dim, i % dim, x, y);
      shown++;
    }
  }
  return false;
}

static void run(systole_shim_vx *shim, systole_srams *model, systole_srams *rtl) {
  const unsigned dim = model->dim;
  const systole_line line = random_line(model);
  randomise(model);
  const size_t vm = (size_t)model->words[SYSTOLE_SPACE_VM] * dim;
  const size_t rs = (size_t)model->words[SYSTOLE_SPACE_RS] * dim;
  const size_t qnt = (size_t)model->words[SYSTOLE_SPACE_QNT] * dim;
  memcpy(rtl->acc, model->acc, (size_t)model->words[SYSTOLE_SPACE_ACC] * dim * 4);
  memcpy(rtl->par, model->par, (size_t)model->words[SYSTOLE_SPACE_PAR] * dim * 4);
  memcpy(rtl->vm, model->vm, vm * 4);
  memcpy(rtl->rs, model->rs, rs * 4);
  memcpy(rtl->qnt, model->qnt, qnt);
  systole_model_vx(&line, model);
  const systole_shim_vx_result got = systole_shim_vx_run(shim, line.word, 1000000);
  bool agree = same("VM", model->vm, rtl->vm, vm, 4, dim);
  agree = same("RS", model->rs, rtl->rs, rs, 4, dim) && agree;
  agree = same("QNT", model->qnt, rtl->qnt, qnt, 1, dim) && agree;
  const uint64_t expected = duration(&line, dim);
  if (got.cycles != expected) {
    printf("  duration %llu, formula %llu\n", (unsigned long long)got.cycles,
           (unsigned long long)expected);
  }
  const bool writes = SYSTOLE_GET(&line, VX, d_space) != 0 || SYSTOLE_GET(&line, VX, reduce) != 0;
  const bool last = !writes || expected <= 1 || got.last_write == expected;
  if (!last)
    printf("  last write in cycle %llu, done in %llu\n", (unsigned long long)got.last_write,
           (unsigned long long)expected);
  const bool shake = got.protocol && got.cause == 0;
  if (!shake) printf("  ready_o, active_o or cause_o are wrong\n");
  if (!agree || got.cycles != expected || !last || !shake) print_line(&line);
  tally_vector(&results, RESULTS, agree);
  tally_vector(&results, DURATIONS, got.cycles == expected);
  tally_vector(&results, LAST_WRITE, last);
  tally_vector(&results, HANDSHAKE, shake);
}

int main(int argc, char **argv) {
  if (argc < 8) {
    fprintf(stderr, "usage: test_vx DIM ACC PAR VM QNT RS RUNS [SEED]\n");
    return 2;
  }
  unsigned long value[8] = {0};
  for (int i = 1; i < argc && i <= 8; i++) value[i - 1] = strtoul(argv[i], NULL, 0);
  systole_config config = {.name = "test", .dim = (unsigned)value[0]};
  config.wgt_words = config.act_words = 1;
  config.acc_words = 1u << value[1];
  config.par_words = 1u << value[2];
  config.vm_words = 1u << value[3];
  config.qnt_words = 1u << value[4];
  config.rs_words = 1u << value[5];
  state = argc > 8 ? value[7] : 1;
  printf("Dim %u, seed %llu\n", config.dim, (unsigned long long)state);
  systole_srams model, rtl;
  systole_error err;
  if (systole_srams_create(&config, &model, &err) != SYSTOLE_OK ||
      systole_srams_create(&config, &rtl, &err) != SYSTOLE_OK) {
    fprintf(stderr, "%s\n", err.text);
    return 2;
  }
  const systole_shim_vx_srams ports = {config.dim, rtl.acc, rtl.par, rtl.vm, rtl.rs, rtl.qnt};
  systole_shim_vx *shim = systole_shim_vx_create(&ports);
  for (unsigned long i = 0; i < value[6] && tally_wrong(&results) < 5; i++) run(shim, &model, &rtl);
  systole_shim_vx_destroy(shim);
  systole_srams_destroy(&model);
  systole_srams_destroy(&rtl);
  return tally_end(&results);
}
