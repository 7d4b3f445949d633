// systole mcu: a flat image on the controller's core alone.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/report.h"
#include "driver/rtl_object.h"
#include "hw/base/output.h"
#include "sim/mcu/alone.h"

enum { DEFAULT_CYCLES = 100000000, LARGEST_CODE = 255 };

typedef struct {
  systole_cli_options common;  // backend, json
  const char *image, *trace;
  int64_t max_cycles;
} arguments;

static const struct argp_option options[] = {
    {"image", 'i', "FILE", 0, "the bytes of the TCM from address 0 on, at most 4 MiB", 1},
    {"max-cycles", 'n', "N", 0, "give up after so many cycles (default 100000000)", 1},
    {"backend", 'b', "rtl|model", 0, "who computes: the Verilated RTL (default) or the C model", 1},
    {"trace", 't', "FILE", 0, "write a line for each instruction", 1},
    {"json", 'j', "FILE", 0, "write the report as JSON, - for standard output", 1},
    {0}};

static error_t parse(int key, char *text, struct argp_state *state) {
  arguments *a = state->input;
  systole_cli_options *o = &a->common;
  switch (key) {
    case 'i': a->image = text; return 0;
    case 't': a->trace = text; return 0;
    case 'j': o->json = text; return 0;
    case 'n':
      return systole_cli_number(text, 1, INT64_MAX, &a->max_cycles) ? 0 : systole_cli_refuse(o, "--max-cycles", text, "a number from 1 on");
    case 'b':
      o->backend = text;
      if (!strcmp(text, "rtl") || !strcmp(text, "model")) return 0;
      return systole_cli_refuse(o, "--backend", text, "rtl or model");
    case ARGP_KEY_ARG: return systole_cli_refuse(o, "argument", text, "only options, such as --image FILE");
    case ARGP_KEY_END: return a->image ? 0 : systole_cli_refuse(o, "--image", "is missing", "a file with the program");
    default: return ARGP_ERR_UNKNOWN;
  }
}

// ---- the image -------------------------------------------------------------------

static systole_status read_image(const char *path, uint8_t **image, size_t *bytes, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  uint8_t *data = malloc(SYSTOLE_MCU_ALONE_BYTES + 1);
  if (!data) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  FILE *file = fopen(path, "rb");
  *bytes = file ? fread(data, 1, SYSTOLE_MCU_ALONE_BYTES + 1, file) : 0;
  if (!file || ferror(file)) status = systole_fail(err, SYSTOLE_E_IO, "%s: cannot be read: expected a flat image", path);
  else if (!*bytes) status = systole_fail(err, SYSTOLE_E_FORMAT, "%s: is empty: expected a flat image", path);
  else if (*bytes > SYSTOLE_MCU_ALONE_BYTES)
    status = systole_fail(err, SYSTOLE_E_RANGE, "%s: is too large: expected at most the %d bytes of the core's memory", path, (int)SYSTOLE_MCU_ALONE_BYTES);
  else if (*bytes >= 4 && !memcmp(data, "\177ELF", 4))
    status = systole_fail(err, SYSTOLE_E_FORMAT, "%s: is an ELF file: expected a flat image, as objcopy -O binary makes it", path);
  if (file) fclose(file);
  if (status) free(data);
  else *image = data;
  return status;
}

// ---- the run -----------------------------------------------------------------------

typedef struct {
  FILE *trace;  // or NULL
  uint64_t retired, traps;
  systole_mcu_retired trap;  // the last
  systole_mcu_alone_result result;
} story;

static void trace_line(FILE *out, const systole_mcu_retired *r) {
  fprintf(out, "%" PRIu64 " %08" PRIx32 " %08" PRIx32, r->cycle, r->pc, r->instr);
  if (r->trap) fprintf(out, r->cause >= 16 ? " interrupt %u\n" : " trap %u\n", r->cause & 15u);
  else if (r->rd) fprintf(out, " x%u %08" PRIx32 "\n", r->rd, r->value);
  else fputs(" -\n", out);
}

static void hear(void *user, const systole_mcu_retired *r) {
  story *s = user;
  if (s->trace) trace_line(s->trace, r);
  if (r->trap) {
    s->traps++;
    s->trap = *r;
  } else {
    s->retired++;
  }
}

static systole_status run_on(const arguments *a, const uint8_t *image, size_t bytes, story *s, systole_error *err) {
  const systole_mcu_alone_api *api = systole_mcu_alone_model();
  void *handle = NULL;
  systole_status status = strcmp(a->common.backend, "rtl") ? SYSTOLE_OK : systole_mcu_object_open(&handle, &api, err);
  if (!status) status = api->run(image, bytes, (uint64_t)a->max_cycles, hear, s, &s->result, err);
  systole_rtl_object_close(handle);
  return status;
}

