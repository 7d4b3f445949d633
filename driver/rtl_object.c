#include "driver/rtl_object.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef SYSTOLE_ROOT
#define SYSTOLE_ROOT "."
#endif

typedef const systole_machine_api *(*api_fn)(void);
typedef const systole_mcu_alone_api *(*mcu_fn)(void);

static bool try_folder(const char *folder, size_t length, const char *name, char path[4096]) {
  int need = snprintf(path, 4096, "%.*s/%s", (int)length, folder, name);
  return length && need > 0 && need < 4096 && access(path, R_OK) == 0;
}

// rtl/ in the folder of the running program.
static bool try_beside(const char *name, char path[4096]) {
  char self[4000];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 5);
  while (length > 0 && self[length - 1] != '/') length--;
  if (length <= 0) return false;
  memcpy(self + length, "rtl", 4);
  return try_folder(self, strlen(self), name, path);
}

static bool find(const char *name, char path[4096]) {
  const char *list = getenv("SYSTOLE_RTL_PATH");
  while (list && *list) {
    size_t length = strcspn(list, ":");
    if (try_folder(list, length, name, path)) return true;
    list += length + (list[length] == ':');
  }
  static const char root[] = SYSTOLE_ROOT "/build/rtl";
  return try_beside(name, path) || try_folder(root, strlen(root), name, path);
}

static systole_status take_api(const char *path, void *handle, const systole_machine_api **api,
                               systole_error *err) {
  api_fn get;
  void *symbol = dlsym(handle, "systole_rtl_api");
  if (!symbol)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: expected a Verilated machine made by `make rtl`", path);
  memcpy(&get, &symbol, sizeof get);  // ISO C has no cast from object to function
  *api = get();
  if ((*api)->abi != SYSTOLE_MACHINE_ABI)
    return systole_fail(err, SYSTOLE_E_FORMAT, "%s: interface version %u: expected %u; build it again with `make rtl`",
                        path, (unsigned)(*api)->abi, (unsigned)SYSTOLE_MACHINE_ABI);
  return SYSTOLE_OK;
}

static systole_status open_object(const char *path, void **handle, systole_error *err) {
  *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  return *handle ? SYSTOLE_OK : systole_fail(err, SYSTOLE_E_IO, "%s: cannot be opened: %s", path, dlerror());
}

systole_status systole_rtl_object_open(const systole_config *config, const systole_options *options,
                                       void **handle, const systole_machine_api **api,
                                       systole_error *err) {
  char path[4096], name[128];
  const char *hw = options->hw ? options->hw : config->name;
  snprintf(name, sizeof name, "%s%s.so", config->name, options->waves ? ".trace" : "");
  if (options->rtl_object)
    snprintf(path, sizeof path, "%s", options->rtl_object);
  else if (!find(name, path))
    return systole_fail(err, SYSTOLE_E_IO,
                        "no %s in build/rtl: the machine is not built yet: expected `make %s HW=%.300s` to have been run",
                        name, options->waves ? "rtl-trace" : "rtl", hw);
  systole_status status = open_object(path, handle, err);
  if (status) return status;
  status = take_api(path, *handle, api, err);
  if (status) systole_rtl_object_close(*handle);
  return status;
}

systole_status systole_mcu_object_open(void **handle, const systole_mcu_alone_api **api, systole_error *err) {
  char path[4096];
  mcu_fn get = NULL;
  if (!find("core/mcu.so", path))
    return systole_fail(err, SYSTOLE_E_IO, "no mcu.so in build/rtl/core: the core is not built yet: expected `make mcu` to have been run");
  systole_status status = open_object(path, handle, err);
  if (status) return status;
  void *symbol = dlsym(*handle, "systole_mcu_alone_rtl");
  if (symbol) memcpy(&get, &symbol, sizeof get);
  if (get && get()->abi == SYSTOLE_MCU_ALONE_ABI) {
    *api = get();
    return SYSTOLE_OK;
  }
  systole_rtl_object_close(*handle);
  return systole_fail(err, SYSTOLE_E_FORMAT, "%s: expected a core of interface version %u, made by `make mcu`", path,
                      (unsigned)SYSTOLE_MCU_ALONE_ABI);
}

void systole_rtl_object_close(void *handle) {
  if (handle) dlclose(handle);
}
