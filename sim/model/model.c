#include "sim/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "sim/model/engines.h"
#include "sim/model/record.h"
#include "sim/model/run.h"

struct systole_machine {
  systole_config config;
  systole_memory *memory;
  systole_dram *dram;
  systole_srams srams;
  systole_resolved_table *resolved;
  systole_engines engines;
  systole_run run;
  bool time_alone;
  systole_model_observer observer;
  void *observer_user;
};

static void destroy(systole_machine *machine) {
  if (machine == NULL) return;
  systole_srams_destroy(&machine->srams);
  systole_resolved_destroy(machine->resolved);
  systole_dram_destroy(machine->dram);
  free(machine);
}

// Without parameters memory is `ideal`.
static systole_status create(const systole_config *config, systole_memory *memory,
                             const systole_dram_params *dram, systole_machine **machine,
                             systole_error *err) {
  const systole_dram_params ideal = {.preset = "ideal"};
  *machine = NULL;
  systole_machine *fresh = calloc(1, sizeof *fresh);
  if (fresh == NULL) return systole_fail(err, SYSTOLE_E_MEMORY, "no memory for a machine");
  fresh->config = *config;
  fresh->memory = memory;
  systole_status status = systole_srams_create(config, &fresh->srams, err);
  if (status == SYSTOLE_OK)
    status = systole_resolved_create(&fresh->config, &fresh->resolved, err);
  if (status == SYSTOLE_OK)
    status = systole_dram_create(dram ? dram : &ideal, config, &fresh->dram, err);
  if (status != SYSTOLE_OK) {
    destroy(fresh);
    return status;
  }
  *machine = fresh;
  return SYSTOLE_OK;
}

static void write_record(const systole_machine *machine, const systole_job *job,
                         systole_report *report) {
  enum { BURST = 128 };
  const unsigned bus = machine->config.bus_bytes;
  uint8_t record[SYSTOLE_STATUS_BYTES];
  const uint64_t address = job->segments[SYSTOLE_STATUS_SEGMENT].base & ~127ull;
  if (job->segments[SYSTOLE_STATUS_SEGMENT].limit < SYSTOLE_STATUS_BYTES) return;
  systole_record_fill(&machine->config, report, record);
  for (unsigned at = 0; at < sizeof record; at += BURST) {
    const unsigned bytes = sizeof record - at < BURST ? sizeof record - at : BURST;
    uint8_t *to = systole_memory_at(machine->memory, address + at, (bytes + bus - 1) / bus * bus);
    if (to != NULL)
      memcpy(to, record + at, bytes);
    else if (!machine->time_alone)
      systole_report_fault(report, SYSTOLE_CAUSE_AXI_WRITE, SYSTOLE_ENGINE_SEQ, report->seq_index,
                           (uint32_t)(address + at));
  }
}

static systole_status run(systole_machine *machine, const systole_job *job,
                          systole_report *report, systole_trace_fn trace, void *user,
                          systole_error *err) {
  (void)err;
  memset(report, 0, sizeof *report);
  systole_engines *engines = &machine->engines;
  engines->values = !machine->time_alone;
  engines->config = &machine->config;
  engines->memory = machine->memory;
  engines->srams = &machine->srams;
  engines->resolved = machine->resolved;
  engines->report = report;
  engines->trace = trace;
  engines->trace_user = user;
  engines->observer = machine->observer;
  engines->observer_user = machine->observer_user;
  systole_run_open(&machine->run, job, engines, machine->dram);
  systole_run_until(&machine->run, SYSTOLE_NEVER);
  systole_run_describe(&machine->run);
  write_record(machine, job, report);
  return SYSTOLE_OK;
}

static systole_status peek(systole_machine *machine, unsigned space, uint32_t word, void *bytes,
                           systole_error *err) {
  if (space >= SYSTOLE_SPACES || word >= machine->srams.words[space])
    return systole_fail(err, SYSTOLE_E_RANGE, "there is no word %u in space %u", word, space);
  memcpy(bytes, systole_sram_word(&machine->srams, space, word),
         (size_t)machine->srams.dim * systole_sram_element_bytes(space));
  return SYSTOLE_OK;
}

static systole_status waves(systole_machine *machine, const char *path, systole_error *err) {
  (void)machine;
  return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "the C model has no waveform for %s", path);
}

const systole_machine_api *systole_model_api(void) {
  static const systole_machine_api api = {.abi = SYSTOLE_MACHINE_ABI,
                                          .name = "model",
                                          .create = create,
                                          .destroy = destroy,
                                          .run = run,
                                          .peek = peek,
                                          .waves = waves};
  return &api;
}

void systole_model_set_observer(systole_machine *machine, systole_model_observer observer,
                                void *user) {
  machine->observer = observer;
  machine->observer_user = user;
}

systole_srams *systole_model_srams(systole_machine *machine) { return &machine->srams; }

void systole_model_set_time_alone(systole_machine *machine, bool time_alone) {
  machine->time_alone = time_alone;
}
