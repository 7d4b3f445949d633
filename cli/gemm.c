// systole gemm: one product on random data, checked on the host to the bit.
#include "compiler/gemm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/report.h"
#include "cli/traced.h"

enum { KEY_TRACE = 0x3000 };

typedef struct {
  systole_cli_options common;
  int64_t m, k, n, seed;
  const char *program;  // where to keep the program, or NULL
  const char *trace;    // where to write the timeline, or NULL
} arguments;

typedef struct {
  uint32_t m, k, n;
  int8_t *a, *w;
  float *c;
} product;

static const struct argp_option options[] = {
    {0, 0, 0, 0, "The product C[M,N] = A[M,K] x W[K,N]:", 1},
    {"m", 'm', "M", 0, "rows of A (default 256)", 1},
    {"k", 'k', "K", 0, "columns of A, rows of W (default 256)", 1},
    {"n", 'n', "N", 0, "columns of W (default 256)", 1},
    {"seed", 's', "N", 0, "seed of the random operands (default 1)", 1},
    {"program", 'o', "FILE", 0, "keep the program, to look at with `systole disasm`", 1},
    {"trace", KEY_TRACE, "FILE", 0, "write a timeline of every instruction, for Perfetto (see docs/counters.md)", 12},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  int64_t *size = key == 'm' ? &a->m : key == 'k' ? &a->k : &a->n;
  static const char expected[] = "a size from 1 to 65536";
  switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &a->common; return 0;
    case 'm': case 'k': case 'n':
      if (systole_cli_number(text, 1, SYSTOLE_GEMM_MAX, size)) return 0;
      return systole_cli_refuse(&a->common, key == 'm' ? "-m" : key == 'k' ? "-k" : "-n", text, expected);
    case 's':
      if (systole_cli_number(text, 0, INT64_MAX, &a->seed)) return 0;
      return systole_cli_refuse(&a->common, "--seed", text, "a number from 0 on");
    case 'o': a->program = text; return 0;
    case KEY_TRACE: a->trace = text; return 0;
    case ARGP_KEY_ARG: return systole_cli_refuse(&a->common, "argument", text, "only options");
    default: return ARGP_ERR_UNKNOWN;
  }
}

// ---- operands and the check --------------------------------------------------

