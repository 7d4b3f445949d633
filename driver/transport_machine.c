// Transports for machines that live in this process (sim/machine.h): the C
// model and the Verilated RTL. They differ only in where their functions come
// from; memory is a systole_memory, filled by the back door.
#include <stdlib.h>
#include <string.h>

#include "driver/rtl_object.h"
#include "driver/transport.h"
#include "sim/model/model.h"
#include "sim/model/race.h"

// The first buffer lies above 4 GiB, so that a lost high half shows at once,
// and every buffer starts a page of 4 KiB and is followed by an unmapped one.
// Each queue of a controller has a range of addresses, and one more is nobody's.
static const uint64_t first_address = 0x100001000u, page = 4096, range_bytes = (uint64_t)1 << 39;

typedef struct {
  systole_config config;
  const systole_machine_api *api;
  void *object;             // of the RTL, or NULL
  systole_memory *memory;
  systole_machine *machine;
  uint64_t next[SYSTOLE_QUEUES + 1];  // address of the next buffer, by queue
  systole_job job;
  bool check_races, time_alone;
} state;

typedef struct {
  uint64_t address, bytes;
  bool mapped;
} piece;

// ---- open and close ----------------------------------------------------------

static void close_machine(void *opaque) {
  state *s = opaque;
  if (s->machine) s->api->destroy(s->machine);
  if (s->memory) systole_memory_destroy(s->memory);
  systole_rtl_object_close(s->object);
  free(s);
}

static systole_status fill(state *s, const systole_options *options, systole_error *err) {
  systole_status status = systole_memory_create(&s->memory, err);
  if (!status) status = s->api->create(&s->config, s->memory, &options->dram, &s->machine, err);
  if (!status && s->time_alone) systole_model_set_time_alone(s->machine, true);
  if (!status && options->waves) status = s->api->waves(s->machine, options->waves, err);
  return status;
}

static systole_status open_machine(const systole_config *config, const systole_options *options,
                                   const systole_machine_api *api, void *object, void **out,
                                   systole_error *err) {
  state *s = calloc(1, sizeof *s);
  if (!s) {
    systole_rtl_object_close(object);
    return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
  }
  *s = (state){.config = *config, .api = api, .object = object,
               .check_races = options->check_races, .time_alone = options->time_alone};
  for (unsigned q = 0; q <= SYSTOLE_QUEUES; q++) s->next[q] = first_address + q * range_bytes;
  systole_status status = fill(s, options, err);
  if (status) close_machine(s);
  else *out = s;
  return status;
}

static systole_status open_model(const systole_config *config, const systole_options *options,
                                 void **out, systole_error *err) {
  return open_machine(config, options, systole_model_api(), NULL, out, err);
}

static systole_status open_rtl(const systole_config *config, const systole_options *options,
                               void **out, systole_error *err) {
  const systole_machine_api *api;
  void *object;
  if (options->check_races)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "races: expected the back end `model`, which can see them");
  if (options->time_alone)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "time alone: expected the back end `model`; rtl computes every value");
  systole_status status = systole_rtl_object_open(config, options, &object, &api, err);
  return status ? status : open_machine(config, options, api, object, out, err);
}

// ---- memory ------------------------------------------------------------------

static systole_status map(state *s, piece *p, systole_error *err) {
  if (p->mapped) return SYSTOLE_OK;
  systole_status status = systole_memory_map(s->memory, p->address, p->bytes, err);
  p->mapped = status == SYSTOLE_OK;
  return status;
}

// Where only time is kept, an address is all that weights and caches need: a
// piece gets memory when somebody writes to it.
static systole_status alloc_for(void *opaque, unsigned queue, uint64_t bytes, void **memory,
                                systole_error *err) {
  state *s = opaque;
  if (bytes > (uint64_t)1 << 40)
    return systole_fail(err, SYSTOLE_E_RANGE, "buffer: %llu bytes: expected at most 2^40", (unsigned long long)bytes);
  piece *p = malloc(sizeof *p);
  if (!p) return systole_fail(err, SYSTOLE_E_MEMORY, "driver: out of memory");
  *p = (piece){s->next[queue], (bytes + 127) / 128 * 128, false};
  systole_status status = s->time_alone ? SYSTOLE_OK : map(s, p, err);
  if (status) {
    free(p);
    return status;
  }
  s->next[queue] += (p->bytes + page - 1) / page * page + page;
  *memory = p;
  return SYSTOLE_OK;
}

static systole_status alloc(void *opaque, uint64_t bytes, void **memory, systole_error *err) {
  return alloc_for(opaque, 0, bytes, memory, err);
}

