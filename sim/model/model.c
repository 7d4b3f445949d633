#include "sim/model/model.h"

#include <stdlib.h>
#include <string.h>

#include "sim/model/chip.h"
#include "sim/model/engines.h"
#include "sim/model/finish.h"
#include "sim/model/run.h"

struct systole_machine {
  systole_config config;
  systole_memory *memory;
  systole_dram *dram;
  systole_srams srams;
  systole_resolved_table *resolved;
  systole_engines engines;
  systole_run run;
  systole_chip chip;
  bool time_alone;
  systole_model_observer observer;
  void *observer_user;
};

static void destroy(systole_machine *machine) {
  if (machine == NULL) return;
  systole_srams_destroy(&machine->srams);
  systole_resolved_destroy(machine->resolved);
  systole_dram_destroy(machine->dram);
  systole_dram_destroy(machine->chip.window.dram);
  systole_chip_destroy(&machine->chip);
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
  if (status == SYSTOLE_OK)
    status = systole_dram_create(dram ? dram : &ideal, config, &fresh->chip.window.dram, err);
  fresh->chip.window.memory = memory;
  fresh->chip.control.config = &fresh->config;
  fresh->chip.control.run = &fresh->run;
  fresh->chip.control.engines = &fresh->engines;
  fresh->chip.control.dram = fresh->dram;
  if (status == SYSTOLE_OK) status = systole_chip_create(&fresh->chip, config, err);
  if (status != SYSTOLE_OK) {
    destroy(fresh);
    return status;
  }
  *machine = fresh;
  return SYSTOLE_OK;
}

static void prepare(systole_machine *machine, systole_report *report, systole_trace_fn trace,
                    void *user) {
  systole_engines *engines = &machine->engines;
  memset(report, 0, sizeof *report);
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
}

static systole_status run(systole_machine *machine, const systole_job *job,
                          systole_report *report, systole_trace_fn trace, void *user,
                          systole_error *err) {
  (void)err;
  systole_chip_stop(&machine->chip);
  prepare(machine, report, trace, user);
  systole_run_open(&machine->run, job, &machine->engines, machine->dram);
  systole_run_until(&machine->run, SYSTOLE_NEVER);
  systole_run_describe(&machine->run);
  systole_run_finish(&machine->run, job);
  systole_control_take_job(&machine->chip.control, job);
  machine->chip.control.report = *report;
  return SYSTOLE_OK;
}

static systole_status boot(systole_machine *machine, const uint32_t *image, uint32_t words,
                           systole_error *err) {
  const systole_config *config = &machine->config;
  if (!config->controller)
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED, "model: configuration %s has no controller", config->name);
  if (words > config->tcm_bytes / 4)
    return systole_fail(err, SYSTOLE_E_RANGE, "model: an image of %u words does not fit into %u bytes of TCM",
                        words, config->tcm_bytes);
  systole_chip_boot(&machine->chip, image, words);
  const systole_report last = machine->chip.control.report;
  prepare(machine, &machine->chip.control.report, systole_chip_instruction, &machine->chip);
  machine->chip.control.report = last;
  return SYSTOLE_OK;
}

static systole_status control(systole_machine *machine, systole_host_access *accesses, unsigned count,
                              uint64_t limit, const systole_observer *observer,
                              systole_chip_report *report, systole_error *err) {
  if (!machine->chip.booted) return systole_fail(err, SYSTOLE_E_USAGE, "model: the controller was not booted");
  for (unsigned i = 0; i < count; i++)
    if (!systole_host_may(&accesses[i]))
      return systole_fail(err, SYSTOLE_E_USAGE,
                          "model: access %u, to 0x%x: expected a word from 0 to 0xFFC, and none written to CONTROLLER",
                          i, accesses[i].offset);
  systole_chip_control(&machine->chip, accesses, count, limit, observer, report);
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
                                          .waves = waves,
                                          .boot = boot,
                                          .control = control};
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
