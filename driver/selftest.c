// A small program with known answers, the same on every transport: ragged K,
// every engine, every SRAM, both roundings of the vector unit.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/asm/asm.h"
#include "driver/include/systole.h"

enum { ROWS = 4, INPUT = 1, WEIGHTS = 2, OUTPUT = 3 };

// $D is DIM, $2, $4 ... that many times DIM, $K is DIM + 1.
static const char *const good[] = {
    "ld segment=1 space=ACT rows=4 words=2 pitch=$2 dst_row=2 dst_word=1 raise=MX:1",
    "ld segment=2 space=WGT rows=1 words=$2 dst_word=1 raise=MX:1",
    "mx a_space=ACT m=4 k=$K n=$D a_row=2 a_tile=1 w_k=$D w_n=$2 c_row=1 c_tile=1 wait=LD:2 raise=VX:1",
    "vx a_space=ACC m=4 n=$D a_row=1 mul=IMM mul_imm=0.5 add=IMM add_imm=-3 func=RELU d_space=VM "
    "d_row=1 reduce=MAX wait=MX:1 raise=ST:1",
    "st segment=3 space=VM rows=4 elements=$D pitch=$4 src_row=$D wait=VX:1",
    "vx a_space=VM m=4 n=$D a_row=1 d_space=QNT d_row=1 raise=ST:1",
    "st segment=3 space=QNT rows=4 elements=$D offset=$16 pitch=$D src_row=$D wait=VX:1",
    "st segment=3 space=RS rows=1 elements=4 offset=$20",
    "end",
    NULL};

static const char *const faulty[] = {"st segment=4 space=VM rows=1 elements=1", "end", NULL};

typedef struct {
  uint32_t dim;
  int8_t a[ROWS][256], w[256][128];  // A[4, 2 DIM], W[2 DIM, DIM]
  float v[ROWS][128];                // expected
} answers;

// ---- what the host expects --------------------------------------------------

static void fill_answers(answers *t, uint32_t dim) {
  t->dim = dim;
  for (uint32_t i = 0; i < ROWS; i++)
    for (uint32_t k = 0; k < 2 * dim; k++) t->a[i][k] = (int8_t)((int)((i * 7 + k * 3) % 9) - 4);
  for (uint32_t k = 0; k < 2 * dim; k++)
    for (uint32_t j = 0; j < dim; j++) t->w[k][j] = (int8_t)((int)((k * 5 + j * 11) % 13) - 6);
  for (uint32_t i = 0; i < ROWS; i++)
    for (uint32_t j = 0; j < dim; j++) {
      int32_t sum = 0;
      for (uint32_t k = 0; k < dim + 1; k++) sum += t->a[i][k] * t->w[k][j];
      float v = 0.5f * (float)sum - 3.0f;
      t->v[i][j] = v > 0 ? v : 0;
    }
}

static float expect_max(const answers *t, uint32_t row) {
  float most = t->v[row][0];
  for (uint32_t j = 1; j < t->dim; j++) most = fmaxf(most, t->v[row][j]);
  return most;
}

static int8_t expect_quantised(float v) {
  float rounded = nearbyintf(v);
  return (int8_t)(rounded > 127 ? 127 : rounded);
}

// ---- the program ------------------------------------------------------------

// $ and a number or letter becomes a multiple of DIM.
static void expand(const char *text, uint32_t dim, char *out, size_t size) {
  size_t used = 0;
  while (*text && used + 16 < size) {
    if (*text != '$') {
      out[used++] = *text++;
      continue;
    }
    char *end = (char *)(uintptr_t)text + 2;
    uint32_t value = text[1] == 'D' ? dim : text[1] == 'K' ? dim + 1 : dim * (uint32_t)strtoul(text + 1, &end, 10);
    used += (size_t)snprintf(out + used, size - used, "%u", (unsigned)value);
    text = end;
  }
  out[used] = 0;
}

static systole_status add_entry(systole_program *program, const char *name, const char *const *text,
                                uint32_t dim, systole_error *err) {
  char line[512];
  systole_line lines[SYSTOLE_ASM_LINES];
  unsigned count;
  uint32_t entry;
  systole_status status = systole_program_add_entry(program, name, &entry, err);
  for (; !status && *text; text++) {
    expand(*text, dim, line, sizeof line);
    status = systole_asm(line, strlen(line), lines, &count, err);
    if (!status) status = systole_program_add_lines(program, entry, lines, count, err);
  }
  return status;
}