static void release(void *opaque, void *memory) {
  state *s = opaque;
  const piece *p = memory;
  if (p->mapped) systole_memory_unmap(s->memory, p->address, NULL);
  free(memory);
}

static uint8_t *bytes_at(state *s, const piece *p, uint64_t offset, uint64_t bytes) {
  return systole_memory_at(s->memory, p->address + offset, bytes);
}

static systole_status write(void *opaque, void *memory, uint64_t offset, const void *data,
                            uint64_t bytes, systole_error *err) {
  if (!bytes) return SYSTOLE_OK;
  systole_status status = map(opaque, memory, err);
  if (status) return status;
  uint8_t *to = bytes_at(opaque, memory, offset, bytes);
  if (!to) return systole_fail(err, SYSTOLE_E_RANGE, "buffer: expected a range inside it");
  memcpy(to, data, bytes);
  return SYSTOLE_OK;
}

static systole_status read(void *opaque, void *memory, uint64_t offset, void *data, uint64_t bytes,
                           systole_error *err) {
  if (!((const piece *)memory)->mapped) {
    memset(data, 0, bytes);
    return SYSTOLE_OK;
  }
  const uint8_t *from = bytes_at(opaque, memory, offset, bytes);
  if (!from) return systole_fail(err, SYSTOLE_E_RANGE, "buffer: expected a range inside it");
  memcpy(data, from, bytes);
  return SYSTOLE_OK;
}

// ---- runs --------------------------------------------------------------------

static systole_status start(void *opaque, const systole_transport_job *job, systole_error *err) {
  state *s = opaque;
  (void)err;
  s->job = (systole_job){.lines = job->lines, .watchdog = job->watchdog};
  memcpy(s->job.scalars, job->scalars, sizeof s->job.scalars);
  for (unsigned i = 0; i < 16; i++)
    if (job->segments[i].memory) {
      s->job.segments[i].base = ((const piece *)job->segments[i].memory)->address;
      s->job.segments[i].limit = job->segments[i].bytes;
    }
  return SYSTOLE_OK;
}

static systole_status run_checked(state *s, systole_report *report, systole_trace_fn trace,
                                  void *user, systole_error *err) {
  systole_race_watch watch = {.memory = s->memory};
  systole_status status = systole_race_create(&s->config, &s->job, &watch.checker, err);
  if (status) return status;
  systole_model_set_observer(s->machine, systole_race_observe, &watch);
  status = s->api->run(s->machine, &s->job, report, trace, user, err);
  systole_model_set_observer(s->machine, NULL, NULL);
  // A program that faulted is reported for its fault first.
  if (!status && report->cause == SYSTOLE_CAUSE_NONE) {
    status = watch.status;
    if (status && err) *err = watch.error;
    if (!status) status = systole_race_finish(watch.checker, NULL, err);
  }
  systole_race_destroy(watch.checker);
  return status;
}

static systole_status wait(void *opaque, uint64_t limit_cycles, systole_report *report,
                           systole_trace_fn trace, void *user, systole_error *err) {
  state *s = opaque;
  s->job.max_cycles = limit_cycles;
  if (s->check_races) return run_checked(s, report, trace, user, err);
  return s->api->run(s->machine, &s->job, report, trace, user, err);
}

static systole_status peek(void *opaque, unsigned space, uint32_t word, void *bytes,
                           systole_error *err) {
  state *s = opaque;
  return s->api->peek(s->machine, space, word, bytes, err);
}

// ---- firmware ----------------------------------------------------------------

static systole_status boot(void *opaque, const uint32_t *image, uint32_t words, systole_error *err) {
  state *s = opaque;
  return s->api->boot(s->machine, image, words, err);
}

static systole_status control(void *opaque, systole_host_access *accesses, unsigned count, uint64_t limit,
                              const systole_observer *observer, systole_chip_report *report,
                              systole_error *err) {
  state *s = opaque;
  return s->api->control(s->machine, accesses, count, limit, observer, report, err);
}

static uint64_t address(void *memory) { return ((const piece *)memory)->address; }

static void range(void *opaque, unsigned queue, uint64_t *base, uint64_t *bytes) {
  (void)opaque;
  *base = first_address + queue * range_bytes;
  *bytes = range_bytes;
}

static const systole_transport_controller controller = {boot, control, alloc_for, address, range};

const systole_transport systole_transport_model = {
    "model", "the C model: every bit of every instruction", open_model, close_machine, alloc,
    release, write, read, start, wait, peek, &controller, NULL};

const systole_transport systole_transport_rtl = {
    "rtl", "the Verilated RTL, cycle by cycle", open_rtl, close_machine, alloc,
    release, write, read, start, wait, peek, &controller, NULL};
