// Finding the Verilated machines: every NAME.so in the folders of
// SYSTOLE_RTL_PATH, or in rtl/ beside the folder that this driver lies in. Each
// becomes a device, in the order of the names.
#define _GNU_SOURCE  // dladdr
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/icd/icd.h"

// NAME.so, and not NAME.trace.so.
static int is_machine(const struct dirent *entry) {
  const char *dot = strchr(entry->d_name, '.');
  return dot && dot != entry->d_name && !strcmp(dot, ".so");
}

static bool known(const systole_config *config) {
  for (cl_uint i = 0; i < icd.device_count; i++)
    if (!strcmp(icd.devices[i].config.name, config->name)) return true;
  return false;
}

static systole_status symbols(const char *path, void *handle, const systole_machine_api **api,
                              const systole_config **config, systole_error *err) {
  const systole_machine_api *(*get_api)(void);
  const systole_config *(*get_config)(void);
  void *first = dlsym(handle, "systole_rtl_api"), *second = dlsym(handle, "systole_rtl_config");
  if (!first || !second)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: expected a Verilated machine; build it again with `make rtl`", path);
  memcpy(&get_api, &first, sizeof get_api);  // ISO C has no cast from object to function
  memcpy(&get_config, &second, sizeof get_config);
  *api = get_api();
  *config = get_config();
  if ((*api)->abi != SYSTOLE_MACHINE_ABI)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: interface version %u: expected %u; build it again with `make rtl`",
                        path, (unsigned)(*api)->abi, (unsigned)SYSTOLE_MACHINE_ABI);
  return SYSTOLE_OK;
}

// The memory's timing with this configuration's clock and bus.
static systole_status settle_dram(const systole_config *config, systole_dram_params *params, systole_error *err) {
  systole_dram *dram;
  *params = icd.settings.dram;
  if (!params->preset[0]) snprintf(params->preset, sizeof params->preset, "%s", config->memory);
  systole_status status = systole_dram_create(params, config, &dram, err);
  if (!status) systole_dram_destroy(dram);
  return status;
}

static systole_status add(const char *path, systole_error *err) {
  const systole_machine_api *api;
  const systole_config *config;
  systole_dram_params dram;
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return systole_fail(err, SYSTOLE_E_IO, "%s: cannot be opened: %s", path, dlerror());
  systole_status status = symbols(path, handle, &api, &config, err);
  if (!status) status = settle_dram(config, &dram, err);
  if (status || known(config) || icd.device_count == ICD_DEVICES) {
    dlclose(handle);
    return status;
  }
  // The object stays open: its functions are the device's.
  icd.devices[icd.device_count++] =
      (struct _cl_device_id){.dispatch = &icd_dispatch, .config = *config, .dram = dram, .api = api};
  return SYSTOLE_OK;
}

static void add_folder(const char *folder, size_t length) {
  char name[4096], path[4400];
  struct dirent **entries;
  systole_error err;
  if (!length || length >= sizeof name) return;
  snprintf(name, sizeof name, "%.*s", (int)length, folder);
  int count = scandir(name, &entries, is_machine, alphasort);
  for (int i = 0; i < count; i++) {
    snprintf(path, sizeof path, "%s/%s", name, entries[i]->d_name);
    if (add(path, &err)) fprintf(stderr, "systole-icd: %s\n", err.text);
    free(entries[i]);
  }
  if (count >= 0) free(entries);
}

static void add_beside(void) {
  char path[4096];
  Dl_info self;
  if (!dladdr(&icd, &self) || !self.dli_fname) return;
  const char *slash = strrchr(self.dli_fname, '/');
  int length = slash ? (int)(slash - self.dli_fname) : 1;
  snprintf(path, sizeof path, "%.*s/../rtl", length, slash ? self.dli_fname : ".");
  add_folder(path, strlen(path));
}

void icd_machines_find(void) {
  const char *list = getenv("SYSTOLE_RTL_PATH");
  if (!list || !*list) add_beside();
  while (list && *list) {
    size_t length = strcspn(list, ":");
    add_folder(list, length);
    list += length + (list[length] == ':');
  }
}
