// How quick the C model's engines are on one core: MX in multiply-accumulates
// per second of CPU time, by DIM and rows; VX in lanes per second, by form.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/model/mx.h"
#include "sim/model/vx.h"

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef void engine_fn(const systole_line *line, systole_srams *srams);

// Seconds of one execution: the best of several runs of about 10 ms.
static double measure(engine_fn *engine, const systole_line *line, systole_srams *srams) {
  double best = 1e9;
  unsigned count = 1;
  for (unsigned run = 0; run < 8;) {
    const double start = cpu_seconds();
    for (unsigned i = 0; i < count; i++) engine(line, srams);
    const double spent = cpu_seconds() - start;
    if (spent / count < best) best = spent / count;
    if (spent < 0.01)
      count *= 2;
    else
      run++;
  }
  return best;
}

static systole_srams create(unsigned dim) {
  const systole_config config = {.name = "bench", .dim = dim, .load_rows = 2, .bus_bytes = 16,
                                 .wgt_words = 16384, .act_words = 16384, .qnt_words = 16384,
                                 .acc_words = 16384, .par_words = 16384, .vm_words = 16384,
                                 .rs_words = 1024, .queue_depth = 4, .clock_mhz = 100};
  systole_srams srams;
  systole_error err = {{0}};
  if (systole_srams_create(&config, &srams, &err) == SYSTOLE_OK) return srams;
  fprintf(stderr, "bench_model: %s\n", err.text);
  exit(1);
}

// ---- MX ------------------------------------------------------------------------

static void bench_mx(unsigned dim, unsigned m, bool transposed) {
  const unsigned size = dim < 16 ? 256 : 512, tiles = size / dim;
  systole_srams srams = create(dim);
  systole_line line = {{SYSTOLE_OP_MX}};
  SYSTOLE_SET(&line, MX, a_space, SYSTOLE_SPACE_MX_ACT);
  SYSTOLE_SET(&line, MX, transposed, transposed);
  SYSTOLE_SET(&line, MX, m, m), SYSTOLE_SET(&line, MX, k, size), SYSTOLE_SET(&line, MX, n, size);
  SYSTOLE_SET(&line, MX, a_row, tiles), SYSTOLE_SET(&line, MX, a_tile, 1);
  SYSTOLE_SET(&line, MX, w_k, dim), SYSTOLE_SET(&line, MX, w_n, tiles * dim);
  SYSTOLE_SET(&line, MX, c_row, tiles), SYSTOLE_SET(&line, MX, c_tile, 1);
  const double seconds = measure(systole_model_mx, &line, &srams);
  printf(" %8.2f", 1e-9 * m * size * size / seconds);
  systole_srams_destroy(&srams);
}

static void bench_products(bool transposed) {
  static const unsigned dims[] = {8, 16, 32, 128}, rows[] = {1, 2, 64, 128};
  printf("MX%s, G MAC/s: DIM down, rows of activations across\n        ",
         transposed ? ", transposed" : "");
  for (unsigned r = 0; r < 4; r++) printf("   m=%-3u ", rows[r]);
  for (unsigned d = 0; d < 4; d++) {
    printf("\n  %4u ", dims[d]);
    for (unsigned r = 0; r < 4; r++) bench_mx(dims[d], rows[r], transposed);
  }
  printf("\n");
}

// ---- VX ------------------------------------------------------------------------

enum { WIDTH = 256, ROWS = 64 };  // lanes of a row, rows

static systole_line vx_line(unsigned dim, unsigned a_space, unsigned d_space) {
  systole_line line = {{SYSTOLE_OP_VX}};
  SYSTOLE_SET(&line, VX, a_space, a_space), SYSTOLE_SET(&line, VX, d_space, d_space);
  SYSTOLE_SET(&line, VX, m, ROWS), SYSTOLE_SET(&line, VX, n, WIDTH);
  SYSTOLE_SET(&line, VX, a_row, WIDTH / dim), SYSTOLE_SET(&line, VX, d_row, WIDTH / dim);
  SYSTOLE_SET(&line, VX, c_row, WIDTH / dim), SYSTOLE_SET(&line, VX, r, 512);
  return line;
}