static systole_status build(const systole_config *config, systole_program **program, systole_error *err) {
  static const char *const names[] = {"input", "weights", "output"};
  const uint64_t dim = config->dim, bytes[] = {ROWS * 2 * dim, 2 * dim * dim, 20 * dim + 16};
  systole_status status = systole_program_create(config, program, err);
  if (status) return status;
  for (unsigned i = 0; !status && i < 3; i++)
    status = systole_program_add_segment(*program, i + 1, names[i], SYSTOLE_SEGMENT_IO, bytes[i], NULL, 0, err);
  if (!status) status = add_entry(*program, "good", good, config->dim, err);
  if (!status) status = add_entry(*program, "faulty", faulty, config->dim, err);
  if (status) systole_program_destroy(*program);
  return status;
}

static systole_status write_operands(systole_loaded *loaded, const answers *t, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  uint64_t dim = t->dim;
  for (uint32_t i = 0; !status && i < ROWS; i++)
    status = systole_buffer_write(systole_loaded_segment(loaded, INPUT), i * 2 * dim, t->a[i], 2 * dim, err);
  for (uint32_t k = 0; !status && k < 2 * dim; k++)
    status = systole_buffer_write(systole_loaded_segment(loaded, WEIGHTS), k * dim, t->w[k], dim, err);
  return status;
}

// ---- comparing --------------------------------------------------------------

static systole_status differ(systole_error *err, const char *what, uint32_t row, uint32_t column,
                             double got, double expected) {
  return systole_fail(err, SYSTOLE_E_DIFFER, "self-test: %s[%u, %u] is %g: expected %g", what, row, column, got, expected);
}

static systole_status compare(const answers *t, const uint8_t *out, systole_error *err) {
  for (uint32_t i = 0; i < ROWS; i++) {
    float value;
    for (uint32_t j = 0; j < t->dim; j++) {
      memcpy(&value, out + 4 * (i * t->dim + j), 4);
      if (value != t->v[i][j]) return differ(err, "fp32 result", i, j, (double)value, (double)t->v[i][j]);
      int8_t q = (int8_t)out[16 * t->dim + i * t->dim + j], expected = expect_quantised(t->v[i][j]);
      if (q != expected) return differ(err, "int8 result", i, j, q, expected);
    }
    memcpy(&value, out + 20 * t->dim + 4 * i, 4);
    if (value != expect_max(t, i)) return differ(err, "row maximum", i, 0, (double)value, (double)expect_max(t, i));
  }
  return SYSTOLE_OK;
}

static systole_status run_good(systole_device *device, systole_loaded *loaded, const answers *t,
                               systole_report *report, systole_error *err) {
  uint8_t out[20 * 128 + 16] = {0};  // for the largest DIM
  systole_buffer *buffer = systole_loaded_segment(loaded, OUTPUT);
  uint64_t bytes = systole_buffer_bytes(buffer);
  systole_status status = systole_buffer_write(buffer, 0, out, bytes, err);
  if (!status) status = systole_submit(loaded, "good", NULL, err);
  if (!status) status = systole_wait(device, 1000000, report, err);
  if (!status) status = systole_buffer_read(buffer, 0, out, bytes, err);
  return status ? status : compare(t, out, err);
}

static systole_status run_faulty(systole_device *device, systole_loaded *loaded, systole_error *err) {
  systole_report report;
  systole_status status = systole_submit(loaded, "faulty", NULL, err);
  if (status) return status;
  status = systole_wait(device, 1000000, &report, err);
  if (status == SYSTOLE_E_FAULT && report.cause == SYSTOLE_CAUSE_SEGMENT) return SYSTOLE_OK;
  return systole_fail(err, SYSTOLE_E_DIFFER, "self-test: a store outside every segment ended with cause %u: expected SEGMENT (%u)",
                      (unsigned)report.cause, (unsigned)SYSTOLE_CAUSE_SEGMENT);
}

static systole_status run_all(systole_device *device, const systole_program *program, const answers *t,
                              systole_report *report, systole_error *err) {
  systole_loaded *loaded;
  systole_status status = systole_load(device, program, &loaded, err);
  if (status) return status;
  status = write_operands(loaded, t, err);
  if (!status) status = run_good(device, loaded, t, report, err);
  if (!status) status = run_faulty(device, loaded, err);
  if (!status) status = run_good(device, loaded, t, report, err);  // after a fault, as before it
  systole_unload(loaded);
  return status;
}

systole_status systole_selftest(systole_device *device, systole_report *report, systole_error *err) {
  const systole_config *config = systole_device_config(device);
  systole_program *program;
  systole_report own;
  answers *t = calloc(1, sizeof *t);
  if (!t) return systole_fail(err, SYSTOLE_E_MEMORY, "self-test: out of memory");
  fill_answers(t, config->dim);
  systole_status status = build(config, &program, err);
  if (!status) {
    status = run_all(device, program, t, report ? report : &own, err);
    systole_program_destroy(program);
  }
  free(t);
  return status;
}
