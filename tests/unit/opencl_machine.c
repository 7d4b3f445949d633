#include "tests/unit/opencl_machine.h"

#include <stdlib.h>
#include <string.h>

#include "driver/opencl/choose.h"
#include "driver/opencl/memory.h"
#include "driver/transport.h"

struct systole_machine {
  systole_memory *memory;
};

// A machine's functions have no pointer of ours; a test program may have one.
static systole_opencl *device;

bool systole_test_opencl_there(systole_error *err) {
  systole_opencl_choice choice;
  return !systole_opencl_choose(&(systole_opencl_wish){.compiles = true}, &choice, err);
}

systole_status systole_test_opencl_open(const systole_config *config,
                                        const systole_opencl_options *options, systole_error *err) {
  const systole_options all = {.opencl = *options};
  void *state;
  systole_status status = systole_transport_opencl.open(config, &all, &state, err);
  if (!status) device = state;
  return status;
}

void systole_test_opencl_close(void) {
  systole_transport_opencl.close(device);
  device = NULL;
}

// ---- the machine -------------------------------------------------------------

static systole_status power_on(systole_error *err) {
  const uint64_t bytes = systole_opencl_sram_bytes(&device->config);
  void *zeros = calloc(1, bytes);
  if (!zeros) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  systole_status status = systole_opencl_write(device, device->scratch, 0, zeros, bytes, err);
  free(zeros);
  return status;
}

static systole_status create(const systole_config *config, systole_memory *memory,
                             const systole_dram_params *dram, systole_machine **machine,
                             systole_error *err) {
  (void)config, (void)dram;
  *machine = calloc(1, sizeof **machine);
  if (!*machine) return systole_fail(err, SYSTOLE_E_MEMORY, "out of memory");
  (*machine)->memory = memory;
  return power_on(err);
}

static void destroy(systole_machine *machine) { free(machine); }

static systole_status copy_in(const systole_machine *machine, const systole_job *job,
                              systole_transport_job *to, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS && !status; s++) {
    const uint64_t limit = job->segments[s].limit;
    const uint8_t *bytes = limit ? systole_memory_at(machine->memory, job->segments[s].base, limit) : NULL;
    if (!bytes) continue;
    to->segments[s].bytes = limit;
    status = systole_opencl_alloc(device, limit, &to->segments[s].memory, err);
    if (!status) status = systole_opencl_write(device, to->segments[s].memory, 0, bytes, limit, err);
  }
  return status;
}

static systole_status copy_out(const systole_machine *machine, const systole_job *job,
                               const systole_transport_job *from, systole_error *err) {
  systole_status status = SYSTOLE_OK;
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS && !status; s++) {
    const uint64_t limit = from->segments[s].bytes;
    if (limit)
      status = systole_opencl_read(device, from->segments[s].memory, 0,
                                   systole_memory_at(machine->memory, job->segments[s].base, limit), limit, err);
  }
  return status;
}

static systole_status run(systole_machine *machine, const systole_job *job, systole_report *report,
                          systole_trace_fn trace, void *user, systole_error *err) {
  (void)trace, (void)user;
  systole_transport_job here = {.lines = job->lines, .watchdog = job->watchdog};
  memcpy(here.scalars, job->scalars, sizeof here.scalars);
  systole_status status = copy_in(machine, job, &here, err);
  if (!status) status = systole_transport_opencl.start(device, &here, err);
  if (!status) status = systole_transport_opencl.wait(device, 0, report, NULL, NULL, err);
  if (!status) status = copy_out(machine, job, &here, err);
  for (unsigned s = 0; s < SYSTOLE_SEGMENTS; s++) systole_opencl_release(device, here.segments[s].memory);
  return status;
}

static systole_status peek(systole_machine *machine, unsigned space, uint32_t word, void *bytes,
                           systole_error *err) {
  (void)machine;
  return systole_transport_opencl.peek(device, space, word, bytes, err);
}

static systole_status waves(systole_machine *machine, const char *path, systole_error *err) {
  (void)machine;
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "no waveform for %s", path);
}

const systole_machine_api *systole_test_opencl_api(void) {
  static const systole_machine_api api = {.abi = SYSTOLE_MACHINE_ABI, .name = "opencl", .create = create,
                                          .destroy = destroy, .run = run, .peek = peek, .waves = waves};
  return &api;
}

unsigned char *systole_test_opencl_binary(const char *hw, size_t *size) {
  systole_config config;
  unsigned char *binary = NULL;
  if (systole_config_load(hw, &config, NULL) ||
      systole_test_opencl_open(&config, &(systole_opencl_options){0}, NULL))
    return NULL;
  if (!clGetProgramInfo(device->program, CL_PROGRAM_BINARY_SIZES, sizeof *size, size, NULL)) binary = malloc(*size);
  if (binary && clGetProgramInfo(device->program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL)) {
    free(binary);
    binary = NULL;
  }
  systole_test_opencl_close();
  return binary;
}

// ---- cases -------------------------------------------------------------------

// Segment 15 lies behind all others, so that it can grow.
bool systole_test_opencl_give_status(systole_fuzz_case *c) {
  enum { SIZE = 384 };
  systole_fuzz_segment *s = &c->segments[SYSTOLE_STATUS_SEGMENT];
  if (s->limit >= SYSTOLE_STATUS_BYTES) return s->bytes != NULL;
  uint8_t *bytes = calloc(1, SIZE);
  if (!bytes) return false;
  if (s->bytes) memcpy(bytes, s->bytes, s->size < SIZE ? s->size : SIZE);
  free((void *)(uintptr_t)s->bytes);
  if (!s->base) s->base = UINT64_C(1) << 40;
  s->bytes = bytes;
  s->limit = SYSTOLE_STATUS_BYTES;
  s->size = s->kept = SIZE;
  return true;
}

bool systole_test_opencl_takes(const systole_fuzz_case *c) {
  if (c->hole.bytes || c->max_cycles) return false;
  if (c->segments[SYSTOLE_STATUS_SEGMENT].limit < SYSTOLE_STATUS_BYTES) return false;
  for (unsigned s = 1; s < SYSTOLE_SEGMENTS; s++)
    if (c->segments[s].limit && !c->segments[s].bytes) return false;
  return true;
}