static void bench_vx(const char *name, unsigned dim, const systole_line *line) {
  systole_srams srams = create(dim);
  for (uint32_t e = 0; e < WIDTH * ROWS; e++) {
    const uint32_t x = e * 2654435761u;
    srams.acc[e] = (int32_t)x >> 12;
    srams.vm[e] = srams.par[e] = (x & 0x81FFFFFFu) | 0x3E000000u;
  }
  for (uint32_t e = 0; e < 512 * dim; e++) srams.rs[e] = 0x3F812345u;
  const double seconds = measure(systole_model_vx, line, &srams);
  printf("  %-44s %7.0f\n", name, 1e-6 * WIDTH * ROWS / seconds);
  systole_srams_destroy(&srams);
}

static void bench_forms(unsigned dim) {
  printf("VX, DIM %u, million lanes/s: %u rows of %u lanes\n", dim, ROWS, WIDTH);
  systole_line line = vx_line(dim, SYSTOLE_SPACE_VXA_VM, SYSTOLE_SPACE_VXD_VM);
  bench_vx("copy", dim, &line);
  SYSTOLE_SET(&line, VX, add, SYSTOLE_VXADD_C), SYSTOLE_SET(&line, VX, c_space, SYSTOLE_SPACE_VXC_VM);
  bench_vx("add a residual", dim, &line);
  line = vx_line(dim, SYSTOLE_SPACE_VXA_ACC, SYSTOLE_SPACE_VXD_VM);
  SYSTOLE_SET(&line, VX, mul, SYSTOLE_VXMUL_ROW), SYSTOLE_SET(&line, VX, b_space, SYSTOLE_SPACE_VXB_PAR);
  bench_vx("dequantise: ACC x row x column", dim, &line);
  line = vx_line(dim, SYSTOLE_SPACE_VXA_VM, SYSTOLE_SPACE_VXD_QNT);
  SYSTOLE_SET(&line, VX, mul, SYSTOLE_VXMUL_ROW);
  bench_vx("quantise: x row, to int8", dim, &line);
  line = vx_line(dim, SYSTOLE_SPACE_VXA_VM, SYSTOLE_SPACE_VXD_NONE);
  SYSTOLE_SET(&line, VX, reduce, SYSTOLE_VXREDUCE_SUMSQ);
  bench_vx("sum of squares", dim, &line);
  SYSTOLE_SET(&line, VX, reduce, SYSTOLE_VXREDUCE_ABSMAX);
  bench_vx("abs-max", dim, &line);
  line = vx_line(dim, SYSTOLE_SPACE_VXA_VM, SYSTOLE_SPACE_VXD_VM);
  SYSTOLE_SET(&line, VX, add, SYSTOLE_VXADD_ROW), SYSTOLE_SET(&line, VX, func, SYSTOLE_VXFUNC_EXP2);
  SYSTOLE_SET(&line, VX, reduce, SYSTOLE_VXREDUCE_SUM);
  SYSTOLE_SET(&line, VX, limits, 1), SYSTOLE_SET(&line, VX, high, 193), SYSTOLE_SET(&line, VX, high_step, 1);
  bench_vx("soft-max: + row, exp2, limits, sum", dim, &line);
  line = vx_line(dim, SYSTOLE_SPACE_VXA_VM, SYSTOLE_SPACE_VXD_VM);
  SYSTOLE_SET(&line, VX, func, SYSTOLE_VXFUNC_RECIP);
  bench_vx("reciprocal", dim, &line);
}

int main(void) {
  bench_products(false);
  bench_products(true);
  bench_forms(16);
  bench_forms(128);
  return 0;
}
