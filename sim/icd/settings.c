// SYSTOLE_ICD_* from the environment; docs/opencl-icd.md lists them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/icd/icd.h"

static systole_status read_number(const char *name, uint64_t low, uint64_t high, uint64_t *value, systole_error *err) {
  const char *text = getenv(name);
  char *end;
  if (!text || !*text) return SYSTOLE_OK;
  unsigned long long number = strtoull(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end || strlen(text) > 19 || number < low || number > high)
    return systole_fail(err, SYSTOLE_E_USAGE, "%s = %.40s: expected a number from %llu to %llu", name, text,
                        (unsigned long long)low, (unsigned long long)high);
  *value = number;
  return SYSTOLE_OK;
}

static systole_status read_preset(char preset[32], systole_error *err) {
  const char *text = getenv("SYSTOLE_ICD_MEMORY");
  char names[128] = "";
  if (!text || !*text) return SYSTOLE_OK;
  for (unsigned i = 0; systole_dram_preset_name(i); i++) {
    const char *name = systole_dram_preset_name(i);
    if (!strcmp(text, name)) {
      snprintf(preset, 32, "%s", name);
      return SYSTOLE_OK;
    }
    snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i ? ", " : "", name);
  }
  return systole_fail(err, SYSTOLE_E_USAGE, "SYSTOLE_ICD_MEMORY = %.40s: expected one of %s", text, names);
}

systole_status icd_settings_read(icd_settings *settings, systole_error *err) {
  uint64_t delay = 0, stall = 0, banks = 4, mebibytes = 1024;
  *settings = (icd_settings){.max_cycles = 1000000000};
  const struct {
    const char *name;
    uint64_t low, high, *to;
  } numbers[] = {{"SYSTOLE_ICD_SEED", 0, INT64_MAX, &settings->dram.seed},
                 {"SYSTOLE_ICD_MAX_DELAY", 0, 100000, &delay},
                 {"SYSTOLE_ICD_MAX_STALL", 0, 100000, &stall},
                 {"SYSTOLE_ICD_MAX_CYCLES", 1, INT64_MAX, &settings->max_cycles},
                 {"SYSTOLE_ICD_BANKS", 1, 32, &banks},
                 {"SYSTOLE_ICD_BANK_MIB", 1, 8192, &mebibytes}};
  systole_status status = read_preset(settings->dram.preset, err);
  for (size_t i = 0; !status && i < sizeof numbers / sizeof numbers[0]; i++)
    status = read_number(numbers[i].name, numbers[i].low, numbers[i].high, numbers[i].to, err);
  settings->dram.max_delay = (uint32_t)delay;
  settings->dram.max_stall = (uint32_t)stall;
  settings->banks = (unsigned)banks;
  settings->bank_bytes = mebibytes << 20;
  return status;
}
