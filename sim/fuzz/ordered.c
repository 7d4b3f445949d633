// A laid out program under the model's race checker.
#include "sim/fuzz/layout.h"
#include "sim/dram/memory.h"
#include "sim/model/model.h"
#include "sim/model/race.h"

static systole_status run_watched(const systole_fuzz_case *c, const systole_job *job,
                                  systole_machine *machine, systole_race_watch *watch,
                                  systole_error *err) {
  systole_report report;
  systole_status status = systole_race_create(&c->config, job, &watch->checker, err);
  if (status != SYSTOLE_OK) return status;
  systole_model_set_observer(machine, systole_race_observe, watch);
  status = systole_model_api()->run(machine, job, &report, NULL, NULL, err);
  if (status == SYSTOLE_OK && watch->status != SYSTOLE_OK) {
    status = watch->status;
    if (err != NULL) *err = watch->error;
  }
  if (status == SYSTOLE_OK) status = systole_race_finish(watch->checker, NULL, err);
  // What waits for ever has never been added to the checker.
  if (status == SYSTOLE_OK && report.cause == SYSTOLE_CAUSE_WATCHDOG)
    status = systole_fail(err, SYSTOLE_E_DIFFER, "the semaphores lock each other");
  systole_race_destroy(watch->checker);
  return status;
}

bool systole_fuzz_is_ordered(const systole_fuzz_case *c, systole_error *err) {
  const systole_job job = systole_fuzz_job(c);
  systole_race_watch watch = {0};
  systole_machine *machine;
  systole_status status = systole_fuzz_memory(c, &watch.memory, err);
  if (status != SYSTOLE_OK) return false;
  status = systole_model_api()->create(&c->config, watch.memory, &c->dram, &machine, err);
  if (status == SYSTOLE_OK) {
    status = run_watched(c, &job, machine, &watch, err);
    systole_model_api()->destroy(machine);
  }
  systole_memory_destroy(watch.memory);
  return status == SYSTOLE_OK;
}