static systole_status run_traced(const arguments *a, const uint8_t *image, size_t bytes, story *s, systole_error *err) {
  systole_output output = {0};
  if (!a->trace) return run_on(a, image, bytes, s, err);
  systole_status status = systole_output_open(a->trace, &output, err);
  if (status) return status;
  s->trace = output.file;
  status = run_on(a, image, bytes, s, err);
  if (!status) status = systole_output_commit(&output, err);
  systole_output_discard(&output);
  return status;
}

// ---- the report --------------------------------------------------------------------

static systole_status write_json(const arguments *a, const story *s, systole_error *err) {
  cJSON *object = cJSON_CreateObject();
  cJSON_AddStringToObject(object, "image", a->image);
  cJSON_AddStringToObject(object, "backend", a->common.backend);
  cJSON_AddBoolToObject(object, "exited", s->result.exited);
  if (s->result.exited) cJSON_AddNumberToObject(object, "exit_code", s->result.code);
  else cJSON_AddNullToObject(object, "exit_code");
  cJSON_AddNumberToObject(object, "cycles", (double)s->result.cycles);
  cJSON_AddNumberToObject(object, "retired", (double)s->retired);
  cJSON_AddNumberToObject(object, "traps", (double)s->traps);
  cJSON_AddNumberToObject(object, "pc", s->result.pc);
  return systole_json_write(a->common.json, object, err);
}

// What the core was doing when its cycles were over.
static systole_status tell_late(const arguments *a, const story *s, systole_error *err) {
  char last[96] = "no trap so far";
  if (s->traps)
    snprintf(last, sizeof last, "%s %u last, of pc 0x%08" PRIx32 " in cycle %" PRIu64, s->trap.cause >= 16 ? "interrupt" : "trap",
             s->trap.cause & 15u, s->trap.pc, s->trap.cycle);
  return systole_fail(err, SYSTOLE_E_TIMEOUT, "%s: no ecall with 93 in a7 within %" PRId64 " cycles: the core is %s at pc 0x%08" PRIx32
                      ", after %" PRIu64 " instructions and %" PRIu64 " traps (%s)", a->image, a->max_cycles,
                      s->result.asleep ? "asleep in WFI" : "executing", s->result.pc, s->retired, s->traps, last);
}

static systole_status report(const arguments *a, const story *s, systole_error *err) {
  if (s->result.exited && (!a->common.json || strcmp(a->common.json, "-")))
    printf("%s: exit code %" PRIu32 " after %" PRIu64 " cycles: %" PRIu64 " instructions, %" PRIu64 " traps\n", a->common.backend,
           s->result.code, s->result.cycles, s->retired, s->traps);
  systole_status status = write_json(a, s, err);
  return status || s->result.exited ? status : tell_late(a, s, err);
}

// The ecall that ends the run is no trap to speak of.
static systole_status mcu(const arguments *a, story *s, systole_error *err) {
  uint8_t *image = NULL;
  size_t bytes;
  systole_status status = read_image(a->image, &image, &bytes, err);
  if (status) return status;
  status = run_traced(a, image, bytes, s, err);
  free(image);
  s->traps -= s->result.exited;
  return status ? status : report(a, s, err);
}

int systole_command_mcu(int argc, char **argv) {
  static const struct argp argp = {
      options, parse, NULL,
      "Runs a RISC-V program (RV32IM, machine mode) on the controller's core alone: 4 MiB of memory for code and "
      "data from address 0, where execution begins, and the timer. The run ends at `ecall` with 93 in a7; its exit "
      "status is a0 (255 if a0 is larger).\v"
      "A program, and how it becomes an image:\n\n"
      "  _start: li   a0, 6\n"
      "          li   a1, 7\n"
      "          mul  a0, a0, a1\n"
      "          li   a7, 93\n"
      "          ecall\n\n"
      "  riscv64-unknown-elf-gcc -march=rv32im -mabi=ilp32 -nostdlib -Ttext=0 a.S -o a.elf\n"
      "  riscv64-unknown-elf-objcopy -O binary a.elf a.bin\n"
      "  systole mcu --image a.bin --trace a.txt\n\n"
      "If it uses gp as any other register, -mno-relax keeps the linker from addressing by gp.\n\n"
      "A line of the trace has the cycle, the pc, the instruction, and the register with its new value, `-` if "
      "none is written, or the trap or interrupt with its code in mcause. Both back ends write the same lines. "
      "MTIME and MTIMECMP are where the chip has them (docs/isa.md); any other address is an access fault. "
      "docs/firmware.md has the core's instructions, registers and timing.\n\n"
      "If the cycles are over first, the exit status is 2 and a line says where the core is.",
      NULL, NULL, NULL};
  arguments a = {.max_cycles = DEFAULT_CYCLES};
  story s = {0};
  systole_error err = {{0}};
  if (systole_cli_parse(&argp, argc, argv, &a, &a.common)) return 2;
  const int failed = systole_cli_exit(argv[0], mcu(&a, &s, &err), &err);
  if (failed) return failed;
  return s.result.code > LARGEST_CODE ? LARGEST_CODE : (int)s.result.code;
}
