#include "driver/opencl/choose.h"

#include <stdio.h>
#include <string.h>

#include "driver/opencl/error.h"
#include "hw/isa/table.h"

enum { PLATFORMS = 16, DEVICES = 32, NAME = 256, NO_PLATFORMS = -1001 };

// What is asked for, what was found, and what there is, for messages.
typedef struct {
  const systole_opencl_wish *wish;
  systole_opencl_choice *choice;
  unsigned found;
  char list[700];
} search;

static bool contains(const char *text, const char *part) {
  size_t length = part ? strlen(part) : 0;
  for (; strlen(text) >= length; text++) {
    char same[NAME];
    snprintf(same, sizeof same, "%.*s", (int)length, text);
    if (length < NAME && systole_isa_same(same, part ? part : "", length)) return true;
  }
  return false;
}

static void add(search *s, const char *before, const char *name) {
  size_t used = strlen(s->list);
  snprintf(s->list + used, sizeof s->list - used, "%s%s", before, name);
}

static bool can_compile(cl_device_id device) {
  cl_bool available = CL_FALSE;
  clGetDeviceInfo(device, CL_DEVICE_COMPILER_AVAILABLE, sizeof available, &available, NULL);
  return available;
}

static void look_at_device(search *s, cl_platform_id platform, bool right, cl_device_id device,
                           const char *before) {
  char name[NAME] = "a device without a name";
  clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name - 1, name, NULL);
  bool able = !s->wish->compiles || can_compile(device);
  add(s, before, name);
  if (!able) add(s, "", " (which needs a binary)");
  if (!right || !able || !contains(name, s->wish->device) || s->found++ != s->wish->number) return;
  *s->choice = (systole_opencl_choice){.platform = platform, .device = device};
  memcpy(s->choice->name, name, sizeof name);
}

static void look_at_platform(search *s, cl_platform_id platform) {
  char name[NAME] = "a platform without a name";
  cl_device_id devices[DEVICES];
  cl_uint count = 0;
  clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name - 1, name, NULL);
  if (clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, DEVICES, devices, &count)) count = 0;
  add(s, s->list[0] ? "; " : "", name);
  if (!count) add(s, "", " (no devices)");
  for (cl_uint i = 0; i < count && i < DEVICES; i++)
    look_at_device(s, platform, contains(name, s->wish->platform), devices[i], i ? ", " : ": ");
}

systole_status systole_opencl_choose(const systole_opencl_wish *wish, systole_opencl_choice *choice,
                                     systole_error *err) {
  search s = {.wish = wish, .choice = choice};
  cl_platform_id platforms[PLATFORMS];
  cl_uint count = 0;
  cl_int code = clGetPlatformIDs(PLATFORMS, platforms, &count);
  if (code && code != NO_PLATFORMS)
    return systole_opencl_fail(err, "clGetPlatformIDs", code, "expected a list of platforms");
  for (cl_uint i = 0; i < count && i < PLATFORMS; i++) look_at_platform(&s, platforms[i]);
  if (s.found > wish->number) return SYSTOLE_OK;
  if (!s.list[0])
    return systole_fail(err, SYSTOLE_E_UNSUPPORTED,
                        "opencl: no platform is installed: expected one in /etc/OpenCL/vendors, such as pocl-opencl-icd");
  return systole_fail(err, SYSTOLE_E_USAGE,
                      "opencl: platform %.80s, device %.80s: expected parts of the names of a platform and its device%s; there are: %s",
                      wish->platform ? wish->platform : "(any)", wish->device ? wish->device : "(any)",
                      wish->compiles ? " that compiles, or --opencl-binary" : "", s.list);
}