static uint64_t next_random(uint64_t *state) {  // splitmix64, Steele et al. 2014
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static bool make_product(product *p, uint64_t seed) {
  size_t a = (size_t)p->m * p->k, w = (size_t)p->k * p->n;
  p->a = malloc(a);
  p->w = malloc(w);
  p->c = malloc((size_t)p->m * p->n * sizeof *p->c);
  if (!p->a || !p->w || !p->c) return false;
  for (size_t i = 0; i < a; i++) p->a[i] = (int8_t)(int)(next_random(&seed) % 255 - 127);
  for (size_t i = 0; i < w; i++) p->w[i] = (int8_t)(int)(next_random(&seed) % 255 - 127);
  return true;
}

static void free_product(product *p) {
  free(p->a);
  free(p->w);
  free(p->c);
}

// One row of the product, sums wrapping as the accumulators do.
static void expect_row(const product *p, uint32_t row, int32_t *sums) {
  memset(sums, 0, p->n * sizeof *sums);
  for (uint32_t k = 0; k < p->k; k++) {
    int32_t a = p->a[(size_t)row * p->k + k];
    const int8_t *w = p->w + (size_t)k * p->n;
    for (uint32_t j = 0; j < p->n; j++) sums[j] = (int32_t)((uint32_t)sums[j] + (uint32_t)(a * w[j]));
  }
}

static systole_status check_row(const product *p, uint32_t row, const int32_t *sums, systole_error *err) {
  for (uint32_t j = 0; j < p->n; j++) {
    float got = p->c[(size_t)row * p->n + j], expected = (float)sums[j];
    if (memcmp(&got, &expected, sizeof got))
      return systole_fail(err, SYSTOLE_E_DIFFER, "C[%u, %u] is %.9g: expected %.9g", row, j, (double)got, (double)expected);
  }
  return SYSTOLE_OK;
}

static systole_status check(const product *p, systole_error *err) {
  int32_t *sums = malloc(p->n * sizeof *sums);
  systole_status status = sums ? SYSTOLE_OK : systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  for (uint32_t i = 0; !status && i < p->m; i++) {
    expect_row(p, i, sums);
    status = check_row(p, i, sums, err);
  }
  free(sums);
  return status;
}

// ---- the run -----------------------------------------------------------------

static systole_status put(systole_loaded *loaded, unsigned segment, uint8_t *packed, systole_error *err) {
  systole_buffer *buffer = systole_loaded_segment(loaded, segment);
  systole_status status = systole_buffer_write(buffer, 0, packed, systole_buffer_bytes(buffer), err);
  free(packed);
  return status;
}

static systole_status put_operands(const systole_config *config, systole_loaded *loaded,
                                   const product *p, systole_error *err) {
  systole_gemm_shape shape = systole_gemm_shape_of(config, p->m, p->k, p->n);
  uint8_t *a = malloc(shape.a_bytes), *w = malloc(shape.w_bytes);
  if (!a || !w) {
    free(a);
    free(w);
    return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  }
  systole_gemm_pack_a(config, p->m, p->k, p->a, a);
  systole_gemm_pack_w(config, p->k, p->n, p->w, w);
  systole_status status = put(loaded, SYSTOLE_GEMM_A, a, err), other = put(loaded, SYSTOLE_GEMM_W, w, err);
  return status ? status : other;
}

static systole_status run(const arguments *a, systole_device *device, const systole_program *program,
                          product *p, systole_figures *figures, systole_error *err) {
  const systole_trace_params trace = {a->trace, a->common.backend, &figures->config, program, &a->common.dram};
  systole_loaded *loaded;
  systole_status status = systole_load(device, program, &loaded, err);
  if (status) return status;
  status = put_operands(&figures->config, loaded, p, err);
  if (!status) status = systole_traced_run(&trace, device, loaded, &program->entries[0], NULL, a->common.limit, figures, err);
  if (!status)
    status = systole_buffer_read(systole_loaded_segment(loaded, SYSTOLE_GEMM_C), 0, p->c,
                                 (uint64_t)p->m * p->n * sizeof *p->c, err);
  systole_unload(loaded);
  return status ? status : check(p, err);
}

static systole_status report(const arguments *a, const systole_figures *figures, systole_error *err) {
  cJSON *object = cJSON_CreateObject();
  if (!a->common.json || strcmp(a->common.json, "-")) {
    printf("C[%d,%d] = A[%d,%d] x W[%d,%d]: every element as expected\n", (int)a->m, (int)a->n, (int)a->m,
           (int)a->k, (int)a->k, (int)a->n);
    systole_figures_print(figures, stdout);
  }
  cJSON_AddNumberToObject(object, "m", (double)a->m);
  cJSON_AddNumberToObject(object, "k", (double)a->k);
  cJSON_AddNumberToObject(object, "n", (double)a->n);
  cJSON_AddNumberToObject(object, "seed", (double)a->seed);
  cJSON_AddBoolToObject(object, "correct", true);
  systole_figures_json(figures, object);
  return systole_json_write(a->common.json, object, err);
}

static systole_status run_on_device(const arguments *a, const systole_program *program,
                                    systole_figures *figures, systole_error *err) {
  systole_device *device;
  product p = {(uint32_t)a->m, (uint32_t)a->k, (uint32_t)a->n, NULL, NULL, NULL};
  systole_status status = systole_cli_open(&a->common, &figures->config, NULL, &device, err);
  if (status) return status;
  status = make_product(&p, (uint64_t)a->seed) ? run(a, device, program, &p, figures, err)
                                               : systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  free_product(&p);
  systole_close(device);
  return status ? status : report(a, figures, err);
}

static systole_status gemm(const arguments *a, systole_error *err) {
  systole_figures figures = {.backend = a->common.backend};
  systole_program *program;
  systole_status status = systole_cli_config(&a->common, NULL, &figures.config, err);
  if (status) return status;
  status = systole_gemm_build(&figures.config, (uint32_t)a->m, (uint32_t)a->k, (uint32_t)a->n, &program, err);
  if (status) return status;
  if (a->program) status = systole_program_write(program, a->program, err);
  if (!status) status = run_on_device(a, program, &figures, err);
  systole_program_destroy(program);
  return status;
}

int systole_command_gemm(int argc, char **argv) {
  static const struct argp_child children[] = {{&systole_cli_common, 0, NULL, 0}, {0}};
  static const struct argp argp = {
      options, parse, NULL,
      "Multiplies two random int8 matrices on the accelerator and checks every element of the fp32 "
      "result. The report puts the cycles beside three bounds: what the array, the weight door and the "
      "memory would each need by itself.\v"
      "Try -m 1 to see a product bound by the memory, and -m 256 one bound by the array.",
      children, NULL, NULL};
  arguments a = {.m = 256, .k = 256, .n = 256, .seed = 1};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  return systole_cli_exit(argv[0], gemm(&a, &err), &err);
}
